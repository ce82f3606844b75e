"""Conversations are cut into windows where the rule says, and each says why."""

from __future__ import annotations

from datetime import UTC, date
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from convledger.plans.calendar import start_of_day
from convledger.plans.counted import (
    AFTER_CLOSE,
    FIRST,
    IDLE,
    NEW_TOPIC,
    OPEN,
    WINDOW,
    BillableUnit,
)
from convledger.plans.counted import DAY as NEXT_DAY
from convledger.plans.events import HANDOFF, Event, Thread
from convledger.plans.inside import Coverage
from convledger.plans.schema import Split, Unit, Where
from convledger.plans.splits import pieces, units_of
from convledger.plans.windows import by_key, count_all, count_windows

from .stories import DAY, HOUR, MINUTE, START, always, at, ids, said, story, window

BERLIN = ZoneInfo("Europe/Berlin")
SAME_THREE = "u0 x5 u10"


def cut(text: str, **told: Any) -> list[BillableUnit]:
    """Return the units of a story under a window of 30 minutes of silence, or as told."""
    return count_windows(always(window(**told)), story(text), keep_events=True)


def test_silence_of_the_timeout_opens_a_unit_and_a_microsecond_less_does_not() -> None:
    exactly = said("u", 30)
    sooner = Event(id="sooner", at=exactly.at - 1, kind="user", thread=exactly.thread)
    rule = always(window())

    assert len(count_windows(rule, [said("u", 0), exactly])) == 2
    assert len(count_windows(rule, [said("u", 0), sooner])) == 1


def test_strict_boundary_keeps_the_message_at_exactly_the_timeout() -> None:
    exactly = said("u", 30)
    later = Event(id="later", at=exactly.at + 1, kind="user", thread=exactly.thread)
    rule = always(window(at_boundary="same"))

    assert len(count_windows(rule, [said("u", 0), exactly])) == 1
    assert len(count_windows(rule, [said("u", 0), later])) == 2


def test_four_messages_are_four_two_or_three_units_as_the_rule_says() -> None:
    messages = [
        Event(id="e1", at=START, kind="user", thread=Thread(id="t")),
        Event(id="e2", at=START + 50 * MINUTE, kind="user", thread=Thread(id="t")),
        Event(
            id="e3", at=START + DAY + 50 * MINUTE - 1_000_000, kind="user", thread=Thread(id="t")
        ),
        Event(
            id="e4",
            at=START + 2 * DAY + 50 * MINUTE - 1_000_000,
            kind="user",
            thread=Thread(id="t"),
        ),
    ]
    fixed = window(boundary="fixed", duration=DAY)

    assert len(count_windows(always(window()), messages)) == 4
    assert len(count_windows(always(window(timeout=DAY)), messages)) == 2
    assert len(count_windows(always(fixed), messages)) == 3


def test_who_extends_decides() -> None:
    story_of_three = "u0 a20 u45"

    assert ids(cut(story_of_three)) == [["u0", "a20", "u45"]]
    assert ids(cut(story_of_three, extend_on=("user",))) == [["u0", "a20"], ["u45"]]


def test_who_opens_decides() -> None:
    assert cut("a0") == []
    assert ids(cut("a0 u1")) == [["u1"]]
    assert ids(cut("a0 u1", open_on=("user", "assistant"))) == [["a0", "u1"]]
    assert ids(cut("u0 a40 u41")) == [["u0"], ["u41"]]


def test_unit_tells_why_it_began_and_ended_and_when() -> None:
    first, second = cut("u0 a5 u50")

    assert (first.began, first.ended, first.gap, first.messages) == (FIRST, IDLE, 0, 2)
    assert (first.opened_at, first.last_at, first.ends_at) == (at(0), at(5), at(35))
    assert (first.billed_at, first.replied_at, first.quantity) == (at(0), at(5), 1)
    assert (second.began, second.ended, second.gap) == (IDLE, OPEN, 45 * MINUTE)
    assert (second.ends_at, second.replied_at, second.key) == (at(80), None, "t1")
    assert first.id != second.id


def test_events_are_kept_only_when_asked_for() -> None:
    assert count_windows(always(window()), story("u0 a5"))[0].events == ()


