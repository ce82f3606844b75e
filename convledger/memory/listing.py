"""What a list of entries shows: which ones in which order, what they can be narrowed by, lines."""

from __future__ import annotations

import sqlite3
from array import array
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from convledger.memory.asking import EntryQuery
from convledger.memory.words import ARCHIVED
from convledger.store.entries import matching
from convledger.store.terms import terms_of

RECORDED, SAID, COST, TOKENS, TITLE = "recorded", "said", "cost", "tokens", "title"
ORDERS = (RECORDED, SAID, COST, TOKENS, TITLE)
STATE, KIND, SCOPE, TAG = "state", "kind", "scope", "tag"
FACETS = (STATE, KIND, SCOPE, TAG)
_AT_ONCE = 500

Costs = Mapping[int, int | None]


@dataclass(frozen=True, slots=True)
class Listing:
    """Entries in order; `facets` count those that each value leaves while the others hold.

    `pico_a_month` is what those with a known cost come to, estimated, None where none is known.
    `entries` is how many there are at all.
    """

    ids: array[int]
    tokens: int
    pico_a_month: int | None
    facets: Mapping[str, Mapping[str, int]]
    entries: int


class EntryLine(NamedTuple):
    """What a list says of an entry; instants in UTC microseconds.

    `place` is where it comes from: a reader of logs, a file, "" where nothing is known.
    """

    id: int
    kind: str
    title: str
    scope: str
    state: str
    tags: tuple[str, ...]
    pinned: bool
    tokens: int | None
    source_date: int | None
    recorded_at: int
    source: str
    place: str
    pico_a_month: int | None


class _Row(NamedTuple):
    id: int
    state: str
    kind: str
    scope: str
    tags: str
    tokens: int | None
    source_date: int | None
    recorded_at: int


def listing(
    connection: sqlite3.Connection,
    query: EntryQuery,
    costs: Costs,
    order: str = RECORDED,
    only: Iterable[int] | None = None,
) -> Listing:
    """Return the entries that a query means; what is archived only where its state is asked for.

    `only` leaves no others than those. Words found rank before the order: the best comes first.
    """
    chosen = None if only is None else set(only)
    found = found_by(connection, query.text)
    rows: list[_Row] = []
    counts: dict[str, Counter[str]] = {name: Counter() for name in FACETS}
    total = 0
    for each in connection.execute(
        "SELECT id, state, kind, scope, tags, tokens, source_date, recorded_at FROM entry"
    ):
        row = _Row(*each)
        total += 1
        if (found is not None and row.id not in found) or (
            chosen is not None and row.id not in chosen
        ):
            continue
        values = _values(row)
        fails = [name for name in FACETS if not _fits(name, values[name], query)]
        if len(fails) > 1:
            continue
        for name in fails or FACETS:
            counts[name].update(values[name])
        if not fails:
            rows.append(row)
    rows.sort(key=_order(connection, order, costs))
    if found is not None:
        rows.sort(key=lambda row: found[row.id])
    known = [cost for row in rows if (cost := costs.get(row.id)) is not None]
    return Listing(
        array("q", [row.id for row in rows]),
        sum(row.tokens or 0 for row in rows),
        sum(known) if known else None,
        counts,
        total,
    )


def found_by(connection: sqlite3.Connection, text: str) -> dict[int, int] | None:
    """Return the place of each entry that words find, the best first; None where there are none.

    The last word may go on: whoever types has not ended it.
    """
    terms = terms_of(text)
    if not terms:
        return None
    expressions = [term.expression for term in terms]
    if text[-1:].isalnum() and not terms[-1].open_end:
        expressions[-1] += "*"
    hits = matching(connection, " ".join(expressions), -1)
    return {entry_id: place for place, (entry_id, _) in enumerate(hits)}


def _values(row: _Row) -> dict[str, Sequence[str]]:
    tags = row.tags.split() or [""]
    return {STATE: (row.state,), KIND: (row.kind,), SCOPE: (row.scope,), TAG: tags}


def _fits(name: str, values: Sequence[str], query: EntryQuery) -> bool:
    wanted = {STATE: query.states, KIND: query.kinds, SCOPE: query.scopes, TAG: query.tags}[name]
    if not wanted:
        return name != STATE or values[0] != ARCHIVED
    return any(value in wanted for value in values)


def _order(
    connection: sqlite3.Connection, order: str, costs: Costs
) -> Callable[[_Row], tuple[Any, ...]]:
    if order == TITLE:
        titles = {
            entry_id: title.casefold()
            for entry_id, title in connection.execute("SELECT id, title FROM entry")
        }
        return lambda row: (titles.get(row.id, ""), row.id)
    if order == COST:
        return lambda row: (-(costs.get(row.id) or 0), -(row.tokens or 0), row.id)
    if order == TOKENS:
        return lambda row: (-(row.tokens or 0), row.id)
    if order == SAID:  # without a date at the end
        return lambda row: (row.source_date is None, -(row.source_date or 0), -row.id)
    return lambda row: (-row.recorded_at, -row.id)


def entry_lines(
    connection: sqlite3.Connection, ids: Iterable[int], costs: Costs
) -> list[EntryLine]:
    """Return what a list says of entries, those that there are; none of their texts is read."""
    wanted = list(dict.fromkeys(ids))
    found: list[EntryLine] = []
    for start in range(0, len(wanted), _AT_ONCE):
        found += _lines(connection, wanted[start : start + _AT_ONCE], costs)
    return found


def _lines(connection: sqlite3.Connection, ids: list[int], costs: Costs) -> list[EntryLine]:
    marks = ",".join("?" * len(ids))
    sources = {
        entry_id: (kind, place)
        for entry_id, kind, place in connection.execute(
            "SELECT entry_id, kind, place FROM entry_source WHERE id IN (SELECT min(id) "
            f"FROM entry_source WHERE entry_id IN ({marks}) GROUP BY entry_id)",
            ids,
        )
    }
    rows = connection.execute(
        "SELECT id, kind, title, scope, state, tags, pinned, tokens, source_date, recorded_at "
        f"FROM entry WHERE id IN ({marks})",
        ids,
    )
    found = []
    for number, kind, title, scope, state, tags, pinned, *rest in rows:
        tokens, said, recorded = rest
        source, place = sources.get(number, ("", ""))
        found.append(
            EntryLine(
                number, kind, title, scope, state, tuple(tags.split()), bool(pinned), tokens,
                said, recorded, source, place, costs.get(number),
            )
        )  # fmt: skip
    return found
