"""Verifies who may read the files of a workspace, and closes them to others."""

from __future__ import annotations

import os
import shlex
import stat
from collections.abc import Iterator
from pathlib import Path

from convledger.store.findings import MODE, Finding

FOLDER_MODE, FILE_MODE = 0o700, 0o600
# What the program writes; what a person writes beside it stays as they want it.
_FOLDERS = ("backups", "audits")
_FILES = ("ledger.db*", "*.lock", ".ledger-*")
_TOLD = 10


def open_to_others(ledger: Path) -> list[Finding]:
    """Return the places of a workspace that others than its owner may use."""
    if os.name == "nt":
        return []
    found = [each for each in map(_finding, _places(ledger)) if each is not None]
    rest = len(found) - _TOLD
    if rest > 0:
        problem = f"{rest:,} files more may be used by others"
        some = Finding("permissions", problem, found[_TOLD].way_out, repair=MODE)
        return [*found[:_TOLD], some]
    return found


def close_to_others(ledger: Path) -> int:
    """Take away every right of others; returns how many places had any."""
    count = 0
    for place, most in _places(ledger):
        mode = _mode(place)
        if mode is not None and mode & ~most:
            place.chmod(mode & most)
            count += 1
    return count


def _places(ledger: Path) -> Iterator[tuple[Path, int]]:
    """Yield each place with the most that its mode may be; links are left alone."""
    workspace = ledger.parent
    yield workspace, FOLDER_MODE
    for pattern in _FILES:
        yield from ((each, FILE_MODE) for each in sorted(workspace.glob(pattern)))
    for name in _FOLDERS:
        folder = workspace / name
        if folder.is_dir() and not folder.is_symlink():
            yield folder, FOLDER_MODE
            for each in sorted(folder.rglob("*")):
                yield each, FOLDER_MODE if each.is_dir() else FILE_MODE


def _mode(place: Path) -> int | None:
    """Return the mode of a file or folder; None for a link, or what is gone meanwhile."""
    try:
        facts = place.stat(follow_symlinks=False)
    except OSError:
        return None
    if stat.S_ISLNK(facts.st_mode):
        return None
    return stat.S_IMODE(facts.st_mode)


def _finding(at: tuple[Path, int]) -> Finding | None:
    place, most = at
    mode = _mode(place)
    if mode is None or not mode & ~most:
        return None
    return Finding(
        "permissions",
        f"{place} may be used by others (mode {mode:o})",
        f"chmod {most:o} {shlex.quote(str(place))} , or `convledger check --fix`",
        repair=MODE,
        place=str(place),
    )
