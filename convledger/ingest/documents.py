"""A file of a source as its reader is given it: on disk or in an archive, never written to."""

from __future__ import annotations

import io
import os
import posixpath
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, cast

from convledger.ingest.archives import INSIDE, archive_of, members, opened
from convledger.ingest.discover import DATABASES
from convledger.ingest.lines import NotReadable, decompressed, open_log
from convledger.ingest.member_stream import stream_of_member
from convledger.sources.document import LARGEST
from convledger.sources.unicode_bytes import as_utf8, utf8_stream

if TYPE_CHECKING:
    from convledger.ingest.databases import Database

Mappings = Callable[[Sequence[str]], Mapping[str, Any] | None]
_BUFFER = 1 << 16
_JOURNALS = ("-wal", "-journal")


class FileDocument:
    """A file below a root; what it opens is closed with it."""

    def __init__(self, path: str, relative: str, mappings: Mappings | None = None) -> None:
        self._path = path
        self._archive = archive_of(path)
        self._relative = relative
        self._mappings = mappings
        self._open = ExitStack()
        self._database: Database | None = None
        self._beside: dict[str, Database] = {}
        self.stamp = self._stamp()

    def __enter__(self) -> FileDocument:
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()

    def _stamp(self) -> tuple[int, int, int, int]:
        """Return size, mtime, inode and device as a scan sees them. Raises NotReadable."""
        try:
            info = self._archive.stat() if self._archive else Path(self._path).lstat()
        except OSError as error:
            raise NotReadable(error.strerror or str(error)) from error
        size, changed = info.st_size, info.st_mtime_ns
        if self._archive is not None:
            name = self._path[len(str(self._archive)) + len(INSIDE) :]
            with opened(self._archive) as archive:
                size = archive.size_of(name)
        else:
            if self._path.endswith(DATABASES):
                size, changed = with_journal(self._path, size, changed)
        return size, changed, info.st_ino, info.st_dev

    @property
    def relative(self) -> str:
        """Its path below the source's root, with slashes."""
        return self._relative

    @property
    def folder(self) -> str:
        """The folder that it lies in on this machine; empty in an archive."""
        return "" if self._archive is not None else str(Path(self._path).parent)

    @property
    def size(self) -> int:
        """Its bytes; of a database those of its journal too."""
        return self.stamp[0]

    @property
    def changed_at(self) -> int:
        """When it was last written, in UTC microseconds."""
        return self.stamp[1] // 1000

    def stream(self) -> BinaryIO:
        """Return its bytes from the start as UTF-8, whatever Unicode they are kept in."""
        return utf8_stream(self._bytes(self._path))

    def _bytes(self, path: str) -> BinaryIO:
        if self._archive is not None:
            name = path[len(str(self._archive)) + len(INSIDE) :]
            return self._open.enter_context(closing(stream_of_member(self._archive, name)))
        raw = self._open.enter_context(closing(open_log(Path(path))))
        if path.endswith(".zst"):
            return self._open.enter_context(closing(decompressed(raw)))
        # A file has no buffer of its own here, and gives a line byte by byte.
        buffered = io.BufferedReader(cast(io.RawIOBase, raw), _BUFFER)
        return cast(BinaryIO, self._open.enter_context(closing(buffered)))

    def content(self, most: int = LARGEST) -> bytes:
        """Return all of it as UTF-8 without a byte order mark."""
        return as_utf8(_all_of(self.stream(), most))

    def beside(self, relative: str, most: int = LARGEST) -> bytes | None:
        """Return another file below the same root, None where there is none."""
        path = self._below(relative)
        if path is None:
            return None
        try:
            with closing(self._bytes(path)) as stream:
                return as_utf8(_all_of(stream, most))
        except NotReadable:
            if self._archive is None and os.path.lexists(path):
                raise
            return None

    def names(self, folder: str) -> list[str]:
        """Return the names of the files right in a folder below the same root, sorted."""
        if self._archive is not None:
            start = f"{folder}/" if folder else ""
            return sorted(
                name[len(start) :]
                for name, _ in members(self._archive)
                if name.startswith(start) and "/" not in name[len(start) :]
            )
        path = self._below(folder) if folder else self._root()
        if path is None:
            return []
        try:
            with os.scandir(path) as entries:
                return sorted(each.name for each in entries if each.is_file(follow_symlinks=False))
        except OSError:
            return []

    def _root(self) -> str:
        own = self._relative.replace("/", os.sep)
        return self._path[: -len(own)].rstrip(os.sep) if self._path.endswith(own) else ""

    def _below(self, relative: str) -> str | None:
        """Return the path of what is named, None where that would lead out of the root."""
        name = posixpath.normpath(relative)
        if name.startswith(("/", "../")) or name == ".." or "\0" in name or "\\" in name:
            return None
        if self._archive is not None:
            return f"{self._archive}{INSIDE}{name}"
        return os.path.join(self._root(), *name.split("/"))  # noqa: PTH118 - of names of any kind

    def database(self) -> Database:
        """Return it as a database, opened without any lock on it."""
        if self._database is None:
            from convledger.ingest.databases import Database

            if self._archive is not None:
                raise NotReadable("a database in a zip: unpack it, and import the folder")
            self._database = self._open.enter_context(Database(Path(self._path)))
        return self._database

    def tables(self) -> Mapping[str, frozenset[str]]:
        """Return the columns of each table of a SQLite file."""
        return self.database().tables()

    def rows(self, query: str, values: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """Return what a query to a SQLite file gives."""
        return self.database().rows(query, values)

    def rows_beside(
        self, relative: str, query: str, values: Sequence[object] = ()
    ) -> list[tuple[Any, ...]] | None:
        """Return what a query to a SQLite file below the same root gives, None without that."""
        path = self._below(relative)
        if path is None or self._archive is not None or not os.path.lexists(path):
            return None
        if path not in self._beside:
            from convledger.ingest.databases import Database

            self._beside[path] = self._open.enter_context(Database(Path(path)))
        return self._beside[path].rows(query, values)

    def mapping(self, header: Sequence[str]) -> Mapping[str, Any] | None:
        """Return how a table with this header is to be read, None where nobody has said."""
        return self._mappings(header) if self._mappings is not None else None


def with_journal(path: str, size: int, changed_ns: int) -> tuple[int, int]:
    """Return size and time of a file with those of the journal that a database keeps beside it."""
    for ending in _JOURNALS:
        try:
            info = Path(path + ending).lstat()
        except OSError:
            continue
        size, changed_ns = size + info.st_size, max(changed_ns, info.st_mtime_ns)
    return size, changed_ns


def _all_of(stream: BinaryIO, most: int) -> bytes:
    parts, size = [], 0
    while block := stream.read(1 << 20):
        size += len(block)
        if size > most:
            raise NotReadable(f"larger than {most >> 20} MB")
        parts.append(block)
    return b"".join(parts)


@contextmanager
def opened_document(
    path: str, relative: str, mappings: Mappings | None = None
) -> Iterator[FileDocument]:
    """Open a file for its reader. Raises NotReadable, also for what the disk refuses."""
    try:
        with FileDocument(path, relative, mappings) as document:
            yield document
    except OSError as error:
        raise NotReadable(error.strerror or str(error)) from error
