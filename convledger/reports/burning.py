"""The burn-down of a bill: what was left of each lot when, and what is foreseen."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import tzinfo
from fractions import Fraction

from convledger.clock import DAY, to_datetime
from convledger.plans import entries as entry
from convledger.plans.billing import Bill
from convledger.plans.doubts import Doubts
from convledger.plans.lots import ADJUSTMENT, INCLUDED, PROMO, TOPUP, Lot
from convledger.reports.outlook import Outlook, ahead_doubt, burn_doubt, outlook
from convledger.reports.plan_figures import BurnDown, Level, LotName, Mark

STEPS = 240  # levels of a chart, at most
FORESEEN = 120  # and of what is foreseen
AFTER = 2 * DAY  # how far a chart goes beyond the next grant
_GIVEN = frozenset((entry.GRANT, entry.ROLL_IN))


def burn_down(bill: Bill, pool: str, zone: tzinfo) -> BurnDown:
    """Return the present period's balance by lot, and the way down that is foreseen.

    Of a plan that is over it is the last period's, and nothing is foreseen. Instants are UTC
    microseconds, amounts picocredits.
    """
    now, ended, doubts = bill.now, bill.contract.ended, Doubts(bill)
    since = bill.periods[-1].since if bill.periods else now
    lots = _lots_in_sight(bill, pool, since)
    names = [lot.id for lot in lots]
    called = tuple(LotName(lot.id, lot_name(lot, zone), _kind(lot)) for lot in lots)
    currency = "USD" if bill.current is None else bill.current.currency
    if ended is not None and ended <= now:
        return BurnDown(
            since=since,
            until=ended,
            now=now,
            lots=called,
            levels=tuple(_booked(bill, pool, names, since)),
            marks=tuple(_given(bill, pool, since, ended)),
            currency=currency,
            is_over=True,
            left_doubt=doubts.left(pool),
        )
    ahead = outlook(bill, pool)
    until = _end(bill, ahead)
    levels = [*_booked(bill, pool, names, since), *_foreseen(ahead, names, until)]
    return BurnDown(
        since=since,
        until=until,
        now=now,
        lots=called,
        levels=tuple(levels),
        marks=tuple(_marks(bill, pool, ahead, since, until)),
        burn_per_day=ahead.burn_per_day,
        empty_at=_before(ahead.empty_at, ended),
        empty_at_without_expiry=_before(ahead.without_expiry.depletes_at, ended),
        next_grant_at=ahead.reset_at,
        next_grant=ahead.next_grant,
        shortfall=round(ahead.shortfall),
        shortfall_money=ahead.shortfall_money,
        wasted=round(ahead.runway.will_expire_unused),
        confidence=ahead.confidence,
        currency=currency,
        left_doubt=doubts.left(pool),
        ahead_doubt=ahead_doubt(ahead, doubts),
        burn_doubt=burn_doubt(ahead, doubts),
    )


def _end(bill: Bill, ahead: Outlook) -> int:
    """Return how far to draw: to the next grant or the plan's end, or beyond the last credit."""
    ended = bill.contract.ended
    if ended is not None and ended - bill.now < 100 * DAY:
        return min(ended, ended if ahead.reset_at is None else ahead.reset_at)
    if ahead.reset_at is not None and ahead.reset_at - bill.now < 100 * DAY:
        return ahead.reset_at
    if ahead.runway.depletes_at is not None:
        return min(ahead.runway.depletes_at + AFTER, bill.now + 100 * DAY)
    return bill.now + 14 * DAY


def _before(at: int | None, ended: int | None) -> int | None:
    return None if at is None or (ended is not None and at >= ended) else at


def lot_name(lot: Lot, zone: tzinfo) -> str:
    """Return what a lot is called: "included", "top-up of 12 Nov"."""
    if lot.kind in (TOPUP, ADJUSTMENT):
        day = to_datetime(lot.effective_at).astimezone(zone)
        return f"{'top-up' if lot.kind == TOPUP else 'adjustment'} of {day.day} {day:%b}"
    rolled = " rolled over" if lot.origin else ""
    return f"{lot.family or lot.id}{rolled}"


