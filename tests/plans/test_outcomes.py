"""Outcomes settle after silence, once, and are taken back when the customer returns."""

from __future__ import annotations

from typing import Any

import pytest

from convledger.plans.counted import FIRST, IDLE, OPEN, BillableUnit
from convledger.plans.events import HANDOFF, OUTCOME, Event, Thread
from convledger.plans.labels import is_billed, label_of
from convledger.plans.outcomes import RETURNED, Settled, outcome_ledger, settle
from convledger.plans.schema import Unit, Where

from .stories import DAY, MINUTE, START, always, at, said, story

SETTLED = 24 * 60  # minutes of silence
LATER = START + 1000 * DAY
BOTH = ("resolved_confirmed", "resolved_assumed")


def outcome(**told: Any) -> Unit:
    """Return an outcome that settles after a day and is taken back, once a thread, or as told."""
    base = {"settle_after": DAY, "once_per": "thread", "reverse_on_return": True, "outcome": BOTH}
    return Unit(**{"id": "o", "count": "outcome", **base, **told})


def settled(events: list[Event], now: int = LATER, **told: Any) -> Settled:
    return settle(always(outcome(**told)), events, now)


def booked(events: list[Event], **told: Any) -> list[tuple[str, int, int]]:
    """Return label, quantity and minute of all that is booked."""
    return [
        (unit.name, unit.quantity, (unit.billed_at - START) // MINUTE)
        for unit in settled(events, **told).units
    ]


def test_silence_after_an_answer_is_an_assumed_resolution() -> None:
    (unit,) = settled(story("u0 a5")).units

    assert (unit.name, unit.quantity) == ("resolved_assumed", 1)
    assert (unit.opened_at, unit.last_at, unit.billed_at) == (at(0), at(5), at(5) + DAY)
    assert (unit.began, unit.ended, unit.messages, unit.key) == (FIRST, IDLE, 2, "t1")


def test_outcome_is_pending_until_the_silence_is_long_enough() -> None:
    due = at(5) + DAY
    before, then = settled(story("u0 a5"), due - 1), settled(story("u0 a5"), due)

    assert before.units == []
    assert [(each.billed_at, each.ended) for each in before.pending] == [(due, OPEN)]
    assert [each.billed_at for each in then.units] == [due]
    assert then.pending == []


def test_what_happens_later_is_not_seen() -> None:
    events = [*story("u0 a5"), *story("u5000")]

    assert [each.quantity for each in settled(events, at(4999)).units] == [1]
    assert [each.quantity for each in settled(events, at(5000)).units] == [1, -1]


def test_question_that_nobody_answered_has_no_outcome() -> None:
    assert settled(story("u0 a5 u6")) == Settled([], [])
    assert settled(story("a0")) == Settled([], [])


def test_message_exactly_at_the_settling_is_a_return() -> None:
    exactly = booked(story(f"u0 a5 u{5 + SETTLED}"))
    sooner = Event(id="s", at=at(5) + DAY - 1, kind="user", thread=said("u", 0).thread)

    assert exactly == [
        ("resolved_assumed", 1, 5 + SETTLED),
        ("resolved_assumed", -1, 5 + SETTLED),
    ]
    assert settled([*story("u0 a5"), sooner]).units == []


def test_return_takes_the_outcome_back_in_its_own_period_and_a_new_one_may_settle() -> None:
    first, taken_back, second = settled(story("u0 a5 u9000 a9001")).units

    assert (taken_back.quantity, taken_back.reverses) == (-1, first.id)
    assert (taken_back.billed_at, taken_back.began) == (at(9000), RETURNED)
    assert (second.quantity, second.billed_at, second.began) == (1, at(9001) + DAY, IDLE)
    assert len({first.id, taken_back.id, second.id}) == 3
    assert second.gap == (9000 - 5) * MINUTE


def test_without_reversal_the_first_outcome_stays_the_only_one() -> None:
    told = {"reverse_on_return": False}

    assert booked(story("u0 a5 u9000 a9001"), **told) == [("resolved_assumed", 1, 5 + SETTLED)]
    assert len(booked(story("u0 a5 u9000 a9001"), **told, once_per="")) == 2


def test_assistant_that_speaks_again_does_not_return() -> None:
    assert booked(story("u0 a5 a9000")) == [("resolved_assumed", 1, 5 + SETTLED)]


def test_answer_within_the_silence_puts_the_settling_off() -> None:
    assert booked(story("u0 a5 a100")) == [("resolved_assumed", 1, 100 + SETTLED)]


def test_own_verdict_of_the_thread_goes_before_an_assumption() -> None:
    solved, lost = Thread(id="s", outcome="Resolved"), Thread(id="l", outcome="abandoned")

    assert booked(story("u0 a5", solved)) == [("resolved_confirmed", 1, 5 + SETTLED)]
    assert booked(story("u0 a5", lost)) == []
    assert booked(story("u0 a5 u6", solved)) == [("resolved_confirmed", 1, 6 + SETTLED)]


def test_verdict_among_the_events_goes_before_that_of_the_thread() -> None:
    thread = Thread(id="s", outcome="resolved")
    verdict = said(OUTCOME, 7, thread, name="procedure_handoff")

    assert booked([*story("u0 a5", thread), verdict]) == []
    assert booked([*story("u0 a5", thread), verdict], outcome=("procedure_handoff",)) == [
        ("procedure_handoff", 1, 5 + SETTLED)
    ]


def test_verdict_after_the_silence_settles_what_was_not() -> None:
    verdict = said(OUTCOME, 5000, name="resolved")

    assert booked([*story("u0 a5 u6"), verdict]) == [("resolved_confirmed", 1, 5000)]
    assert booked([*story("u0 a5"), verdict]) == [("resolved_confirmed", 1, 5 + SETTLED)]


def test_handed_over_conversation_is_escalated() -> None:
    events = [*story("u0 a5"), said(HANDOFF, 6)]

    assert booked(events) == []
    assert booked(events, outcome=("escalated",)) == [("escalated", 1, 5 + SETTLED)]
    flagged = story("u0 a5", Thread(id="t", escalated=True))
    assert booked(flagged, outcome=("handoff",)) == [("escalated", 1, 5 + SETTLED)]


def test_person_who_comes_after_the_settling_does_not_undo_it() -> None:
    events = [*story("u0 a5"), said(HANDOFF, 5000)]

    assert booked(events, where=Where(participant="bot_only")) == [
        ("resolved_assumed", 1, 5 + SETTLED)
    ]


def test_handoff_does_not_hide_the_outcome_that_tells_why() -> None:
    events = [*story("u0 a5"), said(OUTCOME, 6, name="procedure_handoff"), said(HANDOFF, 6.5)]

    assert booked(events, outcome=("procedure_handoff",)) == [("procedure_handoff", 1, 5 + SETTLED)]


def test_verified_bot_only_outcomes() -> None:
    where = Where(participant="bot_only", verified=True)
    verdict = said(OUTCOME, 6, name="resolved")

    assert booked(story("u0 a5"), where=where) == []
    assert booked([*story("u0 a5"), verdict], where=where)[0][:2] == ("resolved_confirmed", 1)
    assert booked([*story("u0 a5"), said(HANDOFF, 5.5), verdict], where=where) == []
    known = Thread(id="v", verified=True)
    assert booked(story("u0 a5", known), where=where)[0][:2] == ("resolved_assumed", 1)


def test_greeting_is_no_answer() -> None:
    where = Where(min_assistant_answers=1)
    solved = Thread(id="s", outcome="resolved")

    assert booked(story("a0 u1", solved), where=where) == []
    assert len(booked(story("a0 u1 a2", solved), where=where)) == 1


def test_excluded_outcomes_and_conversations() -> None:
    where = Where(exclude=("greeting_only", "resolved_assumed"))

    assert booked(story("u0 a5"), where=where) == []
    greeting = Thread(id="g", tags=("greeting_only",), outcome="resolved")
    assert booked(story("u0 a5", greeting), where=where) == []
    assert len(booked(story("u0 a5", Thread(id="t", outcome="resolved")), where=where)) == 1


def test_once_per_user_over_all_threads() -> None:
    one, two = Thread(id="1", user="ada"), Thread(id="2", user="ada")
    events = [*story("u0 a5", two), *story("u1 a6", one)]

    assert [unit.thread.id for unit in settled(events, once_per="user").units] == ["2"]
    assert len(settled(events).units) == 2
    early = settled(events, at(10), once_per="user")
    assert [unit.thread.id for unit in early.pending] == ["2"]
    after_return = [*events, *story("u9000", two)]
    assert sum(unit.quantity for unit in settled(after_return, once_per="user").units) == 0


def test_episode_keeps_the_rule_that_it_opened_under() -> None:
    old, new = outcome(), outcome(settle_after=DAY // 2, outcome=("escalated",))

    def rule_at(instant: int) -> Unit:
        return old if instant < at(3) else new

    (unit,) = settle(rule_at, story("u0 a5"), LATER).units
    assert unit.billed_at == at(5) + DAY


def test_nothing_settles_where_no_plan_is_in_force() -> None:
    assert settle(lambda _: None, story("u0 a5"), LATER) == Settled([], [])


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("resolved", "resolved_confirmed"),
        ("Resolved", "resolved_confirmed"),
        ("resolved assumed", "resolved_assumed"),
        ("hand-off", "escalated"),
        ("Escalated", "escalated"),
        ("procedure_handoff", "procedure_handoff"),
    ],
)
def test_plain_words_are_labels(text: str, label: str) -> None:
    assert label_of(text) == label


