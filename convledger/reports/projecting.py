"""What the present period will come to if it goes on as it began."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from msgspec import structs

from convledger.clock import DAY
from convledger.economics.burn import recent_burn
from convledger.economics.projection import Shortfall, packs_needed, shortfall_ahead
from convledger.economics.runway import CreditLot
from convledger.plans import entries as entry
from convledger.plans.billing import Bill
from convledger.plans.certainty import SURE, Doubt
from convledger.plans.counted import BillableUnit
from convledger.plans.doubts import Doubts
from convledger.plans.entries import Entry
from convledger.plans.facts import CHARGE, Policy
from convledger.plans.lines import PeriodFacts, period_lines
from convledger.plans.lots import TOPUP, Lot
from convledger.plans.metering import REFUSED, fits_unit
from convledger.plans.policies import policy_of
from convledger.plans.rating import CREDITS, MONEY
from convledger.plans.statement import ADJUSTMENT, Billed
from convledger.plans.where import Matcher
from convledger.reports.outlook import OBSERVED, coming_lots, daily_burn, lots_left

_ALL = Fraction(1)


def projected_total(bill: Bill) -> int | None:
    """Return what the present period will come to if it goes on as it began, picounits of money.

    Usage in money grows with the time that is left, as far as limits do not refuse it; minimum,
    cap, tiers and commitment go by what it grows to. Lots to come cost what they cost. What the
    burn rate leaves all lots short of is bought in packs where the plan buys them by itself, or
    charged beyond the credits. All else is due once. None where the period has no end.
    """
    statement = bill.current
    if statement is None:
        return None
    period = bill.periods[-1]
    is_endless = period.plan.period.kind == "none" and period.until == period.span.until
    passed = bill.now - statement.since
    if is_endless or passed <= 0:
        return None
    ahead = Fraction(statement.until - bill.now, passed)
    foreseen = _foreseen(bill, statement.until)
    facts = PeriodFacts(
        period,
        billed=list(_billed_at_end(bill, ahead)),
        entries=[*_entries_so_far(bill), *foreseen.entries],
        adjustments=[line for line in statement.lines if line.kind == ADJUSTMENT],
    )
    lots = {**bill.lots, **foreseen.lots}
    _, sums = period_lines(bill.contract, facts, lots, bill.term)
    return sums.total


def projected_doubt(bill: Bill, doubts: Doubts, projected: int | None) -> Doubt:
    """Return the doubt of what is foreseen: of what is due so far and of the burn."""
    statement = bill.current
    if statement is None or projected is None:
        return SURE
    found = doubts.due(statement)
    if projected != statement.sums.total:
        since = bill.now - OBSERVED * DAY
        for pool in bill.fold.pools:
            found |= doubts.left(pool) | doubts.used(pool, since)
    return found


def _billed_at_end(bill: Bill, ahead: Fraction) -> Iterator[Billed]:
    """Yield what is paid in money, as many units as are foreseen, joined by their price.

    `ahead` is the time that is left, as a share of what has passed.
    """
    since = bill.periods[-1].since
    own = [
        each
        for each in bill.billed
        if each.pays == MONEY
        and each.amount is not None
        and each.billed_at >= since
        and each.about is None
    ]
    shares = _served_shares(bill, since) if own else {}
    groups: dict[tuple[str, str, str, str, Fraction], list[Billed]] = {}
    for each in own:
        share = shares.get(each.reverses or each.id, _ALL)
        groups.setdefault((each.unit, each.plan, each.pool, each.rate, share), []).append(each)
    for (*_, share), group in groups.items():
        grown = 1 + ahead * share
        quantity = round(sum(each.quantity for each in group) * grown)
        amount = round(sum(each.amount or 0 for each in group) * grown)
        yield structs.replace(group[0], quantity=quantity, amount=amount)


def _served_shares(bill: Bill, since: int) -> dict[str, Fraction]:
    """Return what share of the use that goes on as since an instant no limit will refuse.

    By the id of the unit that goes on; those that nothing will be refused of are left out.
    """
    now, until = bill.now, bill.periods[-1].until
    plan = bill.contract.plan_at(now)
    limits = [each for each in plan.limits if each.on_exceed == REFUSED] if plan else []
    shares: dict[str, Fraction] = {}
    units = {each.unit.id: each.unit for each in bill.rated if each.at >= since} if limits else {}
    for limit in limits:
        matcher = Matcher(limit.where)
        fitting = [
            unit
            for unit in units.values()
            if unit.unit == limit.unit
            and unit.quantity > 0
            and (matcher.is_everything or fits_unit(matcher, unit))
        ]
        per_day = Fraction(sum(_served(bill, unit) for unit in fitting) * DAY, now - since)
        if per_day:
            within = bill.metered.meters[limit.id].within_until(now, until, per_day)
            share = within / (per_day * Fraction(until - now, DAY))
            if share < 1:
                shares |= {unit.id: min(share, shares.get(unit.id, share)) for unit in fitting}
    return shares


def _served(bill: Bill, unit: BillableUnit) -> int:
    """Return what of a unit its limits let through."""
    beyond = bill.metered.beyond.get(unit.id)
    return unit.quantity if beyond is None else beyond.within


def _entries_so_far(bill: Bill) -> Iterator[Entry]:
    """Yield what the period has of lots and of overage."""
    since = bill.periods[-1].since
    for pool in bill.fold.pools:
        for each in bill.fold.entries(pool):
            if each.at >= since and each.kind in (entry.GRANT, entry.OVERAGE):
                yield each


@dataclass(slots=True)
class _Foreseen:
    """Lots that will be granted or bought, by id, and the entries of these and of overage."""

    lots: dict[str, Lot] = field(default_factory=dict)
    entries: list[Entry] = field(default_factory=list)

    def give(self, lot: Lot) -> None:
        at = lot.effective_at
        self.lots[lot.id] = lot
        self.entries.append(
            Entry(0, at, entry.GRANT, lot.id, lot.amount, lot.id, 0, at, pool=lot.pool)
        )

    def charge(self, at: int, amount: int, pool: str) -> None:
        self.entries.append(Entry(0, at, entry.OVERAGE, "", amount, "", 0, at, pool=pool))


def _foreseen(bill: Bill, until: int) -> _Foreseen:
    """Return the lots that come up to an instant, and what they leave to be bought or charged."""
    found = _Foreseen()
    plan = bill.contract.plan_at(bill.now)
    by_hand = (lot for lot in bill.by_hand.lots if bill.now < lot.effective_at < until)
    coming = [*coming_lots(bill, until), *by_hand]
    for lot in coming:
        found.give(lot)
    if plan is None:
        return found
    for pool in bill.fold.pools:
        policy = policy_of(plan, bill.contract.zone, bill.contract.anchor, pool)
        own = [lot for lot in coming if lot.pool == pool]
        short = _shortfall(bill, pool, own, until)
        left = short.missing - _bought(bill, pool, policy, short, found)
        # Without terms for it, what is beyond the credits has no price.
        if policy.when_empty == CHARGE and plan.overage is not None:
            over = round(left - _grace_left(bill, pool, policy))
            if over > 0:
                found.charge(bill.now, over, pool)
    return found


def _shortfall(bill: Bill, pool: str, coming: Sequence[Lot], until: int) -> Shortfall:
    """Return what the lots of a pool, those to come among them, will be short of."""
    daily = tuple(daily_burn(bill, pool))
    burn = recent_burn(daily, OBSERVED)
    if burn is not None:
        burn -= _refused_a_day(bill, pool, len(daily))
    lots = [*lots_left(bill.fold.totals(pool).lots, bill), *map(_credit_lot, coming)]
    return shortfall_ahead(bill.now, burn, lots, until)


def _refused_a_day(bill: Bill, pool: str, days: int) -> Fraction:
    """Return the picocredits of a day's burn, the mean of so many days, that limits will refuse."""
    since = bill.now - days * DAY
    own = [
        each
        for each in bill.billed
        if each.pays == CREDITS and each.pool == pool and each.amount and each.at >= since
    ]
    shares = _served_shares(bill, since) if own else {}
    refused = sum(
        (each.amount or 0) * (1 - shares.get(each.reverses or each.id, _ALL)) for each in own
    )
    return Fraction(refused) / days


