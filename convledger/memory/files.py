"""The memory files of this machine: found, taken in, looked at, and what is wrong with them."""

from __future__ import annotations

import os
import sqlite3
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from convledger import paths
from convledger.errors import UsageProblem
from convledger.ingest.archives import is_archive, is_packed
from convledger.memory.discover import Discovery, MemoryFile, discover, known_projects
from convledger.memory.feed import Feed, look
from convledger.memory.file_rows import LIVE, known_files, shown_place
from convledger.memory.importing import IMPORT, ImportResult, import_file, take_gone
from convledger.memory.lint import Complaint, Piece, dead_imports, doubles, lint_file
from convledger.memory.opening import NotReadable, content_of
from convledger.memory.packed import import_archive
from convledger.memory.readers.exported import NAME as EXPORT
from convledger.memory.readers.imports import imports_in
from convledger.memory.readers.items import Item, storable
from convledger.memory.readers.registry import (
    FORMATS,
    WATCHED,
    format_of,
    known_format,
    may_be_memory,
    read,
)
from convledger.memory.readers.texts import encoding_of
from convledger.memory.restoring import restore
from convledger.memory.words import EVERYWHERE
from convledger.paths import real_path
from convledger.store.operations import operation

_IMPORTING = frozenset(("claude-md", "gemini-md"))  # formats that know `@path`


def found_files(connection: sqlite3.Connection) -> Discovery:
    """Return the memory files of the tools on this machine, and those of known projects."""
    return discover(known_projects(connection), os.environ, paths.home(), sys.platform)


def look_at_files(connection: sqlite3.Connection, now: int) -> tuple[Feed, Discovery]:
    """Look at all memory files of this machine; new ones are taken in as proposed."""
    discovery = found_files(connection)
    return look(connection, discovery.files, now), discovery


def import_named(
    connection: sqlite3.Connection,
    named: Iterable[Path],
    format_name: str | None,
    scope: str,
    now: int,
) -> Iterator[tuple[str, ImportResult | str]]:
    """Yield what became of each file that a person names, a folder for all in it that is known.

    A zip stands for its members, "export.zip › memories.json". Raises UsageProblem for a format or
    a path that is not there.
    """
    wanted = None if format_name is None else known_format(format_name)
    for path in named:
        real = _real(path.expanduser())
        if not real.is_dir():
            yield from _imported(connection, real, wanted, scope, now)
            continue
        count = 0
        for file in _files_in(real):
            for told in _imported(connection, file, wanted, scope, now, is_named=False):
                count += 1
                yield told
        for told in _gone_below(connection, real, now):
            count += 1
            yield told
        if not count:
            yield str(real), f"no memory in it; say what it is with --as: {', '.join(FORMATS)}"


def _imported(
    connection: sqlite3.Connection,
    file: Path,
    wanted: str | None,
    scope: str,
    now: int,
    *,
    is_named: bool = True,
) -> Iterator[tuple[str, ImportResult | str]]:
    """Yield what became of a file; one that nobody named and that is no memory is passed over."""
    try:
        if is_packed(file):
            for place, result in import_archive(connection, file, wanted, scope, now):
                yield shown_place(place), result
            return
        content = content_of(file)
    except NotReadable as error:
        yield str(file), str(error)
        return
    chosen = wanted or format_of(str(file), content.data)
    if chosen == EXPORT and is_named:
        yield str(file), restore(connection, file, content.data, now)
    elif chosen is not None:
        yield (
            str(file),
            import_file(
                connection, file, chosen, content.data, scope, now, mtime_ns=content.mtime_ns
            ),
        )
    elif is_named:
        yield str(file), f"no memory format; say which with --as: {', '.join(FORMATS)}"


def _gone_below(
    connection: sqlite3.Connection, folder: Path, now: int
) -> Iterator[tuple[str, ImportResult]]:
    """Yield the files that were taken in from a folder and are no longer there; entries stay.

    What tools write where it lies is news of the feed.
    """
    start = f"{folder}{os.sep}"
    for row in known_files(connection):
        path = real_path(row.path)
        if row.state == LIVE and row.format not in WATCHED and str(path).startswith(start):
            if path.exists():
                continue
            with operation(
                connection, IMPORT, now=now, about=storable(path.name), actor=IMPORT
            ) as recorder:
                result = take_gone(connection, recorder, row, now)
            if result.removed:
                yield str(path), result


def _real(path: Path) -> Path:
    try:
        return path.resolve(strict=True)
    except (OSError, RuntimeError) as error:
        raise UsageProblem(f"{path}: there is no such file") from error


def _files_in(real: Path) -> Iterator[Path]:
    for folder, folders, names in os.walk(real):
        folders[:] = sorted(
            each for each in folders if not each.startswith(".") and each != "node_modules"
        )
        for name in sorted(names):
            file = Path(folder) / name
            if (is_archive(file) or may_be_memory(name)) and not file.is_symlink():
                yield file


def complaints(connection: sqlite3.Connection) -> Iterator[Complaint]:
    """Yield what is wrong with the memory files of this machine, those named before too."""
    files = {str(each.path): each for each in found_files(connection).files}
    for row in known_files(connection):
        path = str(real_path(row.path))
        if row.state == LIVE and path not in files:
            files[path] = MemoryFile(Path(path), row.format, row.scope or EVERYWHERE)
    pieces: list[Piece] = []
    for path, file in sorted(files.items()):
        try:
            content = content_of(file.path).data
        except NotReadable as error:
            yield Complaint(path, 0, "unreadable", str(error))
            continue
        yield from lint_file(path, file.format, content)
        encoding, mark = encoding_of(content)
        if file.format in _IMPORTING:
            lines = content[mark:].decode(encoding, "replace").splitlines()
            yield from dead_imports(path, list(_missing(file.path, lines)))
        for found in read(content, path, file.format):
            if isinstance(found, Item):
                before = content[: found.start or 0]
                line = before.count(b"\n") + 1 if found.start is not None else 0
                pieces.append(Piece(path, line, found.body))
            else:
                number = found.place.removeprefix("line ")
                yield Complaint(
                    path, int(number) if number.isdecimal() else 0, "broken", found.reason
                )
    yield from doubles(pieces)


def _missing(path: Path, lines: list[str]) -> Iterator[tuple[int, str]]:
    for number, name in imports_in(lines):
        target = Path(name).expanduser()
        if not target.is_absolute():
            target = path.parent / target
        if not target.exists():
            yield number, name
