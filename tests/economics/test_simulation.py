"""Scenarios over the calls of conversations: exact by hand, neutral where nothing changes."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from convledger.economics.call_use import CallUse
from convledger.economics.context_policy import ContextPolicy
from convledger.economics.scenarios import (
    NEW,
    OPENING,
    OtherContext,
    OtherModel,
    Scenario,
    ShorterPrompts,
)
from convledger.economics.simulation import Simulator, TalkRun

from .calls import DOLLAR, HAIKU, SONNET, START, call, golden_thread, rater, talk, thread

WINDOW = ContextPolicy("window", 32_000)


def run(calls: list[CallUse], scenario: Scenario, **segments: str) -> TalkRun:
    """Run a conversation through a scenario."""
    return Simulator(scenario, rater(), START).run(talk(segments), calls)


def dollars(text: str) -> int:
    """Return dollars as picodollars."""
    exact = Fraction(text) * DOLLAR
    assert exact.denominator == 1
    return exact.numerator


@pytest.mark.parametrize(
    ("cached", "today", "after"),
    [(False, "0.78", "0.744"), (True, "0.34755", "0.53025")],
    ids=["W01 and W02", "W04 and W05"],
)
def test_a_window_over_recorded_calls_comes_to_the_golden_figures(
    cached: bool, today: str, after: str
) -> None:
    found = run(golden_thread(cached=cached), Scenario(context=OtherContext(WINDOW)))

    assert (found.today, found.after) == (dollars(today), dollars(after))
    assert found.replay is not None
    sums = {way: one.cost for way, one in found.replay.sums.items()}
    assert sums == {
        ("full", False): dollars("0.78"),
        ("full", True): dollars("0.34755"),
        ("", False): dollars("0.744"),
        ("", True): dollars("0.53025"),
    }
    assert found.replay.sums["", True].input_tokens == 198_000
    assert (found.replay.policy.forgotten_turns, found.replay.policy.forgotten_tokens) == (2, 8000)
    assert found.replay.policy.first_forgetting == 8


def test_a_cold_cache_is_written_anew() -> None:
    calls = thread([(3000, 1000)] * 3, cached=True, minutes=6)

    found = run(calls, Scenario(context=OtherContext(WINDOW)))
    warm = run(calls, Scenario(context=OtherContext(WINDOW, cache_lives=3_600_000_000)))

    assert found.replay is not None
    assert warm.replay is not None
    assert found.replay.sums["full", True].cache_write == 3000 + 7000 + 11_000
    # 11,000 tokens written at an hour's price of $6, 10,000 read at $0.30, 3,000 answered at $15.
    assert warm.replay.sums["full", True].cost == dollars("0.066") + dollars("0.048")
    assert found.after == found.today


def test_the_same_tokens_at_another_model_s_prices() -> None:
    calls = [
        call(0, input=1000, output=100, cache_read=10_000, cache_write_5m=2000),
        call(1, input=10, output=20, cache_write_1h=3000),
    ]

    found = run(calls, Scenario(models=(OtherModel(HAIKU),)))

    # 1,000 + 500 + 1,000 + 2,500 and 10 + 100 + 6,000, each a millionth of a dollar
    assert found.after == dollars("0.01111")
    assert found.today == dollars("0.03333")
    assert found.by_step == {"model": dollars("-0.02222")}


def test_long_calls_fall_into_the_tier_for_long_ones() -> None:
    calls = [call(0, model=HAIKU, input=300_000, output=1000), call(1, model=HAIKU, input=1000)]

    found = run(calls, Scenario(models=(OtherModel(SONNET),)))

    assert found.after == dollars("1.8") + dollars("0.0225") + dollars("0.003")


def test_a_tokenizer_factor_multiplies_each_count_and_rounds_it_half_to_even() -> None:
    calls = [call(0, input=5, output=25)]

    found = run(calls, Scenario(models=(OtherModel(HAIKU, factor=Fraction(11, 10)),)))

    # 5.5 is 6 tokens and 27.5 is 28
    assert found.after == dollars("0.000006") + dollars("0.00014")


def test_only_the_calls_and_conversations_that_are_meant_are_switched() -> None:
    calls = [call(0, input=1000), call(1, model="claude-opus-4-5", input=1000)]
    opus = OtherModel(HAIKU, ("Claude-Opus*",))

    assert run(calls, Scenario(models=(opus,))).after == dollars("0.004")
    assert run(calls, Scenario(models=(opus,), scope={"project": ("x",)})).after == dollars("0.008")
    apart = OtherModel(HAIKU, scope={"client": ("acme",)})
    assert run(calls, Scenario(models=(apart,)), client="acme").after == dollars("0.002")
    assert run(calls, Scenario(models=(apart,)), client="else").steps == set()
    first = (opus, OtherModel(SONNET))
    assert run(calls, Scenario(models=first)).after == dollars("0.004")


def test_a_model_without_a_price_gives_no_result_and_free_tokens_cost_nothing() -> None:
    calls = [call(0, input=1000)]
    simulator = Simulator(Scenario(models=(OtherModel("nonesuch-9"),)), rater(), START)

    found = simulator.run(talk(), calls)

    assert (found.today, found.after) == (dollars("0.003"), None)
    effect = simulator.targets[0].effect((), ["anthropic/claude"])
    assert (effect.after, effect.taken_for, effect.near) == (None, "", ("anthropic/claude",))
    assert "nonesuch-9" in effect.why


def test_calls_without_a_price_or_tokens_are_on_neither_side_and_counted() -> None:
    calls = [
        call(0, input=1000),
        call(1, lacks_tokens=True),
        call(2, model="my-own", input=1_000_000),
    ]
    simulator = Simulator(Scenario(models=(OtherModel(HAIKU),)), rater(), START)

    found = simulator.run(talk(), calls)

    assert (found.today, found.after) == (dollars("0.003"), dollars("0.001"))
    effect = simulator.targets[0].effect((), ())
    assert (effect.calls, effect.without_tokens, effect.unpriced_calls) == (1, 1, 1)
    assert effect.unpriced_after == dollars("1")


def test_what_is_taken_off_prompts_saves_each_token_s_own_price() -> None:
    calls = [call(0, input=1000, cache_read=8000, cache_write_5m=1000, output=10)]
    fifth = Fraction(1, 5)

    # a fifth of 1,000 at $3, of 8,000 at $0.30 and of 1,000 at $3.75
    sent = run(calls, Scenario(prompts=ShorterPrompts(fifth)))
    assert sent.by_step == {"prompts": -dollars("0.00183")}
    # a fifth of what is new alone
    new = run(calls, Scenario(prompts=ShorterPrompts(fifth, NEW)))
    assert new.by_step == {"prompts": -dollars("0.00135")}
    # a fifth of the first 10,000 tokens, which the cache holds
    opening = run(calls, Scenario(prompts=ShorterPrompts(fifth, OPENING, 50_000)))
    assert opening.by_step == {"prompts": -2000 * dollars("0.0000003")}


def test_earlier_answers_do_not_get_shorter_with_the_prompts() -> None:
    calls = thread([(1000, 500), (1000, 500)])

    found = run(calls, Scenario(prompts=ShorterPrompts(Fraction(1, 2))))

    # 500 of the first 1,000 and 1,000 of the 2,000 that were asked until the second
    assert found.by_step == {"prompts": -1500 * dollars("0.000003")}


def test_parts_are_applied_to_what_the_ones_before_have_left() -> None:
    calls = golden_thread(cached=False)
    both = Scenario(context=OtherContext(WINDOW), models=(OtherModel(HAIKU),))

    found = run(calls, both)

    # Haiku costs a third of it all, so it takes two thirds of what the window has left.
    assert found.by_step == {"context": dollars("-0.036"), "model": dollars("-0.496")}
    assert found.after == dollars("0.248")


def test_a_turn_larger_than_the_cap_leaves_a_conversation_as_it_is() -> None:
    tiny = Scenario(context=OtherContext(ContextPolicy("window", 2000)))

    found = run(golden_thread(cached=True), tiny)

    assert found.after == found.today
    assert found.too_large is not None
    assert (found.too_large.turn, found.too_large.tokens) == (1, 3000)


def test_one_turn_no_tokens_and_no_calls_stay_as_they_are() -> None:
    scenario = Scenario(
        prompts=ShorterPrompts(Fraction(1, 2)), context=OtherContext(WINDOW),
        models=(OtherModel(HAIKU),),
    )  # fmt: skip

    assert run([], scenario).after == 0
    assert run([call(0)], scenario).after == 0
    assert run([call(0, input=100)], Scenario(context=OtherContext(WINDOW))).by_step == {
        "context": 0
    }


def test_caching_can_be_switched_off_and_on() -> None:
    off = OtherContext(ContextPolicy(), cached=False)
    on = OtherContext(ContextPolicy(), cached=True)

    assert run(golden_thread(cached=True), Scenario(context=off)).after == dollars("0.78")
    assert run(golden_thread(cached=False), Scenario(context=on)).after == dollars("0.34755")


TOKENS = st.integers(0, 40_000)
CALLS = st.lists(
    st.builds(
        call,
        st.integers(0, 300),
        model=st.sampled_from((SONNET, HAIKU, "gpt-5", "nobody-knows")),
        input=TOKENS,
        output=TOKENS,
        cache_read=TOKENS,
        cache_write_5m=TOKENS,
        in_thread=st.booleans(),
    ),
    max_size=8,
).map(lambda calls: sorted(calls, key=lambda one: one.at))


@given(CALLS, st.sampled_from(("full", "wide", "reset", "summary", "nothing")))
def test_what_changes_nothing_leaves_the_cost_of_today(calls: list[CallUse], kind: str) -> None:
    policies = {
        "full": ContextPolicy(),
        "wide": ContextPolicy("window", 10**7),
        "reset": ContextPolicy("reset", every=100),
        "summary": ContextPolicy("summarise", 10**7),
    }
    context = OtherContext(policies[kind]) if kind in policies else None
    neutral = Scenario(
        prompts=ShorterPrompts(Fraction(0)), context=context,
        models=(OtherModel(HAIKU, ("no such model",)),),
    )  # fmt: skip

    found = run(calls, neutral)

    assert found.after == found.today
    assert not any(found.by_step.values())


@given(CALLS, st.integers(1, 120_000), st.fractions(0, 1), st.booleans())
def test_parts_add_up_and_nothing_is_less_than_nothing(
    calls: list[CallUse], cap: int, share: Fraction, window: bool
) -> None:
    policy = ContextPolicy("window" if window else "summarise", cap, summary_tokens=50)
    scenario = Scenario(
        prompts=ShorterPrompts(share), context=OtherContext(policy), models=(OtherModel(HAIKU),)
    )

    found = run(calls, scenario)

    assert found.after is not None
    assert found.after >= 0
    assert found.today + sum(found.by_step.values()) == found.after
    assert found.by_step.get("prompts", 0) <= 0
    if found.replay is not None:
        for one in found.replay.sums.values():
            assert min(one.cost, one.input, one.cache_read, one.cache_write, one.output) >= 0
        without = found.replay.sums["full", False]
        assert without.input == found.replay.sums["full", True].input_tokens
        assert found.replay.policy.forgotten_turns <= len(found.replay.thread.turns)
