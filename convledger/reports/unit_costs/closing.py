"""Closes costs up to the end of a month: freezes how everything was divided until then."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta, tzinfo

from convledger.economics.attribution import weighed
from convledger.economics.closing import standing
from convledger.economics.conversation_costs import (
    ESCALATED,
    PEOPLE,
    PEOPLE_ONLY,
    Talk,
    TalkCost,
    is_of,
)
from convledger.economics.cost_items import CostItem, Days
from convledger.errors import UsageProblem
from convledger.plans.calendar import months_after, start_of_day
from convledger.reports.periods import local_day
from convledger.reports.plan_book import PlanBook
from convledger.reports.unit_costs.asked import CostQuery
from convledger.reports.unit_costs.charging import Facts, charge, paid_people, read_facts
from convledger.reports.unit_costs.closed_books import (
    ClosedBooks,
    Frozen,
    FrozenTalk,
    View,
    closed_books,
)
from convledger.reports.unit_costs.costs import Costs
from convledger.reports.unit_costs.noted import month_name
from convledger.reports.unit_costs.shared import Talks
from convledger.store import closings as kept
from convledger.store import costs as stored

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Closed:
    """What a closing holds: the days from one closing to the next, conversations and costs.

    Costs are their periods, and those of plans. `since` is None for the first closing.
    """

    closing: kept.Closing
    since: date | None
    conversations: int
    costs: int

    @property
    def month(self) -> date:
        """The first day of the last month that it closes."""
        return month_before(self.closing.until)


def month_before(day: date) -> date:
    """Return the first day of the month before the one that a day begins."""
    return (day - _DAY).replace(day=1)


def closed_list(connection: sqlite3.Connection) -> list[Closed]:
    """Return the closings in force, the earliest first."""
    found, since = list[Closed](), None
    for closing in kept.closings(connection):
        found.append(
            Closed(
                closing,
                since,
                len(kept.talks(connection, closing.id)),
                len(kept.divisions(connection, closing.id)),
            )
        )
        since = closing.until
    return found


def close(
    connection: sqlite3.Connection, book: PlanBook, month: date, now: int, zone: tzinfo
) -> int:
    """Freeze all until the end of the month that begins on a day, and return the closing's number.

    Raises UsageProblem where the month is not over, or closed already. Belongs into a transaction.
    """
    until = months_after(month, 1)
    if local_day(now, zone) < until:
        raise UsageProblem(f"{month_name(month)} is not over: only months that are can be closed")
    before = closed_books(connection)
    if before is not None and until <= before.until:
        raise UsageProblem(f"{month_name(month)} is closed already: `convledger cost close --list`")
    ends_at = start_of_day(until, zone)
    query = CostQuery(_first(connection, ends_at, zone), ends_at, max(now, ends_at), zone)
    reach = [] if before is None or before.first_opened is None else [before.first_opened]
    facts = read_facts(connection, book, query, (), reach)
    last = before.closings[-1].id if before is not None else None
    closing = kept.Closing(0, last, until, ends_at, tuple(stored.exchange_rates(connection)), now)
    return kept.add_closing(
        connection,
        closing,
        _changed_divisions(facts, query, before, closing.rates),
        _changed_talks(facts, query, before, closing.rates),
    )


def to_open(connection: sqlite3.Connection, month: date | None) -> kept.Closing:
    """Return the closing that a month was closed by; the last without one.

    Raises UsageProblem where it is not closed, and where another one goes on from it.
    """
    closings = kept.closings(connection)
    if not closings:
        raise UsageProblem("no month is closed")
    last = closings[-1]
    until = last.until if month is None else months_after(month, 1)
    if until > last.until:
        raise UsageProblem(f"{month_name(month_before(until))} is not closed")
    if len(closings) > 1 and until <= closings[-2].until:
        later = month_before(last.until)
        raise UsageProblem(
            f"{month_name(later)} was closed after it: open that first, "
            f"`convledger cost open {later:%Y-%m}`"
        )
    return last


def _first(connection: sqlite3.Connection, ends_at: int, zone: tzinfo) -> int:
    """Return the instant at which the first conversation opened, or the first cost began."""
    (first,) = connection.execute("SELECT min(first_at) FROM conversation").fetchone()
    begun = [start_of_day(item.since, zone) for item in stored.items(connection)]
    known: list[int] = [ends_at - 1, *begun]
    return min(known) if first is None else min(*known, first)


def _changed_divisions(
    facts: Facts, query: CostQuery, before: ClosedBooks | None, rates: kept.Rates
) -> Iterator[kept.ClosedDivision]:
    """Yield every division that no closing holds as it is now."""
    at = 0 if before is None else before.count
    items = {} if before is None else dict(before.items)
    bills = {} if before is None else dict(before.bills)
    is_new_money = before is not None and before.closings[-1].rates != rates
    by_day = Talks(facts.talks, query.zone)
    for item in facts.items:
        for since, now in _divisions_of(item, query, by_day):
            known = standing(items.pop((item.id, since), ()), at)
            if known is None or is_new_money or not known.is_same(now):
                yield _kept(now, item.id, None, since)
    for bill in facts.bills:
        if bill.until <= query.until:
            key = bill.subscription, str(bill.since)
            among = bill.weighed(facts.talks)
            now = Frozen(bill.name, bill.amount, bill.currency, str(bill.until), among, 0)
            known = standing(bills.pop(key, ()), at)
            if known is None or is_new_money or not known.is_same(now):
                yield _kept(now, None, bill.subscription, key[1])
    for (number, since), versions in items.items():
        known = standing(versions, at)
        if known is not None and known.amount:
            yield _kept(_nothing(known), number, None, since)
    for (number, since), versions in bills.items():
        known = standing(versions, at)
        if known is not None and known.amount:
            yield _kept(_nothing(known), None, number, since)


def _divisions_of(item: CostItem, query: CostQuery, talks: Talks) -> Iterator[tuple[str, Frozen]]:
    """Yield the periods of an item that end in the time that is closed, as they are divided now."""
    whole = Days(min(item.since, query.days.since), query.days.until)
    for period in item.periods(whole):
        borne = item.borne_in(period)
        accrued = item.accrued(period, borne.until)
        if borne.until <= query.days.until and accrued:
            bearing = [talk for talk in talks.opened(borne) if is_of(talk, item.scope)]
            among = weighed(item, bearing)
            until = borne.until.isoformat()
            yield (
                period.since.isoformat(),
                Frozen(item.name, accrued, item.currency, until, among, 0),
            )


def _kept(
    now: Frozen, item: int | None, subscription: int | None, since: str
) -> kept.ClosedDivision:
    return kept.ClosedDivision(
        item, subscription, now.name, since, now.until, now.amount, now.currency, now.weighed
    )


def _nothing(known: Frozen) -> Frozen:
    """Return that a cost was taken away since."""
    return Frozen(known.name, 0, known.currency, known.until, (), 0)


def _changed_talks(
    facts: Facts, query: CostQuery, before: ClosedBooks | None, rates: kept.Rates
) -> Iterator[kept.ClosedTalk]:
    """Yield the own costs of every conversation of which no closing holds what they are now."""
    costs = Costs(query)
    own = {
        talk.id: TalkCost(talk)
        for talk in facts.talks
        if talk.opened_at < query.until or (before is not None and talk.id in before.talks)
    }
    charge(costs, own, facts)
    view = None if before is None else View(before, before.count, facts.talks)
    is_new_money = before is not None and before.closings[-1].rates != rates
    for cost in own.values():
        now = _own_costs(cost, facts, query)
        known = None if view is None else view.talk(cost.talk)
        if known is None or is_new_money or not known.is_same(now):
            yield kept.ClosedTalk(
                cost.talk.id, now.opened_at, now.list_pico, now.people, now.currency
            )


def _own_costs(cost: TalkCost, facts: Facts, query: CostQuery) -> FrozenTalk:
    """Return what a conversation's own calls and people's time come to, None where unknown."""
    talk = cost.talk
    listed = talk.list_pico if talk.calls else 0
    if talk.minutes is None:
        people = None if _lacks_minutes(talk, cost) else (0, "")
    else:
        people = paid_people(talk, local_day(talk.opened_at, query.zone), facts.hourly)
        if people is None and not talk.minutes:
            people = 0, ""
    amount, currency = (None, "") if people is None else people
    return FrozenTalk(talk.opened_at, listed, amount, currency, 0)


def _lacks_minutes(talk: Talk, cost: TalkCost) -> bool:
    return talk.served in (ESCALATED, PEOPLE_ONLY) and PEOPLE not in cost.parts
