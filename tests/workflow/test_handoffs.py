"""Hand-offs: entered and taken back, told and inferred; what they cost and where they count."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from convledger.clock import HOUR, SECOND
from convledger.economics.conversation_costs import BOT, ESCALATED, PEOPLE
from convledger.errors import UsageProblem
from convledger.reports.handoffs.known import Handoff, HandoffQuery
from convledger.store.audit_check import verify
from convledger.store.handoffs import StoredHandoff
from tests.reports.shop import OUTCOME, at
from tests.reports.unit_costs.costbook import CostBook, usd

NOW = at("2026-11-20")
BY_PERSON = 64


@pytest.fixture
def book(tmp_path: Path) -> Iterator[CostBook]:
    made = CostBook(tmp_path / "books")
    made.hourly("30", overhead=Decimal("0.30"))
    yield made
    made.ledger.close()


def enter(book: CostBook, conversation: int, when: str = "2026-10-05T10:30", **more: Any) -> int:
    entry = StoredHandoff(0, "", "", conversation, at(when), **more)
    (number,) = book.ledger.add_handoff(entry, now=NOW).came["handoff"]
    return number


def listed(book: CostBook, **query: Any) -> list[Handoff]:
    return book.ledger.handoffs(HandoffQuery(UTC, **query))


def minutes(book: CostBook) -> list[int]:
    return [each.seconds // 60 for each in book.ledger.work()]


def test_a_hand_off_costs_its_minutes_and_what_the_bot_had_cost(book: CostBook) -> None:
    talk = book.talk("2026-10-05T10:00", "a")
    book.spend("2026-10-05T10:01", "0.50", "a")
    book.spend("2026-10-05T11:00", "0.25", "a")
    number = enter(book, talk, person="Ada", reason="billing", handle_seconds=1200)
    (found,) = listed(book)

    assert (found.number, found.origin, found.person) == (number, "typed", "Ada")
    assert (found.people_cost, found.currency) == (usd("13"), "USD")
    assert (found.bot_cost, found.bot_unpriced) == (usd("0.50"), 0)
    assert found.made_by == "you"


def test_its_time_is_in_economics_once_and_it_counts_as_escalated(book: CostBook) -> None:
    talk = book.talk("2026-10-05T10:00", "a")
    book.spend("2026-10-05T10:01", "1", "a")
    assert book.cost(talk).talk.served == BOT
    number = enter(book, talk, handle_seconds=1200)
    cost = book.cost(talk)
    assert (cost.talk.served, cost.parts[PEOPLE]) == (ESCALATED, usd("13"))

    book.ledger.edit_handoff(number, {"handle_seconds": 600}, now=NOW)
    assert book.cost(talk).parts[PEOPLE] == usd("6.5")
    book.ledger.undo_handoffs(now=NOW)
    assert book.cost(talk).parts[PEOPLE] == usd("13")
    book.ledger.remove_handoffs([number], now=NOW)
    assert PEOPLE not in book.cost(talk).parts
    assert book.cost(talk).talk.served == BOT


def test_every_change_can_be_taken_back_in_turn(book: CostBook) -> None:
    talk = book.talk("2026-10-05T10:00", "a")
    number = enter(book, talk, handle_seconds=60)
    book.ledger.edit_handoff(number, {"handle_seconds": None, "note": "x"}, now=NOW)
    assert minutes(book) == []
    (changed,) = listed(book)
    book.ledger.remove_handoffs([changed.number or 0], now=NOW)
    assert listed(book) == []
    book.ledger.bring_back_handoffs([changed.number or 0], now=NOW)
    for left in (0, 1, 1, 0):
        book.ledger.undo_handoffs(now=NOW)
        assert len(listed(book)) == left
    with pytest.raises(UsageProblem, match="no hand-off was changed"):
        book.ledger.undo_handoffs(now=NOW)
    assert minutes(book) == []
    assert verify(book.connection).is_sound


def test_what_was_changed_is_not_brought_back_beside_its_successor(book: CostBook) -> None:
    number = enter(book, book.talk("2026-10-05T10:00", "a"))
    (after,) = book.ledger.edit_handoff(number, {"note": "x"}, now=NOW).came["handoff"]

    with pytest.raises(UsageProblem, match=f"{number} was changed and is now {after}"):
        book.ledger.bring_back_handoffs([number], now=NOW)
    with pytest.raises(UsageProblem, match="taken away or changed"):
        book.ledger.edit_handoff(number, {"note": "y"}, now=NOW)
    with pytest.raises(UsageProblem, match="nothing of 2 would change"):
        book.ledger.edit_handoff(after, {"note": "x"}, now=NOW)


def test_its_time_is_changed_with_it_alone(book: CostBook) -> None:
    enter(book, book.talk("2026-10-05T10:00", "a"), handle_seconds=60)

    with pytest.raises(UsageProblem, match="is the time of a hand-off"):
        book.ledger.remove_work([1], now=NOW)
    assert minutes(book) == [1]


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({"reason": "biling"}, "did you mean billing"),
        ({"reason": "$$"}, "is no code"),
        ({"handle_seconds": -1}, "less than nothing"),
        ({"wait_seconds": 8 * 86_400}, "more than a week"),
        ({"note": "x" * 20_001}, "longer than 20,000"),
        ({"at": at("2027-01-01")}, "is not yet"),
        ({"at": NOW + 301 * SECOND}, "is not yet"),
        ({"at": 0}, "between 2000 and 2200"),
    ],
)
def test_what_can_not_be_meant_is_refused(book: CostBook, wrong: dict[str, Any], why: str) -> None:
    entry = {"at": at("2026-10-05"), **wrong}
    talk = book.talk("2026-10-05T10:00", "a")

    with pytest.raises(UsageProblem, match=why):
        book.ledger.add_handoff(StoredHandoff(0, "", "", talk, entry.pop("at"), **entry), now=NOW)
    assert listed(book) == []


def test_what_a_source_tells_is_listed_until_a_person_says_it_better(book: CostBook) -> None:
    talk = book.talk("2026-10-05T10:00", "a")
    book.outcome(talk, "bot_then_human", "escalated")
    book.connection.execute("UPDATE outcome SET handed_off_at=?", (at("2026-10-05T10:20"),))
    book.worked(talk, 20)
    (told,) = listed(book)
    assert (told.origin, told.number, told.at) == ("told", None, at("2026-10-05T10:20"))
    assert (told.handle_seconds, told.people_cost) == (1200, usd("13"))

    enter(book, talk, person="Ada")
    (typed,) = listed(book)
    assert (typed.origin, typed.person) == ("typed", "Ada")
    assert book.ledger.handoffs_of(talk, UTC) == [typed]


def test_clocks_may_differ_a_little_and_what_stands_there_may_be_changed(book: CostBook) -> None:
    talk = book.talk("2026-10-05T10:00", "a")
    entry = StoredHandoff(0, "", "", talk, NOW + 300 * SECOND)
    (number,) = book.ledger.add_handoff(entry, now=NOW).came["handoff"]
    book.ledger.edit_handoff(number, {"note": "x"}, now=NOW - HOUR)

    assert [each.note for each in listed(book)] == ["x"]
    with pytest.raises(UsageProblem, match="is not yet"):
        book.ledger.edit_handoff(number + 1, {"at": NOW + HOUR}, now=NOW)


@pytest.mark.parametrize(
    ("when", "early"),
    [
        ("2026-10-05T10:00", False),
        ("2026-10-05T09:59", True),
        ("2026-10-01T12:00", True),
        ("2025-01-01T00:00", True),
    ],
)
def test_a_hand_off_from_before_its_conversation_is_told_to_be(
    book: CostBook, when: str, early: bool
) -> None:
    enter(book, book.talk("2026-10-05T10:00", "a"), when)

    assert [each.is_early for each in listed(book)] == [early]


def test_the_noon_of_a_day_stands_for_that_day(book: CostBook) -> None:
    enter(book, book.talk("2026-10-05T18:00", "a"), "2026-10-05T12:00")
    enter(book, book.talk("2026-10-05T18:00", "b"), "2026-10-04T12:00")

    assert [each.is_early for each in listed(book)] == [False, True]


def test_a_persons_answer_after_a_bots_is_an_inferred_hand_off(book: CostBook) -> None:
    talk = book.talk("2026-10-05T10:00", "a")
    instant = at("2026-10-05T10:09")
    book.say(talk, "x", at=instant, kind=2, key=99, flags=BY_PERSON)
    other = book.talk("2026-10-06T10:00", "b")
    book.label(other, "outcome", "escalated")
    book.talk("2026-10-07T10:00", "c")

    found = {each.conversation_id: (each.origin, each.at) for each in listed(book)}
    assert found == {talk: ("inferred", instant), other: ("inferred", None)}


def test_the_list_has_the_conversations_that_economics_counts_as_escalated(book: CostBook) -> None:
    for place, name in enumerate("abcdef"):
        book.talk(f"2026-10-05T1{place}:00", name)
    a, b, c, d, e, _ = (book.thread(name) for name in "abcdef")
    book.outcome(a, "bot_then_human")
    book.outcome(b, "human_only")
    book.outcome(c, "bot_only", "resolved_assumed")
    book.say(c, "x", at=at("2026-10-05T13:00"), kind=2, key=98, flags=BY_PERSON)
    book.outcome(d, "bot_then_human")
    book.label(d, "outcome", "resolved")
    enter(book, e)

    escalated = {cost.talk.id for cost in book.costs().costs if cost.talk.served == ESCALATED}
    assert {each.conversation_id for each in listed(book)} == escalated == {a, e}


def test_the_list_is_narrowed_by_time_reason_person_and_client(book: CostBook) -> None:
    one, other = book.talk("2026-10-05T10:00", "a"), book.talk("2026-10-06T10:00", "b")
    book.label(other, "client", "acme")
    enter(book, one, reason="billing", person="Ada")
    enter(book, other, "2026-10-06T11:00", reason="policy", person="Bo")

    def numbers(**query: Any) -> list[int | None]:
        return [each.number for each in listed(book, **query)]

    assert numbers() == [2, 1]
    assert numbers(reason=("billing",)) == [1]
    assert numbers(person=("Bo", "Cy")) == [2]
    assert numbers(scope={"client": ("acme",)}) == [2]
    assert numbers(since=at("2026-10-06")) == [2]
    assert numbers(until=at("2026-10-06")) == [1]
    assert numbers(origin=("told",)) == []


def test_an_entered_hand_off_takes_a_conversation_from_the_bill_of_the_bot(book: CostBook) -> None:
    book.plan(OUTCOME)
    book.use()
    for name in "ab":
        book.talk("2026-10-05T10:00", name)
    assert len(book.bill("2026-11-20").rated) == 2

    enter(book, book.thread("a"), "2026-10-05T10:05")
    assert [each.unit.thread.id for each in book.bill("2026-11-20").rated] == [
        str(book.thread("b"))
    ]
    book.ledger.undo_handoffs(now=NOW)
    assert len(book.bill("2026-11-20").rated) == 2


def test_reasons_are_a_list_that_people_edit(book: CostBook) -> None:
    from convledger.workflow.reason_codes import HANDOFFS

    talk = book.talk("2026-10-05T10:00", "a")
    assert book.ledger.change_reasons(HANDOFFS, ["Legal hold"], ["other"])[-1] == "legal-hold"
    number = enter(book, talk, reason="Legal hold")
    book.ledger.change_reasons(HANDOFFS, [], ["legal-hold"])
    with pytest.raises(UsageProblem, match="no reason 'other'"):
        enter(book, talk, reason="other")
    book.ledger.edit_handoff(number, {"note": "kept"}, now=NOW)
    assert [each.reason for each in listed(book)] == ["legal-hold"]


def test_of_a_sub_agent_it_costs_as_its_conversation_does(book: CostBook) -> None:
    book.hourly("60", "2026-10-06")
    parent = book.talk("2026-10-05T23:00", "parent")
    book.spend("2026-10-05T23:00", "1.00", "parent")
    child = book.talk("2026-10-06T01:00", "child", parent_native="parent", relation="subagent")
    book.spend("2026-10-06T01:00", "2.00", "child")
    half = usd("19.50")  # of an hour at the rate of the day on which the parent opened

    for place, number in enumerate((child, parent), 1):
        enter(book, number, "2026-10-07T10:00", handle_seconds=1800)
        costs = [(each.people_cost, each.bot_cost) for each in listed(book)]
        assert costs == [(half, usd("3.00"))] * place
    assert book.ledger.handoffs_of(child, UTC)[0].people_cost == half
    assert book.cost(parent).parts[PEOPLE] == 2 * half
