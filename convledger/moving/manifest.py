"""The list of what a moved workspace consists of: every file with its digest, and whose it is."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Annotated, Any

import msgspec
from msgspec import Meta, Struct, field

from convledger.errors import UsageProblem, WorkspaceError
from convledger.named_files import open_named

NAME = "manifest.json"
KIND, SCHEMA = "books", 1
_MOST = 2 << 30  # bytes of a file
_MOST_FILES, _LARGEST_MANIFEST = 2000, 4 << 20
# A file of the list: one of ours, or one in a folder of the workspace that people write.
_FILE = re.compile(r"(?:(?:plans|mappings|rules)/)?[^/\\\x00-\x1f.][^/\\\x00-\x1f]{0,200}")


ReaderName = Annotated[str, Meta(min_length=1, max_length=200)]
ReaderNumber = Annotated[int, Meta(ge=1, lt=1 << 31)]


class FileNote(Struct):
    """A file of the list: its digest, its size, how many lines it has."""

    sha256: str
    bytes: int
    rows: int


class Manifest(Struct):
    """What an export consists of; `head` is the end of the audit log that it came from."""

    made_at: str
    workspace: Annotated[str, Meta(pattern=r"^[0-9a-f]{0,64}\Z")]  # a file is called by it
    head: Annotated[str, Meta(pattern=r"^[0-9]{1,18}:[0-9a-f]{64}\Z")]
    version: Annotated[str, Meta(max_length=40)]
    tables: int
    files: dict[str, FileNote] = field(default_factory=dict)
    readers: dict[ReaderName, ReaderNumber] = field(default_factory=dict)
    convledger: str = KIND
    schema: int = SCHEMA


def is_moved(folder: Path) -> bool:
    """Tell whether a folder is what a workspace was written to."""
    try:
        return msgspec.json.decode(_head(folder / NAME), type=_Kind).convledger == KIND
    except (UsageProblem, OSError, msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return False


def _head(place: Path) -> bytes:
    with open_named(place) as stream:
        return stream.read(_LARGEST_MANIFEST)


class _Kind(Struct):
    convledger: str = ""


def read_manifest(folder: Path) -> Manifest:
    """Return the list of a folder, with every file in it verified.

    Raises UsageProblem where it is none or of a newer schema, WorkspaceError for a file that is
    missing or is not as it was written.
    """
    place = folder / NAME
    try:
        found = msgspec.json.decode(_head(place), type=Manifest)
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise UsageProblem(f"{place}: no list of a moved workspace: {error}") from error
    if found.convledger != KIND or found.schema > SCHEMA:
        raise UsageProblem(
            f"{place}: written by a newer convledger ({found.version}); update this one and try "
            "again"
        )
    if len(found.files) > _MOST_FILES:
        raise UsageProblem(f"{place}: lists more than {_MOST_FILES:,} files")
    for name, known in found.files.items():
        if not _FILE.fullmatch(name):
            raise UsageProblem(f"{place}: {name!r:.80} is no name of a file in it")
        if known.sha256 != _digest(folder / name):
            raise WorkspaceError(
                f"{folder / name}: is not as it was written, its SHA-256 is another one; copy the "
                "folder anew. Nothing was taken in"
            )
    return found


def _digest(place: Path) -> str:
    digest = sha256()
    for portion in _portions(place):
        digest.update(portion)
    return digest.hexdigest()


def _portions(place: Path) -> Iterator[bytes]:
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    try:
        descriptor = os.open(place, flags)
    except OSError as error:
        raise WorkspaceError(f"{place}: {error.strerror}. Nothing was taken in") from error
    with os.fdopen(descriptor, "rb") as stream:
        facts = os.fstat(descriptor)
        if not stat.S_ISREG(facts.st_mode) or facts.st_size > _MOST:
            raise WorkspaceError(f"{place}: is no file to be read, or too large")
        while portion := stream.read(1 << 20):
            yield portion


def content_of(folder: Path, name: str) -> bytes:
    """Return what a file of the list holds."""
    return b"".join(_portions(folder / name))


def lines_of(folder: Path, name: str) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield the objects of a file with the numbers of their lines. Raises WorkspaceError."""
    for number, line in enumerate(content_of(folder, name).split(b"\n"), 1):
        if not line.strip():
            continue
        try:
            yield number, msgspec.json.decode(line, type=dict[str, Any])
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
            raise WorkspaceError(f"{folder / name}, line {number}: {error}") from error


class Writing:
    """A folder that files are written into, each for its owner only and noted in the list."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.files: dict[str, FileNote] = {}

    def write(
        self, name: str, lines: Iterator[bytes] | list[bytes], *, is_whole: bool = False
    ) -> None:
        """Write a file of some lines, or of one whole content."""
        place = self.folder / name
        place.parent.mkdir(mode=0o700, exist_ok=True)
        digest, size, rows = sha256(), 0, 0
        with _new(place) as stream:
            for line in lines:
                data = line if is_whole else line + b"\n"
                stream.write(data)
                digest.update(data)
                size, rows = size + len(data), rows + 1
            stream.flush()
            os.fsync(stream.fileno())
        self.files[name] = FileNote(digest.hexdigest(), size, rows)

    def close(self, manifest: Manifest) -> None:
        """Write the list, as the last of all."""
        manifest.files = dict(sorted(self.files.items()))
        with _new(self.folder / NAME) as stream:
            stream.write(msgspec.json.format(msgspec.json.encode(manifest), indent=1) + b"\n")
            stream.flush()
            os.fsync(stream.fileno())


def _new(place: Path) -> Any:
    descriptor = os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    return os.fdopen(descriptor, "wb")
