"""Where conversations and customers stand in a budget, and when which threshold was crossed."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, tzinfo
from fractions import Fraction

from convledger.economics.budget_position import (
    Crossing,
    Position,
    Spent,
    counted_cost,
    crossings,
    edge_names,
    position_edges,
    position_histogram,
    spread,
)
from convledger.economics.budget_terms import FULL, LIST, YEAR, BudgetTerms
from convledger.economics.conversation_costs import NONE, PEOPLE, TalkCost, is_of
from convledger.reports.periods import Span, local_day, spans, start_of_day
from convledger.reports.plan_book import PlanBook
from convledger.reports.unit_costs.asked import CostQuery
from convledger.reports.unit_costs.costs import Costs
from convledger.reports.unit_costs.full_costs import cost_conversations
from convledger.reports.unit_costs.spent_calls import handed_over_at, spent_of
from convledger.words import plural

Worked = Sequence[tuple[int, int]]


@dataclass(slots=True)
class Placed:
    """A conversation in a budget: what counts of its cost, picounits, and what it crossed."""

    cost: TalkCost
    position: Position
    crossings: list[Crossing] = field(default_factory=list)


@dataclass(slots=True)
class CustomerPeriod:
    """A customer's conversations of a period in their budget, picounits.

    `is_partial` tells that only some of the period was asked for.
    """

    customer: str
    period: Span
    units: int
    position: Position
    is_partial: bool
    crossings: list[Crossing] = field(default_factory=list)


@dataclass(slots=True)
class SegmentStanding:
    """The conversations that share a value of a segment, in their budgets; picounits."""

    value: str
    units: int = 0
    known: int = 0
    over: int = 0
    spent: int = 0
    budget: Fraction = Fraction(0)
    reached: dict[int, int] = field(default_factory=dict)

    @property
    def position(self) -> Position:
        """All of them beside all of their budgets."""
        return Position(self.spent if self.known else None, self.budget)


@dataclass(slots=True)
class Standing:
    """A budget with all that is held against it; `notes` say what the figures lack."""

    terms: BudgetTerms
    query: CostQuery
    placed: list[Placed] = field(default_factory=list)
    customers: list[CustomerPeriod] = field(default_factory=list)
    without_customer: int = 0
    lacks_amounts: bool = False
    notes: list[str] = field(default_factory=list)

    @property
    def known(self) -> list[Placed]:
        """The conversations whose cost is known."""
        return [each for each in self.placed if each.position.spent is not None]

    @property
    def over(self) -> list[Placed]:
        """The conversations that cost more than their budget, the dearest first."""
        found = [each for each in self.placed if each.position.is_over]
        return sorted(found, key=lambda each: (-(each.position.spent or 0), each.cost.talk.id))

    @property
    def customers_over(self) -> list[CustomerPeriod]:
        """The customers whose conversations cost more than they leave for them."""
        return [each for each in self.customers if each.position.is_over]

    @property
    def is_over(self) -> bool:
        """Whether anything is over, or the budget itself is less than nothing."""
        return bool(self.over or self.customers_over or self.terms.is_under_water)

    @property
    def spent(self) -> int | None:
        """What all conversations of known cost come to, None where there are only others."""
        known = self.known
        if not known and self.placed:
            return None
        return sum(int(each.position.spent or 0) for each in known)

    def histogram(self) -> list[tuple[str, int]]:
        """Return how many conversations have spent which share of their budget."""
        edges = position_edges(self.terms.thresholds)
        shares = [each.position.share for each in self.placed]
        counts = position_histogram([one for one in shares if one is not None], edges)
        return list(zip(edge_names(edges), counts, strict=True))

    def by(self, segment: str) -> list[SegmentStanding]:
        """Return the conversations by a segment, the most that is over budget first."""
        rows: dict[str, SegmentStanding] = {}
        for each in self.placed:
            value = each.cost.talk.segments.get(segment) or NONE
            row = rows.setdefault(value, SegmentStanding(value))
            row.units += 1
            if each.position.spent is None:
                continue
            row.known += 1
            row.over += each.position.is_over
            row.spent += int(each.position.spent)
            row.budget += each.position.budget or 0
            for threshold in each.position.reached(self.terms.thresholds):
                row.reached[threshold] = row.reached.get(threshold, 0) + 1
        return sorted(rows.values(), key=lambda row: (-row.over, -row.spent, row.value))


@dataclass(frozen=True, slots=True)
class BudgetAlert:
    """A threshold that was crossed: once for a budget, a conversation (or customer), a percent.

    `at` is the instant of the call, `spent` what had been spent by then and `budget` the whole, in
    picounits of the currency. `customer` is named where it is about all of a customer's period.
    """

    budget_name: str
    threshold: int
    at: int
    spent: Fraction
    budget: Fraction
    currency: str
    conversation_id: int | None = None
    conversation: str = ""
    title: str = ""
    customer: str = ""
    period: str = ""


def standing_of(
    connection: sqlite3.Connection, book: PlanBook, terms: BudgetTerms, query: CostQuery
) -> Standing:
    """Return where the conversations of `query` that a budget is about stand in it, and customers.

    With it when each threshold was crossed.
    """
    found = positions_of(connection, book, terms, query)
    _place_customers(found, query)
    _date(connection, found)
    return found


def positions_of(
    connection: sqlite3.Connection, book: PlanBook, terms: BudgetTerms, query: CostQuery
) -> Standing:
    """Return where the conversations of `query` stand, but nothing of customers nor of when."""
    wanted = replace(query, scope=terms.scope, currency=terms.currency)
    return placed_in(terms, query, cost_conversations(connection, book, wanted, anew=True))


def placed_in(terms: BudgetTerms, query: CostQuery, costs: Costs) -> Standing:
    """Return the conversations that a budget is about beside it; not when it was crossed."""
    found = Standing(terms, costs.query)
    found.placed = [
        Placed(cost, Position(counted_cost(cost, terms.counts), terms.per_unit_pico))
        for cost in costs.costs
        if is_of(cost.talk, terms.scope)
        and is_of(cost.talk, query.scope)
        and terms.is_valid_on(local_day(cost.talk.opened_at, query.zone))
    ]
    _note(found, costs)
    return found


def spendings(
    cost: TalkCost, counts: str, calls: Sequence[tuple[int, int | None]], worked: Worked = ()
) -> list[Spent]:
    """Return how a conversation's cost came about: call by call, then what people did.

    What is shared or billed by a plan comes with each call in proportion to its list cost.
    """
    whole, talk = counted_cost(cost, counts), cost.talk
    if whole is None:
        return []
    people = cost.parts.get(PEOPLE, 0) if counts == FULL else 0
    found = []
    if calls:
        parts = spread(whole - people, [pico or 0 for _, pico in calls])
        found = [
            Spent(at or talk.opened_at, part) for (at, _), part in zip(calls, parts, strict=True)
        ]
    elif whole - people:
        found = [Spent(talk.opened_at, Fraction(whole - people))]
    if people and worked:
        # Minutes that were entered without an instant are taken to have been the last.
        times = [at if at >= talk.opened_at else talk.last_at for at, _ in worked]
        parts = spread(people, [seconds for _, seconds in worked])
        found += [Spent(at, part) for at, part in zip(times, parts, strict=True)]
    elif people:
        found.append(Spent(talk.last_at, Fraction(people)))
    return sorted(found, key=lambda each: each.at)


def alerts_of(standing: Standing) -> list[BudgetAlert]:
    """Return every threshold that was crossed, the newest first."""
    terms, found = standing.terms, []
    for each in standing.placed:
        talk = each.cost.talk
        found += [
            BudgetAlert(
                terms.name, one.threshold, one.at, one.spent,
                Fraction(each.position.budget or 0), terms.currency,
                talk.id, talk.name, talk.title,
            )
            for one in each.crossings
        ]  # fmt: skip
    for row in standing.customers:
        found += [
            BudgetAlert(
                terms.name, one.threshold, one.at, one.spent,
                Fraction(row.position.budget or 0), terms.currency,
                customer=row.customer, period=row.period.name,
            )
            for one in row.crossings
        ]  # fmt: skip
    return newest_first(found)


def newest_first(alerts: Iterable[BudgetAlert]) -> list[BudgetAlert]:
    """Return alerts by their instants, of one instant the highest threshold first."""
    return sorted(
        alerts,
        key=lambda one: (
            -one.at, -one.threshold, one.budget_name, one.conversation_id or 0, one.customer,
            one.period,
        ),
    )  # fmt: skip


def period_at(instant: int, per: str, zone: tzinfo) -> Span:
    """Return the calendar's day, week, month or year that holds an instant."""
    if per != YEAR:
        return spans(per, instant, instant, zone)[0]
    year = local_day(instant, zone).year
    bounds = [start_of_day(date(each, 1, 1), zone) for each in (year, year + 1)]
    return Span(bounds[0], bounds[1], str(year))


