"""Amounts in several currencies: kept apart, and added only through dated rates."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

Number = int | Fraction | Decimal


@dataclass(frozen=True, slots=True)
class ExchangeRate:
    """What one of `currency` is worth in `into` from a day on, as somebody recorded it."""

    currency: str
    into: str
    rate: Decimal
    since: date


@dataclass(frozen=True, slots=True)
class Converted:
    """Sums by currency, in the order of their codes, and all of them in one if rates are known.

    `total` is None where a rate is missing; `missing` names the currencies without one, and
    `used` the rates that the total rests on.
    """

    by_currency: dict[str, Fraction]
    total: Fraction | None
    missing: tuple[str, ...]
    used: tuple[ExchangeRate, ...]


def rate_on(
    rates: Iterable[ExchangeRate], currency: str, into: str, day: date
) -> ExchangeRate | None:
    """Return the newest rate of a pair that was in force on a day; none is derived from others."""
    fitting = [
        rate
        for rate in rates
        if (rate.currency, rate.into) == (currency, into) and rate.since <= day
    ]
    return max(fitting, key=lambda rate: rate.since, default=None)


def converted(
    amounts: Iterable[tuple[Number, str]], into: str, rates: Iterable[ExchangeRate], day: date
) -> Converted:
    """Return amounts summed by currency and, at the rates of a day, in the currency `into`."""
    sums: dict[str, Fraction] = {}
    for amount, currency in amounts:
        sums[currency] = sums.get(currency, Fraction(0)) + Fraction(amount)
    known = list(rates)
    total = Fraction(0)
    missing, used = [], []
    for currency in sorted(sums):
        if currency == into:
            total += sums[currency]
        elif (rate := rate_on(known, currency, into, day)) is None:
            missing.append(currency)
        else:
            total += sums[currency] * Fraction(rate.rate)
            used.append(rate)
    by_currency = {currency: sums[currency] for currency in sorted(sums)}
    return Converted(by_currency, None if missing else total, tuple(missing), tuple(used))
