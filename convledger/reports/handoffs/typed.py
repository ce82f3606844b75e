"""The instant of a hand-off as a person types it."""

from __future__ import annotations

from datetime import tzinfo

from convledger.errors import UsageProblem
from convledger.reports.periods import read_since
from convledger.workflow.entered_text import checked_instant
from convledger.workflow.handoff_file import instant_of, is_day, past_instant


def instant_typed(text: str, zone: tzinfo, now: int) -> int:
    """Return the instant that is meant: `2026-11-20 14:05`, `2h ago`, `now`; none ahead of now.

    A day without a time is its noon, today is at the latest now. Raises UsageProblem.
    """
    typed = text.strip()
    if typed.lower() == "now":
        return now
    if is_day(typed):
        return min(now, past_instant(typed, zone, now, "the hand-off"))
    try:
        at = instant_of(typed, zone)
    except UsageProblem:
        at = read_since(typed.removesuffix(" ago"), zone, now)
    return checked_instant(at, now, "the hand-off")
