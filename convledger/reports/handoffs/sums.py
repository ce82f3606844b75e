"""What hand-offs come to: of whom, why, how long people waited and worked, what it cost."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from convledger.store.handoffs import IMPORTED, INFERRED, TOLD, TYPED

if TYPE_CHECKING:
    from convledger.reports.handoffs.known import Handoff

_ORIGINS = (TYPED, IMPORTED, TOLD, INFERRED)


@dataclass(frozen=True, slots=True)
class HandoffSums:
    """What hand-offs come to: how many of each origin, seconds, and picounits by currency.

    `waited` is the median of those that are known, None where none is; `not_timed` counts those of
    which nobody has said how long they took.
    """

    origins: Mapping[str, int]
    reasons: Mapping[str, int]
    waited: Fraction | None
    handled: int
    not_timed: int
    people_cost: Mapping[str, int]


def sums_of(found: Sequence[Handoff]) -> HandoffSums:
    """Add hand-offs up; reasons are in the order of how often they are given."""
    waits = sorted(each.wait_seconds for each in found if each.wait_seconds is not None)
    middle, costs_by = len(waits) // 2, Counter[str]()
    for each in found:
        if each.people_cost is not None:
            costs_by[each.currency] += each.people_cost
    counted = Counter(each.origin for each in found)
    return HandoffSums(
        origins={
            origin: counted[origin]
            for origin in (TYPED, IMPORTED, TOLD, INFERRED)
            if counted[origin]
        },
        reasons=dict(Counter(each.reason for each in found if each.reason).most_common()),
        waited=Fraction(waits[middle] + waits[~middle], 2) if waits else None,
        handled=sum(each.handle_seconds or 0 for each in found),
        not_timed=sum(each.handle_seconds is None for each in found),
        people_cost=dict(costs_by),
    )
