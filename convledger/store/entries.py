"""Memory entries in the ledger: their rows, versions, sources and marks.

Whatever changes one is noted in a `Recorder` first, so that it can be undone.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from msgspec import Struct

from convledger.store.entry_index import INDEXED, index_entry, unindex_entry
from convledger.store.operations import Recorder


class Entry(Struct, frozen=True, gc=False):
    """One piece of stored memory as it is now; instants in UTC microseconds.

    `name` is its lasting id in the world (a ULID). `scope` is "" for everything, "project:NAME" or
    "client:NAME"; `tags` are words. `source_date` is when it was said, `valid_from` and `valid_to`
    (exclusive) when it holds, `recorded_at` when it came in, `verified_at` when a person last said
    that it is still true. `review_at` is when it is due again: never where None.
    """

    id: int
    name: str
    kind: str
    title: str
    body: str
    scope: str = ""
    tags: tuple[str, ...] = ()
    state: str = "proposed"
    sensitivity: str = "internal"
    pinned: bool = False
    value: int = 3
    source_date: int | None = None
    valid_from: int | None = None
    valid_to: int | None = None
    recorded_at: int = 0
    verified_at: int | None = None
    verified_by: str = ""
    review_days: int | None = None
    review_at: int | None = None
    superseded_by: int | None = None
    hash: str = ""
    tokens: int | None = None
    tokens_method: str = ""
    version: int = 1


class EntrySource(Struct, frozen=True, gc=False):
    """Where an entry comes from: a span of a message, an item of a memory file, or words about it.

    `kind` is message, file, url, row or manual; `place` names it for people. `start` and `length`
    are characters of the message's body; `quote_hash` tells whether they still say the same.
    `status` is ok, changed or missing.
    """

    kind: str
    id: int = 0
    entry_id: int = 0
    place: str = ""
    conversation_id: int | None = None
    message_key: int | None = None
    memory_item_id: int | None = None
    start: int = 0
    length: int = 0
    quote: str = ""
    quote_hash: str = ""
    source_date: int | None = None
    status: str = "ok"


class EntryVersion(Struct, frozen=True):
    """An entry's text as it was: number 1 is the first."""

    entry_id: int
    number: int
    title: str
    body: str
    editor: str
    reason: str
    at: int
    hash: str


_FIELDS = ", ".join(Entry.__struct_fields__)
_TAGS, _PINNED = map(Entry.__struct_fields__.index, ("tags", "pinned"))
_SOURCE_FIELDS = ", ".join(EntrySource.__struct_fields__)


def entry_by_id(connection: sqlite3.Connection, entry_id: int) -> Entry | None:
    """Return an entry, None where there is none."""
    return next(entries_where(connection, "id=?", (entry_id,)), None)


def entries_where(
    connection: sqlite3.Connection,
    condition: str = "1",
    values: Sequence[object] = (),
    *,
    order: str = "id",
    limit: int = -1,
) -> Iterator[Entry]:
    """Yield the entries that meet a condition of this code's own SQL; values are bound."""
    rows = connection.execute(
        f"SELECT {_FIELDS} FROM entry WHERE {condition} ORDER BY {order} LIMIT ?",
        (*values, limit),
    )
    for row in rows:
        facts: list[Any] = list(row)
        facts[_TAGS] = tuple(facts[_TAGS].split())
        facts[_PINNED] = bool(facts[_PINNED])
        yield Entry(*facts)


def add_entry(connection: sqlite3.Connection, recorder: Recorder, entry: Entry, editor: str) -> int:
    """Store a new entry with its first version; `entry.id` is ignored. Returns its id."""
    values = {name: getattr(entry, name) for name in _FIELDS.split(", ") if name != "id"}
    values |= {"tags": " ".join(entry.tags), "pinned": int(entry.pinned)}
    entry_id = _insert(connection, "entry", values)
    recorder.made("entry", entry_id)
    index_entry(connection, entry_id)
    _keep_version(connection, recorder, entry_id, editor, "", entry.recorded_at)
    return entry_id


def change_entry(
    connection: sqlite3.Connection, recorder: Recorder, entry_id: int, **facts: Any
) -> None:
    """Change columns of an entry; a new text is kept as a version by `write_entry`."""
    if "tags" in facts:
        facts["tags"] = " ".join(facts["tags"])
    if "pinned" in facts:
        facts["pinned"] = int(facts["pinned"])
    recorder.touch("entry", entry_id)
    in_index = bool(set(INDEXED) & facts.keys())
    if in_index:
        unindex_entry(connection, entry_id)
    sets = ", ".join(f"{name}=?" for name in facts)
    connection.execute(f"UPDATE entry SET {sets} WHERE id=?", [*facts.values(), entry_id])
    if in_index:
        index_entry(connection, entry_id)