def _note(found: Standing, costs: Costs) -> None:
    terms = found.terms
    if terms.counts != LIST:
        for currency, what in sorted(costs.missing_rates.items()):
            found.lacks_amounts = True
            found.notes.append(
                f"amounts in {currency} ({what}) are left out: no rate to {terms.currency} is known"
            )
        found.notes += costs.notes
    elif "USD" in costs.missing_rates:
        found.notes.append(f"list costs are in USD, and no rate to {terms.currency} is known")
    if terms.counts == FULL and (costs.without_minutes or costs.without_rate):
        number = costs.without_minutes + costs.without_rate
        found.lacks_amounts = True
        found.notes.append(f"what people cost is not known for {plural(number, 'conversation')}")
    unknown = len(found.placed) - len(found.known)
    if unknown:
        found.notes.append(f"the cost of {unknown:,} of {len(found.placed):,} is not known")


def _place_customers(found: Standing, query: CostQuery) -> None:
    terms = found.terms
    if terms.per_user is None:
        return
    sums: dict[tuple[Span, str], list[int]] = {}
    for each in found.known:
        talk = each.cost.talk
        customer = talk.segments.get(terms.customer, "")
        if not customer:
            found.without_customer += 1
            continue
        period = period_at(talk.opened_at, terms.per, query.zone)
        sums.setdefault((period, customer), []).append(int(each.position.spent or 0))
    for (period, customer), spent in sorted(sums.items(), key=lambda one: (-one[0][0].since, one)):
        is_partial = period.since < query.since or query.until < min(period.until, query.now)
        place = Position(sum(spent), terms.per_user_pico)
        found.customers.append(CustomerPeriod(customer, period, len(spent), place, is_partial))


