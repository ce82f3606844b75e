"""What is forgotten, and what it costs: whole turns, the cache broken where history moves."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from convledger.economics.context_policy import (
    FULL,
    RESET,
    SUMMARY,
    WINDOW,
    ContextPolicy,
    Replayed,
    TokenRates,
    TooSmall,
    Turn,
    replay,
)

RATES = TokenRates(3, 15, Fraction(3, 10), Fraction(15, 4))
TEN = [Turn(3_000, 1_000)] * 10
TURNS = st.lists(
    st.builds(Turn, st.integers(1, 5_000), st.integers(0, 3_000), st.integers(0, 10**9)),
    max_size=15,
)


def test_a_window_costs_more_than_all_of_the_history_where_a_cache_is() -> None:
    full = replay(TEN, ContextPolicy(FULL), RATES, cached=True)
    window = replay(TEN, ContextPolicy(WINDOW, 32_000), RATES, cached=True)
    assert [full.cost, window.cost] == [Fraction(347_550), Fraction(530_250)]
    assert (window.first_forgetting, window.forgotten_turns) == (8, 2)


def test_a_reset_forgets_everything_at_once() -> None:
    found = replay(TEN, ContextPolicy(RESET, every=4), RATES)
    assert found.input_tokens == 2 * (3 + 7 + 11 + 15) * 1_000 + (3 + 7) * 1_000
    assert (found.first_forgetting, found.forgotten_turns, found.forgotten_tokens) == (4, 8, 32_000)


def test_a_summary_is_a_request_of_its_own() -> None:
    found = replay(TEN, ContextPolicy(SUMMARY, 20_000, summary_tokens=500), RATES)
    assert found.requests == 11
    assert found.output == 10 * 1_000 + 500
    assert found.first_forgetting == 5


def test_a_cache_that_went_cold_is_written_anew() -> None:
    turns = [Turn(100, 10), Turn(50, 10, waited=6 * 60_000_000)]
    warm = replay(turns, ContextPolicy(FULL), RATES, cached=True)
    cold = replay(turns, ContextPolicy(FULL), RATES, cached=True, cache_lives=5 * 60_000_000)
    assert (warm.cache_read, cold.cache_read) == (100, 0)
    assert cold.cache_write == 100 + 160


@pytest.mark.parametrize("kind", [WINDOW, RESET, SUMMARY])
def test_a_turn_that_does_not_fit_is_refused(kind: str) -> None:
    with pytest.raises(TooSmall, match="turn 1 has 3000"):
        replay(TEN, ContextPolicy(kind, 2_000, summary_tokens=10), RATES)


@pytest.mark.parametrize("kind", [WINDOW, SUMMARY, RESET, "forget"])
def test_a_policy_that_says_too_little_is_refused(kind: str) -> None:
    with pytest.raises(ValueError, match=r"needs|no such policy"):
        ContextPolicy(kind)


@given(TURNS, st.booleans())
def test_a_cap_that_nothing_reaches_changes_nothing(turns: list[Turn], cached: bool) -> None:
    full = replay(turns, ContextPolicy(FULL), RATES, cached=cached, prefix=7)
    for kind in (WINDOW, RESET, SUMMARY):
        wide = replay(turns, ContextPolicy(kind, 10**9), RATES, cached=cached, prefix=7)
        assert wide == full


@given(TURNS, st.integers(9_000, 40_000), st.sampled_from([WINDOW, RESET, SUMMARY]), st.booleans())
def test_no_token_is_sent_that_the_cap_forbids(
    turns: list[Turn], cap: int, kind: str, cached: bool
) -> None:
    found = replay(turns, ContextPolicy(kind, cap), RATES, cached=cached)
    full = replay(turns, ContextPolicy(FULL), RATES)
    assert found.input_tokens <= cap * found.requests
    if kind != SUMMARY:
        assert found.input_tokens <= full.input_tokens
        assert found.output == full.output
    assert (found.first_forgetting is None) == (found.forgotten_tokens == 0)
    _is_consistent(found)


def _is_consistent(found: Replayed) -> None:
    parts = (
        3 * found.input
        + Fraction(3, 10) * found.cache_read
        + Fraction(15, 4) * found.cache_write
        + 15 * found.output
    )
    assert found.cost == parts
