"""Credits left by lot as a chart of steps: solid what is booked, pale what is foreseen."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, tzinfo
from typing import TYPE_CHECKING

from convledger.reports.render.numbers import doubted
from convledger.text.display import clip, display_text
from convledger.tui.amounts import Axis, axis_steps
from convledger.tui.credit_words import about_credits, short_credits
from convledger.tui.widgets.burn_words import burn_flags, outlook
from convledger.tui.widgets.canvas import (
    DIM,
    GHOSTS,
    GRID,
    INK,
    RULE,
    SERIES,
    Canvas,
    Part,
    measure,
)
from convledger.tui.widgets.chart_flags import Field, Flag, draw_flags
from convledger.tui.widgets.charts import legend, stacked_column
from convledger.tui.widgets.drawing import Drawing
from convledger.tui.widgets.lines import wrapped
from convledger.tui.widgets.path_line import roomiest
from convledger.tui.widgets.time_axis import draw_time_axis

if TYPE_CHECKING:
    from convledger.reports.plan_figures import BurnDown, LotName

_PALE = (*GHOSTS, RULE)
_NAME = 18  # cells of a lot's name
_EMPTY = ("No credits yet.", "A plan grants them, or they are bought: a top-up is enough.")
# Lines from which a legend, a second line of words and a free line above them find room.
_LEGEND, _SPACIOUS, _ROOMY = 6, 12, 14


@dataclass(frozen=True, slots=True)
class LotGroup:
    """Lots that are drawn in one colour; the first group is burnt first and lies on top."""

    name: str
    places: tuple[int, ...]


def lot_groups(lots: tuple[LotName, ...], used: set[int], most: int = 4) -> list[LotGroup]:
    """Return lots that ever held credits by name in burn order, the last ones as one."""
    by_name: dict[str, list[int]] = {}
    for place in sorted(used):
        name = display_text(lots[place].name) if place < len(lots) else ""
        by_name.setdefault(clip(name or "credits", _NAME), []).append(place)
    groups = [LotGroup(name, tuple(places)) for name, places in by_name.items()]
    if len(groups) <= most:
        return groups
    rest = groups[most - 1 :]
    places = tuple(place for group in rest for place in group.places)
    return [*groups[: most - 1], LotGroup(f"{len(rest)} more lots", places)]


class BurnDownChart(Drawing):
    """The chart with its legend, its marks, and the sentence that says what comes of it."""

    HELP = (
        "Credits left, by lot; the lot burnt first lies on top. Solid is booked, pale is foreseen "
        "at the present rate. A cliff is an expiry, a step up a grant or a top-up."
    )

    _burn: BurnDown | None = None
    _zone: tzinfo = UTC
    _groups: Sequence[LotGroup] = ()

    def show(self, burn: BurnDown | None, zone: tzinfo) -> None:
        """Show another balance over time, with days cut in a zone."""
        if (burn, zone) == (self._burn, self._zone):
            return
        self._burn, self._zone = burn, zone
        held = {
            place
            for level in (burn.levels if burn else ())
            for place, left in enumerate(level.left)
            if left > 0
        }
        self._groups = lot_groups(burn.lots, held) if burn else []
        self.refresh()

    def draw(self, canvas: Canvas) -> None:
        """Draw legend, steps, marks, axis and sentence, as far as there is room."""
        burn = self._burn
        if burn is None:
            return
        if not burn.levels or burn.until <= burn.since:
            draw_sentences(canvas, _EMPTY)
            return
        words = self._words(canvas, burn)
        top = int(canvas.height >= _LEGEND)
        spare = int(canvas.height >= _ROOMY)
        rows = canvas.height - top - len(words) - spare - 1
        left = 0
        if rows >= 1:
            left = self._chart(canvas, burn, top, rows)
        if top and rows >= 1:
            self._legend(canvas, burn, left)
        for y, line in enumerate(words, max(0, canvas.height - len(words))):
            canvas.put(left if left + measure(*line) <= canvas.width else 0, y, *line,
                       end=canvas.width)  # fmt: skip

    def _words(self, canvas: Canvas, burn: BurnDown) -> list[list[Part]]:
        """Return the sentence, in two lines where there is room, else as short as is needed."""
        forms = outlook(burn, self._zone)
        room = canvas.width - 6
        if canvas.height >= _SPACIOUS and measure(*forms[0]) > room:
            lines = list(wrapped(forms[0], room))
            if len(lines) <= 2:
                return [list(line) for line in lines]
        return [list(roomiest(canvas.width, *forms))]

    def _chart(self, canvas: Canvas, burn: BurnDown, top: int, rows: int) -> int:
        """Draw grid, columns, marks and time axis; return the column where the chart begins."""
        highest = max((sum(level.left) for level in burn.levels), default=0)
        axis = axis_steps(highest, rows)
        base = top + rows - 1
        labels = [short_credits(amount) for amount in axis.lines]
        left = 1 + max(map(measure, labels))
        left = left if 3 * left <= canvas.width else 0
        cells = canvas.width - left
        for line, label in enumerate(labels if left else ()):
            row = base - line * axis.every if line else base + 1
            canvas.right(left - 1, row, (label, DIM))
            if line:
                canvas.fill(left, row, "▁", GRID, cells)
        draw_time_axis(canvas, left, base + 1, cells, burn.since, burn.until, self._zone)
        sky = self._columns(canvas, burn, left, cells, base, axis)
        field = Field(left, top, canvas.width, base, lambda x: sky[x - left])
        flags: list[Flag] = []
        for at, lines, colour, is_lined in burn_flags(burn, self._zone):
            place = min(cells - 1, (at - burn.since) * cells // (burn.until - burn.since))
            flags.append(Flag(left + place, lines, colour, is_lined))
        draw_flags(canvas, field, flags)
        return left

    def _columns(
        self, canvas: Canvas, burn: BurnDown, left: int, cells: int, base: int, axis: Axis
    ) -> list[int]:
        """Draw a column for each cell of time; return the topmost filled row of each."""
        begins = [level.at for level in burn.levels]
        span, sky = burn.until - burn.since, []
        for cell in range(cells):
            at = burn.since + (2 * cell + 1) * span // (2 * cells)
            place = bisect_right(begins, at) - 1
            amounts = burn.levels[place].left if place >= 0 else ()
            inks = SERIES if at <= burn.now else _PALE
            parts = [
                (sum(max(0, amounts[lot]) for lot in group.places if lot < len(amounts)), ink)
                for group, ink in zip(self._groups, inks, strict=False)
            ]
            stacked_column(canvas, left + cell, base, 1, parts[::-1], axis)
            eighths = axis.eighths(sum(amount for amount, _ in parts))
            if not eighths and any(amount for amount, _ in parts):
                eighths = 1
            sky.append(base + 1 - -(-eighths // 8))
        return sky

    def _legend(self, canvas: Canvas, burn: BurnDown, left: int) -> None:
        """Name the lots and what is pale, in the words that there is room for."""
        names = [group.name for group in self._groups]
        if not names:
            return
        pale: list[Part] = [("■", ink) for ink in _PALE[: len(names)]]
        tails = [[*pale, (f" {words}", DIM)] for words in burn_rates(burn)]
        last = ", burnt from the top" if len(names) > 1 else ""
        for entries in ([*names[:-1], names[-1] + last], names):
            size = sum(measure(name) + 4 for name in entries) - 2
            for tail in tails if burn.now < burn.until else ():
                if left + size + 2 + measure(*tail) <= canvas.width:
                    x = left
                    for name, ink in zip(entries, SERIES, strict=False):
                        x = canvas.put(x, 0, ("■", ink), (f" {name}", DIM)) + 2
                    canvas.put(x, 0, *tail)
                    return
        legend(canvas, left, 0, names)


def burn_rates(burn: BurnDown) -> tuple[str, ...]:
    """Return what the pale part is called, in ever fewer words."""
    if burn.burn_per_day is None:
        return ("foreseen",)
    rate = doubted(about_credits(burn.burn_per_day), burn.burn_per_day, burn.burn_doubt)
    return f"foreseen at {rate} a day", "foreseen"


def draw_sentences(canvas: Canvas, sentences: Iterable[str]) -> None:
    """Draw sentences in the middle of a canvas, the first one bright."""
    lines = [
        (line, INK if not place else DIM)
        for place, sentence in enumerate(sentences)
        for line in wrapped([(sentence, "")], max(8, canvas.width))
    ]
    top = max(0, (canvas.height - len(lines)) // 2)
    for y, (line, ink) in enumerate(lines[: canvas.height], top):
        text = "".join(piece for piece, _ in line)
        x = max(0, (canvas.width - measure(text)) // 2)
        canvas.put(x, y, (text, ink), end=canvas.width)
