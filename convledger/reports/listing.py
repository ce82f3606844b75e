"""Conversations as a list: which fit a filter, in which order, and what a page of them shows.

The ledger holds no sums by conversation and no order by them. Both are worked out when first asked
for and kept in temporary tables of the connection, until anything is written.
"""

from __future__ import annotations

import sqlite3
from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import compress
from typing import Any

from msgspec import json

from convledger.clock import QUARTER
from convledger.store.calls import ESTIMATED
from convledger.store.patterns import unicode_text

LABELS = ("tag", "client", "kind", "outcome")
SORTS = ("last", "cost", "tokens", "calls", "title", "project", "started")
SHOWN_MODEL = "model.name || CASE model.speed WHEN '' THEN '' ELSE '-' || model.speed END"

Making = Callable[[], Iterable[int]]
_NUMBERS = json.Decoder(list[int])
_AMONG = "conversation_id IN (SELECT value FROM json_each(?))"
_SEARCHED = ("title", "project", "native")
_WORDS, _LETTERS = 100, 1000  # SQLite bounds how deep a test and how long a pattern may be

_TOKENS = "input + output + cache_read + cache_write_5m + cache_write_1h"
# Picodollars of many calls can pass 64 bits: both halves are summed apart and joined in Python.
_HIGH, _LOW = "list_pico >> 30", "list_pico & 1073741823"
_SUMS = ("calls", "unpriced", "estimated", "tokens", "high", "low")
_KEPT = (
    "listing (name TEXT PRIMARY KEY, value)",
    (
        f"conversation_sum (conversation_id INTEGER, model_id INTEGER, {', '.join(_SUMS)}, "
        "PRIMARY KEY (conversation_id, model_id)) WITHOUT ROWID"
    ),
)


@dataclass(frozen=True, slots=True)
class ListQuery:
    """Which conversations, in which order; instants are UTC microseconds, `until` exclusive.

    One value of each facet that is given must fit; an empty value fits where there is none.
    """

    text: str = ""
    source: tuple[str, ...] = ()
    project: tuple[str, ...] = ()
    model: tuple[str, ...] = ()
    tag: tuple[str, ...] = ()
    client: tuple[str, ...] = ()
    kind: tuple[str, ...] = ()
    outcome: tuple[str, ...] = ()
    since: int | None = None
    until: int | None = None
    sort: str = "last"
    ascending: bool = False


@dataclass(slots=True)
class ConversationLine:
    """A conversation as a list shows it; instants are UTC microseconds, amounts picodollars."""

    id: int
    source: str
    native: str
    title: str
    project: str
    branch: str
    first_at: int | None
    last_at: int | None
    parent: str
    relation: str
    models: tuple[str, ...] = ()
    calls: int = 0
    unpriced_calls: int = 0
    estimated_calls: int = 0
    tokens: int = 0
    list_pico: int | None = None
    labels: dict[str, list[str]] = field(default_factory=dict)


@dataclass(slots=True)
class Totals:
    """What all conversations of a list come to; `list_pico` is None where nothing is priced."""

    conversations: int = 0
    calls: int = 0
    unpriced_calls: int = 0
    list_pico: int | None = None
    tokens: int = 0


def matching(connection: sqlite3.Connection, query: ListQuery) -> array[int]:
    """Return the ids of the conversations that fit, in order; equal ones by their ids.

    Those without a title, project, price or instant to sort by come last in either direction.
    """
    with snapshot(connection):
        order = kept(connection, f"by {query.sort}", lambda: _sorted(connection, query.sort))
        known, ids = order[0], order[1:]
        if not query.ascending:
            ids = ids[:known][::-1] + ids[known:][::-1]
        chosen = select(connection, query)
        return ids if chosen is None else array("q", filter(chosen.__contains__, ids))


def totals(connection: sqlite3.Connection, query: ListQuery) -> Totals:
    """Return what the conversations that fit come to, each as a whole."""
    with snapshot(connection):
        chosen, ids = select(connection, query), all_ids(connection)
        if chosen is None:
            sums = f"sum(calls), sum(unpriced_calls), sum({_HIGH}), sum({_LOW}), sum({_TOKENS})"
            figures = connection.execute(f"SELECT {sums} FROM usage").fetchone()
        else:
            fitting = [one in chosen for one in ids]
            names = ("calls", "unpriced", "high", "low", "tokens")
            figures = [sum(compress(_figure(connection, name), fitting)) for name in names]
    calls, unpriced, high, low, tokens = (value or 0 for value in figures)
    pico = (high << 30) + low if calls > unpriced else None
    return Totals(len(ids if chosen is None else chosen), calls, unpriced, pico, tokens)


