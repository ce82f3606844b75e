"""Tells cheaply whether the prices are still those that the ledger was rated with."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from convledger import __version__
from convledger.store.connection import transaction
from convledger.store.settings import setting

_NOTE = "prices.stamp"
_BOOK = Path(__file__).parent.parent / "pricing" / "data" / "pricebook.json.gz"


def stamp(prices: Path) -> str:
    """Return a short text that changes when the shipped book or the user's prices do."""
    parts = [__version__]
    for path in (_BOOK, prices):
        try:
            info = path.stat()
        except OSError:
            parts.append("-")
        else:
            parts.append(f"{info.st_size}.{info.st_mtime_ns}")
    return " ".join(parts)


def is_current(connection: sqlite3.Connection, seen: str) -> bool:
    """Tell whether the ledger was last rated with the prices of this stamp."""
    return setting(connection, _NOTE) == seen


def keep(connection: sqlite3.Connection, seen: str) -> None:
    """Note that the ledger is rated with the prices of a stamp taken before they were loaded."""
    with transaction(connection):
        connection.execute("INSERT OR REPLACE INTO setting VALUES (?, ?)", (_NOTE, seen))