def write_entry(
    connection: sqlite3.Connection,
    recorder: Recorder,
    entry_id: int,
    *,
    editor: str,
    reason: str,
    now: int,
    **facts: Any,
) -> None:
    """Give an entry another title or body, as its next version; `facts` hold its hash as well."""
    (last,) = connection.execute(
        "SELECT coalesce(max(number), 0) FROM entry_version WHERE entry_id=?", (entry_id,)
    ).fetchone()
    change_entry(connection, recorder, entry_id, **{**facts, "version": last + 1})
    _keep_version(connection, recorder, entry_id, editor, reason, now)


def _keep_version(
    connection: sqlite3.Connection,
    recorder: Recorder,
    entry_id: int,
    editor: str,
    reason: str,
    now: int,
) -> None:
    (number,) = connection.execute("SELECT version FROM entry WHERE id=?", (entry_id,)).fetchone()
    recorder.made("entry_version", entry_id, number)
    connection.execute(
        "INSERT INTO entry_version SELECT id, version, title, body, ?, ?, ?, hash FROM entry "
        "WHERE id=?",
        (editor, reason, now, entry_id),
    )


def versions_of(connection: sqlite3.Connection, entry_id: int) -> list[EntryVersion]:
    """Return the texts that an entry has had, the first one first."""
    rows = connection.execute(
        "SELECT entry_id, number, title, body, editor, reason, at, hash FROM entry_version "
        "WHERE entry_id=? ORDER BY number",
        (entry_id,),
    )
    return [EntryVersion(*row) for row in rows]


def sources_of(
    connection: sqlite3.Connection, entry_ids: Iterable[int]
) -> dict[int, list[EntrySource]]:
    """Return where entries come from, by entry."""
    found: dict[int, list[EntrySource]] = {}
    for entry_id in entry_ids:
        rows = connection.execute(
            f"SELECT {_SOURCE_FIELDS} FROM entry_source WHERE entry_id=? ORDER BY id", (entry_id,)
        )
        for row in rows:
            found.setdefault(entry_id, []).append(EntrySource(*row))
    return found


def sources_of_item(
    connection: sqlite3.Connection, entry_id: int, memory_item_id: int
) -> list[EntrySource]:
    """Return what of an entry comes from one item of a file, however many others say the same."""
    rows = connection.execute(
        f"SELECT {_SOURCE_FIELDS} FROM entry_source WHERE memory_item_id=? AND +entry_id=? "
        "ORDER BY id",
        (memory_item_id, entry_id),
    )
    names = _SOURCE_FIELDS.split(", ")
    return [EntrySource(**dict(zip(names, row, strict=True))) for row in rows]


def add_source(
    connection: sqlite3.Connection, recorder: Recorder, entry_id: int, source: EntrySource
) -> int:
    """Add where an entry comes from; `source.id` and `source.entry_id` are ignored."""
    values = {name: getattr(source, name) for name in _SOURCE_FIELDS.split(", ") if name != "id"}
    source_id = _insert(connection, "entry_source", {**values, "entry_id": entry_id})
    recorder.made("entry_source", source_id)
    return source_id


def _insert(connection: sqlite3.Connection, table: str, values: dict[str, Any]) -> int:
    marks = ", ".join("?" * len(values))
    cursor = connection.execute(
        f"INSERT INTO {table} ({', '.join(values)}) VALUES ({marks})", [*values.values()]
    )
    return int(cursor.lastrowid or 0)


def change_source(
    connection: sqlite3.Connection, recorder: Recorder, source_id: int, **facts: Any
) -> None:
    """Change columns of a source."""
    recorder.touch("entry_source", source_id)
    sets = ", ".join(f"{name}=?" for name in facts)
    connection.execute(f"UPDATE entry_source SET {sets} WHERE id=?", [*facts.values(), source_id])


def matching(
    connection: sqlite3.Connection, expression: str, limit: int
) -> list[tuple[int, float]]:
    """Return the entries that a full-text expression finds, with their rank, the best first."""
    return connection.execute(
        "SELECT rowid, bm25(remembered, 4.0, 1.0, 2.0) AS rank FROM remembered "
        "WHERE remembered MATCH ? ORDER BY rank, rowid LIMIT ?",
        (expression, limit),
    ).fetchall()
