"""Finds out what a path that a person names holds, and which readers read it."""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path

from convledger.errors import UsageProblem
from convledger.ingest.archives import is_archive
from convledger.ingest.lines import NotReadable
from convledger.ingest.recognise import (
    is_zip,
    may_be_log,
    members_by_source,
    source_at,
    source_of_member,
    what_it_is,
)
from convledger.paths import INSIDE, archive_of, stored_path
from convledger.sources.places import Kind
from convledger.sources.registry import PLACES

SNIFFED_FILES, MOST_FILES = 200, 20_000
GLANCED_FILES, GLANCED_LOGS = 5000, 10  # while a path is being typed
COMPLETIONS = 200
_SKIPPED = frozenset([".git", "node_modules", "__pycache__", ".venv", "venv", "site-packages"])


@dataclass(frozen=True, slots=True)
class Glance:
    """What a path holds at a short look: readers with their roots, and the logs that were seen.

    `problem` says why it can't be read. Not `whole` where there was more than a short look takes.
    """

    path: Path
    roots: list[tuple[str, Path]] = field(default_factory=list)
    logs: int = 0
    whole: bool = True
    problem: str = ""


def roots_in(path: Path, source: str | None) -> list[tuple[str, Path]]:
    """Return (reader, root) for what `path` holds: a log, an export, a folder, a home, an archive.

    Raises UsageProblem where it is nothing that a reader knows.
    """
    if source is not None and source not in PLACES:
        near = get_close_matches(source, PLACES, 1)
        hint = f"; did you mean {near[0]}?" if near else "."
        raise UsageProblem(
            f"no such source: {source}{hint} `convledger help sources` names them all"
        )
    path = Path(os.path.abspath(path.expanduser()))  # noqa: PTH100 - links stay as they are named
    if path.is_symlink() and path.is_file():
        path = path.resolve()  # but a log is read where it is
    if not path.exists() and not _is_member(path):
        raise UsageProblem(f"{path}: there is no such file or folder")
    if isinstance(stored_path(path), bytes):
        raise UsageProblem(f"{path}: its name is not Unicode; rename it, or import what it holds")
    if source is not None:
        return [(source, path)]
    if path.is_dir():
        found = _known_layout(path) or _sniffed_folder(path)
    elif _is_member(path):
        found = _sniffed_member(path)
    elif is_archive(path) or is_zip(path):
        found = _sniffed_archive(path)
    else:
        reader = sniff(path)
        found = [(reader, path)] if reader else _unknown_table(path)
    if not found:
        what = _cut_short(path) if path.is_dir() else what_it_is(path)
        raise UsageProblem(
            f"{path}: {what}"
            if what
            else f"{path}: no conversations of a known tool in it. If you know what it is, say so "
            "with --as SOURCE: `convledger help sources` names them all"
        )
    return found


def not_looked_at(path: Path) -> str:
    """Say so where a folder holds more files than are looked at, and is no tool's own."""
    return "" if _known_layout(path) else _cut_short(path)


def _cut_short(path: Path) -> str:
    if next(itertools.islice(_files(path), MOST_FILES, None), None) is None:
        return ""
    return (
        f"holds more than {MOST_FILES:,} files, of which no more are looked at: import the folders "
        "or files in it that you want by their names"
    )


def _unknown_table(path: Path) -> list[tuple[str, Path]]:
    """Return a file as a table where it is one, whatever it is of: its mapping will say."""
    from convledger.ingest.mappings import READER, is_unknown_table

    return [(READER, path)] if is_unknown_table(path) else []


def _is_member(path: Path) -> bool:
    """Tell whether a path names a member of an archive that is there."""
    archive = archive_of(str(path))
    return archive is not None and archive.is_file()


def _sniffed_member(path: Path) -> list[tuple[str, Path]]:
    """Return the reader that knows a member of an archive."""
    archive = archive_of(str(path))
    try:
        name = str(path)[len(str(archive)) + len(INSIDE) :]
        source = source_of_member(archive or path, name)
    except NotReadable as error:
        raise UsageProblem(f"{path}: can't be read: {error}") from error
    return [(source, path)] if source else []


