"""The same usage under several plans: what each would have counted, and what it would have cost."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import tzinfo
from functools import reduce
from operator import or_

from convledger.clock import to_datetime
from convledger.plans.billing import Bill, replay
from convledger.plans.certainty import SURE, Doubt, StatementDoubts
from convledger.plans.contract import Contract
from convledger.plans.counts import THREAD, Counter, Counts, counted_by
from convledger.plans.doubts import Doubts
from convledger.plans.gaps import gaps_of
from convledger.plans.keys import grouping
from convledger.plans.lots import INCLUDED
from convledger.plans.schema import Plan, Unit
from convledger.plans.versions import PlanHistory
from convledger.plans.what_if import Usage
from convledger.plans.words import grant_words, rule_words
from convledger.reports.compare_notes import note_of, whole_number
from convledger.reports.history import Scope, at_work, needs_of, stories
from convledger.reports.plan_figures import Compared, Comparison
from convledger.reports.tallies import Tally, tally_of
from convledger.zones import zone_of

_BEGINNING = -(1 << 60)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A plan to compare, with the seats of whoever has it; 0 leaves the plan's own number.

    `version` is the one of its versions that is taken, None the latest.
    """

    history: PlanHistory
    seats: int = 0
    is_in_force: bool = False
    version: Plan | None = None

    @property
    def plan(self) -> Plan:
        """The version that is taken."""
        return self.version or self.history.plans[-1]


@dataclass(frozen=True, slots=True)
class WorkedOut:
    """A candidate's bill for the usage of a stretch of time."""

    candidate: Candidate
    plan: Plan
    bill: Bill
    unpriced_calls: int
    uncounted_calls: int = 0  # whose tokens nobody knows, of what the plan counts
    main_doubt: Doubt = SURE  # of the main unit's count
    of_statements: tuple[StatementDoubts, ...] = ()  # one for each, where `bill.rated` is left out
    usage: Usage | None = None  # what `bill.rated` comes to, where that is left out

    @property
    def is_refusing(self) -> bool:
        """Whether not everything was served."""
        return gaps_of(self.bill.statements).is_refusing

    @property
    def is_lacking(self) -> bool:
        """Whether something was served at less, is owed, or has no price."""
        return (
            bool(self.unpriced_calls or self.uncounted_calls)
            or self.counts_nothing
            or gaps_of(self.bill.statements).is_lacking
        )

    @property
    def counts_nothing(self) -> bool:
        """Whether the plan charges for what was not used at all, whatever was."""
        counted = any(statement.sums.units for statement in self.bill.statements)
        return bool(self.plan.charges) and not counted and not self.uncounted_calls


def work_out(
    connection: sqlite3.Connection,
    candidates: Sequence[Candidate],
    scope: Scope,
    since: int,
    until: int,
    now: int,
    zone: tzinfo | None = None,
) -> list[WorkedOut]:
    """Replay what happened from `since` until `until` (UTC microseconds) under each candidate.

    History is read once for all. Each plan is taken as if it had always been in force in the
    candidate's version, with periods that begin at `since` and are cut in `zone`, or each plan's
    own; units opened before that are none of theirs.
    """
    end = min(until, now + 1)
    contracts = [_contract(each, since, until, zone) for each in candidates]
    counters = [
        Counter(replace(contract, began=_BEGINNING, ended=None), min(until, now))
        for contract in contracts
    ]
    plans = [plan for contract in contracts for plan in contract.plans]
    near = at_work(connection, since - _longest_wait(plans), end)
    counts = _by_thread(connection, counters, contracts, scope, near)
    worked_out = []
    for candidate, contract, counter, found in zip(
        candidates, contracts, counters, counts, strict=True
    ):
        if not counter.by_thread:
            found.add(_together(connection, contract, scope, near, min(until, now)))
        unpriced, uncounted = (
            len(
                {
                    event.id
                    for events in by_rule.values()
                    for event in events
                    if since <= event.at < end
                }
            )
            for by_rule in (found.unpriced, found.uncounted)
        )
        bill = replay(contract, found, min(until, now))
        plan = contract.history.plans[-1]
        worked_out.append(WorkedOut(candidate, plan, bill, unpriced, uncounted))
    return worked_out


def _by_thread(
    connection: sqlite3.Connection,
    counters: Sequence[Counter],
    contracts: Sequence[Contract],
    scope: Scope,
    near: Sequence[int],
) -> list[Counts]:
    """Count thread by thread what can be; a thread that was silent all the time says nothing."""
    counts = [Counts() for _ in contracts]
    counted = [
        (counter, contract, found)
        for counter, contract, found in zip(counters, contracts, counts, strict=True)
        if counter.by_thread
    ]
    if counted:
        needs = needs_of(plan for _, contract, _ in counted for plan in contract.plans)
        for story in stories(connection, scope, needs, near):
            for counter, _, found in counted:
                found.add(counter.count(story.events))
    return counts


