"""Keeps closings of costs: until when, and how everything was divided by then.

A closing that was opened again keeps its rows, so that it can be brought back. Everything that
writes belongs into a transaction.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

Rates = tuple[tuple[str, str, date, Decimal], ...]


@dataclass(frozen=True, slots=True)
class Closing:
    """Costs closed before the day `until`, which begins a month at the instant `ends_at`.

    `after` is the closing that it goes on from; `rates` are the exchange rates known then, each a
    currency, what it is worth in, since when, and the rate.
    """

    id: int
    after: int | None
    until: date
    ends_at: int
    rates: Rates
    closed_at: int
    gone_at: int | None = None


@dataclass(frozen=True, slots=True)
class ClosedDivision:
    """A period of a cost or of a plan's bills as it was divided; picounits of its currency.

    `since` and `until` are ISO days of a cost, and instants in UTC microseconds of a plan.
    `weighed` has conversations in the order of leftover units, None for one that was erased.
    """

    item_id: int | None
    subscription_id: int | None
    name: str
    since: str
    until: str
    amount: int
    currency: str
    weighed: tuple[tuple[int | None, int], ...]


@dataclass(frozen=True, slots=True)
class ClosedTalk:
    """What a conversation's own calls (picodollars) and people (picounits of `currency`) came to.

    None is what nobody knew.
    """

    conversation_id: int
    opened_at: int
    list_pico: int | None
    people: int | None
    currency: str


def closings(connection: sqlite3.Connection, *, with_gone: bool = False) -> list[Closing]:
    """Return the closings in force, the earliest first; those that were opened again if told."""
    among = "" if with_gone else "WHERE gone_at IS NULL"
    rows = connection.execute(
        "SELECT id, after_id, until, ends_at, rates, closed_at, gone_at FROM cost_closing "
        f"{among} ORDER BY until, id"
    )
    return [
        Closing(row[0], row[1], date.fromisoformat(row[2]), row[3], _rates(row[4]), *row[5:])
        for row in rows
    ]


def divisions(connection: sqlite3.Connection, closing: int) -> list[ClosedDivision]:
    """Return what a closing says of costs and bills, in the order in which it was kept."""
    weighed: dict[int, list[tuple[int | None, int]]] = {}
    for number, conversation, weight in connection.execute(
        "SELECT division_id, conversation_id, weight FROM closed_share WHERE division_id IN "
        "(SELECT id FROM closed_division WHERE closing_id=?) ORDER BY division_id, place",
        (closing,),
    ):
        weighed.setdefault(number, []).append((conversation, int(weight)))
    return [
        ClosedDivision(
            item,
            subscription,
            name,
            since,
            until,
            int(amount),
            currency,
            tuple(weighed.get(number, ())),
        )
        for number, item, subscription, name, since, until, amount, currency in connection.execute(
            "SELECT id, item_id, subscription_id, name, since, until, amount, currency "
            "FROM closed_division WHERE closing_id=? ORDER BY id",
            (closing,),
        )
    ]


def talks(connection: sqlite3.Connection, closing: int) -> list[ClosedTalk]:
    """Return what a closing says of conversations' own costs."""
    return [
        ClosedTalk(number, opened, _number(listed), _number(people), currency)
        for number, opened, listed, people, currency in connection.execute(
            "SELECT conversation_id, opened_at, list_pico, people, currency FROM closed_talk "
            "WHERE closing_id=? ORDER BY conversation_id",
            (closing,),
        )
    ]


def add_closing(
    connection: sqlite3.Connection,
    closing: Closing,
    divided: Iterable[ClosedDivision],
    own: Iterable[ClosedTalk],
) -> int:
    """Keep a closing and return its number; its own `id` does not count."""
    cursor = connection.execute(
        "INSERT INTO cost_closing (after_id, until, ends_at, rates, closed_at) "
        "VALUES (?, ?, ?, ?, ?)",
        (
            closing.after, closing.until.isoformat(), closing.ends_at, _rates_text(closing.rates),
            closing.closed_at,
        ),
    )  # fmt: skip
    number = int(cursor.lastrowid or 0)
    for each in divided:
        cursor = connection.execute(
            "INSERT INTO closed_division (closing_id, item_id, subscription_id, name, since, "
            "until, amount, currency) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (
                number, each.item_id, each.subscription_id, each.name, each.since, each.until,
                str(each.amount), each.currency,
            ),
        )  # fmt: skip
        connection.executemany(
            "INSERT INTO closed_share VALUES (?, ?, ?, ?)",
            [
                (cursor.lastrowid, place, conversation, str(weight))
                for place, (conversation, weight) in enumerate(each.weighed)
            ],
        )
    connection.executemany(
        "INSERT INTO closed_talk VALUES (?, ?, ?, ?, ?, ?)",
        [
            (
                number, each.conversation_id, each.opened_at, _text(each.list_pico),
                _text(each.people), each.currency,
            )
            for each in own
        ],
    )  # fmt: skip
    return number


def forget_conversations(connection: sqlite3.Connection, ids: str) -> None:
    """Leave what conversations weighed without a name, and drop what was their own.

    `ids` are a JSON list. The others go on bearing what they bore.
    """
    among = "conversation_id IN (SELECT value FROM json_each(?))"
    connection.execute(f"UPDATE closed_share SET conversation_id=NULL WHERE {among}", (ids,))
    connection.execute(f"DELETE FROM closed_talk WHERE {among}", (ids,))


def _rates(text: str) -> Rates:
    return tuple(
        (currency, into, date.fromisoformat(since), Decimal(rate))
        for currency, into, since, rate in json.loads(text)
    )


def _rates_text(rates: Rates) -> str:
    return json.dumps([[a, b, since.isoformat(), f"{rate:f}"] for a, b, since, rate in rates])


def _text(number: int | None) -> str | None:
    return None if number is None else str(number)


def _number(text: str | None) -> int | None:
    return None if text is None else int(text)
