"""How much a plan's bill hangs on its inactivity timeout, on one's own history."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import tzinfo
from functools import reduce
from operator import or_

from convledger.clock import HOUR, SECOND
from convledger.errors import UsageProblem
from convledger.plans.certainty import SURE
from convledger.plans.doubts import Doubts
from convledger.plans.events import Event
from convledger.plans.keys import by_key
from convledger.plans.schema import Plan, Unit
from convledger.plans.timeouts import TimeoutTable, can_tell
from convledger.plans.versions import PlanHistory
from convledger.reports.comparing import Candidate, work_out
from convledger.reports.history import Scope, needs_of, stories
from convledger.reports.plan_figures import Sensitivity, TimeoutStep

MINUTE = 60 * SECOND
# From 5 minutes to 24 hours, as far apart as people tell them.
STEPS = (
    *(5 * MINUTE, 10 * MINUTE, 15 * MINUTE, 20 * MINUTE, 30 * MINUTE, 45 * MINUTE),
    *(HOUR, 90 * MINUTE, 2 * HOUR, 3 * HOUR, 4 * HOUR, 6 * HOUR, 8 * HOUR, 12 * HOUR, 24 * HOUR),
)


def timed_unit(plan: Plan) -> Unit | None:
    """Return the unit of a plan that ends by inactivity, None where there is none."""
    return next(
        (unit for unit in plan.units if unit.count == "window" and unit.boundary == "inactivity"),
        None,
    )


def steps_of(plan: Plan) -> tuple[int, ...]:
    """Return the timeouts to look at, the plan's own among them, shortest first."""
    unit = timed_unit(plan)
    return tuple(sorted({*STEPS, unit.timeout})) if unit is not None else ()


def sensitivity(
    connection: sqlite3.Connection,
    plan: Plan,
    scope: Scope,
    since: int,
    until: int,
    now: int,
    *,
    seats: int = 0,
    timeouts: Iterable[int] = (),
    zone: tzinfo | None = None,
) -> Sensitivity:
    """Return units and bill from `since` until `until` for each timeout, exactly replayed.

    Raises UsageProblem for a plan that no silence ends.
    """
    unit = timed_unit(plan)
    if unit is None:
        raise UsageProblem(f"{plan.id} counts nothing that ends by inactivity")
    steps = tuple(sorted({*timeouts, unit.timeout})) if timeouts else steps_of(plan)
    candidates = [Candidate(PlanHistory([with_timeout(plan, unit, step)]), seats) for step in steps]
    found = []
    worked_out = work_out(connection, candidates, scope, since, until, now, zone=zone)
    for step, each in zip(steps, worked_out, strict=True):
        sums = [statement.sums for statement in each.bill.statements]
        units = sum(one.units.get(unit.id, 0) for one in sums) // 10**12
        due = map(Doubts(each.bill).due, each.bill.statements)
        doubt = reduce(or_, due, SURE)
        found.append(TimeoutStep(step, units, sum(one.total for one in sums), doubt))
    return Sensitivity(plan.name, unit.id, tuple(found), steps.index(unit.timeout), plan.currency)


def with_timeout(plan: Plan, unit: Unit, timeout: int) -> Plan:
    """Return a plan that is the same but for the timeout of one unit."""
    units = tuple(
        replace(each, timeout=timeout) if each.id == unit.id else each for each in plan.units
    )
    return replace(plan, units=units, digest=f"{plan.digest}/{timeout}")


class Recount:
    """Counts a plan's units under any inactivity timeout at once, from one look at the history.

    `is_exact` says whether silence alone decides what the plan counts; where it does not, only
    `sensitivity` can tell.
    """

    def __init__(self, connection: sqlite3.Connection, plan: Plan, scope: Scope) -> None:
        unit = timed_unit(plan)
        self.is_exact = unit is not None and can_tell(unit, plan.limits)
        self._table: TimeoutTable | None = None
        if unit is not None and self.is_exact:
            told = stories(connection, scope, needs_of([plan]))
            self._table = TimeoutTable(unit, _groups(unit, (story.events for story in told)))

    def count(self, timeout: int, since: int, until: int) -> int | None:
        """Return how many units open from `since` until `until`; None where it can't tell."""
        return None if self._table is None else self._table.count(timeout, since, until)


def _groups(unit: Unit, told: Iterable[Sequence[Event]]) -> Iterable[Iterable[Event]]:
    if unit.key == "thread":
        return told
    return by_key(unit, [event for events in told for event in events]).values()


__all__ = ["STEPS", "Recount", "sensitivity", "steps_of", "timed_unit", "with_timeout"]
