"""Changes to budgets as steps that can be taken back."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from convledger.economics.budget_text import budget_text
from convledger.errors import UsageProblem
from convledger.text.display import display_text
from convledger.tui.undo import Step

if TYPE_CHECKING:
    from convledger.economics.budget_terms import BudgetTerms
    from convledger.ledger import Ledger
    from convledger.reports.unit_costs.budget_shelf import KeptBudget

Clock = Callable[[], int]


def keep_budget(ledger: Ledger, terms: BudgetTerms, now: Clock, *, is_new: bool) -> Step:
    """Keep a budget, a new one or in the place of the one of its name. Raises UsageProblem."""
    name, shown = terms.name, display_text(terms.name)
    before = _known(ledger, name)
    if is_new and before is not None:
        way = "e changes it" if before.gone_at is None else "D brings back the one that was removed"
        raise UsageProblem(f"there is a budget {shown} already: {way}")
    ledger.set_budget(name, budget_text(terms), now(), replace=True)

    def back(ledger: Ledger) -> None:
        if before is None:
            ledger.remove_budget(name, now())
        else:
            ledger.set_budget(name, before.text, now(), replace=True)

    return Step(f"Budget {shown} {'set' if before is None else 'changed'}", back)


def turn_budget(ledger: Ledger, budget: KeptBudget, now: Clock) -> Step:
    """Take a budget away, or bring one back that was taken away. Raises UsageProblem."""
    name, shown = budget.name, display_text(budget.name)
    if budget.gone_at is None:
        ledger.remove_budget(name, now())
        return Step(f"Budget {shown} removed", lambda ledger: ledger.bring_budget_back(name))
    ledger.bring_budget_back(name)
    return Step(f"Budget {shown} brought back", lambda ledger: ledger.remove_budget(name, now()))


def _known(ledger: Ledger, name: str) -> KeptBudget | None:
    every = ledger.budgets(with_gone=True)
    return next((one for one in every if one.name == name), None)
