"""Credits, money, instants and lengths of time as people write them."""

from __future__ import annotations

from datetime import UTC, datetime
from fractions import Fraction
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from convledger.clock import DAY, HOUR, SECOND
from convledger.money import PICO
from convledger.tui.credit_words import (
    MINUTE,
    about_credits,
    axis_money,
    clock_text,
    credits_text,
    day_text,
    full_moment_text,
    length_text,
    moment_text,
    money_text,
    of_credits,
    same_day,
    short_credits,
    signed_credits,
    signed_money,
    timeout_text,
    weekday_text,
)

BERLIN = ZoneInfo("Europe/Berlin")
AT = int(datetime(2026, 11, 24, 8, 2, tzinfo=UTC).timestamp()) * SECOND  # 09:02 in Berlin


@pytest.mark.parametrize(
    ("pico", "text"),
    [
        (194 * PICO, "194"),
        (PICO // 2, "0.5"),
        (1250 * PICO, "1,250"),
        (235 * PICO // 100, "2.35"),
        (PICO // 500, "0.002"),
        (0, "0"),
        (1, "<0.0001"),
        (-18 * PICO, "−18"),
        (1_900_000 * PICO + PICO // 4, "1,900,000"),
        (None, "–"),
    ],
)
def test_credits(pico: int | None, text: str) -> None:
    assert credits_text(pico) == text


def test_changes_of_a_balance_have_their_sign() -> None:
    assert [signed_credits(n * PICO) for n in (100, -18, 0)] == ["+100", "−18", "0"]


def test_foreseen_credits_have_no_more_digits_than_are_known() -> None:
    assert about_credits(Fraction(4149 * PICO, 100)) == "41.5"
    assert about_credits(Fraction(201 * PICO, 10)) == "20.1"
    assert about_credits(41 * PICO) == "41"
    assert about_credits(Fraction(1234567 * PICO, 1000)) == "1,235"
    assert about_credits(Fraction(PICO, 3)) == "0.33"
    assert about_credits(7) == "<0.01"
    assert about_credits(0) == "0"


@pytest.mark.parametrize(
    ("whole", "text"),
    [(480, "480"), (9_999, "9,999"), (10_000, "10k"), (12_500, "12.5k"), (1_900_000, "1.9M")],
)
def test_credits_on_an_axis_are_short(whole: int, text: str) -> None:
    assert short_credits(whole * PICO) == text


def test_money_is_written_in_its_currency() -> None:
    pico = 1025 * PICO // 100
    assert [money_text(pico, code) for code in ("USD", "EUR", "CHF")] == [
        *("$10.25", "€10.25", "10.25 CHF"),
    ]
    assert money_text(1200 * PICO, "JPY") == "¥1,200"
    assert money_text(None, "EUR") == "–"
    assert [signed_money(n * PICO // 100) for n in (1620, -625)] == ["+$16.20", "−$6.25"]
    assert axis_money(70 * PICO, 10 * PICO, "EUR") == "€70"


@pytest.mark.parametrize(
    ("span", "text"),
    [
        (0, "0 s"),
        (45 * SECOND, "45 s"),
        (47 * MINUTE, "47 min"),
        (2 * HOUR + 38 * MINUTE, "2 h 38 min"),
        (26 * HOUR + 10 * MINUTE, "26 h 10 min"),
        (24 * HOUR, "24 h"),
        (5 * DAY, "5 days"),
        (5 * DAY + 3 * HOUR, "5 days 3 h"),
        (400 * DAY + 3 * HOUR, "400 days"),
        (-5, "0 s"),
    ],
)
def test_lengths(span: int, text: str) -> None:
    assert length_text(span) == text


@pytest.mark.parametrize(
    ("span", "text"),
    [
        (90 * SECOND, "90 s"),
        (30 * MINUTE, "30 min"),
        (90 * MINUTE, "90 min"),
        (24 * HOUR, "24 h"),
        (7 * DAY, "7 days"),
        (SECOND + 1, "1 s"),
    ],
)
def test_timeouts_are_named_as_they_are_set(span: int, text: str) -> None:
    assert timeout_text(span) == text


def test_instants_in_a_zone() -> None:
    assert clock_text(AT, BERLIN) == "09:02"
    assert day_text(AT, BERLIN) == "24 Nov"
    assert weekday_text(AT, BERLIN) == "Tue 09:02"
    assert moment_text(AT, BERLIN) == "24 Nov 09:02"
    assert full_moment_text(AT, BERLIN) == "Tue 24 Nov 09:02"
    midnight = AT - 9 * HOUR - 2 * MINUTE
    assert moment_text(midnight, BERLIN) == "24 Nov"
    assert same_day(midnight, AT, BERLIN)
    assert not same_day(midnight, AT, UTC)


@given(st.integers(-(10**40), 10**40))
def test_any_number_has_words(number: int) -> None:
    for words in (credits_text, signed_credits, short_credits, money_text, signed_money,
                  length_text, timeout_text, about_credits):  # fmt: skip
        text = words(number)
        assert text
        assert (text[0] in "−") == (number < 0 and words not in (length_text, timeout_text))
    assert clock_text(number, BERLIN)


@pytest.mark.parametrize(
    ("figure", "words"),
    [("1", "1 credit"), ("+1", "+1 credit"), ("−1", "−1 credit"), ("0", "0 credits"),
     ("1.5", "1.5 credits"), ("11", "11 credits")],
)  # fmt: skip
def test_credits_agree_with_their_figure(figure: str, words: str) -> None:
    assert of_credits(figure) == words
