"""Gathers what a report for a client says, from the economics of its month and the one before."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from convledger.economics.allocation import allocate
from convledger.economics.conversation_costs import LIST, NONE, PEOPLE, TalkCost
from convledger.economics.exchange import ExchangeRate
from convledger.reports.client_report.asked import ReportQuery
from convledger.reports.client_report.tally import Tally
from convledger.reports.periods import local_day
from convledger.reports.unit_costs.summary import Economics

LARGEST = 10


@dataclass(frozen=True, slots=True)
class PriceFacts:
    """The price book by name and version, the day it is of, how many own prices go before it."""

    book: str = ""
    retrieved: str = ""
    own: int = 0


@dataclass(frozen=True, slots=True)
class Group:
    """The conversations that share values of some segments, "(none)" where there is none."""

    keys: tuple[str, ...]
    tally: Tally


@dataclass(frozen=True, slots=True)
class ClientReport:
    """Everything that is in a report; every group adds up to `total`, with what is `left`.

    `left` is what no conversation bears, which is nobody's where the report is about a client;
    `models` are those that anything is drawn of, the dearest first.
    """

    query: ReportQuery
    found: Economics
    before: Economics
    prices: PriceFacts
    total: Tally
    total_before: Tally
    left: Tally | None
    days: tuple[tuple[date, Tally], ...]
    groups: Mapping[tuple[str, ...], tuple[Group, ...]]
    models: tuple[str, ...]
    largest: tuple[TalkCost, ...]
    rates: tuple[ExchangeRate, ...]

    @property
    def currency(self) -> str:
        """The currency that amounts are in."""
        return self.query.costs.currency

    @property
    def has_people(self) -> bool:
        """Whether people had anything to do with it."""
        tally = self.total
        return bool(tally.handed_over or tally.minutes or PEOPLE in tally.parts)


def report_of(
    query: ReportQuery,
    found: Economics,
    before: Economics,
    prices: PriceFacts,
    rate_currencies: Sequence[str] = (),
) -> ClientReport:
    """Return the report; `rate_currencies` are those of people's hourly rates."""
    costs, adjusted = found.costs.costs, found.costs.adjusted
    hidden = frozenset(found.costs.unknown)
    total = _tally(costs, hidden, adjusted)
    left = None
    whole = total
    if found.costs.unallocated or (not query.costs.scope and found.costs.left):
        left = Tally(hidden)
        lost = {each.part for each in found.costs.left if each.amount is None}
        left.leave(found.costs.unallocated, lost & hidden)
        whole = _tally(costs, hidden, adjusted)
        whole.leave(found.costs.unallocated, left.unknown)
    wanted = dict.fromkeys([query.by, ("project",), ("kind",)])
    return ClientReport(
        query=query,
        found=found,
        before=before,
        prices=prices,
        total=whole,
        total_before=_whole(before),
        left=left,
        days=_days(query, costs, hidden, adjusted),
        groups={by: _groups(costs, hidden, by, adjusted) for by in wanted},
        models=tuple(model.name for model in found.models if model.at_list),
        largest=_largest(costs),
        rates=_rates(found, rate_currencies),
    )


def _whole(found: Economics) -> Tally:
    costs = found.costs
    whole = _tally(costs.costs, frozenset(costs.unknown), costs.adjusted)
    lost = {each.part for each in found.costs.left if each.amount is None}
    whole.leave(found.costs.unallocated, lost)
    return whole


def _tally(
    costs: Sequence[TalkCost], hidden: frozenset[str], adjusted: Sequence[TalkCost]
) -> Tally:
    tally = Tally(hidden)
    for cost in costs:
        tally.take(cost, _by_model(cost))
    for cost in adjusted:
        tally.adjust(cost)
    return tally


def _by_model(cost: TalkCost) -> dict[str, int]:
    """Return a conversation's list cost by model, exactly."""
    names = sorted(cost.talk.by_model)
    if not cost.is_known or LIST not in cost.parts or not names:
        return {}
    weights = [cost.talk.by_model[name] for name in names]
    return dict(zip(names, allocate(cost.parts[LIST], weights), strict=True))


def _days(
    query: ReportQuery,
    costs: Sequence[TalkCost],
    hidden: frozenset[str],
    adjusted: Sequence[TalkCost],
) -> tuple[tuple[date, Tally], ...]:
    """Return every day of the month, those still to come left out.

    What has changed in closed months is of the first day.
    """
    asked = query.costs
    end = min(asked.days.until, max(asked.accrued_until, asked.days.since))
    last = max((local_day(cost.talk.opened_at, asked.zone) for cost in costs), default=None)
    if last is not None:  # a clock may have run ahead
        end = max(end, last + timedelta(days=1))
    found = {}
    day = asked.days.since
    while day < end:
        found[day] = Tally(hidden)
        day += timedelta(days=1)
    for cost in costs:
        found[local_day(cost.talk.opened_at, asked.zone)].take(cost, _by_model(cost))
    for cost in adjusted:
        found.setdefault(asked.days.since, Tally(hidden)).adjust(cost)
    return tuple(found.items())


def _groups(
    costs: Sequence[TalkCost],
    hidden: frozenset[str],
    by: tuple[str, ...],
    adjusted: Sequence[TalkCost],
) -> tuple[Group, ...]:
    def keys(cost: TalkCost) -> tuple[str, ...]:
        return tuple(cost.talk.segments.get(name) or NONE for name in by)

    return _grouped(costs, hidden, keys, adjusted)


def _grouped(
    costs: Sequence[TalkCost],
    hidden: frozenset[str],
    keys: Callable[[TalkCost], tuple[str, ...]],
    adjusted: Sequence[TalkCost],
) -> tuple[Group, ...]:
    found: dict[tuple[str, ...], Tally] = {}
    for cost in costs:
        found.setdefault(keys(cost), Tally(hidden)).take(cost, _by_model(cost))
    for cost in adjusted:
        found.setdefault(keys(cost), Tally(hidden)).adjust(cost)
    rows = [Group(names, tally) for names, tally in found.items()]
    rows.sort(key=lambda row: (-(row.tally.full or 0), -row.tally.units, row.keys))
    return tuple(rows)


def _largest(costs: Sequence[TalkCost]) -> tuple[TalkCost, ...]:
    """Return the dearest conversations; of those with the same cost the one with more tokens."""
    ordered = sorted(
        costs,
        key=lambda cost: (-cost.full if cost.is_known else 0, -cost.talk.tokens, cost.talk.id),
    )
    return tuple(ordered[:LARGEST])


def _rates(found: Economics, people: Sequence[str]) -> tuple[ExchangeRate, ...]:
    """Return the rates that amounts of this report rest on; others tell of other clients."""
    own = found.by_id.keys()
    concerned = {"USD"}
    concerned |= {
        each.item.currency
        for each in found.costs.shared
        if not own.isdisjoint(each.parts) or (each.unallocated and not found.costs.query.scope)
    }
    concerned |= {bill.currency for bill in found.costs.billings}
    if any(PEOPLE in cost.parts for cost in found.costs.costs):
        concerned |= set(people)
    return tuple(rate for rate in found.costs.used_rates if rate.currency in concerned)
