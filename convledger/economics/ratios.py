"""Exact ratios, each None where there is nothing to divide by, and shares of pools and blocks."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor

Number = int | Fraction


def ratio(part: Number, whole: Number) -> Fraction | None:
    """Return `part` / `whole`, None where the whole is 0."""
    return Fraction(part) / Fraction(whole) if whole else None


def floor_ratio(part: Number, whole: Number) -> int | None:
    """Return how often `whole` goes into `part`: the last unit that is still paid for."""
    exact = ratio(part, whole)
    return None if exact is None else floor(exact)


def ceil_ratio(part: Number, whole: Number) -> int | None:
    """Return the first whole number of units at which `whole` each has made up `part`."""
    exact = ratio(part, whole)
    return None if exact is None else ceil(exact)


def mean_ratio(pairs: Iterable[tuple[Number, Number]]) -> Fraction | None:
    """Return the mean of each pair's own ratio, which is not the ratio of their sums.

    None where there is no pair, or one with nothing to divide by.
    """
    found = [ratio(part, whole) for part, whole in pairs]
    known = [each for each in found if each is not None]
    if not known or len(known) < len(found):
        return None
    return sum(known, Fraction(0)) / len(known)


def per_message(credit_price: Number, credits_used: Number, messages: int) -> Fraction | None:
    """Return what a message costs where credits are paid: a ratio of sums."""
    return ratio(credit_price * credits_used, messages)


@dataclass(frozen=True, slots=True)
class PooledBill:
    """Seats that share one pool: credits included and beyond it, and the money for all."""

    included: Fraction
    over: Fraction
    over_amount: Fraction
    seats_amount: Fraction

    @property
    def total(self) -> Fraction:
        """Seats and overage together."""
        return self.seats_amount + self.over_amount


def pooled_bill(
    seats: int,
    credits_per_seat: Number,
    used: Number,
    *,
    credit_price: Number,
    seat_price: Number,
) -> PooledBill:
    """Return the bill of seats whose included credits are one pool."""
    included = Fraction(seats * credits_per_seat)
    over = max(Fraction(used) - included, Fraction(0))
    return PooledBill(included, over, over * credit_price, Fraction(seats * seat_price))


@dataclass(frozen=True, slots=True)
class CommittedBill:
    """Included units first, then a block that is paid for used or not, then overage."""

    included_used: Fraction
    committed_used: Fraction
    committed_amount: Fraction
    over: Fraction
    over_amount: Fraction

    @property
    def total(self) -> Fraction:
        """The block and the overage together."""
        return self.committed_amount + self.over_amount


def committed_then_overage(
    quantity: Number,
    *,
    included: Number,
    committed: Number,
    committed_price: Number,
    overage_price: Number,
) -> CommittedBill:
    """Return the bill of a quantity under a commitment."""
    included_used = min(Fraction(quantity), Fraction(included))
    committed_used = min(quantity - included_used, Fraction(committed))
    over = quantity - included_used - committed_used
    block = Fraction(committed * committed_price)
    return CommittedBill(included_used, committed_used, block, over, over * overage_price)
