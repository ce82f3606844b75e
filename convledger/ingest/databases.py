"""Reads other tools' SQLite files: never a lock that hinders them, never a byte written there.

A database with a live write-ahead log is read through it, without writing to its index. One that
nobody has open is read as it lies on disk, and looked at again after each query. What a crashed
tool has left half done is put right in a copy of our own.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple
from urllib.parse import quote

from convledger.ingest.lines import NotReadable, open_log
from convledger.sources.document import LARGEST, TooLarge

_HEAD = 100
_WAL = 2  # the file format's own number for it
_HOT = bytes.fromhex("d9d505f920a163d7")  # how a rollback journal begins that counts
_MOST_STEPS = 300_000  # thousands of SQLite's steps: a hostile file can't hold a query for ever
_MOST_COPIED = 4 << 30
_MOST_AT_ONCE = LARGEST  # bytes that one query may give
_TRIES, _MOST_TRIES = 3, 30  # readings of one query, and of all, while the file is being written
_SOME = 50
_MEASURED = (str, bytes)
_PRAGMAS = ("table_info", "index_list", "index_info")  # which only tell
_BUSY = "being written right now; it is read again when that has ended"


class _State(NamedTuple):
    """What changes whenever a database is replaced or written."""

    device: int
    inode: int
    size: int
    changed_ns: int
    counter: bytes
    journal: int

    @property
    def identity(self) -> tuple[int, int]:
        return self.device, self.inode


class Database:
    """An open SQLite file that is only looked at."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._open = ExitStack()
        self._steps = 0
        self._reopened = 0
        self._tables: dict[str, frozenset[str]] | None = None
        self._foreign: frozenset[str] = frozenset()
        self._names = str(path), f"{path}-journal"
        self._head: BinaryIO | None = None
        self._is_watched = False  # it is read as it lies on disk, where a writer may be at it
        self._connect()

    def __enter__(self) -> Database:
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()

    def _connect(self) -> None:
        """Open the file in the one way that is safe for it as it is now."""
        self._open.close()
        self._tables = self._head = None
        try:
            self._connect_safely()
        except BaseException:
            self._open.close()
            raise

    def _connect_safely(self) -> None:
        with open_log(self._path) as raw:
            head = raw.read(_HEAD)
        if not head.startswith(b"SQLite format 3\0") or len(head) < _HEAD:
            raise NotReadable("not a SQLite file")
        wal = head[18] == _WAL and _size(self._beside("-wal")) > 0
        hot = _is_hot(self._beside("-journal"))
        self._is_watched = not wal and not hot
        if self._is_watched:
            self._head = self._open.enter_context(open_log(self._path))
        self._before = self._state()
        if self._is_watched:
            self._connection = self._opened(self._path, "immutable=1")
        elif hot or _size(self._beside("-shm")) == 0:
            self._connection = self._opened(self._copied(), "mode=rw")
        else:
            try:
                # Without the right to write its index even a reader leaves no mark there.
                self._connection = self._opened(self._path, "mode=ro&readonly_shm=1")
            except NotReadable:
                self._open.close()
                self._connection = self._opened(self._copied(), "mode=rw")

    def _opened(self, path: Path, way: str) -> sqlite3.Connection:
        uri = f"file:{quote(str(path))}?{way}"
        try:
            connection = sqlite3.connect(uri, uri=True, timeout=0, isolation_level=None)
            self._open.callback(connection.close)
            connection.execute("PRAGMA query_only=ON")
            connection.execute("PRAGMA trusted_schema=OFF")
            connection.execute("PRAGMA cell_size_check=ON")
            connection.execute("PRAGMA mmap_size=0")
            connection.text_factory = lambda data: data.decode("utf-8", "replace")
            connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, LARGEST)
            connection.set_progress_handler(self._tick, 1000)
            self._steps = 0
            self._foreign = frozenset(
                str(name).lower()
                for name, kind, root in connection.execute(
                    "SELECT name, type, rootpage FROM sqlite_schema"
                )
                if kind == "view" or (kind == "table" and not root)
            )
            connection.set_authorizer(self._allows)
        except (sqlite3.Error, sqlite3.Warning, ValueError) as error:
            raise NotReadable(_words(error)) from error
        return connection

    def _allows(self, action: int, first: str | None, *rest: str | None) -> int:
        """Let queries read plain tables: what a view or a virtual one would run is not ours."""
        if action == sqlite3.SQLITE_READ:
            names = (first, rest[-1])
            if any(name is not None and name.lower() in self._foreign for name in names):
                return sqlite3.SQLITE_DENY
            return sqlite3.SQLITE_OK
        if action == sqlite3.SQLITE_PRAGMA:
            return sqlite3.SQLITE_OK if first in _PRAGMAS else sqlite3.SQLITE_DENY
        if action == sqlite3.SQLITE_UPDATE and first == "sqlite_master":
            return sqlite3.SQLITE_OK  # how json_each comes into being; a real one is refused
        if action in (sqlite3.SQLITE_SELECT, sqlite3.SQLITE_FUNCTION, sqlite3.SQLITE_RECURSIVE):
            return sqlite3.SQLITE_OK
        return sqlite3.SQLITE_DENY

    def _beside(self, ending: str) -> Path:
        return Path(f"{self._path}{ending}")

    def _copied(self) -> Path:
        """Return a copy with its journals, taken while nobody wrote to any of them."""
        endings = [end for end in ("", "-wal", "-journal") if _size(self._beside(end))]
        if _names_another(self._beside("-journal")):
            raise NotReadable("its journal belongs to several databases; open the tool once")
        before = {end: _stamp(self._beside(end)) for end in endings}
        folder = Path(self._open.enter_context(tempfile.TemporaryDirectory(prefix="convledger-")))
        needed = sum(_size(self._beside(end)) for end in endings)
        if needed > _MOST_COPIED or needed * 2 > shutil.disk_usage(folder).free:
            raise NotReadable("its journal was left behind; open the tool once, then import again")
        for end in endings:
            with open_log(self._beside(end)) as source, (folder / f"copy{end}").open("wb") as copy:
                shutil.copyfileobj(source, copy, 1 << 20)
        if before != {end: _stamp(self._beside(end)) for end in endings}:
            raise NotReadable(_BUSY)
        return folder / "copy"

    def _state(self) -> _State:
        """Return what tells whether it was written; asked after each query, so it must be quick."""
        path, journal = self._names
        try:
            info = os.lstat(path)
        except OSError as error:
            raise NotReadable("was removed while it was read") from error
        counter = b""
        if self._head is not None:
            self._head.seek(24)
            counter = self._head.read(4)
        try:
            left = os.lstat(journal).st_size
        except OSError:
            left = 0
        return _State(info.st_dev, info.st_ino, info.st_size, info.st_mtime_ns, counter, left)

    def _is_changed(self) -> bool:
        """Tell whether what a query has read may be of two states; raises where it is replaced."""
        state = self._state()
        if state.identity != self._before.identity:
            raise NotReadable("was replaced while it was read; it is read again the next time")
        return self._is_watched and state != self._before

    def _tick(self) -> int:
        self._steps += 1
        return self._steps > _MOST_STEPS

    def tables(self) -> Mapping[str, frozenset[str]]:
        """Return the plain columns of each plain table: no views, nothing virtual or generated."""
        if self._tables is None:
            names = self.rows("SELECT name FROM sqlite_schema WHERE type='table' AND rootpage>0")
            self._tables = {
                name: frozenset(
                    str(row[1]) for row in self.rows(f"PRAGMA table_info({_quoted(name)})")
                )
                for (name,) in names
                if isinstance(name, str)
            }
        return self._tables

    def rows(self, query: str, values: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """Return what a query gives, all of it; raises NotReadable, TooLarge where it is too much.

        Where the file was written meanwhile it is opened anew, and asked again.
        """
        for _ in range(_TRIES):
            problem: NotReadable | None = None
            found: list[tuple[Any, ...]] = []
            try:
                found = self._fetched(query, values)
            except NotReadable as error:
                problem = error
            if not self._is_changed():
                if problem is not None:
                    raise problem
                return found
            self._reopened += 1
            if self._reopened > _MOST_TRIES:
                break
            self._connect()
        raise NotReadable(_BUSY)

    def _fetched(self, query: str, values: Sequence[object]) -> list[tuple[Any, ...]]:
        self._steps = 0
        found: list[tuple[Any, ...]] = []
        size = 0
        try:
            cursor = self._connection.execute(query, tuple(values))
            while some := cursor.fetchmany(_SOME):
                size += sum(len(cell) for row in some for cell in row if type(cell) in _MEASURED)
                if size > _MOST_AT_ONCE:
                    cursor.close()
                    raise TooLarge(f"more than {_MOST_AT_ONCE >> 20} MB at once")
                found += some
        except sqlite3.DataError as error:
            if "too big" in str(error):
                raise TooLarge(f"holds more than {LARGEST >> 20} MB in one place") from error
            raise NotReadable(_words(error)) from error
        except (sqlite3.Error, sqlite3.Warning, OverflowError, ValueError) as error:
            raise NotReadable(_words(error)) from error
        except MemoryError as error:
            raise TooLarge("too large for this machine's memory") from error
        return found


def _size(path: Path) -> int:
    try:
        return path.lstat().st_size
    except OSError:
        return 0


def _stamp(path: Path) -> tuple[int, int, int]:
    try:
        info = path.lstat()
    except OSError:
        return 0, 0, 0
    return info.st_ino, info.st_size, info.st_mtime_ns


def _is_hot(journal: Path) -> bool:
    """Tell whether a rollback journal holds what must be put back: tools also leave spent ones."""
    if not _size(journal):
        return False
    with open_log(journal) as raw:
        return raw.read(len(_HOT)) == _HOT


def _names_another(journal: Path) -> bool:
    """Tell whether a journal names a file that SQLite would delete when it puts things right."""
    if not _size(journal):
        return False
    with open_log(journal) as raw:
        raw.seek(max(0, _size(journal) - len(_HOT)))
        return raw.read() == _HOT


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _words(error: Exception) -> str:
    text = str(error)
    if "interrupted" in text:
        return "takes too long to read: it may be damaged"
    return f"can't be read as a database: {text}"