def lines(connection: sqlite3.Connection, ids: Sequence[int]) -> list[ConversationLine]:
    """Return the conversations of a page in the order of `ids`, without those that are gone."""
    with snapshot(connection):
        rows = connection.execute(
            "SELECT conversation.id, reader.name, native, title, project, branch, first_at, "
            "last_at, parent_native, relation FROM conversation JOIN reader ON "
            "reader.id=reader_id WHERE conversation.id IN (SELECT value FROM json_each(?))",
            (_json(ids),),
        )
        found = {row[0]: ConversationLine(*row) for row in rows}
        _fill_figures(connection, found)
        labels = f"SELECT conversation_id, name, value FROM label WHERE {_AMONG} AND value!=''"
        rows = connection.execute(f"{labels} ORDER BY 1, 2, 3", (_json(found),))
        for one, name, value in rows:
            found[one].labels.setdefault(name, []).append(value)
    return [found[one] for one in ids if one in found]


def _fill_figures(connection: sqlite3.Connection, found: dict[int, ConversationLine]) -> None:
    """Fill in what the calls come to: from the sums where they are kept, else call by call."""
    if _value(connection, "sums") is not None:
        sums = f"{', '.join(_SUMS)} FROM temp.conversation_sum WHERE {_AMONG}"
    else:
        sums = (
            f"count(*), sum(list_pico IS NULL), sum(price_state={ESTIMATED}), sum({_TOKENS}), "
            f"coalesce(sum({_HIGH}), 0), coalesce(sum({_LOW}), 0) FROM call WHERE {_AMONG} "
            "GROUP BY conversation_id, model_id"
        )
    names: dict[int, str] = dict(connection.execute(f"SELECT id, {SHOWN_MODEL} FROM model"))
    rows = connection.execute(f"SELECT conversation_id, model_id, {sums}", (_json(found),))
    used: dict[int, dict[str, int]] = {}
    for one, model_id, calls, unpriced, estimated, tokens, high, low in rows:
        line, models = found[one], used.setdefault(one, {})
        models[names[model_id]] = models.get(names[model_id], 0) + calls
        line.calls += calls
        line.unpriced_calls += unpriced
        line.estimated_calls += estimated
        line.tokens += tokens
        if calls > unpriced:
            line.list_pico = (line.list_pico or 0) + (high << 30) + low
    for one, models in used.items():
        named = sorted(filter(None, models), key=lambda name: (-models[name], name))
        found[one].models = tuple(named)


def select(connection: sqlite3.Connection, query: ListQuery) -> set[int] | None:
    """Return the conversations that fit the filters of `query`; None where it has no filter."""
    tests, values = list[str](), list[str]()
    for word in unicode_text(query.text).replace("\0", " ").split()[:_WORDS]:
        test, patterns = _word_test(word[:_LETTERS])
        tests.append(test)
        values += patterns
    for test, wanted in (
        ("reader_id IN (SELECT id FROM reader WHERE name IN ({}))", query.source),
        ("project IN ({})", query.project),
    ):
        if wanted:
            tests.append(test.format(_marks(wanted)))
            values += map(unicode_text, wanted)
    found: list[set[int]] = []
    if tests:
        rows = f"conversation WHERE {' AND '.join(tests)}"
        found.append(set(numbers(connection, "id", rows, values)))
    if query.model:
        of_models = f"model_id IN (SELECT id FROM model WHERE {SHOWN_MODEL} "
        rows, named = f"usage WHERE {of_models} != '')", f"{of_models} IN ({{}}))"
        found.append(_bearers(connection, query.model, rows, (), named))
    for name in LABELS:
        if wanted := getattr(query, name):
            rows = "label WHERE name=? AND value!=''"
            found.append(_bearers(connection, wanted, rows, (name,), "value IN ({})"))
    if query.since is not None or query.until is not None:
        found.append(_active(connection, query.since, query.until))
    return set.intersection(*found) if found else None


