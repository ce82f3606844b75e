"""Names under a time axis: hours, days, months, as many as find room."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta, tzinfo

from convledger.clock import DAY, HOUR
from convledger.reports.periods import local_day, start_of_day
from convledger.tui.credit_words import clock_text, day_text
from convledger.tui.widgets.canvas import DIM, GRID, Canvas

_HOURS = (1, 3, 6, 12)
_DAYS = (1, 2, 7, 14)
_MONTHS = (1, 2, 3, 6, 12)
_NAME = 8  # cells of a name with the gap behind it
_MOST_DAYS = 40_000


def draw_time_axis(
    canvas: Canvas, left: int, y: int, cells: int, since: int, until: int, zone: tzinfo
) -> None:
    """Draw the base line and under it the names of instants, from their column on."""
    canvas.fill(left, y, "▔", GRID, cells)
    end = left - 1
    for at, name in instants(since, until, cells, zone):
        x = left + (at - since) * cells // (until - since)
        if x > end and x + len(name) <= left + cells:
            end = canvas.put(x, y, (name, DIM)) + 1


def instants(since: int, until: int, cells: int, zone: tzinfo) -> Iterator[tuple[int, str]]:
    """Yield instants with names that do not touch each other on an axis of so many cells."""
    span = until - since
    if span <= 0 or cells <= 0 or span > _MOST_DAYS * DAY:
        return
    least = span * _NAME // cells  # microseconds that a name takes
    hours = next((step for step in _HOURS if step * HOUR >= least), None)
    if hours is not None and span <= 3 * DAY:
        at = -(-since // HOUR) * HOUR
        while at < until:
            name = clock_text(at, zone)
            if int(name[:2]) % hours == 0 and name[3:] == "00":
                yield at, day_text(at, zone) if name == "00:00" else name
            at += HOUR
        return
    first, last = local_day(since, zone), local_day(until, zone)
    days = next((step for step in _DAYS if step * DAY >= least), None)
    for day in _every(first, last, days) if days else _months(first, last, least):
        at = start_of_day(day, zone)
        if since <= at < until:
            yield at, f"{day:%b %Y}" if not days and day.month == 1 else day_text(at, zone)


def _every(first: date, last: date, days: int) -> Iterator[date]:
    day = first
    while day <= last:
        yield day
        day += timedelta(days=days)


def _months(first: date, last: date, least: int) -> Iterator[date]:
    step = next((step for step in _MONTHS if step * 28 * DAY >= least), 12)
    for month in range(first.year * 12 + first.month - 1, last.year * 12 + last.month):
        year, place = divmod(month, 12)
        if place % step == 0:
            yield date(year, place + 1, 1)
