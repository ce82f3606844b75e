"""The same conversations under simple prices."""

from __future__ import annotations

from fractions import Fraction

import pytest

from convledger.economics.simple_plans import SimplePlan, Talk, compare_simple

TALKS = [
    Talk(Fraction("0.024"), messages, is_resolved=messages < 8)
    for messages in (1, 2, 2, 3, 4, 5, 8, 13, 21, 30)
]
PLANS = [
    SimplePlan("tokens", "token", Fraction(1)),
    SimplePlan("message", "message", Fraction("0.02")),
    SimplePlan("conversation", "conversation", Fraction("0.50")),
    SimplePlan("resolution", "resolution", Fraction("0.99")),
    SimplePlan("seat", "seat", Fraction(19), seats=2),
]


def test_each_plan_counts_its_own_thing() -> None:
    found = compare_simple(PLANS, TALKS)

    assert {name: str(amount) for name, amount in found.amounts.items()} == {
        "tokens": "6/25",
        "message": "89/50",
        "conversation": "5",
        "resolution": "297/50",
        "seat": "38",
    }
    assert found.cheapest == "tokens"


def test_an_unpriced_call_makes_token_cost_unknown_and_never_cheapest() -> None:
    found = compare_simple(PLANS, [*TALKS, Talk(None, 1, is_resolved=False)])

    assert found.amounts["tokens"] is None
    assert found.cheapest == "message"


def test_of_equals_the_first_is_named() -> None:
    twins = [SimplePlan(name, "seat", Fraction(1)) for name in ("b", "a")]

    assert compare_simple(twins, []).cheapest == "b"
    assert compare_simple([], TALKS).cheapest is None


def test_a_kind_that_there_is_not_is_refused() -> None:
    with pytest.raises(ValueError, match="hour"):
        compare_simple([SimplePlan("x", "hour", Fraction(1))], TALKS)
