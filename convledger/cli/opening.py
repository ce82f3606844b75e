"""Whether the app can be opened here, and what opens it.

The commands do not import the app: who starts the program says what opens it.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path

from convledger.cli.streams import is_terminal

_opener: Callable[[Path], int] | None = None


def opened_by(opener: Callable[[Path], int]) -> None:
    """Name what opens the app on a workspace and returns the exit code when it is closed."""
    global _opener
    _opener = opener


def can_open() -> bool:
    """Tell whether somebody sits at a terminal that can show the app."""
    return (
        _opener is not None
        and is_terminal(sys.stdin)
        and is_terminal(sys.stdout)
        and is_terminal(sys.stderr)  # on which the app is drawn
        and os.environ.get("TERM", "") not in ("", "dumb")
    )


def open_app(workspace: Path) -> int:
    """Open the app and return its exit code when it is closed; ask `can_open` first."""
    assert _opener is not None
    return _opener(workspace)
