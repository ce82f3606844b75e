"""Findings as they are kept, and the texts that they stand in."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

import msgspec

from convledger.errors import UsageProblem
from convledger.store.bodies import PageReader
from convledger.text.secrets import KINDS, Name, Value, find_secrets

ENTRY, MESSAGE = "entry", "message"
OPEN, DISMISSED, FIXED = "open", "dismissed", "fixed"
_FIELDS = "id, object, object_id, field, start, length, rule, rules, redacted, status, at"
Fields = dict[str, str]


class Finding(NamedTuple):
    """Something found: `field` of an entry is title, body, tags or "quote NUMBER" of a source.

    `start` and `length` are characters; `redacted` is all that may be shown of it.
    """

    id: int
    object: str
    object_id: int
    field: str
    start: int
    length: int
    rule: str
    rules: int
    redacted: str
    status: str
    at: int

    @property
    def kind(self) -> str:
        """Whether it is a secret, personal data or bait."""
        return KINDS.get(self.rule, "secret")


def findings_where(
    connection: sqlite3.Connection, condition: str, values: Sequence[object]
) -> Iterator[Finding]:
    """Return findings in the order they came."""
    rows = connection.execute(
        f"SELECT {_FIELDS} FROM finding WHERE {condition} ORDER BY id", values
    )
    return (Finding(*row) for row in rows.fetchall())


def findings_of(connection: sqlite3.Connection, what: str, object_id: int) -> list[Finding]:
    """Return all that is noted of an entry or a message, in the order of its text."""
    found = findings_where(connection, "object=? AND object_id=?", (what, object_id))
    return sorted(found, key=lambda each: (each.field, each.start))


def open_findings(
    connection: sqlite3.Connection,
    *,
    what: str = "",
    kinds: Iterable[str] = (),
    status: str = OPEN,
    after: int = 0,
    limit: int = -1,
) -> list[Finding]:
    """Return findings in the order they came, of entries or messages or both, of some kinds.

    `after` is the id of the last one that was seen.
    """
    wanted = set(kinds)
    rules = [rule for rule, kind in KINDS.items() if not wanted or kind in wanted]
    condition = f"status=? AND id>? AND rule IN ({','.join('?' * len(rules))})"
    values: list[object] = [status, after, *rules]
    if what:
        condition += " AND object=?"
        values.append(what)
    rows = connection.execute(
        f"SELECT {_FIELDS} FROM finding WHERE {condition} ORDER BY id LIMIT ?", (*values, limit)
    )
    return [Finding(*row) for row in rows]


def findings_numbered(connection: sqlite3.Connection, numbers: Iterable[int]) -> list[Finding]:
    """Return findings by their numbers. Raises UsageProblem where there is none."""
    return [finding_numbered(connection, number) for number in dict.fromkeys(numbers)]


def finding_numbered(connection: sqlite3.Connection, finding_id: int) -> Finding:
    """Return a finding by its number. Raises UsageProblem where there is none."""
    found = next(findings_where(connection, "id=?", (finding_id,)), None)
    if found is None:
        raise UsageProblem(f"there is no finding number {finding_id}")
    return found


def texts_of(
    connection: sqlite3.Connection, what: str, ids: Sequence[int]
) -> Iterator[tuple[int, Fields]]:
    """Yield entries or messages with their texts by field, one after the other: some are large."""
    marks = ",".join("?" * len(ids))
    if what == MESSAGE:
        pages = PageReader(connection)
        for row in connection.execute(
            f"SELECT id, page_id, start, length FROM message WHERE id IN ({marks}) "
            "ORDER BY page_id, start",
            ids,
        ).fetchall():
            yield row[0], {"body": pages.body(*row[1:])}
        return
    for entry_id in ids:
        found: Fields = {}
        for title, body, tags in connection.execute(
            "SELECT title, body, tags FROM entry WHERE id=?", (entry_id,)
        ):
            found = {"title": title, "body": body, "tags": tags}
        for source_id, quote in connection.execute(
            "SELECT id, quote FROM entry_source WHERE entry_id=? AND quote!=''", (entry_id,)
        ).fetchall():
            found[f"quote {source_id}"] = quote
        yield entry_id, found


def text_with(connection: sqlite3.Connection, finding: Finding) -> str:
    """Return the text that a finding stands in; empty where it is gone."""
    texts = dict(texts_of(connection, finding.object, [finding.object_id]))
    return texts.get(finding.object_id, {}).get(finding.field, "")


def standing(connection: sqlite3.Connection, what: str, object_id: int) -> dict[int, Value]:
    """Return what the findings of an entry or a message are in full, those that stand there."""
    texts = dict(texts_of(connection, what, [object_id])).get(object_id, {})
    found = {
        (field, each.start, *each.name): (each.rule, text[each.start : each.start + each.length])
        for field, text in texts.items()
        for each in find_secrets(text)
    }
    rows = ((each.id, (each.field, each.start, *name_of(each))) for each in findings_of(
        connection, what, object_id
    ))  # fmt: skip
    return {number: found[place] for number, place in rows if place in found}


def name_of(finding: Finding) -> Name:
    """Return what a finding is known by when its place has changed."""
    return finding.rule, finding.length, finding.redacted


def conversations_of(connection: sqlite3.Connection, message_ids: Iterable[int]) -> dict[int, str]:
    """Return the conversations that messages are of, by message, as their source names them."""
    rows = connection.execute(
        "SELECT message.id, native FROM message JOIN conversation "
        "ON conversation.id=conversation_id WHERE message.id IN (SELECT value FROM json_each(?))",
        (msgspec.json.encode(list(message_ids)).decode(),),
    )
    return {number: str(native) for number, native in rows}
