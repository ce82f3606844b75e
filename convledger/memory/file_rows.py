"""The memory files that the ledger knows, and their items, as rows."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from pathlib import Path

from msgspec import Struct

from convledger.ingest.archives import INSIDE
from convledger.memory.aligning import Known, Seen
from convledger.memory.readers.items import Item, Rejected, storable
from convledger.memory.readers.registry import read
from convledger.memory.words import text_hash, too_long
from convledger.paths import stored_path
from convledger.store.tombstones import is_erased

LIVE, MISSING, UNREADABLE = "live", "missing", "unreadable"
PACKED = "packed"  # a member of an archive: no tool reads or writes it
# News that wait for a person, and marks that are none: dealt with, or to be taken out of the file.
ADDED, CHANGED, REMOVED = "added", "changed", "removed"
NEWS = (ADDED, CHANGED, REMOVED)
GONE, OUT = "gone", "out"
MOST_PIECES = 50_000  # of one file: what has more is data, and would keep others waiting
NOWHERE = -1  # the start of an item that can't be written back
_FIELDS = "id, format, path, scope, state, reason, size, mtime_ns, hash, added_at, read_at"


class FileRow(Struct, frozen=True):
    """A memory file as it was last read."""

    id: int
    format: str
    path: str | bytes
    scope: str
    state: str
    reason: str
    size: int
    mtime_ns: int
    hash: str
    added_at: int
    read_at: int | None


def known_files(connection: sqlite3.Connection) -> list[FileRow]:
    """Return every memory file."""
    rows = connection.execute(f"SELECT {_FIELDS} FROM memory_file ORDER BY id")
    return [FileRow(*row) for row in rows]


def known_file(connection: sqlite3.Connection, path: str | Path) -> FileRow | None:
    """Return the memory file at a path, None where it was never read."""
    row = connection.execute(
        f"SELECT {_FIELDS} FROM memory_file WHERE path=?", (stored_path(Path(path)),)
    ).fetchone()
    return None if row is None else FileRow(*row)


def shown_place(path: str | Path) -> str:
    """Return where a memory file is, for people: "export.zip › memories.json" within an archive."""
    return storable(str(path)).replace(INSIDE, " › ", 1)


def known_items(connection: sqlite3.Connection, file_id: int) -> list[Known]:
    """Return the items of a file."""
    rows = connection.execute(
        "SELECT id, key, entry_id, hash, start, length, news, text FROM memory_item "
        "WHERE file_id=? ORDER BY id",
        (file_id,),
    )
    return [Known(*row) for row in rows]


def entry_hashes(connection: sqlite3.Connection, file_id: int) -> dict[int, set[str]]:
    """Return the hashes of all texts that the entry of each item of a file has, or had."""
    found: dict[int, set[str]] = {}
    for item_id, digest in connection.execute(
        "SELECT memory_item.id, entry_version.hash FROM memory_item JOIN entry_version "
        "ON entry_version.entry_id=memory_item.entry_id WHERE file_id=? "
        "AND entry_version.hash!=memory_item.hash",
        (file_id,),
    ):
        found.setdefault(item_id, set()).add(digest)
    return found


def text_before(connection: sqlite3.Connection, known: Known) -> str:
    """Return the text that an item had when it was last taken in."""
    if known.entry_id is None:
        return known.text
    return body_before(connection, known.entry_id, known.hash)


def body_before(connection: sqlite3.Connection, entry_id: int, digest: str) -> str:
    """Return the text of an entry that has a hash, the latest where none has."""
    row = connection.execute(
        "SELECT body FROM entry_version WHERE entry_id=? ORDER BY hash!=?, number DESC LIMIT 1",
        (entry_id, digest),
    ).fetchone()
    return "" if row is None else str(row[0])


def seen_in(
    connection: sqlite3.Connection, content: bytes, path: str, format_name: str
) -> tuple[list[Seen], list[Rejected], int]:
    """Return the items of a file, what had to be left, and how many of them were erased."""
    seen: list[Seen] = []
    rejected: list[Rejected] = []
    erased = 0
    graves = connection.execute("SELECT 1 FROM tombstone WHERE kind='entry' LIMIT 1").fetchone()
    for found in read(content, path, format_name):
        if isinstance(found, Rejected):
            rejected.append(found)
            continue
        if wrong := too_long(found.body):  # known before such a text is folded and hashed
            rejected.append(Rejected(found.place, wrong))
            continue
        digest = text_hash(found.body)
        if graves is not None and is_erased(connection, "entry", digest):
            erased += 1
            continue
        seen.append(Seen(found, digest))
        if len(seen) > MOST_PIECES:
            reason = (
                f"it holds more than {MOST_PIECES:,} pieces, the most that memory takes of a file: "
                "split it, or remember what matters of it"
            )
            return [], [Rejected("", reason)], 0
    return seen, rejected, erased


def place_of(item: Item) -> tuple[int, int]:
    """Return the bytes of an item as they are stored."""
    if item.start is None or item.length is None:
        return NOWHERE, 0
    return item.start, item.length


def move_items(connection: sqlite3.Connection, moved: Sequence[tuple[Known, Item]]) -> None:
    """Note where items stand in their file now."""
    rows = [
        (item.key, *place_of(item), known.id)
        for known, item in moved
        if (known.key, known.start, known.length) != (item.key, *place_of(item))
    ]
    connection.executemany("UPDATE memory_item SET key=?, start=?, length=? WHERE id=?", rows)


def doubt(connection: sqlite3.Connection, operation_id: int) -> None:
    """Have the files read anew whose items a change was about: those may stand elsewhere now."""
    connection.execute(
        "UPDATE memory_file SET hash='', mtime_ns=0 WHERE id IN (SELECT file_id FROM memory_item "
        "JOIN operation_row ON operation_row.key='['||memory_item.id||']' "
        "WHERE operation_id=? AND table_name='memory_item')",
        (operation_id,),
    )


def reason_of(rejected: Sequence[Rejected]) -> str:
    """Return what is wrong with a file in one line, "" where nothing is."""
    if not rejected:
        return ""
    first = rejected[0]
    reason = f"{first.place}: {first.reason}" if first.place else first.reason
    more = len(rejected) - 1
    return f"{reason[:300]}{f' (and {more:,} more)' if more else ''}"
