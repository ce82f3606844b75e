"""Counts everything that a contract counts, rule by rule, under the versions in force."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from convledger.plans.contract import BilledPeriod, Contract
from convledger.plans.counted import BillableUnit
from convledger.plans.counting import Summed, count_events, count_max, count_sums, count_unique
from convledger.plans.events import Event
from convledger.plans.inside import Coverage
from convledger.plans.keys import by_key, grouping
from convledger.plans.outcomes import settle
from convledger.plans.schema import Plan, Unit
from convledger.plans.windows import WindowCounter

THREAD = "thread"
# What a limit may be about without a unit of its own.
CONTEXT = "context_tokens"
_FOREVER = 1 << 62


@dataclass(slots=True)
class Counts:
    """What was counted, and what could not be.

    `pending` are outcomes that have not settled yet, `unpriced` calls whose measure needs a price
    that is not known, `uncounted` those whose tokens nobody knows, by rule.
    """

    units: list[BillableUnit] = field(default_factory=list)
    pending: list[BillableUnit] = field(default_factory=list)
    unpriced: dict[str, list[Event]] = field(default_factory=dict)
    uncounted: dict[str, list[Event]] = field(default_factory=dict)

    def add(self, other: Counts) -> None:
        """Take in what was counted elsewhere."""
        self.units += other.units
        self.pending += other.pending
        for rule, events in other.unpriced.items():
            self.unpriced.setdefault(rule, []).extend(events)
        for rule, events in other.uncounted.items():
            self.uncounted.setdefault(rule, []).extend(events)


class Counter:
    """Counts the units of a contract from the events of threads, as many at a time as one likes.

    `now` (UTC microseconds) decides which outcomes have settled; `periods`, those of the contract
    unless told, are what keys are unique in.
    """

    def __init__(
        self, contract: Contract, now: int, periods: Sequence[BilledPeriod] | None = None
    ) -> None:
        self._contract = contract
        self.now = now
        self._rules = _rules_of(contract.plans)
        self._periods = periods
        self.by_thread = all(
            grouping(unit) == THREAD and unit.count not in ("unique", "max") for unit in self._rules
        )  # whether each thread can be counted by itself
        self._asked = [(rule, self._rule_at(rule)) for rule in self._rules]
        wheres = [rule.where for rule in self._rules]
        self._looked_at = {name for where in wheres for name in (where.inside, where.outside)}

    def count(self, events: Iterable[Event]) -> Counts:
        """Return the units of these events; all those of a key must be among them."""
        told = list(events)
        found = Counts()
        spans: dict[str, Coverage] = {}
        for rule, rule_at in self._asked:
            part = self._count(rule, rule_at, told, spans)
            if rule.id in self._looked_at:
                spans[rule.id] = Coverage(rule, part.units)
            found.add(part)
        return found

    def _count(
        self,
        rule: Unit,
        rule_at: Callable[[int], Unit | None],
        events: list[Event],
        spans: Mapping[str, Coverage],
    ) -> Counts:
        if rule.count == "window":
            zone = self._contract.zone_at(self._contract.began)
            counter = WindowCounter(rule_at, zone=zone, spans=spans)
            return Counts(
                [unit for group in by_key(rule, events).values() for unit in counter.count(group)]
            )
        if rule.count == "outcome":
            found = Counts()
            for group in by_key(rule, events).values():
                settled = settle(rule_at, group, self.now)
                found.units += settled.units
                found.pending += settled.pending
            return found
        if rule.count == "event":
            return Counts(count_events(rule_at, events, spans=spans))
        if rule.count == "sum":
            return _summed(rule, count_sums(rule_at, events, spans=spans))
        if rule.count == "unique":
            return Counts(count_unique(rule_at, events, self._all_periods(), spans=spans))
        return _summed(rule, count_max(rule_at, events, self._all_periods(), spans=spans))

    def _all_periods(self) -> Sequence[BilledPeriod]:
        if self._periods is None:
            self._periods = list(self._contract.periods(self.now))
        return self._periods

    def _rule_at(self, rule: Unit) -> Callable[[int], Unit | None]:
        """Return what tells the form that a rule has at an instant, None where it is not counted.

        A version that counts the same name by other means is a rule of its own.
        """
        version_at = self._contract.finder()
        since = self._contract.began
        until = _FOREVER if self._contract.ended is None else self._contract.ended
        last: Plan | None = None
        form: Unit | None = None

        def rule_at(at: int) -> Unit | None:
            nonlocal last, form
            if not since <= at < until:
                return None
            plan = version_at(at)
            if plan is not last:
                last, form = plan, None if plan is None else _form(rule, plan)
            return form

        return rule_at


def _summed(rule: Unit, summed: Summed) -> Counts:
    unpriced, uncounted = summed.unpriced, summed.uncounted
    return Counts(
        summed.units,
        [],
        {rule.id: unpriced} if unpriced else {},
        {rule.id: uncounted} if uncounted else {},
    )


def _form(rule: Unit, plan: Plan) -> Unit | None:
    """Return the form that a rule has in a version, None where it has none."""
    for unit in counted_by(plan):
        if (unit.id, unit.count, grouping(unit)) == (rule.id, rule.count, grouping(rule)):
            return unit
    return None


def counted_by(plan: Plan) -> tuple[Unit, ...]:
    """Return what a plan counts: its units, and the context of calls where a limit is about it."""
    named = {unit.id for unit in plan.units}
    if any(limit.unit == CONTEXT and CONTEXT not in named for limit in plan.limits):
        return (*plan.units, Unit(id=CONTEXT, count="sum", measure=CONTEXT))
    return plan.units


def _rules_of(plans: Iterable[Plan]) -> list[Unit]:
    """Return every rule of all versions once, those that others look at before those."""
    found: dict[tuple[str, str, str], Unit] = {}
    for plan in plans:
        for unit in counted_by(plan):
            found.setdefault((unit.id, unit.count, grouping(unit)), unit)
    ordered: list[Unit] = []
    rest = list(found.values())
    while rest:
        placed = {unit.id for unit in ordered}
        waiting = {unit.id for unit in rest}
        ready = [
            unit
            for unit in rest
            if not ({unit.where.inside, unit.where.outside} & waiting) - placed - {unit.id}
        ] or rest  # a circle, which no plan that was checked has
        ordered += ready
        rest = [unit for unit in rest if unit not in ready]
    return ordered
