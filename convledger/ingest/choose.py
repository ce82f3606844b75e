"""Finds out what a path that a person names holds, and which reader reads it."""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterable
from contextlib import closing, suppress
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path

from convledger.errors import UsageProblem
from convledger.ingest.archives import is_archive, members
from convledger.ingest.lines import NotReadable, decompressed, open_log
from convledger.paths import stored_path
from convledger.sources import claude_code, codex
from convledger.sources.lenient import BadLine, loads
from convledger.sources.registry import PLACES

SNIFFED_LINES, SNIFFED_BYTES, SNIFFED_FILES = 40, 1 << 20, 200
GLANCED_FILES, GLANCED_LOGS = 5000, 10  # while a path is being typed
COMPLETIONS = 200
_LINES = {"claude-code": claude_code, "codex": codex}
_LOGS = (".jsonl", ".jsonl.zst")


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
    """Return (reader, root) for what `path` holds: a log, a folder of logs, a home, an archive.

    Raises UsageProblem where it is nothing that a reader knows.
    """
    if source is not None and source not in PLACES:
        near = get_close_matches(source, PLACES, 1)
        hint = f"; did you mean {near[0]}?" if near else ""
        raise UsageProblem(f"no such source: {source}{hint} Sources are: {', '.join(PLACES)}")
    path = Path(os.path.abspath(path.expanduser()))  # noqa: PTH100 - links stay as they are named
    if path.is_symlink() and path.is_file():
        path = path.resolve()  # but a log is read where it is
    if not path.exists():
        raise UsageProblem(f"{path}: there is no such file or folder")
    if isinstance(stored_path(path), bytes):
        raise UsageProblem(f"{path}: its name is not Unicode; rename it, or import what it holds")
    if source is not None:
        return [(source, path)]
    if path.is_dir():
        found = _known_layout(path) or _sniffed_folder(path)
    elif is_archive(path):
        found = [(reader, path) for reader in sorted({*_sniffed_archive(path)})]
    else:
        reader = sniff(path)
        found = [(reader, path)] if reader else []
    if not found:
        raise UsageProblem(
            f"{path}: no conversations of a known tool in it. If you know what it is, say so with "
            f"--as ({', '.join(PLACES)})"
        )
    return found


def _known_layout(path: Path) -> list[tuple[str, Path]]:
    """Recognise a home, a tool's own folder, or a folder inside one by its name."""
    projects = (path / ".claude" / "projects", path / ".config" / "claude" / "projects")
    found = [("claude-code", folder) for folder in projects if folder.is_dir()]
    if (path / ".codex").is_dir():
        found.append(("codex", path / ".codex"))
    if found:
        return found
    if path.name in (".claude", "claude") and (path / "projects").is_dir():
        return [("claude-code", path / "projects")]
    if (path / "sessions").is_dir() or (path / "archived_sessions").is_dir():
        return [("codex", path)]
    return []


def _sniffed_folder(path: Path) -> list[tuple[str, Path]]:
    """Return the folder by the one reader that knows its first logs, else each log by its own."""
    logs = (
        Path(folder) / name
        for folder, _, names in os.walk(path)
        for name in sorted(names)
        if name.endswith(_LOGS)
    )
    by_file = _sniffed(itertools.islice(logs, SNIFFED_FILES))
    readers = {reader for reader, _ in by_file}
    if len(readers) == 1:
        return [(readers.pop(), path)]
    return by_file + _sniffed(logs)


def _sniffed(logs: Iterable[Path]) -> list[tuple[str, Path]]:
    found = []
    for log in logs:
        with suppress(UsageProblem):  # one that can't be read is named once the others are
            if reader := sniff(log):
                found.append((reader, log))
    return found


def _sniffed_archive(path: Path) -> list[str]:
    try:
        names = [name for name, _ in members(path)]
    except NotReadable as error:
        raise UsageProblem(f"{path}: {error}") from error
    return [
        reader
        for reader, place in _LINES.items()
        if any(place.is_log(name) and place.in_archive(name) for name in names)
    ]


def sniff(path: Path) -> str | None:
    """Return the reader that knows the first records of a file, None if there is none."""
    try:
        with (
            closing(open_log(path)) as raw,
            closing(decompressed(raw) if path.suffix == ".zst" else raw) as stream,
        ):
            stream.seek(0)
            lines = stream.read(SNIFFED_BYTES).split(b"\n")
    except NotReadable as error:
        raise UsageProblem(f"{path}: can't be read: {error}") from error
    for line in lines[:SNIFFED_LINES]:
        if not line.strip():
            continue
        try:
            record = loads(line)
        except BadLine:
            continue
        for reader, place in _LINES.items():
            if place.knows(record):
                return reader
    return None


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
        (reader, start, os.path.join(folder, name))  # noqa: PTH118 - thousands of them
        for reader, start in known or [("", path)]
        for folder, _, names in os.walk(start)
        for name in names
    )
    seen = list(itertools.islice(files, GLANCED_FILES + 1))
    some = (Path(file) for _, _, file in seen if file.endswith(_LOGS))
    readers = {reader for reader, _ in _sniffed(itertools.islice(some, GLANCED_LOGS))}
    found = known or sorted((reader, path) for reader in readers)
    logs = sum(_is_log(file, start, reader or readers) for reader, start, file in seen)
    return Glance(path, found, logs, len(seen) <= GLANCED_FILES)


def _is_log(file: str, start: Path, readers: str | set[str]) -> bool:
    relative = file[len(str(start)) + 1 :].replace(os.sep, "/")
    names = [readers] if isinstance(readers, str) else readers
    return any(PLACES[name].is_log(relative) for name in names)


def completions(typed: str, endings: tuple[str, ...] = (*_LOGS, ".zip")) -> list[str]:
    """Return how a typed path can go on: folders with a slash, then files with these endings."""
    if typed.startswith("~") and "/" not in typed:
        return ["~/"] if typed == "~" else []
    start, _, name = typed.rpartition("/")
    folder = Path(f"{start}/").expanduser() if start or typed.startswith("/") else Path()
    folders, files = [], []
    try:
        with os.scandir(folder) as entries:
            for entry in itertools.islice(entries, GLANCED_FILES):
                if not entry.name.lower().startswith(name.lower()):
                    continue
                if entry.is_dir():
                    folders.append(entry.name + "/")
                elif entry.name.endswith(endings):
                    files.append(entry.name)
    except (OSError, ValueError, RuntimeError):
        return []
    head = typed[: len(typed) - len(name)]
    found = [*sorted(folders, key=_hidden_last), *sorted(files, key=_hidden_last)]
    return [head + one for one in found[:COMPLETIONS]]


def _hidden_last(name: str) -> tuple[bool, str]:
    return name.startswith("."), name.lower()
