"""What was erased, known again by keyed hashes alone, so that an import does not bring it back.

A ledger hashes with a key of its own. Where tombstones of another one were taken in, their key is
kept beside it, and what is looked up is hashed with each.

An entry is known by the hash of its text, a conversation by its reader and its source's own name
for it, a message by these and its key. Where a conversation was erased with its figures or its
project, the tombstone's reason says so.
"""

from __future__ import annotations

import hmac
import secrets
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256
from typing import NamedTuple

_KEY = "tombstone_key"
_OTHER_KEY = "tombstone_key "  # and the beginning of its hash
ENTRY, CONVERSATION, MESSAGE, COPY = "entry", "conversation", "message", "copy"
PARTLY, SUMMARY, FILE = "partly", "summary", "file"  # a conversation of which messages are erased
FIGURES, PROJECT = "figures", "project"  # what went with a conversation
_TOLD_BY_IMPORTS = (CONVERSATION, PARTLY, COPY, FILE)


class Grave(NamedTuple):
    """When something was erased (UTC microseconds), and what went with it."""

    at: int
    reason: str


Graves = Mapping[tuple[str, str], Grave]  # by kind and hash


def is_erased(connection: sqlite3.Connection, kind: str, what: str) -> bool:
    """Return whether something of a kind ("entry", "message", "conversation") was erased."""
    return any(
        connection.execute(
            "SELECT 1 FROM tombstone WHERE kind=? AND hash=?", (kind, hashed(key, what))
        ).fetchone()
        for key in keys_of(connection)
    )


def has_tombstones(connection: sqlite3.Connection, kind: str) -> bool:
    """Return whether anything of a kind was erased: where not, nothing need be looked up."""
    query = "SELECT 1 FROM tombstone WHERE kind=? LIMIT 1"
    return connection.execute(query, (kind,)).fetchone() is not None


def bury(connection: sqlite3.Connection, kind: str, what: str, at: int, reason: str = "") -> None:
    """Note that something is erased, without saying what it was."""
    key = _key(connection)
    if key is None:
        key = secrets.token_hex(32)
        connection.execute("INSERT INTO setting VALUES (?, ?)", (_KEY, key))
    connection.execute(
        "INSERT OR IGNORE INTO tombstone VALUES (?, ?, ?, ?)", (kind, hashed(key, what), at, reason)
    )
    if reason:
        connection.execute(
            "UPDATE tombstone SET reason=? WHERE kind=? AND hash=? AND reason!=?",
            (reason, kind, hashed(key, what), FIGURES),
        )


def lift(connection: sqlite3.Connection, kind: str, what: str) -> bool:
    """Let something erased come back; returns whether it was erased."""
    found = 0
    for key in keys_of(connection):
        found += connection.execute(
            "DELETE FROM tombstone WHERE kind=? AND hash=?", (kind, hashed(key, what))
        ).rowcount
    return found > 0


def keys_of(connection: sqlite3.Connection) -> list[str]:
    """Return the keys of the hashes, the ledger's own one first; none where nothing was erased."""
    rows = connection.execute(
        "SELECT value FROM setting WHERE name=? OR substr(name, 1, ?)=? ORDER BY name",
        (_KEY, len(_OTHER_KEY), _OTHER_KEY),
    )
    return [str(row[0]) for row in rows]


def graves_of(connection: sqlite3.Connection) -> dict[tuple[str, str], Grave]:
    """Return all that was erased."""
    rows = connection.execute("SELECT kind, hash, at, reason FROM tombstone")
    return {(kind, digest): Grave(at, reason) for kind, digest, at, reason in rows}


def adopt(connection: sqlite3.Connection, keys: Iterable[str], graves: Graves) -> None:
    """Take in what was erased elsewhere, with its keys; belongs into a transaction."""
    known = keys_of(connection)
    for key in keys:
        if key not in known:
            name = _OTHER_KEY + sha256(key.encode()).hexdigest()[:16] if known else _KEY
            connection.execute("INSERT INTO setting VALUES (?, ?)", (name, key))
            known.append(key)
    connection.executemany(
        "INSERT INTO tombstone VALUES (?, ?, ?, ?) ON CONFLICT (kind, hash) DO UPDATE SET "
        f"reason=excluded.reason WHERE reason='' OR excluded.reason='{FIGURES}'",
        [(kind, digest, grave.at, grave.reason) for (kind, digest), grave in graves.items()],
    )


