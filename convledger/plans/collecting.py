"""Sorts what was counted and what the credit books say into the periods that it belongs to."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence

from convledger.money import PICO
from convledger.plans import entries as entry
from convledger.plans.contract import BilledPeriod
from convledger.plans.fold import Fold
from convledger.plans.late_bills import Correction
from convledger.plans.lines import PeriodFacts
from convledger.plans.metering import Metered
from convledger.plans.statement import Billed

# What ends at the very end of a period belongs to it, not to the one that begins then.
_OF_THE_PAST = frozenset((entry.EXPIRE,))


def collect(
    periods: Sequence[BilledPeriod],
    billed: Iterable[Billed],
    corrections: Iterable[Correction],
    fold: Fold,
    metered: Metered,
) -> list[PeriodFacts]:
    """Sort everything into the periods that it belongs to."""
    found = [PeriodFacts(period) for period in periods]
    if not found:
        return found
    starts = [period.since for period in periods]
    last = found[-1]

    def at(instant: int) -> PeriodFacts:
        if instant >= last.period.since:
            return last
        return found[max(bisect_right(starts, instant) - 1, 0)]

    place_of: dict[str, int] = {}
    for each in billed:
        at(each.billed_at).billed.append(each)
        place_of[each.id] = each.billed_at
    for correction in corrections:
        about = (correction.billed, correction.period.statement.name)
        at(correction.billed.billed_at).corrections.append(about)
    for pool in fold.pools:
        for each_entry in fold.entries(pool):
            # What a unit burns belongs where the unit does, though it was charged later.
            instant = each_entry.at
            if each_entry.kind in _OF_THE_PAST:
                instant -= 1
            moved_at = instant
            if each_entry.kind in (entry.USE, entry.OVERAGE, entry.DEBT, entry.GRACE):
                instant = place_of.get(each_entry.cause, instant)
            at(instant).entries.append(each_entry)
            at(moved_at).left += each_entry.amount if each_entry.lot else 0
    running = 0
    for facts in found:
        running += facts.left
        facts.left = running
    for beyond in metered.beyond.values():
        if not beyond.overflows:
            limited = at(beyond.unit.billed_at).limited
            scale = 1 if beyond.is_in_dollars else PICO
            _, before = limited.get(beyond.limit.id, (beyond.limit, 0))
            limited[beyond.limit.id] = beyond.limit, before + beyond.amount * scale
    return found
