"""The files of a workspace that people write: prices, plans, mappings and rules."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

from convledger.paths import MAPPINGS, PLANS, PRICES

FOLDERS = (PLANS, MAPPINGS, "rules")
_MOST = 1 << 20  # bytes
SAME, NEW, BOTH = "same", "new", "both"


def files_of(workspace: Path) -> Iterator[tuple[str, bytes]]:
    """Yield the files that there are by their names in the workspace, with what they hold."""
    places = [workspace / PRICES]
    for folder in FOLDERS:
        places += sorted((workspace / folder).glob("*.toml"))
    for place in places:
        with suppress(OSError):
            if place.is_file() and place.stat().st_size <= _MOST:
                yield place.relative_to(workspace).as_posix(), place.read_bytes()


def is_ours(name: str) -> bool:
    """Tell whether a file of a list is one that belongs into a workspace under its name."""
    folder, _, file = name.rpartition("/")
    return name == PRICES or (folder in FOLDERS and file.endswith(".toml"))


def take_file(workspace: Path, name: str, content: bytes, *, theirs: bool) -> tuple[str, str]:
    """Put a file into a workspace; returns what came of it, and the name of what was put beside.

    Of two that differ ours stays, or theirs where that is asked for, and the other one stands
    beside it under a name that nothing reads.
    """
    place = workspace / name
    place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not place.exists():
        _write(place, content)
        return NEW, ""
    here = place.read_bytes()
    if here == content:
        return SAME, ""
    aside = here if theirs else content
    word = "ours" if theirs else "theirs"
    beside = place.with_name(f"{place.name}.{word}-{sha256(aside).hexdigest()[:8]}")
    if not beside.exists():
        _write(beside, aside)
    if theirs:
        _write(place, content)
    return BOTH, beside.name


def _write(place: Path, content: bytes) -> None:
    part = place.with_name(f".{place.name}.part")
    part.unlink(missing_ok=True)
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(descriptor)
    part.replace(place)
