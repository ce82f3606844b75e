"""Writes and reads where each log file stands: identity, position, carry-over, rejected lines."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

from convledger.store.left_out import IS_READ

if TYPE_CHECKING:
    from convledger.sources.findings import Rejected


@dataclass(slots=True)
class FileRow:
    """A log file as the ledger knows it; offsets are bytes behind the last complete line read.

    Figures and texts are read apart, so that figures can come first; each has its own position.
    """

    id: int
    source_id: int
    path: Any  # text, or bytes where the name is not Unicode
    device: int = 0
    inode: int = 0
    size: int = 0
    mtime_ns: int = 0
    first_at: int | None = None
    first_until: int | None = None
    background: int = 0
    state: str = "live"
    reason: str = ""
    figures_offset: int = 0
    figures_line: int = 0
    texts_offset: int = 0
    texts_line: int = 0
    head_length: int = 0
    head_hash: bytes | None = None
    tail_hash: bytes | None = None
    figures_state: bytes = b""
    texts_state: bytes = b""
    replayed_until: int = 0
    texts_size: int = 0
    read_at: int | None = None


_NAMES = tuple(item.name for item in fields(FileRow))
_SAVED = _NAMES[3:]


Known = tuple[int, int, str | bytes, int, int, int, str]


def known_files(connection: sqlite3.Connection) -> list[Known]:
    """Return id, source, path, size, mtime in ns, inode and state of every file."""
    return connection.execute(
        "SELECT id, source_id, path, size, mtime_ns, inode, state FROM file"
    ).fetchall()


def known_file(connection: sqlite3.Connection, path: str | bytes) -> Known | None:
    """Return the same of one file, None where it is not known."""
    found: Known | None = connection.execute(
        "SELECT id, source_id, path, size, mtime_ns, inode, state FROM file WHERE path=?", (path,)
    ).fetchone()
    return found


def files_without_texts(connection: sqlite3.Connection) -> list[tuple[int, str, str]]:
    """Return id, reader and root of each live file whose texts are behind, the newest first."""
    return connection.execute(
        "SELECT file.id, reader.name, root FROM file JOIN source ON source.id=source_id "
        "JOIN reader ON reader.id=reader_id "
        f"WHERE texts_size!=size AND file.state='live' AND {IS_READ} ORDER BY mtime_ns DESC"
    ).fetchall()


def texts_pending(connection: sqlite3.Connection) -> tuple[int, int]:
    """Return how many files wait for their texts to be stored, and about how many bytes."""
    found = connection.execute(
        "SELECT count(*), coalesce(sum(max(0, size-texts_offset)), 0) FROM file "
        "JOIN source ON source.id=source_id "
        f"WHERE texts_size!=size AND file.state='live' AND {IS_READ}"
    ).fetchone()
    return int(found[0]), int(found[1])


def add_file(connection: sqlite3.Connection, source_id: int, path: str | bytes) -> int:
    """Return the id of a file, made where it is new."""
    connection.execute(
        "INSERT OR IGNORE INTO file (source_id, path) VALUES (?, ?)", (source_id, path)
    )
    found = connection.execute(
        "SELECT id FROM file WHERE source_id=? AND path=?", (source_id, path)
    ).fetchone()
    return int(found[0])


def load_file(connection: sqlite3.Connection, file_id: int) -> FileRow:
    """Return what is known of a file."""
    row = connection.execute(
        f"SELECT {', '.join(_NAMES)} FROM file WHERE id=?",
        (file_id,),
    ).fetchone()
    return FileRow(*row)


def save_file(connection: sqlite3.Connection, row: FileRow) -> None:
    """Store a file's identity and positions; belongs into the transaction of what was read."""
    names = ", ".join(f"{name}=?" for name in _SAVED)
    values = [getattr(row, name) for name in _SAVED]
    connection.execute(f"UPDATE file SET {names} WHERE id=?", (*values, row.id))


def set_state(connection: sqlite3.Connection, file_id: int, state: str, reason: str) -> None:
    """Note that a file is live, gone or unreadable, and why."""
    connection.execute("UPDATE file SET state=?, reason=? WHERE id=?", (state, reason, file_id))


def births(connection: sqlite3.Connection) -> dict[int, tuple[int, int, int, str]]:
    """Return for each file when it was begun, so that the original of two copies can be told."""
    return {
        file_id: (background, first_at or 0, first_until or 0, str(path))
        for file_id, background, first_at, first_until, path in connection.execute(
            "SELECT id, background, first_at, first_until, path FROM file"
        )
    }


def reject(connection: sqlite3.Connection, file_id: int, rejected: list[Rejected], at: int) -> int:
    """Keep the lines that could not be used, once each; returns how many were not known."""
    before = _rejected_in(connection, file_id)
    connection.executemany(
        "INSERT OR REPLACE INTO rejected (file_id, line, offset, reason, excerpt, at) "
        "VALUES (?, ?, ?, ?, ?, ?)",
        ((file_id, bad.line, bad.offset, bad.reason, bad.excerpt, at) for bad in rejected),
    )
    return _rejected_in(connection, file_id) - before


def _rejected_in(connection: sqlite3.Connection, file_id: int) -> int:
    found = connection.execute("SELECT count(*) FROM rejected WHERE file_id=?", (file_id,))
    return int(found.fetchone()[0])


def forget_rejected(connection: sqlite3.Connection, file_id: int) -> None:
    """Drop the rejected lines of a file that is read again from its start."""
    connection.execute("DELETE FROM rejected WHERE file_id=?", (file_id,))
