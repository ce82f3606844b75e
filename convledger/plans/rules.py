"""Rules for windows, made ready to be asked at every event."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import timedelta, tzinfo

from convledger.clock import DAY, HOUR, to_datetime
from convledger.plans.calendar import start_of_day
from convledger.plans.counted import DAY as NEXT_DAY
from convledger.plans.counted import IDLE, WINDOW
from convledger.plans.events import ASSISTANT, PERSON
from convledger.plans.inside import Coverage
from convledger.plans.schema import Unit
from convledger.plans.where import NO_SPANS, Matcher

RuleAt = Callable[[int], Unit | None]
FOREVER = 1 << 62
_STEPS = {"hour": HOUR, "day": DAY}


def _sides(roles: Iterable[str]) -> frozenset[str]:
    """Return the roles that are meant: what a person of the company answers is its side too."""
    meant = frozenset(roles)
    return meant | frozenset([PERSON]) if ASSISTANT in meant else meant


class WindowRule:
    """A unit of count "window" with what its words mean as sets and lengths of time.

    `idle` is the silence in microseconds that ends a unit (0: none does).
    """

    __slots__ = (
        "by_topic", "closed_for", "extends", "fits_all", "idle", "is_limited", "matcher", "opens",
        "reason", "splits", "strict", "unit", "zone",
    )  # fmt: skip

    def __init__(self, unit: Unit, zone: tzinfo, spans: Mapping[str, Coverage] = NO_SPANS) -> None:
        self.unit = unit
        self.zone = zone
        self.matcher = Matcher(unit.where, spans)
        self.fits_all = self.matcher.is_everything
        self.opens = _sides(unit.open_on)
        self.extends = _sides(unit.extend_on)
        # Strictly later than a boundary is one microsecond after it or more.
        self.strict = 1 if unit.at_boundary == "same" else 0
        is_timed = unit.boundary == "inactivity" or (unit.boundary == "topic" and unit.timeout > 0)
        self.idle = unit.timeout + self.strict if is_timed else 0
        self.by_topic = unit.boundary == "topic"
        self.closed_for = {"same": FOREVER, "grace": unit.grace}.get(unit.reopen, 0)
        self.reason = {"fixed": WINDOW, "calendar_day": NEXT_DAY}.get(unit.boundary, IDLE)
        self.splits = "" if unit.split is None else unit.split.by
        where = unit.where
        self.is_limited = bool(where.min_assistant_answers or where.min_user_messages)

    def until(self, at: int) -> int:
        """Return when a unit that opens at an instant ends if nothing more happens."""
        if self.idle:
            return at + self.idle
        boundary = self.unit.boundary
        if boundary == "fixed":
            return self._fixed_until(at) + self.strict
        if boundary == "calendar_day":
            day = to_datetime(at).astimezone(self.zone).date()
            return start_of_day(day + timedelta(days=1), self.zone)
        return FOREVER

    def _fixed_until(self, at: int) -> int:
        """Return the end of a fixed window; an aligned one began at the hour or day of UTC.

        Aligned windows shorter than that follow each other from there on, and none of up to a day
        reaches into the next: 5 hours by the day are 0, 5, 10, 15 and 20 o'clock.
        """
        duration = self.unit.duration
        step = _STEPS.get(self.unit.align)
        if step is None:
            return at + duration
        base = at - at % step
        until = base + (at - base) // duration * duration + duration
        return min(until, base + DAY) if step == DAY and duration <= DAY else until


class WindowRules:
    """The rule in force at each instant, each unit made ready once."""

    def __init__(
        self, rule_at: RuleAt, zone: tzinfo, spans: Mapping[str, Coverage] = NO_SPANS
    ) -> None:
        self._rule_at = rule_at
        self._zone = zone
        self._spans = spans
        self._last: WindowRule | None = None
        self._ready: list[WindowRule] = []

    def at(self, at: int) -> WindowRule | None:
        """Return the rule in force; None where no plan is."""
        unit = self._rule_at(at)
        last = self._last
        if last is not None and last.unit is unit:
            return last
        if unit is None:
            return None
        for rule in self._ready:
            if rule.unit is unit:
                break
        else:
            rule = WindowRule(unit, self._zone, self._spans)
            self._ready.append(rule)
        self._last = rule
        return rule

    def skew_at(self, at: int) -> int:
        """Return how far a clock may step back at an instant without it being believed."""
        unit = self._rule_at(at)
        return 0 if unit is None else unit.skew
