"""Counts single events, sums of what calls used, unique keys and the most of something."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from decimal import ROUND_CEILING, Decimal, InvalidOperation
from typing import NamedTuple, Protocol

from msgspec import structs

from convledger.plans.counted import BillableUnit
from convledger.plans.events import (
    ACTION,
    ASSISTANT,
    BUSINESS,
    CALL,
    ESTIMATED,
    GUESSED_PRICE,
    HANDOFF,
    OUTCOME,
    ROLES,
    TOOL,
    UNCOUNTED,
    USER,
    Event,
)
from convledger.plans.inside import Coverage
from convledger.plans.keys import handed_over_threads, in_order, key_of
from convledger.plans.rules import RuleAt
from convledger.plans.schema import Unit
from convledger.plans.splits import units_of
from convledger.plans.where import NO_SPANS, Matcher

_AUDIO = "audio_seconds"
_SERVER_TOOL = "server_tool."
_LONGEST_NUMBER = 40  # digits; longer text is no count of anything
# The kinds of events that the words of a plan name.
_NAMED: Mapping[str, frozenset[str]] = {
    "message": frozenset(ROLES),
    "user_message": frozenset([USER]),
    "assistant_message": frozenset([ASSISTANT]),
    "tool_message": frozenset([TOOL]),
    "business_message": frozenset([BUSINESS]),
    "template": frozenset([BUSINESS]),
    "model_call": frozenset([CALL]),
    "tool_call": frozenset([TOOL]),
    "agent_action": frozenset([ACTION, TOOL]),
    "escalation": frozenset([HANDOFF]),
    "handoff": frozenset([HANDOFF]),
    "outcome": frozenset([OUTCOME]),
}
_MEASURES: Mapping[str, Callable[[Event], int | None]] = {
    "tokens": lambda event: event.tokens,
    "tokens.total": lambda event: event.tokens,
    "tokens.input": lambda event: event.input,
    "tokens.output": lambda event: event.output,
    "tokens.cache_read": lambda event: event.cache_read,
    "tokens.cache_write": lambda event: event.cache_write,
    "context_tokens": lambda event: event.input + event.cache_read + event.cache_write,
    "rated_usd": lambda event: event.rated_pico,
    _AUDIO: lambda event: _begun(event.attributes.get(_AUDIO, "0")),
}
MEASURES = tuple(_MEASURES)
# What of a call's doubt is one of its measure: seconds of audio are none of tokens.
OF_TOKENS = ESTIMATED | UNCOUNTED
_DOUBTS = {name: OF_TOKENS for name in MEASURES if name != _AUDIO} | {
    "rated_usd": OF_TOKENS | GUESSED_PRICE
}


class Span(Protocol):
    """A stretch of time: UTC microseconds, end exclusive."""

    @property
    def since(self) -> int:
        """Return its first instant."""

    @property
    def until(self) -> int:
        """Return the instant after it."""


class Summed(NamedTuple):
    """What was measured, a unit each event, and the events whose measure is not known.

    `unpriced` have no price, of `uncounted` nobody knows the tokens; one can be both.
    """

    units: list[BillableUnit]
    unpriced: list[Event]
    uncounted: list[Event]


class _Rule:
    """A unit made ready to be asked at every event."""

    __slots__ = ("doubts", "handed_over", "kinds", "matcher", "measure", "of_tokens", "unit")

    def __init__(
        self, unit: Unit, spans: Mapping[str, Coverage], handed_over: frozenset[str]
    ) -> None:
        self.unit = unit
        self.matcher = Matcher(unit.where, spans)
        self.handed_over = handed_over
        self.measure = _MEASURES.get(unit.measure, _nothing_known)
        self.kinds = _kinds_of(unit)
        self.of_tokens = unit.split is not None and unit.split.by == "tokens"
        self.doubts = OF_TOKENS if self.of_tokens else _DOUBTS.get(unit.measure, 0)

    def fits(self, at: int, event: Event) -> bool:
        """Say whether an event is of the kind that is counted and fits."""
        return event.kind in self.kinds and self.matcher.fits(event, at, self.handed_over)


def _kinds_of(unit: Unit) -> frozenset[str]:
    if unit.count in ("sum", "max"):
        # Calls alone have used tokens; an action tells those of its calls once more.
        return frozenset((*ROLES, CALL, ACTION)) if unit.measure == _AUDIO else frozenset([CALL])
    if unit.count == "unique" and not unit.event:
        return frozenset(unit.open_on)
    if unit.event.startswith(_SERVER_TOOL):
        return frozenset((CALL, TOOL, ACTION))
    return _NAMED.get(unit.event, frozenset([unit.event]))


def _nothing_known(_: Event) -> None:
    return None


def _begun(text: str) -> int | None:
    """Return a number as text, rounded up to a whole one; None for what is no such number."""
    try:
        number = Decimal(text) if len(text) <= _LONGEST_NUMBER else None
        if number is None or not 0 <= number < 10**12:
            return None
        return int(number.to_integral_value(ROUND_CEILING))
    except InvalidOperation:
        return None


def _fitting(
    rule_at: RuleAt, events: Iterable[Event], spans: Mapping[str, Coverage]
) -> Iterator[tuple[int, Event, _Rule]]:
    """Yield the events that are counted with the rule in force, each at the instant it counts."""
    told = events if isinstance(events, list) else list(events)
    rules: list[_Rule] = []
    last: _Rule | None = None
    handed_over = handed_over_threads(told)
    for at, event in in_order(told, lambda at: _skew(rule_at(at))):
        unit = rule_at(at)
        if unit is None:
            continue
        if last is None or last.unit is not unit:
            last = next((rule for rule in rules if rule.unit is unit), None)
            if last is None:
                last = _Rule(unit, spans, handed_over)
                rules.append(last)
        if last.fits(at, event):
            yield at, event, last


def _skew(unit: Unit | None) -> int:
    return 0 if unit is None else unit.skew


def count_events(
    rule_at: RuleAt,
    events: Iterable[Event],
    *,
    keep_events: bool = False,
    spans: Mapping[str, Coverage] = NO_SPANS,
) -> list[BillableUnit]:
    """Return a unit for each event that the rule counts, more at once where tokens split it."""
    found: list[BillableUnit] = []
    for at, event, rule in _fitting(rule_at, events, spans):
        unit = rule.unit
        quantity = units_of(event.tokens, unit.split) if rule.of_tokens else 1
        if unit.event.startswith(_SERVER_TOOL):
            quantity = _server_tool_uses(event, unit.event)
            if not quantity:
                continue
        doubt = event.doubt & rule.doubts
        found.append(_one(unit, at, event, quantity, doubt, keep_events))
    return found


def _server_tool_uses(event: Event, name: str) -> int:
    """Return how often a server tool was used: a call tells a number under the tool's name."""
    if event.kind == CALL:
        return _begun(event.attributes.get(name, "0")) or 0
    wanted = name.removeprefix(_SERVER_TOOL)
    return int(wanted == "*" or event.name in (name, wanted))


