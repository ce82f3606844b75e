"""Reads the members of a zip as streams: nothing is ever unpacked to disk under its own name."""

from __future__ import annotations

import lzma
import os
import re
import stat
import struct
import tempfile
import threading
import zipfile
import zlib
from calendar import timegm
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import BinaryIO, NamedTuple, cast

from convledger.config import Config, load_config
from convledger.errors import ConfigError
from convledger.ingest.lines import IN_MEMORY, NotReadable, open_log
from convledger.paths import INSIDE as INSIDE
from convledger.paths import archive_of as archive_of
from convledger.sources.glimpse import BINARY, EMPTY, HTML, TEXT, glimpse_of

WEB_PAGE = (
    "is a web page: a download link that has expired gives one in place of the export; "
    "download it again"
)
RATIO_FROM = 10 << 20
A_MEMBER_LISTED = 1600  # bytes of the list of members, at most, for each
# What the zip module raises on bytes that are none: of its own, of its parts, of names.
_BROKEN = (
    zipfile.BadZipFile, zlib.error, lzma.LZMAError, NotImplementedError, RuntimeError, OSError,
    EOFError, ValueError, struct.error,
)  # fmt: skip
_BEGINS = (b"PK\x03\x04", b"PK\x05\x06")
_OTHERS = ((b"\x1f\x8b", "gzip"), (b"7z\xbc\xaf", "7z"), (b"Rar!", "rar"), (b"BZh", "bzip2"),
           (b"\xfd7zXZ", "xz"), (b"\x28\xb5\x2f\xfd", "zstd"))  # fmt: skip
_TAR, _TAR_AT = b"ustar", 257
_END, _END_64 = b"PK\x05\x06", b"PK\x06\x06"
_LONGEST_END = 66_000  # bytes that the end of a zip takes, with its comment
_MORE_TIMES = "; archive_ratio in the settings allows more"
_MORE_BYTES = "; archive_gigabytes in the settings allows more"
_DRIVE = re.compile(r"[A-Za-z]:")


class TooMuch(NotReadable):
    """An archive that unpacks to more than all of it may; nothing more is read of it."""


class Limits(NamedTuple):
    """What an archive may hold, unpack to in relation to its size, and unpack to in bytes."""

    members: int
    ratio: int
    total: int


def limits() -> Limits:
    """Return the limits in force."""
    try:
        config = load_config()
    except ConfigError:  # told by whoever starts; an archive need not wait for it
        config = Config()
    return Limits(config.archive_members, config.archive_ratio, config.archive_gigabytes << 30)


class Member(NamedTuple):
    """A member of a zip: `size` is what it claims to unpack to, `wrong` why it is left alone."""

    name: str
    size: int
    wrong: str

    @property
    def leads_out(self) -> bool:
        """Whether its name would be a place outside of a folder that it is unpacked to."""
        name = self.name.replace("\\", "/")
        return name.startswith("/") or bool(_DRIVE.match(name)) or ".." in name.split("/")