def conversation_mark(reader: str, native: str) -> str:
    """Return what a conversation is known by."""
    return f"{reader}\0{native}"


def message_mark(reader: str, native: str, key: int) -> str:
    """Return what a message of one conversation is known by."""
    return f"{reader}\0{native}\0{key}"


def copy_mark(reader: str, key: int) -> str:
    """Return what a message is known by in whichever conversation it stands."""
    return f"{reader}\0{key}"


class Erased:
    """What was erased, as an import asks for it: loaded once a sitting, answers remembered.

    No erasure may happen meanwhile: both hold the ingest lock.
    """

    def __init__(
        self, keys: Sequence[str], hashes: Mapping[tuple[str, str], str], readers: dict[int, str]
    ):
        self._keys = keys
        self._hashes = hashes
        self._readers = readers
        kinds = {kind for kind, _ in hashes}
        self._has_messages = PARTLY in kinds
        self._has_copies = COPY in kinds
        self._has_files = FILE in kinds
        self._conversations: dict[tuple[str, str], str | None] = {}
        self._partly: dict[tuple[str, str], bool] = {}

    @classmethod
    def load(cls, connection: sqlite3.Connection) -> Erased | None:
        """Return what imports must leave out; None where that is nothing, which costs nothing."""
        marks = ",".join("?" * len(_TOLD_BY_IMPORTS))
        found = connection.execute(
            f"SELECT 1 FROM tombstone WHERE kind IN ({marks}) LIMIT 1", _TOLD_BY_IMPORTS
        ).fetchone()
        keys = keys_of(connection) if found else []
        if not keys:
            return None
        rows = connection.execute("SELECT kind, hash, reason FROM tombstone WHERE kind!='entry'")
        hashes = {(kind, digest): reason for kind, digest, reason in rows}
        return cls(keys, hashes, dict(connection.execute("SELECT id, name FROM reader")))

    def conversation(self, reader: str, native: str) -> str | None:
        """Return None unless a conversation was erased, else what went with it."""
        name = (reader, native)
        if name not in self._conversations:
            self._conversations[name] = self._reason(
                CONVERSATION, conversation_mark(reader, native)
            )
        return self._conversations[name]

    def message(self, reader_id: int, native: str, key: int) -> bool:
        """Tell whether a message was erased: from its conversation, or wherever it stands."""
        reader = self._readers.get(reader_id)
        if reader is None:  # new in this sitting
            return False
        if self._has_copies and self._reason(COPY, copy_mark(reader, key)) is not None:
            return True
        if not self._is_partly_erased(reader, native):
            return False
        return self._reason(MESSAGE, message_mark(reader, native, key)) is not None

    def has_messages_of(self, reader_id: int, native: str) -> bool:
        """Tell whether messages of a conversation may be among the erased."""
        return self._has_copies or self._is_partly_erased(self._readers[reader_id], native)

    def _is_partly_erased(self, reader: str, native: str) -> bool:
        if not self._has_messages:
            return False
        name = (reader, native)
        partly = self._partly.get(name)
        if partly is None:
            partly = self._reason(PARTLY, conversation_mark(reader, native)) is not None
            self._partly[name] = partly
        return partly

    def summary(self, reader: str, key: int) -> bool:
        """Tell whether a title for the conversation that holds a message is not to be kept."""
        return self._reason(SUMMARY, copy_mark(reader, key)) is not None

    def other(self, kind: str, what: str) -> str | None:
        """Return None unless something of any kind was erased, else what its tombstone says."""
        return self._reason(kind, what)

    def file(self, path: object) -> bool:
        """Tell whether nothing of a log file's lines may be kept as an excerpt."""
        return self._has_files and self._reason(FILE, str(path)) is not None

    def _reason(self, kind: str, what: str) -> str | None:
        for key in self._keys:
            reason = self._hashes.get((kind, hashed(key, what)))
            if reason is not None:
                return reason
        return None


def _key(connection: sqlite3.Connection) -> str | None:
    row = connection.execute("SELECT value FROM setting WHERE name=?", (_KEY,)).fetchone()
    return None if row is None else str(row[0])


def hashed(key: str, what: str) -> str:
    """Return the hash by which something is known under a key."""
    return hmac.new(bytes.fromhex(key), what.encode("utf-8", "replace"), sha256).hexdigest()
