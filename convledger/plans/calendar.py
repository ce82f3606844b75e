"""Cuts a plan's time into periods on the wall clock of its zone, and adds months to instants."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from convledger.clock import DAY, EPOCH, LATEST, SECOND, to_datetime
from convledger.plans.schema import Length, Period

_MIDNIGHT = time()


class PeriodSpan(NamedTuple):
    """A named period of a plan: UTC microseconds, end exclusive."""

    since: int
    until: int
    name: str


@dataclass(frozen=True, slots=True)
class _Steps:
    """Where periods begin: every so many months or days from a day and time of the wall clock."""

    day: date
    at: time
    months: int
    days: int
    zone: tzinfo
    has_month_names: bool = False
    begun: int | None = None

    def day_of(self, index: int) -> date:
        """Return the day that period `index` begins on; 0 is near the subscription."""
        if self.months:
            return months_after(self.day, index * self.months)
        return self.day + timedelta(days=index * self.days)

    def start(self, index: int) -> int:
        """Return the instant that period `index` begins at."""
        if index == 0 and self.begun is not None:
            return self.begun  # the clock may show this time twice that day
        return _instant(datetime.combine(self.day_of(index), self.at), self.zone)

    def index_at(self, at: int) -> int:
        """Return the period that holds an instant."""
        day = to_datetime(at).astimezone(self.zone).date()
        if self.months:
            months = (day.year - self.day.year) * 12 + day.month - self.day.month
            index = months // self.months
        else:
            index = (day - self.day).days // self.days
        # The estimate is off by one where the time of day or a shorter month decides.
        if self.start(index) <= at:
            while self.start(index + 1) <= at:
                index += 1
            return index
        index -= 1
        while self.start(index) > at:
            index -= 1
        return index

    def span(self, index: int) -> PeriodSpan:
        """Return period `index`."""
        day = self.day_of(index)
        name = day.isoformat()
        if self.has_month_names:
            name = name[:7]
        return PeriodSpan(self.start(index), self.start(index + 1), name)


def periods(
    period: Period, zone: tzinfo, subscribed_at: int, since: int, until: int
) -> list[PeriodSpan]:
    """Return the periods that touch `since` to `until` (end exclusive), none before the start.

    The first one is whole even where the subscription began within it.
    """
    return list(_periods(period, zone, subscribed_at, max(since, subscribed_at), until))


def _periods(
    period: Period, zone: tzinfo, subscribed_at: int, since: int, until: int
) -> Iterator[PeriodSpan]:
    steps = _steps(period, zone, subscribed_at)
    if since >= until:
        return
    if steps is None:
        yield _all_time(zone, subscribed_at)
        return
    index = steps.index_at(since)
    while (span := steps.span(index)).since < until:
        # A day that a zone skipped, moving across the date line, is no period.
        if span.until > span.since:
            yield span
        index += 1


def period_at(period: Period, zone: tzinfo, subscribed_at: int, at: int) -> PeriodSpan:
    """Return the period that holds an instant; LookupError before the subscription."""
    if at < subscribed_at:
        raise LookupError("there is no period before the subscription")
    steps = _steps(period, zone, subscribed_at)
    return _all_time(zone, subscribed_at) if steps is None else steps.span(steps.index_at(at))


def _all_time(zone: tzinfo, subscribed_at: int) -> PeriodSpan:
    day = to_datetime(subscribed_at).astimezone(zone).date()
    return PeriodSpan(subscribed_at, LATEST, day.isoformat())


def _steps(period: Period, zone: tzinfo, subscribed_at: int) -> _Steps | None:
    """Return where periods begin; None where all time is one."""
    if period.kind == "none":
        return None
    begun = to_datetime(subscribed_at).astimezone(zone)
    day, at = begun.date(), begun.time()
    if period.kind == "rolling":
        return _Steps(day, at, 0, max(period.days, 1), zone, begun=subscribed_at)
    months = {"month": 1, "year": 12}.get(period.kind, 0)
    days = {"week": 7, "day": 1}.get(period.kind, 0)
    if not months and not days:
        raise ValueError(f"no such kind of period: {period.kind}")
    if period.anchor == "subscription":
        return _Steps(day, at, months, days, zone, begun=subscribed_at)
    if period.kind == "week":
        day -= timedelta(days=day.weekday())
    elif period.kind == "year":
        day = day.replace(month=1, day=1)
    elif period.kind == "month":
        # Counted from a January, which has every day of the month that can be asked for.
        day = date(day.year, 1, min(max(period.day, 1), 31))
    first_of_month = period.kind == "month" and day.day == 1
    return _Steps(day, _MIDNIGHT, months, days, zone, first_of_month)


def months_after(day: date, months: int) -> date:
    """Return the same day of a later month, or its last day where it is shorter."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def _instant(wall: datetime, zone: tzinfo) -> int:
    """Return when the clock of `zone` shows `wall`: moved on in a gap, the first of two."""
    since = wall.replace(tzinfo=zone, fold=0) - EPOCH
    return since.days * DAY + since.seconds * SECOND + since.microseconds


def later(at: int, length: Length, zone: tzinfo) -> int:
    """Return the instant that lies `length` after another.

    Months keep the time of day on the wall clock and end at the end of a shorter month. To go on
    by several months ask for all of them at once: from one short month to the next, days are lost.
    """
    if not length.months:
        return at + length.elapsed
    wall = to_datetime(at).astimezone(zone)
    day = months_after(wall.date(), length.months)
    return _instant(datetime.combine(day, wall.time()), zone) + length.elapsed


def anniversaries(anchor: date, count: int) -> list[date]:
    """Return `count` monthly dates from `anchor` on: the 31st, then the 28th, then the 31st."""
    return [months_after(anchor, months) for months in range(count)]


def start_of_day(day: date, zone: tzinfo) -> int:
    """Return the instant at which a day begins in `zone`."""
    return _instant(datetime.combine(day, _MIDNIGHT), zone)


def prorated(
    amount: Decimal | Fraction,
    period: PeriodSpan,
    active_from: int,
    active_until: int,
    zone: tzinfo,
) -> Fraction:
    """Return the part of an amount that falls on the days of a period touched while active.

    Days are dates of `zone`, whatever their length, each one touched counts whole, and the day on
    which the next period begins is that period's.
    """
    since, until = max(period.since, active_from), min(period.until, active_until)
    if since >= until:
        return Fraction(0)
    first, end = _day(period.since, zone), _day(period.until, zone)
    end = max(end, first + timedelta(days=1))
    last = end - timedelta(days=1)
    touched = min(_day(until - 1, zone), last) - min(_day(since, zone), last)
    return Fraction(amount) * Fraction(touched.days + 1, (end - first).days)


def _day(at: int, zone: tzinfo) -> date:
    return to_datetime(at).astimezone(zone).date()
