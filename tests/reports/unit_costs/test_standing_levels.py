"""Conversations of a budget by how much of it each has spent."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC
from fractions import Fraction

from convledger.economics.budget_position import Position
from convledger.economics.budget_terms import BudgetTerms
from convledger.economics.conversation_costs import Talk, TalkCost
from convledger.reports.unit_costs.asked import CostQuery
from convledger.reports.unit_costs.budget_standing import Placed, Standing
from convledger.reports.unit_costs.standing_levels import levels_of

QUERY = CostQuery(0, 1, 1, UTC)
TALK = Talk(1, "talk", "Talk", 0, 0)


def standing(
    *spent: int | None, at: tuple[int, ...] = (70, 90, 100), budget: int = 100
) -> Standing:
    """Return conversations that have spent so much of a budget, one after the other."""
    terms = BudgetTerms("pro", amount=Fraction(budget), thresholds=at)
    found = Standing(terms, QUERY)
    for number, amount in enumerate(spent, 1):
        cost = TalkCost(replace(TALK, id=number))
        found.placed.append(Placed(cost, Position(amount, Fraction(budget))))
    return found


def sizes(found: Standing) -> dict[str, list[int]]:
    return {one.name: [each.cost.talk.id for each in one.placed] for one in levels_of(found)}


def test_each_stands_where_its_highest_threshold_is_and_the_dearest_first() -> None:
    assert sizes(standing(0, 69, 70, 89, 90, 100, 250)) == {
        "under 70 %": [2, 1],
        "70 to 90 %": [4, 3],
        "90 to 100 %": [5],
        "100 % and more": [7, 6],
    }


def test_the_whole_budget_is_an_edge_whatever_the_thresholds_are() -> None:
    assert sizes(standing(20, 99, 100, at=(50, 150))) == {
        "under 50 %": [1],
        "50 to 100 %": [2],
        "100 to 150 %": [3],
        "150 % and more": [],
    }


def test_costs_that_nobody_knows_stand_apart_and_cost_nothing() -> None:
    assert sizes(standing(None, 10))["not known"] == [1]
    assert "not known" not in sizes(standing(10))


def test_of_no_budget_any_cost_is_all_of_it() -> None:
    assert sizes(standing(0, 1, budget=-5))["100 % and more"] == [2]
