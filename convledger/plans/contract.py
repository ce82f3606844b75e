"""A plan as somebody has it: its versions, since when, with how many seats, and its periods."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import tzinfo
from operator import itemgetter

from convledger.plans.calendar import PeriodSpan, period_at
from convledger.plans.schema import Plan
from convledger.plans.versions import PlanHistory

_SINCE = itemgetter(0)


@dataclass(frozen=True, slots=True)
class Contract:
    """A plan in force from `began` until `ended` (UTC microseconds, exclusive; None: still).

    Periods are counted from `anchor`, not after `began`. `seats` are (instant, count), rising, none
    where the plan's own numbers hold; `zone_of` gives the zone that a plan names. `closed` are,
    rising, the bounds of closed periods, `pinned` the plans that they were billed by from when
    until when, whatever the document says today.
    """

    history: PlanHistory
    zone_of: Callable[[str], tzinfo]
    began: int
    ended: int | None
    anchor: int
    seats: tuple[tuple[int, int], ...] = ()
    pinned: tuple[tuple[int, int, Plan], ...] = ()
    closed: tuple[tuple[int, int], ...] = ()
    earlier: tuple[Plan, ...] = ()
    name: str = ""
    is_excerpt: bool = False  # it goes on after `ended`, which is only as far as one looks

    @property
    def known_plans(self) -> tuple[Plan, ...]:
        """Every text that the plan ever had, as far as it was in use."""
        return (*self.earlier, *self.plans)

    @property
    def plans(self) -> tuple[Plan, ...]:
        """Every plan that was in force at some time, or will be."""
        return (*(plan for _, _, plan in self.pinned), *self.history.plans)

    def covers(self, at: int) -> bool:
        """Return whether the contract is in force at an instant."""
        return at >= self.began and (self.ended is None or at < self.ended)

    def plan_at(self, at: int) -> Plan | None:
        """Return the version in force at an instant, None outside of the contract."""
        return self.version_at(at) if self.covers(at) else None

    def version_at(self, at: int) -> Plan | None:
        """Return the version of the plan that goes for an instant, whether subscribed or not."""
        place = bisect_right(self.pinned, at, key=_SINCE) - 1
        if place >= 0 and at < self.pinned[place][1]:
            return self.pinned[place][2]
        return self.history.in_force(at)

    def finder(self) -> Callable[[int], Plan | None]:
        """Return `version_at` made ready to be asked a million times."""
        only = self.history.plans[0]
        if self.pinned or len(self.history.plans) > 1 or only.effective_to is not None:
            return self.version_at
        since = only.effective_from
        return lambda at: only if at >= since else None

    def seats_at(self, at: int, otherwise: int | None = None) -> int:
        """Return how many seats there are at an instant, `otherwise` where nobody has said so."""
        known = [count for since, count in self.seats if since <= at] or [
            count for _, count in self.seats[:1]
        ]
        return known[-1] if known else (otherwise or 1)

    def zone_at(self, at: int) -> tzinfo:
        """Return the plan's zone at an instant; before the contract that of its first version."""
        plan = self.history.in_force(at) or self.history.plans[0]
        return self.zone_of(plan.zone_name)

    @property
    def zone(self) -> tzinfo:
        """The zone in which the contract's periods and recurrences are cut."""
        return self.zone_at(self.began)

    def spans(self, until: int) -> list[tuple[int, int, Plan]]:
        """Return which version is in force from when until when, within the contract."""
        end = until if self.ended is None else min(until, self.ended)
        found: list[tuple[int, int, Plan]] = []
        at = self.began
        for since, pinned_until, plan in (*self.pinned, (end, end, None)):
            found += self.history.spans(at, min(since, end))
            if plan is not None and since < end:
                found.append((max(since, self.began), min(pinned_until, end), plan))
            at = max(at, pinned_until)
        return found

    def period_at(self, at: int) -> BilledPeriod | None:
        """Return the period that an instant falls in, None outside of the contract."""
        plan = self.plan_at(at)
        return None if plan is None else self._period(plan, at)

    def _period(self, plan: Plan, at: int) -> BilledPeriod:
        zone = self.zone_of(plan.zone_name)
        span = period_at(plan.period, zone, min(self.anchor, at), at)
        return BilledPeriod(
            span,
            max(span.since, self.began),
            span.until if self.ended is None else min(span.until, self.ended),
            plan,
            zone,
        )

    def periods(self, until: int) -> Iterator[BilledPeriod]:
        """Yield the periods from the contract's beginning to the one that `until` falls in.

        Each goes by the version in force when it begins; where a version cuts time otherwise, its
        first period begins where the last one of the version before ended.
        """
        at = self.began
        end = until + 1 if self.ended is None else min(self.ended, until + 1)
        closed = dict(self.closed)
        while at < end:
            plan = self.plan_at(at)
            if plan is None:  # a gap between two versions: go on where the next one begins
                later = [one.effective_from for one in self.history.plans]
                at = min((instant for instant in later if instant > at), default=end)
                continue
            period = self._period(plan, at)
            if period.since < at or at in closed:
                ends = closed.get(at, period.until)
                period = BilledPeriod(period.span, at, ends, plan, period.zone)
            yield period
            at = period.until


@dataclass(frozen=True, slots=True)
class BilledPeriod:
    """A period of a contract: its whole `span`, and the part in which the contract holds."""

    span: PeriodSpan
    since: int
    until: int
    plan: Plan
    zone: tzinfo

    @property
    def name(self) -> str:
        """The period's name, like "2026-11"."""
        return self.span.name