def _kind(lot: Lot) -> str:
    if lot.kind in (INCLUDED, PROMO, TOPUP):
        return lot.kind
    return "purchased"


def _lots_in_sight(bill: Bill, pool: str, since: int) -> list[Lot]:
    """Return the lots that held anything in the period, the one burnt first at the front."""
    found = [
        each.lot
        for each in bill.fold.totals(pool).lots
        if each.remaining or any(True for _ in _moves(bill, pool, each.lot.id, since))
    ]
    return sorted(found, key=lambda lot: lot.burn_key)


def _moves(bill: Bill, pool: str, lot_id: str, since: int) -> Iterator[entry.Entry]:
    return (
        each
        for each in bill.fold.entries(pool)
        if each.lot == lot_id and (each.at > since or (each.at == since and each.kind in _GIVEN))
    )


def _booked(bill: Bill, pool: str, names: Sequence[str], since: int) -> Iterator[Level]:
    """Yield what was left by lot, as often as a chart can show it."""
    place = {name: index for index, name in enumerate(names)}
    left = [0] * len(names)
    ended = bill.contract.ended
    step = max(((bill.now if ended is None else min(bill.now, ended)) - since) // STEPS, 1)
    last: int | None = None
    pending = False
    for each in bill.fold.entries(pool):
        index = place.get(each.lot)
        if index is None:
            continue
        if each.at >= since:
            slot = (each.at - since) // step
            if last is not None and slot != last and pending:
                yield Level(since + last * step, tuple(left))
                pending = False
            last, pending = slot, True
        left[index] += each.amount
    if last is None:
        yield Level(since, tuple(left))
    elif pending:
        yield Level(since + last * step, tuple(left))
    yield Level(bill.now, tuple(left))


def _foreseen(ahead: Outlook, names: Sequence[str], until: int) -> Iterator[Level]:
    """Yield the way down that is foreseen, sampled; parts of a lot that end apart are one again."""
    own = [lot.id for lot in ahead.runway.lots]
    step = max((until - ahead.now) // FORESEEN, 1)
    before: tuple[int, tuple[Fraction, ...]] | None = None
    for corner in ahead.runway.corners:
        if corner.at > until:
            return
        if before is not None:
            since, left = before
            for number in range(1, (corner.at - since - 1) // step + 1):
                share = Fraction(number * step, corner.at - since)
                between = [
                    one + (other - one) * share
                    for one, other in zip(left, corner.left, strict=True)
                ]
                yield Level(since + number * step, _by_lot(names, own, between))
        yield Level(corner.at, _by_lot(names, own, corner.left))
        before = corner.at, corner.left


def _by_lot(
    names: Sequence[str], own: Sequence[str], amounts: Sequence[Fraction]
) -> tuple[int, ...]:
    left = dict.fromkeys(names, 0)
    for name, amount in zip(own, amounts, strict=True):
        if name in left:
            left[name] += round(amount)
    return tuple(left.values())


def _given(bill: Bill, pool: str, since: int, until: int) -> Iterator[Mark]:
    """Yield what came within a span, the lots that begin with it left out."""
    for each in bill.fold.entries(pool):
        if each.kind == entry.GRANT and since < each.at <= until:
            lot = bill.lots.get(each.lot)
            kind = "topup" if lot is not None and lot.kind == TOPUP else "grant"
            yield Mark(each.at, kind, each.amount, each.lot)


def _marks(bill: Bill, pool: str, ahead: Outlook, since: int, until: int) -> Iterator[Mark]:
    yield from _given(bill, pool, since, bill.now)
    for part, wasted in zip(ahead.runway.lots, ahead.runway.wasted, strict=True):
        if wasted > 0 and part.expires_at is not None and part.expires_at <= until:
            yield Mark(part.expires_at, "expires", -round(wasted), part.id)
    empty_at = _before(ahead.empty_at, bill.contract.ended)
    if empty_at is not None and empty_at <= until:
        yield Mark(empty_at, "empty", 0)
    if ahead.reset_at is not None and ahead.reset_at <= until:
        yield Mark(ahead.reset_at, "resets", ahead.next_grant)
