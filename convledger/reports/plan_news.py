"""Looks at the plans in force: closes periods that are over, gives alerts, keeps the figures."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass, field
from datetime import tzinfo

from msgspec import json

from convledger.errors import ConvledgerError
from convledger.plans.alerts import has_crossed
from convledger.plans.billing import Bill
from convledger.plans.certainty import SURE, Doubt
from convledger.plans.doubts import Doubts
from convledger.plans.statement import Statement, digest_of, frozen_bytes
from convledger.reports.alarms import Watched, watched
from convledger.reports.alert_doubts import alert_doubt
from convledger.reports.plan_book import PlanBook
from convledger.reports.plan_status import figures_of
from convledger.store.connection import transaction
from convledger.store.files import texts_pending
from convledger.store.subscriptions import Subscription


@dataclass(frozen=True, slots=True)
class GivenAlert:
    """A threshold (percent) that was reached just now; see `Watched` for the amounts."""

    plan: str
    threshold: int
    at: int
    watched: Watched
    currency: str
    doubt: Doubt = SURE


@dataclass(slots=True)
class PlanNews:
    """What a look at the plans has brought: alerts, periods that were closed, what is wrong."""

    alerts: list[GivenAlert] = field(default_factory=list)
    bills: dict[int, Bill] = field(default_factory=dict)  # by subscription
    closed: list[Statement] = field(default_factory=list)
    troubles: list[ConvledgerError] = field(default_factory=list)


def follow(book: PlanBook, connection: sqlite3.Connection, now: int, zone: tzinfo) -> PlanNews:
    """Look at every subscription once; `now` is UTC microseconds.

    One that can't be worked out is among the troubles, and the others go on.
    """
    news = PlanNews()
    pending, _ = texts_pending(connection)
    unchanged: list[tuple[Subscription, Bill]] = []
    for subscription in book.subscriptions():
        is_over = subscription.ended is not None and subscription.ended <= now
        if subscription.began > now or (is_over and _is_closed(connection, subscription)):
            continue
        try:
            bill = book.bill(subscription, now)
        except ConvledgerError as error:
            news.troubles.append(error)
            continue
        news.bills[subscription.id] = bill
        with transaction(connection):
            closed = [] if pending else _close(connection, subscription, bill)
            news.closed += closed
            news.alerts += _alert(connection, subscription, bill)
            _keep(connection, subscription, bill, zone)
        if not closed:
            unchanged.append((subscription, bill))
    news.troubles += book.shelf.troubles
    book.keep(unchanged)
    return news


def _is_closed(connection: sqlite3.Connection, subscription: Subscription) -> bool:
    """Return whether all of a subscription that has ended is frozen."""
    last = connection.execute(
        "SELECT max(until) FROM statement WHERE subscription_id=?", (subscription.id,)
    ).fetchone()[0]
    return last is not None and last >= (subscription.ended or 0)


def _close(
    connection: sqlite3.Connection, subscription: Subscription, bill: Bill
) -> list[Statement]:
    closed = []
    for frozen in bill.to_freeze():
        content = frozen_bytes(frozen)
        statement = frozen.statement
        cursor = connection.execute(
            "INSERT OR IGNORE INTO statement VALUES (?, ?, ?, ?, ?, ?, ?)",
            (
                subscription.id, statement.since, statement.until, statement.name, bill.now,
                digest_of(content), content,
            ),
        )  # fmt: skip
        if cursor.rowcount:  # another program may have closed it meanwhile
            closed.append(statement)
    return closed


def _alert(
    connection: sqlite3.Connection, subscription: Subscription, bill: Bill
) -> list[GivenAlert]:
    found = []
    only_prices = _were_only_prices(connection, subscription, bill)
    statement = bill.current
    currency = "USD" if statement is None else statement.currency
    doubts = Doubts(bill)
    for each in watched(bill, connection):
        quiet = only_prices or each.is_past
        for threshold in each.rule.at:
            if not has_crossed(each.used, each.budget, threshold):
                continue
            _rename(connection, subscription, each, threshold)
            _move(connection, subscription, each, threshold)
            cursor = connection.execute(
                "INSERT OR IGNORE INTO alert VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 0)",
                (
                    subscription.id, each.scope, each.period, each.epoch, threshold, bill.now,
                    str(each.used), str(each.budget), int(quiet),
                ),
            )  # fmt: skip
            if cursor.rowcount and not quiet:
                doubt = alert_doubt(connection, bill, doubts, each.scope, each.period, bill.now)
                given = GivenAlert(subscription.plan, threshold, bill.now, each, currency, doubt)
                found.append(given)
    return found


def _rename(
    connection: sqlite3.Connection, subscription: Subscription, watched: Watched, threshold: int
) -> None:
    """Let an alert of the same budget go by the name that the budget has now."""
    if watched.other_scope:
        connection.execute(
            "UPDATE OR IGNORE alert SET scope=? WHERE subscription_id=? AND scope=? AND period=? "
            "AND epoch=? AND threshold=? AND budget=?",
            (
                watched.scope, subscription.id, watched.other_scope, watched.period,
                watched.epoch, threshold, str(watched.budget),
            ),
        )  # fmt: skip


def _move(
    connection: sqlite3.Connection, subscription: Subscription, watched: Watched, threshold: int
) -> None:
    """Let an alert that was given in this window bear the window's present beginning.

    A message that arrives late can move that: the window in which it was given is the same still.
    """
    if watched.moves:
        since = int(watched.period)
        connection.execute(
            "UPDATE OR IGNORE alert SET period=? WHERE subscription_id=? AND scope=? AND epoch=? "
            "AND threshold=? AND at>=? AND abs(CAST(period AS INTEGER)-?)<?",
            (
                watched.period, subscription.id, watched.scope, watched.epoch, threshold, since,
                since, watched.moves,
            ),
        )  # fmt: skip


def _were_only_prices(
    connection: sqlite3.Connection, subscription: Subscription, bill: Bill
) -> bool:
    """Return whether calls were rated anew since the last look, and nothing was used besides."""
    last = connection.execute(
        "SELECT at, stamp FROM plan_figures WHERE subscription_id=?", (subscription.id,)
    ).fetchone()
    if last is None or last[1] in ("", _rating(connection)):
        return False
    return not any(each.at > last[0] for each in bill.billed)


def _rating(connection: sqlite3.Connection) -> str:
    """Return the name of the last rating that changed anything."""
    return str(
        connection.execute(
            "SELECT coalesce(max(id), 0) FROM rating_run WHERE changed_calls > 0"
        ).fetchone()[0]
    )


def _keep(
    connection: sqlite3.Connection, subscription: Subscription, bill: Bill, zone: tzinfo
) -> None:
    """Keep the figures that a prompt shows, which can't wait for them to be worked out."""
    content = json.encode(figures_of(bill, zone)).decode()
    connection.execute(
        "INSERT OR REPLACE INTO plan_figures VALUES (?, ?, ?, ?)",
        (subscription.id, bill.now, _rating(connection), content),
    )
