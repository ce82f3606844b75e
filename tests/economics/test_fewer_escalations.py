"""Another escalation rate: blended cost is a * b + (1 - a) * h, and conversations add up to it."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from convledger.economics.conversation_costs import BOT, ESCALATED
from convledger.economics.fewer_escalations import Engaged, with_rate

RATES = st.fractions(0, 1, max_denominator=100)


def engaged(bots: list[int], handed: list[int]) -> list[Engaged]:
    """Return conversations with a bot at these costs."""
    kinds = [(BOT, cost) for cost in bots] + [(ESCALATED, cost) for cost in handed]
    return [Engaged(number, kind, cost) for number, (kind, cost) in enumerate(kinds)]


def test_fewer_hand_overs_move_the_blended_cost() -> None:
    effect, costs = with_rate(engaged([10] * 6, [110] * 4), Fraction(1, 10))

    assert effect.rate_today == Fraction(2, 5)
    assert effect.bot_cost == 10
    assert effect.escalated_cost == 110
    assert effect.blended_today == 50
    assert effect.blended_after == 20
    # Each that was handed over stays so with a chance of one in four: 110 / 4 + 10 * 3 / 4.
    assert costs == {6: 35, 7: 35, 8: 35, 9: 35}


def test_more_hand_overs_touch_those_that_the_bot_served_alone() -> None:
    effect, costs = with_rate(engaged([10] * 6, [110] * 4), Fraction(7, 10))

    assert effect.blended_after == 80
    assert costs == dict.fromkeys(range(6), 60)


@given(
    st.lists(st.integers(0, 10**15), min_size=1, max_size=8),
    st.lists(st.integers(0, 10**15), min_size=1, max_size=8),
    RATES,
)
def test_conversations_add_up_to_the_blend(
    bots: list[int], handed: list[int], rate: Fraction
) -> None:
    everyone = engaged(bots, handed)

    effect, costs = with_rate(everyone, rate)

    after = [costs.get(one.id, one.cost or 0) for one in everyone]
    assert effect.blended_after is not None
    assert abs(sum(after) - effect.blended_after * len(everyone)) <= len(everyone)
    assert min(after) >= 0


@pytest.mark.parametrize(
    ("bots", "handed", "rate", "why"),
    [
        ([], [], "0.1", "no conversation was served by a bot"),
        ([10], [], "0.1", "no conversation was handed over to people"),
        ([], [10], "0.1", "no conversation was served by a bot alone"),
    ],
)
def test_what_nobody_knows_is_said(bots: list[int], handed: list[int], rate: str, why: str) -> None:
    effect, costs = with_rate(engaged(bots, handed), Fraction(rate))

    assert effect.blended_after is None
    assert effect.why.startswith(why)
    assert costs == {}


def test_the_rate_of_today_changes_nothing_even_where_one_side_is_empty() -> None:
    effect, costs = with_rate(engaged([10, 20], []), Fraction(0))

    assert effect.blended_today == effect.blended_after == 15
    assert not effect.why
    assert not costs
