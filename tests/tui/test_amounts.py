"""Figures on the screens are short, never zero for something, never whole for a part."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from convledger.clock import DAY, HOUR, SECOND
from convledger.money import PICO
from convledger.tui.amounts import (
    ago,
    axis_label,
    axis_steps,
    nearest,
    percent,
    size,
    tokens,
    usd,
)

MINUTE = 60 * SECOND


@pytest.mark.parametrize(
    ("pico", "text"),
    [
        (None, "–"),
        (0, "$0.00"),
        (7_200_000_000_000, "$7.20"),
        (-81_150_000_000_000, "-$81.15"),
        (1_540_800_000_000_000, "$1,540.80"),
        (9_999_994_999_999_999, "$9,999.99"),
        (9_999_995_000_000_000, "$10,000"),
        (12_345_400_000_000_000, "$12,345"),
        (10_000_000_000, "$0.01"),
        (9_500_000_000, "$0.01"),
        (9_400_000_000, "$0.009"),
        (4_000_000_000, "$0.004"),
        (950_000_000, "$0.001"),
        (420_000_000, "$0.0004"),
        (1, "<$0.0001"),
        (-1, ">-$0.0001"),
    ],
)
def test_dollars_have_as_many_digits_as_say_something(pico: int | None, text: str) -> None:
    assert usd(pico) == text


def test_estimated_dollars_say_so_and_an_unknown_amount_is_no_estimate() -> None:
    assert usd(2 * PICO, estimated=True) == "~$2.00"
    assert usd(None, estimated=True) == "–"


def shown(text: str) -> Fraction:
    return Fraction(text.strip("<>-$").replace(",", "").removeprefix("-$"))


@given(st.integers(1, 10**20), st.integers(1, 10**20))
def test_more_dollars_never_look_like_less(one: int, other: int) -> None:
    less, more = sorted((one, other))

    assert shown(usd(less)) <= shown(usd(more))


@given(st.integers(1, 10**20))
def test_dollars_shown_are_near_the_amount(pico: int) -> None:
    text = usd(pico)
    last_digit = Fraction(1, 10 ** len(text.partition(".")[2]))

    assert abs(shown(text) - Fraction(pico, PICO)) <= last_digit
    assert shown(text) > 0


@pytest.mark.parametrize(
    ("part", "whole", "text"),
    [
        (62, 100, "62 %"),
        (0, 7, "0 %"),
        (1, 1000, "<1 %"),
        (-1, 1000, "-<1 %"),
        (1, 100, "1 %"),
        (999, 1000, "99 %"),
        (7, 7, "100 %"),
        (1001, 1000, "101 %"),
        (25, 2, "1,250 %"),
        (-1, 4, "-25 %"),
        (Fraction(1, 3), Fraction(1, 2), "67 %"),
        (1, 0, "–"),
    ],
)
def test_share_is_none_or_all_only_where_it_is_exact(
    part: int | Fraction, whole: int | Fraction, text: str
) -> None:
    assert percent(part, whole) == text


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (0, "0"),
        (1_904, "1,904"),
        (9_999, "9,999"),
        (10_000, "10.0k"),
        (12_449, "12.4k"),
        (12_450, "12.5k"),
        (99_949, "99.9k"),
        (99_950, "100k"),
        (999_499, "999k"),
        (999_500, "1.0M"),
        (3_100_000, "3.1M"),
        (412_000_000, "412M"),
        (2_500_000_000, "2.5B"),
        (10**18, "1,000,000T"),
    ],
)
def test_tokens_keep_three_digits_beyond_ten_thousand(number: int, text: str) -> None:
    assert tokens(number) == text


@pytest.mark.parametrize(
    ("elapsed", "text"),
    [
        (0, "0 s"),
        (SECOND - 1, "0 s"),
        (12 * SECOND, "12 s"),
        (MINUTE - 1, "59 s"),
        (4 * MINUTE, "4 min"),
        (2 * HOUR + 59 * MINUTE, "2 h"),
        (DAY, "1 day"),
        (3 * DAY, "3 days"),
        (13 * DAY, "13 days"),
        (14 * DAY, "2 weeks"),
        (365 * DAY, "1 year"),
        (800 * DAY, "2 years"),
        (-2 * HOUR, "in 2 h"),
    ],
)
def test_age_is_its_largest_unit(elapsed: int, text: str) -> None:
    assert ago(elapsed) == text


def test_size_has_decimal_units() -> None:
    assert [size(512), size(1_230_000)] == ["512 B", "1.23 MB"]


def test_nearest_rounds_ties_upwards() -> None:
    assert [nearest(part, 2) for part in (0, 1, 2, 3, 4)] == [0, 1, 1, 2, 2]


TOPS = st.integers(0, 10**17) | st.integers(1, 1000) | st.fractions(0, 1000)


@given(TOPS, st.integers(-1, 80))
def test_axis_holds_the_top_and_wastes_less_than_half(top: int | Fraction, rows: int) -> None:
    axis = axis_steps(top, rows)
    unit = Fraction(axis.step, axis.every)

    assert str(axis.step).rstrip("0") in ("1", "2", "5")
    assert axis.lines[0] == 0
    assert (len(axis.lines) - 1) * axis.every <= axis.rows - 1
    if top > 0:
        assert top <= unit * axis.rows
        assert axis.rows < 2 or len(axis.lines) > 1
        if rows >= 5 and top > axis.rows:  # else the step is one whole unit already
            assert top * 2 > unit * axis.rows


def test_axis_of_ten_rows_for_twelve_dollars_has_a_line_every_four_rows() -> None:
    axis = axis_steps(12 * PICO, 10)

    assert (axis.step, axis.every, axis.lines) == (5 * PICO, 4, [0, 5 * PICO, 10 * PICO])
    assert axis.eighths(5 * PICO) == 4 * 8
    assert axis.eighths(1000 * PICO) == 10 * 8


def test_axis_of_nothing_has_the_zero_line_alone() -> None:
    assert axis_steps(0, 10).lines == [0]


@pytest.mark.parametrize(
    ("amount", "step", "text"),
    [
        (0, PICO // 1000, "$0"),
        (4 * PICO, 2 * PICO, "$4"),
        (15_000 * PICO, 5_000 * PICO, "$15,000"),
        (PICO, PICO // 2, "$1.00"),
        (PICO // 20, PICO // 20, "$0.05"),
        (PICO // 500, PICO // 1000, "$0.002"),
        (2, 1, "$0.000000000002"),
    ],
)
def test_axis_label_has_the_digits_of_its_step(amount: int, step: int, text: str) -> None:
    assert axis_label(amount, step) == text
