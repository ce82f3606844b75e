"""Makes SQLite let go of what was deleted: old index segments, the log beside the file."""

from __future__ import annotations

import os
import sqlite3
from contextlib import suppress
from pathlib import Path

from convledger.store.connection import BUSY_SECONDS
from convledger.store.room import SPARE, must_have_room

SAID, REMEMBERED = "said", "remembered"
_LOCKS = Path("/proc/locks")
_FIRST_READ_LOCK, _LAST_READ_LOCK = 123, 127  # bytes of the -shm file that readers lock
_OPEN_LOCK = 128  # the one that whoever has the ledger open locks


def merge_index(connection: sqlite3.Connection, index: str) -> None:
    """Rewrite an index as one segment: until then deleted words stay in the older ones.

    Does nothing where there is one segment already. FTS5's own `secure-delete` is no way: SQLite
    before 3.42 can't even drop such a table.
    """
    connection.execute(f"INSERT INTO {index} ({index}) VALUES ('optimize')")


def empty_log(connection: sqlite3.Connection, wait_seconds: float = BUSY_SECONDS) -> bool:
    """Bring everything into the file and empty the log; False where a reader is in the way."""
    connection.execute(f"PRAGMA busy_timeout={int(wait_seconds * 1000)}")
    try:
        busy, pages, _ = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    except sqlite3.OperationalError as error:
        if "locked" in str(error) or "busy" in str(error):
            return False
        raise
    finally:
        connection.execute(f"PRAGMA busy_timeout={int(BUSY_SECONDS * 1000)}")
    return not busy and pages <= 0


def vacuum(connection: sqlite3.Connection) -> None:
    """Write the file anew without its free pages; `temp_store` keeps the copy in memory.

    Raises NoRoom where the log beside it can't take all pages.
    """
    path = Path(connection.execute("PRAGMA database_list").fetchone()[2])
    must_have_room(
        path.parent,
        path.stat().st_size + SPARE,
        "writing the ledger anew",
        "make room on the disk; the erasure is finished then",
    )
    connection.execute("VACUUM")


def readers(path: Path) -> list[str]:
    """Return the programs that read the ledger just now, as "name (number)"; Linux alone tells."""
    return _holders(path, _FIRST_READ_LOCK, _LAST_READ_LOCK)


def openers(path: Path) -> list[str]:
    """Return the programs that have the ledger open, as "name (number)"; Linux alone tells."""
    return _holders(path, _FIRST_READ_LOCK, _OPEN_LOCK)


def _holders(path: Path, first: int, last_byte: int) -> list[str]:
    try:
        inode = path.with_name(f"{path.name}-shm").stat().st_ino
        lines = _LOCKS.read_text().splitlines()
    except OSError:
        return []
    found: dict[int, str] = {}
    for line in lines:
        fields = line.split()
        with suppress(ValueError, IndexError):
            fields = fields[1:] if fields[1] == "->" else fields
            process, place = int(fields[4]), int(fields[5].rsplit(":", 1)[-1])
            start, end = int(fields[6]), fields[7]
            last = last_byte if end == "EOF" else int(end)
            reads = start <= last_byte and last >= first
            if place == inode and reads and process > 0:
                found[process] = _program(process)
    return [f"{name} ({process})" for process, name in sorted(found.items())]


def _program(process: int) -> str:
    if process == os.getpid():
        return "this program"
    try:
        name = Path(f"/proc/{process}/comm").read_text("utf-8", "replace").strip()
    except OSError:
        name = ""
    return name or "a program"
