"""List cost over time as stacked bars: one is chosen, and its parts are written out below."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import tzinfo
from typing import TYPE_CHECKING, ClassVar

from textual import events
from textual.binding import BindingType
from textual.message import Message

from convledger.text.display import clip, width
from convledger.tui.actions import bindings
from convledger.tui.amounts import percent, usd
from convledger.tui.widgets.bar_names import bar_name, foot_label, plural, short_names
from convledger.tui.widgets.canvas import DIM, INK, SERIES, Canvas, Part, measure
from convledger.tui.widgets.charts import Columns, cost_columns, legend, meter
from convledger.tui.widgets.drawing import Drawing

if TYPE_CHECKING:
    from convledger.reports.live import Bar

_WIDEST = 6  # cells of a bar
_SWATCH = 4  # cells of a colour beside its name
TOTAL = "bold $accent"
# Lines from which the parts may take two, from which the legend and a free line find room.
_LOW, _ROOMY, _SPACIOUS = 6, 8, 13


@dataclass(frozen=True, slots=True)
class Charted:
    """Bars of one period with the names of their parts, as displayed text."""

    period: str = "day"
    series: tuple[str, ...] = ()
    bars: tuple[Bar, ...] = ()
    zone: tzinfo | None = None

    @property
    def is_empty(self) -> bool:
        """Whether no bar holds any call."""
        return not any(any(bar.parts) or bar.unpriced_calls for bar in self.bars)

    def name(self, place: int) -> str:
        """Return a bar's name: "today", "Thu 19 Nov"."""
        return bar_name(self.bars[place], self.period, self.zone, place == len(self.bars) - 1)

    def parts(self, place: int) -> list[tuple[str, int, str]]:
        """Return name, picodollars and colour of the parts of a bar that cost something."""
        found = zip(self.series, self.bars[place].parts, strict=False)
        return [
            (name, pico, SERIES[min(at, len(SERIES) - 1)])
            for at, (name, pico) in enumerate(found)
            if pico
        ]

    def amounts(self, place: int) -> list[str]:
        """Return the cost of the same parts in words, marked where some of it is an estimate."""
        bar = self.bars[place]
        return [
            usd(pico, estimated=bool(bar.guessed >> at & 1))
            for at, pico in enumerate(bar.parts[: len(self.series)])
            if pico
        ]