def _together(
    connection: sqlite3.Connection, contract: Contract, scope: Scope, near: Sequence[int], now: int
) -> Counts:
    """Count what only all threads together tell; where one window leads to the next, from the first
    one on."""
    rules = [rule for plan in contract.plans for rule in counted_by(plan)]
    follows = any(
        rule.count in ("window", "outcome") and grouping(rule) != THREAD for rule in rules
    )
    told = stories(connection, scope, needs_of(contract.plans), None if follows else near)
    events = [event for story in told for event in story.events]
    began = min((event.at for event in events), default=contract.began)
    always = replace(contract, began=min(began, contract.began), ended=None)
    return Counter(always, now, list(contract.periods(now))).count(events)


def _longest_wait(plans: Iterable[Plan]) -> int:
    """Return how long after a thread's last event something can still be billed for it."""
    waits = [unit.settle_after + unit.skew for plan in plans for unit in plan.units]
    return max(waits, default=0)


def _contract(candidate: Candidate, since: int, until: int, zone: tzinfo | None) -> Contract:
    """Return a contract whose periods begin at `since`, whatever the plan's own dates and zone.

    Of a period that goes on beyond `until` the fees count by the day, and so do the credits that
    come with them: a month bears a twelfth of what is paid for a year, not all of it.
    """
    taken = candidate.plan
    period = replace(taken.period, anchor="subscription")
    fees = taken.fees
    if period.kind != "none":
        fees = tuple(fee if fee.per == "once" else replace(fee, prorate="day") for fee in fees)
    always = replace(taken, effective_from=_BEGINNING, effective_to=None, period=period, fees=fees)
    return Contract(
        history=PlanHistory([always]),
        zone_of=lambda name: zone or zone_of(name)[0],
        began=since,
        ended=until,
        anchor=since,
        seats=((since, candidate.seats),) if candidate.seats else (),
        is_excerpt=True,
    )


def compare_plans(
    connection: sqlite3.Connection,
    candidates: Sequence[Candidate],
    scope: Scope,
    since: int,
    until: int,
    now: int,
    zone: tzinfo,
) -> Comparison:
    """Return what happened from `since` until `until` under each plan, the cheapest first."""
    worked_out = work_out(connection, candidates, scope, since, until, now, zone=zone)
    return comparison_of(connection, worked_out, scope, since, until, now, zone)


def comparison_of(
    connection: sqlite3.Connection,
    worked_out: Sequence[WorkedOut],
    scope: Scope,
    since: int,
    until: int,
    now: int,
    zone: tzinfo,
) -> Comparison:
    """Return plans that are worked out beside each other, the cheapest first."""
    tally = tally_of(connection, scope, since, until)
    rows = [compared(each, tally) for each in worked_out]
    return beside(rows, tally, since, until, now, zone)


def beside(
    rows: Sequence[Compared], tally: Tally, since: int, until: int, now: int, zone: tzinfo
) -> Comparison:
    """Return rows in their order, each with its difference to the plan in force.

    Of plans that cost the same the one in force comes first.
    """
    in_force = next((row for row in rows if row.is_in_force and row.total is not None), None)
    rows = [_beside(row, in_force) for row in rows]
    rows.sort(key=lambda row: (row.total is None, row.total or 0, not row.is_in_force, row.name))
    best = next(iter(_weighed(rows)), None)
    currencies = {row.currency for row in rows}
    if best is not None and len(currencies) == 1:
        rows = [replace(row, is_cheapest=row is best) for row in rows]
    return Comparison(
        since=since,
        until=until,
        name=span_name(since, until, zone),
        is_closed=until <= now,
        conversations=tally.conversations,
        messages=tally.messages,
        calls=tally.calls,
        unpriced_calls=tally.unpriced_calls,
        rows=tuple(rows),
        estimated_calls=tally.estimated_calls,
        uncounted_calls=tally.uncounted_calls,
    )


def _weighed(rows: Sequence[Compared]) -> list[Compared]:
    """Return the plans that may be the cheapest, in their order: those that serve everything.

    A total that lacks something is less than what would be due, what was served at less is another
    thing, and a plan that counts nothing of the usage is for another: they are weighed only where
    every other is like that too.
    """
    served = [row for row in rows if row.total is not None and not row.blocked]
    return [row for row in served if not _is_lacking(row)] or served


def _is_lacking(row: Compared) -> bool:
    return (
        bool(row.degraded or row.unpriced or row.unpriced_calls)
        or row.doubt.uncounted > 0
        or row.counted_doubt.uncounted > 0
        or row.owed > 0
        or row.counts_nothing
    )


