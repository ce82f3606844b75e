"""Charges conversations: their calls, what plans made of them, shared costs, people; revenue."""

from __future__ import annotations

import sqlite3
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

from convledger.economics.attribution import divided
from convledger.economics.closing import Line
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
)
from convledger.economics.cost_items import BY_MESSAGES, BY_TIME, REVENUE, CostItem
from convledger.economics.exchange import ExchangeRate
from convledger.economics.human_time import human_cost
from convledger.plans.calendar import start_of_day
from convledger.pricing.arithmetic import half_even
from convledger.reports.periods import local_day
from convledger.reports.plan_book import PlanBook
from convledger.reports.unit_costs.asked import CostQuery
from convledger.reports.unit_costs.billed import Billing, billings
from convledger.reports.unit_costs.closed_books import View
from convledger.reports.unit_costs.converting import Money, exchange_rates
from convledger.reports.unit_costs.costs import NO_RATE, PART_OF, USUAL_MINUTES, Costs, minutes_kept
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

_DAY = timedelta(days=1)


@dataclass(slots=True)
class Facts:
    """What costs are worked out from: everything that has a part in a stretch of time.

    `items` are the costs that are kept, `gone` those that were closed and taken away since.
    """

    talks: list[Talk]
    items: list[CostItem]
    gone: list[CostItem]
    bills: list[Billing]
    rates: list[ExchangeRate]
    hourly: list[kept.HourlyRate]


def read_facts(
    connection: sqlite3.Connection,
    book: PlanBook,
    query: CostQuery,
    closed: Container[int] = (),
    reach: Sequence[int] = (),
    *,
    only: int | None = None,
    billed: dict[int, list[Billing]] | None = None,
) -> Facts:
    """Return what the costs of `query` are worked out from.

    `closed` are costs that count although they may have been taken away since, and `reach` instants
    at which conversations opened that bear something too. Where one conversation is asked about
    `only`, others are read as far as they weigh. `billed` is what `billings` need not work out.
    """
    stored = kept.items(connection, with_gone=True)
    items = [item_of(each) for each in stored if each.gone_at is None]
    gone = [item_of(each) for each in stored if each.gone_at is not None and each.id in closed]
    bills = billings(book, query, billed)
    since, until = _widened(query, (*items, *gone), bills)
    usual = minutes_kept(connection, USUAL_MINUTES)
    by_length = any(item.rule in (BY_TIME, BY_MESSAGES) for item in (*items, *gone))
    return Facts(
        talks=read_talks(
            connection,
            min(since, *reach, since),
            max(until, *reach, until),
            usual_minutes=usual,
            lengths_of=None if only is None or by_length else {only},
        ),
        items=items,
        gone=gone,
        bills=bills,
        rates=exchange_rates(connection),
        hourly=kept.hourly_rates(connection),
    )


def charge(
    found: Costs, own: Mapping[int, TalkCost], facts: Facts, view: View | None = None
) -> None:
    """Charge the conversations of `own` with their parts of everything.

    What is closed is charged as the `view` has it, everything as it is now where there is none.
    """
    query = found.query
    opened = {
        talk.id: local_day(talk.opened_at if view is None else view.opened_at(talk), query.zone)
        for talk in facts.talks
    }
    money = Money(
        query.currency,
        facts.rates,
        found.missing_rates,
        found.used_rates,
        {} if view is None else view.rates,
    )
    bills = [each for each in facts.bills if _has_part(each, query)]
    if view is not None:
        bills = [each for each in view.bills(bills) if _has_part(each, query)]
    _charge_calls(found, own, bills, facts.talks, opened, money, view)
    by_day = Talks(facts.talks, query.zone)
    for item in facts.items:
        _charge_item(found, own, item, by_day, money, view)
    for item in facts.gone if view is not None else ():
        _charge_item(found, own, item, by_day, money, view, is_gone=True)
    _charge_people(found, own, opened, facts.hourly, money, view)
    found.costs = list(own.values())


def _has_part(bill: Billing, query: CostQuery) -> bool:
    return bill.since < query.until and bill.until > query.since


