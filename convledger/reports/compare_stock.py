"""What the Compare screen shows, worked out plan by plan, and kept until something changes."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import tzinfo
from fractions import Fraction
from hashlib import blake2b

from convledger.clock import DAY, HOUR, to_datetime
from convledger.economics.projection import projected
from convledger.plans.certainty import SURE, StatementDoubts
from convledger.plans.doubts import Doubts
from convledger.plans.fold import Fold
from convledger.plans.metering import Metered
from convledger.plans.schema import Plan
from convledger.plans.statement import Statement
from convledger.plans.what_if import usage_of
from convledger.reports.break_evens import break_even, main_units
from convledger.reports.comparing import (
    Candidate,
    WorkedOut,
    beside,
    compared,
    main_unit,
    work_out,
)
from convledger.reports.history import Scope, at_work
from convledger.reports.periods import Span
from convledger.reports.plan_figures import (
    BreakEven,
    Compared,
    Comparison,
    Sensitivity,
    TimeoutStep,
)
from convledger.reports.sensitivity import Recount, sensitivity, steps_of, timed_unit
from convledger.reports.tallies import Tally, tally_of
from convledger.reports.told_outcomes import marks as outcome_marks

_ALL = Scope()
_EVER = Span(0, 1 << 60, "")
_Name = tuple[str, int]  # a plan's text, and seats
_State = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Look:
    """Which stretch of time is looked at, and from when: instants in UTC microseconds."""

    span: Span
    now: int
    zone: tzinfo

    @property
    def end(self) -> int:
        """Where what is known ends."""
        return min(self.span.until, self.now + 1)


@dataclass(frozen=True, slots=True)
class _Kept:
    """A plan's row and its bill without the units behind it."""

    row: Compared
    worked_out: WorkedOut


@dataclass(slots=True)
class _Shelf:
    """What is known of one stretch of time, as long as the ledger says the same about it."""

    state: _State
    tally: Tally
    kept: dict[_Name, _Kept]
    timed: dict[_Name, Sensitivity]


class Stock:
    """Keeps what was worked out for all usage; asked by one thread at a time."""

    def __init__(self) -> None:
        self._shelves: dict[tuple[int, int], _Shelf] = {}
        self._recounts: dict[str, tuple[_State, Recount]] = {}
        self._states: dict[Span, _State] = {}
        self._written: _State = ()

    def compare(
        self,
        connection: sqlite3.Connection,
        candidates: Sequence[Candidate],
        look: Look,
        *,
        most: int | None = None,
        goes_on: bool = False,
    ) -> tuple[Comparison, int]:
        """Return the plans that are worked out beside each other, and how many still are not.

        At most so many are worked out by this call, the first ones first. One that goes on stays
        with what the ledger said before: while logs are read it would never come to an end else.
        """
        shelf = self._shelf(connection, look, as_it_was=goes_on)
        wanted = [each for each in candidates if _name(each) not in shelf.kept]
        self._work_out(connection, shelf, wanted[:most], look)
        rows = [
            replace(shelf.kept[_name(each)].row, is_in_force=each.is_in_force)
            for each in candidates
            if _name(each) in shelf.kept
        ]
        found = beside(rows, shelf.tally, look.span.since, look.span.until, look.now, look.zone)
        return replace(found, name=look.span.name), max(0, len(wanted) - (most or len(wanted)))

    def statements(
        self, connection: sqlite3.Connection, candidate: Candidate, look: Look
    ) -> list[tuple[Statement, StatementDoubts]]:
        """Return what a plan would have billed, period by period, with the doubts of it."""
        known = self._known(connection, candidate, look)
        return list(zip(known.bill.statements, known.of_statements, strict=True))

    def counted(self, connection: sqlite3.Connection, plan: Plan, look: Look) -> Sensitivity | None:
        """Return units by inactivity timeout without bills, at once after the first time.

        None where no silence ends what the plan counts, or silence alone does not decide.
        """
        unit = timed_unit(plan)
        if unit is None:
            return None
        state = self._state(connection, _EVER)
        known = self._recounts.get(plan.digest)
        if known is None or known[0] != state:
            known = self._recounts[plan.digest] = (state, Recount(connection, plan, _ALL))
        recount, steps = known[1], steps_of(plan)
        if not recount.is_exact:
            return None
        found = tuple(
            TimeoutStep(step, recount.count(step, look.span.since, look.end) or 0) for step in steps
        )
        return Sensitivity(plan.name, unit.id, found, steps.index(unit.timeout), plan.currency)

    def timed(
        self, connection: sqlite3.Connection, candidate: Candidate, look: Look
    ) -> Sensitivity:
        """Return units and bill by inactivity timeout, exactly replayed.

        Raises UsageProblem for a plan that no silence ends.
        """
        shelf, name = self._shelf(connection, look, as_it_was=True), _name(candidate)
        if name not in shelf.timed:
            shelf.timed[name] = sensitivity(
                connection,
                candidate.plan,
                _ALL,
                look.span.since,
                look.span.until,
                look.now,
                seats=candidate.seats,
                zone=look.zone,
            )
        return shelf.timed[name]

    def break_even(
        self,
        connection: sqlite3.Connection,
        candidates: Sequence[Candidate],
        look: Look,
        this_month: Look | None = None,
    ) -> BreakEven:
        """Return the plans' totals over what the first of them counts, with one's own months.

        `this_month` is marked too, at the number of units that it will come to.
        """
        worked_out = [
            replace(self._known(connection, each, look), candidate=each) for each in candidates
        ]
        own: list[tuple[str, int, bool]] = []
        first = worked_out[0]
        if first.bill.periods:
            own.append(_own_month(first, look))
        if this_month is not None and this_month.span != look.span:
            own.append(_own_month(self._known(connection, candidates[0], this_month), this_month))
        return replace(break_even(worked_out, own), own_doubt=first.main_doubt)

    def _known(self, connection: sqlite3.Connection, candidate: Candidate, look: Look) -> WorkedOut:
        shelf = self._shelf(connection, look, as_it_was=True)
        if _name(candidate) not in shelf.kept:
            self._work_out(connection, shelf, [candidate], look)
        return shelf.kept[_name(candidate)].worked_out

    def _work_out(
        self,
        connection: sqlite3.Connection,
        shelf: _Shelf,
        candidates: Sequence[Candidate],
        look: Look,
    ) -> None:
        if not candidates:
            return
        since, until = look.span.since, look.span.until
        for each in work_out(connection, candidates, _ALL, since, until, look.now, zone=look.zone):
            row = compared(each, shelf.tally)
            shelf.kept[_name(each.candidate)] = _Kept(row, _slim(each))

    def _shelf(
        self, connection: sqlite3.Connection, look: Look, *, as_it_was: bool = False
    ) -> _Shelf:
        """Return what is known of a stretch of time, nothing where the ledger has changed."""
        span = look.span
        shelf = self._shelves.get(span[:2])
        if shelf is not None and as_it_was:
            return shelf
        # In an open month, time alone settles outcomes and ends windows.
        hour = look.now // HOUR if look.now < span.until else 0
        state = (*self._state(connection, span), hour)
        if shelf is None or shelf.state != state:
            tally = tally_of(connection, _ALL, span.since, look.end)
            shelf = self._shelves[span[:2]] = _Shelf(state, tally, {}, {})
        return shelf

    def _state(self, connection: sqlite3.Connection, span: Span) -> _State:
        """Return what changes when anything does that a plan could count up to the end of a span.

        It is looked up anew only where something was written to the ledger at all.
        """
        version = connection.execute("PRAGMA data_version").fetchone()[0]
        written = (connection, version, connection.total_changes)
        if written != self._written:
            self._written = written
            self._states.clear()
        if span not in self._states:
            self._states[span] = _state(connection, span)
        return self._states[span]


