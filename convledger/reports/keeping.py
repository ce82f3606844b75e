"""What lists work out once: orders and sums, kept in temporary tables until anything is written."""

from __future__ import annotations

import sqlite3
from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from msgspec import json

Making = Callable[[], Iterable[int]]
_NUMBERS = json.Decoder(list[int])
# Numbers handled in one go: while Python is at it, no key is answered in the other thread.
PORTION = 16_384
_DIGITS = 8  # of most numbers
_KEPT = (
    "listing (name TEXT PRIMARY KEY, value)",
    (
        "fitting (id INTEGER PRIMARY KEY, calls, unpriced_calls, tokens, list_high, list_low, "
        "estimated_calls)"
    ),
)


@contextmanager
def snapshot(connection: sqlite3.Connection) -> Iterator[None]:
    """Let the block read one state of the ledger, and forget what was kept of an earlier one."""
    connection.execute("SAVEPOINT listing")
    try:
        for table in _KEPT:
            connection.execute(f"CREATE TEMP TABLE IF NOT EXISTS {table}")
        version = connection.execute("PRAGMA data_version").fetchone()[0]
        if value(connection, "stamp") != f"{version} {connection.total_changes}":
            # Not dropped: SQLite refuses that while any other statement is under way.
            connection.execute("DELETE FROM temp.listing")
            connection.execute("DELETE FROM temp.fitting")
            keep(connection, "version", version)
        yield
    finally:
        if connection.in_transaction:  # not where an interrupt has ended it
            try:
                connection.execute("RELEASE listing")
            except sqlite3.OperationalError:  # an interrupt that came too late to stop a question
                connection.execute("RELEASE listing")


def kept(connection: sqlite3.Connection, name: str, make: Making) -> array[int]:
    """Return the numbers kept as `name`, made when they are not; belongs into a snapshot."""
    stored = value(connection, name)
    if stored is None:
        stored = array("q", make()).tobytes()
        keep(connection, name, stored)
    return array("q", stored)


def keep(connection: sqlite3.Connection, name: str, stored: bytes | int | str) -> None:
    """Keep a value until something is written; this itself is no such change."""
    put = "INSERT OR REPLACE INTO temp.listing VALUES (?, ?)"
    connection.execute(put, (name, stored))
    stamp = f"{value(connection, 'version')} {connection.total_changes + 1}"
    connection.execute(put, ("stamp", stamp))


def value(connection: sqlite3.Connection, name: str) -> Any:
    """Return what is kept as `name`, None where nothing is; belongs into a snapshot."""
    row = connection.execute("SELECT value FROM temp.listing WHERE name=?", (name,)).fetchone()
    return None if row is None else row[0]


def numbers(
    connection: sqlite3.Connection, column: str, rows: str, values: Sequence[object] = ()
) -> array[int]:
    """Return a column of whole numbers; as one JSON text it takes a fifth of the time of rows."""
    row = connection.execute(f"SELECT json_group_array({column}) FROM {rows}", values).fetchone()
    text: str = row[0][1:-1]
    found, start = array("q"), 0
    while start < len(text):
        end = text.find(",", start + PORTION * _DIGITS)
        end = len(text) if end < 0 else end
        found.extend(array("q", _NUMBERS.decode(f"[{text[start:end]}]")))
        start = end + 1
    return found


def portions(ids: array[int]) -> Iterator[array[int]]:
    """Yield the numbers in pieces that are short work."""
    for start in range(0, len(ids), PORTION):
        yield ids[start : start + PORTION]
