"""Puts together what each conversation cost: list, plan, shared costs, people; and revenue."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from fractions import Fraction

from convledger.economics import conversation_costs as parts
from convledger.economics import cost_items as kinds
from convledger.economics.attribution import Shared
from convledger.economics.conversation_costs import (
    BY_PLAN,
    ESCALATED,
    LIST,
    PEOPLE,
    PEOPLE_ONLY,
    PLAN,
    TAG_BREAK,
    Talk,
    TalkCost,
    is_inside,
    is_of,
)
from convledger.economics.cost_items import REVENUE, CostItem
from convledger.economics.exchange import ExchangeRate
from convledger.economics.human_time import human_cost
from convledger.plans.calendar import start_of_day
from convledger.pricing.arithmetic import half_even
from convledger.reports.periods import local_day
from convledger.reports.plan_book import PlanBook
from convledger.reports.unit_costs.asked import CostQuery
from convledger.reports.unit_costs.billed import Billing, billings
from convledger.reports.unit_costs.converting import Money, exchange_rates
from convledger.reports.unit_costs.shared import (
    NONE_OPENED,
    Left,
    Talks,
    charged_periods,
    item_of,
    of_days,
)
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
    kinds.REVENUE: kinds.REVENUE,
}
NO_RATE = "no hourly rate is known for people's time"
USUAL_MINUTES, BASELINE_MINUTES = "minutes of a hand-off", "minutes without a bot"


@dataclass(slots=True)
class Costs:
    """The conversations that were asked for with their costs, and what no conversation bears.

    `unallocated` are picounits by part, `left` the same by item with the reason; `missing_rates`
    are currencies that could not be turned into the one asked for, and `unknown` the parts that
    have no amount, REVENUE among them, with the reason. `without_minutes` and `without_rate` count
    the conversations of people whose cost nobody knows; where nobody knows any, that part is
    unknown.
    """

    query: CostQuery
    costs: list[TalkCost] = field(default_factory=list)
    unallocated: dict[str, int] = field(default_factory=dict)
    unallocated_revenue: int = 0
    left: list[Left] = field(default_factory=list)
    unknown: dict[str, str] = field(default_factory=dict)
    shared: list[Shared] = field(default_factory=list)
    billings: list[Billing] = field(default_factory=list)
    borne: list[dict[int, int]] = field(default_factory=list)  # of each billing by conversation
    missing_rates: dict[str, str] = field(default_factory=dict)
    used_rates: list[ExchangeRate] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    without_minutes: int = 0
    without_rate: int = 0
    hourly: int | None = None  # an hour of people on the last day, overhead in it
    no_hourly: str = NO_RATE  # why that is unknown
    usual_minutes: Fraction | None = None
    baseline_minutes: Fraction | None = None


def cost_conversations(connection: sqlite3.Connection, book: PlanBook, query: CostQuery) -> Costs:
    """Return what the conversations of `query` cost, each part exact to the picounit."""
    found = Costs(query, usual_minutes=minutes_kept(connection, USUAL_MINUTES))
    found.baseline_minutes = minutes_kept(connection, BASELINE_MINUTES)
    rates = exchange_rates(connection)
    money = Money(query.currency, rates, found.missing_rates, found.used_rates)
    items = [item_of(each) for each in kept.items(connection)]
    bills = billings(book, query)
    wide = _widened(query, items, bills)
    talks = read_talks(connection, *wide, usual_minutes=found.usual_minutes)
    own = {
        talk.id: TalkCost(talk)
        for talk in talks
        if query.since <= talk.opened_at < query.until and is_of(talk, query.scope)
    }
    opened = {talk.id: local_day(talk.opened_at, query.zone) for talk in talks}
    _charge_calls(found, own, bills, talks, opened, money)
    by_day = Talks(talks, query.zone)
    for item in items:
        _charge_item(found, own, item, by_day, money)
    _charge_people(found, own, opened, kept.hourly_rates(connection), money)
    found.costs = list(own.values())
    return found


def minutes_kept(connection: sqlite3.Connection, name: str) -> Fraction | None:
    """Return minutes that a person has set, None where nobody has."""
    text = setting(connection, name)
    return Fraction(text) if text else None


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
    opened: Mapping[int, date],
    money: Money,
) -> None:
    """Add list costs, and where a plan paid for the calls what it made of them.

    List costs are turned by the rate of the day on which a conversation opened, a bill by that of
    its last day so far: a conversation costs the same whatever days are asked for.
    """
    query = found.query
    in_list = {
        number: money.converted(cost.talk.list_pico or 0, "USD", opened[number], "list costs")
        for number, cost in own.items()
    }
    covered: set[int] = set()
    for bill in bills:
        last = local_day(max(min(bill.until, query.now + 1) - 1, bill.since), query.zone)
        amount = money.converted(bill.amount, bill.currency, last, bill.name)
        borne, left = bill.divided(bill.amount if amount is None else amount, talks)
        for number in borne.keys() & own.keys():
            _name_plan(own[number].talk, bill.name)
        is_asked = is_inside(bill.scope, query.scope)
        left = of_days(left, bill.days, query.days) if is_asked else 0
        if amount is None:
            bearing = [own[number] for number in borne if number in own]
            _miss(found, PLAN, bill.currency, bill.name, bearing, left)
            continue
        covered |= borne.keys() & own.keys()
        found.billings.append(bill)
        found.borne.append({number: part for number, part in borne.items() if number in own})
        for number, part in borne.items():
            if number in own:
                own[number].add(PLAN, part)
        if left:
            found.unallocated[PLAN] = found.unallocated.get(PLAN, 0) + left
            found.left.append(Left(bill.name, PLAN, bill.days, left, NONE_OPENED))
    for number, cost in own.items():
        amount = in_list[number]
        unpriced = cost.talk.calls and cost.talk.list_pico is None
        if unpriced or amount is None:
            cost.unknown.add(LIST)
        if unpriced and number not in covered and PLAN not in cost.unknown:
            cost.is_known = False
        if amount is None:
            cost.is_known = False
            _miss(found, LIST, "USD", "what calls come to at list prices", [cost])
            continue
        if unpriced:
            continue  # a bill stands in its place, if there is one
        cost.add(LIST, amount)
        if number in covered:
            cost.add(PLAN, -amount)


def _name_plan(talk: Talk, name: str) -> None:
    """Say that a plan paid for a conversation; several that did are one segment."""
    named = talk.segments.get(BY_PLAN, "")
    if name not in named.split(TAG_BREAK):
        talk.segments[BY_PLAN] = f"{named}{TAG_BREAK}{name}" if named else name


def _charge_item(
    found: Costs,
    own: Mapping[int, TalkCost],
    item: CostItem,
    talks: Talks,
    money: Money,
) -> None:
    query = found.query
    part = PART_OF[item.kind]
    for charged in charged_periods(item, query, talks, money, own):
        shared = charged.shared
        # What a cost of others leaves is not of those that are asked about.
        left = charged.left if is_inside(item.scope, query.scope) else 0
        if not charged.is_turned:
            bearing = [own[number] for number in shared.parts if number in own]
            _miss(found, part, item.currency, item.name, bearing, left)
            if left:
                found.left.append(Left(item.name, part, charged.days, None, charged.why, item.id))
            continue
        found.shared.append(shared)
        # Of what none of these bears nothing is said: it may be another client's.
        if charged.is_fallen_back and (left or not own.keys().isdisjoint(shared.parts)):
            found.notes.append(f"{item.name}: nothing to weigh by {item.rule}, divided equally")
        for number, amount in shared.parts.items():
            if number in own:
                _book(own[number], item.kind, amount)
        if left:
            _leave(found, item, left)
            found.left.append(Left(item.name, part, charged.days, left, charged.why, item.id))


def _miss(
    found: Costs, part: str, currency: str, name: str, costs: Sequence[TalkCost], left: int = 0
) -> None:
    """Note that a part is unknown for want of a rate, if any of it belongs to what is asked."""
    if costs or left:
        found.unknown.setdefault(part, _no_rate(name, currency, found.query.currency))
    for cost in costs:
        cost.unknown.add(part)


def _no_rate(name: str, currency: str, wanted: str) -> str:
    return f"{name} is in {currency}, and no rate to {wanted} is known"


def _book(cost: TalkCost, kind: str, amount: int) -> None:
    if kind == REVENUE:
        cost.revenue = (cost.revenue or 0) + amount
    else:
        cost.add(PART_OF[kind], amount)


def _leave(found: Costs, item: CostItem, amount: int) -> None:
    if item.kind == REVENUE:
        found.unallocated_revenue += amount
    else:
        part = PART_OF[item.kind]
        found.unallocated[part] = found.unallocated.get(part, 0) + amount


def _charge_people(
    found: Costs,
    own: Mapping[int, TalkCost],
    opened: Mapping[int, date],
    rates: Sequence[kept.HourlyRate],
    money: Money,
) -> None:
    """Add what people's minutes cost, by the rate of the day on which a conversation opened."""
    last = _rate_on(rates, found.query.accrued_until - _DAY)
    if last is not None:
        hour = human_cost(last.amount, 60, Fraction(last.overhead))
        exact = half_even(hour.numerator, hour.denominator)
        day = found.query.accrued_until - _DAY
        # An hour that nobody worked lacks no rate: nothing is left out for want of one.
        aside = Money(money.currency, money.rates)
        found.hourly = aside.converted(exact, last.currency, day, PEOPLE)
        found.no_hourly = _no_rate("people's rate", last.currency, money.currency)
        if found.baseline_minutes is not None:
            money.used += [rate for rate in aside.used if rate not in money.used]
    why = NO_RATE
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
            why = _no_rate("people's rate", rate.currency, money.currency)
        else:
            cost.add(PEOPLE, turned)
    if not any(PEOPLE in cost.parts for cost in own.values()):
        if found.without_rate:
            found.unknown.setdefault(PEOPLE, why)
        elif found.without_minutes:
            reason = "nobody entered how long people worked on what was handed over"
            found.unknown.setdefault(PEOPLE, reason)


def _rate_on(rates: Sequence[kept.HourlyRate], day: date) -> kept.HourlyRate | None:
    """Return the rate of a day: the last that began by then, before the first one the first."""
    if not rates:
        return None
    return next((rate for rate in reversed(rates) if rate.since <= day), rates[0])


_DAY = timedelta(days=1)