def test_plan_that_bills_resolutions_bills_both() -> None:
    for label in BOTH:
        assert is_billed(label, ("resolved",))
        assert is_billed(label, ())
    assert not is_billed("escalated", ())
    assert is_billed("escalated", ("hand-off",))


def ledger(*facts: tuple[str, float], **told: Any) -> list[BillableUnit]:
    """Return what is booked for outcomes that the vendor told."""
    events = [said(kind, minutes, id=f"{kind}{minutes}") for kind, minutes in facts]
    return outcome_ledger(outcome(**told), events)


def test_told_outcome_is_booked_at_once_and_taken_back_at_the_return() -> None:
    first, taken_back = ledger((OUTCOME, 0), ("user", 5000))

    assert (first.billed_at, first.quantity, first.name) == (at(0), 1, "resolved_confirmed")
    assert (taken_back.billed_at, taken_back.quantity) == (at(5000), -1)
    assert taken_back.reverses == first.id


def test_told_outcomes_are_booked_once_per_conversation() -> None:
    assert len(ledger((OUTCOME, 0), (OUTCOME, 60))) == 1
    assert len(ledger((OUTCOME, 0), (OUTCOME, 60), once_per="")) == 2
    again = ledger((OUTCOME, 0), ("user", 1), (OUTCOME, 60), ("user", 61), ("user", 62))
    assert [unit.quantity for unit in again] == [1, -1, 1, -1]
    assert len(ledger((OUTCOME, 0), ("user", 1), reverse_on_return=False)) == 1
