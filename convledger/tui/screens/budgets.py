"""The screen Budgets: what a conversation may cost, which cost more, and a ladder that keeps it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.widget import Widget

from convledger.errors import ConvledgerError
from convledger.reports.unit_costs.asked import CostQuery
from convledger.reports.unit_costs.standing_levels import levels_of
from convledger.tui.actions import bindings
from convledger.tui.ladder_try import LadderTry
from convledger.tui.screens import budget_words as words
from convledger.tui.screens.budget_doors import BudgetDoors
from convledger.tui.screens.budget_words import BUDGETS, LADDER, LEVELS, NAMES, PLACED, BudgetSight
from convledger.tui.widgets.budget_rows import BudgetRows, LevelRows, list_counts, list_title
from convledger.tui.widgets.canvas import DIM, WARN, Canvas
from convledger.tui.widgets.drawing import Drawing
from convledger.tui.widgets.ladder_rows import LadderRows, run_lines
from convledger.tui.widgets.lines import wrapped
from convledger.tui.widgets.panel import Panel
from convledger.tui.widgets.placed_rows import PlacedRows
from convledger.tui.widgets.read_lines import ReadLines
from convledger.tui.widgets.rows import Rows
from convledger.tui.widgets.tab_strip import TabStrip

if TYPE_CHECKING:
    from convledger.economics.budget_terms import BudgetTerms
    from convledger.ledger import Ledger
    from convledger.reports.periods import Span
    from convledger.reports.unit_costs.budget_ladder import LadderRun
    from convledger.reports.unit_costs.budget_shelf import KeptBudget
    from convledger.reports.unit_costs.budget_standing import Standing
    from convledger.reports.unit_costs.standing_levels import Level
    from convledger.tui.widgets.lines import Line

    Stood = tuple[str, CostQuery, Standing | ConvledgerError, tuple[Level, ...]]

FOLDED = (100, 28)  # cells and lines below which one panel is shown at a time
_AROUND = 2  # lines of a panel's frame
_FOOT = 5  # lines below the steps of a ladder


class TermsLines(ReadLines):
    """How the chosen budget comes about, and what is spent of it."""

    HELP = "How the budget comes about, whom it is for, and what its figures lack."
    DEFAULT_CSS = "TermsLines { background: $background; }"

    def __init__(self, sight: BudgetSight, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self.can_focus = False
        self._sight = sight

    def laid_out(self, cells: int) -> Sequence[Line]:
        """Return the terms as lines."""
        return words.terms_lines(self._sight, cells)


class BudgetsScreen(BudgetDoors):
    """Budgets and their terms at the left; who stands where, the list and the ladder beside."""

    NAME = "Economics › Budgets"
    SCOPE = "budgets"
    AUTO_FOCUS: ClassVar[str] = "BudgetRows"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("budgets")]
    DEFAULT_CSS = """
    BudgetsScreen #books { height: 1fr; }
    BudgetsScreen #left { width: 42fr; height: 1fr; }
    BudgetsScreen #right { width: 57fr; height: 1fr; }
    BudgetsScreen Panel { height: 1fr; padding: 0; }
    BudgetsScreen TermsLines { height: 1fr; border-top: solid $rule; }
    BudgetsScreen #ladder-foot { height: 1fr; padding: 0 1; }
    BudgetsScreen TabStrip { display: none; }
    BudgetsScreen.-folded TabStrip { display: block; }
    BudgetsScreen.-folded #books { layout: vertical; }
    BudgetsScreen.-folded #left, BudgetsScreen.-folded #right { width: 1fr; height: 0; }
    BudgetsScreen.-folded #left.-shown, BudgetsScreen.-folded #right.-shown { height: 1fr; }
    BudgetsScreen.-folded #books Panel { width: 1fr; height: 0; border: none; }
    BudgetsScreen.-folded #books Panel.-shown { height: 1fr; border: round $rule; }
    BudgetsScreen.-folded #books Panel.-shown:focus-within { border: round $primary; }
    BudgetsScreen.-none TermsLines { display: none; }
    """

    def __init__(self, spans: Sequence[Span], span: Span) -> None:
        super().__init__(spans, BudgetSight(span))
        self._shown = BUDGETS
        self._unknown: list[str] = []
        self.trying = LadderTry(self, self._show_ladder, self._tried)

    def parts(self) -> ComposeResult:
        """Compose the four panels."""
        zone = self.books.zone
        yield TabStrip()
        with Horizontal(id="books"):
            with Vertical(id="left", classes="-shown"):
                yield Panel("Budgets", BudgetRows(id="budgets"), TermsLines(self.sight),
                            id=BUDGETS, classes="-shown")  # fmt: skip
            with Vertical(id="right"):
                yield Panel("Where they stand", LevelRows(id="levels"), id=LEVELS)
                yield Panel("Conversations", PlacedRows(zone, id="placed"), id=PLACED)
                foot = Drawing(self._draw_foot, focusable=False, id="ladder-foot")
                yield Panel("Ladder", LadderRows(zone, id="steps"), foot, id=LADDER)

    def on_resize(self, event: events.Resize) -> None:
        """Show all panels where there is room, else one at a time."""
        cells, lines = FOLDED
        self.set_class(event.size.width < cells or event.size.height < lines, "-folded")
        self._share_height()
        self.call_after_refresh(self._name_panels)

    def on_unmount(self) -> None:
        """Let nobody work for a screen that is gone."""
        self.trying.stop()

    # ---- figures

    def asked(self) -> CostQuery:
        """Return the stretch of time that is asked about."""
        span, books = self.sight.span, self.books
        return CostQuery(
            span.since, span.until, books.now(), books.zone, books.config.timezone or "UTC"
        )

    def renew(self) -> None:
        """Ask for the budgets anew, and for who stands where if that may be other."""
        now = self.books.now()
        self.ask("budgets", lambda ledger: _listed(ledger, now), self._listed, patient=True)

    def _listed(self, found: tuple[list[KeptBudget], tuple[object, ...]]) -> None:
        budgets, state = found
        sight = self.sight
        known = {one.name: (one.text, one.gone_at) for one in sight.budgets or ()}
        changed = {one.name for one in budgets
                   if known.get(one.name) != (one.text, one.gone_at)}  # fmt: skip
        is_first, is_other = sight.budgets is None, state != self.state
        self.state, sight.budgets = state, budgets
        names = [one.name for one in budgets]
        if sight.name not in names:
            sight.name = names[0] if names else ""
            changed.add(sight.name)
        if is_other:
            sight.over.clear()
        for name in changed:
            sight.over.pop(name, None)
        if is_first or is_other or sight.name in changed:
            self.look(anew=sight.name in changed)
        else:
            self.show_all()

    def look(self, *, anew: bool) -> None:
        """Have it worked out who stands where in the chosen budget; `anew` shows nothing old."""
        sight, query = self.sight, self.asked()
        if anew:
            self.trying.stop()
            sight.forget()
        terms = sight.terms
        self.show_all()
        if terms is not None:
            self.ask(
                "standing", lambda ledger: _standing(ledger, terms, query), self._stood, slow=True
            )
        else:
            self._look_further()

    def _stood(self, found: Stood) -> None:
        name, query, standing, levels = found
        sight = self.sight
        if name != sight.name or (query.since, query.until) != (sight.span.since, sight.span.until):
            return
        if isinstance(standing, ConvledgerError):
            sight.forget()
            sight.problem = str(standing)
        else:
            is_first, sight.standing, sight.levels = sight.standing is None, standing, levels
            sight.over[name] = len(standing.over), len(standing.placed)
            self._show_levels(to_dearest=is_first)
        self.show_all()
        self._look_further()

    def _look_further(self) -> None:
        """Look at the other budgets, one after the other: how many are over each."""
        sight, query = self.sight, self.asked()
        terms = next(
            (one.terms for one in sight.budgets or ()
             if one.terms is not None and one.gone_at is None and one.name not in sight.over), None
        )  # fmt: skip
        if terms is not None:
            self.ask(
                "others", lambda ledger: _standing(ledger, terms, query), self._other, slow=True
            )

    def _other(self, found: Stood) -> None:
        name, query, standing, _ = found
        sight = self.sight
        if (query.since, query.until) != (sight.span.since, sight.span.until):
            return
        if isinstance(standing, ConvledgerError):
            sight.over[name] = 0, 0
        else:
            sight.over[name] = len(standing.over), len(standing.placed)
        self._show_budgets()
        self._look_further()

    def _tried(self, run: LadderRun | ConvledgerError) -> None:
        sight = self.sight
        if isinstance(run, ConvledgerError):
            self.books.trouble(run)
        elif sight.terms == run.terms:
            sight.run = run
        self._show_ladder()
        self._name_panels()

    # ---- showing them

    def show_all(self) -> None:
        """Show what is known in all panels."""
        if not self.is_ready:
            return
        sight = self.sight
        self.set_class(not sight.budgets, "-none")
        self._show_budgets()
        self._show_levels(to_dearest=False)
        self._show_placed()
        self._show_ladder()
        self._share_height()
        self._name_panels()

    def _show_budgets(self) -> None:
        sight = self.sight
        if sight.budgets is not None:
            rows = self.query_one(BudgetRows)
            rows.show(sight.budgets, sight.over)
            rows.choose(sight.name)
        self.query_one(TermsLines).lay_out(from_top=False)

    def _show_levels(self, *, to_dearest: bool) -> None:
        levels = self.sight.levels
        last = max((place for place, one in enumerate(levels) if not one.is_unknown), default=0)
        self.query_one(LevelRows).show(
            levels, words.levels_empty(self.sight), cursor=last if to_dearest else None
        )

    def _show_placed(self) -> None:
        level = self.query_one(LevelRows).chosen
        empty = words.placed_empty(self.sight, level)
        self.query_one(PlacedRows).show(level, self.sight.terms, empty)

    def _show_ladder(self) -> None:
        if not self.is_ready:
            return
        sight, terms = self.sight, self.sight.terms
        steps = terms.ladder if terms is not None and terms.per_unit is not None else ()
        self.query_one(LadderRows).show(steps, sight.run, words.ladder_empty(sight))
        self.query_one("#ladder-foot").refresh()

    def _draw_foot(self, canvas: Canvas) -> None:
        sight = self.sight
        parts = self.trying.words()
        if parts:
            lines = [parts]
        elif sight.run is not None:
            notes = [note for note in sight.run.notes if note not in sight.run.standing.notes]
            lines = [*run_lines(sight.run), *([(note, WARN)] for note in notes)]
        else:
            lines = [[(words.ladder_hint(sight), DIM)]]
        y = 1 if canvas.height > len(lines) else 0
        for line in lines:
            for piece in wrapped(line, max(8, canvas.width)):
                if y < canvas.height:
                    canvas.put(0, y, *piece, end=canvas.width)
                y += 1

    def _share_height(self) -> None:
        """Give lists of few rows the lines that they need, and the conversations the rest."""
        is_folded = self.has_class("-folded")
        levels, steps = self.query_one(LevelRows), self.query_one(LadderRows)
        steps.styles.height = max(1, steps.count())
        self.query_one(f"#{LEVELS}").styles.height = (
            None if is_folded else max(2, levels.count()) + _AROUND
        )
        self.query_one(f"#{LADDER}").styles.height = (
            None if is_folded else max(2, steps.count()) + _FOOT + _AROUND
        )
        budgets = self.query_one(BudgetRows)
        wanted = max(3, 2 * budgets.count())
        room = max(4, (self.size.height - 6) // 2)
        budgets.styles.height = min(wanted, room) if budgets.count() else "1fr"

    def _name_panels(self) -> None:
        if not self.is_ready:
            return
        sight, level = self.sight, self.query_one(LevelRows).chosen
        count = len(sight.budgets or ())
        self._panel(BUDGETS).show_counts(f"{count:,} {'budget' if count == 1 else 'budgets'}")
        self._panel(LEVELS).show_counts(sight.span.name)
        self._panel(PLACED).show_title(list_title(level))
        self._panel(PLACED).show_counts(list_counts(level))
        self._panel(LADDER).show_counts("tried" if sight.run is not None else "")
        if self.has_class("-folded"):
            self.query_one(TabStrip).show(words.panel_tabs(sight, level), self._shown)

    def _panel(self, name: str) -> Panel:
        return self.query_one(f"#{name}", Panel)

    # ---- going about

    @on(Rows.Moved, "#budgets")
    def _other_budget(self) -> None:
        one = self.query_one(BudgetRows).chosen
        if one is not None and one.name != self.sight.name:
            self.sight.name = one.name
            self.look(anew=True)

    @on(Rows.Moved, "#levels")
    def _other_level(self) -> None:
        self._show_placed()
        self._name_panels()

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        """Let the panel with the focus be the one that is shown where only one is."""
        panel = next((one for one in event.widget.ancestors if isinstance(one, Panel)), None)
        if panel is None or panel.id not in NAMES:
            return
        self._shown = panel.id
        for one in self.query("#books Panel, #left, #right"):
            one.set_class(one is panel or one is panel.parent, "-shown")
        self.call_after_refresh(self._name_panels)

    @on(TabStrip.Wanted)
    def _go_to(self, event: TabStrip.Wanted) -> None:
        panel = self.query_one(f"#{event.panel}")
        first: Widget = next(one for one in panel.query("*") if one.can_focus and one.display)
        first.focus()


def _listed(ledger: Ledger, now: int) -> tuple[list[KeptBudget], tuple[object, ...]]:
    """Return the budgets, those removed last, and what is another one when costs may be."""
    budgets = sorted(ledger.budgets(with_gone=True), key=lambda one: one.gone_at is not None)
    return budgets, ledger.cost_state(now)


def _standing(ledger: Ledger, terms: BudgetTerms, query: CostQuery) -> Stood:
    """Return where conversations stand in a budget, or why nobody can say."""
    try:
        standing = ledger.budget_standing(terms, query)
    except ConvledgerError as error:
        return terms.name, query, error, ()
    return terms.name, query, standing, levels_of(standing)
