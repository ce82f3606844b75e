"""Turns amounts into the currency that is asked for, by dated rates alone."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction

from convledger.economics.exchange import ExchangeRate, rate_on
from convledger.pricing.arithmetic import half_even
from convledger.store import costs as kept


@dataclass(slots=True)
class Money:
    """Converts by the rate of a day, and notes which rates it used and which it had not.

    `missing` names for each currency without a rate what was to be turned. `versions` are the rates
    that were known at closings; where one knew none those of now count.
    """

    currency: str
    rates: Sequence[ExchangeRate]
    missing: dict[str, str] = field(default_factory=dict)
    used: list[ExchangeRate] = field(default_factory=list)
    versions: Mapping[int, Sequence[ExchangeRate]] = field(default_factory=dict)
    _on_days: dict[tuple[str, date, int], ExchangeRate | None] = field(default_factory=dict)

    def converted(
        self, amount: int, currency: str, day: date, what: str, version: int = 0
    ) -> int | None:
        """Return picounits in the currency asked for, None where no rate is known."""
        if currency == self.currency or not amount:
            return amount
        key = currency, day, version
        if key not in self._on_days:
            first = rate_on(self.versions.get(version, ()), currency, self.currency, day)
            self._on_days[key] = first or rate_on(self.rates, currency, self.currency, day)
        rate = self._on_days[key]
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
