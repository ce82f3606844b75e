"""Meters of a plan's limits: what of each use lies within a window's cap, and what beyond."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import tzinfo
from fractions import Fraction
from math import ceil
from typing import NamedTuple

from msgspec import Struct

from convledger.clock import DAY, HOUR, to_datetime
from convledger.plans.calendar import period_at, start_of_day
from convledger.plans.schema import Limit, Period

OVERFLOW, SUMMARISE = "overflow", "summarise"
# 1970-01-05, a Monday: windows of the clock that are longer than a day are counted from it.
_MONDAY = 4 * DAY


class Verdict(NamedTuple):
    """How much of a use is within the limits and how much beyond, and the limit that decided."""

    within: int
    beyond: int
    limit_id: str = ""
    on_exceed: str = ""


class MeterState(Struct, frozen=True, gc=False):
    """All that a meter remembers, as plain data: a window's bounds, its use, the past instants."""

    since: int | None = None
    until: int | None = None
    used: int = 0
    last: int | None = None
    past: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class WindowState:
    """How a limit stands: the window in UTC microseconds, half-open; None while none is open.

    `share` is used of cap, None for a cap of 0. `will_reset_at` is when the window ends or, for a
    rolling one, when the oldest use leaves it.
    """

    limit_id: str
    since: int | None
    until: int | None
    used: int
    cap: int
    share: Fraction | None
    will_reset_at: int | None


