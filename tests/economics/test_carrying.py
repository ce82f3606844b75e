"""What carrying a text costs a month: tokens, times how often they are sent, times their price."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from convledger.economics.carrying import (
    BY_CONVERSATION,
    NO_CONVERSATION,
    NO_PRICE,
    NOWHERE,
    CarryingRate,
    ModelUse,
    carrying,
    carrying_rate,
    context_of,
    observed_days,
    together,
)

SONNET = ModelUse("claude-sonnet-4-5", 1_000_000, 900_000, 3_000_000, 300_000)
OPUS = ModelUse("claude-opus-4-5", 3_000_000, 2_700_000, 5_000_000, 500_000)
UNKNOWN = ModelUse("some-model", 4_000_000, 1_000_000, None, None)

uses = st.builds(
    lambda model, fresh, cached, price, share: ModelUse(
        model, fresh + cached, cached, price, None if price is None else price * share / 10
    ),
    st.sampled_from(["claude-a", "gpt-5", "own"]),
    st.integers(0, 10**12),
    st.integers(0, 10**12),
    st.none() | st.fractions(0, 10**8),
    st.integers(0, 10),
)
rates = st.builds(
    carrying_rate,
    st.integers(0, 10_000),
    st.integers(0, 10**7),
    st.integers(7, 28),
    st.lists(uses, max_size=4),
)


def test_the_sum_is_that_of_the_formula() -> None:
    # 28 conversations in 28 days are 30 a month; 10 calls each; 90 % of input from the cache.
    rate = carrying_rate(28, 280, 28, [SONNET])
    found = carrying(100, "o200k", rate)

    assert found.conversations_a_month == 30
    assert found.turns == 10
    assert found.cached_share == Fraction(9, 10)
    assert found.pico_a_month == 30 * 100 * (300_000 + 270_000) * 10
    assert (found.method, found.label, found.reason) == ("o200k", "est.", "")
    assert found.coverage == 1


def test_prices_weigh_by_the_input_of_their_models() -> None:
    rate = carrying_rate(28, 28, 28, [SONNET, OPUS])

    assert rate.pico_a_token == 30 * (4_500_000 * Fraction(1, 10) + 450_000 * Fraction(9, 10))


def test_a_model_without_a_price_leaves_coverage() -> None:
    found = carrying(100, "o200k", carrying_rate(28, 28, 28, [OPUS, SONNET, UNKNOWN]))
    h = Fraction(4_600_000, 8_000_000)

    assert found.coverage == Fraction(1, 2)
    assert found.cached_share == h
    assert found.pico_a_month == 100 * 30 * (4_500_000 * (1 - h) + 450_000 * h)


def test_no_price_at_all_is_no_sum_and_not_nothing() -> None:
    found = carrying(100, "o200k", carrying_rate(28, 28, 28, [UNKNOWN]))

    assert (found.pico_a_month, found.reason) == (None, NO_PRICE)
    assert found.coverage == 0


def test_what_nothing_holds_costs_nothing() -> None:
    found = carrying(100, "o200k", None)

    assert (found.pico_a_month, found.reason, found.turns) == (0, NOWHERE, None)


def test_what_no_conversation_is_given_costs_nothing() -> None:
    found = carrying(100, "o200k", carrying_rate(0, 0, 28, []))

    assert (found.pico_a_month, found.reason) == (0, NO_CONVERSATION)


def test_by_conversation_only_the_context_is_taken() -> None:
    found = carrying(5_000, "o200k", carrying_rate(28, 28, 28, [UNKNOWN]), by_conversation=True)

    assert (found.pico_a_month, found.reason) == (0, BY_CONVERSATION)
    assert found.context_share == Fraction(5_000, 200_000)
    assert found.conversations_a_month == 30


def test_held_twice_is_sent_twice() -> None:
    everywhere = carrying_rate(56, 280, 28, [SONNET, OPUS])
    project = carrying_rate(28, 280, 28, [SONNET])
    both = together([everywhere, project])

    assert both.conversations_a_month == 90
    assert both.turns == Fraction(20, 3)
    assert everywhere.pico_a_token is not None
    assert project.pico_a_token is not None
    assert both.pico_a_token == everywhere.pico_a_token + project.pico_a_token


def test_a_place_without_conversations_takes_no_price_away() -> None:
    assert together([carrying_rate(0, 0, 28, []), carrying_rate(1, 1, 28, [UNKNOWN])]).turns == 1
    assert (
        together([CarryingRate(), carrying_rate(1, 1, 28, [UNKNOWN])]).pico_a_token is None
    )  # nothing known is not nothing
    assert together([]).pico_a_token == 0


@pytest.mark.parametrize(
    ("model", "context"),
    [
        ("claude-opus-4-5", 200_000),
        ("gpt-5.1-codex", 400_000),
        ("openai/GPT-4.1-mini", 1_047_576),
        ("gemini-2.5-pro", 1_048_576),
        ("", 200_000),
    ],
)
def test_contexts_are_known_by_name(model: str, context: int) -> None:
    assert context_of(model) == context


def test_the_context_is_that_of_the_model_used_most() -> None:
    gpt = ModelUse("gpt-5", 2_000_000, 0, 1, 1)

    assert carrying_rate(1, 1, 7, [SONNET, gpt]).context == 400_000
    assert carrying_rate(1, 1, 7, [OPUS, gpt]).context == 200_000


def test_a_short_history_counts_as_a_week_at_least() -> None:
    assert [observed_days(days) for days in (0, 3, 7, Fraction(21, 2), 28, 400)] == [
        7, 7, 7, Fraction(21, 2), 28, 28,
    ]  # fmt: skip


@given(rates, st.integers(0, 10**6))
def test_cost_is_exact_and_rounded_once(rate: CarryingRate, tokens: int) -> None:
    found = carrying(tokens, "o200k", rate)

    if not rate.calls_a_month:
        assert found.pico_a_month == 0
    elif rate.pico_a_token is None:
        assert found.pico_a_month is None
    else:
        assert found.pico_a_month is not None
        assert found.pico_a_month == round(rate.pico_a_token * tokens)  # half to even
    assert found.coverage is None or 0 <= found.coverage <= 1
    assert found.cached_share is None or 0 <= found.cached_share <= 1


@given(st.lists(rates, max_size=4))
def test_places_together_come_to_the_sum_of_each(found: list[CarryingRate]) -> None:
    both = together(found)

    sent = [each for each in found if each.calls_a_month]
    known = [each.pico_a_token for each in sent if each.pico_a_token is not None]
    assert both.calls_a_month == sum((each.calls_a_month for each in found), Fraction(0))
    if both.pico_a_token is None:
        assert sent
        assert not known
    else:
        assert both.pico_a_token == sum(known, Fraction(0))
