"""What holds for outcomes, and for units counted under many timeouts, whatever happens."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from random import Random

import pytest
from hypothesis import strategies as st

from convledger.plans.events import (
    OUTCOME,
    Event,
)
from convledger.plans.keys import grouping
from convledger.plans.outcomes import settle
from convledger.plans.schema import Unit, Where
from convledger.plans.timeouts import TimeoutTable
from convledger.plans.windows import count_all

from .stories import DAY, HOUR, START, always
from .told import (
    TIMEOUTS,
    groups_of,
    histories,
    holds_for,
    silences,
    windows,
)


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
