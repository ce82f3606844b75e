"""The few figures of a plan that a prompt and a status bar show."""

from __future__ import annotations

from datetime import tzinfo
from fractions import Fraction

from msgspec import Struct

from convledger.plans.billing import Bill
from convledger.plans.doubts import Doubts
from convledger.reports.outlook import outlook
from convledger.reports.projecting import projected_doubt, projected_total


class Window(Struct):
    """How a limit stands: `used` of `cap` in its own measure, and when its window ends."""

    name: str
    used: int
    cap: int
    until: int | None


class PlanStatus(Struct):
    """A plan as it stood `at` an instant (UTC microseconds).

    Money is picounits of `currency`, credits picocredits; None where there is no such thing.
    `burn_per_day` is a fraction as text; `empty_at` None where the credits last. `..._estimated`
    says that estimated tokens are in a figure, `..._uncounted` how many calls are not in it.
    """

    plan: str
    name: str
    period: str
    until: int
    at: int
    currency: str
    spent: int
    projected: int | None = None
    has_credits: bool = False
    balance: int = 0
    available: int = 0
    burn_per_day: str | None = None
    empty_at: int | None = None
    next_grant_at: int | None = None
    next_grant: int = 0
    unpriced: int = 0
    spent_estimated: bool = False
    projected_estimated: bool = False
    credits_estimated: bool = False
    spent_uncounted: int = 0
    credits_uncounted: int = 0
    windows: list[Window] = []


def figures_of(bill: Bill, zone: tzinfo) -> PlanStatus | None:
    """Return the figures of a bill, None where its plan is not in force."""
    del zone
    doubts, projected = Doubts(bill), projected_total(bill)
    plan, statement = bill.contract.plan_at(bill.now), bill.current
    if plan is None or statement is None:
        return None
    found = PlanStatus(
        plan=plan.id,
        name=plan.name,
        period=statement.name,
        until=statement.until,
        at=bill.now,
        currency=statement.currency,
        spent=statement.sums.total,
        projected=projected,
        unpriced=statement.sums.unpriced,
        windows=[
            Window(state.limit_id, state.used, state.cap, state.until)
            for state in bill.metered.states(bill.now)
            if state.since is not None or state.used
        ],
    )
    due = doubts.due(statement)
    found.spent_estimated, found.spent_uncounted = due.is_estimated, due.uncounted
    found.projected_estimated = projected_doubt(bill, doubts, projected).is_estimated
    pool = main_pool(bill)
    if pool is not None:
        ahead = outlook(bill, pool)
        found.has_credits = True
        found.balance, found.available = ahead.balance, ahead.available
        found.burn_per_day = _text(ahead.burn_per_day)
        found.empty_at = ahead.empty_at
        found.next_grant_at, found.next_grant = ahead.reset_at, ahead.next_grant
        left = doubts.left(pool)
        found.credits_estimated, found.credits_uncounted = left.is_estimated, left.uncounted
    return found


def main_pool(bill: Bill) -> str | None:
    """Return the pool that a plan's credits are in, the unnamed one first; None without credits."""
    pools = sorted({lot.pool for lot in bill.lots.values()} | set(bill.fold.pools))
    used = [pool for pool in pools if bill.fold.totals(pool).lots or bill.fold.totals(pool).usage]
    return used[0] if used else None


def _text(rate: Fraction | None) -> str | None:
    return None if rate is None else str(rate)