class Archive:
    """An open zip; all that is read of it together is under one limit."""

    def __init__(
        self, archive: zipfile.ZipFile, size: int, changed_ns: int, allowed: Limits
    ) -> None:
        self._zip = archive
        self._allowed = allowed
        self._size = size
        self._changed_ns = changed_ns
        self._sizes: dict[str, int] = {}  # of what was read, by member
        self._total = 0
        self._members: dict[str, Member] | None = None
        self._plain: dict[str, str] | None = None

    def members(self) -> list[Member]:
        """Return all members but folders. Raises NotReadable where two have one name."""
        return list(self._by_name().values())

    def files(self) -> dict[str, Member]:
        """Return the members by their names within a path. Raises NotReadable where two are one.

        A path knows no `./`, no `//` and no `/` at its start, which the names in a zip may have.
        """
        found: dict[str, Member] = {}
        for member in self.members():
            name = plain_name(member.name)
            if name in found:
                raise NotReadable(f"holds two members named {name!r:.80}")
            if name:
                found[name] = member
        return found

    def _own_name(self, name: str) -> str:
        """Return the name that a member has in the zip, where `name` may be the one in a path."""
        by_name = self._by_name()
        if name in by_name:
            return name
        if self._plain is None:
            self._plain = {plain_name(each): each for each in by_name}
        return self._plain.get(name, name)

    def size_of(self, name: str) -> int:
        """Return what a member claims to unpack to, 0 where there is none. Raises NotReadable."""
        member = self._by_name().get(self._own_name(name))
        return member.size if member is not None and not member.wrong else 0

    def _by_name(self) -> dict[str, Member]:
        if self._members is not None:
            return self._members
        found: dict[str, Member] = {}
        for info in self._zip.infolist():
            if info.filename.endswith("/") or not info.filename:
                continue
            if info.filename in found:
                raise NotReadable(f"holds two members named {info.filename!r:.80}")
            found[info.filename] = Member(info.filename, info.file_size, _wrong(info))
        self._members = found
        return found

    def made_ns(self) -> int:
        """Return when its latest member was written, as its maker says, else when it came here."""
        latest = max((info.date_time for info in self._zip.infolist()), default=None)
        if latest is None or latest[0] <= 1980:  # what they say who do not say
            return self._changed_ns
        try:
            return timegm(latest) * 10**9
        except ValueError:
            return self._changed_ns

    def blocks(self, name: str, most: int | None = None) -> Iterator[bytes]:
        """Yield what a member unpacks to, a megabyte at a time. Raises NotReadable.

        What counts is what comes out, never what the archive claims.
        """
        try:
            info = self._zip.getinfo(self._own_name(name))
        except KeyError:
            raise NotReadable("no longer in the archive") from None
        if info.flag_bits & 1:
            raise NotReadable("encrypted: unpack it with its password, and import the folder")
        size = 0
        try:
            with self._zip.open(info) as packed:
                while block := packed.read(1 << 20):
                    size += len(block)
                    self._check(size, most or self._allowed.total, info.compress_size)
                    self._count(name, size)
                    yield block
        except _BROKEN as error:
            raise NotReadable(f"can't be unpacked: {error}") from error

    def _count(self, name: str, size: int) -> None:
        """Count what was read of all members, each once however often it is read."""
        self._total += max(0, size - self._sizes.get(name, 0))
        self._sizes[name] = max(size, self._sizes.get(name, 0))
        total, ratio = self._allowed.total, self._allowed.ratio
        if self._total > total:
            raise TooMuch(f"the archive unpacks to more than {_words(total)}{_MORE_BYTES}")
        # Members may share their bytes, so that each alone looks harmless.
        if self._total > RATIO_FROM and self._total > ratio * self._size:
            raise TooMuch(f"the archive unpacks to more than {ratio} times its size{_MORE_TIMES}")

    def _check(self, size: int, most: int, packed: int) -> None:
        ratio = self._allowed.ratio
        if size > most:
            more = _MORE_BYTES if most == self._allowed.total else ""
            raise NotReadable(f"unpacks to more than {_words(most)}{more}")
        if size > RATIO_FROM and size > ratio * max(1, packed):
            raise NotReadable(f"unpacks to more than {ratio} times its size{_MORE_TIMES}")

    def content(self, name: str, most: int) -> bytes:
        """Return all that a member unpacks to. Raises NotReadable."""
        return b"".join(self.blocks(name, most))


def plain_name(name: str) -> str:
    """Return the name of a member as a path keeps it: without empty parts and dots."""
    return "/".join(part for part in name.split("/") if part not in ("", "."))


def _words(size: int) -> str:
    return f"{size >> 30} GB" if size >= 1 << 30 else f"{size >> 20} MB"


def _wrong(info: zipfile.ZipInfo) -> str:
    mode = info.external_attr >> 16
    if not stat.S_IFMT(mode) or stat.S_ISREG(mode):
        return ""
    return "a link, left alone" if stat.S_ISLNK(mode) else "not a regular file"


def is_archive(path: Path) -> bool:
    """Tell whether a path names a zip."""
    return path.suffix.lower() == ".zip"


def is_packed(path: Path) -> bool:
    """Tell whether a file is a zip by its name, or by how it begins. Raises NotReadable."""
    if is_archive(path):
        return True
    with open_log(path) as raw:
        return raw.read(4) in _BEGINS


class _Kept(threading.local):
    """The zip that a thread keeps open between its members, where it does."""

    depth = 0
    stamp: tuple[object, ...] = ()
    archive: Archive | None = None
    closing: ExitStack | None = None


_kept = _Kept()


@contextmanager
def kept_open() -> Iterator[None]:
    """Keep open the zip that was opened last: listed once, and all of it under one limit."""
    _kept.depth += 1
    try:
        yield
    finally:
        _kept.depth -= 1
        if not _kept.depth:
            _close_kept()


