"""Counts and places in words; imports nothing that is slow."""

from __future__ import annotations

import os
from pathlib import Path

from convledger.words import plural as plural


def tilde(path: str) -> str:
    """Return a path with the user's home as `~`."""
    try:
        home = str(Path.home())
    except RuntimeError:
        return path
    return "~" + path[len(home) :] if path.startswith(home + os.sep) else path
