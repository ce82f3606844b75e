"""Keeps what providers' own bills say that some days come to.

What is forgotten keeps its row, so that it can be brought back. Everything that writes belongs
into a transaction.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from convledger.store.costs import read_scope, scope_text
from convledger.store.patterns import unicode_text


@dataclass(frozen=True, slots=True)
class Assertion:
    """Days from `since` until `until` (exclusive) in a zone, and what they come to.

    `amount` and `tolerance` are picounits of `currency`, which is a currency or `tokens`. `origin`
    names the file and its digest; `gone_at` is when it was forgotten.
    """

    since: date
    until: date
    amount: int
    currency: str
    tolerance: int = 0
    scope: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    zone: str = "UTC"
    origin: str = ""
    note: str = ""
    made_at: int = 0
    id: int = 0
    gone_at: int | None = None


def assertions(connection: sqlite3.Connection, *, with_gone: bool = False) -> list[Assertion]:
    """Return what is asserted, the earliest first."""
    among = "" if with_gone else "WHERE gone_at IS NULL"
    return [
        Assertion(
            since=date.fromisoformat(row[1]),
            until=date.fromisoformat(row[2]),
            scope=read_scope(row[3]),
            amount=int(row[4]),
            currency=row[5],
            tolerance=int(row[6]),
            zone=row[7],
            origin=row[8],
            note=row[9],
            made_at=row[10],
            id=row[0],
            gone_at=row[11],
        )
        for row in connection.execute(
            "SELECT id, since, until, scope, amount, currency, tolerance, zone, origin, note, "
            f"made_at, gone_at FROM balance_assertion {among} ORDER BY since, id"
        )
    ]


def add_assertion(connection: sqlite3.Connection, one: Assertion) -> int:
    """Keep an assertion and return its number; its own `id` does not count."""
    cursor = connection.execute(
        "INSERT INTO balance_assertion (since, until, scope, amount, currency, tolerance, zone, "
        "origin, note, made_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            one.since.isoformat(), one.until.isoformat(), unicode_text(scope_text(one.scope)),
            str(one.amount), one.currency, str(one.tolerance), one.zone,
            unicode_text(one.origin), unicode_text(one.note), one.made_at,
        ),
    )  # fmt: skip
    return int(cursor.lastrowid or 0)
