"""What a credit beyond the lots costs."""

from __future__ import annotations

from fractions import Fraction

from convledger.plans.rating import CREDITS, IN_DOLLARS
from convledger.plans.schema import Plan


def overage_rate(plan: Plan, pool: str) -> Fraction | None:
    """Return the money for a credit beyond the lots of a pool, None where the plan names no price.

    What is passed through costs its dollars times the overage's own markup, whatever number of
    credits the charge makes of a dollar.
    """
    overage = plan.overage
    if overage is None:
        return None
    if overage.model == "pass_through":
        each = credits_a_dollar(plan, pool)
        return None if each is None else Fraction(overage.markup) / each
    return None if overage.price is None else Fraction(overage.price)


def credits_a_dollar(plan: Plan, pool: str) -> Fraction | None:
    """Return how many credits of a pool a dollar at list price takes; None where that is unknown.

    Known is it where nothing but dollars takes credits from the pool, and all at one rate.
    """
    found: set[Fraction | None] = set()
    for charge in plan.charges:
        if charge.pay_with == CREDITS and charge.pool == pool:
            is_dollars = charge.model == "pass_through" and charge.markup > 0
            rate = Fraction(charge.markup) * Fraction(charge.credits_per_usd)
            found.add(rate if is_dollars else None)
    measures = {unit.id: unit.measure for unit in plan.units}
    charged = {charge.unit for charge in plan.charges if charge.pool == pool}
    for limit in plan.limits:
        # What overflows is counted as it is, unless a charge says what it takes.
        if limit.on_exceed == "overflow" and limit.overflow == pool and limit.unit not in charged:
            found.add(Fraction(1) if measures.get(limit.unit) == IN_DOLLARS else None)
    return found.pop() if len(found) == 1 else None


def unknown_pools(plan: Plan) -> list[str]:
    """Return the pools that something takes credits from, but not at one rate for a dollar."""
    pools = {charge.pool for charge in plan.charges if charge.pay_with == CREDITS}
    pools |= {limit.overflow for limit in plan.limits if limit.on_exceed == "overflow"}
    return sorted(pool for pool in pools if credits_a_dollar(plan, pool) is None)
