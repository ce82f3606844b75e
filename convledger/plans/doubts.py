"""How far a bill's figures can be relied on: where estimated or unknown tokens enter them."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterator
from functools import reduce
from operator import or_
from typing import NamedTuple

from convledger.clock import DAY
from convledger.plans.billing import Bill
from convledger.plans.certainty import SURE, Doubt, StatementDoubts
from convledger.plans.entries import EXPIRE, ROLL_IN, ROLL_OUT, Entry
from convledger.plans.events import CALL, Event, Thread
from convledger.plans.late_bills import first_id
from convledger.plans.rating import CREDITS, MONEY
from convledger.plans.statement import (
    ADJUSTMENT,
    BLOCKED,
    BREAKAGE,
    CREDITS_USED,
    DEGRADED,
    MINIMUM,
    OVERAGE,
    TRUE_UP,
    USAGE,
    Line,
    Statement,
)
from convledger.plans.statement import TOPUP as TOPPED_UP
from convledger.plans.where import Matcher

_DAYS = {"day": 1, "week": 7, "month": 31}
_RESTS = frozenset((EXPIRE, ROLL_IN, ROLL_OUT))  # entries of what nobody has used
_OF_A_RULE = frozenset((USAGE, MINIMUM, CREDITS_USED))  # lines whose id is what was counted
_OF_ALL = frozenset((OVERAGE, TRUE_UP, ADJUSTMENT, BLOCKED, DEGRADED, BREAKAGE))
_EVER, _FOREVER = -(1 << 62), 1 << 62


class _Mark(NamedTuple):
    """Use that is in doubt: when it counts, by which rule, and what it is paid with."""

    at: int
    billed_at: int
    rule: str
    pays: str
    pool: str
    thread: Thread
    model: str
    name: str
    happening: str  # one call can be counted by several rules
    is_estimated: bool
    uncounted: int


class Doubts:
    """Answers for one bill; instants are UTC microseconds."""

    def __init__(self, bill: Bill) -> None:
        self._bill = bill
        self._marks = [*_estimated(bill), *_uncounted(bill)]
        self._pools = {one.pool for one in self._marks if one.pays == CREDITS}
        self._used: dict[str, tuple[list[int], list[int]]] = {}
        self._lots: dict[str, list[tuple[int, int, int]]] = {}
        self._units = {each.unit.id for each in bill.in_doubt if each.unit.is_estimated}

    def __bool__(self) -> bool:
        """Whether anything of the bill is in doubt."""
        return bool(self._marks)

    def due(self, statement: Statement | None) -> Doubt:
        """Return the doubt of what is due for a period."""
        if statement is None or not self._marks:
            return SURE
        lines = statement.lines
        # What corrects an earlier period is made of that period's use.
        is_late = any(line.kind == ADJUSTMENT for line in lines)
        since, until = (_EVER if is_late else statement.since), statement.until
        found = self._sum(lambda one: one.pays == MONEY and since <= one.billed_at < until)
        is_over = any(line.kind == OVERAGE or self._is_bought_by_itself(line) for line in lines)
        if is_over or self._may_cost_more:
            for pool in self._pools:
                begun = min(since, self._begun(pool, statement.since))
                used = self.used(pool, begun, until)
                # Of unknown use nobody can say that the credits were enough for it.
                found |= used if is_over else Doubt(uncounted=used.uncounted)
        return found

    def of_statement(self, statement: Statement) -> StatementDoubts:
        """Return the doubt of each line of a statement, of what is due, and of its credits."""
        if not self._marks:
            return StatementDoubts((SURE,) * len(statement.lines))
        lines = tuple(self._of_line(statement, line) for line in statement.lines)
        pools = [self.used(pool, statement.since, statement.until) for pool in self._pools]
        return StatementDoubts(lines, self.due(statement), reduce(or_, pools, SURE))

    def _of_line(self, statement: Statement, line: Line) -> Doubt:
        if line.kind in _OF_A_RULE:
            return self.counted(line.id, None if line.about else statement)
        if line.kind in _OF_ALL or self._is_bought_by_itself(line):
            return self.of_period(None if line.about else statement) | self.due(statement)
        return SURE

    def of_period(self, statement: Statement | None) -> Doubt:
        """Return the doubt of all that a plan counts, charges or limits in a period."""
        if statement is None:
            return SURE
        return self._sum(lambda one: statement.since <= one.billed_at < statement.until)

    def used(self, pool: str, since: int = _EVER, until: int | None = None) -> Doubt:
        """Return the doubt of the credits that were used from an instant on, until another."""
        if pool not in self._used:
            self._used[pool] = self._instants(pool)
        guessed, lacking = self._used[pool]
        end = _FOREVER if until is None else until
        return Doubt(_within(guessed, since, end) > 0, _within(lacking, since, end))

    def all_used(self, since: int) -> Doubt:
        """Return the doubt of the credits of all pools that were used from an instant on."""
        return reduce(or_, (self.used(pool, since) for pool in self._pools), SURE)

    def all_left(self) -> Doubt:
        """Return the doubt of what all pools hold together."""
        return reduce(or_, map(self.left, self._pools), SURE)

    def _instants(self, pool: str) -> tuple[list[int], list[int]]:
        """Return when estimated credits were used, and when calls that are not counted, rising."""
        own = [one for one in self._marks if one.pays == CREDITS and one.pool == pool]
        calls = {(one.thread.id, one.happening): one for one in own if one.uncounted}
        lacking = [one.at for one in calls.values() for _ in range(one.uncounted)]
        return sorted(one.at for one in own if one.is_estimated), sorted(lacking)

    def left(self, pool: str, at: int | None = None) -> Doubt:
        """Return the doubt of a balance: of all use since the first lot that still holds came."""
        if not self._marks:
            return SURE
        instant = self._bill.now if at is None else at
        return self.used(pool, self._begun(pool, instant), instant + 1)

    def limit(self, limit_id: str, at: int | None = None) -> Doubt:
        """Return the doubt of how far a limit is used in its present window, or was at an instant.

        Of a window that is over only its length is known.
        """
        meter = self._bill.metered.meters.get(limit_id)
        if meter is None or not self._marks:
            return SURE
        now, limit = self._bill.now, meter.limit
        since = meter.state(now).since
        instant = now if at is None else at
        if instant < (since or 0) or limit.window == "rolling":
            since = instant - (limit.duration or DAY * _DAYS.get(limit.calendar, 366))
        if since is None:
            return SURE
        matcher = Matcher(limit.where)
        return self._sum(
            lambda one: (
                one.rule == limit.unit
                and since <= one.at <= instant
                and (
                    matcher.is_everything
                    or matcher.fits(Event("", one.at, CALL, one.thread, 0, one.model, one.name))
                )
            )
        )

    def conversation(self, thread_id: str) -> Doubt:
        """Return the doubt of the credits that a conversation has used."""
        return self._sum(lambda one: one.pays == CREDITS and one.thread.id == thread_id)

    def counted(self, rule: str, statement: Statement | None = None) -> Doubt:
        """Return the doubt of how much a rule counts, in all or in a period."""
        since = _EVER if statement is None else statement.since
        until = _FOREVER if statement is None else statement.until
        return self._sum(lambda one: one.rule == rule and since <= one.billed_at < until)

    def of_entry(self, entry: Entry) -> Doubt:
        """Return the doubt of an entry of the credit books: of its use, or of what was left."""
        if not self._marks:
            return SURE
        if entry.kind in _RESTS:
            return Doubt(self.left(entry.pool, entry.at - 1).is_estimated)
        return Doubt(first_id(entry.cause) in self._units)

    @property
    def _may_cost_more(self) -> bool:
        """Whether use beyond the credits costs money."""
        return any(
            (plan.overage is not None and plan.overage.policy == "charge")
            or any(topup.trigger == "auto" for topup in plan.topups)
            for plan in self._bill.contract.plans
        )

    def _is_bought_by_itself(self, line: Line) -> bool:
        return line.kind == TOPPED_UP and any(
            topup.id == line.id and topup.trigger == "auto"
            for plan in self._bill.contract.plans
            for topup in plan.topups
        )

    def _begun(self, pool: str, at: int) -> int:
        """Return when the first of the lots came that a balance is made of at an instant."""
        lots = self._lots.get(pool)
        if lots is None:
            lots = self._lots[pool] = list(self._spans(pool))
        return min((first for since, until, first in lots if since <= at < until), default=at)

    def _spans(self, pool: str) -> Iterator[tuple[int, int, int]]:
        """Yield from when until when each lot holds, and when it came that it is the rest of."""
        totals = self._bill.fold.totals(pool)
        if totals.debt:  # of use that nobody has paid yet
            yield _EVER, _FOREVER, _EVER
        ends = [period.until for period in self._bill.periods]
        for each in totals.lots:
            lot, until = each.lot, each.lot.expires_at
            if until is None and lot.rollover is not None:
                until = next((end for end in ends if end > lot.effective_at), None)
            yield lot.effective_at, _FOREVER if until is None else until, each.first.effective_at

    def _sum(self, fits: Callable[[_Mark], bool]) -> Doubt:
        """Add up the marks that fit; a call counts once."""
        calls: dict[tuple[str, str], int] = {}
        is_estimated = False
        for one in self._marks:
            if fits(one):
                is_estimated |= one.is_estimated
                if one.uncounted:
                    calls[one.thread.id, one.happening] = one.uncounted
        return Doubt(is_estimated, sum(calls.values()))


def _within(instants: list[int], since: int, until: int) -> int:
    return max(bisect_left(instants, until) - bisect_left(instants, since), 0)


def _estimated(bill: Bill) -> Iterator[_Mark]:
    for each in bill.in_doubt:
        unit = each.unit
        # What no price fits is in no sum, and what lies within a limit takes no credits of a pool.
        is_paid = each.amount is not None and (each.amount != 0 or each.pays == MONEY)
        yield _Mark(
            at=each.at,
            billed_at=unit.billed_at,
            rule=unit.unit,
            pays=each.pays if is_paid else "",
            pool=each.pool,
            thread=unit.thread,
            model=unit.model,
            name=unit.name,
            happening=unit.id,
            is_estimated=unit.is_estimated,
            uncounted=unit.uncounted,
        )


def _uncounted(bill: Bill) -> Iterator[_Mark]:
    for rule, events in bill.uncounted.items():
        for event in events:
            plan = bill.contract.plan_at(event.at)
            if plan is None or event.at > bill.now:
                continue
            charges = [each for each in plan.charges if each.unit == rule]
            paid = [(each.pay_with, each.pool) for each in charges] or [("", "")]
            for pays, pool in paid:
                yield _Mark(
                    at=event.at,
                    billed_at=event.at,
                    rule=rule,
                    pays=pays,
                    pool=pool,
                    thread=event.thread,
                    model=event.model,
                    name=event.name,
                    happening=event.id,
                    is_estimated=False,
                    uncounted=1,
                )
