"""Takes what is erased out of the notes by which changes are undone.

A change of several rows can still be undone for the others.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Set
from typing import Any

import msgspec

from convledger.store.probes import Probes

_KEYED = {"entry": (0,), "entry_version": (0,), "entry_pair": (0, 1), "pack_item": (1,)}
_REFERRING = {"entry": ("superseded_by",), "memory_item": ("entry_id",)}
_TEXTS = {"title", "body", "tags", "quote", "place", "text", "reason"}
Row = tuple[int, int, str, str, bytes | None]
_ALL = "SELECT operation_id, number, table_name, key, before FROM operation_row"


def scrub_undo(
    connection: sqlite3.Connection,
    ids: set[int],
    probes: Probes,
    items: Set[int] = frozenset(),
    hashes: Set[str] = frozenset(),
) -> int:
    """Remove the rows of entries as they were; returns how many there were.

    So do those of entries that had the same text and were taken back. Of `items`, and of others
    whose texts have one of the `hashes`, goes what was news before it was an entry. Belongs before
    the sources of the entries are deleted.
    """
    sources = {
        row[0] for row in connection.execute("SELECT id, entry_id FROM entry_source")
        if row[1] in ids
    }  # fmt: skip
    ids = ids | _undone(connection, hashes)
    going: list[Row] = []
    for row in connection.execute(_ALL).fetchall():
        before = _before(row)
        if _is_of(row, before, ids, sources):
            going.append(row)
            for name in _TEXTS & (before or {}).keys():
                probes.add_text((before or {})[name])
        elif before is not None:
            if row[2] == "memory_item" and (
                _key(row)[0] in items or (before["entry_id"] is None and before["hash"] in hashes)
            ):
                probes.add_text(before["text"])
                before |= {"text": "", "news": ""}
                _store(connection, row, before)
            _unlink(connection, row, before, ids)
    _remove(connection, going, probes)
    return len(going)


def _undone(connection: sqlite3.Connection, hashes: Set[str]) -> set[int]:
    """Return the entries that are there no more, but to be undone, with a text of some hashes."""
    rows = connection.execute(
        f"{_ALL} WHERE table_name IN ('entry', 'entry_version') AND before IS NOT NULL "
        "AND json_extract(key, '$[0]') NOT IN (SELECT id FROM entry)"
    ).fetchall()
    return {_key(row)[0] for row in rows if (_before(row) or {}).get("hash") in hashes}


def blank_quotes(connection: sqlite3.Connection, sources: set[int], probes: Probes) -> None:
    """Empty the quotes of sources as they were."""
    for row in connection.execute(f"{_ALL} WHERE table_name='entry_source'").fetchall():
        before = _before(row)
        if before is not None and _key(row)[0] in sources:
            probes.add_text(before.get("quote"))
            _store(
                connection, row,
                before | {"quote": "", "quote_hash": "", "place": "", "status": "missing"},
            )  # fmt: skip


def forget_conversations(connection: sqlite3.Connection, ids: set[int]) -> None:
    """Let no source as it was refer to conversations that are gone with their figures."""
    for row in connection.execute(f"{_ALL} WHERE table_name='entry_source'").fetchall():
        before = _before(row)
        if before is not None and before.get("conversation_id") in ids:
            _store(
                connection, row,
                before | {"conversation_id": None, "message_key": None, "quote": "",
                          "quote_hash": "", "place": "", "status": "missing"},
            )  # fmt: skip


def _is_of(row: Row, before: dict[str, Any] | None, ids: set[int], sources: set[int]) -> bool:
    table, key = row[2], _key(row)
    if table in _KEYED:
        return any(key[place] in ids for place in _KEYED[table])
    if table == "entry_source":
        return key[0] in sources or (before is not None and before["entry_id"] in ids)
    if table == "finding":
        return before is not None and before["object"] == "entry" and before["object_id"] in ids
    return False


def _unlink(
    connection: sqlite3.Connection, row: Row, before: dict[str, Any], ids: set[int]
) -> None:
    """Let a row as it was refer to no entry that is gone."""
    changed = {name: None for name in _REFERRING.get(row[2], ()) if before.get(name) in ids}
    if changed and row[2] == "memory_item":
        changed |= {"text": "", "news": ""}  # type: ignore[dict-item]
    if changed:
        _store(connection, row, before | changed)


def _remove(connection: sqlite3.Connection, going: list[Row], probes: Probes) -> None:
    operations = {row[0] for row in going}
    connection.executemany(
        "DELETE FROM operation_row WHERE operation_id=? AND number=?",
        [(row[0], row[1]) for row in going],
    )
    for number in operations:
        (about,) = connection.execute(
            "SELECT about FROM operation WHERE id=?", (number,)
        ).fetchone()
        probes.add_text(about)
        connection.execute("UPDATE operation SET about='' WHERE id=?", (number,))
    for number in sorted(operations, reverse=True):  # an undo before what it took back
        connection.execute(
            "DELETE FROM operation WHERE id=? AND NOT EXISTS (SELECT 1 FROM operation_row "
            "WHERE operation_id=operation.id) AND NOT EXISTS (SELECT 1 FROM operation AS later "
            "WHERE later.undoes=operation.id)",
            (number,),
        )


def _before(row: Row) -> dict[str, Any] | None:
    return None if row[4] is None else msgspec.msgpack.decode(row[4], type=dict[str, Any])


def _store(connection: sqlite3.Connection, row: Row, before: dict[str, Any]) -> None:
    connection.execute(
        "UPDATE operation_row SET before=? WHERE operation_id=? AND number=?",
        (msgspec.msgpack.encode(before), row[0], row[1]),
    )


def _key(row: Row) -> tuple[int, ...]:
    return msgspec.json.decode(row[3], type=tuple[int, ...])
