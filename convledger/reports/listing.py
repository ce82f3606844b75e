"""Conversations as a list: which fit a filter, in which order, and what a page of them shows.

The work is SQLite's, in one statement each: Python would keep the app's own thread from answering
keys while it goes through a million rows. Orders are kept until anything is written.
"""

from __future__ import annotations

import sqlite3
from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from msgspec import json

from convledger.clock import QUARTER
from convledger.reports.keeping import keep, kept, numbers, portions, snapshot, value
from convledger.reports.usage_doubt import doubts_of
from convledger.store.calls import LOW, LOW_BITS, SUMS, whole
from convledger.store.outcomes import OutcomeTold, outcomes_told
from convledger.store.patterns import PROJECT, project_column, unicode_text
from convledger.store.standing import relation

LABELS = ("tag", "client", "kind", "outcome", "channel")
SORTS = ("last", "cost", "tokens", "calls", "title", "project", "started")
SHOWN_MODEL = "model.name || CASE model.speed WHEN '' THEN '' ELSE '-' || model.speed END"

_AMONG = "conversation_id IN (SELECT value FROM json_each(?))"
_SEARCHED = ("title", "project", "native")
_WORDS, _LETTERS = 100, 1000  # SQLite bounds how deep a test and how long a pattern may be
_WITH_SUMS = "conversation LEFT JOIN conversation_sum ON conversation_id=conversation.id"
_SUMS_OF_IT = "SELECT 1 FROM conversation_sum WHERE conversation_id=conversation.id"
_TOTALS = (
    "sum(calls), sum(unpriced_calls), sum(list_high), sum(list_low), sum(tokens), "
    "sum(estimated_calls)"
)
# Lower case is what casefold gives for ASCII, of which the characters are as many as the bytes.
_FOLDED = "CASE WHEN length({0})=length(CAST({0} AS BLOB)) THEN lower({0}) ELSE casefold({0}) END"

Filter = tuple[str, list[object]]  # a test of the rows of `conversation`, and its values


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
    channel: tuple[str, ...] = ()
    since: int | None = None
    until: int | None = None
    sort: str = "last"
    ascending: bool = False


@dataclass(slots=True)
class ConversationLine:
    """A conversation as a list shows it; instants are UTC microseconds, amounts picodollars.

    `labels` are what people have given; `ending` and `details` are what the source says.
    """

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
    counted: bool = False  # whether tokens among these were counted from texts, or told rounded
    lacking: bool = False  # whether there are calls whose tokens nobody knows
    labels: dict[str, list[str]] = field(default_factory=dict)
    ending: OutcomeTold | None = None
    details: dict[str, str] = field(default_factory=dict)

    def standing(self, name: str) -> list[str]:
        """Return what stands under a name: what people have given, else what the source says."""
        given = self.labels.get(name)
        if given or self.ending is None or name not in ("outcome", "channel"):
            return given or []
        told = self.ending.channel if name == "channel" else self.ending.resolution
        return [told] if told not in ("", "unknown") else []


@dataclass(slots=True)
class Totals:
    """What all conversations of a list come to; `list_pico` is None where nothing is priced."""

    conversations: int = 0
    calls: int = 0
    unpriced_calls: int = 0
    list_pico: int | None = None
    tokens: int = 0
    estimated_calls: int = 0


def matching(connection: sqlite3.Connection, query: ListQuery) -> array[int]:
    """Return the ids of the conversations that fit, in order; equal ones by their ids.

    Those without a title, project, price or instant to sort by come last in either direction.
    """
    with snapshot(connection):
        order = kept(connection, f"by {query.sort}", lambda: _sorted(connection, query.sort))
        known, ids = order[0], order[1:]
        if not query.ascending:
            ids = ids[:known][::-1] + ids[known:][::-1]
        test, values = fitting_test(query)
        if not test:
            return ids
        chosen: set[int] = set()
        for some in portions(numbers(connection, "id", f"conversation WHERE {test}", values)):
            chosen.update(some)
        found = array("q")
        for some in portions(ids):
            found.extend(filter(chosen.__contains__, some))
        return found


