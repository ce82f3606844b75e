"""Turns read off calls, and replayed: in full they come to what was recorded."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from convledger.economics.context_policy import (
    ContextPolicy,
    TooSmall,
    Turn,
    requests_of,
)
from convledger.economics.thread_turns import turns_of

from .calls import call, thread

TURNS = st.lists(st.tuples(st.integers(1, 5000), st.integers(0, 2000)), min_size=1, max_size=12)


@given(TURNS, st.booleans())
def test_what_calls_were_sent_is_taken_apart_and_put_together(
    turns: list[tuple[int, int]], cached: bool
) -> None:
    calls = thread(turns, cached=cached)

    found = turns_of(calls)

    assert [(turn.asked, turn.answered) for turn in found.turns] == turns
    made = requests_of(found.turns, ContextPolicy())
    assert [request.input for request in made.requests] == [one.sent for one in calls]
    assert found.is_cached is any(one.cache_read or one.cache_write_5m for one in calls)
    assert found.shrinks == found.asides == 0


@given(st.lists(st.integers(1, 9000), min_size=1, max_size=15), st.integers(0, 300))
def test_a_replay_in_full_sends_what_was_sent_whatever_that_was(
    sizes: list[int], instructions: int
) -> None:
    calls = [call(place, input=size, output=500) for place, size in enumerate(sizes)]

    found = turns_of(calls, instructions)

    prefix = min([instructions, *sizes])
    made = requests_of(found.turns, ContextPolicy(), prefix=prefix)
    assert [request.sent for request in made.requests] == [one.sent for one in found.calls]
    assert len(found.turns) + found.asides == len(calls)
    assert all(turn.asked >= 0 and turn.tokens >= 0 for turn in found.turns)


def test_thinking_that_did_not_stay_is_no_part_of_the_history() -> None:
    calls = [call(0, input=1000, output=800), call(2, input=1300, output=10)]

    found = turns_of(calls)

    assert found.turns == [
        Turn(1000, 800, 0, kept=300),
        Turn(0, 10, 120_000_000),
    ]


def test_a_compaction_in_fact_is_told_and_forgotten_by_no_policy() -> None:
    calls = [
        call(0, input=10_000, output=100),
        call(1, input=20_000, output=100),
        call(2, input=3_000, output=100),
        call(3, input=4_000, output=100),
    ]

    found = turns_of(calls)
    made = requests_of(found.turns, ContextPolicy("window", 50_000))

    assert found.shrinks == 1
    assert [turn.anew for turn in found.turns] == [False, False, True, False]
    assert [request.sent for request in made.requests] == [10_000, 20_000, 3_000, 4_000]
    assert (made.forgotten_turns, made.first_forgetting) == (0, None)


def test_a_title_in_between_is_beside_the_thread() -> None:
    calls = [
        call(0, input=10_000, output=100),
        call(1, input=200, output=9, model="claude-haiku-4-5"),
        call(2, input=11_000, output=100),
    ]

    found = turns_of(calls)

    assert (found.asides, found.shrinks) == (1, 0)
    assert [turn.asked for turn in found.turns] == [10_000, 900]


def test_calls_without_tokens_and_of_sub_agents_are_no_turns() -> None:
    calls = [
        call(0, input=100, output=1),
        call(1, lacks_tokens=True),
        call(2, input=7, output=1, in_thread=False),
    ]

    assert len(turns_of(calls).turns) == 1
    assert turns_of([]).turns == []


def test_a_reset_after_turns_tells_what_was_dropped_first() -> None:
    made = requests_of([Turn(100, 10)] * 5, ContextPolicy("reset", every=2), prefix=50)

    assert [request.sent for request in made.requests] == [150, 260, 150, 260, 150]
    assert (made.forgotten_turns, made.forgotten_tokens) == (4, 440)
    assert (made.first_forgotten, made.first_forgetting) == (0, 2)


def test_a_summary_is_written_by_a_request_of_its_own() -> None:
    policy = ContextPolicy("summarise", 1000, summary_tokens=100)

    made = requests_of([Turn(300, 100)] * 3, policy, cached=True)

    assert [(one.sent, one.output, one.is_summary) for one in made.requests] == [
        (300, 100, False),
        (700, 100, False),
        (800, 100, True),
        (400, 100, False),
    ]
    assert made.requests[2].cache_read == 700
    assert made.requests[3].cache_read == 0


def test_a_turn_larger_than_the_cap_is_told_with_its_size() -> None:
    with pytest.raises(TooSmall) as told:
        requests_of([Turn(10, 1), Turn(500, 1)], ContextPolicy("window", 100))

    assert (told.value.place, told.value.tokens) == (1, 500)
