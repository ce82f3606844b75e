"""How long credits last: a walk through lots in burn order that knows when each one expires."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from convledger.clock import DAY
from convledger.economics.burn import recent_burn

Number = int | Fraction
_RECENT = (7, 28)


@dataclass(frozen=True, slots=True, kw_only=True)
class CreditLot:
    """Credits of one lot: what is left of it, in force from and until (UTC microseconds).

    A lot that begins later than the walk is one that is still to come.
    """

    id: str = ""
    left: Number
    expires_at: int | None = None
    priority: int = 0
    created_at: int = 0
    effective_at: int | None = None

    @property
    def burn_order(self) -> tuple[int, bool, int, int, str]:
        """What decides which lot is burnt first: priority, expiry (none last), age, name."""
        expires = self.expires_at
        return self.priority, expires is None, expires or 0, self.created_at, self.id


@dataclass(frozen=True, slots=True)
class Corner:
    """A point of the balance's way down: what is left of each lot, in burn order, at an instant.

    Between two corners the balance falls in a straight line; where a lot expires or begins, two
    corners stand at one instant.
    """

    at: int
    left: tuple[Fraction, ...]


@dataclass(frozen=True, slots=True)
class Runway:
    """When credits run out at a rate a day, in exact days and as an instant (UTC microseconds).

    Both are None where they do not. `wasted` maps lots to what will expire of them unused by then.
    """

    burn_per_day: Fraction | None
    days: Fraction | None
    depletes_at: int | None
    lots: tuple[CreditLot, ...]
    wasted: tuple[Fraction, ...]
    corners: tuple[Corner, ...]

    @property
    def will_expire_unused(self) -> Fraction:
        """All that will expire before it is burnt."""
        return sum(self.wasted, Fraction(0))

    def shortfall(self, until: int) -> Fraction:
        """Return what will be missing from running out to an instant, like the next grant's."""
        if self.burn_per_day is None or self.days is None or self.depletes_at is None:
            return Fraction(0)
        if until <= self.depletes_at:
            return Fraction(0)
        return self.burn_per_day * (Fraction(until - self.corners[0].at, DAY) - self.days)


def runway(
    as_of: int,
    burn_per_day: Number | None,
    lots: Iterable[CreditLot],
    *,
    until: int | None = None,
) -> Runway:
    """Walk from `as_of` to where nothing is left, or to `until` if that comes first.

    Lots to come count where they begin before the others are gone. Without a rate, or with one of
    0, nothing runs out, but lots expire.
    """
    ordered = sorted(
        (
            lot
            for lot in lots
            # Neither what has expired nor what expires before it begins is ever there.
            if lot.expires_at is None or lot.expires_at > max(as_of, lot.effective_at or as_of)
        ),
        key=lambda lot: lot.burn_order,
    )
    return _Walk(as_of, burn_per_day, ordered, until).run()


def runway_without_expiry(
    as_of: int, burn_per_day: Number | None, lots: Iterable[CreditLot]
) -> Runway:
    """Return the runway as if nothing ever expired, to show what expiry takes away."""
    return runway(as_of, burn_per_day, [replace(lot, expires_at=None) for lot in lots])


def runway_range(
    as_of: int, daily: Sequence[Number], lots: Sequence[CreditLot]
) -> tuple[Runway, Runway]:
    """Return the runways at the burn of the last 7 and of the last 28 days, the shorter first.

    `daily` is the use of each observed day up to `as_of`.
    """
    week, month = (runway(as_of, recent_burn(daily, days), lots) for days in _RECENT)
    is_month_shorter = month.days is not None and (week.days is None or month.days < week.days)
    return (month, week) if is_month_shorter else (week, month)


class _Walk:
    """The balance on its way down; instants are exact fractions of microseconds."""

    def __init__(
        self, as_of: int, burn_per_day: Number | None, lots: Sequence[CreditLot], until: int | None
    ) -> None:
        self._lots = lots
        self._as_of, self._until = as_of, until
        self._burn = None if burn_per_day is None else Fraction(burn_per_day)
        self._now = Fraction(as_of)
        self._left = [
            max(Fraction(lot.left), Fraction(0))
            if lot.effective_at is None or lot.effective_at <= as_of
            else Fraction(0)
            for lot in lots
        ]
        self._wasted = [Fraction(0)] * len(lots)
        self._corners: list[Corner] = []

    def run(self) -> Runway:
        rate = max(self._burn or Fraction(0), Fraction(0)) / DAY
        self._mark()
        is_empty = rate > 0 and not any(self._left)
        for at in self._turns():
            if is_empty or (self._until is not None and at > self._until):
                break
            is_empty = self._burn_to(Fraction(at), rate)
            if not is_empty:
                self._turn(at)
        if not is_empty and rate > 0:
            end = None if self._until is None else Fraction(self._until)
            is_empty = self._burn_to(end, rate)
        days = (self._now - self._as_of) / DAY if is_empty else None
        return Runway(
            self._burn,
            days,
            round(self._now) if is_empty else None,
            tuple(self._lots),
            tuple(self._wasted),
            tuple(self._corners),
        )

    def _turns(self) -> list[int]:
        """Return the instants at which lots expire or begin."""
        instants = {lot.expires_at for lot in self._lots} | {lot.effective_at for lot in self._lots}
        return sorted(at for at in instants if at is not None and at > self._as_of)

    def _burn_to(self, until: Fraction | None, rate: Fraction) -> bool:
        """Burn lots in order up to an instant; return whether nothing was left before it."""
        for index, left in enumerate(self._left):
            if not left or not rate:
                continue
            burnt = left if until is None else min(left, (until - self._now) * rate)
            self._left[index] -= burnt
            self._now += burnt / rate
            self._mark()
            if self._now == until:
                return False
        if rate and until is not None and self._now < until:
            return True
        if until is not None:
            self._now = until
        return until is None

    def _turn(self, at: int) -> None:
        """Let lots expire and begin at an instant."""
        for index, lot in enumerate(self._lots):
            if lot.expires_at == at:
                self._wasted[index] += self._left[index]
                self._left[index] = Fraction(0)
            elif lot.effective_at == at:
                self._left[index] = max(Fraction(lot.left), Fraction(0))
        self._mark()

    def _mark(self) -> None:
        corner = Corner(round(self._now), tuple(self._left))
        if not self._corners or self._corners[-1] != corner:
            self._corners.append(corner)
