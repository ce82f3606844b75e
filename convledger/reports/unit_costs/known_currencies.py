"""The currencies that amounts of a workspace are in, or can be turned into."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from typing import TYPE_CHECKING

from convledger.errors import ConvledgerError
from convledger.reports.unit_costs.converting import exchange_rates
from convledger.store import costs as kept

if TYPE_CHECKING:
    from convledger.reports.plan_book import PlanBook

LISTED = "USD"  # what list prices are in


@dataclass(frozen=True, slots=True)
class KnownCurrency:
    """A currency, what is in it, and whether list prices can be turned into it at all."""

    code: str
    held: tuple[str, ...]
    has_rate: bool


def known_currencies(connection: sqlite3.Connection, book: PlanBook) -> list[KnownCurrency]:
    """Return the dollar, then all others by their codes."""
    held: dict[str, list[str]] = {LISTED: ["list prices"]}
    rated = {LISTED}

    def note(code: str, what: str) -> None:
        words = held.setdefault(code, [])
        if what not in words:
            words.append(what)

    for item in kept.items(connection):
        note(item.currency, "costs")
    for hour in kept.hourly_rates(connection):
        note(hour.currency, "people")
    for subscription in book.subscriptions():
        try:
            plans = book.contract(subscription).plans
        except ConvledgerError:  # the plan's own screen says what is wrong with it
            continue
        for plan in plans:
            note(plan.currency, "plans")
    for rate in exchange_rates(connection):
        for code in (rate.currency, rate.into):
            note(code, "rates")
        if rate.currency == LISTED:
            rated.add(rate.into)
    return [
        KnownCurrency(code, tuple(words), code in rated)
        for code, words in sorted(held.items(), key=lambda one: (one[0] != LISTED, one[0]))
    ]
