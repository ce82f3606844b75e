"""Keeps costs beside the tokens, people's time and the rates that turn them into one currency.

What is taken away keeps its row, so that it can be brought back. Everything that writes belongs
into a transaction.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from convledger.store.patterns import unicode_text

_ITEM = (
    "id, kind, name, since, until, every, amount, currency, rule, scope, note, origin, made_at, "
    "gone_at, erased_weight"
)

_TAKEN_AWAY = (
    *("cost_item", "worked_time", "balance_assertion", "cost_closing", "handoff", "review_batch"),
    "review_verdict",
)
HANDED_OVER = "handoff:"  # what the origin of time begins with that belongs to a hand-off


@dataclass(frozen=True, slots=True)
class StoredItem:
    """A cost or revenue as it is kept: picounits, ISO days, `gone_at` where it was taken away.

    `shares` are what conversations weigh where it is divided by hand; `origin` names the line of a
    file that it came from, by which it is known again. `erased_weight` is what those weighed that
    have been erased since.
    """

    id: int
    kind: str
    name: str
    since: date
    until: date | None
    every: str
    amount: int
    currency: str
    rule: str
    scope: dict[str, tuple[str, ...]]
    note: str
    origin: str = ""
    made_at: int = 0
    gone_at: int | None = None
    shares: Mapping[int, int] = field(default_factory=dict)
    erased_weight: int = 0


@dataclass(frozen=True, slots=True)
class WorkedTime:
    """Seconds that a person worked on a conversation, and when (UTC microseconds)."""

    id: int
    conversation_id: int
    at: int
    seconds: int
    person: str = ""
    note: str = ""
    origin: str = ""
    made_at: int = 0
    gone_at: int | None = None


@dataclass(frozen=True, slots=True)
class HourlyRate:
    """What an hour of people costs from a day on: picounits, and the share that comes on top."""

    since: date
    amount: int
    currency: str
    overhead: Decimal = Decimal(0)


def items(connection: sqlite3.Connection, *, with_gone: bool = False) -> list[StoredItem]:
    """Return the costs that are kept, the earliest first."""
    among = "" if with_gone else "WHERE gone_at IS NULL"
    shares: dict[int, dict[int, int]] = {}
    for item_id, conversation_id, weight in connection.execute("SELECT * FROM cost_share"):
        shares.setdefault(item_id, {})[conversation_id] = weight
    return [
        StoredItem(
            id=row[0],
            kind=row[1],
            name=row[2],
            since=date.fromisoformat(row[3]),
            until=date.fromisoformat(row[4]) if row[4] else None,
            every=row[5],
            amount=int(row[6]),
            currency=row[7],
            rule=row[8],
            scope=read_scope(row[9]),
            note=row[10],
            origin=row[11],
            made_at=row[12],
            gone_at=row[13],
            shares=shares.get(row[0], {}),
            erased_weight=row[14],
        )
        for row in connection.execute(f"SELECT {_ITEM} FROM cost_item {among} ORDER BY since, id")
    ]


def add_item(connection: sqlite3.Connection, item: StoredItem) -> int:
    """Keep a cost and return its number; its own `id` does not count."""
    cursor = connection.execute(
        "INSERT INTO cost_item (kind, name, since, until, every, amount, currency, rule, scope, "
        "note, origin, made_at, erased_weight) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            item.kind, unicode_text(item.name), item.since.isoformat(),
            item.until.isoformat() if item.until else None, item.every, str(item.amount),
            item.currency, item.rule, scope_text(item.scope), unicode_text(item.note),
            unicode_text(item.origin), item.made_at, item.erased_weight,
        ),
    )  # fmt: skip
    number = int(cursor.lastrowid or 0)
    connection.executemany(
        "INSERT INTO cost_share VALUES (?, ?, ?)",
        [(number, conversation, weight) for conversation, weight in dict(item.shares).items()],
    )
    return number


def set_gone(
    connection: sqlite3.Connection, table: str, numbers: Iterable[int], at: int | None
) -> int:
    """Take rows away, or bring them back with None; returns how many changed."""
    assert table in _TAKEN_AWAY
    changed = 0
    test = "IS NULL" if at is not None else "IS NOT NULL"
    for number in numbers:
        changed += connection.execute(
            f"UPDATE {table} SET gone_at=? WHERE id=? AND gone_at {test}", (at, number)
        ).rowcount
    return changed


def worked(
    connection: sqlite3.Connection, conversation_id: int | None = None, *, with_gone: bool = False
) -> list[WorkedTime]:
    """Return people's time on all conversations or on one, the earliest first."""
    among = "" if conversation_id is None else "AND conversation_id=?"
    which = "1" if with_gone else "gone_at IS NULL"
    values = () if conversation_id is None else (conversation_id,)
    return [
        WorkedTime(*row)
        for row in connection.execute(
            "SELECT id, conversation_id, at, seconds, person, note, origin, made_at, gone_at "
            f"FROM worked_time WHERE {which} {among} ORDER BY at, id",
            values,
        )
    ]


