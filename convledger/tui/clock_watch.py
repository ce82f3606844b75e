"""Notices time that went on without the app, and a clock that was set."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from convledger.clock import SECOND, seconds_passed

STOOD_STILL = 30.0  # seconds between two looks from which something held up the app
WAS_SET = 60.0  # seconds by which a clock that is only corrected does not jump


@dataclass(frozen=True, slots=True)
class Lapse:
    """What happened since the last look, in microseconds: time slept, and the clock's jump."""

    slept: int = 0
    jumped: int = 0  # negative where the clock was set back


class ClockWatch:
    """Compares `now` (UTC microseconds) with a clock that nobody can set, from look to look."""

    def __init__(
        self, now: Callable[[], int], passed: Callable[[], float] = seconds_passed
    ) -> None:
        self._now = now
        self._passed = passed
        self._seen = now(), passed()

    def look(self) -> Lapse | None:
        """Return what happened since the last look; None where time just went by."""
        before, self._seen = self._seen, (self._now(), self._passed())
        gap = max(0.0, self._seen[1] - before[1])
        jump = self._seen[0] - before[0] - int(gap * SECOND)
        slept = int(gap * SECOND) if gap >= STOOD_STILL else 0
        jumped = jump if abs(jump) >= WAS_SET * SECOND else 0
        return Lapse(slept, jumped) if slept or jumped else None
