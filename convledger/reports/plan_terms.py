"""What the plan in force for all usage charges by."""

from __future__ import annotations

from convledger.errors import ConvledgerError
from convledger.reports.plan_book import PlanBook

_BY_CONVERSATION = frozenset(("window", "outcome"))


def charges_conversations(book: PlanBook, now: int) -> bool:
    """Return whether the plan in force for all usage charges conversations, and no tokens.

    A token more or less then costs nothing.
    """
    for subscription in book.subscriptions():
        if subscription.scope or not subscription.is_in_force(now):
            continue
        try:
            plan = book.contract(subscription).plan_at(now)
        except ConvledgerError:  # the plan itself is in trouble, which is told elsewhere
            continue
        if plan is None or not plan.charges:
            continue
        counts = {unit.id: unit.count for unit in plan.units}
        if all(counts.get(charge.unit) in _BY_CONVERSATION for charge in plan.charges):
            return True
    return False
