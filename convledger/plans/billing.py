"""Replays a contract: what was counted becomes credits burnt, money due, and statements."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from msgspec import structs

from convledger.plans.collecting import collect
from convledger.plans.commitments import Term
from convledger.plans.contract import BilledPeriod, Contract
from convledger.plans.counted import BillableUnit
from convledger.plans.counts import Counts
from convledger.plans.crediting import OVERFLOWN, Scopes, open_reservations, usage_facts
from convledger.plans.events import Event
from convledger.plans.excerpt import cut_lots
from convledger.plans.facts import Fact
from convledger.plans.fold import Fold
from convledger.plans.late_bills import (
    Correction,
    booked_by_hand,
    corrections_of,
    first_id,
    money_of,
    true_ups_of,
)
from convledger.plans.lines import PeriodFacts, period_lines
from convledger.plans.lots import Lot
from convledger.plans.metering import Gauge, Metered, in_doubt, only_beyond
from convledger.plans.pinning import pinned, versions_in
from convledger.plans.policies import policies_of, resets_of
from convledger.plans.rating import CREDITS, RatedUnit, UnitRater, committed_at
from convledger.plans.schedule import lots_of
from convledger.plans.statement import (
    LIVE,
    RESTATED,
    SETTLED,
    Billed,
    FrozenStatement,
    Statement,
)

_FOREVER = 1 << 62


@dataclass(frozen=True, slots=True)
class ByHand:
    """What people did to the credits: lots bought or given, and facts about them."""

    lots: tuple[Lot, ...] = ()
    facts: tuple[Fact, ...] = ()


@dataclass(slots=True)
class Bill:
    """A contract worked out up to `now`: its statements, the latest last, and the books behind.

    Closed periods stand as they were frozen, unless the bill is restated. `periods` go with
    `statements` one for one; `pending` are outcomes not settled yet. `undecided_since` is when the
    first conversation opened that may still be charged or not. `in_doubt` is what was served of
    which estimated tokens are a part, `uncounted` calls by rule whose tokens nobody knows.
    """

    contract: Contract
    now: int
    periods: list[BilledPeriod]
    statements: list[Statement]
    frozen: dict[int, FrozenStatement]
    rated: list[RatedUnit]
    billed: list[Billed]
    pending: list[BillableUnit]
    fold: Fold
    metered: Metered
    lots: dict[str, Lot] = field(default_factory=dict)
    by_hand: ByHand = ByHand()
    undecided_since: int = _FOREVER
    in_doubt: list[RatedUnit] = field(default_factory=list)
    uncounted: dict[str, list[Event]] = field(default_factory=dict)

    @property
    def current(self) -> Statement | None:
        """The statement of the period that `now` falls in, None outside of the contract."""
        if not self.statements or self.now >= self.statements[-1].until:
            return None
        return self.statements[-1]

    @property
    def term(self) -> Term:
        """What counted towards the plan's commitment before the last period."""
        term = Term()
        for period, statement in zip(self.periods[:-1], self.statements[:-1], strict=True):
            term.go_on(self.contract, period, statement.lines)
        return term

    def to_freeze(self) -> Iterator[FrozenStatement]:
        """Yield the statements of periods that are over and were never frozen, in their order.

        One waits for the conversations that opened in it and may still be charged.
        """
        until = min(self.now, self.undecided_since)
        due = [
            (period, statement)
            for period, statement in zip(self.periods, self.statements, strict=True)
            if period.until <= until and period.since not in self.frozen
        ]
        starts = [period.since for period, _ in due]
        units: list[list[Billed]] = [[] for _ in due]
        for each in self.billed if due else ():
            place = bisect_right(starts, each.billed_at) - 1
            if place >= 0 and each.billed_at < due[place][0].until:
                units[place].append(each)
        for (period, statement), own in zip(due, units, strict=True):
            settled = structs.replace(statement, state=SETTLED)
            yield FrozenStatement(settled, tuple(own), versions_in(self.contract, period))


