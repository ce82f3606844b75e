"""The ledger's own notes: names with a value, like where the next message id is."""

from __future__ import annotations

import sqlite3


def setting(connection: sqlite3.Connection, name: str, otherwise: str = "") -> str:
    """Return what is noted under `name`."""
    found = connection.execute("SELECT value FROM setting WHERE name=?", (name,)).fetchone()
    return str(found[0]) if found else otherwise


def note(connection: sqlite3.Connection, name: str, value: object) -> None:
    """Note a value under `name`, in the transaction that is open or one of its own."""
    connection.execute(
        "INSERT INTO setting VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value=excluded.value",
        (name, str(value)),
    )
