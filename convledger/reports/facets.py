"""Facets: the values that a list of conversations can be filtered by, and how many have each."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable
from dataclasses import astuple, dataclass, replace
from datetime import timedelta, tzinfo
from typing import Any, NamedTuple

from convledger.reports.keeping import keep, snapshot
from convledger.reports.keeping import value as kept_value
from convledger.reports.listing import (
    SHOWN_MODEL,
    ListQuery,
    fill_fitting,
    filters_of,
    fitting_test,
)
from convledger.reports.periods import local_day, start_of_day
from convledger.store.calls import whole
from convledger.store.patterns import project_column
from convledger.store.standing import relation

FACETS = ("source", "project", "model", "client", "tag", "kind", "outcome", "channel")
_COUNTS = (
    "count(*), coalesce(sum(fitting.calls > fitting.unpriced_calls), 0), "
    "coalesce(sum(fitting.list_high), 0), coalesce(sum(fitting.list_low), 0)"
)
_FITTING = "temp.fitting AS fitting"


class Counts(NamedTuple):
    """Of some conversations: how many, how many with a price, and both halves of their cost."""

    conversations: int = 0
    priced: int = 0
    high: int = 0
    low: int = 0

    def minus(self, other: Counts) -> Counts:
        """Return the counts without those of a part."""
        return Counts(*(one - part for one, part in zip(self, other, strict=True)))

    def plus(self, other: Counts) -> Counts:
        """Return the counts with those of others."""
        return Counts(*(one + more for one, more in zip(self, other, strict=True)))


@dataclass(frozen=True, slots=True)
class FacetValue:
    """A value, how many conversations have it, and what these come to in picodollars.

    The empty value stands for those that have none; `list_pico` is None where nothing is priced.
    """

    value: str
    count: int
    list_pico: int | None


def facets(connection: sqlite3.Connection, query: ListQuery) -> dict[str, list[FacetValue]]:
    """Return the values of each facet under all filters but its own, the commonest first.

    A value that `query` asks for is there even where no conversation has it.
    """
    found: dict[str, list[FacetValue]] = {}
    asked = repr(filters_of(query))
    with snapshot(connection):
        before, answer = json.loads(kept_value(connection, "facets") or '["", {}]')
        if before == asked:
            return {name: [FacetValue(*one) for one in values] for name, values in answer.items()}
        # Those without a filter of their own first: they share what fits.
        for name in sorted(FACETS, key=lambda one: bool(getattr(query, one))):
            wanted: tuple[str, ...] = getattr(query, name)
            unfiltered: dict[str, Any] = {name: ()}
            fill_fitting(connection, replace(query, **unfiltered))
            counts = dict.fromkeys(wanted, Counts())
            for value, some in _counted(connection, name):
                if some.conversations:
                    counts[value] = counts.get(value, Counts()).plus(some)
            values = [
                FacetValue(
                    value, some.conversations, whole(some.high, some.low) if some.priced else None
                )
                for value, some in counts.items()
            ]
            found[name] = sorted(values, key=lambda one: (-one.count, one.value))
        found = {name: found[name] for name in FACETS}
        answer = {name: [astuple(one) for one in values] for name, values in found.items()}
        keep(connection, "facets", json.dumps([asked, answer]))
    return found


DATES = {"today": 1, "7 days": 7, "30 days": 30, "90 days": 90}  # names of spans up to now


def date_starts(now: int, zone: tzinfo) -> dict[str, int]:
    """Return when each of DATES begins, UTC microseconds: with a day of `zone`."""
    today = local_day(now, zone)
    return {
        name: start_of_day(today - timedelta(days=days - 1), zone) for name, days in DATES.items()
    }


def date_facet(
    connection: sqlite3.Connection, query: ListQuery, now: int, zone: tzinfo
) -> list[FacetValue]:
    """Return how many conversations were at work in each of DATES, under all other filters.

    A span is left out where a shorter one holds as many; costs are not told, as they would be
    those of the whole conversations.
    """
    found: list[FacetValue] = []
    with snapshot(connection):
        for name, since in date_starts(now, zone).items():
            test, values = fitting_test(replace(query, since=since, until=None))
            (count,) = connection.execute(
                f"SELECT count(*) FROM conversation WHERE {test}", values
            ).fetchone()
            if count and (not found or count > found[-1].count):
                found.append(FacetValue(name, count, None))
    return found


def _counted(connection: sqlite3.Connection, name: str) -> Iterable[tuple[str, Counts]]:
    """Yield the values that fitting conversations have, "" for those that have none."""
    if name == "source":
        rows = f"{_FITTING} JOIN conversation USING (id) GROUP BY reader_id"
        return _grouped(connection, "(SELECT name FROM reader WHERE reader.id=reader_id)", rows)
    if name == "project":
        rows = f"{_FITTING} JOIN conversation USING (id) GROUP BY 1"
        return _grouped(connection, project_column(connection), rows)
    if name == "model":
        return _models(connection)
    return _labels(connection, name)


def _grouped(
    connection: sqlite3.Connection, column: str, rows: str, *values: object
) -> list[tuple[str, Counts]]:
    found = connection.execute(f"SELECT {column}, {_COUNTS} FROM {rows}", values)
    return [(value, Counts(*counts)) for value, *counts in found]


def _models(connection: sqlite3.Connection) -> list[tuple[str, Counts]]:
    """Return each model that is shown: conversations count once for those that are shown alike."""
    names: dict[str, list[int]] = {}
    rows = connection.execute(f"SELECT {SHOWN_MODEL}, id FROM model WHERE name || speed != ''")
    for name, one in rows:
        names.setdefault(name, []).append(one)
    found = []
    alone = {str(one): name for name, (one, *more) in names.items() if not more}
    users = "conversation_sum AS used WHERE used.model_id IN ({})"
    by_model = (
        f"conversation_sum AS used CROSS JOIN {_FITTING} ON fitting.id=used.conversation_id "
        "GROUP BY used.model_id"
    )
    for one, counts in _grouped(connection, "CAST(used.model_id AS TEXT)", by_model):
        if one in alone:
            found.append((alone[one], counts))
    for name, alike in names.items():
        if len(alike) > 1:
            those = f"SELECT conversation_id FROM {users.format(', '.join(map(str, alike)))}"
            found += _grouped(connection, "?", f"{_FITTING} WHERE id IN ({those})", name)
    every = ", ".join(str(one) for alike in names.values() for one in alike)
    bare = f"SELECT 1 FROM {users.format(every)} AND used.conversation_id=fitting.id"
    return found + _grouped(connection, "''", f"{_FITTING} WHERE NOT EXISTS ({bare})")


def _labels(connection: sqlite3.Connection, name: str) -> list[tuple[str, Counts]]:
    """Return each value of a label; few conversations have any, hence these are looked for."""
    stands = f"{relation(name)} AS stands"
    given = f"{stands} WHERE name=? AND value!=''"
    rows = f"{stands} CROSS JOIN {_FITTING} ON fitting.id=conversation_id"
    found = _grouped(connection, "value", f"{rows} WHERE name=? AND value!='' GROUP BY value", name)
    ((_, every),) = _grouped(connection, "''", _FITTING)
    having = f"{_FITTING} WHERE id IN (SELECT conversation_id FROM {given})"
    ((_, labelled),) = _grouped(connection, "''", having, name)
    return [*found, ("", every.minus(labelled))]