def replay(
    contract: Contract,
    counts: Counts,
    now: int,
    *,
    by_hand: ByHand = ByHand(),
    frozen: Iterable[FrozenStatement] = (),
    restate: bool = False,
) -> Bill:
    """Work out a contract up to `now` (UTC microseconds) from everything that it counted.

    Statements in `frozen` stay as they are: what is known otherwise today becomes an adjustment in
    the first period that is not closed. With `restate` every period is worked out anew instead.
    """
    closed = {} if restate else {each.statement.since: each for each in frozen}
    contract = pinned(contract, closed.values())
    periods = list(contract.periods(now))
    metered = Gauge(contract).measure(counts.units, now)
    rated = sorted(
        (
            each
            for each in only_beyond(UnitRater(contract.finder()).rate(counts.units), metered)
            if each.at <= now and contract.covers(each.unit.billed_at)
        ),
        key=lambda each: (each.at, each.unit.id),
    )
    served = [each for each in rated if not _is_refused(each, metered)]
    billed = _billed_all(served)
    open_since = _open_since(periods, closed)
    fixed, corrections = corrections_of(billed, closed, open_since)
    scopes = Scopes(contract)
    if closed:
        facts = _facts_of(fixed, corrections, served, metered, scopes, open_since)
    else:
        facts = list(usage_facts(served, metered, scopes))
    facts += _reservations(contract, counts, rated, metered, scopes, now)
    fold, lots = _folded(contract, facts, by_hand, now)
    own = [each for each in fixed if each.billed_at <= now]
    collected = collect(periods, own, corrections, fold, metered)
    _adjust(contract, collected, corrections, closed, open_since, lots)
    statements = _statements(contract, collected, lots, closed, now if restate else None)
    return Bill(
        contract=contract,
        now=now,
        periods=periods,
        statements=statements,
        frozen=closed,
        rated=rated,
        billed=[*own, *(each.billed for each in corrections)],
        pending=counts.pending,
        fold=fold,
        metered=metered,
        lots=lots,
        by_hand=by_hand,
        undecided_since=_undecided_since(contract, counts, now),
        in_doubt=in_doubt(served, metered),
        uncounted=counts.uncounted,
    )


def _undecided_since(contract: Contract, counts: Counts, now: int) -> int:
    """Return when the first unit opened that is charged only later, if at all."""
    found = _FOREVER
    for unit in counts.units:
        if unit.ends_at is None or unit.ends_at <= now or unit.billed_at >= found:
            continue
        plan = contract.plan_at(unit.opened_at)
        rule = next((one for one in plan.units if one.id == unit.unit), None) if plan else None
        if rule is not None and (committed_at(rule, unit) or _FOREVER) > now:
            found = unit.billed_at
    return found


def _statements(
    contract: Contract,
    collected: Sequence[PeriodFacts],
    lots: dict[str, Lot],
    closed: Mapping[int, FrozenStatement],
    restated_at: int | None,
) -> list[Statement]:
    """Return the statements: closed ones as they are, the others from their facts."""
    found: list[Statement] = []
    term = Term()
    for facts in collected:
        period = facts.period
        if period.since in closed:
            statement = closed[period.since].statement
        else:
            is_restated = restated_at is not None and period.until <= restated_at
            state = RESTATED if is_restated else LIVE
            statement = _statement(contract, facts, lots, state, term)
        found.append(statement)
        term.go_on(contract, period, statement.lines)
    return found


def _open_since(periods: Sequence[BilledPeriod], closed: Mapping[int, FrozenStatement]) -> int:
    """Return where the first period begins that is not closed."""
    return next((each.since for each in periods if each.since not in closed), _FOREVER)


def _is_refused(each: RatedUnit, metered: Metered) -> bool:
    beyond = metered.beyond.get(each.unit.id)
    return beyond is not None and beyond.is_refused


def _billed_all(served: Iterable[RatedUnit]) -> list[Billed]:
    """Return what is booked for units; those that a rate card prices by model name theirs."""
    by_model: dict[tuple[str, str], bool] = {}
    found = []
    for each in served:
        unit, plan = each.unit, each.plan
        key = (plan.digest, unit.unit)
        names_model = by_model.get(key)
        if names_model is None:
            cards = [card for one in plan.charges if one.unit == unit.unit for card in one.cards]
            names_model = by_model[key] = any("model" in card.match for card in cards)
        found.append(
            Billed(
                unit.id,
                unit.unit,
                plan.mark,
                each.at,
                unit.billed_at,
                each.quantity,
                each.pays,
                each.pool,
                each.amount,
                unit.model if names_model and each.amount != 0 else "",
                unit.reverses,
            )
        )
    return found