@pytest.mark.parametrize(
    ("reopen", "grace", "expected"),
    [
        ("new", 0, [["u0"], ["u10"]]),
        ("same", 0, [["u0", "u10"]]),
        ("grace", 6 * MINUTE, [["u0", "u10"]]),
        ("grace", 5 * MINUTE, [["u0"], ["u10"]]),
    ],
)
@pytest.mark.parametrize("boundary", ["inactivity", "explicit", "thread"])
def test_message_after_a_close(
    reopen: str, grace: int, expected: list[list[str]], boundary: str
) -> None:
    found = cut(SAME_THREE, reopen=reopen, grace=grace, boundary=boundary)

    assert ids(found) == expected
    if len(found) == 2:
        assert (found[0].ended, found[0].ends_at) == (AFTER_CLOSE, at(5))
        assert (found[1].began, found[1].gap) == (AFTER_CLOSE, 10 * MINUTE)


def test_reopening_does_not_outlast_the_timeout() -> None:
    assert ids(cut("u0 x5 u30", reopen="same")) == [["u0"], ["u30"]]
    assert ids(cut("u0 x29 u31", reopen="grace", grace=HOUR)) == [["u0"], ["u31"]]


def test_answer_after_a_close_neither_reopens_nor_extends() -> None:
    found = cut("u0 x5 a6 u31", reopen="grace", grace=2 * HOUR)

    assert ids(found) == [["u0", "a6"], ["u31"]]
    assert (found[0].last_at, found[0].ends_at) == (at(0), at(5))
    assert ids(cut("u0 x5 a6 u31", reopen="same")) == [["u0", "a6", "u31"]]


def test_unit_that_was_closed_last_says_so() -> None:
    for reopen in ("new", "same", "grace"):
        (unit,) = cut("u0 x5", reopen=reopen, grace=HOUR)
        assert (unit.ended, unit.ends_at) == (AFTER_CLOSE, at(5))


def test_explicit_unit_ends_by_a_close_alone() -> None:
    (unit,) = cut("u0 u100000", boundary="explicit")

    assert (unit.ended, unit.ends_at, unit.messages) == (OPEN, None, 2)
    assert len(cut("u0 x1 u100000 x100001 u100002", boundary="explicit")) == 3


def test_close_of_another_thread_leaves_a_users_unit_open() -> None:
    mail = Thread(id="mail", user="ada")
    events = [*story("u0"), said("u", 5, mail), said("x", 6), said("u", 7, mail)]
    rule = always(window(key="user"))

    assert len(count_windows(rule, events)) == 1
    assert len(count_windows(rule, [*events, said("x", 8, mail), said("u", 9, mail)])) == 2


def test_thread_is_one_unit_even_of_one_user() -> None:
    unit = window(boundary="thread", key="user")
    other = Thread(id="t2", user="ada")

    assert len(count_all(unit, [*story("u0 u5000"), said("u", 1, other)])) == 2


def test_fixed_window_is_not_extended() -> None:
    first, second = cut("u0 u1439 u1440", boundary="fixed", duration=DAY)

    assert (first.ends_at, first.ended, second.began) == (at(1440), WINDOW, WINDOW)
    assert ids([first, second]) == [["u0", "u1439"], ["u1440"]]


def test_fixed_window_aligned_to_the_hour_begins_at_the_full_hour() -> None:
    told = {"boundary": "fixed", "duration": 5 * HOUR, "align": "hour"}

    assert ids(cut("u42 u299 u300", **told)) == [["u42", "u299"], ["u300"]]
    assert ids(cut("u42 u300 u301", **told, at_boundary="same")) == [["u42", "u300"], ["u301"]]
    assert cut("u42", **told)[0].opened_at == at(42)


def test_fixed_windows_aligned_to_the_day_are_buckets_of_utc() -> None:
    """10:00 and 14:59 lie between 10 and 15 o'clock, 23:00 and 00:00 in different days."""
    told = {"boundary": "fixed", "duration": 5 * HOUR, "align": "day"}

    assert ids(cut("u0 u299 u300 u599 u600 u780 u840", **told)) == [
        ["u0", "u299"],
        ["u300", "u599"],
        ["u600", "u780"],
        ["u840"],
    ]


