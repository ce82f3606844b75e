"""The marks of 70, 90 and 100 %, the same wherever an alert is told."""

from __future__ import annotations

FIRST, HIGH, FULL = "△", "▲", "◆"


def alert_mark(percent: int) -> str:
    """Return the mark of a threshold in percent; small ones look like 70 %."""
    return FULL if percent >= 100 else HIGH if percent >= 90 else FIRST
