"""Which plans are in force for what, from when, and what people did to the credits by hand."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass

from convledger.errors import UsageProblem
from convledger.store.patterns import unicode_text

SCOPES = ("source", "project", "client", "tag")


@dataclass(frozen=True, slots=True)
class Subscription:
    """A plan in force from `began` until `ended` (UTC microseconds, exclusive; None: still).

    Periods are counted from `anchor`. `scope` names, by kind, the usage that it is about; nothing
    named means all. `seats` are (instant, count), rising.
    """

    id: int
    plan: str
    began: int
    ended: int | None
    anchor: int
    scope: dict[str, tuple[str, ...]]
    seats: tuple[tuple[int, int], ...]
    made_at: int

    def seats_at(self, at: int) -> int:
        """Return how many seats there are at an instant; before the first change as then."""
        count = self.seats[0][1] if self.seats else 1
        for since, seats in self.seats:
            if since <= at:
                count = seats
        return count

    def is_in_force(self, at: int) -> bool:
        """Return whether the plan is in force at an instant."""
        return self.began <= at and (self.ended is None or at < self.ended)


@dataclass(frozen=True, slots=True)
class CreditFact:
    """What a person did to the credits: picocredits and picounits of money.

    `kind` is topup, adjust, void or refund; `target` is the lot or the billable unit that it is
    about. `corrects` names an earlier fact that this one takes back.
    """

    id: int
    at: int
    kind: str
    amount: int
    price: int = 0
    pool: str = ""
    target: str = ""
    priority: int | None = None
    expires_at: int | None = None
    note: str = ""
    made_at: int = 0
    corrects: int | None = None


def subscriptions(connection: sqlite3.Connection) -> list[Subscription]:
    """Return all subscriptions, the earliest first."""
    seats: dict[int, list[tuple[int, int]]] = {}
    for subscription_id, at, count in connection.execute(
        "SELECT subscription_id, at, seats FROM seats ORDER BY 1, 2"
    ):
        seats.setdefault(subscription_id, []).append((at, count))
    return [
        Subscription(
            id=row[0],
            plan=row[1],
            began=row[2],
            ended=row[3],
            anchor=row[4],
            scope=_read_scope(row[5]),
            seats=tuple(seats.get(row[0], ())),
            made_at=row[6],
        )
        for row in connection.execute(
            "SELECT id, plan, began, ended, anchor, scope, made_at FROM subscription "
            "ORDER BY began, id"
        )
    ]


def begin(
    connection: sqlite3.Connection,
    plan: str,
    began: int,
    *,
    now: int,
    anchor: int | None = None,
    ended: int | None = None,
    scope: dict[str, tuple[str, ...]] | None = None,
    seats: int = 1,
) -> int:
    """Put a plan in force and end, at that instant, what was so for the same scope.

    One of that scope that would begin later is taken away; UsageProblem where credits were bought
    or changed by hand under it. Returns the new subscription; belongs into a transaction.
    """
    written = _scope_text(scope or {})
    for cut, name in connection.execute(
        "SELECT id, plan FROM subscription WHERE scope=? AND began<? AND coalesce(ended, ?)>?",
        (written, began, began + 1, began),
    ).fetchall():
        must_end_well(connection, cut, name, began)
    connection.execute(
        "UPDATE subscription SET ended=? WHERE scope=? AND began<? AND coalesce(ended, ?)>?",
        (began, written, began, began + 1, began),
    )
    for later, name in connection.execute(
        "SELECT id, plan FROM subscription WHERE scope=? AND began>=? AND (? IS NULL OR began<?)",
        (written, began, ended, ended),
    ).fetchall():
        if facts(connection, later):
            raise UsageProblem(
                f"{name} begins later for the same usage, and credits were bought or changed by "
                f"hand under it. Take it away first: convledger plan drop {name}"
            )
        remove(connection, later)
    cursor = connection.execute(
        "INSERT INTO subscription (plan, began, ended, anchor, scope, made_at) "
        "VALUES (?, ?, ?, ?, ?, ?)",
        (plan, began, ended, began if anchor is None else anchor, written, now),
    )
    subscription_id = int(cursor.lastrowid or 0)
    set_seats(connection, subscription_id, began, seats)
    return subscription_id


def must_end_well(connection: sqlite3.Connection, subscription_id: int, name: str, at: int) -> None:
    """Forget statements of periods after the end `at`; raises UsageProblem for what stands there.

    That is a closed period which it would cut in two, or credits that were booked after it.
    """
    cut = connection.execute(
        "SELECT name FROM statement WHERE subscription_id=? AND since<? AND until>?",
        (subscription_id, at, at),
    ).fetchone()
    drop = f"take it away whole with `convledger plan drop {name}`"
    if cut is not None:
        raise UsageProblem(
            f"{name} can't end within {cut[0]}, which is closed and frozen: let it end with that "
            f"period, or {drop}"
        )
    booked = facts(connection, subscription_id)
    undone = {fact.corrects for fact in booked}
    if any(fact.at >= at and fact.corrects is None and fact.id not in undone for fact in booked):
        raise UsageProblem(
            f"credits of {name} were bought or changed by hand after that: take these back first "
            f"with `convledger credits undo`, or {drop}"
        )
    connection.execute(
        "DELETE FROM statement WHERE subscription_id=? AND since>=?", (subscription_id, at)
    )


def end(connection: sqlite3.Connection, subscription_id: int, at: int | None) -> None:
    """Let a subscription end at an instant, or go on where that is None."""
    connection.execute("UPDATE subscription SET ended=? WHERE id=?", (at, subscription_id))


def reopen(connection: sqlite3.Connection, subscription_id: int, until: int) -> None:
    """Forget the statement of the period that was closed at an instant: it goes on after it."""
    connection.execute(
        "DELETE FROM statement WHERE subscription_id=? AND until=?", (subscription_id, until)
    )


def remove(connection: sqlite3.Connection, subscription_id: int) -> None:
    """Take a subscription away with all that hangs on it; belongs into a transaction."""
    for table in ("plan_figures", "alert", "statement", "credit_fact", "seats"):
        connection.execute(f"DELETE FROM {table} WHERE subscription_id=?", (subscription_id,))
    connection.execute("DELETE FROM subscription WHERE id=?", (subscription_id,))


def set_seats(connection: sqlite3.Connection, subscription_id: int, at: int, seats: int) -> None:
    """Let there be so many seats from an instant on."""
    connection.execute(
        "INSERT INTO seats VALUES (?, ?, ?) ON CONFLICT (subscription_id, at) "
        "DO UPDATE SET seats=excluded.seats",
        (subscription_id, at, seats),
    )


def facts(connection: sqlite3.Connection, subscription_id: int) -> list[CreditFact]:
    """Return what was done to the credits by hand, in the order of the instants it counts from."""
    return [
        CreditFact(row[0], row[1], row[2], int(row[3]), int(row[4]), *row[5:])
        for row in connection.execute(
            "SELECT id, at, kind, amount, price, pool, target, priority, expires_at, note, "
            "made_at, corrects FROM credit_fact WHERE subscription_id=? ORDER BY at, id",
            (subscription_id,),
        )
    ]


def add_fact(connection: sqlite3.Connection, subscription_id: int, fact: CreditFact) -> int:
    """Append a fact, whose id is given here; returns that id."""
    cursor = connection.execute(
        "INSERT INTO credit_fact (subscription_id, at, kind, amount, price, pool, target, "
        "priority, expires_at, note, made_at, corrects) VALUES (?,?,?,?,?,?,?,?,?,?,?,?)",
        (
            subscription_id, fact.at, fact.kind, str(fact.amount), str(fact.price), fact.pool,
            fact.target, fact.priority, fact.expires_at, unicode_text(fact.note), fact.made_at,
            fact.corrects,
        ),
    )  # fmt: skip
    return int(cursor.lastrowid or 0)


def _scope_text(scope: dict[str, tuple[str, ...]]) -> str:
    from msgspec import json

    named = {name: sorted({*scope[name]}) for name in SCOPES if scope.get(name)}
    return json.encode(named).decode() if named else ""


def _read_scope(text: str) -> dict[str, tuple[str, ...]]:
    from msgspec import json

    return {name: tuple(values) for name, values in json.decode(text).items()} if text else {}


def plan_texts(connection: sqlite3.Connection) -> list[tuple[str, str, str]]:
    """Return (file, digest, content) of every plan that was ever in use, the latest last."""
    return connection.execute(
        "SELECT file, digest, content FROM plan_text ORDER BY added_at, digest"
    ).fetchall()


def keep_plan_texts(
    connection: sqlite3.Connection, texts: Iterable[tuple[str, str, str, str, str]], now: int
) -> None:
    """Keep (digest, plan, version, file, content) of plans, so that bills can be worked out anew.

    One that is kept already moves to the end: the latest of a file is the last good one.
    """
    connection.executemany(
        "INSERT INTO plan_text (digest, plan, version, file, content, added_at) "
        "VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (digest) DO UPDATE SET added_at=excluded.added_at, "
        "file=excluded.file",
        [(*text, now) for text in texts],
    )
