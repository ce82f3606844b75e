"""What a person changed, row by row as it was before, so that any change can be taken back."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import msgspec

from convledger.clock import DAY
from convledger.errors import UsageProblem
from convledger.store.actors import YOU, acting, as_actor
from convledger.store.audit import note_deed
from convledger.store.connection import has_drafts, transaction
from convledger.store.entry_index import INDEXED, index_entry, unindex_entry

KEPT = 180 * DAY  # how long a change can be undone
ALWAYS_KEPT = 100  # changes that can be undone however long ago they seem to be
# Tables that can be restored, with their primary keys, the ones that others refer to first.
_KEYS = {
    "memory_file": ("id",),
    "entry": ("id",),
    "memory_item": ("id",),
    "entry_version": ("entry_id", "number"),
    "entry_source": ("id",),
    "entry_pair": ("first_id", "second_id"),
    "pack": ("id",),
    "pack_item": ("pack_id", "entry_id"),
    "finding": ("id",),
}

Key = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Operation:
    """A change that was made: `verb` is what was done, `about` to what, `rows` how many changed."""

    id: int
    at: int
    actor: str
    verb: str
    about: str
    rows: int
    undone_at: int | None
    undoes: int | None


class Recorder:
    """Notes rows before they change; each is noted once, as it was at first."""

    def __init__(self, connection: sqlite3.Connection, operation_id: int) -> None:
        self._connection = connection
        self._id = operation_id
        self._seen: set[tuple[str, Key]] = set()

    @property
    def is_empty(self) -> bool:
        """Whether nothing was noted yet."""
        return not self._seen

    def touch(self, table: str, *key: int) -> None:
        """Note a row as it is now, or that there is none; belongs before each change of it."""
        if (table, key) not in self._seen:
            self._note(table, key, _row(self._connection, table, key))

    def made(self, table: str, *key: int) -> None:
        """Note that a row was made just now."""
        if (table, key) not in self._seen:
            self._note(table, key, None)

    def _note(self, table: str, key: Key, before: dict[str, Any] | None) -> None:
        self._seen.add((table, key))
        self._connection.execute(
            "INSERT INTO operation_row VALUES (?, ?, ?, ?, ?)",
            (
                self._id,
                len(self._seen),
                table,
                _encoded(key),
                None if before is None else msgspec.msgpack.encode(before),
            ),
        )


@contextmanager
def operation(
    connection: sqlite3.Connection,
    verb: str,
    *,
    now: int,
    about: str = "",
    actor: str = YOU,
    undoes: int | None = None,
) -> Iterator[Recorder]:
    """Run the block as one change that can be undone; nothing is kept where it changes nothing.

    "you" is whoever acts at the moment.
    """
    actor = acting() if actor == YOU else actor
    with as_actor(actor, verb), transaction(connection):
        cursor = connection.execute(
            "INSERT INTO operation (at, actor, verb, about, undoes) VALUES (?, ?, ?, ?, ?)",
            (now, actor, verb, about, undoes),
        )
        recorder = Recorder(connection, int(cursor.lastrowid or 0))
        yield recorder
        if recorder.is_empty:
            connection.execute("DELETE FROM operation WHERE id=?", (cursor.lastrowid,))
        elif not has_drafts(connection):
            note_deed(connection, "memory changed", "memory")
        _forget_old(connection, now - KEPT)


def operations(connection: sqlite3.Connection, limit: int = 50) -> list[Operation]:
    """Return what was changed, the latest first."""
    rows = connection.execute(
        "SELECT id, at, actor, verb, about, (SELECT count(*) FROM operation_row "
        "WHERE operation_id=id), undone_at, undoes FROM operation ORDER BY id DESC LIMIT ?",
        (limit,),
    )
    return [Operation(*row) for row in rows]


def latest_operation(connection: sqlite3.Connection) -> int:
    """Return the number of the last change, 0 where there is none."""
    (found,) = connection.execute("SELECT coalesce(max(id), 0) FROM operation").fetchone()
    return int(found)


def touched_entries(connection: sqlite3.Connection, operation_id: int) -> list[int]:
    """Return the entries that a change was about."""
    rows = connection.execute(
        "SELECT key FROM operation_row WHERE operation_id=? AND table_name='entry'",
        (operation_id,),
    )
    return [_key(row[0])[0] for row in rows]


def undo(connection: sqlite3.Connection, now: int, operation_id: int | None = None) -> Operation:
    """Take back a change, the latest unless told; that can be undone in its turn.

    Raises UsageProblem where there is none, or where a later change touched the same rows.
    """
    wanted = "id=?" if operation_id is not None else "undone_at IS NULL AND undoes IS NULL"
    row = connection.execute(
        f"SELECT id, at, actor, verb, about, 0, undone_at, undoes FROM operation WHERE {wanted} "
        "ORDER BY id DESC LIMIT 1",
        () if operation_id is None else (operation_id,),
    ).fetchone()
    if row is None:
        raise UsageProblem("there is nothing to undo")
    found = Operation(*row)
    if found.undone_at is not None:
        raise UsageProblem(f"{found.verb} number {found.id} is undone already")
    changed = connection.execute(
        "SELECT table_name, key, before FROM operation_row WHERE operation_id=? "
        "ORDER BY number DESC",
        (found.id,),
    ).fetchall()
    _must_be_untouched(connection, found)
    about = f"{found.verb} number {found.id}"
    try:
        _take_back(connection, found, changed, now, about)
    except sqlite3.IntegrityError as error:
        complaint = f"something that was made later belongs to {about}; undo that first"
        raise UsageProblem(complaint) from error
    return found


def _take_back(
    connection: sqlite3.Connection,
    found: Operation,
    changed: list[tuple[str, str, bytes | None]],
    now: int,
    about: str,
) -> None:
    with operation(connection, "undo", now=now, about=about, undoes=found.id) as recorder:
        # A row that goes may be one that another row points to until that is restored.
        connection.execute("PRAGMA defer_foreign_keys=ON")
        # Rows that refer to others go first and come back last. Entries go by their numbers: the
        # index of words writes itself anew each time that it is led back to a lower one.
        order = list(_KEYS)
        rows = [(table, _key(key), before) for table, key, before in changed]
        rows.sort(key=lambda row: (order.index(row[0]), row[1] if row[0] == "entry" else ()))
        for table, key, before in sorted(rows, key=lambda row: -order.index(row[0])):
            if before is None:
                recorder.touch(table, *key)
                _remove(connection, table, key)
        for table, key, before in rows:
            if before is not None:
                recorder.touch(table, *key)
                _restore(connection, table, key, msgspec.msgpack.decode(before))
        _stands_no_more(connection, found.id, now)


def _stands_no_more(connection: sqlite3.Connection, operation_id: int, now: int) -> None:
    """Note that a change is undone; what it had undone itself stands again, and so on."""
    stands = False
    number: int | None = operation_id
    while number is not None:
        connection.execute(
            "UPDATE operation SET undone_at=? WHERE id=?", (None if stands else now, number)
        )
        row = connection.execute("SELECT undoes FROM operation WHERE id=?", (number,)).fetchone()
        number, stands = (row[0] if row else None), not stands


def _must_be_untouched(connection: sqlite3.Connection, found: Operation) -> None:
    later = connection.execute(
        "SELECT operation.id, verb FROM operation_row AS own JOIN operation_row AS other "
        "ON other.table_name=own.table_name AND other.key=own.key "
        "AND other.operation_id>own.operation_id JOIN operation ON operation.id=other.operation_id "
        "WHERE own.operation_id=? AND undone_at IS NULL AND undoes IS NULL "
        "ORDER BY operation.id DESC LIMIT 1",
        (found.id,),
    ).fetchone()
    if later is not None:
        raise UsageProblem(
            f"{later[1]} number {later[0]} changed the same afterwards; undo that first"
        )


def _row(connection: sqlite3.Connection, table: str, key: Key) -> dict[str, Any] | None:
    cursor = connection.execute(f"SELECT * FROM {table} WHERE {_matches(table)}", key)
    row = cursor.fetchone()
    if row is None:
        return None
    return {column[0]: value for column, value in zip(cursor.description, row, strict=True)}


def _matches(table: str) -> str:
    return " AND ".join(f"{name}=?" for name in _KEYS[table])


def _remove(connection: sqlite3.Connection, table: str, key: Key) -> None:
    if table == "entry":
        unindex_entry(connection, key[0])
        # What the program itself found out about it goes with it.
        connection.execute(
            "DELETE FROM entry_pair WHERE status='open' AND ? IN (first_id, second_id)", key
        )
        connection.execute("DELETE FROM finding WHERE object='entry' AND object_id=?", key)
    if table == "memory_file":
        connection.execute("DELETE FROM memory_item WHERE file_id=? AND entry_id IS NULL", key)
    connection.execute(f"DELETE FROM {table} WHERE {_matches(table)}", key)


def _restore(connection: sqlite3.Connection, table: str, key: Key, before: dict[str, Any]) -> None:
    now = _row(connection, table, key)
    in_index = table == "entry" and (
        now is None or any(now[name] != before[name] for name in INDEXED)
    )
    if now is None:
        names = ", ".join(before)
        marks = ", ".join("?" * len(before))
        connection.execute(f"INSERT INTO {table} ({names}) VALUES ({marks})", [*before.values()])
    else:
        if in_index:
            unindex_entry(connection, key[0])
        sets = ", ".join(f"{name}=?" for name in before)
        connection.execute(
            f"UPDATE {table} SET {sets} WHERE {_matches(table)}", [*before.values(), *key]
        )
    if in_index:
        index_entry(connection, key[0])


def _forget_old(connection: sqlite3.Connection, before: int) -> None:
    # Of how long ago the last ones are a clock that was set wrong must not decide.
    latest = f"SELECT id FROM operation ORDER BY id DESC LIMIT {ALWAYS_KEPT}"
    old = f"SELECT id FROM operation WHERE at < ? AND id NOT IN ({latest})"
    connection.execute(f"DELETE FROM operation_row WHERE operation_id IN ({old})", (before,))
    connection.execute(
        f"DELETE FROM operation WHERE id IN ({old}) AND id NOT IN (SELECT undoes FROM operation "
        "WHERE undoes IS NOT NULL AND at >= ?)",
        (before, before),
    )


def _encoded(value: object) -> str:
    return msgspec.json.encode(value).decode()


def _key(text: str) -> Key:
    return msgspec.json.decode(text, type=tuple[int, ...])