def _known_layout(path: Path) -> list[tuple[str, Path]]:
    """Recognise a home, a tool's own folder, or a folder inside one by its name."""
    found: list[tuple[str, Path]] = []
    for reader, place in PLACES.items():
        for platform in ("linux", "darwin", "win32"):
            for root in place.roots({}, path, platform):
                if (reader, root) not in found and _holds_logs(root, reader):
                    found.append((reader, root))
    if found:
        return found
    if path.name in (".claude", "claude") and (path / "projects").is_dir():
        return [("claude-code", path / "projects")]
    # A tool's own folder, as `.gemini` or a copy of it is one.
    home = Path("/home")
    for reader, place in PLACES.items():
        for root in place.roots({}, home, "linux"):
            parts = root.relative_to(home).parts
            for length in range(len(parts), 0, -1):
                if path.parts[-length:] == parts[:length]:
                    inner = path.joinpath(*parts[length:])
                    if _holds_logs(inner, reader):
                        return [(reader, inner)]
    if (path / "sessions").is_dir() or (path / "archived_sessions").is_dir():
        rollouts = (path / "sessions").rglob("rollout-*"), path.glob("archived_sessions/rollout-*")
        if any(itertools.chain(*rollouts)):
            return [("codex", path)]
    return []


def _holds_logs(root: Path, reader: str) -> bool:
    """Tell whether a folder that a tool is known for is there, and holds what it would."""
    if not root.is_dir():
        return False
    place = PLACES[reader]
    base = len(str(root)) + 1
    files = (file for start in _starts(root, place.FOLDERS) for file in _files(start))
    return any(
        place.is_log(str(file)[base:].replace(os.sep, "/"))
        for file in itertools.islice(files, GLANCED_FILES)
    )


def _starts(root: Path, folders: tuple[str, ...]) -> list[Path]:
    return [root / name for name in folders if (root / name).is_dir()] or [root]


def _files(path: Path) -> Iterator[Path]:
    for folder, names, files in os.walk(path):
        names[:] = sorted(set(names) - _SKIPPED)
        for name in sorted(files):
            yield Path(folder) / name


def _sniffed_folder(path: Path) -> list[tuple[str, Path]]:
    """Return what a folder holds: whole where one tool's logs are all that its reader would take.

    Else each log by its own reader, so that none takes in what is not its own.
    """
    logs = [
        file for file in itertools.islice(_files(path), MOST_FILES) if may_be_log(file.as_posix())
    ]
    by_file = _sniffed(logs[:SNIFFED_FILES])
    readers = {reader for reader, _ in by_file}
    if len(readers) == 1:
        (reader,) = readers
        if PLACES[reader].KIND is Kind.AGENT or _takes_only(reader, path, logs, by_file):
            return _whole_and_else(reader, path, by_file)
    return _together(path, by_file + _sniffed(logs[SNIFFED_FILES:]))


def _together(path: Path, by_file: list[tuple[str, Path]]) -> list[tuple[str, Path]]:
    """Return the logs of each agent as one folder where they lie as the agent keeps them.

    What stands beside a log is a part of it: a database, the messages of a session.
    """
    found: list[tuple[str, Path]] = []
    for reader in dict.fromkeys(reader for reader, _ in by_file):
        files = [file for one, file in by_file if one == reader]
        root = _own_folder(reader, path, files, by_file) if len(files) > 1 else None
        found += [(reader, root)] if root else [(reader, file) for file in files]
    return found


def _own_folder(
    reader: str, path: Path, files: list[Path], by_file: list[tuple[str, Path]]
) -> Path | None:
    """Return the folder below which an agent's reader takes all these files and no others."""
    if PLACES[reader].KIND is not Kind.AGENT:
        return None
    is_log = PLACES[reader].is_log
    root = Path(os.path.commonpath([file.parent for file in files]))
    while root == path or path in root.parents:
        taken = [
            (one, file)
            for one, file in by_file
            if root in file.parents and is_log(file.relative_to(root).as_posix())
        ]
        if len([file for one, file in taken if one == reader]) == len(files):
            return root if len(taken) == len(files) else None
        root = root.parent
    return None


def _whole_and_else(
    reader: str, path: Path, by_file: list[tuple[str, Path]]
) -> list[tuple[str, Path]]:
    """Return a folder as a root, and by themselves the logs in it that lie as no log does."""
    is_log = PLACES[reader].is_log
    else_where = [one for one in by_file if not is_log(one[1].relative_to(path).as_posix())]
    whole = [(reader, path)] if len(else_where) < len(by_file) else []
    return whole + else_where


def _takes_only(reader: str, path: Path, logs: list[Path], by_file: list[tuple[str, Path]]) -> bool:
    """Tell whether all that a reader would take of a folder is its own."""
    if len(logs) > SNIFFED_FILES:
        return False
    known = {file for _, file in by_file}
    return all(
        file in known for file in logs if PLACES[reader].is_log(file.relative_to(path).as_posix())
    )


