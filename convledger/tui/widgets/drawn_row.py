"""A line of a list that was drawn on a canvas."""

from __future__ import annotations

from itertools import groupby

from convledger.tui.widgets.canvas import Canvas
from convledger.tui.widgets.rows import Part

EDGES = 2  # cells that a list keeps free at its sides


def drawn_parts(canvas: Canvas, y: int = 0) -> list[Part]:
    """Return a line of a canvas as parts of a row."""
    return [
        ("".join(glyph for glyph, _ in run), style)
        for style, run in groupby(canvas.cells[y], lambda cell: cell[1])
    ]
