"""Totals of plans over units counted as lines, and under the axis which plan is cheapest where."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from convledger.reports.render.numbers import doubted
from convledger.text.display import clip, display_text
from convledger.tui.amounts import Axis, axis_steps, nearest
from convledger.tui.credit_words import axis_money
from convledger.tui.widgets.braille import DOWN, Dots
from convledger.tui.widgets.burn_down import draw_sentences
from convledger.tui.widgets.canvas import (
    BOLD,
    DIM,
    GRID,
    INK,
    MONEY,
    SERIES,
    Canvas,
    Part,
    measure,
)
from convledger.tui.widgets.drawing import Drawing
from convledger.tui.widgets.lines import wrapped

if TYPE_CHECKING:
    from convledger.reports.plan_figures import BreakEven, Curve

_EMPTY = ("Nothing to compare yet.", "Two plans that count the same unit draw two lines here.")
_NAMED_FROM = 30  # columns from which lines are named at their ends
_LEGEND_FROM, _WORDY_FROM = 16, 12  # lines from which there is room for them


@dataclass(frozen=True, slots=True)
class _Plot:
    """Where the lines stand: `most` units over `cells`, money by `axis` from row `base` up."""

    left: int
    top: int
    cells: int
    base: int
    most: int
    axis: Axis

    def x(self, units: int) -> int:
        """Return the column of the canvas for a number of units."""
        return self.left + min(self.cells - 1, units * self.cells // self.most)


class BreakEvenChart(Drawing):
    """The lines, named at their ends, with a band below that says who is cheapest where."""

    HELP = (
        "What each plan would cost a month for so many units. The band under the axis says which "
        "one is cheapest where, ▲ stands at your own months."
    )

    _told: BreakEven | None = None

    def show(self, told: BreakEven | None) -> None:
        """Show other plans."""
        if told != self._told:
            self._told = told
            self.refresh()

    def draw(self, canvas: Canvas) -> None:
        """Draw lines, axis, band, own months and the sentence, as far as there is room."""
        told = self._told
        if told is None:
            return
        curves = [curve for curve in told.curves if curve.points]
        most = _most_units(told, curves)
        if not curves or most <= 0:
            draw_sentences(canvas, _EMPTY)
            return
        words = self._words(told, canvas)
        top = int(canvas.height >= _LEGEND_FROM)
        spare = int(canvas.height >= _LEGEND_FROM)
        band = int(canvas.height >= 5 and bool(told.bands))
        own = min(len(told.own), 3 if canvas.height >= _LEGEND_FROM else canvas.height // 8)
        rows = canvas.height - top - 1 - band - own - spare - len(words)
        if rows >= 1:
            plot = self._plot(told, curves, canvas, top, rows, most)
            self._grid(canvas, told, plot)
            self._lines(canvas, curves, plot)
            self._feet(canvas, told, plot)
            y = plot.base + 2
            if band:
                self._band(canvas, told, plot, y)
            if own:
                _own_months(canvas, told, plot, y + band, own)
            if top:
                _legend(canvas, curves, plot.left)
        for y, line in enumerate(words, max(0, canvas.height - len(words))):
            canvas.put(0, y, *line, end=canvas.width)

    def _plot(
        self,
        told: BreakEven,
        curves: Sequence[Curve],
        canvas: Canvas,
        top: int,
        rows: int,
        most: int,
    ) -> _Plot:
        totals = [total_at(curve, most) for curve in curves]
        ends = [int(total) for total in totals if total is not None]
        starts = [curve.points[0][1] for curve in curves]
        highest = max([*ends, *starts, 1])
        # A line that runs away may leave the chart: the others are what is compared.
        close = max([min(ends, default=1) * 8 // 5, *(start * 11 // 10 for start in starts)])
        axis = axis_steps(max(1, min(highest, close)), rows)
        labels = [axis_money(amount, axis.step, told.currency) for amount in axis.lines]
        left = 1 + max(5 if canvas.width >= 40 else 0, *map(measure, labels))
        left = left if 4 * left <= canvas.width else 0
        longest = max(map(measure, _short_names(curves, canvas.width)))
        right = longest + 1 if canvas.width >= _NAMED_FROM else 0
        return _Plot(left, top, max(1, canvas.width - left - right), top + rows - 1, most, axis)

    def _grid(self, canvas: Canvas, told: BreakEven, plot: _Plot) -> None:
        canvas.fill(plot.left, plot.base + 1, "▔", GRID, plot.cells)
        for line, amount in enumerate(plot.axis.lines if plot.left else ()):
            row = plot.base - line * plot.axis.every if line else plot.base + 1
            label = axis_money(amount, plot.axis.step, told.currency)
            canvas.right(plot.left - 1, row, (label, DIM))
            if line:
                canvas.fill(plot.left, row, "▁", GRID, plot.cells)

    def _lines(self, canvas: Canvas, curves: Sequence[Curve], plot: _Plot) -> None:
        """Draw the lines, then each one's name where it ends."""
        dots = Dots(plot.cells, plot.base - plot.top + 1)
        ends: list[tuple[str, str, int, int]] = []
        names = _short_names(curves, canvas.width)
        for place, curve in enumerate(curves):
            heights = list(_heights(curve, plot, dots))
            dots.line(heights, _colour(place))
            inside = [x for x, height in enumerate(heights) if height is not None
                      and height < dots.up]  # fmt: skip
            if inside:
                height = heights[inside[-1]] or 0
                ends.append((names[place], _colour(place), inside[-1] // 2, height // DOWN))
        dots.draw(canvas, plot.left, plot.base)
        _name_ends(canvas, dots, plot, ends)

    def _feet(self, canvas: Canvas, told: BreakEven, plot: _Plot) -> None:
        """Write under the axis where one plan passes another, and where it begins and ends."""
        y, end = plot.base + 1, plot.left + plot.cells
        taken: list[tuple[int, int]] = []
        names = [(plot.x(band.since) , band.since_text, BOLD) for band in told.bands
                 if 0 < band.since < plot.most]  # fmt: skip
        names.append((end, f"{plot.most:,}", DIM))
        zero = f"0 {display_text(told.unit_name)}"
        names += [(plot.left, zero, DIM), (plot.left, "0", DIM)]
        for middle, text, ink in names:
            size = measure(text)
            x = max(plot.left, min(end - size, middle - size // 2))
            if end - size < plot.left or any(x <= b and a <= x + size for a, b in taken):
                continue
            canvas.put(x, y, (text, ink))
            taken.append((x, x + size))

    def _band(self, canvas: Canvas, told: BreakEven, plot: _Plot, y: int) -> None:
        """Draw who is cheapest from where to where, each in the colour of its line."""
        colours = {curve.plan_id: _colour(place) for place, curve in enumerate(
            curve for curve in told.curves if curve.points)}  # fmt: skip
        if plot.left >= 5:
            canvas.put(0, y, ("best", DIM))
        for band in told.bands:
            last = plot.most if band.until is None else min(plot.most, band.until)
            if band.since >= plot.most:
                continue
            first, end = plot.x(band.since), plot.left + last * plot.cells // plot.most
            text = f" {display_text(band.name)}"
            shown = clip(text, end - first) if end - first >= 3 else ""
            colour = colours.get(band.plan_id, DIM)
            blank = " " * (end - first - measure(shown))
            if end > first:
                canvas.put(first, y, (f"{shown}{blank}", f"bold $background on {colour}"))

    def _words(self, told: BreakEven, canvas: Canvas) -> list[list[Part]]:
        """Return the sentence in as many lines as there is room for, else in fewer words."""
        most = 2 if canvas.height >= _WORDY_FROM else 1
        if canvas.height < 3:
            return []
        for form in sentence_forms(told):
            lines = list(wrapped(form, max(8, canvas.width)))
            if len(lines) <= most:
                return [list(line) for line in lines]
        return [list(sentence_forms(told)[-1])]


def total_at(curve: Curve, units: int | Fraction) -> Fraction | None:
    """Return a plan's total for a number of units, None behind the last point of its line."""
    place = bisect_right(curve.points, units, key=lambda point: point[0])
    if not place:
        return None
    x, y = curve.points[place - 1]
    if place == len(curve.points):
        return Fraction(y) if units == x else None
    further_x, further_y = curve.points[place]
    return y + Fraction(further_y - y) * (units - x) / (further_x - x)


def sentence_forms(told: BreakEven) -> list[list[tuple[str, str]]]:
    """Return who is cheapest for how many units in a sentence, then in fewer words."""
    bands = [(display_text(band.name), band.until_text) for band in told.bands]
    unit = display_text(told.unit_name)
    if not bands:
        return [[("no plan can be priced for these units", DIM)]]
    if len(bands) == 1:
        ((name, end),) = bands
        reach = f"up to {end} {unit}" if end else f"any number of {unit}"
        brief_reach = f" up to {end}" if end else ""
        return [[(name, INK), (f" is cheapest for {reach}", DIM)],
                [(name, INK), (f" is cheapest{brief_reach}", DIM)]]  # fmt: skip
    (first, until), *between, (last, end_of_all) = bands
    full = [(f"up to {until} {unit} ", DIM), (first, INK), (" is cheapest", DIM)]
    brief = [(first, INK), (f" to {until}", DIM)]
    for name, end in between:
        full += [(f", to {end} ", DIM), (name, INK)]
        brief += [(", ", DIM), (name, INK), (f" to {end}", DIM)]
    reach = f" to {end_of_all}" if end_of_all else ""
    full += [(", above it ", DIM), (last, INK), (reach, DIM)]
    brief += [(", then ", DIM), (last, INK), (reach, DIM)]
    own: list[tuple[str, str]] = []
    for month, units, is_estimate in told.own[:1]:
        best = next(
            (
                display_text(band.name)
                for band in told.bands
                if band.since <= units and (band.until is None or units <= band.until)
            ),
            "",
        )
        if best:
            count = doubted(f"{units:,}", units, told.own_doubt)
            when = f"{count} in {display_text(month)}" + (" est." if is_estimate else "")
            own = [(f"{when}: ", DIM), (best, MONEY)]
    if own:
        return [[*full, (" · ", DIM), *own], full, brief, own]
    return [full, brief]


def _most_units(told: BreakEven, curves: Sequence[Curve]) -> int:
    """Return how many units the axis reaches: beyond what matters, not beyond every line."""
    reach = max((curve.points[-1][0] for curve in curves), default=0)
    known = [units for _, units, _ in told.own] + [band.since for band in told.bands]
    wanted = max(known, default=0) * 13 // 10
    return min(reach, _round_up(wanted)) if wanted > 0 else reach


def _round_up(units: int) -> int:
    """Return a number with one or two digits and noughts, not below `units`."""
    step: int = 10 ** max(0, len(str(units)) - 1)
    return next(step * part // 4 for part in (4, 5, 6, 8, 10, 12, 14, 16, 20, 24, 28, 32, 36, 40)
                if step * part // 4 >= units)  # fmt: skip


def _heights(curve: Curve, plot: _Plot, dots: Dots) -> Iterator[int | None]:
    """Yield the height of a line in dots for each column of dots, None where it does not go."""
    last = max(1, dots.across - 1)
    for x in range(dots.across):
        total = total_at(curve, Fraction(plot.most * x, last))
        height = None if total is None else nearest(total * plot.axis.every * DOWN, plot.axis.step)
        yield height


def _name_ends(
    canvas: Canvas, dots: Dots, plot: _Plot, ends: Sequence[tuple[str, str, int, int]]
) -> None:
    """Write each name beside the end of its line, the highest first, where nothing else is."""
    behind = plot.left + plot.cells + 1
    lowest = plot.top  # names behind the chart stand in the order of their lines
    for name, colour, cell, height in sorted(ends, key=lambda end: -end[3]):
        size, row = measure(name), plot.base - height
        if cell >= plot.cells - 2:
            row = max(lowest, row)
            if behind + size <= canvas.width and row <= plot.base:
                canvas.put(behind, row, (name, f"bold {colour}"))
                lowest = row + 1
            continue
        end = plot.left + cell
        places = (*range(end + 2, end + 5), *range(end - size - 1, end - size - 7, -1))
        for x in places:
            room = canvas.width if row >= lowest else behind - 1
            cells = range(x - plot.left - 1, x - plot.left + size + 1)
            is_lit = any(dots.is_lit(at, height) for at in cells)
            is_blank = all(
                not canvas.cells[row][at][0].isalnum()
                for at in range(max(0, x - 1), min(canvas.width, x + size + 1))
            )
            if plot.left <= x and x + size <= room and is_blank and not is_lit:
                canvas.put(x, row, (name, f"bold {colour}"))
                lowest = row + 1 if x + size >= behind else lowest
                break


def _own_months(canvas: Canvas, told: BreakEven, plot: _Plot, y: int, rows: int) -> None:
    """Mark own months under the band, each on a line of its own."""
    for row, (month, units, is_estimate) in enumerate(told.own[:rows], y):
        x = plot.x(min(units, plot.most))
        about = " est." if is_estimate else ""
        count = doubted(f"{units:,}", units, told.own_doubt)
        text = f"{count} in {display_text(month)}{about}"
        ink = DIM if is_estimate else INK
        if measure(text) + 1 <= x:
            canvas.right(x + 1, row, (f"{text} ", ink), ("▲", MONEY))
        else:
            canvas.put(x, row, ("▲", MONEY), (f" {text}", ink), end=canvas.width)


def _legend(canvas: Canvas, curves: Sequence[Curve], left: int) -> None:
    x = left
    for place, curve in enumerate(curves):
        parts: list[Part] = [("━━ ", _colour(place)), (display_text(curve.name), DIM)]
        if x + measure(*parts) > canvas.width:
            more = f"+{len(curves) - place}"
            if x + len(more) <= canvas.width:
                canvas.put(x, 0, (more, DIM))
            return
        x = canvas.put(x, 0, *parts) + 3


def _short_names(curves: Sequence[Curve], cells: int) -> list[str]:
    """Return names for the ends of lines; what several begin with goes where room is short."""
    room = max(6, min(16, cells // 5))
    names = [display_text(curve.name) for curve in curves]
    short = [clip(name, room) for name in names]
    last = [clip(name.rpartition(" ")[2] or name, room) for name in names]
    return [
        end if short.count(one) > 1 and last.count(end) == 1 else one
        for one, end in zip(short, last, strict=True)
    ]


def _colour(place: int) -> str:
    return SERIES[min(place, len(SERIES) - 1)]
