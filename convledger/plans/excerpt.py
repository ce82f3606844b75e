"""A period of which one looks only at a part: what is due at its end, and what it grants."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fractions import Fraction

from msgspec import structs

from convledger.plans.calendar import PeriodSpan, later, prorated
from convledger.plans.contract import BilledPeriod, Contract
from convledger.plans.lots import INCLUDED, Lot
from convledger.plans.schema import Grant, Length

_NOTHING = Length()


def goes_on(contract: Contract, period: BilledPeriod) -> bool:
    """Return whether a period ends only after what one looks at: what it demands is not due yet."""
    return contract.is_excerpt and period.until < period.span.until


def share_of(contract: Contract, period: BilledPeriod) -> Fraction:
    """Return how much of a period one looks at, by the day as its fees are counted."""
    if not goes_on(contract, period) or period.plan.period.kind == "none":
        return Fraction(1)
    return prorated(Fraction(1), period.span, period.since, period.until, period.zone)


def cut_lots(contract: Contract, lots: Iterable[Lot]) -> Iterator[Lot]:
    """Yield lots, those that come with the fee of a period that goes on in proportion to it.

    A month bears a twelfth of what is given for a year, as it bears a twelfth of the fee. What
    recurs by itself is cut where it goes on itself.
    """
    last = None
    if contract.is_excerpt and contract.ended is not None:
        last = contract.period_at(contract.ended - 1)
    for lot in lots:
        share = Fraction(1) if last is None else share_of_lot(contract, last, lot)
        amount = round(lot.amount * share)
        if share == 1:
            yield lot
        elif amount:
            yield structs.replace(lot, amount=amount, cost=round(lot.cost * share))


def share_of_lot(contract: Contract, period: BilledPeriod, lot: Lot) -> Fraction:
    """Return how much of a lot comes with what one looks at of the last period."""
    grant = next((grant for grant in period.plan.grants if grant.id == lot.family), None)
    is_whole = share_of(contract, period) == 1 or lot.effective_at < period.since
    if is_whole or grant is None or grant.kind != INCLUDED or grant.per == "once":
        return Fraction(1)
    if not recurs(grant):
        return share_of(contract, period)
    ends = later(lot.effective_at, grant.every or _NOTHING, period.zone)
    span = PeriodSpan(lot.effective_at, ends, lot.id)
    return prorated(Fraction(1), span, lot.effective_at, period.until, period.zone)


def recurs(grant: Grant) -> bool:
    """Return whether a grant is given every so often by itself, whatever the plan's periods."""
    return grant.every is not None and bool(grant.every.months or grant.every.elapsed)
