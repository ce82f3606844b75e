"""Writes entries back to their files: shown first, and only if nothing changed meanwhile."""

from __future__ import annotations

import os
import sqlite3
import stat
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from convledger.errors import UsageProblem
from convledger.memory.byte_edits import without
from convledger.memory.diffing import DiffLine, diff_lines
from convledger.memory.discover import MemoryFile
from convledger.memory.feed import look
from convledger.memory.file_rows import LIVE, NOWHERE, OUT, known_files
from convledger.memory.opening import NotReadable, content_of
from convledger.memory.readers.json_spans import with_text, without_text
from convledger.memory.readers.registry import FORMATS, WATCHED
from convledger.memory.readers.texts import as_written, encoding_of
from convledger.memory.words import ARCHIVED
from convledger.paths import real_path


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
        """Return what changes, line by line."""
        encoding, _ = encoding_of(self.before)
        old, new = (each.decode(encoding, "replace") for each in (self.before, self.after))
        return diff_lines(old, new, around)


@dataclass(frozen=True, slots=True)
class Held:
    """Something that can't be written back: the file, and why."""

    path: Path
    reason: str


def planned(connection: sqlite3.Connection) -> Iterator[FileChange | Held]:
    """Yield what would become of each file whose entries were edited, or are to be taken out.

    Nothing is written. A file that changed since it was last looked at is held.
    """
    for row in known_files(connection):
        wanted, placeless = _wanted(connection, row.id)
        path = real_path(row.path)
        if placeless and row.format in WATCHED and row.state == LIVE:
            yield Held(path, f"{_these(placeless)} can't be told from what stands around; "
                             "change the file by hand")  # fmt: skip
        if not wanted:
            continue
        if row.state != LIVE:
            yield Held(path, f"{row.reason or 'it is no longer there'}; nothing can be written")
            continue
        try:
            content = content_of(path)
        except NotReadable as error:
            yield Held(path, str(error))
            continue
        if content.hash != row.hash:
            yield Held(path, "it changed since it was last looked at; `memory feed` looks again")
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
    connection: sqlite3.Connection, file_id: int
) -> tuple[list[tuple[int, int, int, str | None]], int]:
    """Return item, start, length and new text, None where it goes, of what is to be written.

    Beside it how many have no bytes of their own in the file, and can't be written.
    """
    rows = connection.execute(
        "SELECT memory_item.id, start, length, news, entry.state, entry.body FROM memory_item "
        "LEFT JOIN entry ON entry.id=entry_id "
        "WHERE file_id=? AND (news=? OR (news='' AND entry.hash<>memory_item.hash))",
        (file_id, OUT),
    ).fetchall()
    found: list[tuple[int, int, int, str | None]] = []
    placeless = 0
    for item_id, start, length, news, state, body in rows:
        if news != OUT and state == ARCHIVED:
            continue
        if start == NOWHERE or not length:
            placeless += 1
        else:
            found.append((item_id, start, length, None if news == OUT else body))
    return found, placeless


def write(connection: sqlite3.Connection, change: FileChange, now: int) -> None:
    """Write a change that was shown. Raises UsageProblem where the file is another by now."""
    try:
        current = content_of(change.path).data
    except NotReadable as error:
        raise UsageProblem(f"{change.path}: {error}; nothing was written") from error
    if current != change.before:
        raise UsageProblem(f"{change.path} changed meanwhile; nothing was written, look again")
    _replace(change.path, change.after)
    look(connection, [MemoryFile(change.path, change.format, change.scope)], now)


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
