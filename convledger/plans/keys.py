"""Whose events are counted together, and in which order they happened."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from operator import attrgetter

from convledger.plans.events import HANDOFF, Event, Thread
from convledger.plans.schema import Unit

WORKSPACE = "workspace"
UNNAMED = "thread:"  # what the key of a user begins with whom nothing names
_AS_TOLD = attrgetter("seq", "at", "id")


def key_of(key: str, thread: Thread) -> str:
    """Return the key ("thread", "user", "workspace") that a thread's events are counted under.

    A thread of an unknown user counts as a user of its own.
    """
    if key == "user":
        return thread.user or f"{UNNAMED}{thread.id}"
    return WORKSPACE if key == WORKSPACE else thread.id


def grouping(unit: Unit) -> str:
    """Return the key by which the events of `unit` have to be looked at together."""
    if unit.count == "window" and unit.boundary == "thread":
        return "thread"
    if unit.count == "outcome" and unit.once_per == "user" and unit.key == "thread":
        return "user"
    return unit.key


def by_key(unit: Unit, events: Iterable[Event]) -> dict[str, list[Event]]:
    """Return the events that have to be counted together, by key, in the order given."""
    key = grouping(unit)
    groups: dict[str, list[Event]] = {}
    last: Thread | None = None
    group: list[Event] = []
    for event in events:
        thread = event.thread
        if thread is not last:
            last = thread
            group = groups.setdefault(key_of(key, thread), [])
        group.append(event)
    return groups


def handed_over_threads(events: Iterable[Event]) -> frozenset[str]:
    """Return the threads that a person took over, by their events."""
    return frozenset(event.thread.id for event in events if event.kind == HANDOFF)


def in_order(events: Iterable[Event], skew_at: Callable[[int], int]) -> list[tuple[int, Event]]:
    """Return events with the instants they count at, the earliest first, whatever their order.

    Within a thread, what was told later did not happen earlier: a step back of the clock by up to
    `skew_at` (the tolerance in force at an instant) is moved up to the latest instant so far. A
    larger step back is believed.
    """
    told = events if isinstance(events, list) else list(events)
    if _is_in_order(told):
        return [(event.at, event) for event in told]
    threads: dict[str, list[Event]] = {}
    for event in told:
        threads.setdefault(event.thread.id, []).append(event)
    found: list[tuple[int, int, str, str, int, Event]] = []
    for thread_id, own in threads.items():
        if not _is_in_order(own):
            own.sort(key=_AS_TOLD)
        latest = own[0].at
        for event in own:
            at = event.at
            if at > latest:
                latest = at
            elif at < latest <= at + skew_at(at):
                at = latest
            found.append((at, event.seq, thread_id, event.id, len(found), event))
    found.sort()
    return [(each[0], each[5]) for each in found]


def _is_in_order(events: Sequence[Event]) -> bool:
    """Say whether events are one thread's and stand as both their clock and their source say."""
    if not events:
        return True
    thread = events[0].thread
    last_at = last_seq = -(1 << 62)
    for event in events:
        at, seq = event.at, event.seq
        if at <= last_at or seq < last_seq or event.thread is not thread:
            return False
        last_at, last_seq = at, seq
    return True
