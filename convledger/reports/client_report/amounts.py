"""Amounts of money as a report shows them: rounded, signed, marked where they are estimates."""

from __future__ import annotations

from fractions import Fraction

from convledger.money import PICO
from convledger.plans.currencies import SIGNS, minor_places
from convledger.reports.render.numbers import compact, places_of

UNKNOWN = "–"
LATIN_MINUS = "-"


def money(
    pico: int | Fraction | None,
    currency: str,
    *,
    estimated: bool = False,
    signed: bool = False,
    more_places: int = 0,
) -> str:
    """Return picounits for people: "$1,250.00", "~-€7.20", "CHF 12.00", "–" where unknown.

    What is not nothing but too small to show is "<$0.01", or above its minus. Of `more_places` than
    a coin's, zeros at the end are left out.
    """
    if pico is None:
        return UNKNOWN
    places = places_of(pico, minor_places(currency), more_places)
    steps = round(Fraction(abs(pico) * 10**places, PICO))
    tiny = bool(pico) and not steps
    whole, part = divmod(1 if tiny else steps, 10**places)
    sign = LATIN_MINUS if pico < 0 else "+" if signed and pico > 0 else ""
    less = (">" if pico < 0 else "<") if tiny else ""
    digits = f"{whole:,}.{part:0{places}d}" if places else f"{whole:,}"
    mark = "~" if estimated else ""
    return f"{mark}{less}{sign}{SIGNS.get(currency, f'{currency} ')}{digits}"


def tokens(count: int | None) -> str:
    """Return a count of tokens in three digits: "12.4k", "–" where nobody knows any."""
    return UNKNOWN if count is None else compact(count)


def number(value: int | Fraction | None) -> str:
    """Return a count or a measure with at most one decimal place."""
    if value is None:
        return UNKNOWN
    tenths = round(value * 10)
    sign, tenths = (LATIN_MINUS if tenths < 0 else ""), abs(tenths)
    return f"{sign}{tenths // 10:,}" + (f".{tenths % 10}" if tenths % 10 else "")


def change(now: int | Fraction | None, before: int | Fraction | None) -> str:
    """Return by how much a figure went up or down in percent, "–" where that cannot be said."""
    if now is None or before is None or before <= 0:
        return UNKNOWN
    tenths = round((Fraction(now) - before) * 1000 / Fraction(before))
    if not tenths:
        return "0 %" if now == before else "<0.1 %" if now > before else ">-0.1 %"
    sign = "+" if tenths > 0 else LATIN_MINUS
    return f"{sign}{abs(tenths) // 10:,}.{abs(tenths) % 10} %"
