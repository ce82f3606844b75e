"""Counts and places in words; imports nothing that is slow."""

from __future__ import annotations

import os
from pathlib import Path


def tilde(path: str) -> str:
    """Return a path with the user's home as `~`."""
    try:
        home = str(Path.home())
    except RuntimeError:
        return path
    return "~" + path[len(home) :] if path.startswith(home + os.sep) else path


def plural(count: int, one: str, many: str = "") -> str:
    """Return a count with its word: "1 call", "1,204 calls"."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"
