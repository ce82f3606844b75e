"""Reads other tools' SQLite files: never a lock on them, never a byte written beside them.

A database in WAL mode that is in use is read through its own journal, which hinders nobody. One
that nobody has open is read as it lies on disk, and looked at again afterwards: had it been
written meanwhile, what was read is refused.
"""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from urllib.parse import quote

from convledger.ingest.lines import NotReadable, open_log

_HEAD = 100
_WAL = 2  # the file format's own number for it
_MOST_STEPS = 5_000_000  # thousands of SQLite's steps: a hostile file can't hold us up for ever
_MOST_COPIED = 4 << 30


class Database:
    """An open SQLite file that is only looked at."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._open = ExitStack()
        self._steps = 0
        self._before: tuple[object, ...] | None = None
        try:
            self._connection = self._connected()
        except sqlite3.Error as error:
            self._open.close()
            raise NotReadable(_words(error)) from error

    def __enter__(self) -> Database:
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()

    def _connected(self) -> sqlite3.Connection:
        with open_log(self._path) as raw:
            head = raw.read(_HEAD)
        if not head.startswith(b"SQLite format 3\0") or len(head) < _HEAD:
            raise NotReadable("not a SQLite file")
        wal, shared = (Path(f"{self._path}{end}") for end in ("-wal", "-shm"))
        way = "immutable=1"
        path = self._path
        if head[18] == _WAL and _size(wal):
            if shared.exists():
                way = "mode=ro"
            else:  # left behind by a tool that crashed: only a copy can be recovered
                path, way = self._copied(wal), "mode=rw"
        elif _size(Path(f"{self._path}-journal")):
            raise NotReadable("being written right now; it is read again when that has ended")
        if way == "immutable=1":
            self._before = self._state()
        uri = f"file:{quote(str(path))}?{way}"
        connection = sqlite3.connect(uri, uri=True, timeout=0, isolation_level=None)
        self._open.callback(connection.close)
        connection.execute("PRAGMA query_only=ON")
        connection.execute("PRAGMA trusted_schema=OFF")
        connection.execute("PRAGMA cell_size_check=ON")
        connection.execute("PRAGMA mmap_size=0")
        connection.text_factory = lambda data: data.decode("utf-8", "replace")
        connection.set_progress_handler(self._tick, 1000)
        return connection

    def _copied(self, wal: Path) -> Path:
        if _size(self._path) + _size(wal) > _MOST_COPIED:
            raise NotReadable("its journal was left behind; open the tool once, then import again")
        folder = Path(self._open.enter_context(tempfile.TemporaryDirectory(prefix="convledger-")))
        for source in (self._path, wal):
            shutil.copyfile(source, folder / source.name, follow_symlinks=False)
        return folder / self._path.name

    def _state(self) -> tuple[object, ...]:
        """Return what changes whenever the file or its journal is written."""
        info = self._path.stat()
        with open_log(self._path) as raw:
            head = raw.read(_HEAD)
        journals = tuple(_size(Path(f"{self._path}{end}")) for end in ("-wal", "-journal"))
        return (info.st_size, info.st_mtime_ns, info.st_ino, head[24:28], journals)

    def _tick(self) -> int:
        self._steps += 1
        return self._steps > _MOST_STEPS

    def tables(self) -> Mapping[str, frozenset[str]]:
        """Return the columns of each table."""
        names = self.rows("SELECT name FROM sqlite_schema WHERE type='table'")
        return {
            name: frozenset(
                str(row[0]) for row in self.rows("SELECT name FROM pragma_table_info(?)", (name,))
            )
            for (name,) in names
            if isinstance(name, str)
        }

    def rows(self, query: str, values: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """Return what a query gives, all of it; raises NotReadable."""
        try:
            found = self._connection.execute(query, tuple(values)).fetchall()
        except (sqlite3.Error, sqlite3.Warning, OverflowError) as error:
            raise NotReadable(_words(error)) from error
        if self._before is not None and self._before != self._state():
            raise NotReadable("was written while it was read; it is read again the next time")
        return found


def _size(path: Path) -> int:
    try:
        return path.lstat().st_size
    except OSError:
        return 0


def _words(error: Exception) -> str:
    text = str(error)
    if "interrupted" in text:
        return "takes too long to read: it may be damaged"
    return f"can't be read as a database: {text}"
