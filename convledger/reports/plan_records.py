"""What is kept of plans in force: bookings by hand, alerts that were given, frozen statements."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from convledger.errors import UsageProblem
from convledger.plans.statement import FrozenStatement, digest_of, thawed
from convledger.reports.alarms import CREDITS, MONEY, SHARE
from convledger.reports.plan_glance import WHAT

_MEASURES = {"spend": MONEY, "unit": MONEY, "allowance": CREDITS, "balance": CREDITS}


@dataclass(frozen=True, slots=True)
class AlertGiven:
    """A threshold (percent) that was reached at an instant (UTC microseconds).

    `number` counts from 1 in the order in which they were given. `used` and `budget` are
    picocredits or picounits of money as `measure` says; for "share" only their ratio counts.
    """

    number: int
    subscription_id: int
    plan: str
    scope: str
    what: str
    period: str
    epoch: int
    threshold: int
    at: int
    used: int
    budget: int
    measure: str
    is_muted: bool


@dataclass(frozen=True, slots=True)
class Kept:
    """A frozen statement as it lies in the books; not intact where its digest says otherwise."""

    name: str
    since: int
    until: int
    closed_at: int
    digest: str
    is_intact: bool
    frozen: FrozenStatement | None


def alerts_given(connection: sqlite3.Connection) -> list[AlertGiven]:
    """Return every alert that was ever given, the earliest first."""
    rows = connection.execute(
        "SELECT subscription_id, plan, alert.scope, period, epoch, threshold, at, used, budget, "
        "muted FROM alert JOIN subscription ON subscription.id=subscription_id WHERE quiet=0 "
        "ORDER BY at, subscription_id, alert.scope, period, epoch, threshold"
    ).fetchall()
    titles = _titles(connection, [row[2] for row in rows])
    return [
        AlertGiven(
            number=number,
            subscription_id=row[0],
            plan=row[1],
            scope=row[2],
            what=titles.get(row[2]) or words_of(row[2]),
            period=row[3],
            epoch=row[4],
            threshold=row[5],
            at=row[6],
            used=int(row[7]),
            budget=int(row[8]),
            measure=_MEASURES.get(row[2].partition(":")[0], SHARE),
            is_muted=bool(row[9]),
        )
        for number, row in enumerate(rows, 1)
    ]


def words_of(scope: str) -> str:
    """Return in words what an alert watches, from its name in the books: "Included credits"."""
    kind, _, name = scope.partition(":")
    if kind not in WHAT:
        return "A conversation" if kind == "unit" else name or kind
    return f"{WHAT[kind]}, {name}" if name else WHAT[kind]


def _titles(connection: sqlite3.Connection, scopes: list[str]) -> dict[str, str]:
    found = {}
    for scope in {scope for scope in scopes if scope.startswith("unit:")}:
        row = connection.execute(
            "SELECT title FROM conversation WHERE id=?", (scope.removeprefix("unit:"),)
        ).fetchone()
        found[scope] = row[0] if row is not None else ""
    return found


def mute(connection: sqlite3.Connection, number: int) -> AlertGiven:
    """Keep an alert out of the prompt and the app; belongs into a transaction."""
    every = alerts_given(connection)
    if not 1 <= number <= len(every):
        there = f" Numbers are 1 to {len(every)}" if every else " None was given yet"
        raise UsageProblem(f"there is no alert {number}.{there}")
    found = every[number - 1]
    connection.execute(
        "UPDATE alert SET muted=1 WHERE subscription_id=? AND scope=? AND period=? AND epoch=? "
        "AND threshold=?",
        (found.subscription_id, found.scope, found.period, found.epoch, found.threshold),
    )
    return found


def kept_statements(connection: sqlite3.Connection, subscription_id: int) -> list[Kept]:
    """Return the frozen statements of a subscription with their digests, the earliest first."""
    found = []
    for name, since, until, closed_at, digest, content in connection.execute(
        "SELECT name, since, until, closed_at, digest, content FROM statement "
        "WHERE subscription_id=? ORDER BY since",
        (subscription_id,),
    ):
        try:
            frozen = thawed(content)
        except ValueError:
            frozen = None
        is_intact = frozen is not None and digest_of(content) == digest
        found.append(Kept(name, since, until, closed_at, digest, is_intact, frozen))
    return found
