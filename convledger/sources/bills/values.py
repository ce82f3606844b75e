"""Days, counts and amounts of a provider's table; what may be read in two ways is asked for."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import date, tzinfo
from decimal import Decimal

from convledger.clock import to_datetime
from convledger.sources.document import NotReadable
from convledger.sources.lenient import BadLine
from convledger.sources.table import instants
from convledger.sources.table.numbers import (
    COMMA,
    NOTHING,
    POINT,
    amount_of,
    count_of,
    is_unsure,
    marks_in,
)
from convledger.sources.table.sample import digits_of

ORDERS = {
    "dmy": instants.DAY_FIRST,
    "mdy": instants.MONTH_FIRST,
    "ymd": instants.YEAR_FIRST,
}
_PLAIN_FIRST = (instants.ISO, instants.UNIX, instants.EXCEL, instants.YEAR_FIRST)
_BY_PEOPLE = (instants.DAY_FIRST, instants.MONTH_FIRST)
_EXACT = re.compile(r"-?[0-9]{1,18}(?:\.[0-9]{1,80})?(?:[eE][+-]?[0-9]{1,5})?")
_GROUPED = re.compile(r"[+-]?\d{1,3}([.,])(\d{3})")
_MOST = 10**9
_LONGEST = 120
_DEEPEST = 12  # digits behind the point that a picounit has

DayOf = Callable[[str], date | None]


def day_reader(values: Sequence[str], order: str, zone: tzinfo) -> DayOf:
    """Return what makes a day of `zone` of a cell. Raises NotReadable where that is not certain."""
    form = ORDERS[order] if order else _form_of(values, zone)
    readers = [instants.reader_of(form, zone)]
    if form in (*_BY_PEOPLE, instants.YEAR_FIRST):  # a date that begins with its year is never torn
        readers.append(instants.reader_of(instants.ISO, zone))

    def read(text: str) -> date | None:
        for reader in readers:
            at = reader(text)
            if at is not None:
                return to_datetime(at).astimezone(zone).date()
        return None

    return read


def _form_of(values: Sequence[str], zone: tzinfo) -> str:
    """Return the format in which most of the cells are instants."""
    distinct = list(dict.fromkeys(value.strip() for value in values if value.strip()))
    fits = {}
    for form in (*_PLAIN_FIRST, *_BY_PEOPLE):
        read = instants.reader_of(form, zone)
        fits[form] = [read(value) for value in distinct]
    counts = {form: sum(at is not None for at in found) for form, found in fits.items()}
    best = max(counts.values(), default=0)
    if not best:
        shown = distinct[0][:40] if distinct else "empty"
        raise NotReadable(f"its days can't be read: {shown!r}; --map day=COLUMN names another")
    for form in _PLAIN_FIRST:
        if counts[form] == best:
            return form
    first, second = (fits[form] for form in _BY_PEOPLE)
    if counts[_BY_PEOPLE[0]] == counts[_BY_PEOPLE[1]] and first != second:
        pairs = zip(distinct, first, second, strict=True)
        torn = next(value for value, one, other in pairs if one != other)
        raise NotReadable(
            f"{torn[:40]!r} may be two days: say --date-order dmy or --date-order mdy"
        )
    return max(_BY_PEOPLE, key=lambda form: counts[form])


def mark_of(counts: Sequence[str], amounts: Sequence[str], *, is_machine: bool) -> str:
    """Return the decimal mark of a table. Raises NotReadable where its numbers leave it open.

    `is_machine`: it is written by a program that writes a point, if by none else.
    """
    bare = [digits_of(value).lstrip("-") for value in amounts]
    marks = marks_in(bare) | marks_in(counts, whole=True) | _groups(counts)
    if len(marks) == 1:
        return marks.pop()
    if len(marks) > 1:
        raise NotReadable(
            "its numbers have points and commas as decimal marks: say --decimal-comma or "
            "--decimal-point"
        )
    if is_machine:
        return POINT
    unsure = next((value for value in (*bare, *counts) if is_unsure(value)), None)
    if unsure is not None:
        raise NotReadable(
            f"{unsure.strip()[:40]} may be read in two ways: say --decimal-comma or --decimal-point"
        )
    return POINT


def _groups(counts: Sequence[str]) -> set[str]:
    """Return the marks that whole numbers like 1,234 leave: what groups them is no decimal mark."""
    found = set()
    for value in counts:
        grouped = _GROUPED.fullmatch(value.strip())
        if grouped and grouped[2] != "000":
            found.add(COMMA if grouped[1] == POINT else POINT)
    return found


def tokens_in(text: str, mark: str) -> int | None:
    """Return a count, None where the cell is empty. Raises BadLine."""
    return count_of(text, mark)


def thousandths_in(text: str, mark: str) -> int:
    """Return a number that need not be whole, in thousandths. Raises BadLine."""
    found = money_in(text, mark)
    if found is None:
        return 0
    return int((found[0] * 1000).to_integral_value())


def money_in(text: str, mark: str) -> tuple[Decimal, str] | None:
    """Return an amount, also one below zero, and the currency beside it. Raises BadLine."""
    stripped = text.strip()
    if not stripped or stripped.lower() in NOTHING:
        return None
    if len(stripped) > _LONGEST:
        raise BadLine(f"not an amount: {stripped!r:.40}")
    if mark == POINT and _EXACT.fullmatch(stripped):
        amount = Decimal(stripped)
        if amount.adjusted() > 12 and amount:
            raise BadLine(f"not a possible amount: {stripped!r:.40}")
        found = amount, ""
    else:
        is_less = stripped[0] in "-−"
        given = amount_of(stripped[1:] if is_less else stripped, mark)
        if given is None:
            return None
        found = (-given[0] if is_less else given[0]), given[1]
    if abs(found[0]) > _MOST:
        raise BadLine(f"not a possible amount: {stripped!r:.40}")
    return found


def places_in(amount: Decimal) -> int:
    """Return how many digits an amount has behind its point, at most those of a picounit."""
    exponent = amount.as_tuple().exponent
    return min(max(-exponent, 0), _DEEPEST) if isinstance(exponent, int) else _DEEPEST
