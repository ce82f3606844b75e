"""What plans have billed for stretches of time, divided among the conversations they are about."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import tzinfo

from convledger.economics.attribution import Weighed
from convledger.economics.conversation_costs import Talk, is_of
from convledger.economics.cost_items import Days
from convledger.plans.billing import Bill
from convledger.pricing.arithmetic import half_even
from convledger.reports.comparing import main_unit
from convledger.reports.history import conversation_of
from convledger.reports.periods import local_day
from convledger.reports.plan_book import PlanBook
from convledger.reports.unit_costs.asked import CostQuery, following
from convledger.store.subscriptions import Subscription


@dataclass(frozen=True, slots=True)
class Billing:
    """A statement of a plan in use: picounits of its currency, instants in UTC microseconds.

    Of a period that is not over the fees count by its `days` so far, today among them, which are
    those of the plan's zone. `weights` are what the
    plan charged for the units of each conversation, in credits or in money; where it charged for
    none, or in both, which can't be added, conversations bear it by their list cost. `fees` are in
    the amount; `units` of `unit` are what the statement is mostly about, in picounits. One that was
    closed is divided as `closed` says, and turned by the exchange rates of the closing `version`.
    """

    name: str
    currency: str
    since: int
    until: int
    days: Days
    amount: int
    began: int
    ended: int | None
    scope: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    weights: Mapping[int, int] = field(default_factory=dict)
    fees: int = 0
    unit: str = ""
    units: int = 0
    subscription: int = 0
    closed: Weighed | None = None
    version: int = 0

    def covers(self, talk: Talk) -> bool:
        """Whether the plan pays for the calls of a conversation."""
        if not self.since <= talk.opened_at < self.until:
            return False
        if talk.opened_at < self.began:
            return False
        if self.ended is not None and talk.opened_at >= self.ended:
            return False
        return is_of(talk, self.scope)

    def weighed(self, talks: Iterable[Talk]) -> Weighed:
        """Return what the conversations that the plan pays for weigh, in their order."""
        if self.closed is not None:
            return self.closed
        own: Sequence[Talk] = [talk for talk in talks if self.covers(talk)]
        weights = [talk.told_in(self.weights) for talk in own]
        if not any(weights):
            weights = [max(talk.list_pico or 0, 0) for talk in own]
        return tuple(zip((talk.id for talk in own), weights, strict=True))


def billings(
    book: PlanBook, query: CostQuery, known: dict[int, list[Billing]] | None = None
) -> list[Billing]:
    """Return the statements of all plans in use that have a part in the time of `query`.

    Those of a subscription whose number is in `known` need not be worked out: all that were are put
    into it.
    """
    known = {} if known is None else known
    found = list[Billing]()
    for subscription in book.subscriptions():
        if subscription.began >= query.until or subscription.began > query.now:
            continue
        if subscription.ended is not None and subscription.ended <= query.since:
            continue
        own = known.get(subscription.id)
        if own is None:
            own = known[subscription.id] = list(_billed(book, subscription, query.now))
        found += [each for each in own if each.since < query.until and each.until > query.since]
    return found


def _billed(book: PlanBook, subscription: Subscription, now: int) -> Iterator[Billing]:
    """Yield all statements of a subscription, the earliest first."""
    bill = book.bill(subscription, now)
    weights = _weights(bill)
    for period, statement in zip(bill.periods, bill.statements, strict=True):
        fees, main = statement.sums.fees, main_unit(period.plan)
        days = _days_between(period.since, period.until, period.zone)
        so_far = days.within(Days(days.since, following(local_day(now, period.zone))))
        if now < period.until:
            fees = half_even(fees * so_far.length, days.length)
        yield Billing(
            name=statement.plan_name,
            currency=statement.currency,
            since=period.since,
            until=period.until,
            days=so_far,
            amount=statement.sums.total - statement.sums.fees + fees,
            began=subscription.began,
            ended=subscription.ended,
            scope=subscription.scope,
            weights=weights,
            fees=fees,
            unit=main.id if main is not None else "",
            units=statement.sums.units.get(main.id, 0) if main is not None else 0,
            subscription=subscription.id,
        )


def _days_between(since: int, until: int, zone: tzinfo) -> Days:
    """Return the days of a zone from one instant up to another (UTC microseconds, exclusive)."""
    return Days(local_day(since, zone), following(local_day(until - 1, zone)))


def _weights(bill: Bill) -> dict[int, int]:
    """Return what was charged for each conversation's units, refunds taken off."""
    found: dict[int, int] = {}
    if len({rated.pays for rated in bill.rated if rated.amount}) > 1:
        return found
    for rated in bill.rated:
        if rated.amount:
            number = conversation_of(rated.unit.thread)
            sign = -1 if rated.unit.quantity < 0 and rated.amount > 0 else 1
            found[number] = found.get(number, 0) + sign * rated.amount
    return {number: max(amount, 0) for number, amount in found.items()}
