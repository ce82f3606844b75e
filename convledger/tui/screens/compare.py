"""The screen Compare: one's own usage under several plans, side by side."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical

from convledger.reports.compare_choices import (
    ALL_TIME,
    Overview,
    default_ids,
    default_span,
    overview,
)
from convledger.reports.compare_stock import Look, Stock
from convledger.tui.actions import bindings
from convledger.tui.paced import Paced
from convledger.tui.screens import compare_words as words
from convledger.tui.screens.compare_asking import Asking
from convledger.tui.screens.compare_below import Below
from convledger.tui.screens.compare_words import NAMES, ROWS, Sight
from convledger.tui.screens.place import PlaceScreen
from convledger.tui.widgets.compare_rows import CompareHead, CompareRows
from convledger.tui.widgets.panel import Panel
from convledger.tui.widgets.rows import Rows
from convledger.tui.widgets.tab_strip import TabStrip

if TYPE_CHECKING:
    from convledger.ledger import Ledger
    from convledger.plans.certainty import StatementDoubts
    from convledger.plans.statement import Statement
    from convledger.reports.compare_choices import Comparable
    from convledger.reports.periods import Span
    from convledger.reports.plan_figures import Comparison
    from convledger.tui.screens.compare_asking import Question, Then

FOLDED = (100, 28)  # cells and lines below which one panel is shown at a time
_ROOMY, _TIGHT = 3, 2  # lines of a plan in the table
_AROUND = 3  # lines of the table's panel that are not plans
_OUTSIDE = 2  # lines of the screen around the panels
_LEAST_BELOW = 20  # lines that the panels below want where the table has many plans


class CompareScreen(PlaceScreen):
    """The table of plans, and below it the timeout of the one under the cursor and break-even."""

    NAME = "Compare"
    SCOPE = "compare"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("compare")]
    DEFAULT_CSS = """
    CompareScreen #books { height: 1fr; }
    CompareScreen #plans-panel { height: 1fr; }
    CompareScreen.-airy CompareHead { margin: 0 0 1 0; }
    CompareScreen TabStrip { display: none; }
    CompareScreen.-folded TabStrip { display: block; }
    CompareScreen.-folded Below { height: 0; }
    CompareScreen.-folded Below.-shown { height: 1fr; }
    CompareScreen.-folded #books Panel {
        width: 0; height: 0; border: none; padding: 0;
    }
    CompareScreen.-folded #books Panel.-shown {
        width: 1fr; height: 1fr; border: round $rule; padding: 0 1;
    }
    CompareScreen.-folded #books Panel.-shown:focus-within { border: round $primary; }
    CompareScreen.-empty CompareHead, CompareScreen.-empty TabStrip { display: none; }
    CompareScreen.-empty #books Below { display: none; }
    """

    def __init__(self) -> None:
        super().__init__()
        self._sight = Sight()
        self._chosen: list[str] | None = None  # the plans that a person has chosen
        self._shown = ROWS
        self._stock = Stock()
        self._at: str | None = None  # the plan that a person has put the cursor on
        self._ask_overview = Paced(self, "overview", self._look_over, self._show_overview)
        self._asking = Asking(self._stock, self._ask_some, self.set_timer, self._show_table)

    def parts(self) -> ComposeResult:
        """Compose the table, the timeouts and the break-even lines."""
        yield TabStrip()
        with Vertical(id="books"):
            yield Panel("Own usage", CompareHead(), CompareRows(id="plans"), id=ROWS,
                        classes="-shown")  # fmt: skip
            yield Below(self._sight, self._stock, self.ask)

    def on_mount(self) -> None:
        """Begin with the table."""
        rows = self.query_one(CompareRows)
        rows.show([], words.nothing_words(self._sight))
        rows.focus()

    def on_resize(self, event: events.Resize) -> None:
        """Show all panels where there is room, else one at a time."""
        cells, lines = FOLDED
        self.set_class(event.size.width < cells or event.size.height < lines, "-folded")
        self._share_height()
        self.call_after_refresh(self._name_panels)

    # ---- what there is to compare

    def renew(self) -> None:
        """Ask for everything anew; what has not changed is not worked out again."""
        self._ask_overview.wish()

    def _look_over(self, ledger: Ledger) -> Overview:
        return overview(ledger.connection, ledger.plan_book, self.books.now(), self.books.zone)

    def _show_overview(self, found: Overview) -> None:
        sight, first = self._sight, self._sight.overview is None
        sight.overview = found
        known = {one.id for one in found.plans}
        if self._chosen is not None:
            self._chosen = [one for one in self._chosen if one in known] or None
        ids = self._chosen or default_ids(found.plans)
        span = sight.span
        if span is None or span not in found.spans:
            named = (one for one in found.spans if span is not None and one.name == span.name)
            span = next(named, default_span(found.spans, self.books.now()))
        is_other = (ids, span) != (sight.ids, sight.span)
        sight.ids, sight.span = ids, span
        for trouble in found.troubles:
            self.books.notice(f"plan {trouble}", trouble, lasts=True)
        self._compare(anew=first or is_other)

    def _compare(self, *, anew: bool) -> None:
        """Have the chosen plans worked out for the chosen time; `anew` where these are others."""
        sight = self._sight
        if anew:
            sight.found, sight.left = None, 0
            self.query_one(Below).forget()
        look = self._look()
        if look is None or not sight.plans:
            sight.found = None
            self._show_rows()
            return
        self._asking.begin([one.candidate for one in sight.plans], look, anew=anew)
        self._show_rows()

    def _look(self) -> Look | None:
        span = self._sight.span
        return Look(span, self.books.now(), self.books.zone) if span is not None else None

    def _ask_some(self, question: Question, then: Then) -> None:
        self.ask("table", question, then, slow=True)

    # ---- the table

    def _show_table(self, found: Comparison, left: int) -> None:
        sight = self._sight
        known = sight.found
        if left and known is not None and not sight.left and known.name == found.name:
            return  # what stands there is as good until all of it is known anew
        examples = {one.id for one in sight.plans if one.is_example}
        rows = tuple(words.as_shown(row, row.plan_id in examples) for row in found.rows)
        is_new = known is None or (known.rows, known.name) != (rows, found.name)
        sight.found, sight.left = replace(found, rows=rows), left
        self._show_rows()
        self._ask_beneath(anew=is_new and not left)

    def _show_rows(self) -> None:
        sight, rows = self._sight, self.query_one(CompareRows)
        plans = sight.found.rows if sight.found is not None else ()
        has_nothing = sight.overview is not None and not (sight.overview.spans and sight.ids)
        self.set_class(has_nothing, "-empty")
        rows.show(plans, words.nothing_words(sight))
        held = next((row.plan_id for row in plans if row.is_in_force), "")
        ids = [row.plan_id for row in plans]
        wanted = next((one for one in (self._at, held) if one in ids), None)
        place = ids.index(wanted) if wanted is not None else 0
        if rows.cursor != place:
            rows.renew(cursor=place)
        self.query_one(CompareHead).show(plans)
        self._share_height()
        self._name_panels()
        self.call_after_refresh(self._name_panels)  # the table may be as high as it will be by then

    def _share_height(self) -> None:
        """Give the table as many lines as its plans need, and what is below the rest."""
        panel, count = self.query_one(f"#{ROWS}", Panel), max(1, len(self._sight.ids))
        room = self.size.height - _OUTSIDE
        most = max(room // 2, room - _LEAST_BELOW)
        is_airy = count * _ROOMY + _AROUND + 1 <= most
        self.set_class(is_airy and not self.has_class("-folded"), "-airy")
        if self.has_class("-folded") or self.has_class("-empty"):
            panel.styles.height = None
        elif is_airy:
            panel.styles.height = count * _ROOMY + _AROUND + 1
        else:
            panel.styles.height = max(8, min(most, count * _TIGHT + _AROUND))

    # ---- what stands below

    @on(Rows.Moved, "#plans")
    def _moved(self) -> None:
        row = self.query_one(CompareRows).chosen
        if row is not None:
            self._at = row.plan_id
        self._ask_beneath()

    def _ask_beneath(self, *, anew: bool = False) -> None:
        row = self.query_one(CompareRows).chosen
        self.query_one(Below).look_at(row, self._look(), anew=anew)

    def _name_panels(self) -> None:
        """Give each panel its title and counts, and the strip its tabs."""
        if not self.is_ready:
            return
        sight, table = self._sight, self.query_one(f"#{ROWS}", Panel)
        rows = self.query_one(CompareRows)
        is_cut = rows.count() * rows.lines_per_row > rows.size.height > 0
        table.show_title(words.table_title(sight, table.size.width - 2, is_cut=is_cut))
        table.show_counts(words.table_counts(sight, table.size.width - 2))
        self.query_one(Below).name_panels()
        if self.has_class("-folded"):
            self.query_one(TabStrip).show(words.panel_tabs(sight), self._shown)

    # ---- going about

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        """Let the panel with the focus be the one that is shown where only one is."""
        panel = next((one for one in event.widget.ancestors if isinstance(one, Panel)), None)
        if panel is None or panel.id not in NAMES:
            return
        self._shown = panel.id
        for one in self.query("#books Panel, Below"):
            one.set_class(one is panel or one is panel.parent, "-shown")
        self.call_after_refresh(self._name_panels)

    @on(TabStrip.Wanted)
    def _go_to(self, event: TabStrip.Wanted) -> None:
        panel = self.query_one(f"#{event.panel}")
        next(one for one in panel.query("*") if one.can_focus and one.display).focus()

    @on(Rows.Opened, "#plans")
    def _show_statement(self) -> None:
        """Show what the plan would have billed, line by line."""
        from convledger.tui.screens.compare_statement import WouldBillScreen

        plan, look, stock = self._plan(), self._look(), self._stock
        if plan is None or look is None:
            return

        def show(found: list[tuple[Statement, StatementDoubts]]) -> None:
            self.app.push_screen(WouldBillScreen(plan.plan.name, look.span.name, found, look.zone))

        self.ask(
            "statement",
            lambda ledger: stock.statements(ledger.connection, plan.candidate, look),
            show,
            slow=True,
        )

    def _plan(self) -> Comparable | None:
        """Return the plan under the cursor; says so where there is none."""
        row = self.query_one(CompareRows).chosen
        plan = self._sight.plan(row.plan_id) if row is not None else None
        if plan is None:
            self.books.say("No plan is under the cursor yet.")
        return plan

    # ---- actions

    def action_plans(self) -> None:
        """Choose the plans to compare."""
        from convledger.tui.screens.compare_chooser import ComparedScreen

        if self._sight.overview is not None:
            self.app.push_screen(
                ComparedScreen(self._sight.overview.plans, self._sight.ids), self._choose
            )

    def _choose(self, ids: list[str] | None) -> None:
        if ids and ids != self._sight.ids:
            self._chosen = self._sight.ids = ids
            self._compare(anew=True)

    def action_earlier(self) -> None:
        """Show the month before; before the first one all time."""
        self._go_by(1, "Nothing was used before.")

    def action_later(self) -> None:
        """Show the month after."""
        self._go_by(-1, "Nothing was used later.")

    def _go_by(self, step: int, otherwise: str) -> None:
        sight = self._sight
        spans = sight.overview.spans if sight.overview is not None else ()
        place = spans.index(sight.span) + step if sight.span in spans else -1
        if 0 <= place < len(spans):
            self.show_span(spans[place])
        else:
            self.books.say(otherwise)

    def show_span(self, span: Span) -> None:
        """Show another month, or all time."""
        if span != self._sight.span:
            self._sight.span = span
            self._compare(anew=True)

    def action_months(self) -> None:
        """Show the cheapest plan of each month."""
        from convledger.tui.screens.compare_cheapest import CheapestScreen

        found = self._sight.overview
        if found is None or not self._sight.ids or not found.spans:
            self.books.say(words.nothing_words(self._sight)[0])
            return
        months = [span for span in found.spans if span.name != ALL_TIME]
        self.app.push_screen(
            CheapestScreen(self._stock, found, self._sight.ids, months),
            lambda span: self.show_span(span) if span is not None else None,
        )

    def action_versions(self) -> None:
        """Show what changed between two versions of the plan under the cursor."""
        from convledger.tui.screens.plan_versions import VersionsScreen

        plan = self._plan()
        if plan is not None:
            self.app.push_screen(VersionsScreen(plan.candidate.history))

    def action_use(self) -> None:
        """Put the plan under the cursor in force; the dialog asks since when."""
        from convledger.tui.screens.plan_use import UseScreen

        plan = self._plan()
        if plan is None:
            return
        today = self._sight.overview.named([plan.id]) if self._sight.overview is not None else []
        if any(one.candidate.is_in_force for one in today):
            self.books.say(f"{plan.plan.name} is in force already.")
        else:
            self.app.push_screen(UseScreen(plan.choice))
