"""What holds for billable units whatever happens, whatever the order it is told in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from convledger.clock import to_datetime
from convledger.plans.counted import BillableUnit
from convledger.plans.events import (
    ASSISTANT,
    BUSINESS,
    CALL,
    CLOSE,
    HANDOFF,
    OUTCOME,
    TOOL,
    TOPIC,
    USER,
    Event,
    Thread,
)
from convledger.plans.keys import grouping, in_order
from convledger.plans.late import corrections
from convledger.plans.outcomes import settle
from convledger.plans.schema import Split, Unit, Where
from convledger.plans.timeouts import TimeoutTable
from convledger.plans.windows import by_key, count_all, count_windows

from .stories import DAY, HOUR, MINUTE, START, always

THREADS = (
    Thread(id="1", user="ada"),
    Thread(id="2", user="ada", channel="email"),
    Thread(id="3"),
    Thread(id="ada", user="ben", escalated=True),
)
SAID = (USER, ASSISTANT, TOOL, BUSINESS)
KINDS = (*SAID, USER, ASSISTANT, USER, CALL, CLOSE, TOPIC, HANDOFF, OUTCOME)
ZONES = [ZoneInfo(name) for name in ("UTC", "Europe/Berlin", "Australia/Lord_Howe", "Asia/Kolkata")]
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


def everything(unit: Unit) -> Unit:
    """Return a rule that leaves nothing out."""
    return replace(unit, where=Where())


def groups_of(unit: Unit, events: list[Event]) -> list[list[Event]]:
    return list(by_key(unit, events).values())


def clocks(unit: Unit, events: list[Event]) -> dict[str, int]:
    """Return the instants that events count at."""
    return {
        event.id: at
        for group in groups_of(unit, events)
        for at, event in in_order(group, lambda _: unit.skew)
    }


@holds_for(windows(), histories(), st.randoms(use_true_random=False))
def test_order_in_which_events_are_told_does_not_matter(
    unit: Unit, events: list[Event], chance: Random
) -> None:
    told = list(events)
    chance.shuffle(told)

    assert count_all(unit, told, keep_events=True) == count_all(unit, events, keep_events=True)


@holds_for(windows(), histories())
def test_counting_key_by_key_is_counting_all(unit: Unit, events: list[Event]) -> None:
    by_itself = [
        each for group in groups_of(unit, events) for each in count_windows(always(unit), group)
    ]

    assert sorted(by_itself, key=lambda each: each.id) == sorted(
        count_all(unit, events), key=lambda each: each.id
    )


@holds_for(windows(), histories())
def test_a_thread_by_itself_counts_as_among_others(unit: Unit, events: list[Event]) -> None:
    unit = replace(unit, key="thread")
    own = [
        each
        for thread in THREADS
        for each in count_all(unit, [event for event in events if event.thread is thread])
    ]

    assert Counter(each.id for each in own) == Counter(each.id for each in count_all(unit, events))


@holds_for(windows(), histories(), TIMEOUTS, TIMEOUTS)
def test_longer_timeout_never_counts_more(
    unit: Unit, events: list[Event], one: int, other: int
) -> None:
    unit = silences(unit)
    shorter, longer = sorted((one, other))

    assert len(count_all(replace(unit, timeout=longer), events)) <= len(
        count_all(replace(unit, timeout=shorter), events)
    )


@holds_for(windows(), histories())
def test_message_that_may_open_is_in_exactly_one_unit(unit: Unit, events: list[Event]) -> None:
    unit = everything(unit)
    held = Counter(
        name for each in count_all(unit, events, keep_events=True) for name in each.events
    )

    assert all(count == 1 for count in held.values())
    assert {event.id for event in events if event.kind in unit.open_on} <= set(held)


@holds_for(windows(), histories())
def test_units_of_one_key_do_not_overlap(unit: Unit, events: list[Event]) -> None:
    for group in groups_of(unit, events):
        found = count_windows(always(unit), group)
        for before, after in pairwise(found):
            assert before.ends_at is not None
            assert before.opened_at <= before.last_at <= after.opened_at
            assert before.ends_at <= after.opened_at


@holds_for(windows(), histories())
def test_messages_of_a_unit_lie_within_it(unit: Unit, events: list[Event]) -> None:
    instants = clocks(unit, events)
    for each in count_all(unit, events, keep_events=True):
        within = [instants[name] for name in each.events]
        assert within[0] == each.opened_at == each.billed_at
        assert each.ends_at is None or each.last_at <= each.ends_at
        # An event ends a unit after all of its instant that was told before it, and an answer
        # after a close still belongs.
        if each.ended not in ("close", "topic"):
            assert each.ends_at is None or max(within) < each.ends_at
        assert each.replied_at is None or each.replied_at in within


@holds_for(windows(), histories(SAID), st.integers(0, 13), st.integers(0, 3 * DAY))
def test_more_silence_never_removes_units(
    unit: Unit, events: list[Event], place: int, silence: int
) -> None:
    unit = replace(silences(unit), key="thread")
    rising = sorted(events, key=lambda event: (event.at, event.seq))
    told = [
        Event(id=event.id, at=event.at, kind=event.kind, thread=THREADS[0], seq=number)
        for number, event in enumerate(rising)
    ]
    apart = [
        Event(
            id=event.id,
            at=event.at + silence * (number >= place),
            kind=event.kind,
            thread=event.thread,
            seq=number,
        )
        for number, event in enumerate(told)
    ]

    assert len(count_all(unit, apart)) >= len(count_all(unit, told))


@holds_for(windows(("inactivity", "fixed", "explicit", "thread", "topic")), histories())
def test_zones_do_not_change_elapsed_windows(unit: Unit, events: list[Event]) -> None:
    first, *others = [count_all(unit, events, zone=zone) for zone in ZONES]

    assert all(other == first for other in others)


@holds_for(windows(("fixed",)), histories())
def test_fixed_windows_open_no_sooner_than_their_length_apart(
    unit: Unit, events: list[Event]
) -> None:
    events = [event for event in events if event.kind != CLOSE]
    for group in groups_of(unit, events):
        opened = [
            each.opened_at for each in count_windows(always(replace(unit, align="none")), group)
        ]
        apart = [after - before for before, after in pairwise(opened)]
        assert all(each >= unit.duration for each in apart)


@holds_for(windows(("calendar_day",)), histories(), st.sampled_from(ZONES))
def test_no_calendar_day_has_two_units_and_no_unit_two_days(
    unit: Unit, events: list[Event], zone: ZoneInfo
) -> None:
    events = [event for event in events if event.kind != CLOSE]
    for group in groups_of(unit, events):
        found = count_windows(always(unit), group, zone=zone)
        days = [to_datetime(each.opened_at).astimezone(zone).date() for each in found]
        assert len(set(days)) == len(days)
        assert days == [to_datetime(each.last_at).astimezone(zone).date() for each in found]


@holds_for(
    windows(),
    histories(),
    st.lists(TIMEOUTS, min_size=1, max_size=4),
    st.integers(0, 3 * HOUR),
    st.integers(0, 3 * HOUR),
)
def test_table_tells_for_every_timeout_what_counting_would(
    unit: Unit, events: list[Event], timeouts: list[int], since: int, length: int
) -> None:
    unit = silences(unit)
    table = TimeoutTable(unit, groups_of(unit, events))
    first, end = START + since, START + since + length

    for timeout in timeouts:
        found = count_all(replace(unit, timeout=timeout), events)
        assert table.count(timeout) == len(found)
        within = sum(first <= each.opened_at < end for each in found)
        assert table.count(timeout, first, end) == within


@holds_for(
    windows(),
    histories(),
    st.lists(TIMEOUTS, min_size=1, max_size=4),
    st.integers(0, 3 * HOUR),
    st.integers(0, 3 * HOUR),
)
def test_table_tells_for_every_timeout_how_many_are_answered(
    unit: Unit, events: list[Event], timeouts: list[int], since: int, length: int
) -> None:
    unit = replace(silences(unit), commit_at="first_assistant_reply", reopen="new", grace=0)
    table = TimeoutTable(unit, groups_of(unit, events))
    first, end = START + since, START + since + length

    for timeout in timeouts:
        found = count_all(replace(unit, timeout=timeout), events)
        answered = [each.opened_at for each in found if each.replied_at is not None]
        assert table.count(timeout) == len(answered)
        assert table.count(timeout, first, end) == sum(first <= at < end for at in answered)


def standing(entries: list[BillableUnit]) -> Counter[tuple[str, str, int, str]]:
    """Return what entries add up to."""
    found: Counter[tuple[str, str, int, str]] = Counter()
    for entry in entries:
        found[(entry.key, entry.thread.id, entry.billed_at, entry.name)] += entry.quantity
    return Counter({place: count for place, count in found.items() if count})


@holds_for(windows(), st.lists(histories(), min_size=1, max_size=3))
def test_late_corrections_add_up_to_what_is_counted_from_scratch(
    unit: Unit, portions: list[list[Event]]
) -> None:
    ledger: list[BillableUnit] = []
    known: list[Event] = []
    for number, portion in enumerate(portions):
        known += [
            Event(
                id=f"{number}-{event.id}",
                at=event.at,
                kind=event.kind,
                thread=event.thread,
                input=event.input,
                name=event.name,
            )
            for event in portion
        ]
        counted = count_all(unit, known)
        before = list(ledger)
        ledger += corrections(ledger, counted)

        assert ledger[: len(before)] == before
        assert standing(ledger) == standing(counted)
        assert corrections(ledger, counted) == []
        assert len({entry.id for entry in ledger}) == len(ledger)


OUTCOMES = st.builds(
    Unit,
    id=st.just("o"),
    count=st.just("outcome"),
    key=st.sampled_from(["thread", "user"]),
    settle_after=TIMEOUTS,
    once_per=st.sampled_from(["", "thread", "user"]),
    reverse_on_return=st.booleans(),
    where=st.sampled_from([Where(), Where(min_assistant_answers=1), Where(participant="bot_only")]),
)


@holds_for(OUTCOMES, histories(), st.integers(0, 3 * DAY), st.randoms(use_true_random=False))
def test_outcomes_do_not_depend_on_the_order_of_events(
    unit: Unit, events: list[Event], later: int, chance: Random
) -> None:
    now = START + later
    for group in groups_of(unit, events):
        told = list(group)
        chance.shuffle(told)
        assert settle(always(unit), told, now) == settle(always(unit), group, now)


@holds_for(OUTCOMES, histories(), st.integers(0, 3 * DAY))
def test_never_more_than_one_outcome_stands_where_one_counts_once(
    unit: Unit, events: list[Event], later: int
) -> None:
    for group in groups_of(unit, events):
        found = settle(always(unit), group, START + later)
        net: Counter[str] = Counter()
        for each in found.units:
            net[each.thread.id if unit.once_per == "thread" else each.key] += each.quantity
            assert min(net.values()) >= 0
            if unit.once_per == "thread" or (unit.once_per == unit.key == "user"):
                assert max(net.values()) <= 1
        assert all(each.billed_at <= START + later for each in found.units)
        assert all(each.billed_at > START + later for each in found.pending)


@holds_for(OUTCOMES, histories(), st.integers(0, 3 * DAY), st.integers(0, 3 * DAY))
def test_outcomes_settled_without_verdicts_stay_as_they_were_booked(
    unit: Unit, events: list[Event], one: int, other: int
) -> None:
    """Time alone adds entries: what was billed at an instant is billed at every later one."""
    sooner, later = sorted((START + one, START + other))
    for group in groups_of(unit, [event for event in events if event.kind != OUTCOME]):
        rising = [event for event in group if event.at <= later]
        rising.sort(key=lambda event: (event.at, event.seq))
        told = [
            Event(id=event.id, at=event.at, kind=event.kind, thread=event.thread, seq=number)
            for number, event in enumerate(rising)
        ]
        before = settle(always(unit), told, sooner).units
        after = settle(always(unit), told, later).units
        assert after[: len(before)] == before


@holds_for(OUTCOMES, histories())
def test_reversal_undoes_one_outcome_after_it_was_settled(unit: Unit, events: list[Event]) -> None:
    for group in groups_of(unit, events):
        found = settle(always(unit), group, START + 9999 * DAY).units
        booked = {each.id: each for each in found if each.quantity > 0}
        undone = [each for each in found if each.quantity < 0]
        assert len({each.reverses for each in undone}) == len(undone)
        for each in undone:
            assert each.billed_at >= booked[each.reverses].billed_at
            assert each.quantity == -booked[each.reverses].quantity
        assert unit.reverse_on_return or not undone


@pytest.mark.parametrize("key", ["thread", "user", "workspace"])
def test_groups_are_looked_at_by_the_key_of_their_units(key: str) -> None:
    unit = Unit(id="w", count="window", key=key)

    assert grouping(unit) == key
    assert grouping(replace(unit, boundary="thread")) == "thread"
    assert grouping(Unit(id="o", count="outcome", once_per="user")) == "user"