def _sniffed(logs: Iterable[Path]) -> list[tuple[str, Path]]:
    found: list[tuple[str, Path]] = []
    for log in logs:
        with suppress(UsageProblem):  # one that can't be read is named once the others are
            if is_archive(log):
                found += _sniffed_archive(log)
            elif (reader := sniff(log)) and reader != "table":
                found.append((reader, log))
    return found


def _sniffed_archive(path: Path) -> list[tuple[str, Path]]:
    """Return what a zip holds: whole for each source whose files there are all its own."""
    try:
        by_source = members_by_source(path)
    except NotReadable as error:
        raise UsageProblem(f"{path}: {error}") from error
    every = {name for names in by_source.values() for name in names}
    found: list[tuple[str, Path]] = []
    for source, names in sorted(by_source.items()):
        if source == "table" and len(by_source) > 1:
            continue  # beside an export: feedback, orders, and the like
        taken = {name for name in every if PLACES[source].is_log(name)}
        if set(names) == taken or PLACES[source].KIND is Kind.AGENT:
            found.append((source, path))
        else:
            found += [(source, Path(f"{path}{INSIDE}{name}")) for name in names]
    return found


def sniff(path: Path) -> str | None:
    """Return the reader that knows what is in a file, None if there is none."""
    try:
        return source_at(path)
    except NotReadable as error:
        raise UsageProblem(f"{path}: can't be read: {error}") from error


def glance(path: Path) -> Glance:
    """Tell what `path` seems to hold without reading or walking much of it; never raises."""
    try:
        path = Path(os.path.abspath(path.expanduser()))  # noqa: PTH100 - as in roots_in
        if path.is_dir():
            return _glance_at_folder(path)
        return Glance(path, roots_in(path, None), 1)
    except UsageProblem as error:
        return Glance(path, problem=str(error).removeprefix(f"{path}: "))
    except (OSError, ValueError, RuntimeError) as error:  # RuntimeError: a ~name of nobody
        return Glance(path, problem=getattr(error, "strerror", None) or str(error))


def _glance_at_folder(path: Path) -> Glance:
    known = _known_layout(path)
    files = (
        (reader, start, str(file))
        for reader, start in known or [("", path)]
        for file in _files(start)
    )
    seen = list(itertools.islice(files, GLANCED_FILES + 1))
    some = (Path(file) for _, _, file in seen if may_be_log(file.replace(os.sep, "/")))
    readers = {reader for reader, _ in _sniffed(itertools.islice(some, GLANCED_LOGS))}
    found = known or sorted((reader, path) for reader in readers)
    logs = sum(_is_log(file, start, reader or readers) for reader, start, file in seen)
    return Glance(path, found, logs, len(seen) <= GLANCED_FILES)


def _is_log(file: str, start: Path, readers: str | set[str]) -> bool:
    relative = file[len(str(start)) + 1 :].replace(os.sep, "/")
    names = [readers] if isinstance(readers, str) else readers
    return any(PLACES[name].is_log(relative) for name in names)


def completions(typed: str, endings: tuple[str, ...] | None = None) -> list[str]:
    """Return how a typed path can go on: folders with a slash, then files with these endings.

    Without endings those files come that may be logs. What is typed last may stand anywhere in a
    name; names that begin with it come first.
    """
    if typed.startswith("~") and "/" not in typed:
        return ["~/"] if typed == "~" else []
    start, _, name = typed.rpartition("/")
    folder = Path(f"{start}/").expanduser() if start or typed.startswith("/") else Path()
    folders, files, sought = [], [], name.lower()
    try:
        with os.scandir(folder) as entries:
            for entry in itertools.islice(entries, GLANCED_FILES):
                if sought not in entry.name.lower():
                    continue
                if entry.is_dir():
                    folders.append(entry.name + "/")
                elif entry.name.lower().endswith(endings) if endings else may_be_log(entry.path):
                    files.append(entry.name)
    except (OSError, ValueError, RuntimeError):
        return []
    head = typed[: len(typed) - len(name)]

    def order(one: str) -> tuple[bool, bool, str]:
        lower = one.lower()
        return not lower.startswith(sought), lower.startswith("."), lower

    found = [*sorted(folders, key=order), *sorted(files, key=order)]
    return [head + one for one in found[:COMPLETIONS]]
