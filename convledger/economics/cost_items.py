"""Costs and revenue beside the tokens: what they are for, when, and what of them falls on a day."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import NamedTuple

from convledger.plans.calendar import months_after

SUBSCRIPTION, INFRASTRUCTURE, RETRIEVAL = "subscription", "infrastructure", "retrieval"
TOOL, RERANK, HUMAN, OTHER, REVENUE = "tool", "rerank", "human", "other", "revenue"
KINDS = (SUBSCRIPTION, INFRASTRUCTURE, RETRIEVAL, TOOL, RERANK, HUMAN, OTHER, REVENUE)
EQUAL, BY_TOKENS, BY_TIME, BY_COST, BY_MESSAGES = "equal", "tokens", "time", "cost", "messages"
BY_HAND = "hand"
RULES = (EQUAL, BY_TOKENS, BY_TIME, BY_COST, BY_MESSAGES, BY_HAND)
PERIODS = ("", "day", "week", "month", "year")
_DAYS, _MONTHS = {"day": 1, "week": 7}, {"month": 1, "year": 12}


class Days(NamedTuple):
    """A stretch of whole days, its end exclusive."""

    since: date
    until: date

    @property
    def length(self) -> int:
        """How many days there are, none where it ends before it begins."""
        return max((self.until - self.since).days, 0)

    def within(self, other: Days) -> Days:
        """Return the days that are in both."""
        return Days(max(self.since, other.since), min(self.until, other.until))


@dataclass(frozen=True, slots=True)
class CostItem:
    """One cost, or one kind of revenue, in picounits of its currency.

    `amount` is for all days from `since` until `until` (exclusive), or, with `every`, for each
    period of that length from `since` on, without end where `until` is None. It is divided among
    the conversations of `scope` that opened in that time, as `rule` says; by hand in proportion to
    `shares` by conversation, of which those that were erased weigh `erased_weight` together. It may
    be less than nothing, as a refund is.
    """

    id: int
    kind: str
    name: str
    amount: int
    currency: str
    since: date
    until: date | None
    every: str = ""
    rule: str = EQUAL
    scope: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    shares: Mapping[int, int] = field(default_factory=dict)
    note: str = ""
    erased_weight: int = 0

    def periods(self, days: Days) -> Iterator[Days]:
        """Yield the item's own periods that have a day among `days`, the earliest first."""
        if not self.every:
            if self.until is not None:
                own = Days(self.since, self.until)
                if own.within(days).length:
                    yield own
            return
        for index in range(self._index(days.since), 1 << 20):
            own = Days(self._start(index), self._start(index + 1))
            if self.until is not None and own.since >= self.until:
                return
            if own.since >= days.until:
                return
            if own.within(days).length:
                yield own

    def borne_in(self, period: Days) -> Days:
        """Return the days of a period on which the item was there: it may end before that does."""
        end = period.until if self.until is None else min(period.until, self.until)
        return Days(max(period.since, self.since), end)

    def accrued(self, period: Days, until: date) -> int:
        """Return what of a period's amount falls on its days before `until`, picounits.

        A period that the item's own end cuts short counts by its days. What falls on two stretches
        that follow each other adds up to what falls on both.
        """
        elapsed = self.borne_in(period).within(Days(period.since, until)).length
        # The whole room of prices comes with it, which a command's help need not wait for.
        from convledger.pricing.arithmetic import half_even

        return half_even(self.amount * elapsed, period.length) if elapsed else 0

    def _start(self, index: int) -> date:
        if self.every in _MONTHS:
            return months_after(self.since, index * _MONTHS[self.every])
        return self.since + timedelta(days=index * _DAYS[self.every])

    def _index(self, day: date) -> int:
        """Return the period that holds a day, 0 for a day before the first."""
        if day <= self.since:
            return 0
        if self.every in _DAYS:
            return (day - self.since).days // _DAYS[self.every]
        months = (day.year - self.since.year) * 12 + day.month - self.since.month
        index = months // _MONTHS[self.every]
        return index if self._start(index) <= day else index - 1


def accrued_within(item: CostItem, days: Days) -> int:
    """Return what of an item's amount falls on some days, picounits of its currency."""
    return sum(
        item.accrued(period, days.until) - item.accrued(period, days.since)
        for period in item.periods(days)
    )
