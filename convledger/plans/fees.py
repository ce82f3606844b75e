"""What a period costs whether or not anything is used: fees, prorated by days and seats."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from fractions import Fraction
from itertools import pairwise

from convledger.clock import to_datetime
from convledger.plans.calendar import PeriodSpan, prorated, start_of_day
from convledger.plans.contract import BilledPeriod, Contract
from convledger.plans.schema import Fee


def fees_of(contract: Contract, period: BilledPeriod) -> Iterator[tuple[Fee, Fraction, Fraction]]:
    """Yield each fee of a period with its quantity (periods or seats) and its amount of money.

    A fee by the day counts the days of the period's whole span that the contract and its seats
    touch; a fee that is not prorated is due whole, by the seats at the period's beginning.
    """
    for fee in period.plan.fees:
        if fee.per == "once":
            if period.since == contract.began:
                yield fee, Fraction(1), Fraction(fee.amount)
        elif fee.prorate != "day":
            seats = contract.seats_at(period.since, fee.seats) if fee.per == "seat" else 1
            yield fee, Fraction(seats), Fraction(fee.amount) * seats
        else:
            quantity = sum(
                (
                    prorated(Fraction(seats), period.span, since, until, period.zone)
                    for since, until, seats in _held(contract, period, fee)
                ),
                Fraction(0),
            )
            yield fee, quantity, Fraction(fee.amount) * quantity


def _held(contract: Contract, period: BilledPeriod, fee: Fee) -> Iterator[tuple[int, int, int]]:
    """Yield stretches of a period with their seats; a change counts from the start of its day."""
    if fee.per != "seat":
        yield period.since, period.until, 1
        return
    changes = [
        max(start_of_day(to_datetime(at).astimezone(period.zone).date(), period.zone), period.since)
        for at, _ in contract.seats
        if period.since < at < period.until
    ]
    edges = sorted({period.since, *changes, period.until})
    for since, until in pairwise(edges):
        # The last change of a day decides about that day.
        seats = contract.seats_at(_end_of_day(since, period), fee.seats)
        yield since, until, seats


def _end_of_day(at: int, period: BilledPeriod) -> int:
    day = to_datetime(at).astimezone(period.zone).date() + timedelta(days=1)
    return min(start_of_day(day, period.zone), period.until) - 1


def share_of(span: PeriodSpan, at: int) -> Fraction:
    """Return how much of a period has passed at an instant."""
    passed = min(max(at - span.since, 0), span.until - span.since)
    return Fraction(passed, span.until - span.since)
