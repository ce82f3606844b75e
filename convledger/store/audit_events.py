"""Reads the audit log: which changes were made together, when, by whom, and what they said."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter

from convledger.store.audited import AUDITED

CONVERSATION, ENTRY = "conversation", "entry"
_OF_CONVERSATIONS = tuple(each.table for each in AUDITED if each.conversation)


@dataclass(frozen=True, slots=True)
class Event:
    """One change: when in UTC microseconds, by whom, what was done, to what.

    Events of one `batch` were made together. `about` is which row was changed and `content` what it
    said then, None where it was taken away; both are None where they were erased since.
    """

    seq: int
    at: int
    actor: str
    action: str
    object: str
    batch: int
    about: str | None = None
    content: str | None = None
    conversation_id: int | None = None
    entry_id: int | None = None

    @property
    def is_erased(self) -> bool:
        """Whether its words are gone."""
        return self.about is None


@dataclass(frozen=True, slots=True)
class Asked:
    """Which events are wanted: before a number, from and before an instant, whose, about what.

    `about` is a kind of row such as `label`, one row such as `pack/3`, or everything that is about
    a conversation or an entry, as `conversation/17`.
    """

    before: int | None = None
    since: int | None = None
    until: int | None = None
    actor: str = ""
    about: str = ""


def events(connection: sqlite3.Connection, asked: Asked | None = None) -> Iterator[Event]:
    """Yield events, the latest first."""
    condition, values = _condition(asked or Asked())
    rows = connection.execute(
        "SELECT seq, at, actor, action, object, batch, about, content, conversation_id, entry_id "
        f"FROM audit_event LEFT JOIN audit_content USING (seq) WHERE {condition} ORDER BY seq DESC",
        values,
    )
    return (Event(*row) for row in rows)


def batches(connection: sqlite3.Connection, asked: Asked) -> Iterator[list[Event]]:
    """Yield the events that were made together, in their turn; the latest batch first."""
    for _, found in groupby(events(connection, asked), key=attrgetter("batch")):
        yield list(found)[::-1]


def before(connection: sqlite3.Connection, shown: Sequence[Event]) -> dict[int, str | None]:
    """Return by number what each event's row said before it: None where there was no such row.

    An event is left out where that was erased.
    """
    known = {each.about for each in shown if each.about is not None}
    if not known:
        return {}
    last = max(each.seq for each in shown)
    objects = {each.object for each in shown}
    erased: dict[str, list[int]] = {}
    for seq, what in connection.execute(
        "SELECT audit_event.seq, object FROM audit_event LEFT JOIN audit_content USING (seq) "
        "WHERE about IS NULL AND object IN (SELECT value FROM json_each(?)) ORDER BY seq",
        (json.dumps(sorted(objects)),),
    ):
        erased.setdefault(what, []).append(seq)
    wanted = {each.seq: each for each in shown}
    found: dict[int, str | None] = {}
    states: dict[str, tuple[int, str | None]] = {}
    for seq, about, content in connection.execute(
        "SELECT seq, about, content FROM audit_content WHERE seq<=? "
        "AND about IN (SELECT value FROM json_each(?)) ORDER BY seq",
        (last, json.dumps(sorted(known))),
    ):
        event = wanted.get(seq)
        if event is not None:
            since, state = states.get(about, (0, None))
            if not any(since < gone < seq for gone in erased.get(event.object, ())):
                found[seq] = state
        states[about] = (seq, content)
    return found


def _condition(asked: Asked) -> tuple[str, list[int | str]]:
    """Return the SQL of which events are wanted, with its values."""
    parts: list[str] = []
    values: list[int | str] = []
    for wanted, part in (
        (asked.before, "audit_event.seq<?"),
        (asked.since, "at>=?"),
        (asked.until, "at<?"),
        (asked.actor or None, "actor=?"),
    ):
        if wanted is not None:
            parts.append(part)
            values.append(wanted)
    if asked.about:
        kind, _, number = asked.about.partition("/")
        own = ["object=?"]
        values.append(asked.about)
        if not number:
            own.append("object LIKE ? || '/%'")
            values.append(kind)
        elif kind == CONVERSATION:
            own.append("object IN (SELECT value || ? FROM json_each(?))")
            values += [f"/{number}", json.dumps(_OF_CONVERSATIONS)]
            own.append("conversation_id=CAST(? AS INTEGER)")
            values.append(number)
        elif kind == ENTRY:
            own.append("entry_id=CAST(? AS INTEGER)")
            values.append(number)
        parts.append(f"({' OR '.join(own)})")
    return " AND ".join(parts) or "1", values