def _date(connection: sqlite3.Connection, found: Standing) -> None:
    """Walk through the calls of all that reached a threshold, to tell when."""
    terms, query = found.terms, found.query
    reached = [each for each in found.placed if each.position.reached(terms.thresholds)]
    rows = [row for row in found.customers if row.position.reached(terms.thresholds)]
    of_customers: dict[tuple[int, str], list[Placed]] = {}
    if rows:
        wanted = {(row.period.since, row.customer) for row in rows}
        for each in found.known:
            talk = each.cost.talk
            period = period_at(talk.opened_at, terms.per, query.zone)
            key = (period.since, talk.segments.get(terms.customer, ""))
            if key in wanted:
                of_customers.setdefault(key, []).append(each)
    numbers = {each.cost.talk.id for each in reached}
    numbers |= {each.cost.talk.id for several in of_customers.values() for each in several}
    if not numbers:
        return
    calls = spent_of(connection, numbers)
    worked: Mapping[int, Worked] = {}
    if terms.counts == FULL:
        worked = handed_over_at(connection, numbers)

    def walk(each: Placed) -> list[Spent]:
        number = each.cost.talk.id
        return spendings(each.cost, terms.counts, calls[number], worked.get(number, ()))

    for each in reached:
        each.crossings = crossings(walk(each), each.position.budget or 0, terms.thresholds)
    for row in rows:
        all_spent = [
            one for each in of_customers[(row.period.since, row.customer)] for one in walk(each)
        ]
        all_spent.sort(key=lambda one: one.at)
        row.crossings = crossings(all_spent, row.position.budget or 0, terms.thresholds)
