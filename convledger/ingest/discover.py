"""Finds log files and says which have changed since they were last read."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from convledger.paths import INSIDE, archive_of
from convledger.sources.registry import PLACES

DATABASES, JOURNALS = (".db", ".vscdb", ".sqlite"), ("-wal", "-journal", "-shm")
_NO_ZIPS = (".jsonl", ".zst", *DATABASES)  # of which there may be many, or which are locked
DEEPEST = 24  # folders below a root; deeper is a loop or a mistake


class Found(NamedTuple):
    """A log file as a scan sees it; `relative` is its path below the root, with slashes."""

    path: str
    relative: str
    size: int
    mtime_ns: int
    inode: int
    device: int


@dataclass(slots=True)
class Scan:
    """What a root holds now, and which parts of it could not be read."""

    reader: str
    root: Path
    present: bool = False
    files: list[Found] = field(default_factory=list)
    unreadable: list[tuple[str, str]] = field(default_factory=list)
    folders: int = 0


def scan(reader: str, root: Path) -> Scan:
    """Walk `root` for the logs of `reader`; links are followed at the root only."""
    result = Scan(reader, root)
    place = PLACES[reader]
    if INSIDE in str(root) and (archive := archive_of(str(root))):
        _scan_archive(archive, place.is_log, result, only=str(root))
        return result
    try:
        info = root.stat()
    except OSError as error:
        if not isinstance(error, FileNotFoundError | NotADirectoryError):
            result.unreadable.append((str(root), error.strerror or str(error)))
        return result
    is_file = stat.S_ISREG(info.st_mode)
    if is_file and _is_zip(root):
        _scan_archive(root, place.is_log, result)
        return result
    if is_file:
        result.present = True
        result.files.append(_found(str(root), root.name, info))
        return result
    for start in _starts(reader, root):
        if _is_folder(start):
            result.present = True
            base = len(str(root).rstrip(os.sep)) + 1
            _walk(str(start), base, place.is_log, result, databases=place.DATABASES)
    result.files = _without_doubles(result.files)
    return result


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except OSError:  # of a folder above it that may not be searched
        return False


def _starts(reader: str, root: Path) -> list[Path]:
    """Return the folders of `root` that hold logs: those the tool makes, else the root itself."""
    below = [root / name for name in getattr(PLACES[reader], "FOLDERS", ())]
    return [folder for folder in below if _is_folder(folder)] or [root]


def look_at(reader: str, root: Path, path: str) -> Found | None:
    """Return one file below `root` as a scan would see it, None where a scan would not.

    Of an archive that changed only a scan sees the members.
    """
    if path == str(root):
        relative = root.name
        if _is_zip(root):
            return None
    else:
        relative = path[len(str(root)) + 1 :].replace(os.sep, "/")
        inside = any(path.startswith(f"{start}{os.sep}") for start in _starts(reader, root))
        if not inside or not PLACES[reader].is_log(relative):
            return None
    try:
        info = Path(path).lstat()
    except OSError:
        return None
    return _found(path, relative, info) if stat.S_ISREG(info.st_mode) else None


def _is_zip(path: Path) -> bool:
    """Tell whether a file is a zip; of names that say otherwise it is believed."""
    suffix = path.suffix.lower()
    if suffix in _NO_ZIPS:
        return False
    from convledger.ingest.recognise import is_zip

    return suffix == ".zip" or is_zip(path)


def _scan_archive(
    root: Path, is_log: Callable[[str], object], result: Scan, *, only: str = ""
) -> None:
    """Add the logs in a zip to `result`, or the one member that is named."""
    from convledger.ingest.archives import members
    from convledger.ingest.lines import NotReadable

    try:
        info = root.stat()
        listed = members(root)
    except (NotReadable, OSError) as error:
        if not isinstance(error, FileNotFoundError):
            result.present = True
            result.unreadable.append((str(root), str(error)))
        return
    result.present = True
    for name, size in listed:
        path = f"{root}{INSIDE}{name}"
        if path == only or (not only and is_log(name)):
            result.files.append(Found(path, name, size, info.st_mtime_ns, info.st_ino, info.st_dev))


def _found(path: str, relative: str, info: os.stat_result) -> Found:
    size, changed = info.st_size, info.st_mtime_ns
    if path.endswith(DATABASES):
        from convledger.ingest.documents import with_journal

        size, changed = with_journal(path, size, changed)
    return Found(path, relative, size, changed, info.st_ino, info.st_dev)


def of_database(path: str) -> str:
    """Return the database that a file beside it belongs to: its journals tell of its changes."""
    for ending in JOURNALS:
        if path.endswith(ending):
            return path.removesuffix(ending)
    return path


def _walk(
    start: str, base: int, is_log: Callable[[str], object], result: Scan, *, databases: bool
) -> None:
    """Add the logs below `start` to `result`; this runs at each report, over every file."""
    folders = [(start, DEEPEST)]
    add, forward = result.files.append, os.sep == "/"
    while folders:
        folder, depth = folders.pop()
        result.folders += 1
        try:
            with os.scandir(folder) as entries:
                listed = list(entries)
        except OSError as error:
            result.unreadable.append((folder, error.strerror or str(error)))
            continue
        for entry in listed:
            path = entry.path
            try:
                if entry.is_dir(follow_symlinks=False):
                    if depth:
                        folders.append((path, depth - 1))
                    continue
                relative = path[base:] if forward else path[base:].replace(os.sep, "/")
                if not is_log(relative):
                    continue
                if entry.is_file(follow_symlinks=False):
                    info = entry.stat(follow_symlinks=False)
                    if databases:
                        add(_found(path, relative, info))
                        continue
                    add(
                        Found(
                            path, relative, info.st_size, info.st_mtime_ns, info.st_ino, info.st_dev
                        )
                    )
                else:
                    kind = "a link" if entry.is_symlink() else "not a regular file"
                    result.unreadable.append((path, f"{kind}, left alone"))
            except OSError as error:
                result.unreadable.append((path, error.strerror or str(error)))


def _without_doubles(files: list[Found]) -> list[Found]:
    """Leave out the compressed copy of a file that is there, and the archived of an active one."""
    names: dict[str, list[Found]] = {}
    for found in files:
        if found.relative.endswith(".zst") or found.relative.startswith("archived_sessions/"):
            names.setdefault(_name(found), []).append(found)
    if not names:
        return files
    plain = {
        _name(found): found.relative
        for found in files
        if _name(found) in names
        and not found.relative.endswith(".zst")
        and not found.relative.startswith("archived_sessions/")
    }
    kept = []
    for found in files:
        name = _name(found)
        if name in names and found.relative != plain.get(name, found.relative):
            continue
        if name in names and name not in plain and found is not _best(names[name]):
            continue
        kept.append(found)
    return kept


def _name(found: Found) -> str:
    return found.relative.rsplit("/", 1)[-1].removesuffix(".zst")


def _best(copies: list[Found]) -> Found:
    """Of copies with no plain active one: active before archived, plain before compressed."""
    return min(
        copies, key=lambda one: (one.relative.startswith("archived"), one.relative.endswith(".zst"))
    )
