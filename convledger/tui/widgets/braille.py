"""Lines in braille dots: two across and four down in a cell, one colour in each."""

from __future__ import annotations

from collections.abc import Iterable

from convledger.tui.widgets.canvas import Canvas

ACROSS, DOWN = 2, 4
_BLANK = 0x2800
_DOTS = ((0x40, 0x04, 0x02, 0x01), (0x80, 0x20, 0x10, 0x08))  # from the lowest dot upwards


class Dots:
    """Dots over a rectangle of cells; they are counted from its lower left corner."""

    def __init__(self, cells: int, rows: int) -> None:
        self.cells, self.rows = cells, rows
        self._lit: dict[tuple[int, int], tuple[int, tuple[str, ...]]] = {}

    @property
    def across(self) -> int:
        """How many dots stand side by side."""
        return self.cells * ACROSS

    @property
    def up(self) -> int:
        """How many dots stand on each other."""
        return self.rows * DOWN

    def line(self, heights: Iterable[int | None], colour: str) -> None:
        """Draw a line through a height for each column of dots; None leaves a gap."""
        before: int | None = None
        for x, height in enumerate(heights):
            if height is not None:
                start = height if before is None else before
                low, high = sorted((start, height))
                # The dot before stands at its own height: only what lies between is filled.
                low, high = (low + 1, high) if start < height else (low, high - 1)
                for y in range(max(0, min(low, height)), min(self.up - 1, max(high, height)) + 1):
                    self._light(x, y, colour)
            before = height

    def _light(self, x: int, y: int, colour: str) -> None:
        if not 0 <= x < self.across:
            return
        cell = x // ACROSS, y // DOWN
        bits, colours = self._lit.get(cell, (0, ()))
        bits |= _DOTS[x % ACROSS][y % DOWN]
        self._lit[cell] = bits, colours if colour in colours else (*colours, colour)

    def is_lit(self, cell: int, row: int) -> bool:
        """Tell whether a cell, counted from the lower left, holds a dot."""
        return (cell, row) in self._lit

    def draw(self, canvas: Canvas, x: int, base: int) -> None:
        """Draw the dots with their lower left corner at a cell of the canvas."""
        for (cell, row), (bits, colours) in self._lit.items():
            # A cell has one colour: where lines run side by side, theirs take turns.
            colour = colours[cell % len(colours)]
            canvas.fill(x + cell, base - row, chr(_BLANK + bits), colour)
