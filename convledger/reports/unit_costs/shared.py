"""Divides costs beside the tokens by the periods of each, and tells what is left over and why."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta, tzinfo

from convledger.economics.attribution import Shared, fallen_back, share
from convledger.economics.conversation_costs import Talk, is_inside, is_of
from convledger.economics.cost_items import BY_HAND, CostItem, Days
from convledger.pricing.arithmetic import half_even
from convledger.reports.periods import local_day
from convledger.reports.unit_costs.asked import CostQuery
from convledger.reports.unit_costs.converting import Money
from convledger.store import costs as kept

NONE_OPENED = "no conversation opened in that time"
NONE_IN_SCOPE = "none of the conversations that it is for opened in that time"
NONE_NAMED = "none of the conversations that were named opened in that time"
ERASED = "conversations that were named have been erased"
_DAY = timedelta(days=1)


class Talks:
    """Conversations in the order of their days, so that those of a period are found at once."""

    def __init__(self, talks: Sequence[Talk], zone: tzinfo) -> None:
        self._talks = sorted(talks, key=lambda talk: (talk.opened_at, talk.id))
        self._days = [local_day(talk.opened_at, zone) for talk in self._talks]

    def opened(self, days: Days) -> Sequence[Talk]:
        """Return the conversations that opened on some days."""
        first = bisect_left(self._days, days.since)
        return self._talks[first : max(first, bisect_left(self._days, days.until))]


@dataclass(frozen=True, slots=True)
class Left:
    """What no conversation bears of an item or a plan; picounits, None where a rate is missing."""

    name: str
    part: str
    days: Days
    amount: int | None
    why: str
    item_id: int | None = None


@dataclass(frozen=True, slots=True)
class Charged:
    """One period of an item, as far as it has fallen due.

    `days` are those that count, `accrued` picounits of the item's own currency, and `shared` the
    same amount in the one asked for, or where there is no rate (`is_turned` is False) in its own.
    `left` is what of the unallocated amount falls on the days asked for.
    """

    days: Days
    accrued: int
    shared: Shared
    is_turned: bool
    is_fallen_back: bool
    left: int
    why: str = ""


def charged_periods(
    item: CostItem,
    query: CostQuery,
    talks: Talks,
    money: Money,
    asked: Container[int] | None = None,
) -> Iterator[Charged]:
    """Yield the periods of an item that have a day in what is asked for, the earliest first.

    The conversations are all that opened in those periods, also before and after what is asked.
    Where a scope is asked about, a period that none of the conversations `asked` bears is left out,
    unless the item is for that scope alone.
    """
    for period in item.periods(query.days):
        borne = item.borne_in(period)
        days = borne.within(Days(borne.since, query.today + _DAY))
        accrued = item.accrued(period, days.until) if days.length else 0
        if not accrued:
            continue
        opened = talks.opened(borne)
        bearing = [talk for talk in opened if is_of(talk, item.scope)]
        others = None if is_inside(item.scope, query.scope) else asked
        if others is not None and not any(talk.id in others for talk in bearing):
            continue
        amount = money.converted(accrued, item.currency, days.until - _DAY, item.name)
        shared = share(item, period, accrued if amount is None else amount, bearing)
        yield Charged(
            days,
            accrued,
            shared,
            amount is not None,
            bool(shared.parts) and fallen_back(item, bearing),
            of_days(shared.unallocated, days, query.days),
            _why(item, opened, bearing, shared) if shared.unallocated else "",
        )


def _why(item: CostItem, opened: Sequence[Talk], bearing: Sequence[Talk], shared: Shared) -> str:
    if item.rule == BY_HAND:
        return ERASED if shared.parts or (item.erased_weight and not item.shares) else NONE_NAMED
    return NONE_IN_SCOPE if opened and not bearing else NONE_OPENED


def of_days(amount: int, whole: Days, asked: Days) -> int:
    """Return what of an amount (picounits) falls on the days that are asked for, exactly."""
    days = whole.within(asked)
    if not amount or not days.length:
        return 0
    before = (days.since - whole.since).days
    by_then = [
        half_even(amount * elapsed, whole.length) for elapsed in (before, before + days.length)
    ]
    return by_then[1] - by_then[0]


def item_of(each: kept.StoredItem) -> CostItem:
    """Return a kept cost as the arithmetic takes it."""
    return CostItem(
        each.id, each.kind, each.name, each.amount, each.currency, each.since, each.until,
        each.every, each.rule, each.scope, each.shares, each.note, each.erased_weight,
    )  # fmt: skip
