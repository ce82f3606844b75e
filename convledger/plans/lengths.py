"""Lengths of time: "30m", "1h30m", "P12M" and "1 month" as records, and back into words."""

from __future__ import annotations

import re
from decimal import Decimal

from convledger.clock import DAY, HOUR, SECOND
from convledger.plans.schema import Length

LIKE = 'like "30m", "24h", "7d" or "P12M"'
MOST_MONTHS = 1200
MOST_ELAPSED = 36_600 * DAY  # about a hundred years
_MINUTE, _WEEK = 60 * SECOND, 7 * DAY
_LONGEST_TEXT = 60
_DAYS_FROM = 4  # up to three days people say hours: 72 h

_ELAPSED = {
    name: size
    for size, names in {
        1000: "ms millisecond milliseconds",
        SECOND: "s sec secs second seconds",
        _MINUTE: "m min mins minute minutes",
        HOUR: "h hr hrs hour hours",
        DAY: "d day days",
        _WEEK: "w week weeks",
    }.items()
    for name in names.split()
}
_MONTHS = {
    name: size
    for size, names in {
        1: "mo mon month months",
        3: "quarter quarters",
        12: "y yr yrs year years",
    }.items()
    for name in names.split()
}
_PARTS = re.compile(r"(?:[0-9]{1,12}(?:\.[0-9]{1,6})?\s*[A-Za-z]+\s*)+")
_PART = re.compile(r"([0-9.]+)\s*([A-Za-z]+)")
_ISO = re.compile(
    r"P(?:([0-9]{1,9})Y)?(?:([0-9]{1,9})M)?(?:([0-9]{1,9})W)?(?:([0-9]{1,9})D)?"
    r"(?:T(?:([0-9]{1,9})H)?(?:([0-9]{1,9})M)?(?:([0-9]{1,9}(?:\.[0-9]{1,6})?)S)?)?"
)


def length_of(text: str) -> Length:
    """Return the length that a text names; ValueError says in words why it names none.

    Seconds to weeks are elapsed time, months and years are those of the calendar.
    """
    text = text.strip()
    if len(text) > _LONGEST_TEXT:
        raise ValueError(f"must be a length of time, {LIKE}")
    months, elapsed = _iso(text) if text.startswith("P") else _spoken(text)
    if months and elapsed:
        raise ValueError("mixes months of the calendar with days or hours; keep one of the two")
    if months > MOST_MONTHS or elapsed > MOST_ELAPSED:
        raise ValueError("is longer than 100 years")
    if elapsed != int(elapsed):
        raise ValueError("is finer than a microsecond")
    return Length(elapsed=int(elapsed), months=int(months))


def _iso(text: str) -> tuple[Decimal, Decimal]:
    """Return months and microseconds of an ISO 8601 duration."""
    found = _ISO.fullmatch(text)
    if found is None or not any(found.groups()) or text.endswith("T"):
        raise ValueError('must be an ISO 8601 duration, like "P12M", "P7D" or "PT30M"')
    years, months, *elapsed = (Decimal(part or 0) for part in found.groups())
    sizes = (_WEEK, DAY, HOUR, _MINUTE, SECOND)
    total = sum((part * size for part, size in zip(elapsed, sizes, strict=True)), Decimal(0))
    return years * 12 + months, total


def _spoken(text: str) -> tuple[Decimal, Decimal]:
    """Return months and microseconds of a text like "1h30m", "12 months" or "month"."""
    bare = text.lower()
    if bare in _MONTHS or bare in _ELAPSED:
        text = f"1 {bare}"
    if not _PARTS.fullmatch(text):
        why = "needs a unit of time" if re.fullmatch(r"[0-9.]+", text) else "must be a length"
        raise ValueError(f"{why}, {LIKE}")
    months = elapsed = Decimal(0)
    for number, unit in _PART.findall(text):
        if unit == "M":
            raise ValueError(f'may be minutes or months; write "{number}m" or "P{number}M"')
        name = unit.lower()
        if name in _MONTHS:
            months += Decimal(number) * _MONTHS[name]
        elif name in _ELAPSED:
            elapsed += Decimal(number) * _ELAPSED[name]
        else:
            raise ValueError(f'has no unit of time named "{unit}"; it is s, m, h, d, w or months')
    if months != int(months):
        raise ValueError("must be whole months")
    return months, elapsed


def length_words(length: Length) -> str:
    """Return a length for people: "30 min", "24 h", "7 days", "12 months"."""
    if length.months:
        return f"{length.months} {'month' if length.months == 1 else 'months'}"
    return elapsed_words(length.elapsed)


def elapsed_words(elapsed: int) -> str:
    """Return microseconds for people: "30 min", "24 h", "7 days", "1 h 30 min"."""
    days, rest = divmod(elapsed, DAY)
    if days < _DAYS_FROM:
        days, rest = 0, elapsed
    parts = [f"{days} days"] if days else []
    for size, name in ((HOUR, "h"), (_MINUTE, "min")):
        number, rest = divmod(rest, size)
        parts += [f"{number} {name}"] if number else []
    if rest or not parts:
        parts.append(f"{_plain(Decimal(rest) / SECOND)} s")
    return " ".join(parts)


def length_text(length: Length) -> str:
    """Return a length as a plan document writes it: "30m", "24h", "7d", "P12M"."""
    if length.months:
        return f"P{length.months}M"
    words = elapsed_words(length.elapsed).replace("days", "d").replace("min", "m")
    return words.replace(" ", "")


def _plain(number: Decimal) -> str:
    return f"{number.normalize():f}"
