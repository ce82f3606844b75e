"""What any inactivity timeout would count, answered at once from one pass over the history."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator
from datetime import UTC

from convledger.plans.events import CLOSE, ROLES, Event
from convledger.plans.keys import handed_over_threads, in_order
from convledger.plans.rules import FOREVER, WindowRule
from convledger.plans.schema import Limit, Unit

_BLOCK = 2048
_SAID = frozenset(ROLES)


def can_tell(unit: Unit, limits: Iterable[Limit] = ()) -> bool:
    """Say whether a table can count these units: where each silence decides by itself.

    It can't where what opens a unit does not also keep it open, where units are split, where one
    must hold so many messages or lie inside another, where it is charged only once it is answered
    or over, or where one of the plan's limits refuses it.
    """
    where = unit.where
    return (
        unit.count == "window"
        and unit.boundary == "inactivity"
        and unit.split is None
        and set(unit.open_on) <= set(unit.extend_on)
        and not (where.min_assistant_answers or where.min_user_messages)
        and not (where.inside or where.outside)
        and unit.commit_at == "open"
        and not any(limit.unit == unit.id and limit.on_exceed == "block" for limit in limits)
    )


class TimeoutTable:
    """Each message that may open a unit, with the silence before it that decides whether it does.

    That is the longest one between the events that keep a unit open since the message before it:
    it opens a unit under every timeout up to this length, and under no longer one.
    """

    def __init__(self, unit: Unit, groups: Iterable[Iterable[Event]]) -> None:
        """Read the events of each key (`windows.by_key`); ValueError where it can't tell."""
        if not can_tell(unit):
            raise ValueError(f"silences alone don't decide what {unit.id} counts")
        self._strict = 1 if unit.at_boundary == "same" else 0
        rule = WindowRule(unit, UTC)
        instants: list[int] = []
        silences: list[int] = []
        for events in groups:
            for at, silence in _openings(rule, events):
                instants.append(at)
                silences.append(silence)
        order = sorted(range(len(instants)), key=instants.__getitem__)
        self._instants = [instants[place] for place in order]
        self._silences = [silences[place] for place in order]
        # Sorted within blocks, so that any stretch of time is counted by a bisection for each.
        self._blocks = [
            sorted(self._silences[start : start + _BLOCK])
            for start in range(0, len(self._silences), _BLOCK)
        ]

    def __len__(self) -> int:
        """Return how many messages may open a unit: what no timeout at all would count."""
        return len(self._instants)

    def count(self, timeout: int, since: int | None = None, until: int | None = None) -> int:
        """Return how many units open from `since` until `until` under a timeout in microseconds."""
        least = timeout + self._strict
        first = 0 if since is None else bisect_left(self._instants, since)
        end = len(self._instants) if until is None else bisect_left(self._instants, until)
        if first >= end:
            return 0
        first_block, last_block = -(-first // _BLOCK), end // _BLOCK
        if first_block >= last_block:
            return _longer(self._silences[first:end], least)
        whole = self._blocks[first_block:last_block]
        return (
            _longer(self._silences[first : first_block * _BLOCK], least)
            + sum(len(block) - bisect_left(block, least) for block in whole)
            + _longer(self._silences[last_block * _BLOCK : end], least)
        )


def _longer(silences: list[int], least: int) -> int:
    return sum(silence >= least for silence in silences)


def _openings(rule: WindowRule, events: Iterable[Event]) -> Iterator[tuple[int, int]]:
    """Yield the messages of one key that may open a unit, each with the silence that decides."""
    opens, extends, fits_all = rule.opens, rule.extends, rule.fits_all
    skew, closed_for = rule.unit.skew, rule.closed_for
    ordered = in_order(events, lambda _: skew)
    handed_over: frozenset[str] = frozenset()
    if rule.matcher.needs_handoffs:
        handed_over = handed_over_threads(event for _, event in ordered)
    longest, heard_at, has_begun = FOREVER, 0, False
    closed_at: int | None = None
    speaker = ""
    for at, event in ordered:
        if not fits_all and not rule.matcher.fits(event, at, handed_over):
            continue
        kind = event.kind
        if kind in opens:
            if has_begun:
                is_closed = closed_at is not None and at >= closed_at + closed_for
                longest = FOREVER if is_closed else max(longest, at - heard_at)
            yield at, longest
            longest, heard_at, has_begun, closed_at = 0, at, True, None
        elif kind in extends:
            if has_begun and closed_at is None:
                longest = max(longest, at - heard_at)
                heard_at = at
        elif kind == CLOSE and event.thread.id == speaker and closed_for < FOREVER:
            closed_at = at if closed_at is None else closed_at
        if kind in _SAID:
            speaker = event.thread.id
