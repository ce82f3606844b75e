"""Instants as UTC microseconds: read from text, written for people, cut into days by zone."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
SECOND = 1_000_000
HOUR = 3600 * SECOND
DAY = 24 * HOUR
QUARTER = 900 * SECOND
# A log line from outside these years is a clock gone wrong, not an instant: 2000 to 2200.
EARLIEST, LATEST = 946_684_800 * SECOND, 7_258_118_400 * SECOND


def now_us() -> int:
    """Return this instant in UTC microseconds."""
    return time.time_ns() // 1000


def seconds_passed() -> float:
    """Return seconds that nobody can set, those in which the machine slept among them."""
    if hasattr(time, "clock_gettime"):
        # Linux leaves sleep out of its monotonic clock, others count it.
        return time.clock_gettime(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))
    return time.monotonic()


def parse_instant(text: str | None) -> int | None:
    """Return an ISO 8601 instant as UTC microseconds; without an offset it is taken as UTC.

    None where the text is no instant, or one outside the years 2000 to 2200.
    """
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    since = moment - EPOCH
    instant = since.days * DAY + since.seconds * SECOND + since.microseconds
    return instant if EARLIEST <= instant < LATEST else None


def to_datetime(instant: int) -> datetime:
    """Return UTC microseconds as an aware datetime."""
    return EPOCH + timedelta(microseconds=instant)


def iso_text(instant: int) -> str:
    """Return UTC microseconds as RFC 3339 text with a Z."""
    moment = to_datetime(instant)
    text = moment.strftime("%Y-%m-%dT%H:%M:%S")
    return f"{text}.{moment.microsecond:06d}".rstrip("0").rstrip(".") + "Z"
