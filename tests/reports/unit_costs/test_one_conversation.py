"""The full cost of one conversation is what a question about all of them says of it."""

from __future__ import annotations

from datetime import UTC

import pytest

from convledger.economics.cost_items import BY_HAND, RULES
from convledger.reports.unit_costs.one_conversation import FullCost
from tests.reports.shop import WINDOW, at
from tests.reports.unit_costs.costbook import CostBook, usd

FEE = '\n[[fee]]\nid = "base"\namount = "10"\n'
CHARGE = '\n[[charge]]\nunit = "conversation"\nprice = "0.50"\n'
NOW = at("2026-12-01")


def full(books: CostBook, number: int, now: int = NOW) -> FullCost:
    found = books.ledger.full_cost(number, now, UTC)
    assert found is not None
    return found


def three(books: CostBook) -> list[int]:
    """Add conversations of other lengths and costs, one of them handed over."""
    numbers = []
    for place in (1, 2, 3):
        for minute in range(place * place):
            books.talk(f"2026-10-0{place}T10:{minute:02}", f"t{place}")
        numbers.append(books.spend(f"2026-10-0{place}T10:00", f"{place}.07", f"t{place}"))
    books.outcome(numbers[1], "bot_then_human")
    return numbers


@pytest.mark.parametrize("rule", [rule for rule in RULES if rule != BY_HAND])
def test_it_bears_the_same_by_whatever_rule(books: CostBook, rule: str) -> None:
    numbers = three(books)
    books.item("infrastructure", "10", rule=rule)
    books.item("retrieval", "1", rule=rule, scope={"outcome": ("(none)",)})
    books.hourly("60")
    books.worked(numbers[1], 3)
    for number in numbers:
        cost, found = books.cost(number), full(books, number)
        assert found.full == cost.full
        assert dict(found.parts) == {part: amount for part, amount in cost.parts.items() if amount}


def test_what_a_plan_has_billed_is_worked_out_again_once_anything_changes(books: CostBook) -> None:
    books.plan(WINDOW, FEE, CHARGE)
    books.use()
    numbers = three(books)
    for number in numbers:
        assert full(books, number).full == books.cost(number).full
    fourth = books.spend("2026-10-04T10:00", "2.00", "t4")
    books.talk("2026-10-04T10:00", "t4")
    for number in (*numbers, fourth):
        assert full(books, number).full == books.cost(number).full
    assert sum(full(books, number).full or 0 for number in (*numbers, fourth)) == usd("12")


def test_what_a_plan_bills_grows_with_the_days(books: CostBook) -> None:
    books.plan(WINDOW, FEE, CHARGE)
    books.use()
    number = books.spend("2026-10-01T10:00", "1.00", "t")
    books.talk("2026-10-01T10:00", "t")
    early, late = full(books, number, at("2026-10-01T12:00")), full(books, number)
    assert (early.full or 0) < (late.full or 0)