def totals(connection: sqlite3.Connection, query: ListQuery) -> Totals:
    """Return what the conversations that fit come to, each as a whole."""
    with snapshot(connection):
        counted, summed = "conversation", "conversation_sum"
        if fitting_test(query)[0]:
            fill_fitting(connection, query)
            counted = summed = "temp.fitting"
        (count,) = connection.execute(f"SELECT count(*) FROM {counted}").fetchone()
        figures = connection.execute(f"SELECT {_TOTALS} FROM {summed}").fetchone()
    calls, unpriced, high, low, tokens, estimated = (figure or 0 for figure in figures)
    cost = whole(high, low) if calls > unpriced else None
    return Totals(count, calls, unpriced, cost, tokens, estimated)


def filters_of(query: ListQuery) -> ListQuery:
    """Return a query that lists the same conversations, in an order that is always the same."""
    return replace(query, sort="last", ascending=False)


def fill_fitting(connection: sqlite3.Connection, query: ListQuery) -> None:
    """Put the conversations that fit into temp.fitting with their sums; belongs into a snapshot."""
    name = repr(filters_of(query))
    if value(connection, "fitting") == name:
        return
    test, values = fitting_test(query)
    names = ("calls", "unpriced_calls", "tokens", "list_high", "list_low", "estimated_calls")
    sums = ", ".join(f"coalesce(sum({one}), 0)" for one in names)
    connection.execute("DELETE FROM temp.fitting")
    connection.execute(
        f"INSERT INTO temp.fitting SELECT id, {sums} FROM {_WITH_SUMS} "
        f"WHERE {test or 'true'} GROUP BY id",
        values,
    )
    keep(connection, "fitting", name)


def lines(connection: sqlite3.Connection, ids: Sequence[int]) -> list[ConversationLine]:
    """Return the conversations of a page in the order of `ids`, without those that are gone.

    A title is often what was typed first: of a secret in it no more is shown than may be seen.
    """
    from convledger.text.secrets import veiled

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
        for one, (ending, details) in outcomes_told(connection, _json(found)).items():
            found[one].ending, found[one].details = ending, details
    for line in found.values():
        line.title = veiled(line.title or "")
    return [found[one] for one in ids if one in found]


def _fill_figures(connection: sqlite3.Connection, found: dict[int, ConversationLine]) -> None:
    """Fill in what the calls come to."""
    names: dict[int, str] = dict(connection.execute(f"SELECT id, {SHOWN_MODEL} FROM model"))
    rows = connection.execute(
        f"SELECT conversation_id, model_id, {SUMS} FROM conversation_sum WHERE {_AMONG}",
        (_json(found),),
    )
    used: dict[int, dict[str, int]] = {}
    for one, model_id, calls, unpriced, estimated, tokens, high, low in rows:
        line, models = found[one], used.setdefault(one, {})
        models[names[model_id]] = models.get(names[model_id], 0) + calls
        line.calls += calls
        line.unpriced_calls += unpriced
        line.estimated_calls += estimated
        line.tokens += tokens
        if calls > unpriced:
            line.list_pico = (line.list_pico or 0) + whole(high, low)
    for one, some_counted, some_lacking in doubts_of(connection, _json(found)):
        found[one].counted, found[one].lacking = some_counted, some_lacking
    for one, models in used.items():
        named = sorted(filter(None, models), key=lambda name: (-models[name], name))
        found[one].models = tuple(named)