class LimitMeter:
    """Measures uses in rising time against one limit.

    Amounts are whole numbers; `scale` of them make one of the limit's cap, like 10**12
    picodollars for a cap in dollars.
    """

    def __init__(
        self,
        limit: Limit,
        zone: tzinfo,
        subscribed_at: int,
        *,
        scale: int = 1,
        state: MeterState | None = None,
    ) -> None:
        self.limit = limit
        self.cap = int(limit.cap * scale)
        self._zone = zone
        self._subscribed_at = subscribed_at
        state = state or MeterState()
        self._since, self._until = state.since, state.until
        self._used, self._last = state.used, state.last
        self._past: deque[tuple[int, int]] = deque(state.past)
        self._is_rolling = limit.window == "rolling"
        self.overflows = limit.on_exceed == OVERFLOW
        self._is_turn = limit.window == "rolling_turns"
        self._splits = self.overflows or (self._is_turn and limit.on_exceed == SUMMARISE)

    def snapshot(self) -> MeterState:
        """Return what the meter remembers; a meter made with it goes on the same."""
        return MeterState(self._since, self._until, self._used, self._last, tuple(self._past))

    def offer(self, at: int, amount: int) -> Verdict:
        """Return what of a use is within the limit, and count it; ValueError for an earlier one."""
        self.move(at)
        within = self.room_for(amount)
        if within or not amount:  # what is refused opens no window
            self.take(at, within)
        if within == amount:
            return Verdict(amount, 0)
        return Verdict(within, amount - within, self.limit.id, self.limit.on_exceed)

    def move(self, at: int) -> None:
        """Leave behind what has passed by `at`, the instant of the next use."""
        if self._last is not None and at < self._last:
            raise ValueError("uses are offered in rising time")
        self._last = at
        if self._is_rolling:
            past, gone = self._past, at - self.limit.duration
            while past and past[0][0] <= gone:
                self._used -= past.popleft()[1]
        elif self._until is not None and at >= self._until:
            self._since = self._until = None
            self._used = 0

    def room_for(self, amount: int) -> int:
        """Return how much of a use lies within the limit where the meter has moved to."""
        room = self.cap if self._is_turn else self.cap - self._used
        if amount <= room or amount <= 0:  # what is given back is always taken
            return amount
        if self._splits:
            return max(room, 0)
        return amount if room > 0 and not self._is_turn else 0

    def take(self, at: int, amount: int) -> None:
        """Count a use where the meter has moved to; the first opens the window it falls in."""
        if self._is_turn:
            self._used = amount
        elif self._is_rolling:
            if amount:
                self._used += amount
                self._past.append((at, amount))
        else:
            if self._until is None:
                self._since, self._until = self._window(at)
            self._used += amount

    def _window(self, at: int) -> tuple[int, int]:
        """Return the window that a use at an instant falls in when no window is open."""
        limit, duration = self.limit, self.limit.duration
        if limit.window == "calendar":
            by_subscription = limit.anchor == "subscription"
            period = Period(
                kind=limit.calendar or "month",
                anchor="subscription" if by_subscription else "calendar",
            )
            begun = min(self._subscribed_at, at) if by_subscription else at
            span = period_at(period, self._zone, begun, at)
            return span.since, span.until
        if limit.anchor == "clock" and duration <= DAY:
            day = at - at % DAY
            since = day + (at - day) // duration * duration
            return since, min(since + duration, day + DAY)
        since = at
        if limit.anchor == "clock":
            since = _MONDAY
        elif limit.anchor == "subscription":
            since = self._subscribed_at
        elif limit.align == "hour":
            since = at - at % HOUR
        elif limit.align == "day":
            since = start_of_day(to_datetime(at).astimezone(self._zone).date(), self._zone)
        since = at - (at - since) % duration
        return since, since + duration

    def state(self, at: int) -> WindowState:
        """Return how the limit stands at an instant; ValueError before the last use."""
        if self._last is not None and at < self._last:
            raise ValueError("what was known before the last use is gone")
        since, until, used = self._since, self._until, self._used
        resets = until
        if self._is_rolling:
            since, until = at - self.limit.duration, at
            past = self._past_at(at)
            used = sum(amount for _, amount in past)
            resets = past[0][0] + self.limit.duration if past else None
        elif not self._is_turn and (until is None or at >= until):
            since = until = None
            used = 0
            if self.limit.window != "fixed" or self.limit.anchor != "first_event":
                since, until = self._window(at)
            resets = until
        share = Fraction(used, self.cap) if self.cap else None
        return WindowState(self.limit.id, since, until, used, self.cap, share, resets)

    def _past_at(self, at: int) -> list[tuple[int, int]]:
        """Return the uses that a rolling window still holds at an instant."""
        gone = at - self.limit.duration
        return [use for use in self._past if use[0] > gone]

    def expected_at_end(self, at: int, per_day: Fraction) -> Fraction:
        """Return what will be used when the window ends if it goes on at this rate.

        For a rolling window that is the use of one whole window at this rate.
        """
        if self._is_rolling:
            return per_day * Fraction(self.limit.duration, DAY)
        state = self.state(at)
        left = 0 if state.until is None else state.until - at
        return state.used + per_day * Fraction(left, DAY)

    def within_until(self, at: int, until: int, per_day: Fraction) -> Fraction:
        """Return what will lie within the limit up to an instant if so much is asked for a day.

        Windows are taken to follow each other without a break.
        """
        wanted = max(per_day * Fraction(until - at, DAY), Fraction(0))
        if self._is_turn or not wanted:
            return wanted
        if self._is_rolling:
            stays = sum(used for then, used in self._past_at(at) if then + self._length > until)
            room = self.cap * max(Fraction(until - at) / self._length, Fraction(1)) - stays
            return min(wanted, max(room, Fraction(0)))
        state = self.state(at)
        end = min(state.until or self._window(at)[1], until)
        found = min(per_day * Fraction(end - at, DAY), Fraction(max(self.cap - state.used, 0)))
        if self.limit.window == "calendar":
            while end < until:
                since, end = end, min(self._window(end)[1], until)
                found += min(per_day * Fraction(end - since, DAY), Fraction(self.cap))
            return found
        whole, rest = divmod(Fraction(until - end), self._length)
        found += whole * min(per_day * self._length / DAY, Fraction(self.cap))
        return found + min(per_day * rest / DAY, Fraction(self.cap))

    @property
    def _length(self) -> Fraction:
        """How long a window is; those of the clock start anew at midnight: the mean of a day's."""
        duration = self.limit.duration
        if self.limit.window == "fixed" and self.limit.anchor == "clock" and duration <= DAY:
            return Fraction(DAY, -(-DAY // duration))
        return Fraction(duration)

    def full_at(self, at: int, per_day: Fraction) -> int | None:
        """Return when the cap is reached at this rate, None if not before the window ends."""
        state = self.state(at)
        if state.used >= self.cap:
            return at
        if per_day <= 0 or self._is_turn:
            return None
        if self._is_rolling:
            return self._rolling_full_at(at, per_day)
        full = at + ceil((self.cap - state.used) / per_day * DAY)
        until = at + self.limit.duration if state.until is None else state.until
        return full if full < until else None

    def _rolling_full_at(self, at: int, per_day: Fraction) -> int | None:
        """Walk through the instants at which past uses leave; from then on the rate is all."""
        past = self._past_at(at)
        used = sum(amount for _, amount in past)
        for then, amount in [*past, (at, 0)]:
            gone_at = then + self.limit.duration
            full = at + ceil((self.cap - used) / per_day * DAY)
            if full < gone_at:
                return full
            used -= amount
        return None


def offer_to_all(meters: Sequence[LimitMeter], at: int, amount: int) -> Verdict:
    """Return what of a use is within every limit; each counts that part alone.

    The limit that leaves least decides, one that refuses before one that overflows.
    """
    within, decisive = amount, None
    for meter in meters:
        meter.move(at)
        room = meter.room_for(amount)
        if room < within or (
            room == within != amount
            and decisive is not None
            and decisive.overflows > meter.overflows
        ):
            within, decisive = room, meter
    if within or not amount:
        for meter in meters:
            meter.take(at, within)
    if decisive is None:
        return Verdict(amount, 0)
    return Verdict(within, amount - within, decisive.limit.id, decisive.limit.on_exceed)
