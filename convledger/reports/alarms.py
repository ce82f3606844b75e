"""What a plan's alerts watch, as it stands: used of budget, by rule."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from convledger.clock import DAY, HOUR
from convledger.money import PICO, pico_from_usd, usd_text
from convledger.plans import entries as entry
from convledger.plans.billing import Bill
from convledger.plans.lots import ACTIVE, INCLUDED
from convledger.plans.schema import AlertRule, Limit, Plan, Vendor
from convledger.plans.statement import MINIMUM, TRUE_UP, Statement

CREDITS, MONEY, SHARE = "credits", "money", "share"


@dataclass(frozen=True, slots=True)
class Watched:
    """One thing that an alert rule watches: `used` of `budget`.

    Both are picocredits or picounits of money as `measure` says; for "share" only their ratio
    means something. `scope` names it in the books of alerts, `what` in words; `period` and `epoch`
    say for how long an alert that was given holds.
    """

    rule: AlertRule
    scope: str
    what: str
    period: str
    epoch: int
    used: int
    budget: int
    measure: str
    conversation_id: int | None = None
    moves: int = 0  # how far a late message can move the beginning: by less, microseconds
    is_past: bool = False  # nothing happened to it for a day: news to nobody
    other_scope: str = ""  # what `scope` was if another rule of its kind has come or gone


def watched(bill: Bill, connection: sqlite3.Connection) -> Iterator[Watched]:
    """Yield everything that the plan in force watches now."""
    plan = bill.contract.plan_at(bill.now)
    statement = bill.current
    if plan is None or statement is None:
        return
    for rule in plan.alerts:
        if rule.on == "spend":
            yield from _spend(rule, plan, bill, statement)
        elif rule.on == "allowance":
            yield from _allowances(rule, bill, statement.name)
        elif rule.on == "balance":
            yield from _balances(rule, bill, statement.name)
        elif rule.on == "limit":
            yield from _limits(rule, bill)
        elif rule.on == "unit_budget":
            yield from _budgets(rule, plan, bill, connection)


def _spend(rule: AlertRule, plan: Plan, bill: Bill, statement: Statement) -> Iterator[Watched]:
    """Yield what is due of a budget; without one, what counts towards the commitment."""
    if rule.budget is not None:
        budget = pico_from_usd(rule.budget)
        name = f"{usd_text(budget)} {plan.currency}"
        # A minimum and a commitment are made up at the end: until then that money is not spent.
        made_up = sum(line.money for line in statement.lines if line.kind in (MINIMUM, TRUE_UP))
        used = statement.sums.total - made_up
    elif plan.commit is not None:
        budget, name = pico_from_usd(plan.commit.minimum_amount), "commitment"
        used = bill.term.spent_with(statement.lines)
    else:
        return
    scope, other = "spend", f"spend:{name}"
    if sum(each.on == "spend" for each in plan.alerts) > 1:
        scope, other = other, scope
    what = "Spend" if scope == "spend" else f"Spend, {name}"
    yield Watched(rule, scope, what, statement.name, 0, used, budget, MONEY, other_scope=other)


def _allowances(rule: AlertRule, bill: Bill, period: str) -> Iterator[Watched]:
    """Yield what was used of the credits that the period included, in each pool."""
    since = bill.periods[-1].since
    for pool in bill.fold.pools:
        lots = [
            each
            for each in bill.fold.totals(pool).lots
            if each.lot.kind == INCLUDED and each.lot.effective_at >= since and not each.lot.origin
        ]
        budget = sum(each.lot.amount for each in lots)
        if not budget:
            continue
        used = sum(each.used for each in lots) + _beyond(bill, pool, since)
        name = f"Included credits, {pool}" if pool else "Included credits"
        yield Watched(
            rule, f"allowance:{pool}", name, period, _epoch(rule, bill, pool), used, budget, CREDITS
        )


def _beyond(bill: Bill, pool: str, since: int) -> int:
    """Return the picocredits used from an instant on that no lot has paid, owed ones among them."""
    over = owed = 0
    for each in bill.fold.entries(pool):
        if each.at >= since:
            over += each.amount if each.kind == entry.OVERAGE else 0
            owed += max(each.amount, 0) if each.kind == entry.DEBT else 0
    # Older debts are repaid first; overage given back may be that of an earlier period.
    return max(over, 0) + min(owed, bill.fold.totals(pool).debt)


def _balances(rule: AlertRule, bill: Bill, period: str) -> Iterator[Watched]:
    """Yield how much of all the credits in force is gone, in each pool."""
    for pool in bill.fold.pools:
        active = [each for each in bill.fold.totals(pool).lots if each.status == ACTIVE]
        held = _held_when_armed(rule, bill, pool)
        lots = [each for each in active if each.lot.id in held] or active
        budget = sum(each.lot.amount for each in lots)
        if budget:
            left = sum(each.remaining for each in lots)
            name = f"Credits, {pool}" if pool else "Credits"
            yield Watched(
                rule, f"balance:{pool}", name, period, _epoch(rule, bill, pool), budget - left,
                budget, CREDITS,
            )  # fmt: skip


def _held_when_armed(rule: AlertRule, bill: Bill, pool: str) -> set[str]:
    """Return the lots that held anything when a rule was armed last, and those that came since."""
    since = bill.periods[-1].since
    left: dict[str, int] = {}
    is_armed = False
    for each in bill.fold.entries(pool):
        by_grant = rule.rearm == "grant" and each.kind == entry.GRANT
        if each.at >= since and (by_grant or not is_armed):
            left = {lot: amount for lot, amount in left.items() if amount}
            is_armed = True
        if each.lot:
            left[each.lot] = left.get(each.lot, 0) + each.amount
    return {lot for lot, amount in left.items() if is_armed or amount}


def _epoch(rule: AlertRule, bill: Bill, pool: str) -> int:
    """Return how often credits were granted in the period, where each grant arms a rule anew."""
    if rule.rearm != "grant":
        return 0
    since = bill.periods[-1].since
    return sum(
        1
        for each in bill.fold.totals(pool).lots
        if each.lot.effective_at >= since and not each.lot.origin
    )


def _limits(rule: AlertRule, bill: Bill) -> Iterator[Watched]:
    for limit_id, meter in bill.metered.meters.items():
        if (rule.limit and rule.limit != limit_id) or meter.limit.window == "rolling_turns":
            continue
        state = meter.state(bill.now)
        # A rolling window never ends: it is armed anew each day.
        window = state.since if meter.limit.window != "rolling" else bill.now // 86_400_000_000
        yield Watched(
            rule, f"limit:{limit_id}", limit_id, str(window), 0, state.used, state.cap, SHARE,
            moves=_moves(meter.limit),
        )  # fmt: skip


def _moves(limit: Limit) -> int:
    """Return how far apart, in microseconds, the beginnings of two windows are at least.

    A late message moves a window by less; 0 where windows can't be moved.
    """
    if limit.window != "fixed" or limit.anchor != "first_event":
        return 0
    if limit.align == "none":
        return limit.duration
    step = DAY if limit.align == "day" else HOUR
    if limit.duration <= step:
        return 0
    # The next window may begin before this one ends: at the hour, or at midnight of a short day.
    return limit.duration - limit.duration % step - (HOUR if step == DAY else 0)


def unit_budget(rule: AlertRule, plan: Plan) -> int | None:
    """Return what a conversation may cost, picounits: the rule's own budget or the seller's."""
    if rule.budget is not None:
        return pico_from_usd(rule.budget)
    return None if plan.vendor is None else vendor_budget(plan.vendor)


def vendor_budget(vendor: Vendor) -> int | None:
    """Return the cost that a seller's price, margin and expected units leave for one, picounits."""
    if not vendor.expected_units:
        return None
    spendable = Fraction(vendor.revenue) * (1 - Fraction(vendor.gross_margin))
    each = (spendable - Fraction(vendor.other_cogs)) / Fraction(vendor.expected_units)
    return round(each * PICO)


def _budgets(
    rule: AlertRule, plan: Plan, bill: Bill, connection: sqlite3.Connection
) -> Iterator[Watched]:
    """Yield what each conversation at work in this period has cost, of what it may."""
    budget = unit_budget(rule, plan)
    if budget is None:
        return
    ids = {
        int(each.unit.thread.id)
        for each in bill.rated
        if each.unit.last_at >= bill.periods[-1].since
    }
    for conversation_id, title, last_at, high, low in connection.execute(
        "SELECT conversation.id, title, last_at, sum(list_high), sum(list_low) FROM conversation "
        "JOIN conversation_sum ON conversation_id=conversation.id WHERE last_at >= ? "
        "GROUP BY conversation.id",
        (bill.periods[-1].since,),
    ):
        if conversation_id in ids:
            yield Watched(
                rule, f"unit:{conversation_id}", title, "", 0, (high << 30) + low, budget, MONEY,
                conversation_id, is_past=last_at < bill.now - DAY,
            )  # fmt: skip