def _beside(row: Compared, in_force: Compared | None) -> Compared:
    if in_force is None or in_force.total is None or row.total is None:
        return row
    if row.is_in_force or row.currency != in_force.currency:
        return row
    if row.doubt.uncounted or in_force.doubt.uncounted:  # what one of them lacks is not known
        return row
    return replace(
        row,
        difference=row.total - in_force.total,
        difference_doubt=row.doubt | in_force.doubt,
    )


def compared(each: WorkedOut, tally: Tally) -> Compared:
    """Return a plan that is worked out as a row; which one is cheapest is not known yet."""
    bill, plan, doubts = each.bill, each.plan, Doubts(each.bill)
    sums = [statement.sums for statement in bill.statements]
    total = sum(one.total for one in sums)
    fees = sum(one.fees for one in sums)
    expired = sum(one.expired for one in sums)
    gaps = gaps_of(bill.statements)
    units, unit_name, included, over = _counted(bill, plan, tally.calls)
    reversals = sum(one.reversals for one in sums)
    return Compared(
        plan_id=plan.id,
        name=plan.name,
        version=plan.version,
        rule=rule_line(plan),
        unit_name=unit_name,
        units=units,
        included=included,
        over=over,
        fees=fees,
        usage=total - fees,
        breakage=expired,
        breakage_money=sum(one.expired_cost for one in sums),
        reversals=reversals,
        total=total,
        per_conversation=round(total / tally.conversations) if tally.conversations else None,
        per_message=round(total / tally.messages) if tally.messages else None,
        difference=None,
        currency=plan.currency,
        is_in_force=each.candidate.is_in_force,
        note=note_of(bill, gaps, expired, reversals, counts_nothing=each.counts_nothing),
        counts_nothing=each.counts_nothing,
        blocked=gaps.refused,
        degraded=gaps.degraded,
        owed=gaps.owed,
        grace=sum(one.grace for one in sums),
        unpriced=gaps.unpriced,
        unpriced_calls=each.unpriced_calls,
        counted_doubt=_counted_doubt(plan, doubts),
        doubt=reduce(or_, map(doubts.due, bill.statements), SURE),
    )


def _counted(bill: Bill, plan: Plan, calls: int) -> tuple[int, str, int | None, int | None]:
    """Return how much was counted, of what, and how much of it was included and beyond that."""
    sums = [statement.sums for statement in bill.statements]
    if any(charge.pay_with == "credits" for charge in plan.charges):
        used = sum(one.served for one in sums)
        included = sum(
            lot.amount for lot in bill.lots.values() if lot.kind == INCLUDED and not lot.origin
        )
        over = sum(one.over for one in sums)
        return (
            whole_number(used),
            "credits",
            whole_number(included) if included else None,
            whole_number(over),
        )
    main = main_unit(plan)
    if main is None:
        return 0, "", None, None
    if main.measure:
        return calls, "calls", None, None
    count = sum(one.units.get(main.id, 0) for one in sums)
    return whole_number(count), main.id, None, whole_number(count)


def _counted_doubt(plan: Plan, doubts: Doubts) -> Doubt:
    """Return the doubt of what `_counted` returns; how many calls there are is known."""
    pools = {charge.pool for charge in plan.charges if charge.pay_with == "credits"}
    if pools:
        return reduce(or_, (doubts.used(pool) for pool in pools))
    main = main_unit(plan)
    return SURE if main is None or main.measure else doubts.counted(main.id)


def main_unit(plan: Plan) -> Unit | None:
    """Return the unit that a plan is mostly about: the first that costs or is limited."""
    named = [charge.unit for charge in plan.charges] + [limit.unit for limit in plan.limits]
    known = {unit.id: unit for unit in plan.units}
    return next((known[name] for name in named if name in known), next(iter(plan.units), None))


def span_name(since: int, until: int, zone: tzinfo) -> str:
    """Return a stretch of time as people name it: "October 2026", or its first and last day."""
    first = to_datetime(since).astimezone(zone)
    last = to_datetime(until - 1).astimezone(zone)
    following = to_datetime(until).astimezone(zone)
    is_month = first.day == 1 and following.day == 1 and first.month == last.month
    if is_month and first.year == last.year:
        return f"{first:%B} {first.year}"
    year = "" if first.year == last.year else f" {first.year}"
    return f"{first.day} {first:%b}{year} to {last.day} {last:%b} {last.year}"


def rule_line(plan: Plan) -> str:
    """Return what a plan counts and includes: "window, 30 min idle · 400 credits a month"."""
    unit = main_unit(plan)
    parts = [rule_words(unit)] if unit is not None else ["a fee alone"]
    spans = {"month": "month", "year": "year", "week": "week", "day": "day"}
    span = spans.get(plan.period.kind, "period")
    parts += [grant_words(grant, span) for grant in plan.grants if grant.kind == INCLUDED]
    return " · ".join(parts)
