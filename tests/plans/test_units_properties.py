"""What holds for billable units whatever happens, whatever the order it is told in."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from itertools import pairwise
from random import Random
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from convledger.clock import to_datetime
from convledger.plans.counted import BillableUnit
from convledger.plans.events import (
    CLOSE,
    Event,
)
from convledger.plans.keys import in_order
from convledger.plans.late import corrections
from convledger.plans.schema import Unit, Where
from convledger.plans.windows import count_all, count_windows

from .stories import DAY, always
from .told import (
    SAID,
    THREADS,
    TIMEOUTS,
    groups_of,
    histories,
    holds_for,
    silences,
    windows,
)

ZONES = [ZoneInfo(name) for name in ("UTC", "Europe/Berlin", "Australia/Lord_Howe", "Asia/Kolkata")]


def everything(unit: Unit) -> Unit:
    """Return a rule that leaves nothing out."""
    return replace(unit, where=Where())


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
