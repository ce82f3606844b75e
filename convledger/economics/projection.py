"""Where a period will end if it goes on as it began, and whether an allowance lasts until then."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from math import ceil

from convledger.clock import DAY
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


@dataclass(frozen=True, slots=True)
class Shortfall:
    """What lots leave `missing` up to an instant, in all the gaps between them.

    `deepest` is by how much what was missing so far exceeds what is left, where it does so most;
    below 0 where credits are always left. None where no rate is known.
    """

    missing: Fraction
    deepest: Fraction | None


def shortfall_ahead(
    as_of: int, burn_per_day: Number | None, lots: Iterable[CreditLot], until: int
) -> Shortfall:
    """Walk lots, those to come among them, at a steady rate up to an instant, past every gap.

    Instants are UTC microseconds.
    """
    missing = Fraction(0)
    if burn_per_day is None or burn_per_day <= 0 or until <= as_of:
        return Shortfall(missing, None)
    deepest: Fraction | None = None
    rest, at = list(lots), as_of
    while at < until:
        walk = runway(at, burn_per_day, rest, until=until)
        for corner in walk.corners:
            low = missing - sum(corner.left)
            deepest = low if deepest is None else max(deepest, low)
            if corner.at >= until:  # what ends or begins there is after it
                break
        if walk.days is None:
            break
        gone = at + walk.days * DAY
        rest = [lot for lot in rest if lot.effective_at is not None and lot.effective_at > gone]
        at = min([until, *(lot.effective_at or until for lot in rest)])
        missing += (at - gone) * burn_per_day / DAY
        deepest = max(missing, deepest or missing)
    return Shortfall(missing, deepest)


def packs_needed(
    deepest: Number | None, size: Number, threshold: Number = 0, most: int | None = None
) -> int:
    """Return how many packs keep a balance at a threshold, `most` at most.

    `deepest` is how far the balance falls below 0 without them.
    """
    if deepest is None:
        return 0
    count = max(ceil(Fraction(deepest + threshold) / Fraction(size)), 0)
    return count if most is None else min(count, max(most, 0))
