"""Which of a plan's top-ups a person means."""

from __future__ import annotations

from convledger.errors import UsageProblem
from convledger.plans.schema import Plan, Topup


def offer_of(plan: Plan, name: str, *, named_amount: bool) -> Topup | None:
    """Return the top-up that is meant: by its id, else the only one; None for another amount.

    Raises UsageProblem where the plan has none of that name, or several and none is named.
    """
    offered = {topup.id: topup for topup in plan.topups}
    if name:
        if name in offered:
            return offered[name]
        there = f" It offers: {', '.join(offered)}" if offered else " It offers none"
        raise UsageProblem(f"{plan.id} has no top-up {name!r:.60}.{there}")
    if named_amount:
        return None
    if len(offered) == 1:
        return next(iter(offered.values()))
    if not offered:
        raise UsageProblem(
            f"{plan.id} offers no top-up: say --amount, and --price if it cost money"
        )
    raise UsageProblem(f"{plan.id} offers several top-ups, name one: {', '.join(offered)}")
