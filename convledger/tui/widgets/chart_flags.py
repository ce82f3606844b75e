"""Words at instants of a chart: a line down to what is drawn, two short lines at its head.

They never cover each other or what is drawn; where there is no room they move, shorten or go.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from convledger.tui.widgets.canvas import Canvas, measure

_STUB = 2  # cells of a line without words


@dataclass(frozen=True, slots=True)
class Flag:
    """What to say at a column; `is_lined` draws the line even where no words find room."""

    x: int
    lines: tuple[str, ...]
    colour: str
    is_lined: bool = True


@dataclass(frozen=True, slots=True)
class Field:
    """The part of a canvas that flags may use: half-open, below it lies what is drawn."""

    left: int
    top: int
    right: int
    base: int  # the lowest row of the chart
    skyline: Callable[[int], int]  # the topmost row that is filled at a column


def draw_flags(canvas: Canvas, field: Field, flags: Sequence[Flag]) -> None:
    """Draw flags, the most important first; of some orders the one that says the most counts."""
    inside = [flag for flag in flags if field.left <= flag.x < field.right]
    orders = (inside, sorted(inside, key=_column), sorted(inside, key=_column, reverse=True))
    for planted in max((_planted(field, order) for order in orders), key=_said):
        flag = planted.flag
        for row, text in enumerate(planted.lines, planted.head):
            style = f"bold {flag.colour}" if row == planted.head else flag.colour
            is_left = planted.x < flag.x
            canvas.put(flag.x - 1 - measure(text) if is_left else planted.x, row, (text, style))
        for row in planted.line:
            canvas.fill(flag.x, row, "│", flag.colour)


@dataclass(frozen=True, slots=True)
class _Planted:
    """A flag with the place of its words, if there is one, and the rows of its line."""

    flag: Flag
    x: int
    head: int
    lines: tuple[str, ...]
    line: range


def _column(flag: Flag) -> int:
    return flag.x


def _said(planted: Sequence[_Planted]) -> int:
    return sum(len(one.lines) + one.flag.is_lined for one in planted if one.lines)


def _planted(field: Field, flags: Sequence[Flag]) -> list[_Planted]:
    """Return where flags find room when they are placed in this order."""
    taken: set[tuple[int, int]] = set()
    found: list[_Planted] = []
    for flag in flags:
        sky = field.skyline(flag.x)
        x, y, lines = next(_spots(field, flag, taken), (0, 0, ()))
        if lines:
            line = range(y, sky)
            longest = max(map(measure, lines))
            cells = range(x - 1, x + longest + 1)
            taken.update((cell, row) for cell in cells for row in range(y, y + len(lines)))
        elif flag.is_lined:
            highest = max(field.top, sky - _STUB)
            rows = (row for row in range(sky - 1, highest - 1, -1) if (flag.x, row) in taken)
            line = range(next(rows, highest - 1) + 1, sky)
        else:
            continue
        taken.update((flag.x, row) for row in line)
        found.append(_Planted(flag, x, y, lines, line))
    return found


def _spots(
    field: Field, flag: Flag, taken: set[tuple[int, int]]
) -> Iterator[tuple[int, int, tuple[str, ...]]]:
    """Yield column, row and words wherever a flag can stand, the best place first."""
    for lines in (flag.lines, flag.lines[:1]):
        size, rows = max(map(measure, lines)), len(lines)
        sky = field.skyline(flag.x)
        best = max(field.top, sky - rows - 1)
        upwards = range(best, field.top - 1, -1)
        for y in (*upwards, *range(best + 1, field.base - rows + 2)):
            if y >= sky or any((flag.x, row) in taken for row in range(y, sky)):
                continue
            for x in (flag.x + 2, flag.x - 1 - size):
                if _is_free(field, taken, x, y, size, rows):
                    yield x, y, lines


def _is_free(
    field: Field, taken: set[tuple[int, int]], x: int, y: int, size: int, rows: int
) -> bool:
    if x < field.left or x + size > field.right or y < field.top or y + rows > field.base + 1:
        return False
    return all(
        (cell, row) not in taken and row < field.skyline(cell)
        for cell in range(max(field.left, x - 1), min(field.right, x + size + 1))
        for row in range(y, y + rows)
    )
