"""How much of what a model is sent is sent for the first time."""

from __future__ import annotations

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from convledger.economics.caching import repeated_context
from convledger.economics.repeated_context import distinct_tokens, first_sent


def test_a_growing_history_is_new_by_what_it_grew() -> None:
    """Ten turns of 3,000 tokens asked and 1,000 answered: 210,000 billed, 39,000 of them new."""
    contexts = [3_000 + 4_000 * turn for turn in range(10)]

    assert (sum(contexts), distinct_tokens((sent, 0) for sent in contexts)) == (210_000, 39_000)
    assert repeated_context(210_000, 39_000) == Fraction(70, 13)


def test_caching_does_not_change_what_is_new() -> None:
    contexts = [3_000 + 4_000 * turn for turn in range(10)]
    cached = [(sent, max(sent - 4_000, 0) if turn else 0) for turn, sent in enumerate(contexts)]

    assert distinct_tokens(cached) == 39_000


def test_a_cache_that_expired_makes_nothing_new() -> None:
    assert distinct_tokens([(50_000, 0), (51_000, 50_000), (52_000, 0)]) == 52_000


def test_after_a_summary_all_but_what_came_from_the_cache_may_be_new() -> None:
    assert first_sent(12_000, 0, 150_000) == 12_000
    assert first_sent(12_000, 9_000, 150_000) == 3_000


def test_what_grew_but_came_from_a_cache_was_there_before() -> None:
    assert first_sent(51_000, 50_000, 300) == 1_000


def test_a_request_without_tokens_says_nothing() -> None:
    assert distinct_tokens([(100, 0), (0, 0), (120, 0)]) == 120
    assert distinct_tokens([]) == 0


@given(
    st.lists(
        st.integers(-5, 10_000).flatmap(
            lambda sent: st.tuples(st.just(sent), st.integers(0, max(sent, 0)))
        )
    )
)
def test_no_more_is_new_than_was_sent_and_the_first_request_always_is(
    requests: list[tuple[int, int]],
) -> None:
    sent = [each for each, _ in requests if each > 0]
    new = distinct_tokens(requests)

    assert (sent[0] if sent else 0) <= new <= sum(sent)
