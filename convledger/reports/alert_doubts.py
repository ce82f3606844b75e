"""How far what an alert tells can be relied on: whether estimated or unknown tokens enter it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable

from convledger.errors import ConvledgerError
from convledger.plans.billing import Bill
from convledger.plans.certainty import SURE, Doubt
from convledger.plans.doubts import Doubts
from convledger.reports.plan_book import PlanBook
from convledger.reports.plan_records import AlertGiven


def alert_doubt(
    connection: sqlite3.Connection,
    bill: Bill,
    doubts: Doubts,
    scope: str,
    period: str,
    at: int,
) -> Doubt:
    """Return the doubt of what an alert was given for, by its name in the books of alerts.

    `at` is when it was given, UTC microseconds.
    """
    kind, _, name = scope.partition(":")
    if kind == "unit":
        return _of_conversation(connection, name)
    if kind == "limit":
        return doubts.limit(name, at)
    statement = next((each for each in bill.statements if each.name == period), None)
    if statement is None:
        return SURE
    if kind == "spend":
        return doubts.due(statement)
    if kind == "allowance":
        return doubts.used(name, statement.since, statement.until)
    return doubts.left(name, min(bill.now, statement.until - 1))


def _of_conversation(connection: sqlite3.Connection, conversation_id: str) -> Doubt:
    """Return the doubt of what a conversation costs at list price."""
    estimated, uncounted = connection.execute(
        "SELECT coalesce(max(list_pico > 0 AND (price_state=3 OR approximate & 10 != 0)), 0), "
        "coalesce(sum(approximate & 12 = 4), 0) FROM call WHERE conversation_id=?",
        (conversation_id,),
    ).fetchone()
    return Doubt(bool(estimated), uncounted)


def doubts_of_alerts(
    book: PlanBook, connection: sqlite3.Connection, given: Iterable[AlertGiven], now: int
) -> dict[int, Doubt]:
    """Return the doubts of alerts by their number; those of a plan that is gone have none."""
    subscriptions = {one.id: one for one in book.subscriptions()}
    known: dict[int, tuple[Bill, Doubts] | None] = {}
    found: dict[int, Doubt] = {}
    for one in given:
        if one.subscription_id not in known:
            known[one.subscription_id] = None
            subscription = subscriptions.get(one.subscription_id)
            if subscription is not None:
                try:
                    bill = book.bill(subscription, now)
                except ConvledgerError:  # told by whoever follows the plans
                    continue
                known[one.subscription_id] = (bill, Doubts(bill))
        pair = known[one.subscription_id]
        if pair is not None:
            found[one.number] = alert_doubt(connection, *pair, one.scope, one.period, one.at)
    return found