def test_day_ends_at_midnight_of_the_zone_even_when_it_has_23_hours() -> None:
    midnight = start_of_day(date(2026, 3, 29), BERLIN)
    thread = Thread(id="t")
    events = [
        Event(id=str(number), at=instant, kind="user", thread=thread)
        for number, instant in enumerate((midnight, midnight + 23 * HOUR - 1, midnight + 23 * HOUR))
    ]
    rule = always(window(boundary="calendar_day"))
    first, second = count_windows(rule, events, zone=BERLIN)

    assert (first.messages, first.ends_at, first.ended) == (2, midnight + 23 * HOUR, NEXT_DAY)
    assert second.began == NEXT_DAY
    assert len(count_windows(rule, events, zone=UTC)) == 2
    assert count_windows(rule, events, zone=UTC)[0].messages == 1


def test_topic_ends_a_unit_where_topics_do() -> None:
    first, second = cut("u0 a1 t2 u3", boundary="topic")

    assert (first.ended, first.ends_at, second.began) == (NEW_TOPIC, at(2), NEW_TOPIC)
    assert len(cut("u0 a1 t2 u3")) == 1
    assert len(cut("u0 u29 u59 u60", boundary="topic")) == 2
    assert len(cut("u0 u5000", boundary="topic", timeout=0)) == 1


def test_messages_can_tell_their_topic() -> None:
    rule = always(window(boundary="topic"))
    topics = ["", "bill", "bill", "", "parcel", "bill"]
    events = [said("u", n, attributes={"topic": topic}) for n, topic in enumerate(topics)]

    assert [unit.messages for unit in count_windows(rule, events)] == [4, 1, 1]


def test_named_topic_that_stays_the_same_ends_nothing() -> None:
    events = [said("t", 0, name="bill"), *story("u1"), said("t", 2, name="bill"), *story("u3")]
    rule = always(window(boundary="topic"))

    assert len(count_windows(rule, events)) == 1
    assert len(count_windows(rule, [*events, said("t", 4, name="x"), *story("u5")])) == 2


def test_long_units_count_several_times() -> None:
    split = Split(by="messages", size=40, of=("user",))
    text = " ".join(f"u{n} a{n}.5" for n in range(81))

    assert [unit.quantity for unit in cut(text, split=split)] == [3]
    assert [unit.quantity for unit in cut(text, split=Split(by="messages", size=81))] == [2]
    by_length = Split(by="duration", size=10 * MINUTE)
    assert [cut(f"u0 u{end}", split=by_length)[0].quantity for end in (0.5, 10, 10.5)] == [1, 1, 2]


def test_tokens_of_calls_within_split_a_unit() -> None:
    events = [*story("u0"), *(said("c", n, input=6_000, output=1) for n in (1, 2, 90))]
    rule = always(window(split=Split(by="tokens", size=10_000)))

    assert [unit.quantity for unit in count_windows(rule, events)] == [2]


def test_unit_with_nothing_to_split_counts_once() -> None:
    assert pieces(0, 40) == 0
    assert units_of(0, Split(by="tokens", size=40)) == units_of(99, None) == 1
    with pytest.raises(ValueError, match="size 0"):
        pieces(1, 0)


def test_small_step_back_of_the_clock_is_no_step() -> None:
    events = [
        said("u", 0, seq=0),
        said("u", 10, seq=1),
        said("a", 8.5, seq=2),
        said("u", 39.5, seq=3),
    ]

    found = count_windows(always(window()), events, keep_events=True)
    assert ids(found) == [["u0", "u10", "a8.5", "u39.5"]]
    assert len(count_windows(always(window(skew=0)), events[1:])) == 1
    assert count_windows(always(window(skew=0)), events)[0].replied_at == at(8.5)
    assert found[0].replied_at == at(10)


def test_events_of_one_instant_stand_as_their_source_told_them_or_by_name() -> None:
    told = [said("u", 0, id="b", seq=1), said("u", 0, id="a", seq=1), said("u", 0, id="c", seq=0)]
    rule = always(window(boundary="explicit"))

    for events in (told, told[::-1]):
        assert ids(count_windows(rule, events, keep_events=True)) == [["c", "a", "b"]]


