"""The audit log: a chain of hashes over every change that a person or a rule has made.

Tamper-evident: who edits, cuts out or re-orders events without writing the whole chain anew is
found. Nothing here stops somebody who owns the file from doing that, or from cutting its end off,
unless its head was written down elsewhere.
"""

from __future__ import annotations

import json
import secrets
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from hashlib import sha256

from msgspec.json import Encoder

from convledger.clock import now_us
from convledger.store.audited import BY_TABLE, values_in
from convledger.store.connection import has_drafts

FORGOTTEN = "audit_content"  # the table of an event that says what is forgotten
YOU, OUTSIDE, ITSELF = "you", "outside", "convledger"
_canonical = Encoder(order="deterministic").encode
FIRST = bytes(32)  # what the first event follows
SALT_BYTES = 16
_VERBS = {"insert": "added", "update": "changed", "delete": "removed", "adopt": "found there"}
_actor: ContextVar[str] = ContextVar("actor", default="")
_action: ContextVar[str] = ContextVar("action", default="")
_person: list[str] = []  # who works with this process, where that is known


@dataclass(frozen=True, slots=True)
class Event:
    """One change: when in UTC microseconds, by whom, what was done, to what.

    Events of one `batch` were made together. `content` is what was changed as JSON, None where it
    was erased since.
    """

    seq: int
    at: int
    actor: str
    action: str
    object: str
    batch: int
    content: str | None = None


@dataclass(frozen=True, slots=True)
class Head:
    """The last event of the chain and its hash; number 0 where there is none."""

    seq: int
    hash: bytes

    def __str__(self) -> str:
        return f"{self.seq}:{self.hash.hex()}"


def set_person(name: str) -> None:
    """Say who works with this process; without it people are "you"."""
    _person[:] = [name] if name else []


def person() -> str:
    """Return who works with this process."""
    return _person[0] if _person else YOU


def acting() -> str:
    """Return by whom changes are made at the moment."""
    return _actor.get() or person()


@contextmanager
def as_actor(actor: str, action: str = "") -> Iterator[None]:
    """Let changes within the block be made by somebody, such as a rule; `action` names them all."""
    of_actor, of_action = _actor.set(actor or _actor.get()), _action.set(action or _action.get())
    try:
        yield
    finally:
        _actor.reset(of_actor)
        _action.reset(of_action)


def chain_drafts(
    connection: sqlite3.Connection, *, actor: str = "", now: Callable[[], int] = now_us
) -> int:
    """Take every noted change into the chain; return how many. Belongs into a transaction."""
    drafts = connection.execute(
        "SELECT table_name, change, key, content, conversation_id, entry_id FROM audit_draft "
        "ORDER BY id"
    ).fetchall()
    if not drafts:
        return 0
    last = head(connection)
    at, who, named, previous = now(), actor or acting(), _action.get(), last.hash
    events, contents = [], []
    for seq, draft in enumerate(drafts, last.seq + 1):
        table, change, key, content, conversation, entry = draft
        told = committed(table, key, content)
        salt = secrets.token_bytes(SALT_BYTES)
        commitment = sha256(salt + told.encode()).digest()
        action = _action_of(table, change, named)
        event = Event(seq, at, who, action, object_of(table, key, conversation), last.seq + 1)
        previous = hash_of(previous, event, commitment)
        row = (seq, at, who, event.action, event.object, event.batch, commitment, previous)
        events.append(row)
        contents.append((seq, salt, told, conversation, entry))
    connection.executemany("INSERT INTO audit_event VALUES (?, ?, ?, ?, ?, ?, ?, ?)", events)
    connection.executemany("INSERT INTO audit_content VALUES (?, ?, ?, ?, ?)", contents)
    connection.execute("DELETE FROM audit_draft")
    return len(drafts)


def _action_of(table: str, change: str, named: str) -> str:
    if table == FORGOTTEN:
        return "words of events erased"
    kind = f"{BY_TABLE[table].named} {_VERBS[change]}"
    return f"{named}: {kind}" if named and change != "adopt" else kind


def object_of(table: str, key: str, conversation: int | None) -> str:
    """Return what was changed without a word of it: its table and its number."""
    if table == FORGOTTEN:
        return table
    if conversation is not None:
        return f"{table}/{conversation}"
    first = values_in(key)[0]
    return f"{table}/{first}" if isinstance(first, int) else table


def committed(table: str, key: str, content: str | None) -> str:
    """Return what an event commits to, as canonical JSON: a row's key and values, or its end.

    Of long texts there is only a digest.
    """
    each = BY_TABLE.get(table)
    values = None
    if content is not None and each is not None:
        values = dict(zip(each.noted, values_in(content), strict=True))
        for name in each.digested:
            text = values[name]
            values[name] = None if text is None else sha256(str(text).encode()).hexdigest()
    told = {"table": table, "key": values_in(key), "row": values}
    return _canonical(told).decode()


def hash_of(previous: bytes, event: Event, commitment: bytes) -> bytes:
    """Return the hash of an event that follows another."""
    said = [event.seq, event.at, event.actor, event.action, event.object, event.batch]
    return sha256(previous + _canonical([*said, commitment.hex()])).digest()


def head(connection: sqlite3.Connection) -> Head:
    """Return the last event of the chain, to be written down elsewhere."""
    query = "SELECT seq, hash FROM audit_event ORDER BY seq DESC LIMIT 1"
    row = connection.execute(query).fetchone()
    return Head(row[0], row[1]) if row else Head(0, FIRST)


def events(
    connection: sqlite3.Connection,
    *,
    limit: int = 100,
    before: int | None = None,
    actor: str = "",
    about: str = "",
) -> list[Event]:
    """Return events, the latest first: those before a number, of an actor, about an object."""
    rows = connection.execute(
        "SELECT seq, at, actor, action, object, batch, content FROM audit_event "
        "LEFT JOIN audit_content USING (seq) WHERE (?1 IS NULL OR seq<?1) "
        "AND (?2='' OR actor=?2) AND (?3='' OR object=?3 OR object LIKE ?3 || '/%') "
        "ORDER BY seq DESC LIMIT ?4",
        (before, actor, about, limit),
    )
    return [Event(*row) for row in rows]


def forget(
    connection: sqlite3.Connection,
    conversations: Iterable[int] = (),
    entries: Iterable[int] = (),
    others: Sequence[int] = (),
) -> int:
    """Destroy what the chain commits to of erased things; return how many events that are.

    The events stay and the chain still verifies. Changes of the open transaction are taken into
    the chain first. Belongs into a transaction.
    """
    if not has_drafts(connection) and head(connection).seq == 0:
        return 0
    chain_drafts(connection)
    gone: set[int] = set()
    for column, wanted in (
        ("conversation_id", conversations), ("entry_id", entries), ("seq", others),
    ):  # fmt: skip
        rows = connection.execute(
            f"SELECT seq FROM audit_content WHERE {column} IN (SELECT value FROM json_each(?))",
            (json.dumps(sorted(wanted)),),
        )
        gone.update(row[0] for row in rows)
    if gone:
        numbers = sorted(gone)
        listed = json.dumps(numbers)
        connection.execute(
            "DELETE FROM audit_content WHERE seq IN (SELECT value FROM json_each(?))", (listed,)
        )
        connection.execute(
            "INSERT INTO audit_draft (table_name, change, key) VALUES (?, 'erase', ?)",
            (FORGOTTEN, ",".join(map(str, numbers))),
        )
    return len(gone)
