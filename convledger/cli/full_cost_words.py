"""A conversation's full cost and its place in budgets, as facts at the head of a transcript."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from convledger.reports.alert_marks import alert_mark
from convledger.reports.unit_costs.unit_budget_words import pico_words, share_words

if TYPE_CHECKING:
    from convledger.reports.unit_costs.one_conversation import BudgetPlace, FullCost


def cost_facts(cost: FullCost) -> Iterator[tuple[str, str]]:
    """Yield the full cost as a sum, where it is one, and each budget with what is spent of it."""
    if not cost.is_list_alone:
        yield "full cost", _sum_words(cost)
    for place in cost.places:
        yield "budget", f"{place.terms.name}: {place_words(place)}"
    for note in cost.notes:
        yield "note", note


def _sum_words(cost: FullCost) -> str:
    money = cost.currency
    mark = ("≥" if cost.lacks else "") + ("~" if cost.is_estimate else "")
    text = f"{mark if cost.full is not None else ''}{pico_words(cost.full, money)}"
    for place, (part, amount) in enumerate(cost.parts):
        sign = "=" if not place else "-" if amount is not None and amount < 0 else "+"
        size = amount if not place or amount is None else abs(amount)
        guess = "~" if amount is not None and cost.is_guess(part) else ""
        text += f" {sign} {part} {guess}{pico_words(size, money)}"
    return text


def place_words(place: BudgetPlace) -> str:
    """Return how much of a budget is spent: "72 % of $0.95, △ 70 % reached"."""
    position, money = place.position, place.terms.currency
    if place.terms.is_under_water:
        return f"under water ({pico_words(position.budget, money)}), nothing is left to spend"
    if position.budget is None:
        return "– (no conversation is expected)"
    of = pico_words(position.budget, money)
    if position.spent is None:
        return f"– of {of} (its cost is not known)"
    at_least = "≥" if place.lacks else ""
    words = f"{at_least}{share_words(position)} of {of}, {pico_words(position.spent, money)} spent"
    if place.reached:
        words += f", {alert_mark(place.reached[-1])} {place.reached[-1]} % reached"
    return words
