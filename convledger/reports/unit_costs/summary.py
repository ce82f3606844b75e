"""Everything that unit economics says of some conversations, each number with who is behind it."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from convledger.economics.conversation_costs import TalkCost
from convledger.economics.escalation import Return
from convledger.economics.heavy_users import HeavyUsers, heavy_users
from convledger.economics.plan_use import PlanUse
from convledger.economics.ratios import Number
from convledger.economics.segments import SegmentTable, segments
from convledger.economics.service import Service, against_people, service
from convledger.economics.spread import Spread
from convledger.economics.waterfall import Waterfall, waterfall
from convledger.pricing import Rater
from convledger.reports.unit_costs.calls import read_calls
from convledger.reports.unit_costs.components import Components, components_of
from convledger.reports.unit_costs.costs import Costs
from convledger.reports.unit_costs.efficiency import Efficiency, efficiency_of
from convledger.reports.unit_costs.noted import Note, notes_of, span_name
from convledger.reports.unit_costs.outlying import MULTIPLE, Outlying, outlying
from convledger.reports.unit_costs.shares import (
    Coverage,
    Earned,
    ModelShare,
    coverage_of,
    earned,
    model_shares,
    plan_uses,
)
from convledger.reports.unit_costs.spreads import spreads
from convledger.reports.unit_costs.superseded import retries


@dataclass(frozen=True, slots=True)
class Economics:
    """The unit economics of the conversations of `costs`.

    `by_id` has those with adjustments of closed months too.

    Amounts are picounits of the query's currency; those of `components` and of the savings in
    `efficiency` are picodollars at list prices. Where something is None, a note about it says why.
    """

    costs: Costs
    waterfall: Waterfall
    coverage: Coverage
    service: Service
    back: Return | None  # against people alone
    revenue: Earned
    spreads: Mapping[str, Spread]  # by messages, turns, minutes, tokens, cost
    outliers: Outlying
    heavy: HeavyUsers
    efficiency: Efficiency
    models: tuple[ModelShare, ...]
    components: Components
    plans: tuple[PlanUse, ...] = ()
    notes: tuple[Note, ...] = ()
    by_id: Mapping[int, TalkCost] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """What the stretch of time is called: "October 2026"."""
        return span_name(self.costs.query)

    @property
    def currency(self) -> str:
        """The currency that amounts are in."""
        return self.costs.query.currency

    def table(self, by: Sequence[str]) -> SegmentTable:
        """Return costs by one segment or two; raises ValueError for others."""
        return segments(self.costs.costs, by, self.costs.adjusted)

    def reason(self, *about: str) -> str:
        """Return what the notes say about something, the first of them; nothing where nothing."""
        return next((note.text for note in self.notes if note.about in about), "")

    def behind(self, what: str, by: Sequence[str] = ()) -> tuple[TalkCost, ...]:
        """Return the conversations behind a number, the earliest first; outliers by their cost.

        Raises ValueError where there is no such number.

        `what` is like `outliers`, `way:escalated`, `bin:messages:8`, `segment:acme` (of the
        segments in `by`), `user:ana`, `model:opus`, `part:people`, `component:output`.
        """
        from convledger.reports.unit_costs.behind import ids_behind

        ids = ids_behind(self, what, by)
        if what != "outliers":
            among = {*ids}
            ids = tuple(number for number in self.by_id if number in among)
        return tuple(self.by_id[number] for number in ids)


def summary_of(
    costs: Costs, connection: sqlite3.Connection, rater: Rater, multiple: Number = MULTIPLE
) -> Economics:
    """Return the unit economics of conversations; outliers cost `multiple` medians or more."""
    own = costs.costs
    by_id = {cost.talk.id: cost for cost in own}
    calls = read_calls(connection, rater, by_id)
    again = retries(connection, by_id, calls)
    steps = waterfall(
        own, costs.unallocated, unknown=frozenset(costs.unknown), adjusted=costs.adjusted
    )
    ways = service(own, [turn for _, turn in costs.turned])
    full = steps.full.amount
    found = Economics(
        costs=costs,
        waterfall=steps,
        coverage=coverage_of(own, calls),
        service=ways,
        back=against_people(ways, full, costs.hourly, costs.baseline_minutes),
        revenue=earned(costs, full),
        spreads=spreads(own),
        outliers=outlying(connection, own, calls, again, multiple),
        heavy=heavy_users(own),
        efficiency=efficiency_of(calls, again),
        models=model_shares(own, calls),
        components=components_of(calls),
        plans=plan_uses(costs),
        by_id={**by_id, **{cost.talk.id: cost for cost in costs.adjusted}},
    )
    return replace(found, notes=tuple(notes_of(found)))
