"""Writes everything that can't be read from logs again as files that people and programs read."""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec

from convledger import __version__
from convledger.clock import iso_text
from convledger.errors import UsageProblem
from convledger.memory.exported import FULL, Head, exported, note_export
from convledger.moving.carried import BY_FILE, Carried, is_instant
from convledger.moving.manifest import NAME, Manifest, Writing
from convledger.moving.moved_files import files_of
from convledger.moving.portable import Row
from convledger.moving.viewing import View, view
from convledger.store.audit import head
from convledger.store.connection import is_sealed, transaction
from convledger.store.exports import note_exports
from convledger.store.tombstones import graves_of, keys_of
from convledger.store.workspace_id import known_workspace_id, workspace_id

MEMORY, ERASED, AUDIT = "memory.jsonl", "erased.jsonl", "audit.jsonl"
_encode = msgspec.json.encode


@dataclass(slots=True)
class MovedOut:
    """What was written: the folder, rows by file, and the end of the audit log."""

    folder: Path
    rows: dict[str, int] = field(default_factory=dict)
    head: str = ""


def move_out(connection: sqlite3.Connection, ledger: Path, folder: Path, now: int) -> MovedOut:
    """Write a workspace into a folder that is new or empty. Raises UsageProblem, OSError."""
    if folder.exists() and any(folder.iterdir()):
        raise UsageProblem(f"{folder} is not empty; name a folder that is new")
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    whose = known_workspace_id(connection)
    if not is_sealed(ledger):
        with transaction(connection):
            whose = workspace_id(connection)
        _note(connection, folder, now)
    connection.execute("BEGIN")  # all of it of one instant
    try:
        seen = view(connection)
        entries = [row[0] for row in connection.execute("SELECT id FROM entry ORDER BY id")]
        writing = Writing(folder)
        manifest = Manifest(
            iso_text(now), whose, str(head(connection)), __version__,
            int(connection.execute("PRAGMA user_version").fetchone()[0]),
            readers=dict(connection.execute("SELECT name, id FROM reader")),
        )  # fmt: skip
        for file, rows in seen.rows.items():
            writing.write(file, list(_lines(BY_FILE[file], rows.values())))
        writing.write(MEMORY, _memory(connection, entries, seen, now))
        writing.write(ERASED, _erased(connection))
        writing.write(AUDIT, _audit(connection))
        for name, content in files_of(ledger.parent):
            writing.write(name, [content], is_whole=True)
    finally:
        connection.execute("COMMIT")
    writing.files[MEMORY].rows = len(entries)  # without the head
    writing.close(manifest)
    written = {name: known.rows for name, known in writing.files.items() if known.rows}
    return MovedOut(folder, written, manifest.head)


def _note(connection: sqlite3.Connection, folder: Path, now: int) -> None:
    """Keep what is about to be written where, so that an erasure names the files."""
    place = str(folder.absolute())
    for file, ids in _conversations_in(connection, view(connection)).items():
        note_exports(connection, sorted(ids), f"{place}/{file}")
    noted = connection.execute("SELECT id, version FROM entry ORDER BY id").fetchall()
    if noted:
        note_export(connection, noted, f"{place}/{MEMORY}", "everything", now)


def _lines(spec: Carried, rows: Any) -> Iterator[bytes]:
    for row in rows:
        yield _encode({"ref": row.ref, **_readable(spec, row), "before": row.before})


def _readable(spec: Carried, row: Row) -> dict[str, Any]:
    return {
        name: iso_text(value) if value is not None and is_instant(spec.table, name) else value
        for name, value in row.values.items()
    }


def _memory(
    connection: sqlite3.Connection, entries: list[int], seen: View, now: int
) -> Iterator[bytes]:
    """Yield the head and the entries, as an export of memory has them, with their states."""
    from convledger.moving.moved_memory import facts_before

    yield _encode(Head(entries=len(entries), secrets=FULL, exported_at=iso_text(now)))
    before = facts_before(connection, seen.numbers)
    for entry_id, each in exported(connection, entries, reveal=True):
        yield _encode({**msgspec.to_builtins(each), "before": before.get(entry_id, [])})


def _erased(connection: sqlite3.Connection) -> Iterator[bytes]:
    for key in keys_of(connection):
        yield _encode({"key": key})
    for (kind, digest), grave in sorted(graves_of(connection).items()):
        yield _encode(
            {"kind": kind, "hash": digest, "at": iso_text(grave.at), "reason": grave.reason}
        )


def _audit(connection: sqlite3.Connection) -> Iterator[bytes]:
    """Yield the chain without a word of what it is about: it verifies by itself."""
    columns = ("seq", "at", "actor", "action", "object", "batch", "commitment", "hash")
    for row in connection.execute(f"SELECT {', '.join(columns)} FROM audit_event ORDER BY seq"):
        told = dict(zip(columns, row, strict=True))
        told["commitment"], told["hash"] = row[6].hex(), row[7].hex()
        yield _encode(told)


def _conversations_in(connection: sqlite3.Connection, seen: View) -> dict[str, set[int]]:
    """Return which conversations stand in which files."""
    numbers = {name: number for number, name in seen.numbers.conversations.items()}
    found: dict[str, set[int]] = defaultdict(set)
    of_items: dict[str, int] = {}  # items may have come before the conversation that they name
    for file, rows in seen.rows.items():
        for row in rows.values():
            named = row.values.get("conversation_id")
            number = of_items.get(row.values.get("item_id", ""))
            if isinstance(named, dict):
                number = numbers[named["reader"], named["id"]]
            elif "native" in row.values:
                number = numbers.get((row.values["reader"], row.values["native"]))
                if number is not None:
                    of_items[row.ref] = number
            if number is not None:
                found[file].add(number)
    rows_of = connection.execute(
        "SELECT DISTINCT conversation_id FROM entry_source WHERE conversation_id IS NOT NULL"
    )
    found[MEMORY] |= {row[0] for row in rows_of}
    return {file: ids for file, ids in found.items() if ids}


__all__ = ["AUDIT", "ERASED", "MEMORY", "NAME", "MovedOut", "move_out"]
