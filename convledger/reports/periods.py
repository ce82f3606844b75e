"""Cuts time into hours, days, weeks and months of a zone, and reads the periods people name."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import NamedTuple

from convledger.clock import EPOCH, HOUR, SECOND, parse_instant, to_datetime
from convledger.errors import UsageProblem

WINDOW = 5 * HOUR


class Span(NamedTuple):
    """A named stretch of time: UTC microseconds, end exclusive."""

    since: int
    until: int
    name: str


def instant_of(moment: datetime) -> int:
    """Return an aware datetime as UTC microseconds."""
    since = moment - EPOCH
    return (since.days * 86_400 + since.seconds) * SECOND + since.microseconds


_EARLIEST, _LATEST = (instant_of(datetime(year, 1, 2, tzinfo=UTC)) for year in (1, 9999))


def start_of_day(day: date, zone: tzinfo) -> int:
    """Return the instant at which a day begins in `zone`."""
    return instant_of(datetime(day.year, day.month, day.day, tzinfo=zone))


def local_day(instant: int, zone: tzinfo) -> date:
    """Return the day that an instant falls on in `zone`."""
    return to_datetime(instant).astimezone(zone).date()


def spans(period: str, first: int, last: int, zone: tzinfo) -> list[Span]:
    """Return the hours, days, weeks (from Monday) or months that hold `first` to `last`."""
    if period == "hour":
        return _hours(first, last, zone)
    day = local_day(first, zone)
    if period == "week":
        day -= timedelta(days=day.weekday())
    elif period == "month":
        day = day.replace(day=1)
    found = []
    since = start_of_day(day, zone)
    while since <= last:
        following = _next(period, day)
        until = start_of_day(following, zone)
        name = day.isoformat()[:7] if period == "month" else day.isoformat()
        found.append(Span(since, until, name))
        day, since = following, until
    return found


def _next(period: str, day: date) -> date:
    if period == "month":
        return (day.replace(day=28) + timedelta(days=4)).replace(day=1)
    return day + timedelta(days=7 if period == "week" else 1)


def _hours(first: int, last: int, zone: tzinfo) -> list[Span]:
    """Return the clock hours of `zone`, named with their offset: one hour may come twice."""
    found = []
    # An hour of a zone whose offset has half or quarter hours begins at such a minute of UTC.
    offset = to_datetime(first).astimezone(zone).utcoffset() or timedelta()
    shift = int(offset.total_seconds()) % 3600 * SECOND
    since = (first + shift) // HOUR * HOUR - shift
    while since <= last:
        name = to_datetime(since).astimezone(zone).isoformat(timespec="minutes")
        found.append(Span(since, since + HOUR, name))
        since += HOUR
    return found


def five_hour_windows(instants: Iterable[int], zone: tzinfo) -> list[Span]:
    """Return the five-hour windows that rising `instants` open, each from its first full hour.

    A window begins with the hour of the first call after the last one ended; a call exactly five
    hours later still belongs to it.
    """
    found: list[Span] = []
    until = 0
    for instant in instants:
        if instant > until:
            since = instant // HOUR * HOUR
            until = since + WINDOW
            name = to_datetime(since).astimezone(zone).isoformat(timespec="minutes")
            found.append(Span(since, until + 1, name))
    return found


_AGO = re.compile(r"(\d{1,4})\s*([hdwm])")


def read_since(text: str, zone: tzinfo, now: int) -> int:
    """Return the instant from which a person means: a date, an instant, `7d`, `today`, `month`."""
    return _within_time(text, zone, now)[0]


def read_until(text: str, zone: tzinfo, now: int) -> int:
    """Return the instant before which a person means; a bare date includes that day."""
    return _within_time(text, zone, now)[1]


def _within_time(text: str, zone: tzinfo, now: int) -> tuple[int, int]:
    """Return what was read, where every zone has a date for it: in the years 2 to 9998."""
    try:
        since, until = _read(text, zone, now)
    except OverflowError:
        since, until = _LATEST, _LATEST + 1
    if since < _EARLIEST or until > _LATEST:
        raise UsageProblem(f"no such year: {text!r:.40}. Dates go from 0001-01-03 to 9998-12-31")
    return since, until


def _read(text: str, zone: tzinfo, now: int) -> tuple[int, int]:
    word = text.strip().lower()
    today = local_day(now, zone)
    named = {
        "today": (today, today),
        "yesterday": (today - timedelta(days=1),) * 2,
        "tomorrow": (today + timedelta(days=1),) * 2,
        "week": (today - timedelta(days=today.weekday()), today),
        "month": (today.replace(day=1), today),
        "year": (today.replace(month=1, day=1), today),
    }
    if word in named:
        first, last = named[word]
        return start_of_day(first, zone), start_of_day(last + timedelta(days=1), zone)
    if word == "now":
        return now, now
    if found := _AGO.fullmatch(word):
        count, unit = int(found[1]), found[2]
        if unit == "h":
            return now - count * HOUR, now - count * HOUR
        days = count * {"d": 1, "w": 7, "m": 30}[unit]
        day = today - timedelta(days=days - 1)
        return start_of_day(day, zone), start_of_day(day, zone)
    if re.fullmatch(r"\d{4}-\d{2}", word):
        word += "-01"
        try:
            day = date.fromisoformat(word)
        except ValueError:
            raise _unknown(text) from None
        return start_of_day(day, zone), start_of_day(_next("month", day), zone)
    try:
        day = date.fromisoformat(word)
    except ValueError:
        pass
    else:
        return start_of_day(day, zone), start_of_day(day + timedelta(days=1), zone)
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        raise _unknown(text) from None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=zone)
    instant = parse_instant(moment.isoformat())
    if instant is None:
        raise _unknown(text)
    return instant, instant


def _unknown(text: str) -> UsageProblem:
    return UsageProblem(
        f"not a date or period: {text!r:.40}. Write 2026-11-20, 2026-11, "
        "2026-11-20T09:00, 7d, 24h, today, yesterday, week, month or year"
    )
