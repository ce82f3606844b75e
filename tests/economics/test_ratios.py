"""Ratios are ratios of sums, and nothing is divided by nothing."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from convledger.economics.ratios import (
    ceil_ratio,
    committed_then_overage,
    floor_ratio,
    mean_ratio,
    per_message,
    pooled_bill,
    ratio,
)

NUMBERS = st.fractions(0, 10_000, max_denominator=100)


def test_a_ratio_is_exact_or_nothing() -> None:
    assert ratio(210_000, 39_000) == Fraction(70, 13)
    assert (ratio(1, 0), floor_ratio(1, 0), ceil_ratio(1, 0)) == (None, None, None)


@pytest.mark.parametrize(
    ("part", "whole", "down", "up"),
    [("20", "4", 5, 5), ("20", "0.024", 833, 834), ("-1", "2", -1, 0), ("0", "7", 0, 0)],
)
def test_whole_units_are_counted_down_or_up(part: str, whole: str, down: int, up: int) -> None:
    assert floor_ratio(Fraction(part), Fraction(whole)) == down
    assert ceil_ratio(Fraction(part), Fraction(whole)) == up


def test_a_message_costs_the_ratio_of_sums_and_not_the_mean_of_ratios() -> None:
    price = Fraction(1, 2)

    assert per_message(price, 2, 31) == Fraction(1, 31)
    assert mean_ratio([(price, 1), (price, 30)]) == Fraction(31, 120)
    assert per_message(price, 0, 0) is None
    assert mean_ratio([]) is None
    assert mean_ratio([(price, 1), (price, 0)]) is None


@pytest.mark.parametrize(
    ("used", "over", "total"), [(205_000, 15_000, 2050), (190_000, 0, 1900), (0, 0, 1900)]
)
def test_seats_share_what_is_included(used: int, over: int, total: int) -> None:
    bill = pooled_bill(100, 1900, used, credit_price=Fraction(1, 100), seat_price=19)

    assert bill.included == 190_000
    assert bill.over == over
    assert bill.total == total


@pytest.mark.parametrize(
    ("quantity", "included", "committed", "over", "total"),
    [(120, 50, 40, 30, 120), (90, 50, 40, 0, 60), (70, 50, 20, 0, 60), (10, 10, 0, 0, 60)],
)
def test_a_committed_block_is_paid_used_or_not(
    quantity: int, included: int, committed: int, over: int, total: int
) -> None:
    bill = committed_then_overage(
        quantity, included=50, committed=40, committed_price=Fraction(3, 2), overage_price=2
    )

    assert bill.included_used == included
    assert bill.committed_used == committed
    assert bill.committed_amount == 60
    assert bill.over == over
    assert bill.total == total


@given(NUMBERS, NUMBERS, NUMBERS)
def test_every_unit_is_included_committed_or_over(
    quantity: Fraction, included: Fraction, committed: Fraction
) -> None:
    bill = committed_then_overage(
        quantity, included=included, committed=committed, committed_price=1, overage_price=2
    )

    assert bill.included_used + bill.committed_used + bill.over == quantity
    assert min(bill.included_used, bill.committed_used, bill.over) >= 0
    assert bill.over == 0 or (bill.included_used, bill.committed_used) == (included, committed)
