"""Puts together what each conversation cost: list, plan, shared costs, people; and revenue."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from fractions import Fraction

from convledger.economics import conversation_costs as parts
from convledger.economics import cost_items as kinds
from convledger.economics.attribution import Shared, fallen_back, share
from convledger.economics.conversation_costs import (
    ESCALATED,
    LIST,
    PEOPLE,
    PEOPLE_ONLY,
    PLAN,
    Talk,
    TalkCost,
    is_of,
)
from convledger.economics.cost_items import REVENUE, CostItem, Days
from convledger.economics.exchange import ExchangeRate, rate_on
from convledger.economics.human_time import human_cost
from convledger.plans.calendar import start_of_day
from convledger.pricing.arithmetic import half_even
from convledger.reports.periods import local_day
from convledger.reports.plan_book import PlanBook
from convledger.reports.unit_costs.asked import CostQuery
from convledger.reports.unit_costs.billed import Billing, billings
from convledger.reports.unit_costs.talks import read_talks
from convledger.store import costs as kept
from convledger.store.settings import setting

PART_OF = {
    kinds.SUBSCRIPTION: parts.SUBSCRIPTIONS,
    kinds.INFRASTRUCTURE: parts.INFRASTRUCTURE,
    kinds.RETRIEVAL: parts.RETRIEVAL,
    kinds.RERANK: parts.RETRIEVAL,
    kinds.TOOL: parts.TOOLS,
    kinds.HUMAN: parts.PEOPLE,
    kinds.OTHER: parts.OTHERS,
}
USUAL_MINUTES, BASELINE_MINUTES = "minutes of a hand-off", "minutes without a bot"


@dataclass(slots=True)
class Costs:
    """The conversations that were asked for with their costs, and what no conversation bears.

    `unallocated` are picounits by part; `missing_rates` are currencies that could not be turned
    into the one asked for, so that sums lack them; `without_minutes` and `without_rate` count the
    conversations of people whose cost nobody knows. `unknown` are parts that have no amount, with
    the reason.
    """

    query: CostQuery
    costs: list[TalkCost] = field(default_factory=list)
    unallocated: dict[str, int] = field(default_factory=dict)
    unallocated_revenue: int = 0
    shared: list[Shared] = field(default_factory=list)
    billings: list[Billing] = field(default_factory=list)
    unknown: dict[str, str] = field(default_factory=dict)
    missing_rates: dict[str, str] = field(default_factory=dict)
    used_rates: list[ExchangeRate] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    without_minutes: int = 0
    without_rate: int = 0
    hourly: int | None = None  # an hour of people on the last day, overhead in it
    usual_minutes: Fraction | None = None
    baseline_minutes: Fraction | None = None


def cost_conversations(connection: sqlite3.Connection, book: PlanBook, query: CostQuery) -> Costs:
    """Return what the conversations of `query` cost, each part exact to the picounit."""
    found = Costs(query, usual_minutes=minutes_kept(connection, USUAL_MINUTES))
    found.baseline_minutes = minutes_kept(connection, BASELINE_MINUTES)
    money = _Money(query.currency, _exchange(connection), found)
    items = [_item(each) for each in kept.items(connection)]
    bills = billings(book, query)
    wide = _widened(query, items, bills)
    talks = read_talks(connection, *wide, usual_minutes=found.usual_minutes)
    own = {
        talk.id: TalkCost(talk)
        for talk in talks
        if query.since <= talk.opened_at < query.until and is_of(talk, query.scope)
    }
    _charge_calls(found, own, bills, talks, money)
    opened = {talk.id: local_day(talk.opened_at, query.zone) for talk in talks}
    for item in items:
        _charge_item(found, own, item, talks, opened, money)
    _charge_people(found, own, opened, kept.hourly_rates(connection), money)
    found.costs = list(own.values())
    return found


def minutes_kept(connection: sqlite3.Connection, name: str) -> Fraction | None:
    """Return minutes that a person has set, None where nobody has."""
    text = setting(connection, name)
    return Fraction(text) if text else None


@dataclass(slots=True)
class _Money:
    """Turns amounts into the currency that is asked for, by the rate of a day."""

    currency: str
    rates: Sequence[ExchangeRate]
    found: Costs

    def converted(self, amount: int, currency: str, day: date, what: str) -> int | None:
        """Return an amount in the currency asked for, None where no rate is known."""
        if currency == self.currency or not amount:
            return amount
        rate = rate_on(self.rates, currency, self.currency, day)
        if rate is None:
            self.found.missing_rates.setdefault(currency, what)
            return None
        if rate not in self.found.used_rates:
            self.found.used_rates.append(rate)
        exact = Fraction(amount) * Fraction(rate.rate)
        return half_even(exact.numerator, exact.denominator)


def _exchange(connection: sqlite3.Connection) -> list[ExchangeRate]:
    return [
        ExchangeRate(currency, into, rate, since)
        for currency, into, since, rate in kept.exchange_rates(connection)
    ]


def _item(each: kept.StoredItem) -> CostItem:
    return CostItem(
        each.id, each.kind, each.name, each.amount, each.currency, each.since, each.until,
        each.every, each.rule, each.scope, each.shares, each.note,
    )  # fmt: skip


def _widened(
    query: CostQuery, items: Iterable[CostItem], bills: Iterable[Billing]
) -> tuple[int, int]:
    """Return the span in which all conversations opened that bear a share of the same amounts."""
    since, until = query.since, query.until
    for item in items:
        for period in item.periods(query.days):
            since = min(since, start_of_day(period.since, query.zone))
            until = max(until, start_of_day(period.until, query.zone))
    for bill in bills:
        since, until = min(since, bill.since), max(until, bill.until)
    return since, until


def _charge_calls(
    found: Costs,
    own: Mapping[int, TalkCost],
    bills: Iterable[Billing],
    talks: Sequence[Talk],
    money: _Money,
) -> None:
    """Add list costs, and where a plan paid for the calls what it made of them."""
    query = found.query
    in_list = {
        number: money.converted(
            cost.talk.list_pico or 0, "USD", query.accrued_until - _DAY, "list costs"
        )
        for number, cost in own.items()
    }
    covered: set[int] = set()
    for bill in bills:
        amount = money.converted(bill.amount, bill.currency, query.accrued_until - _DAY, bill.name)
        if amount is None:
            lack(found, own, PLAN, bill.currency, bill.name, filter(bill.covers, talks))
            continue
        borne, left = bill.divided(amount, talks)
        found.billings.append(bill)
        for number, part in borne.items():
            if number in own:
                own[number].add(PLAN, part)
                covered.add(number)
        if left and query.since <= bill.since < query.until and not query.scope:
            found.unallocated[PLAN] = found.unallocated.get(PLAN, 0) + left
    for number, cost in own.items():
        amount = in_list[number]
        if cost.talk.calls and cost.talk.list_pico is None and number not in covered:
            cost.is_known = False
        if amount is None:
            cost.is_known = False
            found.unknown.setdefault(
                LIST, f"list prices are in USD, and no rate to {query.currency} is known"
            )
            continue
        cost.add(LIST, amount)
        if number in covered:
            cost.add(PLAN, -amount)


def _charge_item(
    found: Costs,
    own: Mapping[int, TalkCost],
    item: CostItem,
    talks: Sequence[Talk],
    opened: Mapping[int, date],
    money: _Money,
) -> None:
    query = found.query
    for period in item.periods(query.days):
        end = min(period.until, max(query.accrued_until, query.today + _DAY))
        accrued = item.accrued(period, end)
        amount = money.converted(accrued, item.currency, min(end, period.until) - _DAY, item.name)
        bearing = [
            talk
            for talk in talks
            if period.since <= opened[talk.id] < period.until and is_of(talk, item.scope)
        ]
        if amount is None and item.kind != REVENUE:
            lack(found, own, PART_OF[item.kind], item.currency, item.name, bearing)
        if not amount:
            continue
        shared = share(item, period, amount, bearing)
        found.shared.append(shared)
        if bearing and fallen_back(item, bearing):
            found.notes.append(f"{item.name}: nothing to weigh by {item.rule}, divided equally")
        for number, part in shared.parts.items():
            if number in own:
                _book(own[number], item.kind, part)
        if shared.unallocated and not query.scope:
            _leave(found, item, _of_days(shared, query, end))


def lack(
    found: Costs,
    own: Mapping[int, TalkCost],
    part: str,
    currency: str,
    name: str,
    bearing: Iterable[Talk],
) -> None:
    """Say that a part is unknown for want of an exchange rate, of the whole and of who bears it."""
    found.unknown.setdefault(
        part, f"{name} is in {currency}, and no rate to {found.query.currency} is known"
    )
    for talk in bearing:
        if talk.id in own:
            own[talk.id].unknown.add(part)


def _of_days(shared: Shared, query: CostQuery, end: date) -> int:
    """Return what of an unallocated amount falls on the days that are asked for."""
    whole = shared.period.within(Days(shared.period.since, end))
    days = whole.within(query.days)
    if not whole.length:
        return 0
    before = Days(whole.since, max(days.since, whole.since)).length
    by_then = [
        half_even(shared.unallocated * elapsed, whole.length)
        for elapsed in (before, before + days.length)
    ]
    return by_then[1] - by_then[0]


def _book(cost: TalkCost, kind: str, amount: int) -> None:
    if kind == REVENUE:
        cost.revenue = (cost.revenue or 0) + amount
    else:
        cost.add(PART_OF[kind], amount)


def _leave(found: Costs, item: CostItem, amount: int) -> None:
    if item.kind == REVENUE:
        found.unallocated_revenue += amount
    elif amount:
        part = PART_OF[item.kind]
        found.unallocated[part] = found.unallocated.get(part, 0) + amount


def _charge_people(
    found: Costs,
    own: Mapping[int, TalkCost],
    opened: Mapping[int, date],
    rates: Sequence[kept.HourlyRate],
    money: _Money,
) -> None:
    """Add what people's minutes cost, by the rate of the day on which a conversation opened."""
    last = _rate_on(rates, found.query.accrued_until - _DAY)
    if last is not None:
        hour = human_cost(last.amount, 60, Fraction(last.overhead))
        exact = half_even(hour.numerator, hour.denominator)
        day = found.query.accrued_until - _DAY
        found.hourly = money.converted(exact, last.currency, day, "people's rate")
    for number, cost in own.items():
        talk = cost.talk
        if talk.minutes is None:
            # A salary that is divided among conversations is their cost of people.
            if talk.served in (ESCALATED, PEOPLE_ONLY) and PEOPLE not in cost.parts:
                found.without_minutes += 1
                cost.unknown.add(PEOPLE)
            continue
        rate = _rate_on(rates, opened[number])
        if rate is None:
            if talk.minutes:
                found.without_rate += 1
                cost.unknown.add(PEOPLE)
            continue
        exact_cost = human_cost(rate.amount, talk.minutes, Fraction(rate.overhead))
        amount = half_even(exact_cost.numerator, exact_cost.denominator)
        turned = money.converted(amount, rate.currency, opened[number], "people's rate")
        if turned is None:
            found.without_rate += 1
            cost.unknown.add(PEOPLE)
        else:
            cost.add(PEOPLE, turned)
    if not any(PEOPLE in cost.parts for cost in own.values()):
        if found.without_rate:
            found.unknown[PEOPLE] = "no hourly rate is known for people's time"
        elif found.without_minutes:
            found.unknown[PEOPLE] = "nobody entered how long people worked on what was handed over"


def _rate_on(rates: Sequence[kept.HourlyRate], day: date) -> kept.HourlyRate | None:
    """Return the rate of a day: the last that began by then, before the first one the first."""
    if not rates:
        return None
    return next((rate for rate in reversed(rates) if rate.since <= day), rates[0])


_DAY = timedelta(days=1)
