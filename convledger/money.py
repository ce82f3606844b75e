"""Exact money: integers of picodollars (1e-12 USD), decimal text at the edges."""

from __future__ import annotations

from decimal import Decimal

PICO = 10**12


def usd_text(pico: int) -> str:
    """Return `pico` picodollars as the shortest exact decimal string of dollars, like "1.8225"."""
    sign = "-" if pico < 0 else ""
    whole, part = divmod(abs(pico), PICO)
    fraction = f"{part:012d}".rstrip("0")
    return f"{sign}{whole}.{fraction}" if fraction else f"{sign}{whole}"


def usd_display(pico: int | None, places: int = 2) -> str:
    """Return `pico` for people: "$1,234.56", "–" for an unknown cost, never "$0.00" for one."""
    if pico is None:
        return "–"
    unit = 10 ** (12 - places)
    half, odd = divmod(abs(pico), unit)
    if odd * 2 > unit or (odd * 2 == unit and half % 2):
        half += 1
    if half == 0 and pico:
        return f"<${1 / 10**places:.{places}f}"
    sign = "-" if pico < 0 else ""
    whole, cents = divmod(half, 10**places)
    return f"{sign}${whole:,}.{cents:0{places}d}" if places else f"{sign}${whole:,}"


def pico_from_usd(amount: Decimal) -> int:
    """Return dollars as picodollars, rounded half to even."""
    return int((amount * PICO).to_integral_value(rounding="ROUND_HALF_EVEN"))