def _credit_lot(lot: Lot) -> CreditLot:
    return CreditLot(
        id=lot.id,
        left=lot.amount,
        expires_at=lot.expires_at,
        priority=lot.priority,
        created_at=lot.effective_at if lot.created_at is None else lot.created_at,
        effective_at=lot.effective_at,
    )


def _bought(bill: Bill, pool: str, policy: Policy, short: Shortfall, found: _Foreseen) -> int:
    """Add the packs that will be bought by themselves; return the picocredits in them.

    They are bought where the balance falls below the threshold, as many as the period allows.
    """
    rule = policy.topup
    if rule is None or short.deepest is None:
        return 0
    totals = bill.fold.totals(pool)
    most = rule.max_per_period
    if most is not None:
        since = bill.periods[-1].since
        own = f"{rule.id}#"  # the name of one that was bought by itself
        most -= sum(
            1
            for each in totals.lots
            if each.lot.effective_at >= since and each.lot.id.startswith(own)
        )
    count = packs_needed(short.deepest + totals.debt, rule.credits, rule.threshold or 0, most)
    if count:
        found.give(
            Lot(
                id=f"{rule.id}#ahead", amount=count * rule.credits, effective_at=bill.now,
                kind=TOPUP, pool=pool, family=rule.id, cost=count * rule.price,
            )
        )  # fmt: skip
    return count * rule.credits


def _grace_left(bill: Bill, pool: str, policy: Policy) -> int:
    """Return the picocredits beyond the lots that are still free in this period."""
    since = bill.periods[-1].since
    used = sum(
        each.amount
        for each in bill.fold.entries(pool)
        if each.kind == entry.GRACE and each.at >= since
    )
    return max(policy.grace - used, 0)