def count_sums(
    rule_at: RuleAt, events: Iterable[Event], *, spans: Mapping[str, Coverage] = NO_SPANS
) -> Summed:
    """Return the measure of each event that has one: tokens, picodollars, or seconds begun."""
    summed = Summed([], [], [])
    for at, event, rule in _fitting(rule_at, events, spans):
        quantity = rule.measure(event)
        doubt = event.doubt & rule.doubts
        if doubt & UNCOUNTED:
            summed.uncounted.append(event)
        if quantity is None:
            summed.unpriced.append(event)
        elif quantity:
            summed.units.append(_one(rule.unit, at, event, quantity, doubt & ~UNCOUNTED))
    return summed


def _one(
    unit: Unit, at: int, event: Event, quantity: int, doubt: int, keep_events: bool = False
) -> BillableUnit:
    thread = event.thread
    return BillableUnit(
        id=f"{unit.id}/{thread.id}/{event.id}",
        unit=unit.id,
        key=key_of(unit.key, thread),
        thread=thread,
        opened_at=at,
        last_at=at,
        billed_at=at,
        ends_at=at,
        quantity=quantity,
        messages=int(event.kind in ROLES),
        model=event.model,
        name=event.name,
        events=(event.id,) if keep_events else (),
        attributes=event.attributes,
        is_estimated=bool(doubt & ~UNCOUNTED),
        uncounted=int(doubt & UNCOUNTED > 0),
    )


