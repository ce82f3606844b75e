"""Amounts, days, lengths of time and weights as people write them, read exactly or refused."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, timedelta, tzinfo
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from math import gcd, lcm

from convledger.clock import parse_instant
from convledger.economics.work_text import LONGEST_WORK as LONGEST_WORK
from convledger.economics.work_text import seconds_of as seconds_of
from convledger.errors import UsageProblem
from convledger.money import PICO
from convledger.plans.currencies import CURRENCIES
from convledger.reports.periods import local_day
from convledger.sources.lenient import BadLine
from convledger.sources.table.numbers import POINT, number_of
from convledger.words import nearest

MOST = 10**15  # units of money: more than that is a slip of the finger
PLACES = 12
ORDERS = ("dmy", "mdy", "ymd")
_MOST_WEIGHT = 1 << 53

_DOLLARS = "USD CAD AUD NZD SGD HKD TWD MXN ARS CLP COP BSD BBD BMD BZD FJD JMD KYD LRD NAD TTD XCD"
# What a sign can stand for; the first one is meant where nobody names a currency, unless that is
# as likely another.
_SIGNS = {
    "$": _DOLLARS.split(), "US$": ["USD"], "C$": ["CAD"], "CA$": ["CAD"], "A$": ["AUD"],
    "AU$": ["AUD"], "NZ$": ["NZD"], "HK$": ["HKD"], "S$": ["SGD"], "R$": ["BRL"], "€": ["EUR"],
    "£": ["GBP", "EGP", "FKP", "GIP", "SHP"], "¥": ["", "JPY", "CNY"], "₹": ["INR"],
    "₩": ["KRW"], "₪": ["ILS"], "₺": ["TRY"], "₴": ["UAH"], "₽": ["RUB"], "ZŁ": ["PLN"],
    "FR.": ["CHF"], "SFR.": ["CHF"], "KR": ["", "SEK", "NOK", "DKK", "ISK"],
}  # fmt: skip
_AMOUNT = re.compile(
    r"(?P<minus>[+-]?)\s*(?P<left>[^\d\s.,+\-()]{0,5}\.?)\s*(?P<inner>[+-]?)"
    r"(?P<number>(?:\d|[.,]\d).*?)\s*(?P<right>[^\d\s.,+\-()]{0,5}\.?)"
)
_UNSURE = re.compile(r"\d{1,3},\d{3}")
_MONTH = re.compile(r"(\d{4})-(\d{1,2})")
_TURNED = re.compile(r"(\d{1,4})([./-])(\d{1,2})\2(\d{1,4})(?:[ T]00:00(?::00)?)?")
_FIRST, _LAST = date(2000, 1, 1), date(2200, 1, 1)


def currency_of(text: str) -> str:
    """Return the code of a currency. Raises UsageProblem with the nearest."""
    code = text.strip().upper()
    if code in CURRENCIES:
        return code
    near = nearest(code, sorted(CURRENCIES)) if code.isascii() else None
    hint = f"; did you mean {near}?" if near else "."
    raise UsageProblem(f"no such currency: {text.strip()!r:.20}{hint} Codes are like USD or EUR")


def amount_of(
    text: str, currency: str = "", *, mark: str = POINT, what: str = "the amount"
) -> tuple[int, str]:
    """Return picounits and the currency that is written beside them, "" where none is.

    A sign must go with `currency` where that is known. Raises UsageProblem.
    """
    written = text.strip().replace("−", "-")
    turned = written.startswith("(") and written.endswith(")")  # as accountants write a minus
    found = _AMOUNT.fullmatch(written[1:-1].strip() if turned else written)
    if found is None or len(written) > 60 or (turned and (found["minus"] or found["inner"])):
        raise _no_amount(what, text)
    told = _told_currency(found["left"] or found["right"], currency, text)
    if (found["left"] and found["right"]) or (found["minus"] and found["inner"]):
        raise _no_amount(what, text)
    exact = _number(found["number"], mark, what, text)
    if turned or "-" in (found["minus"], found["inner"]):
        exact = -exact
    pico = exact * PICO
    if abs(exact) >= MOST:
        raise UsageProblem(f"{what} is too large: {text.strip()!r:.40}")
    if pico.denominator != 1:
        raise UsageProblem(f"{what} has more than {PLACES} places: {text.strip()!r:.40}")
    return int(pico), told


def _number(text: str, mark: str, what: str, written: str) -> Fraction:
    if mark == POINT and _UNSURE.fullmatch(text):
        raise UsageProblem(
            f"{what} may be read in two ways: {written.strip()!r:.40}. Write a point before "
            "fractions and no comma; of files say --decimal-comma where it is one"
        )
    try:
        return Fraction(number_of(text, mark))
    except (BadLine, ValueError, InvalidOperation):
        raise _no_amount(what, written, mark) from None


def _told_currency(sign: str, currency: str, text: str) -> str:
    """Return what a sign or code beside an amount stands for."""
    if not sign:
        return ""
    mark = sign.upper()
    meant = [mark] if mark in CURRENCIES else _SIGNS.get(mark)
    if meant is None:
        raise UsageProblem(f"no such currency: {sign!r:.20} in {text.strip()!r:.40}")
    if currency:
        if currency not in meant:
            raise UsageProblem(
                f"{text.strip()!r:.40} is not in {currency}: leave the sign out, or name its "
                "currency with --currency"
            )
        return currency
    if not meant[0]:
        several = " or ".join(meant[1:])
        raise UsageProblem(f"{sign} may be {several}: name it with --currency")
    return meant[0]


def _no_amount(what: str, text: str, mark: str = POINT) -> UsageProblem:
    example = "20, -7.50 or $19.99" if mark == POINT else "20, -7,50 or €19,99"
    return UsageProblem(f"{what} is no amount: {text.strip()!r:.40}. Write it like {example}")


def decimal_of(text: str, what: str, like: str = "1.085") -> Decimal:
    """Return a plain number more than 0 with at most 12 places. Raises UsageProblem."""
    try:
        found = Decimal(text.strip())
    except InvalidOperation:
        found = Decimal("NaN")
    exponent = found.as_tuple().exponent
    if not found.is_finite() or not 0 < found < MOST or -int(exponent) > PLACES:
        raise UsageProblem(f"{what} is no number above 0: {text!r:.40}. Write it like {like}")
    return found


def share_of(text: str, what: str) -> Decimal:
    """Return a share: "30%" is 0.30. Raises UsageProblem for a negative or doubtful one."""
    written = text.strip()
    percent = written.endswith("%")
    try:
        found = Decimal(written.rstrip("%").strip())
        found = found / 100 if percent else found
    except InvalidOperation:
        found = Decimal("NaN")
    if not found.is_finite() or found > 10 or (not percent and found >= 1):
        raise UsageProblem(f"{what} is no share: {text!r:.40}. Write it like 30% or 0.30")
    if found < 0:
        raise UsageProblem(f"{what} can't be less than nothing: {text!r:.40}")
    return found


def minutes_of(text: str, what: str) -> Fraction:
    """Return minutes exactly. Raises UsageProblem."""
    return Fraction(seconds_of(text, what), 60)


def weights_of(written: Mapping[int, str]) -> dict[int, int]:
    """Return weights in whole numbers that stand to each other as those that were written do."""
    exact: dict[int, Fraction] = {}
    for number, text in written.items():
        percent = text.strip().endswith("%")
        weight = decimal_of(text.strip().rstrip("%"), "a weight", "2, or 60%")
        exact[number] = Fraction(weight) / (100 if percent else 1)
    scale = lcm(*(weight.denominator for weight in exact.values()))
    whole = {number: int(weight * scale) for number, weight in exact.items()}
    least = gcd(*whole.values()) or 1
    if any(weight // least > _MOST_WEIGHT for weight in whole.values()):
        raise UsageProblem("these weights are too far apart; write them like 2, 1 or 60%, 40%")
    return {number: weight // least for number, weight in whole.items()}


def days_of(text: str, zone: tzinfo, order: str = "") -> tuple[date, date]:
    """Return the first day and the day behind the last one that a cell names: a day or a month.

    Where day and month could be either and nobody has said which, it is refused.
    """
    written = text.strip()
    if found := _MONTH.fullmatch(written):
        first = _date(int(found[1]), int(found[2]), 1, text)
        return first, (first.replace(day=28) + timedelta(days=4)).replace(day=1)
    if found := _TURNED.fullmatch(written):
        day = _turned(found[1], found[3], found[4], order, text)
    else:
        instant = parse_instant(written)
        if instant is None:
            raise UsageProblem(f"no date: {written!r:.40}. Write it like 2026-11-20")
        has_offset = bool(re.search(r"(Z|[+-]\d\d:?\d\d)$", written, re.IGNORECASE))
        day = local_day(instant, zone) if has_offset else date.fromisoformat(written[:10])
    return checked_day(day, text), checked_day(day, text) + timedelta(days=1)


def checked_day(day: date, text: str) -> date:
    """Return a day between 2000 and 2200. Raises UsageProblem."""
    if not _FIRST <= day < _LAST:
        raise UsageProblem(f"no day that can be meant: {text!s:.40}")
    return day


def _turned(one: str, two: str, three: str, order: str, text: str) -> date:
    if len(one) == 4:
        return _date(int(one), int(two), int(three), text)
    if len(three) != 4:
        raise UsageProblem(f"the year of {text.strip()!r:.40} has no four digits")
    first, second, year = int(one), int(two), int(three)
    if order not in ("dmy", "mdy"):
        if first <= 12 and second <= 12 and first != second:
            raise UsageProblem(
                f"{text.strip()!r:.40} may be day or month first: say --date-order dmy or mdy, "
                "or write it like 2026-11-20"
            )
        order = "dmy" if second <= 12 else "mdy"
    return _date(year, *((second, first) if order == "dmy" else (first, second)), text)


def _date(year: int, month: int, day: int, text: str) -> date:
    try:
        return checked_day(date(year, month, day), text)
    except ValueError:
        raise UsageProblem(f"no such day: {text.strip()!r:.40}. Write it like 2026-11-20") from None
