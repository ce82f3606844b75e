"""The full-text index of memory entries: a small one of its own, kept in step with every change."""

from __future__ import annotations

import sqlite3

INDEXED = ("title", "body", "tags")
_COLUMNS = f"id, {', '.join(INDEXED)}"


def index_entry(connection: sqlite3.Connection, entry_id: int) -> None:
    """Put an entry into the index as it is now."""
    connection.execute(
        f"INSERT INTO remembered (rowid, title, body, tags) SELECT {_COLUMNS} FROM entry "
        "WHERE id=?",
        (entry_id,),
    )


def unindex_entry(connection: sqlite3.Connection, entry_id: int) -> None:
    """Take an entry out of the index; belongs before its text changes."""
    connection.execute(
        "INSERT INTO remembered (remembered, rowid, title, body, tags) "
        f"SELECT 'delete', {_COLUMNS} FROM entry WHERE id=?",
        (entry_id,),
    )


def rebuild_entry_index(connection: sqlite3.Connection) -> None:
    """Fill the index anew from the entries; belongs into a transaction."""
    connection.execute("INSERT INTO remembered (remembered) VALUES ('rebuild')")
