"""Workspaces that are made once for all tests of a process, and copied for each of them."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from convledger.ledger import Ledger
from convledger.paths import LEDGER, stored_path
from convledger.store.migrations import MIGRATIONS


def empty_workspace(folder: Path) -> Ledger:
    """Open a workspace that is new, without the time that making its tables takes."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    made = os.open(folder / LEDGER, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    with os.fdopen(made, "wb") as file:
        file.write(_new_ledger())
    return Ledger.open(folder)


def empty_tables() -> sqlite3.Connection:
    """Return a ledger in memory with every table and nothing in them."""
    connection = sqlite3.connect(":memory:", isolation_level=None)
    connection.deserialize(_new_tables())
    return connection


@cache
def _new_ledger() -> bytes:
    with TemporaryDirectory() as folder:
        Ledger.open(Path(folder)).close()
        return (Path(folder) / LEDGER).read_bytes()


@cache
def _new_tables() -> bytes:
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        for step in MIGRATIONS:
            step(connection)
        return connection.serialize()


def move_logs(workspace: Path, before: Path, after: Path) -> None:
    """Let the books say of logs that were copied to another home where and what they are now."""
    with closing(sqlite3.connect(workspace / LEDGER)) as connection, connection:
        for table, name in (("source", "root"), ("setting", "name"), ("file", "path")):
            connection.execute(
                f"UPDATE {table} SET {name}=replace({name}, ?, ?)",
                (stored_path(before), stored_path(after)),
            )
        for key, path in connection.execute("SELECT id, path FROM file").fetchall():
            facts = Path(path).stat()
            connection.execute(
                "UPDATE file SET device=?, inode=?, mtime_ns=? WHERE id=?",
                (facts.st_dev, facts.st_ino, facts.st_mtime_ns, key),
            )
