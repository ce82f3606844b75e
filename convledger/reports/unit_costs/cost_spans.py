"""The stretches of time that costs are looked at: months with conversations, days, from-to."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from datetime import timedelta, tzinfo

from convledger.errors import UsageProblem
from convledger.reports.comparing import span_name
from convledger.reports.periods import (
    Span,
    local_day,
    read_since,
    read_until,
    spans,
    start_of_day,
)

ALL_TIME = "all time"
_BREAK = " to "


@dataclass(frozen=True, slots=True)
class Opened:
    """The months in which conversations opened, the latest first, then all of them as one.

    There is none where there is no conversation.
    """

    spans: tuple[Span, ...]

    def begin_with(self, now: int) -> Span | None:
        """Return the last month that is over at `now`, else the latest."""
        months = [span for span in self.spans if span.name != ALL_TIME]
        closed = (span for span in months if span.until <= now)
        return next(closed, months[0] if months else None)


def opened_spans(connection: sqlite3.Connection, now: int, zone: tzinfo) -> Opened:
    """Return when conversations opened until `now` (UTC microseconds)."""
    first, last = connection.execute(
        "SELECT min(first_at), max(first_at) FROM conversation"
    ).fetchone()
    if first is None or first > now:
        return Opened(())
    months = [
        Span(span.since, span.until, span_name(span.since, span.until, zone))
        for span in spans("month", first, min(last, now), zone)
        if connection.execute(
            "SELECT 1 FROM conversation WHERE first_at >= ? AND first_at < ? LIMIT 1",
            (span.since, span.until),
        ).fetchone()
    ]
    whole = Span(months[0].since, months[-1].until, ALL_TIME)
    return Opened((*months[::-1], whole))


def last_days(count: int, now: int, zone: tzinfo) -> Span:
    """Return the last days, today among them."""
    today = local_day(now, zone)
    since = start_of_day(today - timedelta(days=count - 1), zone)
    return Span(since, start_of_day(today + timedelta(days=1), zone), f"last {count} days")


def this_month(now: int, zone: tzinfo) -> Span:
    """Return the month that it is."""
    (month,) = spans("month", now, now, zone)
    return Span(month.since, month.until, span_name(month.since, month.until, zone))


def typed_span(text: str, zone: tzinfo, now: int) -> Span:
    """Return the time that a person has typed: "2026-10", "2026-10-03 to 2026-10-20", "7d".

    Raises UsageProblem.
    """
    first, between, last = text.strip().partition(_BREAK)
    if not between and first.count("..") == 1:
        first, _, last = first.partition("..")
    since = read_since(first.strip(), zone, now)
    word = last.strip() or ("today" if first.strip()[-1:] in "hdwm" else first.strip())
    until = read_until(word, zone, now)
    if since >= until:
        raise UsageProblem("that ends before it begins; write it like 2026-10-03 to 2026-10-20")
    return Span(since, until, span_name(since, until, zone))
