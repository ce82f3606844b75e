"""Percentiles are values that occur, bins lose nothing, outliers are multiples of the median."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from convledger.economics.distribution import (
    LENGTH_EDGES,
    histogram,
    outliers,
    percentile,
    percentiles,
)

VALUES = st.lists(st.integers(1, 5_000), max_size=60)


def test_one_value_is_every_percentile_of_itself() -> None:
    assert percentiles([7]) == {50: 7, 90: 7, 99: 7}


def test_nothing_is_a_multiple_of_nothing() -> None:
    found = outliers([("a", 0), ("b", 0), ("c", 5)], 10)
    assert (found.median, found.threshold, found.found) == (0, None, ())
    assert outliers([], 10).median is None


@given(VALUES, st.integers(1, 100))
def test_a_percentile_is_one_of_the_values(values: list[int], percent: int) -> None:
    found = percentile(values, percent)
    assert (found in values) if values else found is None
    if found is not None:
        assert sum(value <= found for value in values) * 100 >= percent * len(values)


@given(VALUES)
def test_every_length_is_in_one_bin(values: list[int]) -> None:
    assert sum(histogram(values, LENGTH_EDGES)) == len(values)
