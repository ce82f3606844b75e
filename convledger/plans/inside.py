"""Where the units of one rule lie in time, for usage that counts only inside or outside them."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable

from convledger.plans.counted import BillableUnit
from convledger.plans.events import Thread
from convledger.plans.keys import grouping, key_of
from convledger.plans.schema import Unit

_NO_END = 1 << 62


class Coverage:
    """The stretches of time that units cover, by key; half-open, UTC microseconds."""

    def __init__(self, unit: Unit, units: Iterable[BillableUnit]) -> None:
        self._key = grouping(unit)
        self._spans: dict[str, tuple[list[int], list[int]]] = {}
        for each in sorted(units, key=_opened):
            since, until = self._spans.setdefault(each.key, ([], []))
            since.append(each.opened_at)
            until.append(_NO_END if each.ends_at is None else each.ends_at)

    def covers(self, thread: Thread, at: int) -> bool:
        """Say whether an instant of a thread lies within one of the units."""
        since, until = self._spans.get(key_of(self._key, thread), ((), ()))
        place = bisect_right(since, at) - 1
        return place >= 0 and at < until[place]


def _opened(unit: BillableUnit) -> int:
    return unit.opened_at
