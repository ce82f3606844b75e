"""What a workspace can be told and asked about budgets for conversations."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from convledger.costing import Costing
from convledger.store.connection import in_words, transaction

if TYPE_CHECKING:
    from datetime import tzinfo

    from convledger.economics.budget_terms import BudgetTerms
    from convledger.economics.ladder import Step
    from convledger.reports.unit_costs.asked import CostQuery
    from convledger.reports.unit_costs.billed import Billing
    from convledger.reports.unit_costs.budget_ladder import Heed, LadderRun
    from convledger.reports.unit_costs.budget_shelf import KeptBudget
    from convledger.reports.unit_costs.budget_standing import BudgetAlert, Standing
    from convledger.reports.unit_costs.one_conversation import FullCost


class Budgeting(Costing):
    """Budgets by name, where conversations stand in them, and ladders that keep them."""

    # What plans have billed, by subscription: one conversation after the other is looked at.
    _billed: dict[int, list[Billing]]
    _billed_at: tuple[object, ...] | None = None

    @in_words
    def budgets(self, *, with_gone: bool = False) -> list[KeptBudget]:
        """Return the budgets by name; one whose text can't be read tells why."""
        from convledger.reports.unit_costs.budget_shelf import kept_budgets

        return kept_budgets(self.connection, with_gone=with_gone)

    @in_words
    def budget(self, name: str) -> KeptBudget:
        """Return a budget by its name. Raises UsageProblem with the one that was meant."""
        from convledger.reports.unit_costs.budget_shelf import budget_named

        return budget_named(self.connection, name)

    @in_words
    def set_budget(self, name: str, text: str, now: int, *, replace: bool = False) -> BudgetTerms:
        """Check a budget's text and keep it. Raises ConfigError, and UsageProblem for its name."""
        from convledger.reports.unit_costs.budget_shelf import keep_budget

        with transaction(self.connection):
            return keep_budget(self.connection, name, text, now, replace=replace)

    @in_words
    def remove_budget(self, name: str, now: int) -> KeptBudget:
        """Take a budget away; it can be brought back. Raises UsageProblem."""
        from convledger.reports.unit_costs.budget_shelf import take_away

        with transaction(self.connection):
            return take_away(self.connection, name, now)

    @in_words
    def bring_budget_back(self, name: str) -> KeptBudget:
        """Bring back a budget that was taken away. Raises UsageProblem."""
        from convledger.reports.unit_costs.budget_shelf import bring_back

        with transaction(self.connection):
            return bring_back(self.connection, name)

    @in_words
    def budget_standing(self, terms: BudgetTerms, query: CostQuery) -> Standing:
        """Return where the conversations of a stretch of time stand in a budget."""
        from convledger.reports.unit_costs.budget_standing import standing_of

        return standing_of(self.connection, self.plan_book, terms, query)

    @in_words
    def budget_alerts(self, query: CostQuery, names: Iterable[str] = ()) -> list[BudgetAlert]:
        """Return every threshold that conversations and customers crossed, the newest first.

        Of the budgets named, else of all that can be read.
        """
        from convledger.reports.unit_costs.budget_standing import alerts_of, newest_first

        found: list[BudgetAlert] = []
        for terms in self.readable_budgets(names):
            found += alerts_of(self.budget_standing(terms, query))
        return newest_first(found)

    def readable_budgets(self, names: Iterable[str] = ()) -> list[BudgetTerms]:
        """Return the terms of the budgets named, else of all that can be read."""
        from convledger.reports.unit_costs.budget_shelf import terms_of

        asked = [terms_of(self.budget(name)) for name in names]
        return asked or [one.terms for one in self.budgets() if one.terms is not None]

    @in_words
    def budget_ladder(
        self,
        terms: BudgetTerms,
        query: CostQuery,
        steps: Sequence[Step] = (),
        heed: Heed | None = None,
    ) -> LadderRun:
        """Return what a ladder would have done to conversations; the budget's own unless told.

        `heed` hears of how many of how many conversations it was tried, and may raise to stop it.
        """
        from convledger.reports.unit_costs.budget_ladder import run_ladder
        from convledger.reports.unit_costs.budget_standing import positions_of

        standing = positions_of(self.connection, self.plan_book, terms, query)
        return run_ladder(
            self.connection, standing, self.rates.rater, steps or terms.ladder, heed=heed
        )

    @in_words
    def full_cost(
        self, conversation_id: int, now: int, zone: tzinfo, zone_name: str = "UTC"
    ) -> FullCost | None:
        """Return what a conversation costs with all that it bears, and its place in each budget.

        None where there is nothing to say beyond its list cost.
        """
        from convledger.reports.unit_costs.one_conversation import full_cost

        state = self.cost_state(now)
        if state != self._billed_at:
            self._billed, self._billed_at = {}, state
        return full_cost(
            self.connection,
            self.plan_book,
            conversation_id,
            now,
            zone,
            zone_name,
            self._billed,
        )