def _close_kept() -> None:
    closing, _kept.closing, _kept.archive, _kept.stamp = _kept.closing, None, None, ()
    if closing is not None:
        closing.close()


@contextmanager
def opened(path: Path) -> Iterator[Archive]:
    """Open a zip that has no more members than may be. Raises NotReadable."""
    if not _kept.depth:
        with _opened(path) as archive:
            yield archive
        return
    try:
        info = path.lstat()
    except OSError as error:
        raise NotReadable(error.strerror or str(error)) from error
    stamp = (str(path), info.st_ino, info.st_dev, info.st_size, info.st_mtime_ns)
    if _kept.archive is None or _kept.stamp != stamp:
        _close_kept()
        closing = ExitStack()
        _kept.archive = closing.enter_context(_opened(path))
        _kept.closing, _kept.stamp = closing, stamp
    yield _kept.archive


@contextmanager
def _opened(path: Path) -> Iterator[Archive]:
    with open_log(path) as raw:
        try:
            info = os.fstat(raw.fileno())
            allowed = limits()
            _look_at_end(raw, info.st_size, allowed.members)
            archive = zipfile.ZipFile(raw)
        except _BROKEN as error:
            raise NotReadable(_what_it_is(raw) or f"not a readable zip: {error}") from error
        with archive:
            if len(archive.infolist()) > allowed.members:
                raise NotReadable(_too_many(allowed.members))
            yield Archive(archive, info.st_size, info.st_mtime_ns, allowed)


def _too_many(most: int) -> str:
    return f"holds more than {most:,} members; archive_members in the settings allows more"


def _look_at_end(raw: BinaryIO, size: int, most: int) -> None:
    """Refuse a list of members that is too long before any of it is read."""
    raw.seek(max(0, size - _LONGEST_END))
    end = raw.read(_LONGEST_END)
    at, at_64 = end.rfind(_END), end.rfind(_END_64)
    count = listed = 0
    if at >= 0 and len(end) >= at + 22:
        count, listed = struct.unpack_from("<HI", end, at + 10)
    if at_64 >= 0 and len(end) >= at_64 + 56:
        count, listed = struct.unpack_from("<QQ", end, at_64 + 32)
    raw.seek(0)
    if count > max(most, 0xFFFE) or (listed > most * A_MEMBER_LISTED and listed != 0xFFFFFFFF):
        raise NotReadable(_too_many(most))


def _what_it_is(raw: BinaryIO) -> str:
    """Say what a file is that is no zip, as far as its first bytes tell."""
    raw.seek(0)
    begins = raw.read(512)
    if begins[:4] in _BEGINS:
        return "not a whole zip: its end is missing"
    if other := packed_otherwise(begins):
        return other
    kind = glimpse_of("", begins, whole=False).kind
    if kind == BINARY:
        return ""
    words = {EMPTY: "it is empty", HTML: f"it {WEB_PAGE}", TEXT: "it is text"}.get(
        kind, "it is JSON"
    )
    more = "" if kind in (EMPTY, HTML) else ": rename it, without .zip at the end, and import that"
    return f"not a readable zip: {words}{more}"


def packed_otherwise(begins: bytes) -> str:
    """Say what packs a file that begins so, and what to do, where it is something but a zip."""
    other = next((word for mark, word in _OTHERS if begins.startswith(mark)), "")
    if begins[_TAR_AT : _TAR_AT + len(_TAR)] == _TAR:
        other = "tar"
    return f"a {other} file and no zip: unpack it, and import what is in it" if other else ""


def members(path: Path) -> list[tuple[str, int]]:
    """Return (name, size) of the regular files in a zip. Raises NotReadable.

    Refused are more members than may be, and two of one name, of which one would be lost.
    """
    with opened(path) as archive:
        return [(name, each.size) for name, each in archive.files().items() if not each.wrong]


def open_member(outer: Path, path: str) -> BinaryIO:
    """Return a member named as `archive.zip!/member`, unpacked under limits. Raises NotReadable."""
    name = path[len(str(outer)) + len(INSIDE) :]
    with opened(outer) as archive:
        plain = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 - handed on
        try:
            for block in archive.blocks(name):
                plain.write(block)
        except BaseException:
            plain.close()
            raise
        return cast(BinaryIO, plain)
