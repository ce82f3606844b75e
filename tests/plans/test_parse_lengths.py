"""Lengths of time: as documents write them, and for people."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from convledger.plans.lengths import (
    MOST_ELAPSED,
    MOST_MONTHS,
    elapsed_words,
    length_of,
    length_text,
    length_words,
)
from convledger.plans.schema import Length

SECOND = 1_000_000
MINUTE, HOUR, DAY = 60 * SECOND, 3600 * SECOND, 86_400 * SECOND


@pytest.mark.parametrize(
    ("text", "elapsed"),
    [
        ("30m", 30 * MINUTE),
        ("24h", DAY),
        ("7d", 7 * DAY),
        ("90s", 90 * SECOND),
        ("1h30m", 90 * MINUTE),
        ("1 h 30 min", 90 * MINUTE),
        ("1.5h", 90 * MINUTE),
        ("2 weeks", 14 * DAY),
        ("250ms", 250_000),
        ("0.000001s", 1),
        ("day", DAY),
        ("PT30M", 30 * MINUTE),
        ("P7D", 7 * DAY),
        ("P1DT12H", 36 * HOUR),
        ("P2W", 14 * DAY),
    ],
)
def test_elapsed_time(text: str, elapsed: int) -> None:
    assert length_of(text) == Length(elapsed=elapsed)


@pytest.mark.parametrize(
    ("text", "months"),
    [("P12M", 12), ("P1Y", 12), ("P1Y6M", 18), ("1 month", 1), ("month", 1), ("2 quarters", 6)],
)
def test_months_of_the_calendar(text: str, months: int) -> None:
    assert length_of(text) == Length(months=months)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("30", "needs a unit of time"),
        ("30M", 'write "30m" or "P30M"'),
        ("5 parsecs", 'no unit of time named "parsecs"'),
        ("P1M2D", "mixes months"),
        ("1 month 3 days", "mixes months"),
        ("1.5 months", "whole months"),
        ("P", "ISO 8601"),
        ("P1DT", "ISO 8601"),
        ("0.0001ms", "finer than a microsecond"),
        ("P200Y", "longer than 100 years"),
        ("99999999999d", "longer than 100 years"),
        ("-5m", "must be a length"),
        ("", "must be a length"),
        ("٣٠m", "must be a length"),
        ("1" * 99, "must be a length of time"),
    ],
)
def test_what_is_no_length_says_why(text: str, complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        length_of(text)


@pytest.mark.parametrize(
    ("elapsed", "words"),
    [
        (0, "0 s"),
        (30 * MINUTE, "30 min"),
        (90 * MINUTE, "1 h 30 min"),
        (DAY, "24 h"),
        (3 * DAY, "72 h"),
        (7 * DAY, "7 days"),
        (7 * DAY + HOUR, "7 days 1 h"),
        (1_500_000, "1.5 s"),
        (1, "0.000001 s"),
    ],
)
def test_words(elapsed: int, words: str) -> None:
    assert elapsed_words(elapsed) == words


def test_words_of_months() -> None:
    assert length_words(Length(months=1)) == "1 month"
    assert length_words(Length(months=12)) == "12 months"
    assert length_text(Length(months=12)) == "P12M"
    assert length_text(Length(elapsed=90 * MINUTE)) == "1h30m"


LENGTHS = st.one_of(
    st.builds(Length, elapsed=st.integers(0, MOST_ELAPSED)),
    st.builds(Length, months=st.integers(1, MOST_MONTHS)),
)


@given(LENGTHS)
def test_what_is_written_is_read_back(length: Length) -> None:
    assert length_of(length_text(length)) == length
    assert length_of(length_words(length)) == length


@given(st.text(max_size=80))
def test_any_text_is_a_length_or_says_why_not(text: str) -> None:
    try:
        length = length_of(text)
    except ValueError:
        return

    assert not (length.elapsed and length.months)
