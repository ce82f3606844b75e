"""Contradictions of credits: grants that end too early, packs, overage, pools in circles."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from convledger.clock import HOUR
from convledger.plans.overages import unknown_pools
from convledger.plans.reading import Path, PlanMistake, meant
from convledger.plans.schema import Grant, Plan
from convledger.toml_tables import shown

Problem = Callable[[Path, str, str], PlanMistake]


def credit_contradictions(plan: Plan, problem: Problem) -> Iterator[PlanMistake]:
    """Yield what is wrong with grants, top-ups, overage and the pools that they share."""
    for number, grant in enumerate(plan.grants):
        yield from _grant(plan, grant, ("grant", str(number)), problem)
    yield from _topups(plan, problem)
    yield from _overage(plan, problem)
    yield from _pools(plan, problem)


def _grant(plan: Plan, grant: Grant, path: Path, problem: Problem) -> Iterator[PlanMistake]:
    since, until = grant.effective_from, grant.effective_to
    if until is not None and until <= (since if since is not None else plan.effective_from):
        start = "its start" if since is not None else "the plan begins"
        yield problem(path, "effective_to", f"is not after {start}: the grant would never hold")
    if since is not None and plan.effective_to is not None and since >= plan.effective_to:
        yield problem(path, "effective_from", "is not before the end of the plan")
    if grant.amount <= 0:
        yield problem(path, "amount", "must be more than 0")
    if grant.every is not None and not grant.every.months and grant.every.elapsed < HOUR:
        yield problem(path, "every", 'must be at least "1h": each one is a lot of its own')
    most = grant.rollover_max if grant.rollover_share is None else grant.amount
    if most is not None and grant.rollover_min > most:
        yield problem(path, "rollover_min", "is more than rollover_max")
    rolls = grant.rollover_max is None or grant.rollover_max or grant.rollover_share is not None
    if rolls and (grant.per == "once" or grant.expires != "period_end"):
        complaint = 'belongs to a grant with expires = "period_end" that comes again'
        yield problem(path, "rollover_max", complaint)


def _topups(plan: Plan, problem: Problem) -> Iterator[PlanMistake]:
    automatic: dict[str, int] = {}
    for number, topup in enumerate(plan.topups):
        path = ("topup", str(number))
        if topup.credits <= 0:
            yield problem(path, "credits", "must be more than 0")
        if topup.trigger != "auto":
            continue
        if topup.threshold <= 0:
            complaint = "must be more than 0: a pack is bought when the balance is below it"
            yield problem(path, "threshold", complaint)
        first = automatic.setdefault(topup.pool, number)
        if first != number:
            complaint = f'is "auto" in [[topup]] number {first + 1} too; keep one'
            yield problem(path, "trigger", complaint)


def _overage(plan: Plan, problem: Problem) -> Iterator[PlanMistake]:
    overage = plan.overage
    if overage is None:
        return
    path = ("overage",)
    if overage.policy == "topup" and not plan.topups:
        yield problem(path, "policy", 'is "topup", but the plan has no [[topup]] to buy')
    if overage.policy == "carry" and not plan.grants:
        yield problem(path, "policy", 'is "carry", but no [[grant]] comes to pay what is owed')
    if overage.policy == "charge" and overage.model == "per_unit" and overage.price is None:
        yield problem(path, "price", "is missing: what a credit costs beyond those there are")
    if overage.policy == "charge" and overage.model == "pass_through":
        for pool in unknown_pools(plan):
            whose = f" of the pool {shown(pool)}" if pool else ""
            complaint = f"needs a [[charge]] that makes credits{whose} of dollars, all at one rate"
            yield problem(path, "model", f"{complaint}; or name a price a credit")
    if overage.policy != "charge" and overage.price is not None:
        yield problem(path, "price", f'belongs to policy = "charge"; here it is "{overage.policy}"')


def _pools(plan: Plan, problem: Problem) -> Iterator[PlanMistake]:
    """Yield pools that nothing fills, and limits that overflow in a circle."""
    pools = {grant.pool for grant in plan.grants} | {topup.pool for topup in plan.topups}
    named = sorted(pool for pool in pools if pool)
    for number, limit in enumerate(plan.limits):
        path = ("limit", str(number))
        if limit.overflow and limit.overflow not in pools:
            complaint = f"overflows to {shown(limit.overflow)}, which no grant or top-up fills"
            yield problem(path, "on_exceed", complaint + meant(limit.overflow, named))
    for number, charge in enumerate(plan.charges):
        if charge.pay_with == "credits" and charge.pool and charge.pool not in pools:
            complaint = f"{shown(charge.pool)} is filled by no grant or top-up"
            complaint += meant(charge.pool, named)
            yield problem(("charge", str(number)), "pool", complaint)
    ways = _ways(plan)
    for number, limit in enumerate(plan.limits):
        if limit.overflow and _leads_back(limit.unit, limit.overflow, ways):
            complaint = f"goes in a circle: {limit.unit} -> {limit.overflow} -> {limit.unit}"
            yield problem(("limit", str(number)), "on_exceed", complaint)


def _ways(plan: Plan) -> dict[str, set[str]]:
    """Return where what is beyond a limit leads: to pools, and on to the units named like them."""
    ways: dict[str, set[str]] = {}
    for limit in plan.limits:
        if limit.overflow:
            ways.setdefault(limit.unit, set()).add(limit.overflow)
    return ways


def _leads_back(start: str, pool: str, ways: dict[str, set[str]]) -> bool:
    """Return whether a pool leads back to the unit whose limit overflows into it."""
    seen: set[str] = set()
    waiting = [pool]
    while waiting:
        name = waiting.pop()
        if name == start:
            return True
        if name not in seen:
            seen.add(name)
            waiting.extend(ways.get(name, ()))
    return False
