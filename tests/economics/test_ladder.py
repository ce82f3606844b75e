"""A conversation goes down its ladder one step after the other, and never up again."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from convledger.economics.ladder import ACTIONS, Step, TurnCost, descend

TURN = TurnCost(Fraction(6), Fraction(4), Fraction(2), Fraction(3))
COSTS = st.fractions(0, 10, max_denominator=20)
TURNS = st.lists(st.builds(TurnCost, COSTS, COSTS, COSTS, COSTS), max_size=20)
STEPS = st.lists(
    st.builds(Step, st.integers(1, 120), st.sampled_from(ACTIONS)), max_size=5, unique=True
)


def test_each_step_says_what_it_saved() -> None:
    steps = [Step(40, "drop_retrieval"), Step(80, "refuse_tools")]
    found = descend([TURN] * 4, 40, steps, small_model_factor=1)
    assert list(found.per_turn) == [Fraction(each) for each in (15, 15, 13, 10)]
    assert [(each.step.action, each.turn, each.saved) for each in found.fired] == [
        ("drop_retrieval", 2, Fraction(4)),
        ("refuse_tools", 3, Fraction(3)),
    ]
    assert [found.saved, Fraction(found.touched), found.overshoot] == [7, 2, 13]


def test_a_conversation_within_its_budget_is_left_alone() -> None:
    found = descend([TURN], 1000, [Step(70, "end")], small_model_factor=1)
    assert not found.fired
    assert found.ended_at is None
    assert found.spent == TURN.total


def test_a_step_that_there_is_not_is_refused() -> None:
    with pytest.raises(ValueError, match="no such step: 'pray'"):
        Step(70, "pray")


@given(TURNS, st.fractions(0, 60, max_denominator=10), STEPS)
def test_what_is_saved_and_spent_is_what_it_had_cost(
    turns: list[TurnCost], budget: Fraction, steps: list[Step]
) -> None:
    found = descend(turns, budget, steps, small_model_factor=Fraction(1, 5))
    assert found.spent + sum(each.saved for each in found.fired) == found.undegraded
    assert found.spent == sum(found.per_turn)
    assert found.overshoot == max(found.spent - budget, 0)
    assert 0 <= found.touched <= len(turns)


@given(
    st.lists(
        st.builds(TurnCost, COSTS, COSTS, COSTS, COSTS, COSTS, st.none() | COSTS), max_size=12
    ),
    st.fractions(-5, 60, max_denominator=10),
    STEPS,
)
def test_what_is_fixed_is_never_saved(
    turns: list[TurnCost], budget: Fraction, steps: list[Step]
) -> None:
    found = descend(turns, budget, steps, small_model_factor=Fraction(1, 5))
    assert found.spent + sum(each.saved for each in found.fired) == found.undegraded
    assert found.served + found.unserved == len(turns)
    unserved = sum(turn.fixed for turn in turns[found.served :])
    assert found.spent == sum(found.per_turn) + unserved
    assert found.unserved <= found.touched <= len(turns)


def walked(
    turns: list[TurnCost], budget: Fraction, steps: list[Step], factor: Fraction, share: Fraction
) -> tuple[Fraction, list[Fraction]]:
    """Return what is spent in all and saved by each step that is taken, worked out in fractions."""
    spent, saved = Fraction(0), dict[Step, Fraction]()
    for turn in turns:
        for step in sorted(steps, key=lambda each: each.at):
            over = spent > 0 if budget <= 0 else spent * 100 >= step.at * budget
            if over and step not in saved:
                saved[step] = Fraction(0)
        model, history, retrieval, tools = turn.model, turn.history, turn.retrieval, turn.tools
        left = turn.total
        for step in saved:
            match step.action:
                case "drop_retrieval":
                    retrieval = Fraction(0)
                case "summarise":
                    history *= share
                case "downgrade":
                    smaller = factor if turn.small_model is None else turn.small_model
                    model, history = model * smaller, history * smaller
                case "refuse_tools":
                    tools = Fraction(0)
                case _:
                    model = history = retrieval = tools = Fraction(0)
            less = model + history + retrieval + tools + turn.fixed
            saved[step], left = saved[step] + left - less, less
        spent += left
    return spent, list(saved.values())


@given(
    st.lists(
        st.builds(TurnCost, COSTS, COSTS, COSTS, COSTS, COSTS, st.none() | COSTS), max_size=12
    ),
    st.fractions(-5, 60, max_denominator=10),
    STEPS,
    COSTS,
    st.fractions(0, 1, max_denominator=30),
)
def test_counting_in_whole_units_loses_nothing(
    turns: list[TurnCost], budget: Fraction, steps: list[Step], factor: Fraction, share: Fraction
) -> None:
    found = descend(turns, budget, steps, small_model_factor=factor, summary_share=share)
    spent, saved = walked(turns, budget, steps, factor, share)
    assert found.spent == spent
    assert [each.saved for each in found.fired] == saved
    assert sum(found.per_turn) + sum(turn.fixed for turn in turns[found.served :]) == spent
