"""Names of stretches of time: what a bar is called, and what stands under it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime, tzinfo
from typing import TYPE_CHECKING

from convledger.clock import to_datetime

if TYPE_CHECKING:
    from convledger.reports.live import Bar

_AROUND = re.compile(r"^(claude-|anthropic/|openai/)+|-20\d{6}$")
UNITS = {"day": "days", "week": "weeks", "month": "months", "hour": "hours"}
_NOW = {"day": "today", "week": "this week", "month": "this month", "hour": "this hour"}


def bar_name(bar: Bar, period: str, zone: tzinfo | None, is_last: bool) -> str:
    """Return the name of a bar in full: "today", "Thu 19 Nov", "week of 16 Nov", "14:00 19 Nov"."""
    if is_last:
        return _NOW[period]
    at = _local(bar.begins, zone)
    day = f"{at.day} {at:%b}"
    return {
        "day": f"{at:%a} {day}",
        "week": f"week of {day}",
        "month": f"{at:%B %Y}",
        "hour": f"{at:%H:%M} {day}",
    }[period]


def foot_label(bar: Bar, period: str, zone: tzinfo | None) -> str:
    """Return what stands under a bar: Mondays, months, midnights; "" under most."""
    at = _local(bar.begins, zone)
    if period == "day":
        return f"{at.day} {at:%b}" if at.weekday() == 0 else ""
    if period == "week":
        return f"{at.day} {at:%b}" if at.day <= 7 else ""
    if period == "month":
        return f"{at:%Y}" if at.month == 1 else f"{at:%b}"
    if at.hour == 0:
        return f"{at.day} {at:%b}"
    return f"{at:%H:%M}" if at.hour % 6 == 0 else ""


def plural(count: int, one: str) -> str:
    """Return the word for a number of things: "call", "calls"."""
    return one if count == 1 else f"{one}s"


def short_names(names: Sequence[str]) -> list[str]:
    """Return names without a maker in front and a date behind, where they stay different."""
    short = [_AROUND.sub("", name) or name for name in names]
    return [one if short.count(one) == 1 else name for one, name in zip(short, names, strict=True)]


def span_text(first: int, last: int, zone: tzinfo | None) -> str:
    """Return the days from one instant to another: "22 Oct – 20 Nov"."""
    begin, end = _local(first, zone), _local(last, zone)
    year = f" {begin:%Y}" if begin.year != end.year else ""
    return f"{begin.day} {begin:%b}{year} – {end.day} {end:%b}"


def _local(instant: int, zone: tzinfo | None) -> datetime:
    return to_datetime(instant).astimezone(zone)
