"""Divides costs beside the tokens by the periods of each, and tells what is left over and why."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta, tzinfo

from convledger.economics.attribution import Shared, Weighed, fallen_back, share, weighed
from convledger.economics.conversation_costs import Talk, is_inside, is_of
from convledger.economics.cost_items import BY_HAND, CostItem, Days
from convledger.pricing.arithmetic import half_even
from convledger.reports.periods import local_day
from convledger.reports.unit_costs.asked import CostQuery
from convledger.reports.unit_costs.closed_books import View
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


@dataclass(frozen=True, slots=True)
class _Due:
    """What of a period has fallen due, how it is divided, and at which closing's rates."""

    currency: str
    accrued: int
    among: Weighed
    version: int = 0


def charged_periods(
    item: CostItem,
    query: CostQuery,
    talks: Talks,
    money: Money,
    asked: Container[int] | None = None,
    view: View | None = None,
    *,
    is_gone: bool = False,
) -> Iterator[Charged]:
    """Yield the periods of an item that have a day in what is asked for, the earliest first.

    The conversations are all that opened in those periods, also before and after what is asked.
    Where a scope is asked about, a period that none of the conversations `asked` bears is left out,
    unless the item is for that scope alone. What is closed is as the `view` has it; of an item that
    `is_gone` there is nothing else.
    """
    for period in item.periods(query.days):
        borne = item.borne_in(period)
        days = borne.within(Days(borne.since, query.today + _DAY))
        is_over = view is not None and view.is_over(borne.until)
        if is_gone and not is_over:
            continue
        due = _due(item, period, days, talks, view if is_over else None)
        if due is None or not due.accrued:
            continue
        others = None if is_inside(item.scope, query.scope) else asked
        if others is not None and not any(number in others for number, _ in due.among):
            continue
        amount = money.converted(
            due.accrued, due.currency, days.until - _DAY, item.name, due.version
        )
        opened = talks.opened(borne)
        has_opened = any(view is None or view.has(talk) for talk in opened)
        shared = share(item, period, due.accrued if amount is None else amount, due.among)
        yield Charged(
            days,
            due.accrued,
            shared,
            amount is not None,
            bool(shared.parts) and fallen_back(due.among),
            of_days(shared.unallocated, days, query.days),
            _why(item, has_opened, shared, due.among) if shared.unallocated else "",
        )


def _due(item: CostItem, period: Days, days: Days, talks: Talks, view: View | None) -> _Due | None:
    if view is not None:
        frozen = view.item(item.id, period.since)
        if frozen is None:
            return None
        return _Due(frozen.currency, frozen.amount, frozen.weighed, frozen.version)
    accrued = item.accrued(period, days.until) if days.length else 0
    if not accrued:
        return None
    bearing = [talk for talk in talks.opened(item.borne_in(period)) if is_of(talk, item.scope)]
    return _Due(item.currency, accrued, weighed(item, bearing))


def _why(item: CostItem, has_opened: bool, shared: Shared, among: Weighed) -> str:
    if item.rule == BY_HAND:
        return ERASED if shared.parts or (item.erased_weight and not item.shares) else NONE_NAMED
    if any(number is None for number, _ in among):
        return ERASED
    return NONE_IN_SCOPE if has_opened else NONE_OPENED


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
