"""Currencies are added through recorded rates of a day, or not at all."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction

from convledger.economics.exchange import ExchangeRate, converted, rate_on

OLD = ExchangeRate("EUR", "USD", Decimal("1.0850"), date(2026, 1, 1))
NEW = ExchangeRate("EUR", "USD", Decimal("1.1"), date(2026, 6, 1))
AMOUNTS = [(Decimal("5.00"), "USD"), (Decimal("4.00"), "EUR"), (Decimal("6.00"), "EUR")]


def test_amounts_are_added_at_the_rate_of_the_day() -> None:
    found = converted(AMOUNTS, "USD", [NEW, OLD], date(2026, 5, 31))

    assert list(found.by_currency) == ["EUR", "USD"]
    assert found.by_currency == {"EUR": 10, "USD": 5}
    assert found.total == Fraction("15.85")
    assert found.used == (OLD,)
    assert converted(AMOUNTS, "USD", [NEW, OLD], date(2026, 6, 1)).total == 16


def test_without_a_rate_there_is_no_total_but_every_sum() -> None:
    found = converted(AMOUNTS, "USD", [NEW], date(2026, 5, 31))

    assert found.total is None
    assert found.missing == ("EUR",)
    assert found.by_currency == {"EUR": 10, "USD": 5}


def test_no_rate_is_made_from_the_other_way_round() -> None:
    assert rate_on([OLD], "USD", "EUR", date(2026, 2, 1)) is None
    assert converted(AMOUNTS, "EUR", [OLD], date(2026, 2, 1)).missing == ("USD",)


def test_one_currency_needs_no_rate() -> None:
    assert converted(AMOUNTS[1:], "EUR", [], date(2026, 2, 1)).total == 10
    assert converted([], "EUR", [], date(2026, 2, 1)).total == 0
