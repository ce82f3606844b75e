"""A rule is about the threads and events that fit all it says."""

from __future__ import annotations

from typing import Any

import pytest

from convledger.plans.events import Event, Thread
from convledger.plans.schema import Where
from convledger.plans.where import Matcher, Patterns

from .stories import said


def fits(thread: Thread, where: Where, **told: Any) -> bool:
    """Say whether a call of a thread fits."""
    return Matcher(where).fits(said("c", 0, thread, **told))


def only(**attributes: str) -> Where:
    return Where(attributes={name: (value,) for name, value in attributes.items()})


@pytest.mark.parametrize(
    ("pattern", "text", "expected"),
    [
        ("claude-opus-*", "claude-opus-4-7", True),
        ("claude-opus-*", "claude-opus-", True),
        ("claude-opus-*", "claude-sonnet-4", False),
        ("claude-opus-*", "a claude-opus-4", False),
        ("*", "", True),
        ("", "", True),
        ("", "a", False),
        ("*-mini", "gpt-5-mini", True),
        ("*-mini", "gpt-5-minis", False),
        ("a*b*c", "a-b-c", True),
        ("a*b*c", "a-c-b", False),
        ("ab*ba", "aba", False),
        ("a.c", "abc", False),
        ("a*a", "a", False),
        ("*a*b*", "ba", False),
    ],
)
def test_star_stands_for_anything(pattern: str, text: str, expected: bool) -> None:
    assert Patterns([pattern]).fit(text) is expected


def test_one_of_several_patterns_is_enough() -> None:
    assert Patterns(["x", "y*"]).fit("yes")
    assert not Patterns([]).fit("yes")


def test_hostile_pattern_comes_to_an_end() -> None:
    assert not Patterns(["*a" * 500 + "b"]).fit("a" * 20_000)
    assert not Patterns(["*a" * 500 + "b*b"]).fit("a" * 20_000 + "b")


def test_nothing_set_fits_everything() -> None:
    matcher = Matcher(Where())

    assert matcher.is_everything
    assert matcher.fits(said("u", 0))
    assert matcher.fits_thread(Thread(id="t", escalated=True, tags=("internal",)))


@pytest.mark.parametrize(
    ("name", "thread"),
    [
        ("channel", Thread(id="t", channel="x")),
        ("kind", Thread(id="t", kind="x")),
        ("client", Thread(id="t", client="x")),
        ("tag", Thread(id="t", tags=("a", "x"))),
        ("user", Thread(id="t", user="x")),
        ("thread", Thread(id="x")),
        ("outcome", Thread(id="t", outcome="x")),
        ("source", Thread(id="t", attributes={"source": "x"})),
        ("project", Thread(id="t", attributes={"project": "x"})),
        ("country", Thread(id="t", attributes={"country": "x"})),
    ],
)
def test_attribute_of_a_thread(name: str, thread: Thread) -> None:
    matcher, other = Matcher(only(**{name: "x"})), Matcher(only(**{name: "y"}))

    assert matcher.fits_thread(thread)
    assert matcher.fits(said("c", 0, thread))
    assert not other.fits_thread(thread)
    assert not other.fits(said("c", 0, thread))


def test_attribute_of_an_event_goes_before_that_of_its_thread() -> None:
    voice = Thread(id="t", attributes={"modality": "voice"})

    assert fits(voice, only(modality="voice"))
    assert fits(voice, only(modality="text"), attributes={"modality": "text"})
    assert not fits(voice, only(modality="voice"), attributes={"modality": "text"})
    assert not fits(Thread(id="t"), only(modality="voice"))


def test_thread_alone_does_not_fail_for_what_its_events_may_tell() -> None:
    assert Matcher(only(model="gpt-*", modality="voice")).fits_thread(Thread(id="t"))


def test_model_and_name_are_those_of_the_event() -> None:
    thread = Thread(id="t")

    assert fits(thread, only(model="claude-opus-*"), model="claude-opus-4-7")
    assert not fits(thread, only(model="claude-opus-*"), model="gpt-5")
    assert fits(thread, only(name="search"), name="search")


def test_all_that_is_set_must_hold() -> None:
    where = Where(attributes={"channel": ("chat", "web"), "model": ("gpt-*",)})

    assert fits(Thread(id="t", channel="web"), where, model="gpt-5")
    assert not fits(Thread(id="t", channel="mail"), where, model="gpt-5")
    assert not fits(Thread(id="t", channel="web"), where, model="o4")


def test_what_is_excluded_by_name_is_left_out() -> None:
    where = Where(exclude=("escalation", "greeting_*"))

    assert fits(Thread(id="t", kind="support", tags=("a",)), where, name="refund")
    assert not fits(Thread(id="t"), where, name="escalation")
    assert not fits(Thread(id="t", kind="greeting_only"), where)
    assert not fits(Thread(id="t", tags=("a", "greeting_only")), where)
    assert not fits(Thread(id="t"), where, attributes={"feature": "greeting_x"})
    assert Matcher(where).excludes("greeting_only")
    assert not Matcher(Where()).excludes("")


def test_participants_are_the_bot_alone_or_a_person_too() -> None:
    bot, person = Thread(id="b"), Thread(id="p", escalated=True)

    for thread in (bot, person):
        assert fits(thread, Where(participant="bot_only")) is not thread.escalated
        assert fits(thread, Where(participant="escalated")) is thread.escalated
    taken_over = Matcher(Where(participant="bot_only"))
    assert not taken_over.fits_thread(bot, {"b"})
    assert not taken_over.fits(said("u", 0, bot), handed_over={"b"})


def test_verified_is_asked_for_only_when_set() -> None:
    sure, unsure = Thread(id="s", verified=True), Thread(id="u")

    assert fits(sure, Where(verified=True))
    assert not fits(unsure, Where(verified=True))
    assert fits(unsure, Where(verified=False))
    assert not fits(sure, Where(verified=False))


def test_threads_that_take_turns_are_not_mixed_up() -> None:
    matcher = Matcher(only(channel="chat"))
    threads = [Thread(id="1"), Thread(id="2", channel="mail")]
    events: list[Event] = [said("u", n, threads[n % 2]) for n in range(6)]

    assert [matcher.fits(event) for event in events] == [True, False] * 3
