"""How long conversations are: a column for each length, percentiles hanging under the axis."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from textual import events
from textual.binding import BindingType
from textual.message import Message

from convledger.reports.unit_costs.noted import decimal
from convledger.reports.unit_costs.spreads import COST, MINUTES, TOKENS
from convledger.tui.actions import bindings
from convledger.tui.amounts import Axis, nearest, tokens
from convledger.tui.cost_words import sum_text
from convledger.tui.widgets.burn_down import draw_sentences
from convledger.tui.widgets.canvas import BOLD, DIM, FOCUS, GRID, MONEY, Canvas, measure
from convledger.tui.widgets.charts import Columns, stacked_column
from convledger.tui.widgets.drawing import Drawing

if TYPE_CHECKING:
    from convledger.economics.ratios import Number
    from convledger.economics.spread import Bin, Spread

_WIDEST, _GAP = 10, 2  # cells of a column, and between two
_LEAST_CHART = 5  # lines below which bins are written as words
_HANGING = 2  # lines of the percentiles under the names of the bins


class LengthChart(Drawing):
    """The columns; left and right choose one, enter opens the conversations in it."""

    SCOPE = "chart"
    HELP = (
        "How many conversations are how long. p50 is the median: half of them are no longer; p90 "
        "and p99 by nearest rank, so each is the length of one of them. m shows turns, minutes, "
        "tokens or the full cost instead of messages."
    )
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("chart")]

    @dataclass
    class Opened(Message):
        """A column was opened with enter, or with a click on the chosen one."""

        bin: Bin

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's own name
        super().__init__(id=id)
        self._spread: Spread | None = None
        self._currency = "USD"
        self._empty: list[str] = []
        self._place = 0
        self._columns: Columns | None = None

    @property
    def chosen(self) -> Bin | None:
        """The column that the cursor is on."""
        bins = self._spread.bins if self._spread is not None else ()
        return bins[self._place] if 0 <= self._place < len(bins) else None

    def show(self, spread: Spread | None, currency: str, empty: list[str]) -> None:
        """Show another spread, or what to say where there is none."""
        is_other = self._spread is None or spread is None or spread.measure != self._spread.measure
        self._spread, self._currency, self._empty = spread, currency, empty
        bins = spread.bins if spread is not None else ()
        if is_other and bins:
            self._place = max(range(len(bins)), key=lambda at: bins[at].count)
        self._place = max(0, min(len(bins) - 1, self._place))
        self.refresh()

    # ---- drawing

    def draw(self, canvas: Canvas) -> None:
        """Draw columns, names and percentiles, as far as there is room."""
        spread, self._columns = self._spread, None
        if spread is None or not spread.members:
            draw_sentences(canvas, self._empty)
            return
        hanging = _HANGING if canvas.height >= _LEAST_CHART + 3 else 1
        rows = canvas.height - hanging - 2  # the counts above, the names below
        columns = self._columns = _layout(len(spread.bins), canvas.width, self._place)
        base = rows
        most = max(each.count for each in spread.bins)
        axis = Axis(most, max(1, rows), max(1, rows))
        for place in range(columns.first, columns.first + columns.shown):
            each, x = spread.bins[place], columns.place(place)
            is_chosen = place == self._place and self.has_focus
            middle = x + columns.thickness // 2
            top = base
            if rows >= 1 and each.count:
                colour = MONEY if is_chosen else FOCUS
                stacked_column(canvas, x, base, columns.thickness, [(each.count, colour)], axis)
                top = base - (axis.eighths(each.count) + 7) // 8
            elif rows >= 1:
                canvas.fill(x, base, "▁", GRID, columns.thickness)
                top = base - 1
            if measure(f"{each.count:,}") <= columns.pitch:
                canvas.middle(middle, max(0, top), (f"{each.count:,}", BOLD))
            name = self._bin_name(each)
            if base + 1 < canvas.height:
                ink = f"bold {MONEY}" if is_chosen else DIM
                room = max(1, columns.pitch - 1)
                start = max(0, middle - min(measure(name), room) // 2)
                canvas.put(start, base + 1, (name, ink), end=min(canvas.width, start + room))
        self._draw_percentiles(canvas, spread, columns, base + 2, hanging)

    def _bin_name(self, each: Bin) -> str:
        return each.name

    def _draw_percentiles(
        self, canvas: Canvas, spread: Spread, columns: Columns, y: int, lines: int
    ) -> None:
        """Hang each percentile under its place on the axis; where they would touch, beside it."""
        end = 0
        for percent, value in spread.percentiles.items():
            if value is None or y >= canvas.height:
                continue
            x = _place_of(value, spread, columns)
            text = f"p{percent}: {self._value(spread.measure, value)}"
            start = max(end, min(canvas.width - measure(text), x - measure(text) // 2))
            if start < 0 or start + measure(text) > canvas.width:
                return
            if lines > 1 and x < canvas.width:
                canvas.put(x, y, ("▲", MONEY))
            ink = f"bold {MONEY}"
            canvas.put(start, y + lines - 1, (text, ink))
            end = start + measure(text) + 2

    def _value(self, measured: str, value: Number) -> str:
        if measured == COST:
            return sum_text(value, self._currency)
        if measured == TOKENS:
            return tokens(nearest(value, 1))
        return f"{decimal(value)} min" if measured == MINUTES else decimal(value)

    # ---- going about

    def on_focus(self) -> None:
        """Show which column is chosen."""
        self.refresh()

    def on_blur(self) -> None:
        """Show no column as chosen."""
        self.refresh()

    def action_earlier(self) -> None:
        """Choose the column before."""
        self._choose(self._place - 1)

    def action_later(self) -> None:
        """Choose the next column."""
        self._choose(self._place + 1)

    def _choose(self, place: int) -> None:
        count = len(self._spread.bins) if self._spread is not None else 0
        self._place = max(0, min(count - 1, place))
        self.refresh()

    def action_open(self) -> None:
        """Open the conversations of the chosen column."""
        if self.chosen is not None:
            self.post_message(self.Opened(self.chosen))

    def on_click(self, event: events.Click) -> None:
        """Choose the column where the mouse is; a click on the chosen one opens it."""
        if self._columns is None:
            return
        bar = self._columns.bar_at(event.get_content_offset_capture(self).x)
        if bar is not None and bar == self._place:
            self.action_open()
        elif bar is not None:
            self._choose(bar)


def _layout(count: int, cells: int, place: int) -> Columns:
    """Return columns as wide as there is room for; of too many those around the chosen one."""
    pitch = max(2, min(_WIDEST + _GAP, cells // max(1, count)))
    shown = max(1, min(count, cells // pitch))
    first = max(0, min(count - shown, place - shown // 2))
    gap = _GAP if pitch >= 6 else 1
    return Columns(first, shown, 0, pitch, max(1, pitch - gap))


def _place_of(value: Number, spread: Spread, columns: Columns) -> int:
    """Return the column of the canvas where a value lies: between the edges of its bin."""
    for at, each in enumerate(spread.bins):
        if each.high is None or value < each.high:
            low = each.low if each.low is not None else 0
            span = (each.high - low) if each.high is not None else max(low, 1)
            inside = min(columns.thickness - 1, int((value - low) * columns.thickness // span))
            bar = max(columns.first, min(columns.first + columns.shown - 1, at))
            return columns.place(bar) + max(0, inside)
    return columns.left
