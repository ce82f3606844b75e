"""What stands below the table of Compare: one plan's inactivity timeout, and break-even lines."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from textual.app import ComposeResult
from textual.containers import Horizontal

from convledger.reports.compare_months import lines_worth_drawing
from convledger.reports.compare_stock import Look, Stock
from convledger.reports.sensitivity import timed_unit
from convledger.tui.screens import compare_words as words
from convledger.tui.screens.compare_words import LINES, TIMEOUTS, Sight
from convledger.tui.widgets.break_even_chart import BreakEvenChart
from convledger.tui.widgets.burn_down import draw_sentences
from convledger.tui.widgets.canvas import Canvas
from convledger.tui.widgets.drawing import Drawing
from convledger.tui.widgets.panel import Panel
from convledger.tui.widgets.timeout_slider import TimeoutSlider

if TYPE_CHECKING:
    from convledger.reports.compare_choices import Comparable
    from convledger.reports.plan_figures import BreakEven, Compared, Sensitivity


class Below(Horizontal):
    """Two panels about the plan under the cursor; `ask` is how its screen asks the ledger."""

    DEFAULT_CSS = """
    Below { height: 1fr; }
    Below #slider-panel { width: 13fr; height: 1fr; padding: 1 2 0 2; }
    Below #chart-panel { width: 12fr; height: 1fr; }
    Below TimeoutSlider.-absent, Below #untimed.-absent { display: none; }
    """

    def __init__(self, sight: Sight, stock: Stock, ask: Callable[..., None]) -> None:
        super().__init__(id="below")
        self._sight = sight
        self._stock = stock
        self._ask: Any = ask
        self._row: Compared | None = None  # the plan that is looked at
        self._lines: BreakEven | None = None

    def compose(self) -> ComposeResult:
        """Compose the panels; a sentence takes the slider's place where there is no timeout."""
        untimed = Drawing(self._draw_untimed, id="untimed", classes="-absent")
        yield Panel("Inactivity timeout", TimeoutSlider(id="slider"), untimed, id=TIMEOUTS)
        yield Panel("Break-even", BreakEvenChart(id="chart"), id=LINES)

    def on_resize(self) -> None:
        """Fit the names of the lines to the new width."""
        self._draw_lines()

    # ---- which plan

    def forget(self) -> None:
        """Look at no plan: what is known is about other plans or another time."""
        self._row = self._lines = None
        self._show_timed("", None)
        self._draw_lines()

    def look_at(self, row: Compared | None, look: Look | None, *, anew: bool) -> None:
        """Ask for the timeouts of a plan and for break-even lines with it.

        What is shown of the same plan stays until it is known `anew`.
        """
        plan = self._sight.plan(row.plan_id) if row is not None else None
        if row is None or plan is None or look is None:
            return
        is_other = self._row is None or row.plan_id != self._row.plan_id
        if not is_other and not anew:
            return
        self._row = row
        has_timeout = timed_unit(plan.plan) is not None
        if is_other:
            self._show_timed(plan.id, None)
            self.query_one(TimeoutSlider).set_class(not has_timeout, "-absent")
            self.query_one("#untimed").set_class(has_timeout, "-absent")
        self.query_one("#untimed").refresh()
        if has_timeout:
            self._ask_timed(plan, look)
        if not self._sight.left:
            self._ask_lines(plan.id, look)

    def name_panels(self) -> None:
        """Give each panel its counts."""
        sight = self._sight
        timeouts, lines = self.query_one(f"#{TIMEOUTS}", Panel), self.query_one(f"#{LINES}", Panel)
        timeouts.show_counts(words.timeout_counts(sight, self._row, timeouts.size.width - 2))
        lines.show_counts(words.line_counts(self._lines, lines.size.width - 2))

    # ---- timeouts

    def _ask_timed(self, plan: Comparable, look: Look) -> None:
        """Ask for the counts, which are there at once, then for the exact bills."""
        stock = self._stock
        if not self._sight.is_exact:
            self._ask(
                "counted",
                lambda ledger: stock.counted(ledger.connection, plan.plan, look),
                lambda found: self._show_timed(plan.id, found),
                slow=True,
            )
        self._ask(
            "timed",
            lambda ledger: stock.timed(ledger.connection, plan.candidate, look),
            lambda found: self._show_timed(plan.id, found, is_exact=True),
            slow=True,
        )

    def _show_timed(
        self, plan_id: str, found: Sensitivity | None, *, is_exact: bool = False
    ) -> None:
        if plan_id != (self._row.plan_id if self._row is not None else ""):
            return  # the cursor has gone on
        if found is not None and self._sight.is_exact and not is_exact:
            return  # counts that were overtaken by the bills
        told = words.with_unit_words(found) if found is not None else None
        self._sight.timed, self._sight.is_exact = told, is_exact
        self.query_one(TimeoutSlider).show(told)
        self.name_panels()

    def _draw_untimed(self, canvas: Canvas) -> None:
        sight = self._sight
        ranks = [one.plan_id for one in sight.found.rows] if sight.found is not None else []
        timed = [one for one in sight.plans if timed_unit(one.plan) is not None]
        timed.sort(key=lambda one: ranks.index(one.id) if one.id in ranks else len(ranks))
        names = [one.plan.name for one in timed]
        draw_sentences(canvas, words.no_timeout_words(sight, self._row, names))

    # ---- break-even

    def _ask_lines(self, chosen: str, look: Look) -> None:
        sight, stock = self._sight, self._stock
        if sight.found is None or sight.overview is None:
            return
        by_id = {one.id: one.candidate for one in sight.plans}
        drawn = [by_id[one] for one in lines_worth_drawing(sight.found, chosen) if one in by_id]
        latest = sight.overview.spans[0]
        this_month = Look(latest, look.now, look.zone) if latest.until > look.now else None
        if drawn:
            self._ask(
                "lines",
                lambda ledger: stock.break_even(ledger.connection, drawn, look, this_month),
                self._show_lines,
                slow=True,
            )

    def _show_lines(self, found: BreakEven) -> None:
        self._lines = found
        self._draw_lines()

    def _draw_lines(self) -> None:
        told, cells = self._lines, self.query_one(f"#{LINES}").size.width
        shown = words.with_short_names(told, cells) if told is not None else None
        self.query_one(BreakEvenChart).show(shown)
        self.name_panels()
