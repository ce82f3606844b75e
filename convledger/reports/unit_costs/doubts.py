"""Which figures of unit economics rest on estimates, so that no others are marked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from convledger.economics.conversation_costs import (
    ADJUSTMENTS,
    BILLED,
    LIST,
    MACHINE,
    PARTS,
    PEOPLE,
    PLAN,
)
from convledger.economics.waterfall import BILLED_SUM, FULL_SUM, MACHINE_SUM

if TYPE_CHECKING:
    from convledger.reports.unit_costs.summary import Economics

_SUMS = {BILLED_SUM: BILLED, MACHINE_SUM: MACHINE, FULL_SUM: PARTS}


@dataclass(frozen=True, slots=True)
class Doubts:
    """Steps of the waterfall and ways of service in which something is estimated.

    List costs are where tokens were counted from texts, people's where minutes are the usual ones.
    """

    steps: frozenset[str] = frozenset()
    ways: frozenset[str] = frozenset()


def doubts_of(found: Economics) -> Doubts:
    """Return which figures rest on estimates."""
    parts: set[str] = set()
    ways: set[str] = set()
    for cost in found.costs.costs:
        talk = cost.talk
        if talk.doubt:
            parts |= {LIST, PLAN}
        if talk.minutes_assumed:
            parts.add(PEOPLE)
        if talk.doubt or talk.minutes_assumed:
            ways.add(talk.served)
    for cost in found.costs.adjusted:
        if cost.talk.doubt or cost.talk.minutes_assumed:
            parts.add(ADJUSTMENTS)
    sums = {name for name, within in _SUMS.items() if not parts.isdisjoint(within)}
    return Doubts(frozenset(parts | sums), frozenset(ways))