class CostChart(Drawing):
    """The bars; left and right choose one, enter opens what is behind it."""

    SCOPE = "chart"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("chart")]

    @dataclass
    class Chosen(Message):
        """The cursor stands on another bar."""

        place: int

    @dataclass
    class Opened(Message):
        """A bar was opened with enter, or with a click on the chosen one."""

        bar: Bar

    def __init__(self) -> None:
        super().__init__()
        self.charted = Charted()
        self._empty: list[str] = []
        self._chosen = -1  # place of the chosen bar; the last one is followed as time goes on
        self._end = 0  # the bars in sight end before this one
        self._columns: Columns | None = None

    @property
    def place(self) -> int:
        """The place of the chosen bar, -1 where there is none."""
        last = len(self.charted.bars) - 1
        return last if self._chosen < 0 else min(self._chosen, last)

    @property
    def chosen(self) -> Bar | None:
        """The bar that the cursor is on."""
        return self.charted.bars[self.place] if self.charted.bars else None

    def show(self, charted: Charted, empty: list[str]) -> None:
        """Show other bars, or what to say where no bar holds a call."""
        if charted == self.charted and empty == self._empty:
            return
        chosen = self.chosen if self._chosen >= 0 else None
        same = charted.period == self.charted.period
        self.charted, self._empty = charted, empty
        begins = [bar.begins for bar in charted.bars]
        kept = chosen is not None and same and chosen.begins in begins
        self._chosen = begins.index(chosen.begins) if kept and chosen is not None else -1
        self._end = len(begins)
        self.refresh()

    def draw(self, canvas: Canvas) -> None:
        """Draw legend, bars and the chosen bar's parts, or why there are none."""
        charted = self.charted
        self._columns = None
        if not charted.bars:
            return
        if charted.is_empty:
            self._draw_empty(canvas)
            return
        top = int(canvas.height >= _ROOMY)
        words = self._words(canvas)
        bottom = canvas.height - len(words) - int(canvas.height >= _SPACIOUS)
        drawn = self._bars(canvas, top, bottom)
        left = drawn.left if canvas.height >= _ROOMY else 0
        hidden = self._hidden(drawn)
        if top:
            end = canvas.width - measure(hidden) - 2 * bool(hidden)
            room = end - left - sum(_SWATCH + width(name) for name in charted.series)
            names = charted.series if room >= 0 else short_names(charted.series)
            legend(canvas, left, 0, names, end=end)
            canvas.right(canvas.width, 0, (hidden, DIM))
        elif hidden:
            words[-1].append((f"  {hidden}", DIM))
        longest = max(measure(*line) for line in words)
        for y, line in enumerate(words, canvas.height - len(words)):
            canvas.put(left if left + longest <= canvas.width else 0, y, *line, end=canvas.width)

    def _hidden(self, drawn: Columns) -> str:
        """Return how many bars there is no room for, on which side."""
        earlier, later = drawn.first, len(self.charted.bars) - drawn.first - drawn.shown
        sides = (f"‹ {earlier:,} earlier" if earlier else "", f"{later:,} later ›" if later else "")
        return "  ".join(side for side in sides if side)

    def _draw_empty(self, canvas: Canvas) -> None:
        top = max(0, (canvas.height - len(self._empty)) // 2)
        for y, text in enumerate(self._empty, top):
            x = max(0, canvas.width - measure(text)) // 2
            canvas.put(x, y, (text, DIM if y > top else INK), end=canvas.width)

    def _bars(self, canvas: Canvas, top: int, bottom: int) -> Columns:
        """Draw the bars in sight: the newest, or as far back as the cursor has gone."""
        last = len(self.charted.bars) - 1
        marked = self.place if self.has_focus or self.place != last else None
        # Laid out off the canvas first: how many bars there is room for depends on their axis.
        trial = self._columns_of(Canvas(canvas.width, canvas.height), top, bottom, self._end, None)
        if marked is not None and not trial.holds(marked):
            ahead = marked + 1 if marked >= trial.first else marked + trial.shown
            self._end = min(last + 1, ahead)
        self._columns = self._columns_of(canvas, top, bottom, self._end, marked)
        return self._columns

    def _columns_of(
        self, canvas: Canvas, top: int, bottom: int, end: int, marked: int | None
    ) -> Columns:
        charted = self.charted
        bars = charted.bars[:end]
        is_newest = end == len(charted.bars)
        return cost_columns(
            canvas,
            [bar.parts for bar in bars],
            [foot_label(bar, charted.period, charted.zone) for bar in bars],
            y=top,
            height=max(1, bottom - top),
            last_label=charted.name(end - 1) if is_newest else "",
            widest=_WIDEST,
            cursor=marked,
        )

    def _words(self, canvas: Canvas) -> list[list[Part]]:
        """Return the chosen bar written out, in two lines where one is too short for it."""
        name, bar = self.charted.name(self.place), self.charted.bars[self.place]
        parts = self.charted.parts(self.place)
        if not parts and not bar.unpriced_calls:
            return [[(f"{name} ", DIM), ("no calls", DIM)]]
        amount = usd(sum(bar.parts) if parts else None, estimated=bool(bar.estimated_calls))
        head: list[Part] = [(f"{name} ", DIM), (amount, TOTAL)]
        tail: list[Part] = []
        if bar.unpriced_calls:
            unpriced = f"{bar.unpriced_calls:,} {plural(bar.unpriced_calls, 'call')} unpriced"
            tail.append((f"  · {unpriced}", DIM))
        for sums in self._sums(parts, self.charted.amounts(self.place)):
            line = [*head, ("  = ", DIM), *sums, *tail] if sums else [*head, *tail]
            if measure(*line) <= canvas.width:
                return [line]
            if canvas.height >= _LOW and measure(*sums) <= canvas.width:
                return [[*head, *tail], sums]
        return [line]

    def _sums(self, parts: list[tuple[str, int, str]], amounts: list[str]) -> Iterator[list[Part]]:
        """Yield the parts as a sum: with their names, with shorter ones, with ever less of them."""
        names = [name for name, _, _ in parts]
        shorter = short_names(names)
        longest = max(map(width, shorter), default=0)
        cut = ([clip(name, room) for name in shorter] for room in range(longest - 1, 2, -1))
        for given in (names, shorter, *cut):
            sums: list[Part] = []
            for name, (_, _, colour), amount in zip(given, parts, amounts, strict=True):
                plus = [(" + ", DIM)] if sums else []
                sums += [*plus, ("■ ", colour), (f"{name} ", DIM), amount]
            yield sums

    def on_focus(self) -> None:
        """Show which bar is chosen."""
        self.refresh()

    def on_blur(self) -> None:
        """Show no cursor on the last bar where the keys go elsewhere."""
        self.refresh()

    def choose(self, place: int) -> None:
        """Put the cursor on a bar."""
        last = len(self.charted.bars) - 1
        place = max(0, min(last, place))
        if self.charted.bars and place != self.place:
            self._chosen = -1 if place == last else place
            self.refresh()
            self.post_message(self.Chosen(place))

    def action_earlier(self) -> None:
        """Choose the bar before."""
        self.choose(self.place - 1)

    def action_later(self) -> None:
        """Choose the next bar."""
        self.choose(self.place + 1)

    def action_open(self) -> None:
        """Open the conversations behind the bar."""
        if self.chosen is not None:
            self.post_message(self.Opened(self.chosen))

    def on_click(self, event: events.Click) -> None:
        """Choose the bar under the mouse; a click on the chosen one opens it."""
        place = self._columns.bar_at(event.x) if self._columns else None
        if place is None:
            return
        if place == self.place:
            self.action_open()
        else:
            self.choose(place)


class BarParts(Drawing):
    """The parts of a bar as shares of it, with their full names."""

    def __init__(self) -> None:
        super().__init__(focusable=False)
        self._charted, self._place = Charted(), -1

    def show(self, charted: Charted, place: int) -> None:
        """Show the parts of another bar, or what they have become."""
        if (charted, place) != (self._charted, self._place):
            self._charted, self._place = charted, place
            self.refresh()

    def draw(self, canvas: Canvas) -> None:
        """Draw name, amount and share of each part."""
        if self._place < 0 or self._place >= len(self._charted.bars):
            return
        bar = self._charted.bars[self._place]
        parts, total, cells = self._charted.parts(self._place), sum(bar.parts), canvas.width
        y = 0
        amounts = self._charted.amounts(self._place)
        for (name, pico, colour), amount in zip(parts, amounts, strict=True):
            share = percent(pico, total)
            canvas.put(0, y, ("■ ", colour), (name, INK), end=cells - measure(amount) - 1)
            canvas.right(cells, y, (amount, "$accent"))
            meter(canvas, 0, y + 1, cells - 7, pico, total, colour)
            canvas.right(cells, y + 1, (share, DIM))
            y += 3
        if bar.unpriced_calls:
            words = f"{bar.unpriced_calls:,} {plural(bar.unpriced_calls, 'call')} without a price"
            canvas.put(0, y, (words, DIM), end=cells - 2)
            canvas.right(cells, y, ("–", DIM))
        elif not parts:
            canvas.put(0, 0, ("no calls", DIM))
