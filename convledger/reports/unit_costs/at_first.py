"""What can be said of conversations' costs before every call of theirs has been looked at."""

from __future__ import annotations

import sqlite3
from dataclasses import replace

from convledger.economics.heavy_users import heavy_users
from convledger.economics.ratios import Number
from convledger.economics.service import against_people, service
from convledger.economics.waterfall import waterfall
from convledger.reports.unit_costs.calls import CallFacts
from convledger.reports.unit_costs.components import Components
from convledger.reports.unit_costs.costs import Costs
from convledger.reports.unit_costs.efficiency import efficiency_of
from convledger.reports.unit_costs.noted import notes_of
from convledger.reports.unit_costs.outlying import MULTIPLE, outlying
from convledger.reports.unit_costs.shares import coverage_of, earned
from convledger.reports.unit_costs.spreads import spreads
from convledger.reports.unit_costs.summary import Economics
from convledger.reports.unit_costs.superseded import Retries

_OF_CALLS = ("cost", "tokens", "caching", "retries")  # what notes are about that calls tell


def at_first(
    costs: Costs, connection: sqlite3.Connection, multiple: Number = MULTIPLE
) -> Economics:
    """Return the unit economics of conversations without what only their calls tell.

    Outliers have no reasons yet; models, components, caching and attempts in vain are empty.
    """
    own = costs.costs
    talks = [cost.talk for cost in own]
    calls, again = CallFacts(), Retries(None, None, 0, 0, 0)
    steps = waterfall(
        own, costs.unallocated, unknown=frozenset(costs.unknown), adjusted=costs.adjusted
    )
    ways, full = service(own, [turn for _, turn in costs.turned]), steps.full.amount
    outliers = outlying(connection, own, calls, again, multiple)
    found = Economics(
        costs=costs,
        waterfall=steps,
        coverage=replace(
            coverage_of(own, calls),
            calls=sum(talk.calls for talk in talks),
            priced_calls=sum(talk.calls - talk.unpriced_calls for talk in talks),
            tokens=sum(talk.tokens for talk in talks),
        ),
        service=ways,
        back=against_people(ways, full, costs.hourly, costs.baseline_minutes),
        revenue=earned(costs, full),
        spreads=spreads(own),
        outliers=replace(outliers, found=tuple(replace(row, why="") for row in outliers.found)),
        heavy=heavy_users(own),
        efficiency=efficiency_of(calls, again),
        models=(),
        components=Components((), 0),
        by_id={cost.talk.id: cost for cost in (*own, *costs.adjusted)},
    )
    notes = tuple(note for note in notes_of(found) if note.about not in _OF_CALLS)
    return replace(found, notes=notes)
