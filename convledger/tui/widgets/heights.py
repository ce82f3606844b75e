"""How high many blocks are, so that a line finds its block, and a block its line, at once.

Sums of the heights stand in a Fenwick tree: a height can change, and a place be found, in as many
steps as the number of blocks has binary digits.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple


class Anchor(NamedTuple):
    """A block that stays where it is on the screen: its top is `row` lines below that of the view.

    The row is negative where the block begins above the view.
    """

    block: int
    row: int


class Heights:
    """The heights of blocks that lie under each other, in lines."""

    def __init__(self, heights: Iterable[int] = ()) -> None:
        self._heights = list(heights)
        self._sums = [0, *self._heights]  # the node at place n sums the n & -n blocks up to it
        for place in range(1, len(self._sums)):
            above = place + (place & -place)
            if above < len(self._sums):
                self._sums[above] += self._sums[place]

    def __len__(self) -> int:
        return len(self._heights)

    def __getitem__(self, index: int) -> int:
        return self._heights[index]

    @property
    def total(self) -> int:
        """The lines of all blocks."""
        return self.top(len(self._heights))

    def top(self, index: int) -> int:
        """Return how many lines lie above block `index`; behind the last block, all of them."""
        lines, place = 0, index
        while place:
            lines += self._sums[place]
            place &= place - 1
        return lines

    def at(self, line: int) -> tuple[int, int]:
        """Return the block that holds `line`, and which of the block's lines it is.

        Behind the end that is the number of blocks, and how far behind the end.
        """
        if line < 0:
            raise IndexError(f"no line {line}")
        place, count = 0, len(self._heights)
        step = 1 << count.bit_length()
        while step := step >> 1:
            further = place + step
            if further <= count and self._sums[further] <= line:
                place = further
                line -= self._sums[further]
        return place, line

    def change(self, index: int, height: int) -> int:
        """Give block `index` another height; return by how much it grew."""
        by = height - self._heights[index]
        if by:
            self._heights[index] = height
            place = index + 1
            while place < len(self._sums):
                self._sums[place] += by
                place += place & -place
        return by

    def extend(self, heights: Iterable[int]) -> None:
        """Put more blocks under the last one."""
        for height in heights:
            self._heights.append(height)
            place = len(self._heights)
            lines, part, first = height, place - 1, place & (place - 1)
            while part > first:
                lines += self._sums[part]
                part &= part - 1
            self._sums.append(lines)

    def scroll_of(self, anchor: Anchor, view: int) -> int:
        """Return the line at the top of a view of `view` lines in which `anchor` holds."""
        wanted = self.top(min(anchor.block, len(self._heights))) - anchor.row
        return max(0, min(wanted, self.total - view))
