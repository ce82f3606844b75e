"""What was erased, known again by keyed hashes alone, so that an import does not bring it back."""

from __future__ import annotations

import hmac
import secrets
import sqlite3
from hashlib import sha256

_KEY = "tombstone_key"


def is_erased(connection: sqlite3.Connection, kind: str, what: str) -> bool:
    """Return whether something of a kind ("entry", "message", "conversation") was erased."""
    key = _key(connection)
    if key is None:
        return False
    row = connection.execute(
        "SELECT 1 FROM tombstone WHERE kind=? AND hash=?", (kind, _hash(key, what))
    ).fetchone()
    return row is not None


def has_tombstones(connection: sqlite3.Connection, kind: str) -> bool:
    """Return whether anything of a kind was erased: where not, nothing need be looked up."""
    query = "SELECT 1 FROM tombstone WHERE kind=? LIMIT 1"
    return connection.execute(query, (kind,)).fetchone() is not None


def bury(connection: sqlite3.Connection, kind: str, what: str, at: int, reason: str = "") -> None:
    """Note that something is erased, without saying what it was."""
    key = _key(connection)
    if key is None:
        key = secrets.token_hex(32)
        connection.execute("INSERT INTO setting VALUES (?, ?)", (_KEY, key))
    connection.execute(
        "INSERT OR IGNORE INTO tombstone VALUES (?, ?, ?, ?)", (kind, _hash(key, what), at, reason)
    )


def _key(connection: sqlite3.Connection) -> str | None:
    row = connection.execute("SELECT value FROM setting WHERE name=?", (_KEY,)).fetchone()
    return None if row is None else str(row[0])


def _hash(key: str, what: str) -> str:
    return hmac.new(bytes.fromhex(key), what.encode("utf-8", "replace"), sha256).hexdigest()
