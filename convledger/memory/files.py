"""The memory files of this machine: found, taken in, looked at, and what is wrong with them."""

from __future__ import annotations

import os
import sqlite3
import sys
from collections.abc import Callable, Iterable, Iterator
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
    RULE_FOLDERS,
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

GoesOn = Callable[[int, int], bool]  # files done and all of them; whether to go on
Told = tuple[str, "ImportResult | str"]  # a file, and what became of it
_PASSED = frozenset(("node_modules",))
_OF_RULES = frozenset(("rules", "instructions"))  # folders in a tool's hidden one
_IMPORTING = frozenset(("claude-md", "gemini-md"))  # formats that know `@path`


def found_files(connection: sqlite3.Connection) -> Discovery:
    """Return the memory files of the tools on this machine, and those of known projects."""
    return discover(known_projects(connection), os.environ, paths.home(), sys.platform)


def look_at_files(
    connection: sqlite3.Connection, now: int, goes_on: GoesOn = lambda _, __: True
) -> tuple[Feed, Discovery]:
    """Look at all memory files of this machine; new ones are taken in as proposed."""
    discovery = found_files(connection)
    return look(connection, discovery.files, now, goes_on), discovery


def import_named(
    connection: sqlite3.Connection,
    named: Iterable[Path],
    format_name: str | None,
    scope: str,
    now: int,
) -> Iterator[Told]:
    """Yield what became of each file that a person names, a folder for all in it that is known.

    A zip stands for its members, "export.zip › memories.json". Raises UsageProblem for a format or
    a path that is not there.
    """
    for path in named:
        count = 0
        for file, is_named in named_files([path]):
            for told in import_one(connection, file, format_name, scope, now, is_named=is_named):
                count += 1
                yield told
        for told in gone_below(connection, path, now):
            count += 1
            yield told
        if not count:
            yield str(path), f"no memory in it; say what it is with --as: {', '.join(FORMATS)}"


def import_one(
    connection: sqlite3.Connection,
    file: Path,
    format_name: str | None,
    scope: str,
    now: int,
    *,
    is_named: bool,
) -> Iterator[Told]:
    """Yield what became of a file; one that nobody named and that is no memory is passed over.

    Raises UsageProblem for a format that is none.
    """
    wanted = None if format_name is None else known_format(format_name)
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
        result = import_file(
            connection, file, chosen, content.data, scope, now, mtime_ns=content.mtime_ns
        )
        yield str(file), result
    elif is_named:
        yield str(file), f"no memory format; say which it is: {', '.join(FORMATS)}"


def named_files(named: Iterable[Path]) -> Iterator[tuple[Path, bool]]:
    """Yield the files that paths name, and whether it is they: else a folder may hold memory there.

    Raises UsageProblem where there is nothing.
    """
    for path in named:
        real = _real(path)
        if real.is_dir():
            yield from ((file, False) for file in below(real) if file is not None)
        else:
            yield real, True


def gone_below(connection: sqlite3.Connection, named: Path, now: int) -> Iterator[Told]:
    """Yield the files that were taken in from below a path and are no longer there; entries stay.

    What tools write where it lies is news of the feed.
    """
    start = f"{_real(named)}{os.sep}"
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
        return path.expanduser().resolve(strict=True)
    except (OSError, RuntimeError) as error:
        raise UsageProblem(f"{path}: there is no such file") from error


def below(real: Path) -> Iterator[Path | None]:
    """Yield each file below a folder that may hold memory, and None for each other one."""
    for folder, folders, names in os.walk(real):
        here = Path(folder)
        if here != real and here.name in RULE_FOLDERS:  # whole copies of a project may lie there
            folders[:] = [each for each in folders if each in _OF_RULES]
        folders[:] = sorted(
            each
            for each in folders
            if (not each.startswith(".") or each in RULE_FOLDERS) and each not in _PASSED
        )
        for name in sorted(names):
            file = here / name
            is_one = is_archive(file) or may_be_memory(str(file.relative_to(real)))
            yield file if is_one and not file.is_symlink() else None


def complaints(
    connection: sqlite3.Connection,
    found_now: Discovery | None = None,
    goes_on: GoesOn = lambda _, __: True,
) -> Iterator[Complaint]:
    """Yield what is wrong with the memory files of this machine, those named before too.

    `found_now` are those that were just found, and are looked for where it is None. `goes_on` hears
    of files done and all files, and answers whether to go on.
    """
    if found_now is None:
        found_now = found_files(connection)
    files = {str(each.path): each for each in found_now.files}
    for row in known_files(connection):
        path = str(real_path(row.path))
        if row.state == LIVE and path not in files:
            files[path] = MemoryFile(Path(path), row.format, row.scope or EVERYWHERE)
    pieces: list[Piece] = []
    unreadable: set[str] = set()
    for done, (path, file) in enumerate(sorted(files.items())):
        if not goes_on(done, len(files)):
            return
        try:
            content = content_of(file.path).data
        except NotReadable as error:
            unreadable.add(path)
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
                line = int(number) if number.isdecimal() else 0
                where = f"{found.place}: " if found.place and not line else ""
                yield Complaint(path, line, "broken", f"{where}{found.reason}")
    yield from doubles(pieces)
    for place, reason in found_now.told:
        if str(place) not in unreadable and "no such file" not in reason:  # that is a dead import
            yield Complaint(str(place), 0, "left alone", reason)


def _missing(path: Path, lines: list[str]) -> Iterator[tuple[int, str]]:
    for number, name in imports_in(lines):
        target = Path(name).expanduser()
        if not target.is_absolute():
            target = path.parent / target
        try:
            is_there = target.exists()
        except (OSError, ValueError):  # a name that no file can have, or a folder that is closed
            is_there = False
        if not is_there:
            yield number, name
