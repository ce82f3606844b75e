"""Lines of a list with a path in them: of a long path the end is what tells it from others."""

from __future__ import annotations

import os
from collections.abc import Sequence

from convledger.paths import home
from convledger.text.display import display_text, width
from convledger.tui.widgets.rows import Part, RowLine


def shown_path(path: str) -> str:
    """Return a path for the screen, with ~ for the home folder."""
    base = str(home())
    if path == base or path.startswith(base + os.sep):
        path = "~" + path[len(base) :]
    return display_text(path)


def ending(text: str, cells: int) -> str:
    """Return displayed `text` cut to so many cells at its beginning, with … where it was cut."""
    if width(text) <= cells:
        return text
    kept, room = len(text), cells - 1
    while kept > 0 and (room := room - width(text[kept - 1])) >= 0:
        kept -= 1
    return f"…{text[kept:]}" if cells > 0 else ""


def cells_of(parts: Sequence[Part]) -> int:
    """Return how many cells parts of a line take."""
    return sum(width(text) for text, _ in parts)


def roomiest(cells: int, *forms: list[Part]) -> list[Part]:
    """Return the first of some forms that fits, the last one where none does."""
    return next((form for form in forms if cells_of(form) <= cells), forms[-1])


def path_line(
    cells: int, before: list[Part], path: Part, after: list[Part], right: list[Part]
) -> RowLine:
    """Return a line in which the path is cut at its beginning, and nothing else if possible."""
    room = cells - cells_of(right) - (4 if right else 2) - cells_of(before) - cells_of(after)
    text, style = path
    return RowLine([*before, (ending(text, max(2, room)), style), *after], right)
