"""What a list of entries shows: which ones in which order, what they can be narrowed by, lines."""

from __future__ import annotations

import sqlite3
from array import array
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from convledger.economics.carrying import Cost, cost_of
from convledger.memory.asking import EntryQuery
from convledger.memory.words import ARCHIVED
from convledger.store.entries import matching
from convledger.store.terms import terms_of
from convledger.text.secrets import veiled

RECORDED, SAID, COST, TOKENS, TITLE = "recorded", "said", "cost", "tokens", "title"
ORDERS = (RECORDED, SAID, COST, TOKENS, TITLE)
STATE, KIND, SCOPE, TAG = "state", "kind", "scope", "tag"
FACETS = (STATE, KIND, SCOPE, TAG)
_AT_ONCE = 500

Costs = Mapping[int, Cost]


@dataclass(frozen=True, slots=True)
class Listing:
    """Entries in order; `facets` count those that each value leaves while the others hold.

    `cost` is what those with a known cost come to, estimated, None where none is known.
    `entries` is how many there are at all.
    """

    ids: array[int]
    tokens: int
    cost: Cost
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
    cost: Cost


_ORDERS = {
    RECORDED: "recorded_at DESC, id DESC",
    SAID: "source_date IS NULL, source_date DESC, id DESC",  # without a date at the end
    COST: "tokens DESC, id",
    TOKENS: "tokens DESC, id",
    TITLE: "title COLLATE NOCASE, id",
}


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
    if found is not None:
        chosen = set(found) if chosen is None else chosen.intersection(found)
    (total,) = connection.execute("SELECT count(*) FROM entry").fetchone()
    rows = connection.execute(
        f"SELECT id, tokens, state, kind, scope, tags FROM entry ORDER BY {_ORDERS[order]}"
    ).fetchall()
    if chosen is not None:
        rows = [row for row in rows if row[0] in chosen]
    # Many entries have the same values: what they come to is worked out once for all of them.
    counts = Counter(row[2:] for row in rows)
    facets: dict[str, Counter[str]] = {name: Counter() for name in FACETS}
    fits: set[tuple[str, ...]] = set()
    for values, count in counts.items():
        fails = _failed(values, query)
        if not fails:
            fits.add(values)
        if len(fails) < 2:
            for name in fails or FACETS:
                for value in _values(values)[name]:
                    facets[name][value] += count
    kept = [row for row in rows if row[2:] in fits]
    ids = [row[0] for row in kept]
    if order == COST:
        ids.sort(key=lambda entry_id: -(costs.get(entry_id) or 0))
    if found is not None:
        ids.sort(key=found.__getitem__)
    return Listing(
        array("q", ids),
        sum(row[1] or 0 for row in kept),
        cost_of(costs.get(entry_id) for entry_id in ids),
        facets,
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


def _values(values: Sequence[str]) -> dict[str, Sequence[str]]:
    state, kind, scope, tags = values
    return {STATE: (state,), KIND: (kind,), SCOPE: (scope,), TAG: tags.split() or ("",)}


def _failed(values: Sequence[str], query: EntryQuery) -> list[str]:
    """Return the filters that entries with these values do not pass."""
    own = _values(values)
    wanted = {STATE: query.states, KIND: query.kinds, SCOPE: query.scopes, TAG: query.tags}
    failed = [
        name for name in FACETS if wanted[name] and not set(own[name]).intersection(wanted[name])
    ]
    if not query.states and values[0] == ARCHIVED:
        failed.append(STATE)
    return failed


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
                number, kind, veiled(title), scope, state, tuple(tags.split()), bool(pinned),
                tokens, said, recorded, source, place, costs.get(number),
            )
        )  # fmt: skip
    return found


def stamp_of(connection: sqlite3.Connection) -> tuple[int, ...]:
    """Return figures that are others when entries, or what is known of them, may be others."""
    row = connection.execute(
        "SELECT coalesce((SELECT max(id) FROM operation), 0), (SELECT count(*) FROM entry), "
        "(SELECT count(tokens) FROM entry), (SELECT count(*) FROM entry_pair WHERE status='open'), "
        "(SELECT count(*) FROM finding WHERE status='open'), "
        "(SELECT count(*) FROM entry_source WHERE status='ok'), "
        "(SELECT count(*) FROM pack_render)"
    ).fetchone()
    return tuple(map(int, row))
