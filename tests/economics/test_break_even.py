"""Where one plan overtakes another."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from convledger.economics.break_even import (
    BreakEven,
    CheapestBand,
    break_even,
    cheapest_bands,
    total_at,
)

NUMBERS = st.fractions(0, 100, max_denominator=50)


def test_a_price_a_conversation_meets_one_an_action() -> None:
    found = break_even(2, 0, 0, Fraction("0.10"))

    assert found == BreakEven(Fraction(20), 20, "b", "a")


def test_units_are_whole_from_the_first_that_pays() -> None:
    found = break_even(20, 0, 0, Fraction("0.024"))

    assert found.x == Fraction(20000, 24)
    assert found.units == 834


@pytest.mark.parametrize(("fixed", "cheaper"), [(5, "b"), (1, "a"), (3, "")])
def test_parallel_prices_never_meet(fixed: int, cheaper: str) -> None:
    found = break_even(fixed, 1, 3, 1)

    assert (found.x, found.units) == (None, None)
    assert (found.below, found.above) == (cheaper, cheaper)


def test_prices_that_met_before_nothing_have_no_break_even() -> None:
    found = break_even(1, 1, 2, 2)

    assert found == BreakEven(Fraction(-1), None, "a", "a")


def test_prices_that_start_equal_part_at_once() -> None:
    found = break_even(3, 1, 3, 2)

    assert found == BreakEven(Fraction(0), 0, "", "a")


@given(NUMBERS, NUMBERS, NUMBERS, NUMBERS)
def test_the_side_that_is_named_is_the_cheaper(
    fixed_a: Fraction, slope_a: Fraction, fixed_b: Fraction, slope_b: Fraction
) -> None:
    found = break_even(fixed_a, slope_a, fixed_b, slope_b)
    middle = Fraction(0) if found.x is None or found.x < 0 else found.x
    assert found.x is None or fixed_a + slope_a * found.x == fixed_b + slope_b * found.x
    for at, cheaper in ((middle / 2, found.below), (middle + 1, found.above)):
        gap = fixed_a + slope_a * at - (fixed_b + slope_b * at)
        if at != middle:
            assert cheaper == ("" if gap == 0 else "a" if gap < 0 else "b")


FREE = [(0, 0), (100, 0), (1100, 500)]
FLAT = [(0, 100), (1, 100)]
PER_UNIT = [(0, 0), (1, 1)]


def test_which_plan_is_cheapest_from_where_to_where() -> None:
    bands = cheapest_bands({"unit": PER_UNIT, "free": FREE, "flat": FLAT})

    assert bands == [CheapestBand("free", 0, 300), CheapestBand("flat", 301, None)]


def test_a_plan_that_is_cheapest_twice_has_two_bands() -> None:
    stairs = [(0, 10), (10, 10), (11, 30), (40, 30)]
    slope = [(0, 5), (100, 105)]

    assert cheapest_bands({"stairs": stairs, "slope": slope}) == [
        CheapestBand("slope", 0, 5),
        CheapestBand("stairs", 6, 10),
        CheapestBand("slope", 11, 25),
        CheapestBand("stairs", 26, None),
    ]


def test_a_plan_with_an_end_is_left_out_from_there_on() -> None:
    curves = {"free": ((0, 0), (100, 0)), "each": ((0, 0), (100, 50)), "dear": ((0, 90), (100, 90))}

    def found(ends: dict[str, int]) -> list[tuple[str, int, int | None]]:
        bands = cheapest_bands(curves, ends=ends)
        return [(band.plan_id, band.since, band.until) for band in bands]

    assert found({"free": 11}) == [("free", 0, 10), ("each", 11, 180), ("dear", 181, None)]
    assert found({"free": 500}) == [("free", 0, 499), ("dear", 500, None)]
    assert found({"free": 0, "dear": 200}) == [
        ("each", 0, 180),
        ("dear", 181, 199),
        ("each", 200, None),
    ]
    assert found({"free": 11, "each": 20, "dear": 15}) == [("free", 0, 10), ("each", 11, 19)]
    assert found(dict.fromkeys(curves, 0)) == []


def test_no_plan_no_band() -> None:
    assert cheapest_bands({}) == []
    assert cheapest_bands({"a": []}) == []
    assert cheapest_bands({"a": [(0, 5)]}, since=3) == [CheapestBand("a", 3, None)]


def test_a_total_lies_on_the_line_and_the_last_line_goes_on() -> None:
    assert [total_at(FREE, units) for units in (0, 50, 100, 300, 1100, 1300)] == [
        *(0, 0, 0, 100, 500, 600),
    ]
    assert total_at([(5, 7)], 100) == 7


@st.composite
def curves(draw: st.DrawFn) -> list[tuple[int, int]]:
    ends = sorted(draw(st.sets(st.integers(1, 60), max_size=5)))
    return [(units, draw(st.integers(0, 100))) for units in [0, *ends]]


@settings(deadline=None)
@given(st.lists(curves(), min_size=1, max_size=5))
def test_in_each_band_nobody_is_cheaper_and_bands_have_no_gap(
    plans: list[list[tuple[int, int]]],
) -> None:
    named = {str(number): points for number, points in enumerate(plans)}
    bands = cheapest_bands(named)

    assert bands[0].since == 0
    assert bands[-1].until is None
    for band, following in pairwise(bands):
        assert band.until == following.since - 1
        assert band.since <= following.since - 1
        assert band.plan_id != following.plan_id
    for band in bands:
        last = max(band.since, 120) if band.until is None else band.until
        for units in range(band.since, last + 1):
            least = min(total_at(points, units) for points in named.values())
            assert total_at(named[band.plan_id], units) == least
    for band, following in pairwise(bands):
        gap = total_at(named[band.plan_id], following.since)
        assert gap > total_at(named[following.plan_id], following.since)


def test_picounits_of_a_million_units_are_exact() -> None:
    seat = [(0, 20 * 10**12), (10**6, 20 * 10**12)]
    tokens = [(0, 0), (10**6, int(Decimal("0.024") * 10**18))]

    assert cheapest_bands({"seat": seat, "tokens": tokens}) == [
        CheapestBand("tokens", 0, 833),
        CheapestBand("seat", 834, None),
    ]