def test_large_step_back_is_believed() -> None:
    events = [said("u", 60, seq=0), said("u", 0, seq=1), said("u", 61, seq=2)]

    assert ids(count_windows(always(window()), events, keep_events=True)) == [
        ["u0"],
        ["u60", "u61"],
    ]


def test_step_back_is_measured_within_a_thread_only() -> None:
    other = Thread(id="t2", user="ada")
    events = [said("u", 10, seq=1), said("u", 8, other, seq=5)]
    (unit,) = count_windows(always(window(key="user")), events)

    assert unit.opened_at == at(8)


def test_open_unit_keeps_the_rule_that_it_opened_under() -> None:
    old, new = window(timeout=30 * MINUTE), window(timeout=10 * MINUTE)

    def rule_at(instant: int) -> Unit:
        return old if instant < at(5) else new

    found = count_windows(rule_at, story("u0 u20 u60 u75"), keep_events=True)
    assert ids(found) == [["u0", "u20"], ["u60"], ["u75"]]


def test_nothing_opens_where_no_plan_is_in_force() -> None:
    def rule_at(instant: int) -> Unit | None:
        return window() if instant >= at(10) else None

    assert ids(count_windows(rule_at, story("u0 a1 u10"), keep_events=True)) == [["u10"]]


def test_keys_are_threads_users_or_the_workspace() -> None:
    ada, also_ada = Thread(id="1", user="ada"), Thread(id="2", user="ada")
    nobody, no_one = Thread(id="3"), Thread(id="4")
    events = [said("u", n, who) for n, who in enumerate((ada, also_ada, nobody, no_one))]

    for key, count in (("thread", 4), ("user", 3), ("workspace", 1)):
        unit = window(key=key)
        assert len(by_key(unit, events)) == count
        found = count_all(unit, events)
        assert len(found) == count
        assert {each.key for each in found} == set(by_key(unit, events))


def test_thread_without_a_user_is_no_user_of_that_name() -> None:
    events = [said("u", 0, Thread(id="ada")), said("u", 1, Thread(id="x", user="ada"))]

    assert len(count_all(window(key="user"), events)) == 2


def test_only_what_fits_opens_and_extends() -> None:
    mail, chat = Thread(id="m", user="ada", channel="email"), Thread(id="c", user="ada")
    unit = window(key="user", where=Where(attributes={"channel": ("chat",)}))
    events = [said("u", 0, mail), said("u", 20, chat), said("u", 45, mail), said("u", 60, chat)]

    assert ids(count_all(unit, events, keep_events=True)) == [["u20"], ["u60"]]


def test_unit_without_enough_answers_or_questions_does_not_count() -> None:
    assert len(cut("u0 a1 u60", where=Where(min_assistant_answers=1))) == 1
    assert len(cut("u0 u1 a2 u60 u61", where=Where(min_user_messages=2))) == 2
    greeting = {"open_on": ("user", "assistant"), "where": Where(min_assistant_answers=1)}
    assert cut("a0 u1", **greeting) == []


def test_conversation_that_a_person_took_over_is_not_the_bots_own() -> None:
    events = [*story("u0 a1 u60"), said(HANDOFF, 61)]

    assert count_windows(always(window(where=Where(participant="bot_only"))), events) == []
    assert len(count_windows(always(window(where=Where(participant="escalated"))), events)) == 2


def test_units_can_lie_outside_others() -> None:
    free = window(id="free", boundary="fixed", duration=HOUR)
    events = story("u0 a50 u70 a130")
    spans = {"free": Coverage(free, count_all(free, events))}
    paid = window(open_on=("assistant",), where=Where(outside="free"))

    assert ids(count_windows(always(paid), events, keep_events=True, spans=spans)) == [["a130"]]


def test_elapsed_windows_do_not_know_summer_time() -> None:
    """Two in the morning is skipped on that day: 25 minutes pass from 01:45 to 03:10."""
    before = start_of_day(date(2026, 3, 29), BERLIN) + 105 * MINUTE
    thread = Thread(id="t")
    events = [
        Event(id="a", at=before, kind="user", thread=thread),
        Event(id="b", at=before + 25 * MINUTE, kind="user", thread=thread),
    ]

    assert len(count_windows(always(window()), events, zone=BERLIN)) == 1
