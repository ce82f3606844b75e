"""Reads the first bytes of a database that this process may have open, and leaves it its locks.

POSIX lets go of all locks that a process has on a file when it closes any descriptor of that file,
also one that only read a few bytes. SQLite's are of that kind: without them another process takes
itself for the last one, and removes the write-ahead log under those that write to it. So while a
connection is open no descriptor is closed; it is kept, and closed after the last connection.
(SQLite documents this under "How To Corrupt An SQLite Database File", 2.2.)
"""

from __future__ import annotations

import os
import threading
import weakref
from collections import Counter
from pathlib import Path
from typing import Any

File = tuple[int, int]  # device and inode

_HAS_SUCH_LOCKS = os.name == "posix"
_lock = threading.RLock()  # a finalizer may come while it is held
_connections: Counter[File] = Counter()
_kept: dict[File, list[int]] = {}


def first_bytes(path: Path, count: int) -> bytes:
    """Return how a file begins. Raises OSError."""
    if not _HAS_SUCH_LOCKS:
        with path.open("rb", buffering=0) as stream:
            return stream.read(count)
    with _lock:
        for descriptor in _kept.get(_file_at(path), ()):
            return os.pread(descriptor, count, 0)
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
        facts = os.fstat(descriptor)  # it may have been replaced since
        file = (facts.st_dev, facts.st_ino)
        try:
            return os.pread(descriptor, count, 0)
        finally:
            if file in _connections:
                _kept.setdefault(file, []).append(descriptor)
            else:
                os.close(descriptor)


def hold(path: Path) -> File | None:
    """Note that a connection to a file is about to be opened; None where there is no file."""
    if not _HAS_SUCH_LOCKS:
        return None
    with _lock:
        try:
            file = _file_at(path)
        except OSError:
            return None
        _connections[file] += 1
        return file


def let_go(file: File | None) -> None:
    """Note that a connection was closed, or could not be opened."""
    if file is None:
        return
    with _lock:
        _connections[file] -= 1
        if _connections[file] <= 0:
            del _connections[file]
            for descriptor in _kept.pop(file, ()):
                os.close(descriptor)


def let_go_when_closed(connection: Any, file: File | None) -> None:
    """Have a connection's `close` let go of its file; also where it is dropped unclosed."""
    if file is not None:
        connection.held = weakref.finalize(connection, let_go, file)
        connection.held.atexit = False


def _file_at(path: Path) -> File:
    facts = path.stat()
    return facts.st_dev, facts.st_ino
