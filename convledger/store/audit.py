"""The audit log: a chain of hashes over every change that a person or a rule has made.

Tamper-evident: who edits, cuts out or re-orders events without writing the whole chain anew is
found. Nothing here stops somebody who owns the file from doing that, or from cutting its end off,
unless its head was written down elsewhere.

An event's commitment is SHA-256 of: its salt, what it is about, and where there still is such a
row a zero byte and the content, both as UTF-8. Its hash is SHA-256 of: the hash of the event before
(32 zero bytes for the first) and `[seq,at,"actor","action","object",batch,"commitment"]` as JSON
without spaces or escapes of letters, the commitment in hexadecimal.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

from msgspec.json import Encoder

from convledger import clock
from convledger.store.actors import IMPORT as IMPORT
from convledger.store.actors import ITSELF as ITSELF
from convledger.store.actors import OUTSIDE as OUTSIDE
from convledger.store.actors import YOU as YOU
from convledger.store.actors import acting as acting
from convledger.store.actors import action as action_of_all
from convledger.store.actors import as_actor as as_actor
from convledger.store.actors import batch as batch_of
from convledger.store.actors import person as person
from convledger.store.actors import set_person as set_person
from convledger.store.audited import AUDITED, BY_TABLE
from convledger.store.literals import Value, with_digests

FORGOTTEN = "audit_content"  # what an event is about that says what is forgotten
DEED = "deed"  # what is about no row: a file that was written, a text that may come back
FIRST = bytes(32)  # what the first event follows
SALT_BYTES = 16
_PORTION = 5000  # drafts at a time
_PLACES = ("insert", "update", "delete", "leave")
_DIGESTED = {each.table: each.digested for each in AUDITED if each.digested}
_encoded = Encoder().encode


@dataclass(frozen=True, slots=True)
class Head:
    """The last event of the chain and its hash; number 0 where there is none."""

    seq: int
    hash: bytes

    def __str__(self) -> str:
        return f"{self.seq}:{self.hash.hex()}"


def chain_drafts(connection: sqlite3.Connection, *, actor: str = "", now: int | None = None) -> int:
    """Take every noted change into the chain; return how many. Belongs into a transaction."""
    last = head(connection)
    seq, previous, batch = last.seq, last.hash, batch_of(last.seq + 1)
    at, who, named = now or clock.now_us(), actor or acting(), action_of_all()
    actions: dict[tuple[str, str], str] = {}
    while drafts := connection.execute(
        "SELECT id, table_name, change, object, about, content, conversation_id, entry_id "
        "FROM audit_draft ORDER BY id LIMIT ?",
        (_PORTION,),
    ).fetchall():
        events, contents = [], []
        salts = os.urandom(SALT_BYTES * len(drafts))
        for number, draft in enumerate(drafts):
            _, table, change, what, about, content, conversation, entry = draft
            seq += 1
            if content and table in _DIGESTED:
                content = with_digests(content, _DIGESTED[table])
            action = actions.get((table, change))
            if action is None:
                action = actions[table, change] = _action_of(table, change, named)
            salt = salts[SALT_BYTES * number : SALT_BYTES * (number + 1)]
            commitment = commitment_of(salt, about, content)
            previous = hash_of(previous, (seq, at, who, action, what, batch), commitment)
            events.append((seq, at, who, action, what, batch, commitment, previous))
            contents.append((seq, salt, about, content, conversation, entry))
        connection.executemany("INSERT INTO audit_event VALUES (?, ?, ?, ?, ?, ?, ?, ?)", events)
        connection.executemany("INSERT INTO audit_content VALUES (?, ?, ?, ?, ?, ?)", contents)
        connection.execute("DELETE FROM audit_draft WHERE id<=?", (drafts[-1][0],))
    return seq - last.seq


def _action_of(table: str, change: str, named: str) -> str:
    if table == FORGOTTEN:
        return "words of events erased"
    if table == DEED:
        return f"{named}: {change}" if named else change
    each = BY_TABLE[table]
    if change == "adopt":
        return f"{each.named} found there"
    done = f"{each.named} {each.verbs[_PLACES.index(change)]}"
    return f"{named}: {done}" if named else done


def commitment_of(salt: bytes, about: str, content: str | None) -> bytes:
    """Return what stands in the chain for the words of an event."""
    told = salt + (about if content is None else f"{about}\0{content}").encode()
    return sha256(told).digest()


def hash_of(previous: bytes, said: Sequence[str | int], commitment: bytes) -> bytes:
    """Return the hash of an event that follows another; `said` are its columns in turn."""
    return sha256(previous + _encoded((*said, commitment.hex()))).digest()


def head(connection: sqlite3.Connection) -> Head:
    """Return the last event of the chain, to be written down elsewhere."""
    query = "SELECT seq, hash FROM audit_event ORDER BY seq DESC LIMIT 1"
    row = connection.execute(query).fetchone()
    return Head(row[0], row[1]) if row else Head(0, FIRST)


def note_deed(connection: sqlite3.Connection, done: str, what: str, **facts: Value) -> None:
    """Note what changed no row that is noted by itself, such as a file that was written.

    `done` says it in words of the program's own, `what` is one of them too; the names of files and
    the like belong into `facts`, which can be erased. Belongs into a transaction.
    """
    connection.execute(
        "INSERT INTO audit_draft (table_name, change, object, about, content) "
        f"SELECT '{DEED}', ?, ?, ?, {_told(facts)}",
        (done, what, DEED, *facts.values()),
    )


def _told(facts: dict[str, Value]) -> str:
    return " || ',' || ".join(f"'{name}=' || quote(?)" for name in facts) or "''"
