"""Instants as tables write them: ISO text, counts since 1970, Excel's day numbers, dates of people.

Which of two numbers is the day stands nowhere in a date like 03/04/2026: the format says it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from decimal import Decimal

from convledger.clock import DAY, EARLIEST, EPOCH, LATEST, SECOND
from convledger.sources.values import instant_of

ISO, UNIX, EXCEL, EXCEL_1904 = "iso", "unix", "excel", "excel-1904"
DAY_FIRST, MONTH_FIRST, YEAR_FIRST = "day-month-year", "month-day-year", "year-month-day"
FORMATS = (ISO, UNIX, EXCEL, EXCEL_1904, DAY_FIRST, MONTH_FIRST, YEAR_FIRST)

_LONGEST = 64
_DATE = re.compile(r"(\d{1,4})\s*[./\-]\s*(\d{1,2})\s*[./\-]\s*(\d{1,4})(?=\D|$)")
_PLAIN = re.compile(
    r"([0-9]{1,2})[./-]([0-9]{1,2})[./-]([0-9]{4})[ T]([0-9]{1,2}):([0-9]{2})(?::([0-9]{2}))?"
)
_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_NAMED = re.compile(
    r"(?:(?P<before>\d{1,2})(?:st|nd|rd|th)?\.?[\s\-]+)?(?P<month>[a-z]{3,9})\.?[\s,\-]+"
    r"(?:(?P<after>\d{1,2})(?:st|nd|rd|th)?,?\s+)?(?P<year>\d{4}|\d{2}(?!\d))",
    re.IGNORECASE,
)
_TIME = re.compile(
    r"[\sT,]*(?:at\s+|um\s+)?(\d{1,2})[:.h](\d{2})(?:[:.](\d{2})(?:[.,](\d{1,9}))?)?"
    r"\s*([ap])?\.?(?:m\.?)?\s*(?:uhr)?\s*(z|utc|gmt|[+-]\d{2}:?\d{2}|[+-]\d{2})?",
    re.IGNORECASE,
)
_OFFSET = re.compile(r"(?:Z|UTC|GMT|[+-]\d{2}:?\d{2})$", re.IGNORECASE)
_WEEKDAY = re.compile(r"^(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*\.?,?\s+", re.IGNORECASE)
_NUMBER = re.compile(r"\d{1,20}(?:[.,]\d+)?")
_EXCEL_FROM, _EXCEL_UNTIL = 36526, 110000  # 2000 to 2201
_EXCEL_ZERO = datetime(1899, 12, 30, tzinfo=UTC)
_MAC_DAYS = 1462  # between the two ways of Excel to count days

Read = Callable[[str], int | None]


def reader_of(form: str, zone: tzinfo) -> Read:
    """Return what makes UTC microseconds of a cell; None where the cell is no such instant.

    Times without an offset of their own are those of `zone`.
    """
    if form == UNIX:
        return _unix
    if form in (EXCEL, EXCEL_1904):
        shift = _MAC_DAYS if form == EXCEL_1904 else 0
        return lambda text: _excel(text, zone, shift)
    if form == ISO:
        return lambda text: _iso(text, zone)
    return lambda text: _written(text, form, zone)


def fitting(values: Iterable[str]) -> list[str]:
    """Return the formats in which most of these cells are instants, the likeliest first.

    Up to a tenth of them may be none, as in a row that is spoilt; no format fits that reads fewer
    of them than another.
    """
    some = [value for value in values if value.strip()]
    read_by = _read_by(some)
    most = max(read_by.values())
    return likeliest(some) if most * 10 >= len(some) * 9 else []


def likeliest(values: Iterable[str]) -> list[str]:
    """Return the formats in which more of these cells are instants than in others, be they few."""
    read_by = _read_by(values)
    most = max(read_by.values())
    return [form for form, count in read_by.items() if most and count == most]


def unreadable(values: Iterable[str]) -> list[str]:
    """Return the cells that are no instants in any of the likeliest formats."""
    some = [value for value in values if value.strip()]
    readers = [reader_of(form, UTC) for form in likeliest(some)]
    return [value for value in some if all(read(value) is None for read in readers)]


def _read_by(values: Iterable[str]) -> dict[str, int]:
    """Return how many of these cells are instants in each format."""
    some = [value for value in values if value.strip()]
    readers = {form: reader_of(form, UTC) for form in FORMATS if form != EXCEL_1904}
    return {form: sum(read(value) is not None for value in some) for form, read in readers.items()}


def has_offset(text: str) -> bool:
    """Tell whether a cell names its own offset from UTC."""
    return _OFFSET.search(text.strip()) is not None


def _unix(text: str) -> int | None:
    if not _NUMBER.fullmatch(text.strip()):
        return None
    at = instant_of(text.strip().replace(",", "."))
    return at if at is not None and at >= EARLIEST else None


def _excel(text: str, zone: tzinfo, shift: int) -> int | None:
    if not _NUMBER.fullmatch(text.strip()):
        return None
    days = Decimal(text.strip().replace(",", ".")) + shift
    if not _EXCEL_FROM <= days < _EXCEL_UNTIL:
        return None
    # Excel keeps days as fractions: what is less than half a second is rounding.
    seconds = round(days * 86400)
    return _at((_EXCEL_ZERO + timedelta(seconds=seconds)).replace(tzinfo=None), zone)


def _iso(text: str, zone: tzinfo) -> int | None:
    stripped = text.strip()
    if len(stripped) < 10 or stripped[4:5] != "-":
        return None
    if stripped[-4:] == " UTC" or stripped[-4:] == " GMT":
        stripped = stripped[:-4] + "Z"
    try:
        moment = datetime.fromisoformat(stripped)
    except ValueError:
        return _written(stripped, YEAR_FIRST, zone)  # a time like 9:05
    return _at(moment, zone)


def _written(text: str, form: str, zone: tzinfo) -> int | None:
    """Read a date as people write it, with a time behind it or none."""
    text = text.strip()
    plain = _PLAIN.fullmatch(text) if form != YEAR_FIRST else None
    if plain:
        first, second, year, hour, minute, seconds = map(int, plain.groups("0"))
        days, months = (first, second) if form == DAY_FIRST else (second, first)
        try:
            return _at(datetime(year, months, days, hour, minute, seconds), zone)
        except ValueError:
            return None
    if not text or len(text) > _LONGEST or not text.isascii():
        text = text.replace("\u202f", " ").replace("\xa0", " ")
        if not text or len(text) > _LONGEST:
            return None
    text = _WEEKDAY.sub("", text)
    found = _DATE.match(text)
    day: tuple[int, int, int] | None
    if found:
        day = _ordered(found[1], found[2], found[3], form)
        end = found.end()
    else:
        named = _NAMED.match(text)
        if named is None or form == YEAR_FIRST:
            return None
        day, end = _with_month_name(named), named.end()
    if day is None:
        return None
    time = _time(text[end:])
    if time is None:
        return None
    (hour, minute, second, micro), offset = time
    try:
        moment = datetime(*day, hour, minute, second, micro)
    except ValueError:
        return None
    return _at(moment.replace(tzinfo=offset) if offset else moment, zone)


def _ordered(first: str, second: str, third: str, form: str) -> tuple[int, int, int] | None:
    """Return year, month and day; a date that begins with its year tells the rest itself."""
    if len(first) == 4:
        return (int(first), int(second), int(third)) if len(third) < 3 else None
    if form == YEAR_FIRST or len(first) > 2 or len(third) not in (2, 4):
        return None
    year = int(third) + (2000 if len(third) == 2 else 0)
    day, month = (first, second) if form == DAY_FIRST else (second, first)
    return year, int(month), int(day)


def _with_month_name(found: re.Match[str]) -> tuple[int, int, int] | None:
    month = found["month"][:3].lower()
    day = found["before"] or found["after"]
    if month not in _MONTHS or not day:
        return None
    year = int(found["year"])
    return year + (2000 if year < 100 else 0), _MONTHS.index(month) + 1, int(day)


def _time(text: str) -> tuple[tuple[int, int, int, int], tzinfo | None] | None:
    """Return hour, minute, second, microsecond and offset; midnight where no time is written."""
    if not text.strip():
        return (0, 0, 0, 0), None
    found = _TIME.fullmatch(text.rstrip())
    if found is None:
        return None
    hour, minute, second = int(found[1]), int(found[2]), int(found[3] or 0)
    if half := (found[5] or "").lower():
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if half == "p" else 0)
    micro = int((found[4] or "0").ljust(6, "0")[:6])
    offset = _offset(found[6])
    if found[6] and offset is None:
        return None
    return (hour, minute, second, micro), offset


def _offset(written: str | None) -> tzinfo | None:
    if not written:
        return None
    if written[0] not in "+-":
        return UTC
    digits = written[1:].replace(":", "").ljust(4, "0")
    minutes = int(digits[:2]) * 60 + int(digits[2:])
    if minutes > 15 * 60:
        return None
    return timezone(timedelta(minutes=minutes if written[0] == "+" else -minutes))


def _at(moment: datetime, zone: tzinfo) -> int | None:
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=zone)
    try:
        since = moment - EPOCH
    except (OverflowError, ValueError):
        return None
    instant = since.days * DAY + since.seconds * SECOND + since.microseconds
    return instant if EARLIEST <= instant < LATEST else None
