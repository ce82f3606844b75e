"""Who bears one cost: its division to the last picounit, period by period and in sum."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass, field

from convledger.economics.conversation_costs import Talk
from convledger.economics.cost_items import CostItem
from convledger.plans.calendar import start_of_day
from convledger.reports.unit_costs.asked import CostQuery
from convledger.reports.unit_costs.converting import Money
from convledger.reports.unit_costs.shared import Charged, Talks, charged_periods, item_of
from convledger.reports.unit_costs.talks import read_talks
from convledger.store.costs import StoredItem


@dataclass(slots=True)
class Bearing:
    """What conversations bear of a cost, picounits of its own currency.

    `periods` are those with a day in what was asked for, whole as far as they have fallen due;
    `borne` are all conversations with a part, the largest first.
    """

    item: CostItem
    periods: list[Charged] = field(default_factory=list)
    borne: list[tuple[Talk, int]] = field(default_factory=list)

    @property
    def amount(self) -> int:
        """What has fallen due."""
        return sum(each.accrued for each in self.periods)

    @property
    def unallocated(self) -> int:
        """What no conversation bears."""
        return sum(each.shared.unallocated for each in self.periods)


def bearing(connection: sqlite3.Connection, stored: StoredItem, query: CostQuery) -> Bearing:
    """Return who bears a cost in the time of `query`, whose currency is the cost's own."""
    item = item_of(stored)
    own = list(item.periods(query.days))
    found = Bearing(item)
    if not own or stored.gone_at is not None:
        return found
    talks = read_talks(
        connection,
        start_of_day(own[0].since, query.zone),
        start_of_day(own[-1].until, query.zone),
    )
    known = {talk.id: talk for talk in talks}
    money = Money(stored.currency, ())
    found.periods = list(charged_periods(item, query, Talks(talks, query.zone), money))
    sums: dict[int, int] = {}
    for charged in found.periods:
        for number, part in charged.shared.parts.items():
            sums[number] = sums.get(number, 0) + part
    order = {talk.id: place for place, talk in enumerate(talks)}
    ranked = sorted(sums, key=lambda number: (-abs(sums[number]), order[number]))
    found.borne = [(known[number], sums[number]) for number in ranked]
    return found