def _facts_of(
    fixed: Sequence[Billed],
    corrections: Sequence[Correction],
    served: Sequence[RatedUnit],
    metered: Metered,
    scopes: Scopes,
    open_since: int,
) -> list[Fact]:
    """Return the facts of closed periods as they were billed, of open ones as they are known."""
    open_units = [each for each in served if each.unit.billed_at >= open_since]
    facts = list(usage_facts(open_units, metered, scopes))
    # What overflowed a limit is in no record of a closed period, but it was burnt.
    past = (each for each in served if each.unit.billed_at < open_since)
    facts += [fact for fact in usage_facts(past, metered, scopes) if fact.id.endswith(OVERFLOWN)]
    known = {each.unit.id: each.unit for each in served}
    facts += [
        _fact(billed, known, scopes)
        for billed in fixed
        if billed.billed_at < open_since and billed.pays == CREDITS and billed.amount
    ]
    facts += [
        _fact(each.billed, known, scopes)
        for each in corrections
        if each.billed.pays == CREDITS and each.billed.amount
    ]
    return facts


def _fact(billed: Billed, known: Mapping[str, BillableUnit], scopes: Scopes) -> Fact:
    amount = billed.amount or 0
    if billed.quantity < 0 or amount < 0:
        return Fact(
            billed.id, billed.at, "refund", abs(amount), of=billed.reverses, pool=billed.pool
        )
    unit = known.get(first_id(billed.id))
    allowed = scopes.of(unit) if unit is not None else frozenset[str]()
    return Fact(billed.id, billed.at, "usage", amount, pool=billed.pool, scopes=allowed)


def _reservations(
    contract: Contract,
    counts: Counts,
    rated: Sequence[RatedUnit],
    metered: Metered,
    scopes: Scopes,
    now: int,
) -> Iterator[Fact]:
    """Yield what is set aside for units that are open and not charged yet."""
    plan = contract.plan_at(now)
    if plan is None or not any(unit.reserve_at for unit in plan.units):
        return
    rules = {unit.id: unit for unit in plan.units if unit.reserve_at}
    committed = {each.unit.id for each in rated}
    committed |= {name for name, beyond in metered.beyond.items() if beyond.is_refused}
    waiting = [
        unit
        for unit in counts.units
        if unit.unit in rules
        and unit.id not in committed
        and unit.opened_at <= now
        and contract.plan_at(unit.opened_at) is plan
        and (committed_at(rules[unit.unit], unit) or _FOREVER) > now
    ]
    yield from open_reservations(waiting, UnitRater(contract.version_at), rules, scopes, now)


def _folded(
    contract: Contract, facts: Sequence[Fact], by_hand: ByHand, now: int
) -> tuple[Fold, dict[str, Lot]]:
    spans, zone, anchor = contract.spans(now + 1), contract.zone, contract.anchor
    seats = contract.seats_at if contract.seats else None
    granted = lots_of(spans, zone, anchor, seats, now + 1)
    lots = [*cut_lots(contract, granted), *by_hand.lots]
    pools = {lot.pool for lot in lots} | {fact.pool for fact in facts} | {""}
    rules = {pool: policies_of(spans, zone, anchor, pool) for pool in pools}
    fold = Fold(rules.get("") or None, pool_rules={name: own for name, own in rules.items() if own})
    fold.feed(
        [fact for fact in (*facts, *by_hand.facts, *resets_of(spans, zone, anchor))
         if fact.at <= now],
        [lot for lot in lots if lot.effective_at <= now],
    )  # fmt: skip
    fold.advance(now)
    known = {each.lot.id: each.lot for pool in fold.pools for each in fold.totals(pool).lots}
    return fold, known


def _adjust(
    contract: Contract,
    collected: Sequence[PeriodFacts],
    corrections: Sequence[Correction],
    closed: Mapping[int, FrozenStatement],
    open_since: int,
    lots: dict[str, Lot],
) -> None:
    """Put what late facts change about the money of closed periods into the first open one."""
    target = next((each for each in collected if each.period.since == open_since), None)
    if target is None or not closed:
        return
    plan = target.period.plan
    if corrections:
        target.adjustments += money_of(contract, corrections, closed, plan)
    for facts in collected:
        frozen = closed.get(facts.period.since)
        if frozen is not None:
            known, _ = period_lines(contract, facts, lots)
            target.adjustments += booked_by_hand(known, frozen.statement, closed, plan)
    periods = [each.period for each in collected]
    target.adjustments += true_ups_of(contract, periods, closed, target.adjustments)


def _statement(
    contract: Contract, facts: PeriodFacts, lots: dict[str, Lot], state: str, term: Term
) -> Statement:
    period, plan = facts.period, facts.period.plan
    lines, sums = period_lines(contract, facts, lots, term)
    return Statement(
        plan=plan.id,
        plan_name=plan.name,
        version=plan.version,
        plan_digest=plan.digest,
        currency=plan.currency,
        zone=plan.zone_name,
        name=period.name,
        since=period.since,
        until=period.until,
        state=state,
        lines=lines,
        sums=sums,
        contract=contract.name,
    )
