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
from convledger.memory.readers.items import storable
from convledger.memory.readers.json_spans import with_text, without_text
from convledger.memory.readers.registry import FORMATS, WATCHED
from convledger.memory.readers.texts import as_written, encoding_of
from convledger.memory.veiling import veiled_lines
from convledger.memory.words import ARCHIVED
from convledger.paths import real_path
from convledger.store.audit import note_deed
from convledger.store.connection import transaction

READ_ONLY = "it is read-only: let it be written first"
_Piece = tuple[int, int, int, str | None]  # item, start, length and new text, None where it goes

LOOK_AGAIN = "look again first"


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
        wanted, placeless = _wanted(connection, row.id, out)
        path = real_path(row.path)
        if placeless and row.format in WATCHED and row.state == LIVE:
            yield Held(path, f"{_these(placeless)} can't be told from what stands around; "
                             "change the file by hand")  # fmt: skip
        if not wanted:
            continue
        if row.state != LIVE and (row.format in WATCHED or out is not None):
            yield Held(path, f"{row.reason or 'it is no longer there'}; nothing can be written")
        if row.state != LIVE:
            continue
        try:
            content = content_of(path)
        except NotReadable as error:
            yield Held(path, str(error))
            continue
        if content.hash != row.hash:
            yield Held(path, f"it changed since it was last looked at: {LOOK_AGAIN}")
            continue
        if is_read_only(path):
            yield Held(path, READ_ONLY)
            continue
        after = content.data
        is_json = getattr(FORMATS.get(row.format), "IS_JSON", False)
        items = []
        try:
            # The last piece first, so that the places of the others stay.
            for item_id, start, length, body in sorted(wanted, key=lambda one: -one[1]):
                after = _changed(after, start, length, body, is_json=is_json)
                items.append(item_id)
        except ValueError as error:
            yield Held(path, str(error))
            continue
        if after != content.data:
            yield FileChange(path, row.format, row.scope, content.data, after, tuple(items))


def _changed(content: bytes, start: int, length: int, body: str | None, *, is_json: bool) -> bytes:
    """Return a file with another text in place of a piece, or without it."""
    if is_json:
        if body is None:
            return without_text(content, start, length)
        return with_text(content, start, length, body)
    if body is None:
        return without(content, start, length)
    new = as_written(content, start, length, body)
    return content[:start] + new + content[start + length :]


def _these(count: int) -> str:
    return "a piece" if count == 1 else f"{count:,} pieces"


def _wanted(
    connection: sqlite3.Connection, file_id: int, out: Collection[int] | None
) -> tuple[list[_Piece], int]:
    """Return what is to be written, and how many have no bytes of their own to be written to."""
    marked = "" if out is None else f"memory_item.id IN ({','.join(map(str, map(int, out)))})"
    edited = "(news='' AND entry.hash!=memory_item.hash AND entry.state!=?)"
    rows = connection.execute(
        "SELECT memory_item.id, start, length, news='', entry_id, memory_item.hash, body "
        "FROM memory_item LEFT JOIN entry ON entry.id=entry_id WHERE file_id=? "
        f"AND {marked or f'(news=? OR {edited})'}",
        (file_id,) if marked else (file_id, OUT, ARCHIVED),
    ).fetchall()
    found: list[_Piece] = []
    placeless = 0
    for item_id, start, length, is_edit, entry_id, digest, body in rows:
        if start == NOWHERE or not length:
            placeless += 1
            continue
        if entry_id is not None and not is_edit:  # what it said before somebody changed the file
            body = body_before(connection, entry_id, digest)
        found.append((item_id, start, length, body))
    return found, placeless


def write(connection: sqlite3.Connection, change: FileChange, now: int) -> None:
    """Write a change that was shown. Raises UsageProblem where the file is another by now."""
    _must_be(change)
    if is_read_only(change.path):
        raise UsageProblem(f"{change.path}: {READ_ONLY}; nothing was written")
    try:
        _replace(change)
    except OSError as error:
        raise UsageProblem(
            f"{change.path} can't be written: {error.strerror or error}; it is as it was"
        ) from error
    with transaction(connection):
        note_deed(connection, "memory file written", "memory", file=storable(str(change.path)))
    look(connection, [MemoryFile(change.path, change.format, change.scope)], now)


def _must_be(change: FileChange) -> None:
    """Raise UsageProblem where a file is not what it was when its change was shown."""
    try:
        current = content_of(change.path).data
    except NotReadable as error:
        raise UsageProblem(f"{change.path}: {error}; nothing was written") from error
    if current != change.before:
        raise UsageProblem(f"{change.path} changed meanwhile; nothing was written, look again")


def is_read_only(path: Path) -> bool:
    """Tell whether nobody may write a file: whoever made it so does not want it changed."""
    try:
        return not path.stat().st_mode & 0o222
    except OSError:
        return False  # who reads or writes it is told what is wrong with it


def _replace(change: FileChange) -> None:
    """Replace a file whole or not at all, with the permissions that it has."""
    path = change.path
    mode = stat.S_IMODE(path.stat().st_mode)
    descriptor, temporary = tempfile.mkstemp(prefix=".convledger-", dir=path.parent)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(change.after)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).chmod(mode)
        _must_be(change)  # a tool may have written it while the disk was waited for
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
