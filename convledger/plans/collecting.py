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

    for each in billed:
        at(each.billed_at).billed.append(each)
    for correction in corrections:
        about = (correction.billed, correction.period.statement.name)
        at(correction.billed.billed_at).corrections.append(about)
    for pool in fold.pools:
        ends = {lot.lot.id: lot.lot.expires_at for lot in fold.totals(pool).lots}
        refunds = set()
        for each_entry in fold.entries(pool):
            instant = each_entry.at
            if each_entry.kind == entry.REFUND:
                refunds.add(each_entry.cause)
            elif each_entry.kind == entry.EXPIRE and each_entry.cause not in refunds:
                # Credits that end with a period belong to it, not to the next one; those that came
                # back after their end, or came after it, end where they came.
                by_itself = each_entry.cause == each_entry.lot
                instant -= not by_itself or instant == ends.get(each_entry.lot)
            facts = at(instant)
            facts.entries.append(each_entry)
            facts.left += each_entry.amount if each_entry.lot else 0
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
