"""Where a period ends at the rate so far."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from convledger.clock import DAY
from convledger.economics.projection import (
    packs_needed,
    projected,
    reset_of_lots,
    shortfall_ahead,
    to_reset,
)
from convledger.economics.runway import CreditLot

NOW = 1_767_225_600_000_000


@pytest.mark.parametrize(
    ("spent", "elapsed", "period", "end"),
    [(12, 10, 30, 36), (12, Fraction(1, 2), 30, 720), (0, 10, 30, 0), (12, 0, 30, None)],
)
def test_a_period_goes_on_as_it_began(
    spent: int, elapsed: Fraction, period: int, end: int | None
) -> None:
    assert projected(spent, elapsed, period) == end


@pytest.mark.parametrize(
    ("burn", "survives", "shortfall", "forfeited"),
    [(10, False, 20, 0), (5, True, 0, 10), (Fraction(20, 3), True, 0, 0), (0, True, 0, 40)],
)
def test_an_allowance_lasts_to_its_reset_or_is_missing_so_much(
    burn: Fraction, survives: bool, shortfall: int, forfeited: int
) -> None:
    outlook = to_reset(40, burn, 6)

    assert outlook is not None
    assert (outlook.survives, outlook.shortfall == shortfall) == (survives, True)
    assert outlook.forfeited == forfeited
    assert outlook.shortfall_price(Fraction(1, 4)) == Fraction(shortfall, 4)
    assert outlook.shortfall_price(None) is None


def test_without_a_rate_there_is_no_outlook() -> None:
    assert to_reset(40, None, 6) is None


@settings(deadline=None)
@given(st.fractions(0, 1000), st.fractions(0, 100), st.fractions(0, 60))
def test_missing_and_forfeited_tell_the_whole_difference(
    left: Fraction, burn: Fraction, days: Fraction
) -> None:
    outlook = to_reset(left, burn, days)

    assert outlook is not None
    assert left - burn * days == outlook.forfeited - outlook.shortfall
    assert min(outlook.forfeited, outlook.shortfall) == 0


def lot(left: int, ends: int | None = None, priority: int = 0) -> CreditLot:
    expires_at = None if ends is None else NOW + ends * DAY
    return CreditLot(left=left, expires_at=expires_at, priority=priority)


@pytest.mark.parametrize(
    ("burn", "lots", "shortfall", "left"),
    [
        (1, [lot(7, ends=28), lot(100, ends=3, priority=9)], 21, 0),
        (1, [lot(7), lot(100, ends=3)], 18, 0),
        (1, [lot(30, ends=28)], 0, 2),  # what ends at the reset itself is still there then
        (1, [lot(28)], 0, 0),
        (0, [lot(5, ends=3), lot(2, ends=28), lot(1)], 0, 3),
        (1, [], 28, 0),
    ],
)
def test_what_expires_before_the_reset_does_not_last_to_it(
    burn: int, lots: list[CreditLot], shortfall: int, left: int
) -> None:
    outlook = reset_of_lots(NOW, burn, lots, NOW + 28 * DAY)

    assert outlook is not None
    assert outlook.survives is (shortfall == 0)
    assert outlook.shortfall == shortfall
    assert outlook.forfeited == left


def test_lots_without_a_rate_have_no_outlook() -> None:
    assert reset_of_lots(NOW, None, [lot(7)], NOW + DAY) is None


@settings(deadline=None)
@given(st.lists(st.integers(1, 1000), max_size=5), st.integers(0, 100), st.integers(1, 60))
def test_lots_that_do_not_expire_are_as_good_as_their_sum(
    amounts: list[int], burn: int, days: int
) -> None:
    lots = [lot(amount) for amount in amounts]
    assert reset_of_lots(NOW, burn, lots, NOW + days * DAY) == to_reset(sum(amounts), burn, days)


def to_come(left: int, after: int, ends: int | None = None) -> CreditLot:
    expires_at = None if ends is None else NOW + ends * DAY
    return CreditLot(left=left, effective_at=NOW + after * DAY, expires_at=expires_at)


@pytest.mark.parametrize(
    ("lots", "missing", "deepest"),
    [
        ([], 20, 20),
        ([lot(5)], 15, 15),
        ([lot(5), to_come(4, 4)], 11, 11),
        ([lot(5), to_come(20, 4)], 3, 3),  # from two and a half days to four
        ([lot(30)], 0, -10),
        ([lot(5), to_come(4, 2)], 11, 11),
        ([to_come(50, 9)], 18, 18),
        ([to_come(50, 10)], 20, 20),  # it comes when all is over
        ([lot(50, 3)], 14, 14),
        ([lot(30, 10)], 0, -10),  # what ends with the walk is there until then
        ([to_come(10, 1, 2), to_come(10, 3, 4)], 16, 16),
    ],
)
def test_what_is_missing_is_that_of_all_gaps_between_lots(
    lots: list[CreditLot], missing: int, deepest: int
) -> None:
    found = shortfall_ahead(NOW, 2, lots, NOW + 10 * DAY)
    assert found.missing == missing
    assert found.deepest == deepest


@pytest.mark.parametrize("burn", [None, 0])
def test_without_a_rate_nothing_will_be_missing(burn: int | None) -> None:
    found = shortfall_ahead(NOW, burn, [], NOW + DAY)
    assert found.missing == 0
    assert found.deepest is None
    assert packs_needed(found.deepest, 10, 2) == 0


@pytest.mark.parametrize(
    ("deepest", "threshold", "most", "packs"),
    [
        (20, 0, None, 2),
        (20, 1, None, 3),
        (-2, 2, None, 0),
        (-1, 2, None, 1),
        (-9, 2, None, 0),
        (95, 2, 4, 4),
        (95, 2, -1, 0),
    ],
)
def test_packs_keep_a_balance_at_its_threshold(
    deepest: int, threshold: int, most: int | None, packs: int
) -> None:
    assert packs_needed(deepest, 10, threshold, most) == packs
