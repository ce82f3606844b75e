"""What opens from Budgets: the form, another time, a ladder's conversations, and undo."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from textual import on

from convledger.errors import ConvledgerError
from convledger.tui.budget_changes import turn_budget
from convledger.tui.cost_words import title_text
from convledger.tui.screens.budget_words import BudgetSight
from convledger.tui.screens.place import PlaceScreen
from convledger.tui.widgets.budget_rows import BudgetRows, LevelRows
from convledger.tui.widgets.ladder_rows import LadderRows
from convledger.tui.widgets.placed_rows import PlacedRows
from convledger.tui.widgets.rows import Rows

if TYPE_CHECKING:
    from convledger.ledger import Ledger
    from convledger.reports.periods import Span
    from convledger.reports.unit_costs.asked import CostQuery
    from convledger.tui.ladder_try import LadderTry
    from convledger.tui.undo import Step


class BudgetDoors(PlaceScreen):
    """A screen with a budget in sight, from which it is changed, and its figures opened."""

    trying: LadderTry

    def __init__(self, spans: Sequence[Span], sight: BudgetSight) -> None:
        super().__init__()
        self.sight = sight
        self.state: tuple[object, ...] = ()  # of the ledger, when the figures were worked out
        self._spans = list(spans)

    def asked(self) -> CostQuery:
        """Return the stretch of time that is asked about."""
        raise NotImplementedError

    def look(self, *, anew: bool) -> None:
        """Have it worked out who stands where."""
        raise NotImplementedError

    # ---- opening

    @on(Rows.Opened, "#budgets")
    def _into_list(self) -> None:
        if self.sight.budget is None:
            self.action_new()
        else:
            self.query_one(
                LevelRows if not self.query_one(PlacedRows).count() else PlacedRows
            ).focus()

    @on(Rows.Opened, "#levels")
    def _into_placed(self) -> None:
        if self.query_one(PlacedRows).count():
            self.query_one(PlacedRows).focus()

    @on(Rows.Opened, "#placed")
    def _read(self) -> None:
        one = self.query_one(PlacedRows).chosen
        if one is not None:
            self.books.open_conversation(one.cost.talk.id)

    @on(Rows.Opened, "#steps")
    def _open_step(self) -> None:
        from convledger.tui.screens.ladder_touched import TouchedScreen

        step, run = self.query_one(LadderRows).chosen, self.sight.run
        if run is None:
            self.action_ladder()
        elif step is not None:
            self.app.push_screen(TouchedScreen(run, step, self.books.zone))

    # ---- actions

    def action_new(self) -> None:
        """Set a budget."""
        from convledger.tui.screens.budget_form import BudgetFormScreen

        self.app.push_screen(BudgetFormScreen(), self._kept)

    def action_edit(self) -> None:
        """Change the terms of the chosen budget."""
        from convledger.tui.screens.budget_form import BudgetFormScreen

        one = self.sight.budget
        if one is None:
            self.books.say("No budget is set yet: n sets one.")
        elif one.gone_at is not None:
            self.books.say("The budget was removed: D brings it back.")
        elif one.terms is None:
            self.books.say(one.problem, severity="error")
        else:
            self.app.push_screen(BudgetFormScreen(one.terms))

    def _kept(self, is_kept: bool | None) -> None:
        """Choose what was set: it is the newest."""
        if is_kept:
            self.ask("newest", _newest, self._choose)

    def _choose(self, name: str) -> None:
        self.query_one(BudgetRows).choose(name)

    def action_remove(self) -> None:
        """Take the chosen budget away, or bring it back; u takes that back."""
        one, now = self.sight.budget, self.books.now
        if one is None:
            self.books.say("No budget is set yet: n sets one.")
            return

        def work(ledger: Ledger) -> Step | ConvledgerError:
            try:
                return turn_budget(ledger, one, now)
            except ConvledgerError as error:
                return error

        self.ask("turn", work, self._turned)

    def _turned(self, step: Step | ConvledgerError) -> None:
        books = self.books
        if isinstance(step, ConvledgerError):
            books.trouble(step)
            return
        books.undoing.push(step)
        books.say(f"{step.words} · u takes it back")
        books.renew()

    def action_ladder(self) -> None:
        """Try the ladder of the chosen budget on what has happened, or stop that."""
        sight, terms = self.sight, self.sight.terms
        if self.trying.is_running:
            self.trying.stop()
            self.books.say("Stopped: nothing of it is kept.")
        elif terms is None:
            self.books.say("No budget to try a ladder of: n sets one.")
        elif terms.per_unit is None:
            self.books.say(
                "It expects no conversation, so there is no money for one: e says how many."
            )
        else:
            sight.run = None
            self.query_one(LadderRows).focus()
            self.trying.begin(terms, self.asked())

    def action_why(self) -> None:
        """Explain the list cost of the conversation under the cursor."""
        from convledger.tui.screens.why import WhyScreen

        one = self.query_one(PlacedRows).chosen
        if one is not None:
            talk = one.cost.talk
            self.app.push_screen(WhyScreen(talk.name, title_text(talk.title, talk.name)))
        else:
            self.books.say("No conversation to explain: choose one in the list.")

    def action_period(self) -> None:
        """Show another time."""
        from convledger.tui.screens.economics_choices import PeriodScreen

        now, zone = self.books.now(), self.books.zone
        screen = PeriodScreen(self._spans, self.sight.span, now, zone)
        self.app.push_screen(screen, self._show_span)

    def _show_span(self, span: Span | None) -> None:
        if span is not None and span != self.sight.span:
            self.sight.span = span
            self.sight.over.clear()
            self.look(anew=True)


def _newest(ledger: Ledger) -> str:
    """Return the name of the budget that was set last."""
    return max(ledger.budgets(), key=lambda one: one.made_at).name
