"""Workspaces that are made once for all tests of a process, and copied for each of them."""

from __future__ import annotations

import os
import sqlite3
import tempfile
from contextlib import closing, suppress
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from convledger.ledger import Ledger
from convledger.paths import LEDGER, stored_path
from convledger.store import connection
from convledger.store.migrations import MIGRATIONS, migrate

connect = connection.connect
UNSAFE = tuple(
    "synchronous=OFF" if each.startswith("synchronous=") else each for each in connection._SETTINGS
)


def hasten(monkeypatch: pytest.MonkeyPatch) -> None:
    """Give new ledgers tables that are made, and have nothing wait until it is on the disk.

    What is lost where the power goes is no matter of a test in this process; the programs that
    tests start and end keep to what they have.
    """
    monkeypatch.setattr("convledger.ledger.connect", connect_ready)
    monkeypatch.setattr(connection, "_SETTINGS", UNSAFE)


def connect_ready(path: Path) -> sqlite3.Connection:
    """Open a ledger; one that is new has its tables without the time that making them takes."""
    if not path.exists():
        with suppress(OSError):  # which is told when it is opened
            _lay(path)
    return connect(path)


def _lay(path: Path) -> None:
    """Put a new ledger in its place all at once: another thread may be about to open it."""
    file, name = tempfile.mkstemp(dir=path.parent, prefix=".new-")
    try:
        with os.fdopen(file, "wb") as made:
            made.write(_new_ledger())
        os.link(name, path)
    finally:
        os.unlink(name)  # noqa: PTH108


def empty_workspace(folder: Path) -> Ledger:
    """Open a workspace that is new, without the time that making its tables takes."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    _lay(folder / LEDGER)
    return Ledger.open(folder)


def empty_tables() -> sqlite3.Connection:
    """Return a ledger in memory with every table and nothing in them."""
    made = sqlite3.connect(":memory:", isolation_level=None)
    made.deserialize(_new_tables())
    return made


@cache
def _new_ledger() -> bytes:
    with TemporaryDirectory() as folder:
        path = Path(folder) / LEDGER
        with closing(connect(path)) as made:
            migrate(made, path)
        return path.read_bytes()


@cache
def _new_tables() -> bytes:
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as made:
        for step in MIGRATIONS:
            step(made)
        return made.serialize()


def move_logs(workspace: Path, before: Path, after: Path) -> None:
    """Let the books say of logs that were copied to another home where and what they are now."""
    with closing(sqlite3.connect(workspace / LEDGER)) as books, books:
        for table, name in (("source", "root"), ("setting", "name"), ("file", "path")):
            books.execute(
                f"UPDATE {table} SET {name}=replace({name}, ?, ?)",
                (stored_path(before), stored_path(after)),
            )
        for key, path in books.execute("SELECT id, path FROM file").fetchall():
            facts = Path(path).stat()
            books.execute(
                "UPDATE file SET device=?, inode=?, mtime_ns=? WHERE id=?",
                (facts.st_dev, facts.st_ino, facts.st_mtime_ns, key),
            )
