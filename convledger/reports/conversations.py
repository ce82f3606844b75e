"""Conversations: found by name, listed, and read entry by entry with what each turn cost."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from convledger.clock import iso_text
from convledger.errors import UsageProblem
from convledger.money import usd_text
from convledger.reports.thread import (
    ERROR,
    HIDDEN,
    INHERITED,
    KINDS,
    PERSON,
    ROLLED_BACK,
    SIDECHAIN,
    CallLine,
    Head,
    bodies,
    path_text,
    thread,
)
from convledger.reports.usage_doubt import doubts_of
from convledger.store.outcomes import OutcomeTold, outcome_told
from convledger.store.patterns import any_of

if TYPE_CHECKING:
    from convledger.reports.usage import UsageQuery

__all__ = [
    "ERROR",
    "HIDDEN",
    "INHERITED",
    "KINDS",
    "ROLLED_BACK",
    "SIDECHAIN",
    "CallLine",
    "Conversation",
    "Entry",
    "find",
    "names",
    "reported_pico",
    "storable",
    "transcript",
]

_PORTION, _AT_ONCE = 4 << 20, 500  # bytes and messages whose texts are held at once


@dataclass(slots=True)
class Conversation:
    """A conversation with what it comes to; instants are UTC microseconds, amounts picodollars."""

    id: int
    source: str
    native: str
    title: str
    project: str
    branch: str
    version: str
    first_at: int | None
    last_at: int | None
    parent: str
    relation: str
    calls: int = 0
    unpriced_calls: int = 0
    estimated_calls: int = 0
    tokens: int = 0
    list_pico: int | None = None
    reported_pico: int | None = None
    counted: bool = False  # whether tokens among these were counted from texts, or told rounded
    lacking: bool = False  # whether there are calls whose tokens nobody knows
    messages: int = 0
    models: list[str] = field(default_factory=list)
    children: list[str] = field(default_factory=list)
    labels: dict[str, list[str]] = field(default_factory=dict)
    outcome: OutcomeTold | None = None
    details: dict[str, str] = field(default_factory=dict)

    def document(self) -> dict[str, Any]:
        """Return the conversation as JSON says it."""
        return {
            "conversation": self.native,
            "source": self.source,
            "title": self.title,
            "project": self.project,
            "branch": self.branch,
            "version": self.version,
            "first_at": iso_text(self.first_at) if self.first_at is not None else None,
            "last_at": iso_text(self.last_at) if self.last_at is not None else None,
            "parent": self.parent or None,
            "relation": self.relation or None,
            "children": self.children,
            "models": self.models,
            "labels": self.labels,
            "outcome": None if self.outcome is None else self.outcome.document(),
            "details": self.details,
            "messages": self.messages,
            "calls": self.calls,
            "unpriced_calls": self.unpriced_calls,
            "estimated_calls": self.estimated_calls,
            "tokens": None if self.lacking and not self.tokens else self.tokens,
            "tokens_estimated": self.counted,
            "tokens_unknown": self.lacking,
            "list_cost_usd": None if self.list_pico is None else usd_text(self.list_pico),
            "reported_cost_usd": (
                None if self.reported_pico is None else usd_text(self.reported_pico)
            ),
        }


@dataclass(slots=True)
class Entry:
    """One entry of a transcript: a message, or a call without a message of its own."""

    id: int
    at: int
    kind: str
    flags: int
    name: str
    body: str
    agent: str
    file: str
    line: int
    call: CallLine | None = None
    agent_name: str = ""

    @property
    def hidden(self) -> bool:
        """Whether the entry was said by no person and no model."""
        return bool(self.flags & HIDDEN)

    def document(self) -> dict[str, Any]:
        """Return the entry as JSON says it."""
        return {
            "at": iso_text(self.at) if self.at else None,
            "kind": self.kind,
            "name": self.name or None,
            "agent": self.agent or None,
            "agent_name": self.agent_name or None,
            "sidechain": bool(self.flags & SIDECHAIN),
            "hidden": self.hidden,
            "inherited": bool(self.flags & INHERITED),
            "error": bool(self.flags & ERROR),
            "rolled_back": bool(self.flags & ROLLED_BACK),
            "person": bool(self.flags & PERSON),
            "text": self.body,
            "file": self.file,
            "line": self.line,
            "call": self.call.document() if self.call else None,
        }


_SELECT = (
    "SELECT conversation.id, reader.name, native, title, project, branch, version, first_at, "
    "last_at, parent_native, relation FROM conversation JOIN reader ON reader.id=reader_id"
)


def find(connection: sqlite3.Connection, name: str) -> Conversation:
    """Return the conversation whose native id, or its part after a slash, begins with `name`.

    Raises UsageProblem where there is none, or several, which it then names.
    """
    source, _, rest = storable(name).partition(":")
    known = connection.execute("SELECT count(*) FROM reader WHERE name=?", (source,)).fetchone()[0]
    wanted, only = (rest, source) if known else (storable(name), "")
    among = "AND reader.name=?" if only else "AND ?=''"
    rows = connection.execute(f"{_SELECT} WHERE native=? {among}", (wanted, only)).fetchall()
    if not rows and len(wanted) >= 4:
        rows = connection.execute(
            f"{_SELECT} WHERE native >= ? AND native < ? {among} ORDER BY last_at DESC LIMIT 6",
            (wanted, wanted + "\U0010ffff", only),
        ).fetchall()
    if not rows and len(wanted) >= 4:
        rows = connection.execute(
            f"{_SELECT} WHERE instr('/' || native, '/' || ?) > 1 {among} "
            "ORDER BY substr('/' || native, -length(?) - 1) <> '/' || ?, last_at DESC LIMIT 6",
            (wanted, only, wanted, wanted),
        ).fetchall()
        if rows and rows[0][2].endswith(f"/{wanted}"):
            rows = [row for row in rows if row[2].endswith(f"/{wanted}")]
    if not rows:
        raise UsageProblem(
            f"no conversation {name!r:.60}. `convledger report --by conversation` lists them; "
            "at least four characters of an id are enough"
        )
    if len(rows) > 1:
        names = ", ".join(f"{row[1]}:{row[2]}" for row in rows[:5])
        raise UsageProblem(f"{name!r:.60} may be {names}; write more of the id")
    return _filled(connection, Conversation(*rows[0]))


def storable(name: str) -> str:
    """Return a name as the ledger could hold it: without what is no Unicode."""
    return name.encode("utf-8", "replace").decode("utf-8")


def names(connection: sqlite3.Connection, query: UsageQuery) -> list[str]:
    """Return `source:id` of the conversations that fit the filters of `query`, the newest first.

    Those without any call are among them.
    """
    from convledger.reports.usage import conversation_tests

    clauses, values = ["true"], list[object]()
    tests = [
        any_of(column, wanted)
        for column, wanted in (("reader.name", query.source), ("native", query.conversation))
        if wanted
    ]
    for test, given in [*tests, *conversation_tests(query, "conversation.id")]:
        clauses.append(test)
        values += given
    if query.since is not None:
        clauses.append("coalesce(last_at, 0) >= ?")
        values.append(query.since)
    if query.until is not None:
        clauses.append("coalesce(first_at, 0) < ?")
        values.append(query.until)
    if query.model:
        test, given = any_of("model.name", query.model)
        clauses.append(
            "EXISTS (SELECT 1 FROM call JOIN model ON model.id=model_id WHERE "
            f"conversation_id=conversation.id AND {test})"
        )
        values += given
    rows = connection.execute(
        "SELECT reader.name || ':' || native FROM conversation JOIN reader ON reader.id=reader_id "
        f"WHERE {' AND '.join(clauses)} ORDER BY last_at DESC",
        values,
    )
    return [row[0] for row in rows]


def _filled(connection: sqlite3.Connection, found: Conversation) -> Conversation:
    sums = connection.execute(
        "SELECT count(*), sum(list_pico IS NULL), sum(input+output+cache_read+cache_write_5m+"
        "cache_write_1h), sum(list_pico), sum(price_state=3) FROM call WHERE conversation_id=?",
        (found.id,),
    ).fetchone()
    found.calls, found.unpriced_calls, found.tokens = sums[0], sums[1] or 0, sums[2] or 0
    found.list_pico, found.estimated_calls = sums[3], sums[4] or 0
    for _, counted, lacking in doubts_of(connection, f"[{found.id}]"):
        found.counted, found.lacking = counted, lacking
    found.reported_pico = reported_pico(connection, found.id)
    found.messages = connection.execute(
        "SELECT count(*) FROM message WHERE conversation_id=? AND flags & 2 = 0", (found.id,)
    ).fetchone()[0]
    found.models = [
        row[0]
        for row in connection.execute(
            "SELECT DISTINCT model.name || CASE speed WHEN '' THEN '' ELSE '-' || speed END "
            "FROM call JOIN model ON model.id=model_id WHERE conversation_id=? ORDER BY 1",
            (found.id,),
        )
    ]
    found.children = [
        row[0]
        for row in connection.execute(
            "SELECT native FROM conversation WHERE parent_native=? ORDER BY first_at",
            (found.native,),
        )
    ]
    for label, value in connection.execute(
        "SELECT name, value FROM label WHERE conversation_id=? ORDER BY 1, 2", (found.id,)
    ):
        found.labels.setdefault(label, []).append(value)
    found.outcome, found.details = outcome_told(connection, found.id)
    return found


def reported_pico(connection: sqlite3.Connection, conversation_id: int) -> int | None:
    """Return what the source itself says that the conversation cost, in picodollars.

    Where it keeps a running total the last one counts, less what a fork took over from its parent.
    """
    totals = connection.execute(
        "SELECT inherited, cumulative_pico, model_id, at FROM reported WHERE conversation_id=? "
        "ORDER BY at, cumulative_pico",
        (conversation_id,),
    ).fetchall()
    last: dict[int, int] = {}
    inherited = 0
    for is_inherited, cumulative, model_id, _ in totals:
        if is_inherited:
            inherited += cumulative
        else:
            last[model_id] = cumulative
    if last:
        return max(0, sum(last.values()) - inherited)
    found = connection.execute(
        "SELECT sum(reported_pico) FROM call WHERE conversation_id=?", (conversation_id,)
    ).fetchone()[0]
    return None if found is None else int(found)


def transcript(
    connection: sqlite3.Connection, conversation_id: int, *, hidden: bool = False
) -> Iterator[Entry]:
    """Yield the entries of a conversation in the order of their time, each call at its message."""
    paths: dict[int, str] = {}
    heads = thread(connection, conversation_id)
    for some in _portions(head for head in heads if hidden or head.is_shown):
        texts = bodies(connection, some)
        for head in some:
            if head.file_id not in paths:
                row = connection.execute(
                    "SELECT path FROM file WHERE id=?", (head.file_id,)
                ).fetchone()
                paths[head.file_id] = path_text(row[0]) if row else ""
            yield Entry(
                id=head.id,
                at=head.at,
                kind=head.kind,
                flags=head.flags,
                name=head.name,
                body=texts.get(head.id, ""),
                agent=head.agent,
                file=paths[head.file_id],
                line=head.line,
                call=head.call,
                agent_name=head.agent_name,
            )


def _portions(heads: Iterable[Head]) -> Iterator[list[Head]]:
    """Yield heads in runs whose texts may be held at once."""
    some: list[Head] = []
    size = 0
    for head in heads:
        if some and (size + head.length > _PORTION or len(some) == _AT_ONCE):
            yield some
            some, size = [], 0
        some.append(head)
        size += head.length
    if some:
        yield some
