"""Money is exact inside, and rounded once, half to even, for people."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from convledger.money import PICO, pico_from_usd, usd_display, usd_text


@pytest.mark.parametrize(
    ("pico", "text"),
    [
        (0, "0"),
        (1, "0.000000000001"),
        (-1, "-0.000000000001"),
        (1_822_500_000_000, "1.8225"),
        (-5 * PICO, "-5"),
        (12_345 * PICO, "12345"),
    ],
)
def test_exact_text_is_short_and_loses_nothing(pico: int, text: str) -> None:
    assert usd_text(pico) == text


@given(st.integers(-(10**30), 10**30))
def test_text_reads_back_as_the_same_amount(pico: int) -> None:
    assert pico_from_usd(Decimal(usd_text(pico))) == pico


@pytest.mark.parametrize(
    ("pico", "places", "text"),
    [
        (None, 2, "–"),
        (0, 2, "$0.00"),
        (1_234_560_000_000_000, 2, "$1,234.56"),
        (-1_234_560_000_000_000, 2, "-$1,234.56"),
        (15_000_000_000, 2, "$0.02"),
        (25_000_000_000, 2, "$0.02"),
        (25_000_000_001, 2, "$0.03"),
        (999_995_000_000_000, 2, "$1,000.00"),
        (5_000_000_000, 2, "<$0.01"),
        (1, 2, "<$0.01"),
        (-1, 2, ">-$0.01"),
        (1, 0, "<$1"),
        (1, 4, "<$0.0001"),
        (1, 12, "$0.000000000001"),
        (1_500_000_000_000, 0, "$2"),
        (1_234_000_000_000_000_000, 0, "$1,234,000"),
    ],
)
def test_amount_for_people_is_never_zero_unless_it_is(
    pico: int | None, places: int, text: str
) -> None:
    assert usd_display(pico, places) == text


@pytest.mark.parametrize(
    ("usd", "pico"),
    [
        ("0.0000000000005", 0),
        ("0.0000000000015", 2),
        ("0.00000000000050000000000000000000000000000001", 1),
        ("-0.0000000000015", -2),
        ("1e3", 1000 * PICO),
        ("-1e-999999", 0),
        # Rounded to 28 digits first, this one would become a tie and then go the wrong way.
        ("1234567890123456.0000000000004999999", 1234567890123456 * PICO),
        ("12345678901234567.123456789012345", 12345678901234567123456789012),
    ],
)
def test_dollars_become_picodollars_rounded_once(usd: str, pico: int) -> None:
    assert pico_from_usd(Decimal(usd)) == pico


@pytest.mark.parametrize("usd", ["NaN", "sNaN", "Infinity", "-Infinity", "1e999999999"])
def test_what_is_no_amount_is_refused_at_once(usd: str) -> None:
    with pytest.raises(ValueError, match=r"amount|NaN"):
        pico_from_usd(Decimal(usd))