def _month(day: date) -> date:
    return day.replace(day=1)


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
    view: View | None,
) -> None:
    """Add list costs, and where a plan paid for the calls what it made of them.

    List costs are turned by the rate of the day on which a conversation opened, a bill by that of
    its last day so far: a conversation costs the same whatever days are asked for.
    """
    query = found.query
    at_list = {number: _listed(cost.talk, view) for number, cost in own.items()}
    in_list = {
        number: money.converted(pico or 0, "USD", opened[number], "list costs", version)
        for number, (pico, version) in at_list.items()
    }
    covered: set[int] = set()
    for bill in bills:
        last = local_day(max(min(bill.until, query.now + 1) - 1, bill.since), query.zone)
        amount = money.converted(bill.amount, bill.currency, last, bill.name, bill.version)
        borne, left = divided(bill.amount if amount is None else amount, bill.weighed(talks))
        line = Line(PLAN, bill.name, _month(last))
        for number in borne.keys() & own.keys():
            _name_plan(own[number].talk, bill.name)
        is_asked = is_inside(bill.scope, query.scope)
        left = of_days(left, bill.days, query.days) if is_asked else 0
        if amount is None:
            bearing = [own[number] for number in borne if number in own]
            _miss(found, PLAN, bill.currency, bill.name, bearing, left)
            for cost in bearing:
                found.note_line(line, cost.talk.id, None)
            continue
        covered |= borne.keys() & own.keys()
        found.billings.append(bill)
        found.borne.append({number: part for number, part in borne.items() if number in own})
        for number, part in borne.items():
            if number in own:
                own[number].add(PLAN, part)
                found.note_line(line, number, part)
        if left:
            found.note_line(line, None, left)
            found.unallocated[PLAN] = found.unallocated.get(PLAN, 0) + left
            found.left.append(Left(bill.name, PLAN, bill.days, left, NONE_OPENED))
    for number, cost in own.items():
        amount = in_list[number]
        unpriced = cost.talk.calls and at_list[number][0] is None
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
        elif amount:
            found.note_line(Line(LIST, "", _month(opened[number])), number, amount)


def _listed(talk: Talk, view: View | None) -> tuple[int | None, int]:
    """Return what calls come to in picodollars, and which closing says so."""
    own = None if view is None else view.talk(talk)
    if own is None or own.list_pico is None:
        return talk.list_pico, 0
    return own.list_pico, own.version


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
    view: View | None,
    *,
    is_gone: bool = False,
) -> None:
    query = found.query
    part = PART_OF[item.kind]
    for charged in charged_periods(item, query, talks, money, own, view, is_gone=is_gone):
        shared = charged.shared
        # What a cost of others leaves is not of those that are asked about.
        left = charged.left if is_inside(item.scope, query.scope) else 0
        line = Line(part, item.name, _month(charged.days.until - _DAY), item.id)
        if not charged.is_turned:
            bearing = [own[number] for number in shared.parts if number in own]
            _miss(found, part, item.currency, item.name, bearing, left)
            for cost in bearing:
                found.note_line(line, cost.talk.id, None)
            if left:
                found.note_line(line, None, None)
                found.left.append(Left(item.name, part, charged.days, None, charged.why, item.id))
            continue
        found.shared.append(shared)
        # Of what none of these bears nothing is said: it may be another client's.
        if charged.is_fallen_back and (left or not own.keys().isdisjoint(shared.parts)):
            found.notes.append(f"{item.name}: nothing to weigh by {item.rule}, divided equally")
        for number, amount in shared.parts.items():
            if number in own:
                _book(own[number], item.kind, amount)
                found.note_line(line, number, amount)
        if left:
            found.note_line(line, None, left)
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
    view: View | None,
) -> None:
    """Add what people's minutes cost, by the rate of the day on which a conversation opened."""
    last = rate_on(rates, found.query.accrued_until - _DAY)
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
        line = Line(PEOPLE, "", _month(opened[number]))
        closed = None if view is None else view.talk(talk)
        if closed is not None and closed.people is not None:
            if not closed.currency:  # nobody had worked on it
                continue
            paid: tuple[int, str] | None = closed.people, closed.currency
        elif talk.minutes is None:
            # A salary that is divided among conversations is their cost of people.
            if talk.served in (ESCALATED, PEOPLE_ONLY) and PEOPLE not in cost.parts:
                found.without_minutes += 1
                cost.unknown.add(PEOPLE)
                found.note_line(line, number, None)
            continue
        else:
            paid = paid_people(talk, opened[number], rates)
        if paid is None:
            if talk.minutes:
                found.without_rate += 1
                cost.unknown.add(PEOPLE)
                found.note_line(line, number, None)
            continue
        version = closed.version if closed is not None else 0
        turned = money.converted(paid[0], paid[1], opened[number], "people's rate", version)
        if turned is None:
            found.without_rate += 1
            cost.unknown.add(PEOPLE)
            why = _no_rate("people's rate", paid[1], money.currency)
        else:
            cost.add(PEOPLE, turned)
        found.note_line(line, number, turned)
    if not any(PEOPLE in cost.parts for cost in own.values()):
        if found.without_rate:
            found.unknown.setdefault(PEOPLE, why)
        elif found.without_minutes:
            reason = "nobody entered how long people worked on what was handed over"
            found.unknown.setdefault(PEOPLE, reason)


def paid_people(
    talk: Talk, opened: date, rates: Sequence[kept.HourlyRate]
) -> tuple[int, str] | None:
    """Return what people's minutes cost in picounits of a currency, None without a rate."""
    rate = rate_on(rates, opened)
    if rate is None:
        return None
    exact = human_cost(rate.amount, talk.minutes or 0, Fraction(rate.overhead))
    return half_even(exact.numerator, exact.denominator), rate.currency


def rate_on(rates: Sequence[kept.HourlyRate], day: date) -> kept.HourlyRate | None:
    """Return the rate of a day: the last that began by then, before the first one the first."""
    if not rates:
        return None
    return next((rate for rate in reversed(rates) if rate.since <= day), rates[0])
