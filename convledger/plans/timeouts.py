"""What any inactivity timeout would count, answered at once from one pass over the history."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator
from datetime import UTC
from operator import itemgetter

from convledger.plans.events import CLOSE, REPLIES, ROLES, Event
from convledger.plans.keys import handed_over_threads, in_order
from convledger.plans.rules import FOREVER, WindowRule
from convledger.plans.schema import Limit, Unit

_BLOCK = 2048
_SAID = frozenset(ROLES)
_AT_ONCE = -1
ANSWERED = "first_assistant_reply"


def can_tell(unit: Unit, limits: Iterable[Limit] = ()) -> bool:
    """Say whether a table can count these units: where each silence decides by itself.

    It can't where what opens a unit does not also keep it open, where units are split, where one
    must hold so many messages or lie inside another, where it is charged only once it is over, or
    where one of the plan's limits refuses it.
    """
    where = unit.where
    is_answered = unit.commit_at == ANSWERED and unit.reopen == "new"
    return (
        unit.count == "window"
        and unit.boundary == "inactivity"
        and unit.split is None
        and set(unit.open_on) <= set(unit.extend_on)
        and not (where.min_assistant_answers or where.min_user_messages)
        and not (where.inside or where.outside)
        and (unit.commit_at == "open" or is_answered)
        and not any(limit.unit == unit.id and limit.on_exceed == "block" for limit in limits)
    )


class TimeoutTable:
    """Each message that may open a unit, with the silence before it that decides whether it does.

    That is the longest one between the events that keep a unit open since the message before it:
    it opens a unit under every timeout up to this length, and under no longer one. Where a unit
    counts only once it is answered, the longest silence up to the answer decides about that: under
    every timeout up to that length the unit is over before.
    """

    def __init__(self, unit: Unit, groups: Iterable[Iterable[Event]]) -> None:
        """Read the events of each key (`windows.by_key`); ValueError where it can't tell."""
        if not can_tell(unit):
            raise ValueError(f"silences alone don't decide what {unit.id} counts")
        self._strict = 1 if unit.at_boundary == "same" else 0
        rule = WindowRule(unit, UTC)
        told = [each for events in groups for each in _openings(rule, events)]
        told.sort(key=itemgetter(0))
        self._instants = [at for at, _, _ in told]
        self._silences = _Lengths([silence for _, silence, _ in told])
        # Both decide: a unit that no timeout opens is none without an answer either.
        lost = [min(silence, unanswered) for _, silence, unanswered in told]
        self._unanswered = _Lengths(lost) if unit.commit_at == ANSWERED else None

    def __len__(self) -> int:
        """Return how many messages may open a unit: what no timeout at all would count."""
        return len(self._instants)

    def count(self, timeout: int, since: int | None = None, until: int | None = None) -> int:
        """Return how many units open from `since` until `until` under a timeout in microseconds."""
        least = timeout + self._strict
        first = 0 if since is None else bisect_left(self._instants, since)
        end = len(self._instants) if until is None else bisect_left(self._instants, until)
        opened = self._silences.count(least, first, end)
        if self._unanswered is None:
            return opened
        return opened - self._unanswered.count(least, first, end)


class _Lengths:
    """Lengths of time in an order, of which it tells at once how many are so long."""

    def __init__(self, lengths: list[int]) -> None:
        self._all = lengths
        # Sorted within blocks, so that any stretch is counted by a bisection for each.
        self._blocks = [
            sorted(lengths[start : start + _BLOCK]) for start in range(0, len(lengths), _BLOCK)
        ]

    def count(self, least: int, first: int, end: int) -> int:
        """Return how many from place `first` to `end` are not shorter than `least`."""
        if first >= end:
            return 0
        first_block, last_block = -(-first // _BLOCK), end // _BLOCK
        if first_block >= last_block:
            return _longer(self._all[first:end], least)
        whole = self._blocks[first_block:last_block]
        return (
            _longer(self._all[first : first_block * _BLOCK], least)
            + sum(len(block) - bisect_left(block, least) for block in whole)
            + _longer(self._all[last_block * _BLOCK : end], least)
        )


def _longer(lengths: list[int], least: int) -> int:
    return sum(length >= least for length in lengths)


class _Waiting:
    """Messages that may have opened a unit, until it is answered or can't be any more."""

    def __init__(self) -> None:
        self._told: list[tuple[int, int]] = []

    def add(self, at: int, silence: int) -> None:
        self._told.append((at, silence))

    def answered(self, silence: int) -> Iterator[tuple[int, int, int]]:
        """Yield each with the longest silence up to an answer; `silence` is the one before that."""
        for at, own in reversed(self._told):
            yield at, own, silence
            silence = max(silence, own)
        self._told.clear()

    def given_up(self) -> Iterator[tuple[int, int, int]]:
        yield from ((at, own, FOREVER) for at, own in self._told)
        self._told.clear()


def _openings(rule: WindowRule, events: Iterable[Event]) -> Iterator[tuple[int, int, int]]:
    """Yield the messages of one key that may open a unit.

    Each with its instant, the silence that decides, and the longest one up to its first answer.
    """
    opens, extends, fits_all = rule.opens, rule.extends, rule.fits_all
    skew, closed_for = rule.unit.skew, rule.closed_for
    ordered = in_order(events, lambda _: skew)
    handed_over: frozenset[str] = frozenset()
    if rule.matcher.needs_handoffs:
        handed_over = handed_over_threads(event for _, event in ordered)
    longest, heard_at, has_begun = FOREVER, 0, False
    closed_at: int | None = None
    speaker = ""
    waiting = _Waiting()
    for at, event in ordered:
        if not fits_all and not rule.matcher.fits(event, at, handed_over):
            continue
        kind = event.kind
        if kind in REPLIES and closed_at is None:
            yield from waiting.answered(max(longest, at - heard_at))
        if kind in opens:
            if has_begun:
                is_closed = closed_at is not None and at >= closed_at + closed_for
                longest = FOREVER if is_closed else max(longest, at - heard_at)
            if kind in REPLIES:
                yield at, longest, _AT_ONCE
            else:
                waiting.add(at, longest)
            longest, heard_at, has_begun, closed_at = 0, at, True, None
        elif kind in extends:
            if has_begun and closed_at is None:
                longest = max(longest, at - heard_at)
                heard_at = at
        elif kind == CLOSE and event.thread.id == speaker and closed_for < FOREVER:
            closed_at = at if closed_at is None else closed_at
            yield from waiting.given_up()
        if kind in _SAID:
            speaker = event.thread.id
    yield from waiting.given_up()
