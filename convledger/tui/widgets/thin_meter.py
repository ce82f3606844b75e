"""A thin meter as parts of a line in a list."""

from __future__ import annotations

from itertools import groupby

from convledger.tui.widgets.canvas import FOCUS, Canvas
from convledger.tui.widgets.charts import meter
from convledger.tui.widgets.rows import Part


def thin_meter(part: int, whole: int, cells: int, colour: str = FOCUS) -> list[Part]:
    """Return a meter of `cells`: empty only when nothing is done, full only when all is."""
    canvas = Canvas(cells, 1)
    meter(canvas, 0, 0, cells, part, whole, colour)
    return [
        ("".join(glyph for glyph, _ in run), style)
        for style, run in groupby(canvas.cells[0], lambda cell: cell[1])
    ]
