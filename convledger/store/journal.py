"""SQLite's notes of what is being written: a log beside the ledger, none on network drives."""

from __future__ import annotations

import sqlite3
import time
from pathlib import Path

from convledger.store.connection import unreadable


def without_log(connection: sqlite3.Connection, path: Path) -> None:
    """Keep a ledger without the log beside it, as is needed on a network drive.

    Raises WorkspaceError where another program has it open with the log.
    """
    try:
        (mode,) = connection.execute("PRAGMA journal_mode=DELETE").fetchone()
    except sqlite3.Error as error:
        raise unreadable(path, error) from error
    if mode != "delete":
        raise unreadable(path, sqlite3.OperationalError("database is locked"))


def use_wal(connection: sqlite3.Connection) -> None:
    """Turn to WAL; SQLite itself does not wait when another process is just about to as well."""
    milliseconds = connection.execute("PRAGMA busy_timeout").fetchone()[0]
    deadline = time.monotonic() + milliseconds / 1000
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() >= deadline:
                raise
            time.sleep(0.01)
        else:
            return