def count_unique(
    rule_at: RuleAt,
    events: Iterable[Event],
    periods: Sequence[Span],
    *,
    spans: Mapping[str, Coverage] = NO_SPANS,
) -> list[BillableUnit]:
    """Return a unit for each key seen in each period, at its first event there.

    `periods` rise and do not overlap; what lies in none of them is not counted.
    """
    found: dict[tuple[str, str, int], BillableUnit] = {}
    for at, event, rule in _fitting(rule_at, events, spans):
        period = _period_at(periods, at)
        if period is None:
            continue
        key = key_of(rule.unit.key, event.thread)
        place = (rule.unit.id, key, period.since)
        if place not in found:
            found[place] = _of_period(rule.unit, key, period, at, event, 1)
    return list(found.values())


def count_max(
    rule_at: RuleAt,
    events: Iterable[Event],
    periods: Sequence[Span],
    *,
    spans: Mapping[str, Coverage] = NO_SPANS,
) -> Summed:
    """Return the most that was measured at once for each key in each period."""
    found: dict[tuple[str, str, int], BillableUnit] = {}
    estimated: set[tuple[str, str, int]] = set()
    unpriced: list[Event] = []
    uncounted: list[Event] = []
    for at, event, rule in _fitting(rule_at, events, spans):
        period = _period_at(periods, at)
        if period is None:
            continue
        quantity = rule.measure(event)
        doubt = event.doubt & rule.doubts
        if doubt & UNCOUNTED:
            uncounted.append(event)
        if quantity is None:
            unpriced.append(event)
            continue
        key = key_of(rule.unit.key, event.thread)
        place = (rule.unit.id, key, period.since)
        if doubt & ~UNCOUNTED:  # whether it is the most is a guess as well
            estimated.add(place)
        most = found.get(place)
        if quantity and (most is None or quantity > most.quantity):
            found[place] = _of_period(rule.unit, key, period, at, event, quantity)
    units = [
        structs.replace(unit, is_estimated=True) if place in estimated else unit
        for place, unit in found.items()
    ]
    return Summed(units, unpriced, uncounted)


def _of_period(
    unit: Unit, key: str, period: Span, at: int, event: Event, quantity: int
) -> BillableUnit:
    return BillableUnit(
        id=f"{unit.id}/{key}/{period.since}",
        unit=unit.id,
        key=key,
        thread=event.thread,
        opened_at=at,
        last_at=at,
        billed_at=at,
        ends_at=period.until,
        quantity=quantity,
        model=event.model,
        name=event.name,
        attributes=event.attributes,
    )


def _period_at(periods: Sequence[Span], at: int) -> Span | None:
    place = bisect_right(periods, at, key=_since) - 1
    return periods[place] if place >= 0 and at < periods[place].until else None


def _since(period: Span) -> int:
    return period.since


def net_by(units: Iterable[BillableUnit], name_of: Callable[[int], str]) -> dict[str, int]:
    """Return the sum of quantities by the name that `name_of` gives the instant they belong to."""
    found: dict[str, int] = {}
    for unit in units:
        name = name_of(unit.billed_at)
        found[name] = found.get(name, 0) + unit.quantity
    return found
