"""Histories of conversations and the units that they are cut into, for laws of counting."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from convledger.plans.events import (
    ASSISTANT,
    BUSINESS,
    CALL,
    CLOSE,
    HANDOFF,
    OUTCOME,
    PERSON,
    TOOL,
    TOPIC,
    USER,
    Event,
    Thread,
)
from convledger.plans.schema import Split, Unit, Where
from convledger.plans.windows import by_key

from .stories import DAY, HOUR, MINUTE, START

THREADS = (
    Thread(id="1", user="ada"),
    Thread(id="2", user="ada", channel="email"),
    Thread(id="3"),
    Thread(id="ada", user="ben", escalated=True),
)

SAID = (USER, ASSISTANT, TOOL, BUSINESS, PERSON)

KINDS = (*SAID, USER, ASSISTANT, USER, CALL, CLOSE, TOPIC, HANDOFF, OUTCOME)

# Silences around the boundaries, where mistakes live: 0, 1 µs, exactly so many minutes, days.
STEPS = st.one_of(
    st.sampled_from([0, 1, MINUTE, 5 * MINUTE, 10 * MINUTE - 1, 10 * MINUTE, 30 * MINUTE]),
    st.sampled_from([HOUR, 24 * HOUR, 30 * DAY, 180 * DAY, -MINUTE, -HOUR]),
    st.integers(0, 2 * HOUR),
)

TIMEOUTS = st.one_of(
    st.sampled_from([1, MINUTE, 5 * MINUTE, 10 * MINUTE, 30 * MINUTE, HOUR, DAY]),
    st.integers(1, 3 * HOUR),
)

ROLE_SETS = st.lists(st.sampled_from(SAID), min_size=1, max_size=3, unique=True).map(tuple)


def holds_for(
    *told: st.SearchStrategy[Any],
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Run a test on examples, however long a busy machine takes for one."""

    def decorated(test: Callable[..., None]) -> Callable[..., None]:
        return settings(deadline=None)(given(*told)(test))

    return decorated


@st.composite
def histories(draw: st.DrawFn, kinds: tuple[str, ...] = KINDS) -> list[Event]:
    """Return events of a few threads; a clock may step back, two events may be of one instant."""
    instant, found = START, list[Event]()
    for number in range(draw(st.integers(0, 14))):
        instant = max(START, instant + draw(STEPS))
        found.append(
            Event(
                id=f"e{number:02}",
                at=instant,
                kind=draw(st.sampled_from(kinds)),
                thread=draw(st.sampled_from(THREADS)),
                seq=number,
                name=draw(st.sampled_from(["", "bill", "resolved"])),
                input=draw(st.integers(0, 30)),
            )
        )
    return found


@st.composite
def windows(draw: st.DrawFn, boundaries: tuple[str, ...] = ()) -> Unit:
    """Return a window of any rule."""
    kinds = boundaries or (
        "inactivity", "fixed", "calendar_day", "explicit", "thread", "topic"
    )  # fmt: skip
    return Unit(
        id="w",
        count="window",
        key=draw(st.sampled_from(["thread", "user", "workspace"])),
        boundary=draw(st.sampled_from(kinds)),
        timeout=draw(TIMEOUTS),
        duration=draw(TIMEOUTS),
        align=draw(st.sampled_from(["none", "hour", "day"])),
        at_boundary=draw(st.sampled_from(["new", "same"])),
        open_on=draw(ROLE_SETS),
        extend_on=draw(ROLE_SETS),
        reopen=draw(st.sampled_from(["new", "same", "grace"])),
        grace=draw(TIMEOUTS),
        skew=draw(st.sampled_from([0, 5 * MINUTE, HOUR])),
        split=draw(
            st.sampled_from([None, None, Split(by="messages", size=2), Split(by="tokens", size=20)])
        ),
        where=draw(
            st.sampled_from(
                [
                    Where(),
                    Where(),
                    Where(attributes={"channel": ("chat",)}),
                    Where(participant="bot_only"),
                    Where(min_assistant_answers=1),
                ]
            )
        ),
    )


def silences(unit: Unit) -> Unit:
    """Return a rule that silences alone decide."""
    extends = tuple({*unit.open_on, *unit.extend_on})
    where = replace(unit.where, min_assistant_answers=0)
    return replace(unit, boundary="inactivity", extend_on=extends, split=None, where=where)


def groups_of(unit: Unit, events: list[Event]) -> list[list[Event]]:
    return list(by_key(unit, events).values())
