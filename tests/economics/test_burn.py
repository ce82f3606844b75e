"""How fast something is used, and how far that can be trusted."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from convledger.economics.burn import burn_rate, confidence, recent_burn


@pytest.mark.parametrize(
    ("used", "days", "rate"), [(70, 7, 10), (0, 7, 0), (5, 0, None), (5, -1, None)]
)
def test_burn_is_use_by_elapsed_days(used: int, days: int, rate: int | None) -> None:
    assert burn_rate(used, days) == rate


def test_part_of_a_day_counts_as_that_part() -> None:
    assert burn_rate(1, Fraction(1, 3)) == 3


def test_idle_days_count_and_a_young_history_is_its_own_length() -> None:
    assert recent_burn([100, 0, 0, 14, 0, 0, 0, 0, 0], 7) == 2
    assert recent_burn([14, 0], 7) == 7
    assert recent_burn([], 7) is None
    assert recent_burn([3], 0) is None


@pytest.mark.parametrize(
    ("daily", "word"),
    [
        ([10] * 2, ""),
        ([10] * 3, "low"),
        ([10] * 6, "low"),
        ([10] * 7, "medium"),
        ([10] * 13, "medium"),
        ([10] * 14, "high"),
        ([0] * 30, ""),
        # Deviation exactly half the mean, then just above it.
        ([5, 15] * 7, "high"),
        ([5, 15] * 7 + [0], "medium"),
        # Deviation exactly the mean, then just above it.
        ([0, 20] * 7, "medium"),
        ([0, 20] * 7 + [0], "low"),
        ([0] * 27 + [500], "low"),
        # The third of a unit has no exact float.
        ([Fraction(1, 6), Fraction(1, 2)] * 7, "high"),
    ],
)
def test_confidence_rests_on_days_and_on_how_alike_they_are(
    daily: list[int | Fraction], word: str
) -> None:
    assert confidence(daily) == word


@given(st.lists(st.integers(0, 1000), max_size=30), st.fractions(Fraction(1, 1000), 1000))
def test_confidence_does_not_depend_on_the_unit(daily: list[int], factor: Fraction) -> None:
    assert confidence([used * factor for used in daily]) == confidence(daily)
