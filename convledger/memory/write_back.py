"""Writes entries back to their files: shown first, and only if nothing changed meanwhile."""

from __future__ import annotations

import os
import sqlite3
import stat
import tempfile
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from convledger.errors import UsageProblem
from convledger.memory.byte_edits import without
from convledger.memory.diffing import DiffLine, diff_lines
from convledger.memory.discover import MemoryFile
from convledger.memory.feed import look
from convledger.memory.file_rows import LIVE, NOWHERE, OUT, body_before, known_files
from convledger.memory.opening import NotReadable, content_of
from convledger.memory.readers.texts import as_written, encoding_of
from convledger.memory.veiling import veiled_lines
from convledger.paths import real_path

READ_ONLY = "it is read-only: let it be written first"


@dataclass(frozen=True, slots=True)
class FileChange:
    """What would become of a file: its bytes before and after, and which items change."""

    path: Path
    format: str
    scope: str
    before: bytes
    after: bytes
    items: tuple[int, ...]

    def lines(self, around: int = 3) -> list[DiffLine]:
        """Return what changes, line by line; nothing of a secret in full."""
        encoding, mark = encoding_of(self.before)
        old, new = (each[mark:].decode(encoding, "replace") for each in (self.before, self.after))
        return diff_lines(old, new, around, veiled_lines)

    @property
    def back(self) -> FileChange:
        """The change that takes this one back."""
        return replace(self, before=self.after, after=self.before)


@dataclass(frozen=True, slots=True)
class Held:
    """Something that can't be written back: the file, and why."""

    path: Path
    reason: str


def planned(
    connection: sqlite3.Connection, out: Collection[int] | None = None
) -> Iterator[FileChange | Held]:
    """Yield what would become of each file whose entries were edited, or are to be taken out.

    What was added is taken out, what changed gets the text that it had. With `out` that is done
    with these items, and nothing else. Nothing is written here. A file that changed since it was
    last looked at is held.
    """
    for row in known_files(connection):
        wanted = _wanted(connection, row.id, out)
        if not wanted or (row.state != LIVE and out is None):
            continue
        path = real_path(row.path)
        try:
            content = content_of(path)
        except NotReadable as error:
            yield Held(path, str(error))
            continue
        if content.hash != row.hash:
            yield Held(path, "it changed since it was last looked at: look again first")
            continue
        if is_read_only(path):
            yield Held(path, READ_ONLY)
            continue
        after = content.data
        items = []
        try:
            # The last piece first, so that the places of the others stay.
            for item_id, start, length, body in sorted(wanted, key=lambda one: -one[1]):
                if body is None:
                    after = without(after, start, length)
                else:
                    new = as_written(after, start, length, body)
                    after = after[:start] + new + after[start + length :]
                items.append(item_id)
        except ValueError as error:
            yield Held(path, str(error))
            continue
        if after != content.data:
            yield FileChange(path, row.format, row.scope, content.data, after, tuple(items))


def _wanted(
    connection: sqlite3.Connection, file_id: int, out: Collection[int] | None
) -> list[tuple[int, int, int, str | None]]:
    """Return item, start, length and new text, None where it goes, of what is to be written."""
    marked = "" if out is None else f"memory_item.id IN ({','.join(map(str, map(int, out)))})"
    edited = "(news='' AND entry.hash!=memory_item.hash AND entry.state!='archived')"
    rows = connection.execute(
        f"SELECT memory_item.id, start, length, news='', entry_id, memory_item.hash, body "
        "FROM memory_item LEFT JOIN entry ON entry.id=entry_id WHERE file_id=? AND start!=? "
        f"AND length>0 AND {marked or f'(news=? OR {edited})'}",
        (file_id, NOWHERE) if marked else (file_id, NOWHERE, OUT),
    ).fetchall()
    found: list[tuple[int, int, int, str | None]] = []
    for item_id, start, length, is_edit, entry_id, digest, body in rows:
        if entry_id is not None and not is_edit:  # what it said before somebody changed the file
            body = body_before(connection, entry_id, digest)
        found.append((item_id, start, length, body))
    return found


def write(connection: sqlite3.Connection, change: FileChange, now: int) -> None:
    """Write a change that was shown. Raises UsageProblem where the file is another by now."""
    try:
        current = content_of(change.path).data
    except NotReadable as error:
        raise UsageProblem(f"{change.path}: {error}; nothing was written") from error
    if current != change.before:
        raise UsageProblem(f"{change.path} changed meanwhile; nothing was written, look again")
    if is_read_only(change.path):
        raise UsageProblem(f"{change.path}: {READ_ONLY}; nothing was written")
    try:
        _replace(change.path, change.after)
    except OSError as error:
        raise UsageProblem(
            f"{change.path} can't be written: {error.strerror or error}; it is as it was"
        ) from error
    look(connection, [MemoryFile(change.path, change.format, change.scope)], now)


def is_read_only(path: Path) -> bool:
    """Tell whether nobody may write a file: whoever made it so does not want it changed."""
    try:
        return not path.stat().st_mode & 0o222
    except OSError:
        return False  # who reads or writes it is told what is wrong with it


def _replace(path: Path, content: bytes) -> None:
    """Replace a file whole or not at all, with the permissions that it has."""
    mode = stat.S_IMODE(path.stat().st_mode)
    descriptor, temporary = tempfile.mkstemp(prefix=".convledger-", dir=path.parent)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).chmod(mode)
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
