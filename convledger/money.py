"""Exact money: integers of picodollars (1e-12 USD), decimal text at the edges."""

from __future__ import annotations

from decimal import Context, Decimal, InvalidOperation

PICO = 10**12
_PICO_STEP = Decimal("1e-12")
_ROOMY = Context(prec=64)


def usd_text(pico: int) -> str:
    """Return `pico` picodollars as the shortest exact decimal string of dollars, like "1.8225"."""
    sign = "-" if pico < 0 else ""
    whole, part = divmod(abs(pico), PICO)
    fraction = f"{part:012d}".rstrip("0")
    return f"{sign}{whole}.{fraction}" if fraction else f"{sign}{whole}"


def usd_display(pico: int | None, places: int = 2, *, estimated: bool = False) -> str:
    """Return `pico` for people: "$1,234.56", "–" for an unknown cost, never "$0.00" for one.

    What is estimated, or partly so, has a mark: "~$1,234.56".
    """
    if pico is None:
        return "–"
    unit = 10 ** (12 - places)
    half, odd = divmod(abs(pico), unit)
    if odd * 2 > unit or (odd * 2 == unit and half % 2):
        half += 1
    sign = "-" if pico < 0 else ""
    if half == 0 and pico:  # too small to show: less than the smallest amount, or above its minus
        sign, half = (">-" if pico < 0 else "<"), 1
    whole, cents = divmod(half, 10**places)
    mark = "~" if estimated else ""
    return f"{mark}{sign}${whole:,}.{cents:0{places}d}" if places else f"{mark}{sign}${whole:,}"


def pico_from_usd(amount: Decimal) -> int:
    """Return dollars as picodollars, rounded half to even once; ValueError for no such amount."""
    # Not by multiplying: the default context would round to 28 digits first, then once more.
    try:
        exact = amount.quantize(_PICO_STEP, rounding="ROUND_HALF_EVEN", context=_ROOMY)
        return int(exact.scaleb(12, context=_ROOMY))
    except InvalidOperation as error:
        raise ValueError(f"{amount} is no amount of dollars") from error
