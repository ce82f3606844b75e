"""Turns amounts into the currency that is asked for, by dated rates alone."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction

from convledger.economics.exchange import ExchangeRate, rate_on
from convledger.pricing.arithmetic import half_even
from convledger.store import costs as kept


@dataclass(slots=True)
class Money:
    """Converts by the rate of a day, and notes which rates it used and which it had not.

    `missing` names for each currency without a rate what was to be turned.
    """

    currency: str
    rates: Sequence[ExchangeRate]
    missing: dict[str, str] = field(default_factory=dict)
    used: list[ExchangeRate] = field(default_factory=list)
    _on_days: dict[tuple[str, date], ExchangeRate | None] = field(default_factory=dict)

    def converted(self, amount: int, currency: str, day: date, what: str) -> int | None:
        """Return picounits in the currency asked for, None where no rate is known."""
        if currency == self.currency or not amount:
            return amount
        if (currency, day) not in self._on_days:
            self._on_days[currency, day] = rate_on(self.rates, currency, self.currency, day)
        rate = self._on_days[currency, day]
        if rate is None:
            self.missing.setdefault(currency, what)
            return None
        if rate not in self.used:
            self.used.append(rate)
        exact = Fraction(amount) * Fraction(rate.rate)
        return half_even(exact.numerator, exact.denominator)


def exchange_rates(connection: sqlite3.Connection) -> list[ExchangeRate]:
    """Return the rates that were entered."""
    return [
        ExchangeRate(currency, into, rate, since)
        for currency, into, since, rate in kept.exchange_rates(connection)
    ]
