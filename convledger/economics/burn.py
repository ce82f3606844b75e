"""How fast something is used up, and how far that rate can be trusted."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

Number = int | Fraction

HIGH, MEDIUM, LOW, HIDDEN = "high", "medium", "low", ""
# A rate is told from so many days on, and trusted from so many on if its days are alike: the most
# that their standard deviation may be of their mean.
_FEWEST_DAYS = 3
_TRUST = ((HIGH, 14, Fraction(1, 2)), (MEDIUM, 7, Fraction(1)))


def burn_rate(used: Number, days: Number) -> Fraction | None:
    """Return what is used a day, idle days counted; None where no time has passed."""
    return Fraction(used) / Fraction(days) if days > 0 else None


def recent_burn(daily: Sequence[Number], days: int) -> Fraction | None:
    """Return what was used a day in the last `days` of use by day, or in all of fewer."""
    last = daily[-days:] if days > 0 else daily[:0]
    return burn_rate(sum(last, Fraction(0)), len(last))


def confidence(daily: Sequence[Number]) -> str:
    """Return how far a burn rate can be trusted, from the use of each observed day.

    "high", "medium" or "low"; nothing where there are too few days, or no use at all.
    """
    count, total = len(daily), sum(daily, Fraction(0))
    if count < _FEWEST_DAYS or total <= 0:
        return HIDDEN
    # Deviation and mean are compared squared, which needs no root: both times count².
    spread = count * sum((Fraction(used) ** 2 for used in daily), Fraction(0)) - total**2
    for word, fewest, most in _TRUST:
        if count >= fewest and spread <= (most * total) ** 2:
            return word
    return LOW