def _name(candidate: Candidate) -> _Name:
    return candidate.plan.digest, candidate.seats


def _slim(each: WorkedOut) -> WorkedOut:
    """Return what statements and break-even need: the units of a month are many megabytes."""
    bill = replace(
        each.bill, rated=[], billed=[], pending=[], fold=Fold(), metered=Metered(), lots={},
        in_doubt=[], uncounted={},
    )  # fmt: skip
    main = main_unit(each.plan)
    doubts = Doubts(each.bill)
    return replace(
        each,
        bill=bill,
        usage=usage_of(each.bill.rated),
        main_doubt=SURE if main is None else doubts.counted(main.id),
        of_statements=tuple(map(doubts.of_statement, bill.statements)),
    )


def _own_month(each: WorkedOut, look: Look) -> tuple[str, int, bool]:
    """Return a month's name, the units a plan counts in it, and whether that is an estimate."""
    span, units = look.span, main_units(each)
    months = len(each.bill.periods) > 1
    name = "a month" if months else f"{to_datetime(span.since).astimezone(look.zone):%B}"
    if span.until <= look.now or months:
        return name, units, False
    whole = projected(units, Fraction(look.end - span.since, DAY), Fraction(_length(span), DAY))
    return name, round(whole) if whole is not None else units, True


def _length(span: Span) -> int:
    return span.until - span.since


def _state(connection: sqlite3.Connection, span: Span) -> _State:
    """Return a stretch of time as the ledger has it, in few figures."""
    near = json.dumps(at_work(connection, 0, span.until))
    said = connection.execute(
        "SELECT count(*), max(id) FROM message "
        "WHERE conversation_id IN (SELECT value FROM json_each(?))",
        (near,),
    ).fetchone()
    called = connection.execute(
        "SELECT count(*), max(id), total(output), total(list_pico), count(list_pico), "
        "total(approximate) FROM call "
        "WHERE at >= ? AND at < ?",
        span[:2],
    ).fetchone()
    rated = connection.execute("SELECT max(id) FROM rating_run").fetchone()
    return (*said, *called, *rated, _labels(connection))


def _labels(connection: sqlite3.Connection) -> bytes:
    digest = blake2b(digest_size=16)
    for row in connection.execute("SELECT * FROM label ORDER BY 1, 2, 3"):
        digest.update(repr(row).encode())
    digest.update(outcome_marks(connection))
    return digest.digest()
