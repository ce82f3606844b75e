"""Shared amounts are divided without a remainder and without a sum that differs."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from convledger.economics.allocation import allocate

WEIGHTS = st.lists(
    st.one_of(st.integers(0, 10**6), st.fractions(0, 1000, max_denominator=50)), max_size=12
)


def test_a_negative_amount_is_divided_by_its_magnitude() -> None:
    assert allocate(-10, [3, 3, 1]) == [-4, -4, -2]


def test_nobody_gets_a_part_where_there_is_nobody() -> None:
    assert allocate(100, []) == []


def test_nobody_weighs_less_than_nothing() -> None:
    with pytest.raises(ValueError, match="less than nothing"):
        allocate(1, [1, -1])


@given(st.integers(-(10**15), 10**15), WEIGHTS)
def test_parts_are_within_one_of_their_quota_and_add_up(
    total: int, weights: list[int | Fraction]
) -> None:
    parts = allocate(total, weights)
    whole = sum(weights)
    assert sum(parts) == (total if weights else 0)
    if whole:
        for part, weight in zip(parts, weights, strict=True):
            assert abs(part - Fraction(total) * weight / whole) < 1
