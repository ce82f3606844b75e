"""What people's time costs: an hourly rate, what comes on top of it, and minutes."""

from __future__ import annotations

from fractions import Fraction

from convledger.economics.ratios import Number, ratio


def hourly_rate(monthly_cost: Number, monthly_hours: Number) -> Fraction | None:
    """Return what an hour costs of who is paid by the month, None without hours."""
    return ratio(monthly_cost, monthly_hours)


def with_overhead(hourly: Number, overhead: Number) -> Fraction:
    """Return an hourly rate with a share of it on top: 0.30 is 30 %."""
    return Fraction(hourly) * (1 + Fraction(overhead))


def human_cost(hourly: Number, minutes: Number, overhead: Number = 0) -> Fraction:
    """Return what minutes of work cost; the time between two conversations is not in it."""
    return with_overhead(hourly, overhead) * minutes / 60
