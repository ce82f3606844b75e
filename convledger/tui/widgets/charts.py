"""Charts on a canvas: stacked columns and bars in eighths of a cell, meters, trends, legends."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from convledger.text.display import clip
from convledger.tui.amounts import Axis, axis_label, axis_steps, nearest
from convledger.tui.widgets.canvas import (
    BOLD,
    DIM,
    FOCUS,
    GRID,
    MONEY,
    RULE,
    SERIES,
    Canvas,
    Part,
    measure,
)

Amount = int | Fraction
RISING, RIGHTWARD = " ▁▂▃▄▅▆▇█", " ▏▎▍▌▋▊▉█"


def stacked_bar(
    canvas: Canvas, x: int, y: int, width: int, parts: Sequence[tuple[Amount, str]], whole: Amount
) -> None:
    """Draw coloured parts of a whole to the right; what is left of the whole stays empty."""
    if whole <= 0 or width <= 0:
        return

    def reach(total: Amount) -> int:
        return min(8 * width, nearest(total * 8 * width, whole))

    for cell, (level, style) in enumerate(_slices(parts, reach)):
        canvas.fill(x + cell, y, RIGHTWARD[level], style)


def stacked_column(
    canvas: Canvas,
    x: int,
    base: int,
    width: int,
    parts: Sequence[tuple[int, str]],
    axis: Axis,
) -> None:
    """Draw coloured parts upwards from row `base`, right to an eighth of a cell at the top."""
    for cell, (level, style) in enumerate(_slices(parts, axis.eighths)):
        canvas.fill(x, base - cell, RISING[level], style, width)


def meter(
    canvas: Canvas, x: int, y: int, width: int, part: Amount, whole: Amount, colour: str = FOCUS
) -> None:
    """Draw a thin meter in half cells: empty only when nothing is used, full only when all is."""
    if width <= 0:
        return
    halves = nearest(part * 2 * width, whole) if whole > 0 else 0
    halves = min(2 * width, max(0, halves))
    if 0 < part < whole:
        halves = min(max(1, halves), max(1, 2 * width - 1))
    full, half = divmod(halves, 2)
    canvas.fill(x, y, "━", colour, full)
    canvas.fill(x + full, y, "╸", colour, half)
    canvas.fill(x + full + half, y, "━", RULE, width - full - half)


def trend(
    canvas: Canvas,
    x: int,
    y: int,
    width: int,
    values: Sequence[Amount],
    *,
    colour: str = FOCUS,
    top: Amount = 0,
) -> int:
    """Draw the newest values as a row of ▁ to █, at least to scale with `top`; return the end."""
    shown = values[max(0, len(values) - width) :] if width > 0 else ()
    top = max([top, *shown])
    for at, value in enumerate(shown, x):
        if value > 0:
            canvas.fill(at, y, RISING[max(1, nearest(value * 8, top))], colour)
    return x + len(shown)


def legend(
    canvas: Canvas,
    x: int,
    y: int,
    names: Sequence[str],
    *,
    end: int | None = None,
    colours: Sequence[str] = SERIES,
) -> int:
    """Name the colours in the order of the stack; where room is short, shorter; return the end."""
    end = canvas.width if end is None else min(end, canvas.width)
    longest = max(map(measure, names), default=0)
    looks = [(True, 3, longest), (False, 2, longest)]
    looks += [(False, 1, room) for room in range(longest, 3, -1)]
    for swatch, gap, room in looks:
        parts = _entries([clip(name, room) for name in names], colours, swatch=swatch, gap=gap)
        if x + measure(*parts) <= end:
            return canvas.put(x, y, *parts)
    for shown in range(len(names) - 1, 0, -1):
        more = (f" +{len(names) - shown}", DIM)
        parts = [*_entries(names[:shown], colours, swatch=False, gap=1), more]
        if x + measure(*parts) <= end:
            return canvas.put(x, y, *parts)
    return canvas.put(x, y, *_entries(names, colours, swatch=False, gap=1), end=end)


def _entries(names: Sequence[str], colours: Sequence[str], *, swatch: bool, gap: int) -> list[Part]:
    parts: list[Part] = []
    for at, name in enumerate(names):
        colour = _colour(colours, at)
        mark = ("  ", f"on {colour}") if swatch else ("■", colour)
        parts += [" " * gap if at else "", mark, (f" {name}", DIM)]
    return parts


@dataclass(frozen=True, slots=True)
class Columns:
    """Where a chart drew its bars: `shown` of them from the `first`, each `pitch` cells on."""

    first: int
    shown: int
    left: int
    pitch: int
    thickness: int

    def bar_at(self, x: int) -> int | None:
        """Return the bar that is drawn, with the gap behind it, at a column of the canvas."""
        at, _ = divmod(x - self.left, self.pitch)
        return self.first + at if 0 <= at < self.shown else None

    def place(self, bar: int) -> int:
        """Return the column of the canvas where a bar begins."""
        return self.left + (bar - self.first) * self.pitch

    def holds(self, bar: int) -> bool:
        """Tell whether a bar is among those that are drawn."""
        return 0 <= bar - self.first < self.shown

    @property
    def end(self) -> int:
        """Return the column behind the newest bar."""
        return self.left + max(0, (self.shown - 1) * self.pitch + self.thickness)


def cost_columns(
    canvas: Canvas,
    bars: Sequence[Sequence[int]],
    labels: Sequence[str] = (),
    *,
    x: int = 0,
    y: int = 0,
    width: int | None = None,
    height: int | None = None,
    colours: Sequence[str] = SERIES,
    widest: int = 3,
    last_label: str = "",
    cursor: int | None = None,
    cursor_label: str = "",
) -> Columns:
    """Draw a stacked column of picodollars for each bar, with a dollar axis, and say which fit.

    The oldest bars go where room is short. `labels` stand under their bars ("" for none), the
    last bar may have one of its own ("today"), `cursor` is the bar that is marked with ▲.
    """
    right = canvas.width if width is None else min(canvas.width, x + width)
    bottom = canvas.height if height is None else min(canvas.height, y + height)
    if right <= x or bottom <= y:
        return Columns(len(bars), 0, x, 1, 1)
    rows = max(1, bottom - y - 1)
    base = y + rows - 1
    has_foot = bottom > base + 1
    axis, drawn = _fit(bars, x, right, rows, widest)

    _draw_grid(canvas, axis, drawn, base, right, labelled=drawn.left > x, based=has_foot)
    for bar in range(drawn.first, len(bars)):
        parts = [(part, _colour(colours, at)) for at, part in enumerate(bars[bar])]
        stacked_column(canvas, drawn.place(bar), base, drawn.thickness, parts, axis)
    marked = cursor if cursor is not None and drawn.holds(cursor) else None
    if marked is not None:
        canvas.shade(y, x=drawn.place(marked), width=drawn.thickness, height=rows)
    if has_foot:
        names = {bar: label for bar, label in enumerate(labels[: len(bars)]) if label}
        if last_label:
            names[len(bars) - 1] = last_label
        if marked is not None and cursor_label:
            names[marked] = cursor_label
        _Foot(canvas, base + 1, right, drawn).write(names, marked, last_is_named=bool(last_label))
    return drawn


def _fit(
    bars: Sequence[Sequence[int]], x: int, right: int, rows: int, widest: int
) -> tuple[Axis, Columns]:
    """Return an axis and the bars that fit beside its labels."""
    axis = _axis(bars, rows)
    drawn = _layout(len(bars), x + _gutter(axis, right - x), right, widest)
    # Fewer bars may have another axis with other labels; what fits is then laid out once more.
    axis = _axis(bars[drawn.first :], rows)
    again = _layout(drawn.shown, x + _gutter(axis, right - x), right, widest)
    return axis, replace(again, first=drawn.first + again.first)


def _axis(bars: Sequence[Sequence[int]], rows: int) -> Axis:
    return axis_steps(max((sum(max(0, part) for part in bar) for bar in bars), default=0), rows)


def _gutter(axis: Axis, room: int) -> int:
    """Return how much the labels of the axis take, 0 where that were too much of the room."""
    size = 1 + max(len(axis_label(amount, axis.step)) for amount in axis.lines)
    return size if axis.rows > 1 and 3 * size <= room else 0


def _layout(count: int, left: int, right: int, widest: int) -> Columns:
    """Return the widest bars that all fit, else as many of the newest as there are cells."""
    for thickness in range(widest, 0, -1):
        gap = 1 if thickness <= 3 else 2
        if count * (thickness + gap) - gap <= right - left:
            return Columns(0, count, left, thickness + gap, thickness)
    shown = min(count, right - left)
    return Columns(count - shown, shown, left, 1, 1)


def _draw_grid(
    canvas: Canvas,
    axis: Axis,
    drawn: Columns,
    base: int,
    right: int,
    *,
    labelled: bool,
    based: bool,
) -> None:
    """Draw the base and, where there are labels for them, the lines of the axis."""
    width = (drawn.end if drawn.shown else right) - drawn.left
    if based:
        canvas.fill(drawn.left, base + 1, "▔", GRID, width)
    for line, amount in enumerate(axis.lines if labelled else ()):
        row = base - line * axis.every if line else base + 1
        canvas.right(drawn.left - 1, row, (axis_label(amount, axis.step), DIM))
        if line:
            canvas.fill(drawn.left, row, "▁", GRID, width)


class _Foot:
    """The row under the bars, where names must not touch each other."""

    def __init__(self, canvas: Canvas, y: int, right: int, drawn: Columns) -> None:
        self._canvas, self._y, self._drawn, self._right = canvas, y, drawn, right
        self._taken: set[int] = set()

    def write(self, names: dict[int, str], marked: int | None, *, last_is_named: bool) -> None:
        """Write the marked bar's name, then from the newest to the oldest those that fit."""
        if marked is not None:
            self._mark(marked, names.pop(marked, ""))
        last = self._drawn.first + self._drawn.shown - 1
        for bar in sorted(names, reverse=True):
            if self._drawn.holds(bar):
                is_today = last_is_named and bar == last
                self._name(bar, (names[bar], BOLD if is_today else DIM), at_end=is_today)

    def _mark(self, bar: int, name: str) -> None:
        """Put ▲ in the middle under a bar, its name behind it or in front, if there is room."""
        x = self._drawn.place(bar) + (self._drawn.thickness - 1) // 2
        mark, text = ("▲", MONEY), (name, BOLD)
        if name:
            behind = self._write(x, mark, " ", text)
            if behind or self._write(x - measure(text) - 1, text, " ", mark):
                return
        self._write(x, mark)

    def _name(self, bar: int, text: Part, *, at_end: bool) -> None:
        """Write a name from where its bar begins, or where there is no room to where it ends."""
        begin = self._drawn.place(bar)
        size = measure(text)
        if at_end or begin + size > self._right:
            begin = max(self._drawn.left, begin + self._drawn.thickness - size)
        self._write(begin, text)

    def _write(self, x: int, *parts: Part) -> bool:
        """Write parts if they fit with a free cell on both sides; tell whether they did."""
        end = x + measure(*parts)
        if x < self._drawn.left or end > self._right or self._taken & set(range(x - 1, end + 1)):
            return False
        self._taken.update(range(x, end))
        self._canvas.put(x, self._y, *parts)
        return True


