"""A sub-agent is part of the conversation that called it, in whichever month it began."""

from __future__ import annotations

from tests.reports.unit_costs.costbook import CostBook, usd


def test_a_sub_agent_of_the_next_month_is_counted_with_its_conversation_alone(
    books: CostBook,
) -> None:
    parent = books.talk("2026-10-31T23:50", "parent")
    books.thread("child", parent_native="parent", relation="subagent")
    books.spend("2026-11-01T00:05", "4.00", "child")
    assert books.cost(parent).full == usd("4")
    assert books.costs("2026-11-01", "2026-12-01").costs == []


def test_a_sub_agent_whose_conversation_never_opened_stands_for_itself(books: CostBook) -> None:
    books.thread("parent")
    child = books.thread("child", parent_native="parent", relation="subagent")
    books.spend("2026-10-02T10:00", "4.00", "child")
    assert books.cost(child).full == usd("4")
