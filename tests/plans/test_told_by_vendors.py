"""What vendors tell of outcomes, and what people answered, as plans count it."""

from __future__ import annotations

from typing import Any

import pytest

from convledger.plans.counting import count_events
from convledger.plans.events import ASSISTANT, HANDOFF, PERSON, Event, Thread
from convledger.plans.labels import named_by
from convledger.plans.outcomes import settle
from convledger.plans.schema import Unit
from convledger.plans.windows import count_all

from .stories import DAY, START, always, said, story

LATER = START + 1000 * DAY
BOTH = ("resolved_confirmed", "resolved_assumed")


def labels(events: list[Event], outcome: tuple[str, ...] = BOTH, **told: Any) -> list[str]:
    rule = Unit(id="o", count="outcome", settle_after=DAY, outcome=outcome, **told)
    return [unit.name for unit in settle(always(rule), events, LATER).units]


def talk(**facts: Any) -> list[Event]:
    thread = Thread("t1", **facts)
    return [said("user", 0, thread=thread), said(ASSISTANT, 1, thread=thread)]


@pytest.mark.parametrize(
    ("verdict", "wanted", "label"),
    [
        ("procedure_handoff", ("resolved", "procedure_handoff"), "procedure_handoff"),
        ("Procedure handoff", ("procedure-handoff",), "procedure_handoff"),
        ("contained", ("resolved_*",), ""),
        ("resolved", ("resolved",), ""),
        ("escalated", ("escalated",), ""),
        ("", ("procedure_handoff",), ""),
    ],
)
def test_verdict_counts_by_its_own_name_where_a_plan_names_it(
    verdict: str, wanted: tuple[str, ...], label: str
) -> None:
    assert named_by(verdict, wanted) == label


def test_verdict_that_is_billed_goes_before_the_outcome_that_is_not() -> None:
    events = talk(outcome="escalated", verdict="procedure_handoff")

    assert labels(events) == []
    assert labels(events, (*BOTH, "procedure_handoff")) == ["procedure_handoff"]


def test_hand_off_with_the_vendors_outcome_leaves_it_standing() -> None:
    events = talk(outcome="resolved_assumed", escalated=True)
    thread = events[0].thread
    plain = [*events, Event("h", events[-1].at + 1, HANDOFF, thread)]
    named = [*events, Event("h", events[-1].at + 1, HANDOFF, thread, name="resolved_assumed")]

    assert labels(plain) == []
    assert labels(named) == ["resolved_assumed"]


def test_what_people_did_alone_has_no_outcome_of_a_bot() -> None:
    assert labels(talk(outcome="resolved_assumed")) == ["resolved_assumed"]
    assert labels(talk(outcome="resolved_assumed", by_people=True)) == []


def test_persons_answer_is_a_reply_but_none_of_the_assistant() -> None:
    window = Unit(id="w", count="window", timeout=DAY, commit_at="first_assistant_reply")
    events = [*story("u0"), said(PERSON, 5)]
    (unit,) = count_all(window, events)
    answers = Unit(id="a", count="event", event="assistant_message")
    messages = Unit(id="m", count="event", event="message")

    assert unit.replied_at == events[1].at
    assert list(count_events(lambda _: answers, events)) == []
    assert len(list(count_events(lambda _: messages, events))) == 2
    assert labels(events) == []  # the assistant settled nothing


def test_persons_answer_keeps_a_window_open_as_the_assistants_does() -> None:
    window = Unit(id="w", count="window", timeout=60_000_000 * 30)

    assert len(count_all(window, [*story("u0"), said(PERSON, 20), *story("u45")])) == 1
    assert len(count_all(window, [*story("u0 u45")])) == 2
