"""The audit log in words: what was changed together, and each change with before and after."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice

from convledger.store.audit import FORGOTTEN
from convledger.store.audit_events import Asked, Event, batches, before, events
from convledger.store.audited import BY_TABLE
from convledger.store.literals import Value, values_in
from convledger.words import plural

ERASED = "(words erased)"
# What a row is known by where it is about no conversation and no entry, the best first.
_NAMED_BY = {"review_batch": ("title",)}  # where the name is for machines
_NAMES = (
    "name",
    "plan",
    "file",
    "path",
    "root",
    "target",
    "currency",
    "since",
    "version",
    "state",
    "status",
)
_FEW = 3


@dataclass(frozen=True, slots=True)
class BatchLine:
    """What was changed together: numbers from `first` to `last`, when (UTC microseconds), by whom.

    `actions` say what was done and how often, `about` to what: the words of a title or name, which
    are as they were imported or typed.
    """

    first: int
    last: int
    at: int
    actor: str
    actions: dict[str, int]
    about: str

    @property
    def count(self) -> int:
        """How many changes there are."""
        return sum(self.actions.values())

    @property
    def what(self) -> str:
        """What was done, in one phrase."""
        parts = [
            action if count == 1 else f"{action} ×{count:,}"
            for action, count in islice(self.actions.items(), _FEW)
        ]
        rest = len(self.actions) - len(parts)
        return ", ".join(parts) + (f" and {plural(rest, 'more')}" if rest else "")


@dataclass(frozen=True, slots=True)
class EventLine:
    """One change: `before` and `after` are what the row said, None where there was no such row.

    `is_known_before` is false where that was erased, `is_erased` where the change itself was.
    """

    event: Event
    about: str
    key: dict[str, Value] = field(default_factory=dict)
    before: dict[str, Value] | None = None
    after: dict[str, Value] | None = None
    is_known_before: bool = True

    @property
    def is_erased(self) -> bool:
        """Whether what it says was erased."""
        return self.event.is_erased

    @property
    def changed(self) -> Iterator[tuple[str, Value, Value]]:
        """The columns that differ, with what they said before and after."""
        old, new = self.before or {}, self.after or {}
        for name in {**old, **new}:
            if old.get(name) != new.get(name):
                yield name, old.get(name), new.get(name)


def batch_lines(connection: sqlite3.Connection, asked: Asked, limit: int) -> list[BatchLine]:
    """Return the batches that hold wanted events, the latest first."""
    found = list(islice(batches(connection, asked), limit))
    names = _Names(connection, (event for batch in found for event in batch[:_FEW]))
    return [
        BatchLine(
            batch[0].seq,
            batch[-1].seq,
            batch[0].at,
            batch[0].actor,
            dict(Counter(event.action for event in batch)),
            names.of_all(batch),
        )
        for batch in found
    ]


def event_lines(connection: sqlite3.Connection, asked: Asked, limit: int) -> list[EventLine]:
    """Return wanted events with what they changed, the latest first."""
    found = list(islice(events(connection, asked), limit))
    names = _Names(connection, found)
    earlier = before(connection, found)
    return [
        EventLine(
            event,
            names.of(event),
            _values((event.about or "").partition(" ")[2]) or {},
            _values(earlier.get(event.seq)),
            _values(event.content),
            event.seq in earlier or event.is_erased,
        )
        for event in found
    ]


class _Names:
    """What people know objects by: titles of conversations and entries, names of other rows."""

    def __init__(self, connection: sqlite3.Connection, some: Iterable[Event]) -> None:
        conversations, entries = set(), set()
        for event in some:
            if event.entry_id is not None:
                entries.add(event.entry_id)
            conversations.add(_conversation_of(event))
        self._conversations = dict(
            connection.execute(
                "SELECT id, CASE title WHEN '' THEN native ELSE title END FROM conversation "
                "WHERE id IN (SELECT value FROM json_each(?))",
                (json.dumps([each for each in conversations if each is not None]),),
            ).fetchall()
        )
        self._entries = dict(
            connection.execute(
                "SELECT id, title FROM entry WHERE id IN (SELECT value FROM json_each(?))",
                (json.dumps(sorted(entries)),),
            ).fetchall()
        )

    def of(self, event: Event) -> str:
        """Return what an event is about."""
        if event.about == FORGOTTEN:
            return f"of events {event.content}"
        conversation = _conversation_of(event)
        if conversation in self._conversations:
            return str(self._conversations[conversation])
        if event.entry_id in self._entries:
            return str(self._entries[event.entry_id])
        if event.is_erased:
            return ERASED
        said = {
            **(_values((event.about or "").partition(" ")[2]) or {}),
            **(_values(event.content) or {}),
        }
        for name in (*_NAMED_BY.get(event.object.partition("/")[0], ()), *_NAMES):
            if said.get(name) not in (None, ""):
                return str(said[name])
        return event.object if event.object in BY_TABLE else event.object.replace("_", " ")

    def of_all(self, batch: Sequence[Event]) -> str:
        """Return what a batch is about: its first object, and how many more there are."""
        objects = {event.object if event.about is None else event.about for event in batch}
        distinct = {_whose(event) for event in batch} if len(objects) > 1 else objects
        first = self.of(batch[0])
        if first == ERASED:
            return ERASED
        more = len(distinct) - 1
        return first + (f" and {more:,} more" if more else "")


def _whose(event: Event) -> str:
    conversation = _conversation_of(event)
    if conversation is not None:
        return f"conversation/{conversation}"
    return event.object if event.entry_id is None else f"entry/{event.entry_id}"


def _conversation_of(event: Event) -> int | None:
    """Return the conversation that an event is about, also where its words are erased."""
    if event.conversation_id is not None:
        return event.conversation_id
    table, _, number = event.object.partition("/")
    each = BY_TABLE.get(table)
    return int(number) if each is not None and each.conversation and number.isdigit() else None


def _values(text: str | None) -> dict[str, Value] | None:
    """Return what a row said; nothing where that is not as it was written, which `verify` tells."""
    if text is None:
        return None
    try:
        return values_in(text)
    except ValueError:
        return {}
