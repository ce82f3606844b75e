"""Draws a time line and the units of each rule under it, as far as a window shows them."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import tzinfo
from itertools import pairwise
from typing import TYPE_CHECKING

from convledger.tui.widgets.boundary_scale import Scale, messages_between
from convledger.tui.widgets.boundary_words import instant_text, is_long, why_ended
from convledger.tui.widgets.canvas import (
    BOLD,
    DIM,
    GHOSTS,
    INK,
    MONEY,
    RULE,
    SERIES,
    WARN,
    Canvas,
    measure,
)

if TYPE_CHECKING:
    from convledger.reports.plan_figures import Boundaries, Lane, LaneUnit

_TAIL = 3  # cells of a clock that runs
_APART = 2  # cells between the words of two ends
_CLOCKS = 24  # cells from one time of day to the next within a long stretch
_TIME = 12  # cells of a time of day with its date


@dataclass(frozen=True, slots=True)
class Window:
    """Which columns of a time line are in sight, and where: `scroll` stands at `left`."""

    canvas: Canvas
    left: int
    scroll: int

    @property
    def until(self) -> int:
        """The column of the time line behind the last one in sight."""
        return self.scroll + self.canvas.width - self.left

    def x(self, column: int) -> int:
        """Return where a column of the time line stands on the canvas."""
        return self.left + column - self.scroll

    def fill(self, first: int, end: int, y: int, glyph: str, style: str) -> None:
        """Paint what is in sight of some columns."""
        first, end = max(first, self.scroll), min(end, self.until)
        if first < end:
            self.canvas.fill(self.x(first), y, glyph, style, end - first)

    def holds(self, first: int, end: int) -> bool:
        """Tell whether all of some columns are in sight."""
        return self.scroll <= first and end <= self.until


@dataclass(frozen=True, slots=True)
class Bar:
    """A unit on the time line: solid up to `end`, then pale up to `tail`, then perhaps cut."""

    place: int
    start: int
    end: int
    tail: int

    @property
    def cut(self) -> int:
        """The column of the mark that says where it ends."""
        return self.tail + 1


def bars_of(scale: Scale, units: Sequence[LaneUnit]) -> Iterator[Bar]:
    """Yield the units of a rule as bars, those that would begin before the last one ended cut."""
    behind = 0
    last = len(units) - 1
    for place, unit in enumerate(units):
        start = max(behind, scale.column(unit.opened_at))
        end = max(start, scale.bar_end(max(unit.opened_at, unit.last_at)))
        may_go_on = unit.ends_at is None or unit.ends_at > unit.last_at
        runs = may_go_on and not unit.counted
        limit = scale.column(units[place + 1].opened_at) if place < last else scale.width
        room = max(0, limit - end)
        tail = room if unit.ends_at is None and not unit.ended else min(_TAIL, room // 2)
        behind = end + (tail if runs else 0)
        yield Bar(place, start, end, behind)


def draw_messages(window: Window, scale: Scale, told: Boundaries, y: int, zone: tzinfo) -> None:
    """Draw times of day on row `y`, and below it every message; silences are folded."""
    before: int | None = None
    free, dated = window.scroll, is_long(told)
    for place in range(scale.first_after(window.scroll), len(scale.stretches)):
        stretch = scale.stretches[place]
        if stretch.x >= window.until:
            break
        window.fill(stretch.x, stretch.end, y + 1, "─", RULE)
        for column in range(max(stretch.x, window.scroll), stretch.end, _CLOCKS):
            at = stretch.since + (column - stretch.x) * scale.step
            text = instant_text(at, before, zone, dated=dated)
            is_whole = column == stretch.x or column + _TIME <= stretch.end
            if column >= free and is_whole and window.holds(column, column + measure(text)):
                window.canvas.put(window.x(column), y, (text, DIM))
                free, before = column + measure(text) + 1, at
        if place + 1 < len(scale.stretches):
            middle = stretch.end + scale.fold // 2 - 1
            if window.holds(middle, middle + 2):
                window.canvas.put(window.x(middle), y + 1, ("╱╱", DIM))
        _draw_said(window, scale, told, stretch.since, stretch.until, y + 1)


def _draw_said(
    window: Window, scale: Scale, told: Boundaries, since: int, until: int, y: int
) -> None:
    asked: set[int] = set()
    answered: set[int] = set()
    for place in messages_between(told, since, until):
        said = told.messages[place]
        (asked if said.role == "user" else answered).add(scale.column(said.at))
    for column in answered - asked:
        window.fill(column, column + 1, y, "╵", INK)
    for column in asked:
        window.fill(column, column + 1, y, "╹", BOLD)


def draw_lane(
    window: Window,
    scale: Scale,
    lane: Lane,
    place: int,
    y: int,
    *,
    chosen: int | None,
    lines: int,
    zone: tzinfo,
) -> None:
    """Draw a rule's units on row `y`; `lines` rows under it say why and when they ended.

    A rule that cuts nothing has no ends to tell of.
    """
    solid = SERIES[min(place, len(SERIES) - 1)]
    pale = GHOSTS[place] if place < len(GHOSTS) else RULE
    words: list[tuple[int, LaneUnit, LaneUnit | None]] = []
    first = max(0, bisect_left(lane.units, _since(window, scale), key=_opened) - 2)
    for bar in bars_of(scale, lane.units):
        if bar.place < first:
            continue
        if bar.start >= window.until:
            break
        unit = lane.units[bar.place]
        window.fill(bar.end, bar.tail, y, " ", f"on {pale}")
        if bar.end > bar.start:
            _draw_bar(window, bar, unit, y, MONEY if bar.place == chosen else solid,
                      is_chosen=bar.place == chosen)  # fmt: skip
        if lane.counted:
            continue
        if unit.ended and window.holds(bar.cut, bar.cut + 1):
            window.fill(bar.cut, bar.cut + 1, y, "✂", f"bold {WARN}")
        middle = bar.cut if unit.ended else bar.end + (bar.tail - bar.end) // 2
        if window.holds(middle, middle + 1):
            is_last = bar.place + 1 >= len(lane.units)
            words.append((middle, unit, None if is_last else lane.units[bar.place + 1]))
    _draw_words(window, words, y + 1, lines, zone)


def _since(window: Window, scale: Scale) -> int:
    """Return the instant at which the window begins, or a little earlier."""
    place = scale.first_after(window.scroll)
    return scale.stretches[min(place, len(scale.stretches) - 1)].since


def _opened(unit: LaneUnit) -> int:
    return unit.opened_at


def _draw_bar(
    window: Window, bar: Bar, unit: LaneUnit, y: int, colour: str, *, is_chosen: bool
) -> None:
    """Draw a unit with its number, as much of it as is in sight."""
    start, end = max(bar.start, window.scroll), min(bar.end, window.until)
    if start >= end:
        return
    number, times = f"{bar.place + 1:,}", f" ×{unit.quantity:,}" if unit.quantity != 1 else ""
    mark = "▸" if is_chosen else " "
    forms = (f"{mark}unit {number}{times} ", f"{mark}{number}{times} ", f"{mark}{number}", number,
             mark)  # fmt: skip
    text = next((form for form in forms if measure(form) <= end - start), "")
    window.canvas.put(
        window.x(start), y, (text.ljust(end - start), f"bold $background on {colour}")
    )


def _draw_words(
    window: Window,
    words: Sequence[tuple[int, LaneUnit, LaneUnit | None]],
    y: int,
    lines: int,
    zone: tzinfo,
) -> None:
    """Say under each end why and when, as long as the words reach no neighbour's."""
    if not words or not lines:
        return
    middles = [window.scroll, *(middle for middle, _, _ in words), window.until]
    borders = [window.scroll, *((a + b + 1) // 2 for a, b in pairwise(middles[1:-1])), window.until]
    for (middle, unit, following), first, end in zip(words, borders, borders[1:], strict=False):
        for row, forms in enumerate(why_ended(unit, following, zone)[:lines]):
            room = end - first - (_APART if end < window.until else 0)
            text = next((form for form in forms if measure(form) <= room), "")
            start = max(first, min(middle - measure(text) // 2, first + room - measure(text)))
            if text:
                ink = (WARN if unit.ended else DIM) if row == 0 else DIM
                window.canvas.put(window.x(start), y + row, (text, ink))
