"""Finds out what a path that a person names holds, and which reader reads it."""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterable
from contextlib import closing, suppress
from difflib import get_close_matches
from pathlib import Path

from convledger.errors import UsageProblem
from convledger.ingest.archives import is_archive, members
from convledger.ingest.lines import NotReadable, decompressed, open_log
from convledger.paths import stored_path
from convledger.sources.lenient import BadLine, loads
from convledger.sources.registry import PLACES

SNIFFED_LINES, SNIFFED_BYTES, SNIFFED_FILES = 40, 1 << 20, 200


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
        if name.endswith((".jsonl", ".jsonl.zst"))
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
        for reader, place in PLACES.items()
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
        for reader, place in PLACES.items():
            if place.knows(record):
                return reader
    return None
