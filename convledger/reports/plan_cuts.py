"""Which conversation shows best how a plan cuts, and under which other rule beside it."""

from __future__ import annotations

import sqlite3
from collections import Counter
from dataclasses import replace

from convledger.clock import HOUR
from convledger.plans.billing import Bill
from convledger.plans.schema import Plan
from convledger.plans.words import rule_words
from convledger.reports.boundaries import boundaries
from convledger.reports.comparing import main_unit
from convledger.reports.plan_book import PlanBook
from convledger.reports.plan_figures import Boundaries
from convledger.store.subscriptions import Subscription

LONG, SHORT = 24 * HOUR, HOUR // 2
_LATEST = (
    "SELECT conversation_id FROM message WHERE agent_id IS NULL AND flags & 7 = 0 "
    "ORDER BY at DESC, id DESC LIMIT 1"
)


def cut(
    book: PlanBook,
    connection: sqlite3.Connection,
    subscription: Subscription,
    conversation_id: int | None,
    now: int,
) -> Boundaries | None:
    """Return a conversation under the subscription's plan and, for contrast, another rule.

    Without `conversation_id` it is the latest that was cut at all, else the latest. None where
    nothing was said.
    """
    bill = book.bill(subscription, now)
    plan = bill.contract.version_at(now) or bill.contract.history.plans[-1]
    if conversation_id is None:
        conversation_id = _telling(bill) or _latest(connection)
    if conversation_id is None:
        return None
    other = contrast(book, plan)
    told = boundaries(connection, conversation_id, [plan] if other is None else [plan, other], now)
    return None if told is None else _named(told)


def _telling(bill: Bill) -> int | None:
    """Return the latest conversation with at least two units, else the latest with any."""
    counts: Counter[str] = Counter()
    last: dict[str, int] = {}
    for each in bill.rated:
        thread = each.unit.thread.id
        counts[thread] += each.unit.quantity if each.rule.count == "window" else 0
        last[thread] = max(each.unit.last_at, last.get(thread, 0))
    best = max(last, key=lambda one: (counts[one] >= 2, last[one]), default=None)
    return None if best is None else int(best)


def _latest(connection: sqlite3.Connection) -> int | None:
    row = connection.execute(_LATEST).fetchone()
    return None if row is None else row[0]


def contrast(book: PlanBook, plan: Plan) -> Plan | None:
    """Return another plan of the workspace with another window, else this one with another idle.

    None for a plan that does not cut by time and has no such neighbour.
    """
    own = _rule(plan)
    for history in book.shelf.histories.values():
        other = history.plans[-1]
        is_window = any(unit.count == "window" for unit in other.units)
        is_neighbour = other.id != plan.id and other.currency == plan.currency
        if is_window and is_neighbour and _rule(other) != own:
            return other
    if not any(_is_idle(unit.count, unit.boundary) for unit in plan.units):
        return None
    units = tuple(
        replace(unit, timeout=SHORT if unit.timeout == LONG else LONG)
        if _is_idle(unit.count, unit.boundary)
        else unit
        for unit in plan.units
    )
    return replace(plan, units=units)


def _is_idle(count: str, boundary: str) -> bool:
    return count == "window" and boundary == "inactivity"


def _rule(plan: Plan) -> str:
    unit = next((each for each in plan.units if each.count == "window"), main_unit(plan))
    return rule_words(unit) if unit is not None else plan.name


def _named(told: Boundaries) -> Boundaries:
    """Name lanes by what differs: "30 min idle"; by their plans where the rules read the same."""
    names = [lane.name.removeprefix("window, ") for lane in told.lanes]
    if len(set(names)) < len(names):
        names = [lane.rule for lane in told.lanes]
    lanes = tuple(replace(lane, name=name) for lane, name in zip(told.lanes, names, strict=True))
    return replace(told, lanes=lanes)
