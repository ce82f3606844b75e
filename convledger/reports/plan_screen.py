"""Everything that the Plans screen and Live's meters show of one subscription, asked at once."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from datetime import tzinfo
from fractions import Fraction

from convledger.clock import DAY, to_datetime
from convledger.errors import ConfigError
from convledger.plans import entries as entry
from convledger.plans.billing import Bill
from convledger.plans.doubts import Doubts
from convledger.plans.limits import LimitMeter
from convledger.plans.schema import Plan
from convledger.plans.statement import Statement
from convledger.plans.words import amount_words, number_words, terms
from convledger.reports.alarms import SHARE, Watched, watched
from convledger.reports.alert_doubts import alert_doubt
from convledger.reports.burning import burn_down
from convledger.reports.credit_lines import CreditLine, credit_lines
from convledger.reports.outlook import Outlook, ahead_doubt, burn_doubt, outlook
from convledger.reports.plan_book import PlanBook
from convledger.reports.plan_figures import BurnDown
from convledger.reports.plan_meters import (
    AlertLine,
    CreditsMeter,
    Expiry,
    LotLeft,
    Meters,
    RunwayMeter,
    SpendMeter,
    WindowMeter,
)
from convledger.reports.plan_status import main_pool
from convledger.reports.projecting import projected_doubt, projected_total
from convledger.store.subscriptions import Subscription

_MOST_ALERTS = 50


@dataclass(frozen=True, slots=True)
class PlanView:
    """A subscription with its terms in words, its ledger, its chart and its statements.

    `versions` are (version, since) of the plan, the latest first; `burn_down` is None for a plan
    without credits; days are cut in `zone`, the plan's own. `troubles` are the plan files that
    can't be used as they are.
    """

    subscription: Subscription
    name: str
    version: str
    since: int
    terms: list[tuple[str, str]]
    versions: list[tuple[str, int]]
    lines: list[CreditLine]
    burn_down: BurnDown | None
    statements: list[Statement]
    projected: int | None
    currency: str
    pool: str | None
    zone: tzinfo
    troubles: list[ConfigError]


def plan_view(book: PlanBook, subscription: Subscription, now: int) -> PlanView:
    """Return what there is to show of a subscription at `now`, UTC microseconds."""
    bill = book.bill(subscription, now)
    plan = _plan_of(bill)
    pool, zone = main_pool(bill), bill.contract.zone_at(now)
    return PlanView(
        subscription=subscription,
        name=plan.name,
        version=plan.version,
        since=max(plan.effective_from, subscription.began),
        terms=whole_terms(plan),
        versions=[(each.version, each.effective_from) for each in bill.contract.history.plans][
            ::-1
        ],
        lines=credit_lines(bill, pool, zone) if pool is not None else [],
        burn_down=burn_down(bill, pool, zone) if pool is not None and bill.periods else None,
        statements=bill.statements[::-1],
        projected=projected_total(bill),
        currency=plan.currency,
        pool=pool,
        zone=zone,
        troubles=book.shelf.troubles,
    )


def whole_terms(plan: Plan) -> list[tuple[str, str]]:
    """Return the terms of a plan, and behind its fees what is paid for credits besides them."""
    found = terms(plan)
    place = 1 + len(plan.fees)  # the period comes first
    return [*found[:place], *(("bought", words) for words in bought_words(plan)), *found[place:]]


def bought_words(plan: Plan) -> list[str]:
    """Return what granted credits cost besides the fees: "20 credits once for $20.00"."""
    often = {"once": "once", "seat": "a seat"}
    return [
        f"{number_words(grant.amount)} {'credit' if grant.amount == 1 else 'credits'} "
        f"{often.get(grant.per, 'each time')} "
        f"for {amount_words(grant.amount * grant.cost_basis, plan.currency)}"
        for grant in plan.grants
        if grant.cost_basis
    ]


def _plan_of(bill: Bill) -> Plan:
    return bill.contract.version_at(bill.now) or bill.contract.history.plans[-1]


def meters(
    book: PlanBook,
    connection: sqlite3.Connection,
    subscription: Subscription,
    now: int,
    bill: Bill | None = None,
) -> Meters:
    """Return what moves about a plan: credits, runway, limits, spend and alerts.

    Of one that is over nothing is foreseen, and its limits hold no longer.
    `bill` is that of the subscription where it is known already.
    """
    bill = bill or book.bill(subscription, now)
    plan, statement = _plan_of(bill), bill.current
    pool, zone = main_pool(bill), bill.contract.zone_at(now)
    ahead = outlook(bill, pool) if pool is not None else None
    is_over = subscription.ended is not None and subscription.ended <= now
    doubts = Doubts(bill)
    budgets = [rule.budget for rule in plan.alerts if rule.on == "spend" and rule.budget]
    spend = None
    if statement is not None:
        budget = round(budgets[0] * 10**12) if budgets else None
        projected = projected_total(bill)
        spend = SpendMeter(
            statement.sums.total,
            projected,
            budget,
            statement.until,
            doubts.due(statement),
            projected_doubt(bill, doubts, projected),
        )
    return Meters(
        plan_name=plan.name,
        period_name=period_words(statement, zone),
        currency=plan.currency,
        credits=_credits(bill, ahead, doubts) if ahead is not None else None,
        runway=_runway(ahead, doubts) if ahead is not None and not is_over else None,
        windows=tuple(
            found
            for meter in bill.metered.meters.values()
            if not is_over and (found := _window(meter, now, doubts)) is not None
        ),
        spend=spend,
        alerts=tuple(_alerts(connection, subscription, bill)),
        zone=zone,
        doubt=doubts.of_period(statement),
    )


def period_words(statement: Statement | None, zone: tzinfo) -> str:
    """Return a period as people name it: "November", "from 15 Nov"."""
    if statement is None:
        return ""
    since = to_datetime(statement.since).astimezone(zone)
    following = to_datetime(statement.until).astimezone(zone)
    if since.day == following.day == 1 and (following - since).days < 32:
        return f"{since:%B}"
    until = to_datetime(statement.until - 1).astimezone(zone)
    return f"{since.day} {since:%b} to {until.day} {until:%b}"


def _credits(bill: Bill, ahead: Outlook, doubts: Doubts) -> CreditsMeter:
    totals = bill.fold.totals(ahead.pool)
    # What is owed was used, though no lot has paid for it yet.
    used = _gone(bill, ahead.pool) + totals.debt
    left = totals.balance - totals.debt
    lots: dict[str, int] = {}
    for each in totals.lots:
        if each.remaining > 0:
            name = "top-up" if each.lot.kind == "topup" else each.lot.family or each.lot.id
            lots[name] = lots.get(name, 0) + each.remaining
    return CreditsMeter(
        granted=left + used,
        used=used,
        left=left,
        lots=tuple(LotLeft(name, left) for name, left in lots.items()),
        used_doubt=doubts.used(ahead.pool, bill.current.since if bill.current else bill.now),
        left_doubt=doubts.left(ahead.pool),
    )


def _gone(bill: Bill, pool: str) -> int:
    """Return the picocredits of a pool that were used or expired in the present period."""
    if bill.current is None:
        return 0
    since = bill.current.since
    return -sum(
        each.amount
        for each in bill.fold.entries(pool)
        # What expires at the very beginning is of the period before.
        if (each.at >= since and each.kind in (entry.USE, entry.REFUND, entry.REPAY))
        or (each.at > since and each.kind == entry.EXPIRE)
    )


def _runway(ahead: Outlook, doubts: Doubts) -> RunwayMeter:
    until = ahead.reset_at
    return RunwayMeter(
        now=ahead.now,
        burn_per_day=ahead.burn_per_day,
        empty_at=ahead.empty_at,
        expiries=tuple(
            Expiry(lot.expires_at, round(wasted))
            for lot, wasted in zip(ahead.runway.lots, ahead.runway.wasted, strict=True)
            if wasted > 0
            and lot.expires_at is not None
            and (until is None or lot.expires_at < until)
        ),
        next_grant_at=until,
        next_grant=ahead.next_grant,
        doubt=ahead_doubt(ahead, doubts),
        burn_doubt=burn_doubt(ahead, doubts),
    )


def _window(meter: LimitMeter, now: int, doubts: Doubts) -> WindowMeter | None:
    """Return how a limit stands and where it is going, at the rate of its window so far."""
    limit = meter.limit
    if limit.window == "rolling_turns":
        return None
    state = meter.state(now)
    rate = _rate(meter, now)
    is_rolling = limit.window == "rolling"
    at_end = None if is_rolling else meter.expected_at_end(now, rate)
    return WindowMeter(
        name=limit.id.replace("-", " "),
        share=state.share or Fraction(0),
        now=now,
        since=None if is_rolling else state.since,
        until=state.will_reset_at if is_rolling else state.until,
        share_at_end=Fraction(at_end) / state.cap if at_end is not None and state.cap else None,
        full_at=meter.full_at(now, rate),
        covers=", ".join(value for values in limit.where.attributes.values() for value in values),
        doubt=doubts.limit(limit.id),
    )


def _rate(meter: LimitMeter, now: int) -> Fraction:
    """Return what the limit counts a day: in the window so far, or in the last week if it rolls."""
    state = meter.state(now)
    if meter.limit.window == "rolling":
        return Fraction(state.used * DAY, meter.limit.duration)
    since = state.since
    passed = 0 if since is None else now - since
    # A window that has only begun says nothing yet about how it goes on.
    if since is None or passed * 20 < (state.until or now) - since:
        return Fraction(0)
    return Fraction(state.used * DAY, passed)


def _alerts(
    connection: sqlite3.Connection, subscription: Subscription, bill: Bill
) -> list[AlertLine]:
    """Return the alerts that were given, newest first, the highest of each thing alone."""
    doubts = Doubts(bill)
    now_watched = {
        (each.scope, each.period, each.epoch): each for each in watched(bill, connection)
    }
    found: dict[tuple[str, str, int], AlertLine] = {}
    titles: dict[str, str] = {}
    for scope, period, epoch, threshold, at, used, budget in connection.execute(
        "SELECT scope, period, epoch, threshold, at, used, budget FROM alert "
        "WHERE subscription_id=? AND quiet=0 AND muted=0 ORDER BY at DESC, threshold DESC LIMIT ?",
        (subscription.id, _MOST_ALERTS * 4),
    ):
        key = (scope, period, epoch)
        if key in found:
            continue
        live = now_watched.get(key)
        what = live.what if live is not None else _what(connection, scope, titles)
        found[key] = AlertLine(
            threshold=threshold,
            what=what,
            used=int(used) if live is None else live.used,
            budget=int(budget) if live is None else live.budget,
            at=at,
            measure=_measure(scope, live),
            state="open" if live is not None else "settled",
            key=key,
            currency="USD" if bill.current is None else bill.current.currency,
            doubt=alert_doubt(connection, bill, doubts, scope, period, at),
        )
    return list(found.values())[:_MOST_ALERTS]


def _measure(scope: str, live: Watched | None) -> str:
    if live is not None:
        return live.measure
    if scope.startswith("limit:"):
        return SHARE
    return "money" if scope.startswith(("spend", "unit:")) else "credits"


def _what(connection: sqlite3.Connection, scope: str, titles: dict[str, str]) -> str:
    kind, _, name = scope.partition(":")
    if kind == "unit":
        if name not in titles:
            row = connection.execute(
                "SELECT title FROM conversation WHERE id=?", (name,)
            ).fetchone()
            titles[name] = row[0] if row else ""
        return titles[name]
    words = {"spend": "Spend", "allowance": "Included credits", "balance": "Credits"}
    return f"{words[kind]}, {name}" if name and kind in words else words.get(kind, name)
