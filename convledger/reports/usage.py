"""Usage by anything: what calls, tokens and costs come to, grouped and filtered."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import tzinfo
from typing import Any

from convledger.clock import QUARTER
from convledger.errors import UsageProblem
from convledger.money import usd_text
from convledger.reports.joined_rows import ended, joined
from convledger.reports.periods import Span, five_hour_windows, spans
from convledger.reports.reported_steps import make_reported
from convledger.reports.usage_doubt import counted_column, lacking_column
from convledger.store.patterns import PROJECT, any_of, any_project, labelled
from convledger.store.standing import relation, standing

PERIODS = ("hour", "day", "week", "month", "window5h")
LABELS = ("tag", "client", "kind", "outcome", "channel")
KEYS = (*PERIODS, "source", "model", "provider", "project", "conversation", *LABELS)
_COLUMNS = {
    "source": "reader.name",
    "model": "model.name || CASE model.speed WHEN '' THEN '' ELSE '-' || model.speed END",
    "provider": "model.provider",
    "project": PROJECT,
    "conversation": "conversation.native",
}
_COUNTS = (
    "calls",
    "unpriced_calls",
    "estimated_calls",
    "input",
    "output",
    "reasoning",
    "cache_read",
    "cache_write_5m",
    "cache_write_1h",
    "web_searches",
    "reported_calls",
)
# Picodollars of many calls can pass 64 bits: both halves are summed apart and joined in Python.
_AMOUNTS = ("list_pico", "reported_pico")
_OF_CALLS = frozenset(["window5h", "model", "provider"])  # calls alone are in these
_SUMS = ", ".join(
    [f"sum(base.{name})" for name in _COUNTS]
    + [f"sum(base.{name} >> 30), sum(base.{name} & 1073741823)" for name in _AMOUNTS]
)


@dataclass(frozen=True, slots=True)
class UsageQuery:
    """A question for usage; instants are UTC microseconds, `until` exclusive."""

    by: tuple[str, ...]
    zone: tzinfo
    zone_name: str = "UTC"
    since: int | None = None
    until: int | None = None
    source: tuple[str, ...] = ()
    model: tuple[str, ...] = ()
    project: tuple[str, ...] = ()
    tag: tuple[str, ...] = ()
    client: tuple[str, ...] = ()
    outcome: tuple[str, ...] = ()
    channel: tuple[str, ...] = ()
    conversation: tuple[str, ...] = ()


@dataclass(slots=True)
class UsageRow:
    """What one group comes to; `list_pico` is None where nothing in it has a price."""

    keys: dict[str, str | None]
    conversations: int = 0
    calls: int = 0
    unpriced_calls: int = 0
    estimated_calls: int = 0
    input: int = 0
    output: int = 0
    reasoning: int = 0
    cache_read: int = 0
    cache_write_5m: int = 0
    cache_write_1h: int = 0
    web_searches: int = 0
    list_pico: int | None = None
    reported_pico: int | None = None
    title: str | None = None
    counted: bool = False  # whether tokens among these were counted from texts, or told rounded
    lacking: bool = False  # whether there are calls whose tokens nobody knows

    @property
    def tokens(self) -> int:
        """All tokens, each counted once."""
        return (
            self.input + self.output + self.cache_read + self.cache_write_5m + self.cache_write_1h
        )

    def document(self) -> dict[str, Any]:
        """Return the row as the JSON contract has it."""
        row: dict[str, Any] = dict(self.keys)
        if self.title is not None:
            row["title"] = self.title
        for name in ("calls", "conversations", *_COUNTS[3:9]):
            row[name] = getattr(self, name)
        row["list_cost_usd"] = None if self.list_pico is None else usd_text(self.list_pico)
        row["unpriced_calls"] = self.unpriced_calls
        row["reported_cost_usd"] = (
            None if self.reported_pico is None else usd_text(self.reported_pico)
        )
        row["estimated_calls"] = self.estimated_calls
        row["tokens_estimated"] = self.counted
        row["tokens_unknown"] = self.lacking
        row["web_searches"] = self.web_searches
        return row


@dataclass(slots=True)
class UsageReport:
    """The answer: rows sorted by their keys, and the total of all that was asked for."""

    query: UsageQuery
    rows: list[UsageRow] = field(default_factory=list)
    total: UsageRow = field(default_factory=lambda: UsageRow({}))

    def document(self) -> dict[str, Any]:
        """Return the report as the JSON contract has it."""
        return {
            "schema": 1,
            "timezone": self.query.zone_name,
            "by": list(self.query.by),
            "rows": [row.document() for row in self.rows],
            "total": self.total.document(),
        }


def check_keys(by: Iterable[str]) -> None:
    """Raise UsageProblem for a key that there is not, naming the nearest that there is."""
    for key in by:
        if key not in KEYS:
            from difflib import get_close_matches

            near = get_close_matches(key, KEYS, 1)
            hint = f"; did you mean {near[0]}?" if near else "."
            raise UsageProblem(f"no such key: {key}{hint} Keys are: {', '.join(KEYS)}")


def usage(connection: sqlite3.Connection, query: UsageQuery) -> UsageReport:
    """Answer `query` from the roll-up, or from the calls where a quarter hour is too coarse."""
    check_keys(query.by)
    exact = "window5h" in query.by or any(
        edge is not None and edge % QUARTER for edge in (query.since, query.until)
    )
    where, values = _filters(query, exact)
    bases = [_base(connection, exact)]
    if not (query.model or _OF_CALLS & set(query.by)):
        bases += ended(connection, (*_COUNTS, *_AMOUNTS), 1 if exact else QUARTER)
    counted = f"{counted_column(connection)}, {lacking_column(connection)}"
    report = UsageReport(query)
    _make_spans(connection, query, exact, bases, where, values)
    spanned, joins, keys, groups = [], _joins(query), [], []
    for key in query.by:
        if key in PERIODS:
            # Spans come first, so that each reads its own stretch of the roll-up and no more.
            spanned.append(f"temp.span_{key} CROSS JOIN ")
            joins.append(f"AND base.t >= span_{key}.lo AND base.t < span_{key}.hi")
            keys.append(f"span_{key}.name")
            groups.append(f"span_{key}.lo")
        else:
            keys.append(_COLUMNS.get(key, f"label_{key}.value"))
            groups.append(keys[-1])
    if keys:
        title = ", max(conversation.title)" if "conversation" in query.by else ""
        labels = [_label_join(key) for key in query.by if key in LABELS]
        ends = [join for join in joins if join.startswith("AND")]
        condition = where.replace("WHERE", "AND", 1) if where else ""
        by = ", ".join(groups)
        found = [
            connection.execute(
                f"SELECT {by}, {', '.join(keys)}, {_DISTINCT}, {counted}, {_SUMS}{title} "
                f"FROM {''.join(spanned)}{base} "
                f"{' '.join(join for join in joins if not join.startswith('AND'))} "
                f"{' '.join(labels)} WHERE true {' '.join(ends)} {condition} "
                f"GROUP BY {by} ORDER BY {by}",
                values,
            ).fetchall()
            for base in bases
        ]
        count = len(keys)
        report.rows = [
            _row(dict(zip(query.by, row[count:], strict=False)), row[2 * count :])
            for row in joined(found, count)
        ]
    report.total = _total(connection, query, bases[0], where, values, report.rows, counted)
    for base in bases[1:]:
        report.total.conversations += connection.execute(
            f"SELECT {_DISTINCT} FROM {base} {' '.join(_joins(query, for_total=True))} {where}",
            values,
        ).fetchone()[0]
    return report


def _total(
    connection: sqlite3.Connection,
    query: UsageQuery,
    base: str,
    where: str,
    values: list[object],
    rows: list[UsageRow],
    counted: str,
) -> UsageRow:
    """Return the total of all that was asked for; labels put one call into several rows."""
    joins = " ".join(_joins(query, for_total=True))
    if not query.by or any(key in LABELS for key in query.by):
        found = connection.execute(
            f"SELECT {_DISTINCT}, {counted}, {_SUMS} FROM {base} {joins} {where}",
            values,
        ).fetchone()
        return _row({}, found)
    total = UsageRow(
        {}, counted=any(row.counted for row in rows), lacking=any(row.lacking for row in rows)
    )
    for row in rows:
        for name in _COUNTS[:10]:
            setattr(total, name, getattr(total, name) + getattr(row, name))
        for name in _AMOUNTS:
            amount = getattr(row, name)
            if amount is not None:
                setattr(total, name, (getattr(total, name) or 0) + amount)
    total.conversations = connection.execute(
        f"SELECT {_DISTINCT} FROM {base} {joins} {where}",
        values,
    ).fetchone()[0]
    return total


def _joins(query: UsageQuery, *, for_total: bool = False) -> list[str]:
    """Return the joins that the keys and filters of `query` need, and no others."""
    by = () if for_total else query.by
    joins = []
    if query.source or query.project or query.conversation or {
        "source", "project", "conversation",
    } & set(by):  # fmt: skip
        joins.append("JOIN conversation ON conversation.id=base.conversation_id")
        joins.append("JOIN reader ON reader.id=conversation.reader_id")
    if query.model or {"model", "provider"} & set(by):
        joins.append("JOIN model ON model.id=base.model_id")
    return joins


def _label_join(key: str) -> str:
    own = f"label_{key}.conversation_id=base.conversation_id AND label_{key}.name='{key}'"
    return f"LEFT JOIN {relation(key)} AS label_{key} ON {own}"


# One without calls of which an outcome is told has no model.
_DISTINCT = (
    "count(DISTINCT CASE WHEN base.calls > 0 OR base.model_id IS NULL THEN base.conversation_id "
    "END)"
)


def _row(keys: dict[str, str | None], values: tuple[Any, ...]) -> UsageRow:
    conversations, counted, lacking, *rest = values
    numbers = [value or 0 for value in rest[: len(_COUNTS) + 4]]
    row = UsageRow(keys, conversations, counted=bool(counted), lacking=bool(lacking))
    for name, number in zip(_COUNTS[:10], numbers, strict=False):
        setattr(row, name, number)
    reported_calls = numbers[len(_COUNTS) - 1]
    high, low, reported_high, reported_low = numbers[len(_COUNTS) :]
    if row.calls > row.unpriced_calls:
        row.list_pico = (high << 30) + low
    if reported_calls:
        row.reported_pico = (reported_high << 30) + reported_low
    if len(rest) > len(_COUNTS) + 4:
        row.title = rest[-1] or ""
    return row


def _base(connection: sqlite3.Connection, exact: bool) -> str:
    """Return the FROM part: amounts by instant (microseconds or quarter hours), and their names."""
    counts = ", ".join(_COUNTS[:10])
    if exact:
        base = (
            "SELECT at AS t, conversation_id, model_id, 1 AS calls, list_pico IS NULL AS "
            "unpriced_calls, price_state=3 AS estimated_calls, input, output, reasoning, "
            "cache_read, cache_write_5m, cache_write_1h, web_searches, reported_pico IS NOT NULL "
            "AS reported_calls, coalesce(list_pico, 0) AS list_pico, "
            "coalesce(reported_pico, 0) AS reported_pico FROM call"
        )
    else:
        base = (
            f"SELECT quarter AS t, conversation_id, model_id, {counts}, reported_calls, "
            "list_pico, reported_pico FROM usage"
        )
    if make_reported(connection, exact=exact):
        base += (
            " UNION ALL SELECT t, conversation_id, model_id, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, "
            "pico FROM temp.reported_delta"
        )
    return f"({base}) AS base"


def _filters(query: UsageQuery, exact: bool) -> tuple[str, list[object]]:
    clauses: list[str] = []
    values: list[object] = []
    unit = 1 if exact else QUARTER
    if query.since is not None:
        clauses.append("base.t >= ?")
        values.append(query.since // unit)
    if query.until is not None:
        clauses.append("base.t < ?")
        values.append(query.until // unit)
    tests = [
        any_of(_COLUMNS[key], wanted)
        for key, wanted in (
            ("source", query.source),
            ("model", query.model),
            ("conversation", query.conversation),
        )
        if wanted
    ]
    for test, given in [*tests, *conversation_tests(query, "base.conversation_id")]:
        clauses.append(test)
        values += given
    return (f"WHERE {' AND '.join(clauses)}" if clauses else ""), values


def conversation_tests(
    query: UsageQuery, conversation_id: str
) -> Iterator[tuple[str, list[object]]]:
    """Yield SQL tests for the project and the labels that conversations are to have."""
    if query.project:
        yield any_project(PROJECT, query.project)
    for name, wanted in (("tag", query.tag), ("client", query.client)):
        if wanted:
            yield labelled(conversation_id, name, wanted)
    for name, wanted in (("outcome", query.outcome), ("channel", query.channel)):
        if wanted:
            yield standing(conversation_id, name, wanted)


def _make_spans(
    connection: sqlite3.Connection,
    query: UsageQuery,
    exact: bool,
    bases: list[str],
    where: str,
    values: list[object],
) -> None:
    """Make a table of named spans of time for each period key."""
    periods = [key for key in query.by if key in PERIODS]
    if not periods:
        return
    unit = 1 if exact else QUARTER
    joins = " ".join(_joins(query, for_total=True))
    edges = [
        edge
        for base in bases
        for edge in connection.execute(
            f"SELECT min(base.t), max(base.t) FROM {base} {joins} {where}", values
        ).fetchone()
    ]
    first = min((edge for edge in edges if edge is not None), default=None)
    last = max((edge for edge in edges if edge is not None), default=None)
    for period in periods:
        found: list[Span] = []
        if first is not None and period == "window5h":
            calls = f"{where} AND" if where else "WHERE"
            instants = connection.execute(
                f"SELECT base.t FROM {bases[0]} {joins} {calls} base.calls > 0 ORDER BY base.t",
                values,
            )
            found = five_hour_windows((row[0] for row in instants), query.zone)
        elif first is not None and last is not None:
            found = spans(period, first * unit, last * unit, query.zone)
        connection.execute(f"DROP TABLE IF EXISTS temp.span_{period}")
        connection.execute(
            f"CREATE TEMP TABLE span_{period} (lo INTEGER PRIMARY KEY, hi INTEGER, name TEXT)"
        )
        connection.executemany(
            f"INSERT OR IGNORE INTO temp.span_{period} VALUES (?, ?, ?)",
            ((span.since // unit, -(-span.until // unit), span.name) for span in found),
        )
