"""The first words on the screen: where one is, while what stands behind them is loaded."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from convledger.text.display import clip, display_text

# The app enters the other screen itself, a second time: the cursor goes back to where it was found,
# so that it is found there again.
_RISE = "\x1b[?1049h\x1b[2J\x1b[H\x1b[?25l"
_BACK = "\x1b8"
_FALL = "\x1b[?1049l\x1b[?25h"


@contextmanager
def curtain(workspace: Path) -> Iterator[None]:
    """Show the program's line at once, on the terminal's other screen, which the app then takes.

    Where the block fails, and no app comes, the terminal is as it was.
    """
    try:
        cells = os.get_terminal_size(sys.stdout.fileno()).columns
    except OSError:
        cells = 80
    name = clip(f"  {display_text(workspace.name)} › ", max(0, cells - 12))
    sys.stdout.write(f"{_RISE} \x1b[1mconvledger\x1b[0m{name}{_BACK}")
    sys.stdout.flush()
    try:
        yield
    except BaseException:
        sys.stdout.write(_FALL)
        sys.stdout.flush()
        raise