def _colour(colours: Sequence[str], at: int) -> str:
    return colours[min(at, len(colours) - 1)]


def _slices(
    parts: Sequence[tuple[Amount, str]], reach: Callable[[Amount], int]
) -> list[tuple[int, str]]:
    """Cut stacked amounts into cells: the level of the first colour, and a style with the next."""
    colours: list[str] = []
    total: Amount = 0
    for amount, colour in parts:
        total += max(0, amount)
        colours += [colour] * (reach(total) - len(colours))
    if total and not colours:  # a little is not nothing
        colours = [max(parts, key=lambda part: part[0])[1]]
    return [_slice(colours[start : start + 8]) for start in range(0, len(colours), 8)]


def _slice(eighths: list[str]) -> tuple[int, str]:
    """Return a cell that shows its colours best: there is room for two, and for one at the end."""
    if len(eighths) < 8:
        return len(eighths), _most(eighths)
    borders = [at for at in range(1, 8) if eighths[at] != eighths[at - 1]]
    if not borders:
        return 0, f"on {eighths[0]}"

    def right_ones(border: int) -> int:
        halves = eighths[:border], eighths[border:]
        return sum(half.count(_most(half)) for half in halves)

    border = max(borders, key=right_ones)
    return border, f"{_most(eighths[:border])} on {_most(eighths[border:])}"


def _most(colours: list[str]) -> str:
    return max(colours, key=colours.count)
