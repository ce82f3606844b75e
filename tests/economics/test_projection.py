"""Where a period ends at the rate so far."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from convledger.economics.projection import projected, to_reset


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
