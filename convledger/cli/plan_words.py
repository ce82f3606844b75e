"""Credits, money, instants and usage of plans as the commands write them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import tzinfo
from decimal import Decimal, InvalidOperation
from fractions import Fraction

from convledger.clock import to_datetime
from convledger.errors import UsageProblem
from convledger.money import PICO, pico_from_usd
from convledger.plans.certainty import SURE, Doubt
from convledger.plans.currencies import SIGNS, minor_places
from convledger.reports.render.numbers import doubted, places_of

MOST = 10**15  # credits or money: more than that is a slip of the finger


def credits_words(pico: int | Fraction | None, *, signed: bool = False) -> str:
    """Return picocredits for people: "194", "1,250.5", "-18", "<0.0001"; a dash for unknown."""
    if pico is None:
        return "–"
    size = Fraction(pico) if pico >= 0 else -Fraction(pico)
    sign = "-" if pico < 0 else "+" if signed and pico > 0 else ""
    places = 0 if size >= 10_000 * PICO else 2 if size >= PICO // 100 else 4
    steps = round(size * 10**places / PICO)
    if not steps:
        return f"{sign}<0.0001" if size else "0"
    whole, part = divmod(steps, 10**places)
    digits = f"{part:0{places}d}".rstrip("0") if places else ""
    return f"{sign}{whole:,}.{digits}" if digits else f"{sign}{whole:,}"


def money_words(
    pico: int | None, currency: str, *, signed: bool = False, more_places: int = 0
) -> str:
    """Return picounits of a currency for people: "$1,250.00", "-€7.20", "CHF 12.00", "–".

    Of the places beyond a coin's, zeros at the end are left out: "$0.125", "$25.00".
    """
    if pico is None:
        return "–"
    places = places_of(pico, minor_places(currency), more_places)
    steps = round(Fraction(abs(pico) * 10**places, PICO))
    less = "<" if pico and not steps else ""
    whole, part = divmod(steps or bool(pico), 10**places)
    sign = "-" if pico < 0 else "+" if signed and pico > 0 else ""
    amount = f"{whole:,}.{part:0{places}d}" if places else f"{whole:,}"
    return f"{less}{sign}{SIGNS.get(currency, f'{currency} ')}{amount}"


def moment_words(at: int | None, zone: tzinfo, otherwise: str = "–") -> str:
    """Return an instant to the minute, a day alone where it is midnight: "2026-11-28 23:09"."""
    if at is None:
        return otherwise
    moment = to_datetime(at).astimezone(zone)
    is_midnight = (moment.hour, moment.minute, moment.second) == (0, 0, 0)
    return moment.strftime("%Y-%m-%d" if is_midnight else "%Y-%m-%d %H:%M")


def days_words(days: Fraction | None) -> str:
    """Return a length of time in days: "8.2 days", "0.5 days"."""
    if days is None:
        return "–"
    tenths = round(days * 10)
    return "1 day" if tenths == 10 else f"{tenths // 10:,}.{tenths % 10} days".replace(".0 ", " ")


def scope_words(scope: Mapping[str, tuple[str, ...]]) -> str:
    """Return what usage a plan is in force for: "client acme", "all usage"."""
    parts = [f"{name} {' or '.join(values)}" for name, values in scope.items() if values]
    return ", ".join(parts) or "all usage"


def used_words(used: int, budget: int, measure: str, currency: str, doubt: Doubt = SURE) -> str:
    """Return how much of a budget is used: "360 of 400 credits", "~$7.10 of $8.00", "91 %"."""
    if measure == "credits":
        return f"{doubted(credits_words(used), used, doubt)} of {credits_words(budget)} credits"
    if measure == "money":
        words = doubted(money_words(used, currency), used, doubt)
        return f"{words} of {money_words(budget, currency)}"
    return doubted(f"{used * 100 // budget} %", used, doubt) if budget else "–"


def amount_of(text: str, what: str, *, signed: bool = False) -> int:
    """Return an amount that a person writes as picounits. Raises UsageProblem."""
    written = text.strip().replace("−", "-")
    try:
        amount = Decimal(written)
        pico = pico_from_usd(amount) if amount.is_finite() and abs(amount) < MOST else None
    except (InvalidOperation, ValueError):
        pico = None
    if pico is None or (pico < 0 and not signed) or Decimal(pico) != amount * PICO:
        example = "100, +12.5 or -20" if signed else "100 or 12.50"
        raise UsageProblem(f"{what} is no amount: {text!r:.40}. Write it like {example}")
    return pico
