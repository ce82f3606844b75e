"""Events, sums, unique keys and greatest amounts are counted exactly."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import pytest

from convledger.plans.counted import BillableUnit
from convledger.plans.counting import (
    MEASURES,
    count_events,
    count_max,
    count_sums,
    count_unique,
    net_by,
)
from convledger.plans.events import ACTION, BUSINESS, HANDOFF, TOOL, Event, Thread
from convledger.plans.inside import Coverage
from convledger.plans.schema import Split, Unit, Where
from convledger.plans.windows import count_all

from .stories import DAY, HOUR, START, always, at, said, story, window


class Month(NamedTuple):
    since: int
    until: int


MONTHS = [Month(START, START + 30 * DAY), Month(START + 30 * DAY, START + 60 * DAY)]


def counted(event: str, events: list[Event], **told: Any) -> list[BillableUnit]:
    """Return what a rule counts of events."""
    return count_events(always(Unit(id="e", count="event", event=event, **told)), events)


def call(minutes: float, **told: Any) -> Event:
    return said("c", minutes, **told)


@pytest.mark.parametrize(
    ("event", "kinds"),
    [
        ("user_message", {"user"}),
        ("assistant_message", {"assistant"}),
        ("message", {"user", "assistant", "tool", "business"}),
        ("model_call", {"call"}),
        ("tool_call", {"tool"}),
        ("agent_action", {"action", "tool"}),
        ("business_message", {"business"}),
        ("handoff", {"handoff"}),
        ("close", {"close"}),
    ],
)
def test_event_of_a_plan_names_kinds_of_events(event: str, kinds: set[str]) -> None:
    events = [*story("u0 a1 x2 c3"), *(said(k, 4, id=k) for k in (TOOL, ACTION, BUSINESS, HANDOFF))]
    names = {each.id: each.kind for each in events}

    found = counted(event, events)
    assert {names[unit.id.rpartition("/")[2]] for unit in found} == kinds


def test_reply_tells_its_model_so_that_a_rate_card_can_price_it() -> None:
    attributes = {"modality": "voice"}
    (unit,) = counted(
        "assistant_message", [said("a", 5, model="gpt-5", attributes=attributes), *story("u0")]
    )

    assert (unit.model, unit.attributes, unit.quantity) == ("gpt-5", attributes, 1)
    assert unit.opened_at == unit.billed_at == unit.last_at == at(5)


def test_action_of_10001_tokens_counts_as_two() -> None:
    split = Split(by="tokens", size=10_000)
    actions = [
        said(ACTION, n, input=tokens, name="refund")
        for n, tokens in enumerate((0, 1, 10_000, 10_001, 25_000))
    ]

    found = counted("agent_action", actions, split=split)
    assert [unit.quantity for unit in found] == [1, 1, 1, 2, 3]
    assert found[0].name == "refund"
    assert counted("agent_action", actions, where=Where(exclude=("ref*",))) == []


def test_server_tool_is_counted_by_use() -> None:
    events = [
        call(0, attributes={"server_tool.web_search": "3"}),
        call(1),
        said(TOOL, 2, name="web_search"),
        said(TOOL, 3, name="web_fetch"),
    ]

    found = counted("server_tool.web_search", events)
    assert [(unit.opened_at, unit.quantity) for unit in found] == [(at(0), 3), (at(2), 1)]


def test_template_outside_the_service_window_is_counted() -> None:
    service = window(id="service", timeout=24 * HOUR, extend_on=("user",))
    events = [*story("u0"), *(said(BUSINESS, minutes) for minutes in (1439, 1440))]
    spans = {"service": Coverage(service, count_all(service, events))}

    def times(where: Where) -> list[int]:
        unit = Unit(id="t", count="event", event="business_message", where=where)
        return [each.opened_at for each in count_events(always(unit), events, spans=spans)]

    assert times(Where(outside="service")) == [at(1440)]
    assert times(Where(inside="service")) == [at(1439)]


USED = call(
    0,
    input=100,
    output=20,
    cache_read=3,
    cache_write=4,
    rated_pico=5,
    attributes={"audio_seconds": "1.5"},
)


@pytest.mark.parametrize(
    ("measure", "amount"),
    [
        ("tokens", 127),
        ("tokens.total", 127),
        ("tokens.input", 100),
        ("tokens.output", 20),
        ("tokens.cache_read", 3),
        ("tokens.cache_write", 4),
        ("context_tokens", 107),
        ("rated_usd", 5),
        ("audio_seconds", 2),
    ],
)
def test_measure_of_a_call(measure: str, amount: int) -> None:
    found = count_sums(always(Unit(id="s", count="sum", measure=measure)), [USED])

    assert [unit.quantity for unit in found.units] == [amount]
    assert found.unpriced == []
    assert measure in MEASURES


def test_call_without_a_price_is_apart_and_not_zero() -> None:
    unknown, free = call(1), call(2, rated_pico=0)
    found = count_sums(
        always(Unit(id="s", count="sum", measure="rated_usd")), [USED, unknown, free]
    )

    assert [unit.quantity for unit in found.units] == [5]
    assert found.unpriced == [unknown]


@pytest.mark.parametrize("text", ["", "ten", "-1", "NaN", "Infinity", "1e999", "9" * 100])
def test_length_that_is_none_is_apart(text: str) -> None:
    event = call(0, attributes={"audio_seconds": text})
    found = count_sums(always(Unit(id="s", count="sum", measure="audio_seconds")), [event])

    assert (found.units, found.unpriced) == ([], [event])


def test_tokens_are_those_of_calls_and_not_again_of_actions() -> None:
    events = [USED, said(ACTION, 1, input=100)]
    found = count_sums(always(Unit(id="s", count="sum", measure="tokens")), events)

    assert sum(unit.quantity for unit in found.units) == 127


def test_user_is_unique_once_a_period() -> None:
    ada, also_ada, ben = Thread(id="1", user="a"), Thread(id="2", user="a"), Thread(id="3")
    month = 30 * 24 * 60
    events = [
        said("u", 0, ada),
        said("a", 1, ben),
        said("u", 5, also_ada),
        said("u", month, ada),
        said("u", month + 1, ben),
        said("u", 2 * month, ada),
    ]
    unit = Unit(id="mau", count="unique", key="user")

    found = count_unique(always(unit), events, MONTHS)
    assert [(each.key, each.billed_at) for each in found] == [
        ("a", at(0)),
        ("a", at(month)),
        ("thread:3", at(month + 1)),
    ]
    assert [each.ends_at for each in found[:2]] == [MONTHS[0].until, MONTHS[1].until]


def test_unique_can_be_about_any_event() -> None:
    unit = Unit(id="m", count="unique", key="user", event="assistant_message")

    assert [each.opened_at for each in count_unique(always(unit), story("u0 a1 a2"), MONTHS)] == [
        at(1)
    ]


def test_greatest_context_of_a_period() -> None:
    unit = Unit(id="m", count="max", measure="context_tokens")
    month = 30 * 24 * 60
    events = [call(n, input=size) for n, size in ((0, 5), (1, 9), (2, 9), (month, 7), (3, 0))]

    found = count_max(always(unit), events, MONTHS)
    assert [(each.quantity, each.opened_at) for each in found.units] == [(9, at(1)), (7, at(month))]


def test_greatest_price_knows_what_it_does_not_know() -> None:
    unknown = call(5)
    unit = Unit(id="m", count="max", measure="rated_usd", key="workspace")
    found = count_max(always(unit), [USED, unknown, call(99 * 24 * 60)], MONTHS)

    assert ([each.quantity for each in found.units], found.unpriced) == ([5], [unknown])


def test_rule_in_force_decides() -> None:
    reply = Unit(id="e", count="event", event="assistant_message")
    question = Unit(id="e", count="event", event="user_message")

    def rule_at(instant: int) -> Unit | None:
        if instant < at(10):
            return None
        return reply if instant < at(20) else question

    found = count_events(rule_at, story("u0 a1 u10 a11 u20 a21"))
    assert [unit.opened_at for unit in found] == [at(11), at(20)]


@pytest.mark.parametrize("count", [count_events, lambda *told: count_sums(*told).units])
def test_order_of_events_does_not_matter(
    count: Callable[[Any, list[Event]], list[BillableUnit]],
) -> None:
    unit = Unit(id="e", count="event", event="model_call", measure="tokens")
    events = [call(n, input=n + 1, seq=n) for n in range(5)]

    assert count(always(unit), events) == count(always(unit), events[::-1])


def test_quantities_are_added_by_name() -> None:
    found = counted("message", story("u0 a1 u10"))

    assert net_by(found, lambda instant: "old" if instant < at(5) else "new") == {
        "old": 2,
        "new": 1,
    }
