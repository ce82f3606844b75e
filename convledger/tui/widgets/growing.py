"""The conversations that got a call within the last half hour, with what they cost by now."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from textual import events

from convledger.text.display import clip, display_text, width
from convledger.tui.amounts import ago, nearest, usd
from convledger.tui.widgets.bar_names import plural
from convledger.tui.widgets.canvas import DIM, Canvas
from convledger.tui.widgets.charts import RISING
from convledger.tui.widgets.drawing import Drawing
from convledger.tui.widgets.growing_plan import PlanColumns, Uses
from convledger.tui.widgets.rows import Part, RowLine, Rows

if TYPE_CHECKING:
    from convledger.reports.live import Growing

TREND, COST = 10, 10  # cells
_TITLE = 20  # cells that a title keeps in a row of one line
_TREND_FROM = 56  # cells of a row from which a trend finds room in it
TWO_LINES_FROM = 8  # lines of the list from which a row has two


class GrowingList(Rows):
    """The list; `show` gives it other conversations, `tick` only makes their ages right."""

    HELP = (
        "Conversations with a call in the last 30 minutes, the newest first: what each has cost "
        "so far, and when in the half hour. Enter opens one, w explains its cost."
    )

    def __init__(self) -> None:
        super().__init__()
        self.growing: Sequence[Growing] = ()
        self._empty: list[str] = []
        self._ages: list[str] = []
        self._uses: Uses = {}

    @property
    def chosen(self) -> Growing | None:
        """The conversation under the cursor."""
        return self.growing[self.cursor] if 0 <= self.cursor < len(self.growing) else None

    def show(self, growing: Sequence[Growing], now: int, empty: list[str]) -> None:
        """Show other conversations; the cursor stays on the one it is on."""
        ages = _ages(growing, now)
        if list(growing) == list(self.growing):
            self._show_ages(ages)
            if empty != self._empty and not growing:
                self._empty = empty
                self.refresh()
            return
        chosen = self.chosen
        self.growing, self._ages, self._empty = growing, ages, empty
        ids = [one.id for one in growing]
        place = ids.index(chosen.id) if chosen is not None and chosen.id in ids else 0
        self._fit_rows(self.size.height)
        self.renew(cursor=place if self.cursor > 0 else 0)

    def show_uses(self, uses: Uses) -> None:
        """Show what the plan in force makes of the conversations."""
        if uses != self._uses:
            self._uses = uses
            self.refresh()

    def columns(self, cells: int) -> PlanColumns:
        """Return the columns that a plan adds in so many cells."""
        return PlanColumns(self._uses, cells, named=self.screen.has_class("-high"))

    def tick(self, now: int) -> None:
        """Make the ages right, and draw only the rows whose age reads otherwise."""
        self._show_ages(_ages(self.growing, now))

    def _show_ages(self, ages: list[str]) -> None:
        before, self._ages = self._ages, ages
        for index, (old, new) in enumerate(zip(before, ages, strict=True)):
            if old != new:
                self.refresh(self._region(index).translate(-self.scroll_offset))

    def on_resize(self, event: events.Resize) -> None:
        """Give each row as many lines as there is room for."""
        self._fit_rows(event.size.height)
        super().on_resize(event)

    def _fit_rows(self, lines: int) -> None:
        """Give a row two lines where all rows have room for them, or most of many."""
        needed = min(TWO_LINES_FROM, 2 * len(self.growing))
        self.lines_per_row = 2 if lines >= needed else 1

    def count(self) -> int:
        """Return how many conversations grow."""
        return len(self.growing)

    def empty_lines(self) -> list[str]:
        """Say that nothing grows, and since when."""
        return self._empty

    def row(self, index: int, cells: int) -> list[RowLine]:
        """Return title, trend and cost of a conversation, then source, model and age."""
        one = self.growing[index]
        title = display_text(one.title or one.native)
        model = display_text(one.model) if one.model else "no model"
        name: Part = (title, "bold $foreground" if index == self.cursor else "$foreground")
        cost = usd(one.list_pico, estimated=bool(one.estimated_calls)).rjust(COST)
        right: list[Part] = [(cost, "$muted" if one.list_pico is None else "$accent")]
        columns = self.columns(cells)
        right = [*columns.parts(one), *right]
        if cells >= _TREND_FROM:
            right.insert(0, (f"  {trend_text(one.trend)}", "$primary"))
        if self.lines_per_row == 2:
            origin = f"{display_text(one.source)} · {model} · {self._ages[index]} ago"
            lately = _lately(one, columns.budget_words(one))
            return [RowLine([name], right), RowLine([(origin, "$muted")], lately)]
        if cells >= _TREND_FROM:
            age = f" · {self._ages[index]}"
            room = cells - _TITLE - TREND - COST - columns.cells - 6 - width(age)
            if room > 0:
                right.insert(0, (f"  {clip(model, room)}{age}", "$muted"))
        return [RowLine([name], right)]


class GrowingHead(Drawing):
    """The names of the columns above the list."""

    DEFAULT_CSS = "GrowingHead { height: 1; }"

    def __init__(self) -> None:
        super().__init__(focusable=False)
        self._uses: Uses = {}

    def show_uses(self, uses: Uses) -> None:
        """Name the columns that a plan adds."""
        if uses != self._uses:
            self._uses = uses
            self.refresh()

    def draw(self, canvas: Canvas) -> None:
        """Draw the names where the columns are."""
        end = canvas.width - 1
        columns = PlanColumns(self._uses, canvas.width)
        trend = end - COST - columns.cells - TREND
        if columns.has_credits:
            canvas.right(end - COST, 0, ("credits", DIM))
        if columns.has_budget:
            canvas.put(trend + TREND + 2, 0, ("of its budget", DIM))
        if canvas.width >= _TREND_FROM:
            canvas.put(trend, 0, ("30 min", DIM))
        canvas.put(1, 0, ("conversation", DIM), end=max(1, trend - 1))
        canvas.right(end, 0, ("list cost", DIM))


def trend_text(trend: Sequence[int]) -> str:
    """Return picodollars over time as a row of rising blocks, each row to its own scale."""
    top = max(trend, default=0)
    rising = (RISING[max(1, nearest(pico * 8, top))] if pico > 0 else " " for pico in trend)
    return "".join(rising).rjust(TREND)


def _lately(one: Growing, budget: str) -> list[Part]:
    if one.list_pico is None:
        return [("  no price: press w", "$muted")]
    recent = usd(one.recent_pico, estimated=bool(one.estimated_calls))
    words = f"{budget} · {recent}" if budget else f"{recent} in 30 min"
    if one.unpriced_calls:
        words = f"{one.unpriced_calls:,} {plural(one.unpriced_calls, 'call')} unpriced"
    return [(f"  {words}", "$muted")]


def _ages(growing: Sequence[Growing], now: int) -> list[str]:
    return [ago(max(0, now - one.last_at)) for one in growing]