def _bearers(
    connection: sqlite3.Connection,
    wanted: tuple[str, ...],
    rows: str,
    values: tuple[str, ...],
    test: str,
) -> set[int]:
    """Return the conversations that `rows` give a wanted value, or none where "" is wanted."""
    named = [unicode_text(value) for value in wanted if value]
    matched = f"{rows} AND {test.format(_marks(named))}"
    bearers = set(numbers(connection, "conversation_id", matched, (*values, *named)))
    if "" in wanted:
        others = numbers(connection, "conversation_id", rows, values)
        bearers |= set(all_ids(connection)).difference(others)
    return bearers


def _active(connection: sqlite3.Connection, since: int | None, until: int | None) -> set[int]:
    """Return the conversations with a call in the interval, or without any and last heard in it.

    One that has neither a call nor an instant is in no interval.
    """
    edges = [(test, at) for test, at in ((">= ?", since), ("< ?", until)) if at is not None]
    given = [at for _, at in edges]
    if any(at % QUARTER for at in given):
        rows, values = _within("call", "at", edges), given
    else:
        rows, values = _within("usage", "quarter", edges), [at // QUARTER for at in given]
    active = set(numbers(connection, "conversation_id", rows, values))
    heard = numbers(connection, "id", _within("conversation", "last_at", edges), given)
    calls = "SELECT 1 FROM call WHERE conversation_id=one.value"
    rows = f"json_each(?) AS one WHERE NOT EXISTS ({calls})"
    silent = _json(one for one in heard if one not in active)
    return active.union(numbers(connection, "one.value", rows, (silent,)))


def _within(table: str, column: str, edges: list[tuple[str, int]]) -> str:
    return f"{table} WHERE {' AND '.join(f'{column} {test}' for test, _ in edges)}"


def _word_test(word: str) -> tuple[str, list[str]]:
    """Return an SQL test that `word` is in the title, project or native id, in any case.

    LIKE knows the case of A to Z only; a word with other letters that have one is a GLOB of all
    cases of each. That is quick where a plain letter is first, so there is one for each of these.
    """
    if any(not letter.isascii() and len(_cases(letter)) > 1 for letter in word):
        rest = "".join(_one_of(_cases(letter)) for letter in word[1:])
        test, patterns = "{} GLOB ?", [f"*{_one_of(first)}{rest}*" for first in _cases(word[0])]
    else:
        escaped = "".join(f"\\{letter}" if letter in "%_\\" else letter for letter in word)
        test, patterns = r"{} LIKE ? ESCAPE '\'", [f"%{escaped}%"]
    tests = [test.format(column) for column in _SEARCHED for _ in patterns]
    return f"({' OR '.join(tests)})", patterns * len(_SEARCHED)


def _cases(letter: str) -> str:
    """Return the letter in each case that is one letter."""
    cases = {letter, letter.lower(), letter.upper(), letter.casefold()}
    return "".join(sorted(one for one in cases if len(one) == 1))


def _one_of(letters: str) -> str:
    return f"[{letters}]" if len(letters) > 1 or letters in "*?[" else letters


def _sorted(connection: sqlite3.Connection, sort: str) -> list[int]:
    """Return how many conversations can be sorted, their ids in ascending order, all others."""
    if sort == "last":
        rows = "(SELECT id FROM conversation WHERE last_at IS {} NULL ORDER BY last_at, id)"
        dated, undated = (numbers(connection, "id", rows.format(word)) for word in ("NOT", ""))
        return [len(dated), *dated, *undated]
    ids, keys = all_ids(connection), _keys(connection, sort)
    known = [place for place, key in enumerate(keys) if key is not None]
    known.sort(key=keys.__getitem__)
    others = [one for one, key in zip(ids, keys, strict=True) if key is None]
    return [len(known), *map(ids.__getitem__, known), *others]


def _keys(connection: sqlite3.Connection, sort: str) -> list[Any]:
    """Return what each conversation is sorted by, in the order of ids; None if there is nothing."""
    if sort == "cost":
        return costs(connection)
    if sort in ("calls", "tokens"):
        return list(_figure(connection, sort))
    if sort == "started":
        rows = connection.execute("SELECT first_at FROM conversation ORDER BY id")
        return [first_at for (first_at,) in rows]
    if sort in ("title", "project"):
        rows = connection.execute(f"SELECT {sort} FROM conversation ORDER BY id")
        return [text.casefold() or None for (text,) in rows]
    raise ValueError(f"conversations are sorted by {', '.join(SORTS)}, not by {sort!r}")


def costs(connection: sqlite3.Connection) -> list[int | None]:
    """Return the picodollars of each conversation, in the order of ids; None if none is priced."""
    names = ("calls", "unpriced", "high", "low")
    rows = zip(*(_figure(connection, name) for name in names), strict=True)
    return [(high << 30) + low if calls > bare else None for calls, bare, high, low in rows]


def all_ids(connection: sqlite3.Connection) -> array[int]:
    """Return the ids of all conversations, in ascending order."""
    rows = "(SELECT id FROM conversation ORDER BY id)"
    return kept(connection, "ids", lambda: numbers(connection, "id", rows))


def _figure(connection: sqlite3.Connection, name: str) -> array[int]:
    """Return one figure of each conversation, in the order of ids."""
    if _value(connection, name) is None:
        make_sums(connection)
        sums = ", ".join(f"coalesce(sum({one}), 0) AS {one}" for one in _SUMS)
        columns = connection.execute(
            f"SELECT {', '.join(f'json_group_array({one})' for one in _SUMS)} FROM "
            f"(SELECT {sums} FROM conversation LEFT JOIN temp.conversation_sum "
            "ON conversation_id=id GROUP BY id ORDER BY id)"
        ).fetchone()
        for one, column in zip(_SUMS, columns, strict=True):
            _keep(connection, one, array("q", _NUMBERS.decode(column)).tobytes())
    return array("q", _value(connection, name))


def make_sums(connection: sqlite3.Connection) -> None:
    """Sum the roll-up by conversation and model into a temporary table, unless that is there."""
    if _value(connection, "sums") is not None:
        return
    # Adding row by row takes half the time of GROUP BY, which sorts the whole roll-up first.
    added = ", ".join(f"{name}={name}+excluded.{name}" for name in _SUMS)
    connection.execute(
        "INSERT INTO temp.conversation_sum SELECT conversation_id, model_id, calls, "
        f"unpriced_calls, estimated_calls, {_TOKENS}, {_HIGH}, {_LOW} FROM usage WHERE true "
        f"ON CONFLICT DO UPDATE SET {added}"
    )
    _keep(connection, "sums", 1)


@contextmanager
def snapshot(connection: sqlite3.Connection) -> Iterator[None]:
    """Let the block read one state of the ledger, and forget what was kept of an earlier one."""
    connection.execute("SAVEPOINT listing")
    try:
        for table in _KEPT:
            connection.execute(f"CREATE TEMP TABLE IF NOT EXISTS {table}")
        version = connection.execute("PRAGMA data_version").fetchone()[0]
        if _value(connection, "stamp") != f"{version} {connection.total_changes}":
            # Not dropped: SQLite refuses that while any other statement is under way.
            connection.execute("DELETE FROM temp.listing")
            connection.execute("DELETE FROM temp.conversation_sum")
            _keep(connection, "version", version)
        yield
    finally:
        if connection.in_transaction:  # not where an interrupt has ended it
            try:
                connection.execute("RELEASE listing")
            except sqlite3.OperationalError:  # an interrupt that came too late to stop a question
                connection.execute("RELEASE listing")


def kept(connection: sqlite3.Connection, name: str, make: Making) -> array[int]:
    """Return the numbers kept as `name`, made when they are not; belongs into a snapshot."""
    stored = _value(connection, name)
    if stored is None:
        stored = array("q", make()).tobytes()
        _keep(connection, name, stored)
    return array("q", stored)


def _keep(connection: sqlite3.Connection, name: str, value: bytes | int) -> None:
    """Keep a value until something is written; this itself is no such change."""
    put = "INSERT OR REPLACE INTO temp.listing VALUES (?, ?)"
    connection.execute(put, (name, value))
    stamp = f"{_value(connection, 'version')} {connection.total_changes + 1}"
    connection.execute(put, ("stamp", stamp))


def _value(connection: sqlite3.Connection, name: str) -> Any:
    row = connection.execute("SELECT value FROM temp.listing WHERE name=?", (name,)).fetchone()
    return None if row is None else row[0]


def numbers(
    connection: sqlite3.Connection, column: str, rows: str, values: Sequence[object] = ()
) -> list[int]:
    """Return a column of whole numbers; as one JSON text it takes a fifth of the time of rows."""
    found = connection.execute(f"SELECT json_group_array({column}) FROM {rows}", values)
    return _NUMBERS.decode(found.fetchone()[0])


def _json(ids: Iterable[int]) -> str:
    return json.encode(list(ids)).decode()


def _marks(values: Sequence[str]) -> str:
    return ",".join("?" * len(values))
