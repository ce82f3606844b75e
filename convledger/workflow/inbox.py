"""The inbox: a folder into which other programs put files, and which of them may be taken.

A file is taken whole, or refused with the reasons beside it. Links, pipes and devices are left
alone, and so is what may still be written: names that say so, and what changed a moment ago.
"""

from __future__ import annotations

import os
import stat
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from convledger.clock import SECOND
from convledger.errors import WorkspaceError
from convledger.toml_files import replace_text

TAKEN, REFUSED = "taken", "refused"
LARGEST = 32 << 20
SETTLED = 2 * SECOND  # how long a file has been as it is
MOST_FILES = 1000  # of one look
# What a file holds, by how its name begins; in the order in which they are taken.
KINDS = {
    "labels": "client, kind, outcome, project and tags of conversations",
    "handoffs": "hand-offs to people",
    "costs": "costs beside tokens",
    "times": "people's time on conversations",
    "entries": "memory, proposed for you to review",
    "reviews": "samples and verdicts that `review export` wrote",
    "verdicts": "verdicts on items of samples",
}
ENDINGS = (".csv", ".tsv", ".jsonl")
_MOST_REASONS = 1000


@dataclass(frozen=True, slots=True)
class TakenFile:
    """A file that was taken: rows that were new, and those that the books had."""

    name: str
    kind: str
    new: int
    known: int


@dataclass(frozen=True, slots=True)
class RefusedFile:
    """A file of which nothing was taken, and why: reasons with the numbers of lines."""

    name: str
    reasons: list[str]


@dataclass(slots=True)
class InboxReport:
    """What came out of the inbox."""

    taken: list[TakenFile] = field(default_factory=list)
    refused: list[RefusedFile] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Waiting:
    """A file that may be taken, and what it holds by its name."""

    path: Path
    kind: str

    @property
    def name(self) -> str:
        """The file's name."""
        return self.path.name


class NotYet(Exception):
    """A file is not to be taken: it is no file, too young, or was changed while it was read."""


class Inbox:
    """The folder of one workspace."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def make(self) -> None:
        """Make the folder and those below it. Raises WorkspaceError."""
        try:
            for each in (self.folder, self.folder / TAKEN, self.folder / REFUSED):
                each.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise WorkspaceError(f"{self.folder}: can't be made: {error.strerror}") from error

    def waiting(self) -> list[Waiting]:
        """Return what may be taken, by kind and name; a folder that is a link is not looked at."""
        if self.folder.is_symlink():
            return []
        try:
            found = sorted(self.folder.iterdir())
        except OSError:
            return []
        files = [Waiting(path, kind) for path in found if (kind := kind_of(path.name))]
        order = list(KINDS)
        files.sort(key=lambda each: (order.index(each.kind), each.name))
        return files[:MOST_FILES]

    def read(self, waiting: Waiting, now: int) -> bytes:
        """Return what a file holds, a little more than may be. Raises NotYet."""
        flags = os.O_RDONLY
        for name in ("O_NOFOLLOW", "O_NONBLOCK", "O_CLOEXEC"):
            flags |= getattr(os, name, 0)
        try:
            descriptor = os.open(waiting.path, flags)
        except OSError as error:
            raise NotYet(str(error)) from error
        try:
            before = os.fstat(descriptor)
            if not stat.S_ISREG(before.st_mode) or before.st_nlink > 1:
                raise NotYet("no file of its own")
            if abs(now - before.st_mtime_ns // 1000) < SETTLED:
                raise NotYet("may still be written")
            with os.fdopen(os.dup(descriptor), "rb") as stream:
                content = stream.read(LARGEST + 1)
            after = os.fstat(descriptor)
        except OSError as error:
            raise NotYet(str(error)) from error
        finally:
            os.close(descriptor)
        if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns):
            raise NotYet("is being written")
        return content

    def put_taken(self, waiting: Waiting) -> None:
        """Move a file to those that were taken. Raises WorkspaceError."""
        self._move(waiting.path, TAKEN)

    def put_refused(self, waiting: Waiting, reasons: list[str]) -> None:
        """Move a file to those that were refused, with the reasons beside it.

        Raises WorkspaceError.
        """
        place = self._move(waiting.path, REFUSED)
        lines = [f"{waiting.name} was refused; nothing of it was taken.", *reasons[:_MOST_REASONS]]
        if len(reasons) > _MOST_REASONS:
            lines.append(f"and {len(reasons) - _MOST_REASONS:,} lines more")
        lines.append("Mend it, and put it into the inbox again.")
        replace_text(place.with_name(f"{place.name}.txt"), "\n".join(lines) + "\n")

    def _move(self, path: Path, below: str) -> Path:
        folder = self.folder / below
        try:
            folder.mkdir(mode=0o700, exist_ok=True)
            if folder.is_symlink():
                raise WorkspaceError(f"{folder}: is a link; make a folder of it")
            place, number = folder / path.name, 2
            while os.path.lexists(place):
                place = folder / f"{path.stem}.{number}{path.suffix}"
                number += 1
            path.replace(place)
            with suppress(OSError):
                place.chmod(0o600)
        except OSError as error:
            raise WorkspaceError(f"{path}: can't be moved to {folder}: {error.strerror}") from error
        return place


def kind_of(name: str) -> str:
    """Return what a file holds by its name, "" where it is none to take: costs-may.csv, costs.csv.

    The kind is followed by anything that is no letter.
    """
    lower = name.lower()
    if not lower.endswith(ENDINGS):
        return ""
    stem = lower.rsplit(".", 1)[0]
    for kind in KINDS:
        rest = stem.removeprefix(kind)
        if rest != stem and not rest[:1].isalpha():
            return kind
    return ""
