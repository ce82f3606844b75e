"""Facets: the values that a list of conversations can be filtered by, and how many have each."""

from __future__ import annotations

import json
import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import Any

from convledger.reports.listing import (
    SHOWN_MODEL,
    ListQuery,
    all_ids,
    costs,
    kept,
    make_sums,
    numbers,
    select,
    snapshot,
)

FACETS = ("source", "project", "model", "client", "tag", "kind", "outcome")
Amounts = dict[int, int | None]  # picodollars by conversation, None where nothing is priced

_NAMES = {
    "source": "id, name FROM reader",
    "project": "id, project FROM conversation",
    "model": f"id, {SHOWN_MODEL} FROM model",
}


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
    found = {}
    with snapshot(connection):
        amounts: Amounts = dict(zip(all_ids(connection), costs(connection), strict=True))
        fitting = _among(amounts, select(connection, query))
        for name in FACETS:
            wanted: tuple[str, ...] = getattr(query, name)
            within = fitting
            if wanted:
                unfiltered: dict[str, Any] = {name: ()}
                others = select(connection, replace(query, **unfiltered))
                within = _among(amounts, others)
            found[name] = _values(connection, name, within, wanted)
    return found


def _among(amounts: Amounts, chosen: set[int] | None) -> Amounts:
    return amounts if chosen is None else {one: amounts[one] for one in chosen}


def _values(
    connection: sqlite3.Connection, name: str, within: Amounts, wanted: tuple[str, ...]
) -> list[FacetValue]:
    """Return the values that the conversations of `within` have, and those wanted."""
    counts: dict[Any, int] = defaultdict(int)
    sums: dict[Any, int] = defaultdict(int)
    bearers, keys = _bearers(connection, name)
    for one, key in zip(bearers, keys, strict=True):
        if one in within:
            counts[key] += 1
            pico = within[one]
            if pico is not None:
                sums[key] += pico
    texts: dict[Any, str] = {}
    if name in _NAMES:
        rows = f"SELECT {_NAMES[name]} WHERE id IN (SELECT value FROM json_each(?))"
        texts = dict(connection.execute(rows, (json.dumps(list(counts)),)))
    bare = within.keys() - set(bearers)
    if bare:
        counts[""] = len(bare)
        picos = [pico for pico in map(within.__getitem__, bare) if pico is not None]
        if picos:
            sums[""] = sum(picos)
    values = [FacetValue(texts.get(key, key), n, sums.get(key)) for key, n in counts.items()]
    missing = set(wanted).difference(one.value for one in values)
    values += [FacetValue(value, 0, None) for value in missing]
    return sorted(values, key=lambda one: (-one.count, one.value))


def _bearers(connection: sqlite3.Connection, name: str) -> tuple[Sequence[int], Sequence[Any]]:
    """Return conversations and beside each a value that it has: a text, or the id of a row."""
    if name == "source":
        rows = "(SELECT reader_id FROM conversation ORDER BY id)"
        readers = kept(connection, "readers", lambda: numbers(connection, "reader_id", rows))
        return all_ids(connection), readers
    if name == "project":
        return all_ids(connection), kept(connection, "projects", lambda: _projects(connection))
    if name == "model":
        models = kept(connection, "models", lambda: _models(connection))
        return models[::2], models[1::2]
    rows = "SELECT conversation_id, value FROM label WHERE name=? AND value!=''"
    found = connection.execute(rows, (name,)).fetchall()
    return [one for one, _ in found], [value for _, value in found]


def _projects(connection: sqlite3.Connection) -> list[int]:
    """Return for each conversation, by id, the first one that is of the same project."""
    first: dict[str, int] = {}
    rows = connection.execute("SELECT project, id FROM conversation ORDER BY id")
    return [first.setdefault(project, one) for project, one in rows]


def _models(connection: sqlite3.Connection) -> Iterable[int]:
    """Return each conversation followed by a model that it used, one of those shown alike."""
    make_sums(connection)
    first: dict[str, int] = {}
    rows = connection.execute(f"SELECT {SHOWN_MODEL}, id FROM model WHERE name || speed != ''")
    alike = {one: first.setdefault(name, one) for name, one in rows}
    users = numbers(connection, "conversation_id", "temp.conversation_sum")
    models = numbers(connection, "model_id", "temp.conversation_sum")
    pairs = zip(users, models, strict=True)
    return chain.from_iterable(
        dict.fromkeys((one, alike[model]) for one, model in pairs if model in alike)
    )