def fitting_test(query: ListQuery) -> Filter:
    """Return an SQL test that a conversation fits all filters; "" where there is none."""
    tests, values = list[str](), list[object]()

    def add(test: str, given: Iterable[object]) -> None:
        tests.append(test)
        values.extend(given)

    for word in unicode_text(query.text).replace("\0", " ").split()[:_WORDS]:
        test, patterns = _word_test(word[:_LETTERS])
        add(test, patterns)
    for test, wanted in (
        ("reader_id IN (SELECT id FROM reader WHERE name IN ({}))", query.source),
        (f"{PROJECT} IN ({{}})", query.project),
    ):
        if wanted:
            add(test.format(_marks(wanted)), map(unicode_text, wanted))
    if query.model:
        of_models = f"conversation_sum WHERE model_id IN (SELECT id FROM model WHERE {SHOWN_MODEL} "
        add(*_bearing(query.model, f"{of_models} != '')", f"{of_models} IN ({{}}))"))
    for name in LABELS:
        if wanted := getattr(query, name):
            rows = f"{relation(name)} AS stands WHERE name=? AND value!=''"
            add(*_bearing(wanted, rows, f"{rows} AND value IN ({{}})", name))
    edges = [
        (test, at) for test, at in ((">= ?", query.since), ("< ?", query.until)) if at is not None
    ]
    if edges:
        add(*_active(edges))
    return " AND ".join(tests), values


def _bearing(wanted: tuple[str, ...], rows: str, named: str, *given: object) -> Filter:
    """Return a test that `named` rows give a wanted value, or `rows` none where "" is wanted."""
    names = [unicode_text(one) for one in wanted if one]
    test = f"id IN (SELECT conversation_id FROM {named.format(_marks(names))})"
    values: list[object] = [*given, *names]
    if "" in wanted:
        test = f"({test} OR id NOT IN (SELECT conversation_id FROM {rows}))"
        values += given
    return test, values


def _active(edges: list[tuple[str, int]]) -> Filter:
    """Return a test for a call in the interval, or a last message in it and no call at all.

    A conversation that has neither a call nor an instant is in no interval.
    """
    given = [at for _, at in edges]
    if any(at % QUARTER for at in given):
        rows, values = _within("call WHERE ", "at", edges), given
    else:
        rows, values = _within("usage WHERE ", "quarter", edges), [at // QUARTER for at in given]
    test = (
        f"(id IN (SELECT conversation_id FROM {rows}) "
        f"OR {_within('', 'last_at', edges)} AND NOT EXISTS ({_SUMS_OF_IT}))"
    )
    return test, [*values, *given]


def _within(rows: str, column: str, edges: list[tuple[str, int]]) -> str:
    return rows + " AND ".join(f"{column} {test}" for test, _ in edges)


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


def _sorted(connection: sqlite3.Connection, sort: str) -> array[int]:
    """Return how many conversations can be sorted, their ids in ascending order, all others."""
    if sort in ("title", "project"):
        connection.create_function("casefold", 1, str.casefold, deterministic=True)
        column = sort if sort == "title" else project_column(connection)
        test, order = f"{column} != ''", _FOLDED.format(column)
    elif sort in ("last", "started"):
        column = "last_at" if sort == "last" else "first_at"
        test, order = f"{column} IS NOT NULL", column
    elif sort == "cost":
        test = f"EXISTS ({_SUMS_OF_IT} AND calls > unpriced_calls)"
        order = f"sum(list_high) + (sum(list_low) >> {LOW_BITS}), sum(list_low) & {LOW}"
    elif sort in ("calls", "tokens"):
        test, order = "true", f"coalesce(sum({sort}), 0)"
    else:
        raise ValueError(f"conversations are sorted by {', '.join(SORTS)}, not by {sort!r}")
    rows = f"conversation WHERE {test}"
    if sort == "cost":
        priced = "sum(calls) > sum(unpriced_calls)"
        rows = (
            f"(SELECT conversation_id AS id, * FROM conversation_sum) GROUP BY id HAVING {priced}"
        )
    elif sort in ("calls", "tokens"):
        rows = f"{_WITH_SUMS} GROUP BY id"
    known = numbers(connection, "id", f"(SELECT id FROM {rows} ORDER BY {order}, id)")
    rest = f"(SELECT id FROM conversation WHERE NOT ({test}) ORDER BY id)"
    others = numbers(connection, "id", rest)
    return array("q", [len(known)]) + known + others


def _json(ids: Iterable[int]) -> str:
    return json.encode(list(ids)).decode()


def _marks(values: Sequence[str]) -> str:
    return ",".join("?" * len(values))
