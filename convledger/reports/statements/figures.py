"""Figures, days and words that the forms of a statement share; nothing here is a float."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from zoneinfo import ZoneInfo

from convledger.clock import to_datetime
from convledger.errors import UsageProblem
from convledger.money import PICO, usd_text
from convledger.plans import statement as kinds
from convledger.plans.currencies import SIGNS, minor_places
from convledger.plans.statement import Line, Statement

KIND_WORDS = {
    kinds.FEE: "Fee",
    kinds.USAGE: "Usage",
    kinds.MINIMUM: "Minimum",
    kinds.CREDITS_USED: "Credits used",
    kinds.GIVEN_BACK: "Given back",
    kinds.GIFT: "Credits given",
    kinds.PURCHASE: "Purchase",
    kinds.TOPUP: "Top-up",
    kinds.OVERAGE: "Overage",
    kinds.TRUE_UP: "True-up",
    kinds.ADJUSTMENT: "Adjustment",
    kinds.ROUNDING: "Rounding",
    kinds.BLOCKED: "Blocked",
    kinds.DEGRADED: "Degraded",
    kinds.BREAKAGE: "Breakage",
}
STATE_WORDS = {
    kinds.SETTLED: "settled",
    kinds.LIVE: "live, so far",
    kinds.PROJECTED: "projected",
    kinds.RESTATED: "restated with all that is known today",
}


class TwoViews(UsageProblem):
    """A period is given twice, as two of settled, live, projected and restated."""


def decimal_text(pico: int, places: int = 0) -> str:
    """Return picounits as an exact decimal text with at least so many places: "12.00"."""
    whole, _, part = usd_text(pico).partition(".")
    part = part.ljust(places, "0")
    return f"{whole}.{part}" if part else whole


def number_words(pico: int, places: int = 0) -> str:
    """Return picounits for people, exact: "1,234.5"."""
    whole, point, part = decimal_text(abs(pico), places).partition(".")
    return f"{'-' if pico < 0 else ''}{int(whole):,}{point}{part}"


def money_words(pico: int, currency: str, *, ascii_only: bool = False) -> str:
    """Return picounits of money for people, exact: "$1,250.00", "-€0.0475", "CHF 12.00"."""
    amount = number_words(abs(pico), minor_places(currency))
    sign = SIGNS.get(currency, "")
    if not sign or (ascii_only and not sign.isascii()):
        sign = f"{currency} "
    return f"{'-' if pico < 0 else ''}{sign}{amount}"


def known_money(line: Line) -> int | None:
    """Return a line's picounits of money, None where no price fits anything in it."""
    nothing_priced = not line.quantity or line.kind == kinds.OVERAGE
    if line.unpriced and nothing_priced and not line.money:
        return None
    return line.money


def exact_money(line: Line) -> Fraction:
    """Return a line's picounits of money before they were rounded."""
    return Fraction(line.exact) * PICO if line.exact else Fraction(line.money)


def exact_text(line: Line) -> str:
    """Return a line's money before it was rounded: a decimal, or a fraction where none is exact."""
    if not line.exact:
        return ""
    amount = Fraction(line.exact)
    left = amount.denominator
    for prime in (2, 5):
        while left % prime == 0:
            left //= prime
    if left != 1:
        return str(amount)
    places = 0
    while amount.denominator != 1:
        amount *= 10
        places += 1
    return f"{Decimal((int(amount < 0), _digits(amount.numerator), -places)):f}"


def _digits(number: int) -> tuple[int, ...]:
    return tuple(int(digit) for digit in str(abs(number)))


def rate(amount: int | Fraction, quantity: int) -> int | None:
    """Return the picounits that each unit comes to, None where it does not divide evenly."""
    if not quantity:
        return None
    each = Fraction(amount) * PICO / quantity
    return each.numerator if each.denominator == 1 else None


def first_day(found: Statement) -> date:
    """Return the day on which a period begins, in the plan's zone."""
    return day_of(found.since, found.zone)


def last_day(found: Statement) -> date:
    """Return the last day of a period, in the plan's zone."""
    return day_of(max(found.until - 1, found.since), found.zone)


def day_of(instant: int, zone: str) -> date:
    """Return the day that an instant falls on in a zone."""
    return to_datetime(instant).astimezone(ZoneInfo(zone)).date()


def one_view(statements: Sequence[Statement]) -> list[Statement]:
    """Return the statements by time; raises TwoViews where sums would count a period twice.

    Statements of two contracts on one plan both stay.
    """
    states: dict[tuple[str, str, int, int], str] = {}
    for found in statements:
        state = states.setdefault(
            (found.plan, found.contract, found.since, found.until), found.state
        )
        if state != found.state:
            raise TwoViews(
                f"{found.plan!r:.60} has its period {found.name!r:.40} both {state} and "
                f"{found.state}; choose one of the two"
            )
    return sorted(
        statements, key=lambda found: (found.since, found.until, found.plan, found.contract)
    )


def plain_decimal(pico: int) -> Decimal:
    """Return picounits as the Decimal that CSV and JSON write out exactly."""
    return Decimal(usd_text(pico))
