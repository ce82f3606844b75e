"""How long the credits of a bill last: burn rate, runway, and what the next reset will find."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from convledger.clock import DAY
from convledger.economics.burn import confidence, recent_burn
from convledger.economics.projection import ResetOutlook, reset_of_lots
from convledger.economics.runway import (
    CreditLot,
    Runway,
    runway,
    runway_range,
    runway_without_expiry,
)
from convledger.money import PICO
from convledger.plans import entries as entry
from convledger.plans.billing import Bill
from convledger.plans.certainty import Doubt
from convledger.plans.doubts import Doubts
from convledger.plans.lots import ACTIVE, Lot, Rollover
from convledger.plans.overages import overage_rate
from convledger.plans.schedule import lots_of
from convledger.plans.totals import LotTotals

OBSERVED = 28  # days that a rate is taken from
# By the sign of their amounts: lots are booked as less when they pay, what no lot paid as more. A
# repayment is both and comes to nothing: what was owed was burnt when it was used.
_BURNT = {
    **dict.fromkeys((entry.USE, entry.REFUND, entry.REPAY), -1),
    **dict.fromkeys((entry.OVERAGE, entry.DEBT, entry.GRACE), 1),
}
AHEAD = 400 * DAY  # how far lots to come are looked for


@dataclass(frozen=True, slots=True)
class Outlook:
    """What is foreseen for one pool of credits at an instant, all in picocredits.

    `burn_per_day` is the use of the last 28 days, or of all days observed; `week_burn` that of the
    last 7. `shortest` and `longest` are the runways at these two. `reset_at` is when the next lot
    begins, None where none will; `shortfall_money` (picounits) the price of what is missing until
    then, None where no price is known.
    """

    pool: str
    now: int
    balance: int
    available: int
    daily: tuple[int, ...]
    burn_per_day: Fraction | None
    week_burn: Fraction | None
    confidence: str
    runway: Runway
    without_expiry: Runway
    shortest: Runway
    longest: Runway
    reset_at: int | None
    next_lots: tuple[Lot, ...]
    reset: ResetOutlook | None
    shortfall: Fraction
    shortfall_money: int | None

    @property
    def empty_at(self) -> int | None:
        """When the credits are gone, None where they last to the next grant."""
        gone = self.runway.depletes_at
        if gone is None or (self.reset_at is not None and gone >= self.reset_at):
            return None
        return gone

    @property
    def next_grant(self) -> int:
        """The picocredits that come at `reset_at`."""
        return sum(lot.amount for lot in self.next_lots)


def outlook(bill: Bill, pool: str = "") -> Outlook:
    """Return what is foreseen for a pool from where the bill stands."""
    now = bill.now
    totals = bill.fold.totals(pool)
    reset_at, next_lots = _next_lots(bill, pool)
    daily = tuple(daily_burn(bill, pool))
    burn, week = recent_burn(daily, OBSERVED), recent_burn(daily, 7)
    lots = list(lots_left(totals.lots, bill))
    here = runway(now, burn, lots)
    until = reset_at if reset_at is not None else now
    shortfall = here.shortfall(until)
    plan = bill.contract.plan_at(now)
    rate = overage_rate(plan, pool) if plan is not None else None
    shortest, longest = runway_range(now, daily, lots)
    return Outlook(
        pool=pool,
        now=now,
        balance=totals.balance,
        available=totals.available,
        daily=daily,
        burn_per_day=burn,
        week_burn=week,
        confidence=confidence(daily),
        runway=here,
        without_expiry=runway_without_expiry(now, burn, lots),
        shortest=shortest,
        longest=longest,
        reset_at=reset_at,
        next_lots=next_lots,
        reset=reset_of_lots(now, burn, lots, reset_at) if reset_at else None,
        shortfall=shortfall,
        shortfall_money=None if rate is None else round(shortfall * rate),
    )


def ahead_doubt(ahead: Outlook, doubts: Doubts) -> Doubt:
    """Return the doubt of what is foreseen for a pool: of what is left, and of the use so far."""
    return doubts.left(ahead.pool) | burn_doubt(ahead, doubts)


def burn_doubt(ahead: Outlook, doubts: Doubts, days: int = OBSERVED) -> Doubt:
    """Return the doubt of what is used a day, in the last days that were observed."""
    return doubts.used(ahead.pool, ahead.now - min(days, len(ahead.daily)) * DAY)


def daily_burn(bill: Bill, pool: str = "") -> Iterator[int]:
    """Yield the picocredits burnt in each of the last 28 spans of 24 hours, the oldest first.

    Days before the contract began, or before anything was counted, are not there.
    """
    begun = max(bill.contract.began, _first_use(bill))
    days = min(OBSERVED, -(-max(bill.now - begun, 0) // DAY))
    burnt = [0] * days
    for each in bill.fold.entries(pool):
        sign = _BURNT.get(each.kind)
        if sign is not None:
            # A span holds its first instant; the last one holds the present instant too.
            place = days - 1 - max(bill.now - each.at - 1, 0) // DAY
            if 0 <= place < days:
                burnt[place] += sign * each.amount
    yield from burnt


def _first_use(bill: Bill) -> int:
    return min((each.at for each in bill.billed), default=bill.now)


def lots_left(lots: Sequence[LotTotals], bill: Bill) -> Iterator[CreditLot]:
    """Yield what is left of each lot, and apart from it what the next reset will end of it."""
    ends = bill.periods[-1].until if bill.periods else None
    lost = {} if ends is None else _lost_at_reset(lots)
    for each in lots:
        lot, part = each.lot, lost.get(each.lot.id, 0)
        created = lot.effective_at if lot.created_at is None else lot.created_at
        for left, expires_at in ((part, ends), (each.remaining - part, lot.expires_at)):
            if left > 0:
                yield CreditLot(
                    id=lot.id, left=left, expires_at=expires_at, priority=lot.priority,
                    created_at=created,
                )  # fmt: skip


def _lost_at_reset(lots: Sequence[LotTotals]) -> dict[str, int]:
    """Return what of each lot, in burn order, would end if credits were rolled over now.

    A family is rolled over as one, by the rule of its newest lot.
    """
    families: dict[str, list[LotTotals]] = {}
    for each in lots:
        if each.lot.rollover is not None and each.status == ACTIVE:
            families.setdefault(each.lot.family, []).append(each)
    lost: dict[str, int] = {}
    for family in families.values():
        newest = max(
            (each.lot for each in family), key=lambda lot: (lot.effective_at, lot.burn_key)
        )
        left = sum(each.remaining for each in family)
        over = max(left - (newest.rollover or Rollover()).after(left), 0)
        for each in family:
            lost[each.lot.id] = min(over, each.remaining)
            over -= lost[each.lot.id]
    return lost


def coming_lots(bill: Bill, until: int) -> Iterator[Lot]:
    """Yield the lots that the plan will give after what the bill knows, before an instant."""
    contract = bill.contract
    seats = contract.seats_at if contract.seats else None
    spans = contract.spans(until)
    for lot in lots_of(spans, contract.zone, contract.anchor, seats, until):
        if lot.effective_at > bill.now:
            yield lot


def _next_lots(bill: Bill, pool: str) -> tuple[int | None, tuple[Lot, ...]]:
    """Return when the plan gives credits next, and which."""
    coming = [lot for lot in coming_lots(bill, bill.now + AHEAD) if lot.pool == pool]
    if not coming:
        return None, ()
    first = coming[0].effective_at
    return first, tuple(lot for lot in coming if lot.effective_at == first)


def credits_of(pico: int) -> Fraction:
    """Return picocredits as credits."""
    return Fraction(pico, PICO)
