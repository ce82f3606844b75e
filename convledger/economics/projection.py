"""Where a period will end if it goes on as it began, and whether an allowance lasts until then."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

from convledger.economics.runway import CreditLot, runway

Number = int | Fraction


def projected(spent: Number, elapsed_days: Number, period_days: Number) -> Fraction | None:
    """Return what a whole period will come to at the rate so far; None before any time passed."""
    if elapsed_days <= 0:
        return None
    return Fraction(spent) / Fraction(elapsed_days) * period_days


@dataclass(frozen=True, slots=True)
class ResetOutlook:
    """Whether an allowance lasts to its reset: what will be missing, what will be forfeited."""

    survives: bool
    shortfall: Fraction
    forfeited: Fraction

    def shortfall_price(self, credit_price: Number | None) -> Fraction | None:
        """Return what the missing credits cost, None where no price is known."""
        return None if credit_price is None else self.shortfall * credit_price


def to_reset(
    left: Number, burn_per_day: Number | None, days_to_reset: Number
) -> ResetOutlook | None:
    """Return the outlook of what is left at a steady rate; None where no rate is known."""
    if burn_per_day is None:
        return None
    over = Fraction(left) - Fraction(burn_per_day) * days_to_reset
    return ResetOutlook(over >= 0, max(-over, Fraction(0)), max(over, Fraction(0)))


def reset_of_lots(
    as_of: int, burn_per_day: Number | None, lots: Iterable[CreditLot], reset_at: int
) -> ResetOutlook | None:
    """Return the outlook of lots burnt at a steady rate; None where no rate is known.

    What expires before the reset is lost before it; what ends with it is forfeited. Instants are
    UTC microseconds.
    """
    if burn_per_day is None:
        return None
    walk = runway(as_of, burn_per_day, lots, until=reset_at)
    left = sum(walk.corners[-1].left, Fraction(0))
    left += sum(
        wasted
        for lot, wasted in zip(walk.lots, walk.wasted, strict=True)
        if lot.expires_at == reset_at
    )
    shortfall = walk.shortfall(reset_at)
    return ResetOutlook(not shortfall, shortfall, left)
