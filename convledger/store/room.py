"""How much room there is on a disk, and what is said where it is too little."""

from __future__ import annotations

import shutil
from pathlib import Path

from convledger.errors import NoRoom

MEGABYTE = 10**6
SPARE = 4 << 20  # bytes beside what a work is known to need


def free_bytes(folder: Path) -> int:
    """Return how many bytes this user may still write where a folder is."""
    return shutil.disk_usage(folder).free


def size_words(count: int) -> str:
    """Return a number of bytes in words: "1.2 GB", "3.4 MB"."""
    if count >= 1000 * MEGABYTE:
        return f"{count / (1000 * MEGABYTE):.1f} GB"
    return f"{count / MEGABYTE:.1f} MB"


def must_have_room(folder: Path, needed: int, what: str, way_out: str) -> None:
    """Raise NoRoom where fewer bytes are free than `what` needs."""
    free = free_bytes(folder)
    if free < needed:
        raise NoRoom(
            f"{folder}: {what} needs {size_words(needed)} and {size_words(free)} are free: "
            f"{way_out}"
        )