def add_worked(connection: sqlite3.Connection, time: WorkedTime) -> int:
    """Keep that somebody worked on a conversation, and return its number."""
    cursor = connection.execute(
        "INSERT INTO worked_time (conversation_id, at, seconds, person, note, origin, made_at) "
        "VALUES (?, ?, ?, ?, ?, ?, ?)",
        (
            time.conversation_id, time.at, time.seconds, unicode_text(time.person),
            unicode_text(time.note), unicode_text(time.origin), time.made_at,
        ),
    )  # fmt: skip
    return int(cursor.lastrowid or 0)


def numbers_of_origin(connection: sqlite3.Connection, origin: str) -> list[int]:
    """Return the entries of people's time that come from one place."""
    rows = connection.execute("SELECT id FROM worked_time WHERE origin=? ORDER BY id", (origin,))
    return [row[0] for row in rows]


def hourly_rates(connection: sqlite3.Connection) -> list[HourlyRate]:
    """Return what people cost, the earliest rate first."""
    return [
        HourlyRate(date.fromisoformat(row[0]), int(row[1]), row[2], Decimal(row[3]))
        for row in connection.execute(
            "SELECT since, amount, currency, overhead FROM hourly_rate ORDER BY since"
        )
    ]


def set_hourly_rate(connection: sqlite3.Connection, rate: HourlyRate, now: int) -> None:
    """Keep what an hour costs from a day on, in place of what was said for that day."""
    connection.execute(
        "INSERT INTO hourly_rate VALUES (?, ?, ?, ?, ?) ON CONFLICT (since) DO UPDATE SET "
        "amount=excluded.amount, currency=excluded.currency, overhead=excluded.overhead, "
        "made_at=excluded.made_at",
        (rate.since.isoformat(), str(rate.amount), rate.currency, f"{rate.overhead:f}", now),
    )


def drop_hourly_rate(connection: sqlite3.Connection, since: date) -> bool:
    """Forget the rate that began on a day; False where there is none."""
    return bool(
        connection.execute("DELETE FROM hourly_rate WHERE since=?", (since.isoformat(),)).rowcount
    )


def exchange_rates(connection: sqlite3.Connection) -> list[tuple[str, str, date, Decimal]]:
    """Return (currency, what it is worth in, since, rate), by pair and day."""
    return [
        (row[0], row[1], date.fromisoformat(row[2]), Decimal(row[3]))
        for row in connection.execute(
            "SELECT currency, worth_in, since, rate FROM exchange_rate ORDER BY 1, 2, 3"
        )
    ]


def set_exchange_rate(
    connection: sqlite3.Connection,
    currency: str,
    worth_in: str,
    since: date,
    rate: Decimal,
    now: int,
) -> None:
    """Keep a dated rate in place of that pair's rate of that day."""
    connection.execute(
        "INSERT INTO exchange_rate VALUES (?, ?, ?, ?, ?) ON CONFLICT (currency, worth_in, since) "
        "DO UPDATE SET rate=excluded.rate, made_at=excluded.made_at",
        (currency, worth_in, since.isoformat(), f"{rate:f}", now),
    )


def drop_exchange_rate(
    connection: sqlite3.Connection, currency: str, worth_in: str, since: date
) -> bool:
    """Forget a pair's rate of a day; False where there is none."""
    return bool(
        connection.execute(
            "DELETE FROM exchange_rate WHERE currency=? AND worth_in=? AND since=?",
            (currency, worth_in, since.isoformat()),
        ).rowcount
    )


def texts(connection: sqlite3.Connection, table: str) -> dict[str, str]:
    """Return what is kept by name in `scenario` or `unit_budget`, and was not taken away."""
    assert table in ("scenario", "unit_budget")
    there = "WHERE gone_at IS NULL" if table == "unit_budget" else ""
    rows = connection.execute(f"SELECT name, content FROM {table} {there} ORDER BY name")
    return dict(rows.fetchall())


def set_text(
    connection: sqlite3.Connection, table: str, name: str, content: str | None, now: int
) -> None:
    """Keep a text by name in `scenario` or `unit_budget`; None takes it away."""
    assert table in ("scenario", "unit_budget")
    if content is None:
        connection.execute(f"DELETE FROM {table} WHERE name=?", (name,))
        return
    comes_back = ", gone_at=NULL" if table == "unit_budget" else ""
    connection.execute(
        f"INSERT INTO {table} (name, content, made_at) VALUES (?, ?, ?) ON CONFLICT (name) "
        f"DO UPDATE SET content=excluded.content, made_at=excluded.made_at{comes_back}",
        (unicode_text(name), unicode_text(content), now),
    )


def scope_text(scope: Mapping[str, tuple[str, ...]]) -> str:
    """Return a scope as it is kept: nothing for all."""
    from msgspec import json

    named = {name: sorted({*values}) for name, values in sorted(scope.items()) if values}
    return json.encode(named).decode() if named else ""


def read_scope(text: str) -> dict[str, tuple[str, ...]]:
    """Return a scope that was kept."""
    from msgspec import json

    return json.decode(text, type=dict[str, tuple[str, ...]]) if text else {}
