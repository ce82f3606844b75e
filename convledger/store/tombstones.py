"""What was erased, known again by keyed hashes alone, so that an import does not bring it back.

An entry is known by the hash of its text, a conversation by its reader and its source's own name
for it, a message by these and its key. Where a conversation was erased with its figures or its
project, the tombstone's reason says so.
"""

from __future__ import annotations

import hmac
import secrets
import sqlite3
from hashlib import sha256

_KEY = "tombstone_key"
ENTRY, CONVERSATION, MESSAGE, COPY = "entry", "conversation", "message", "copy"
PARTLY, SUMMARY, FILE = "partly", "summary", "file"  # a conversation of which messages are erased
FIGURES, PROJECT = "figures", "project"  # what went with a conversation
_TOLD_BY_IMPORTS = (CONVERSATION, PARTLY, COPY, FILE)


def is_erased(connection: sqlite3.Connection, kind: str, what: str) -> bool:
    """Return whether something of a kind ("entry", "message", "conversation") was erased."""
    key = _key(connection)
    if key is None:
        return False
    row = connection.execute(
        "SELECT 1 FROM tombstone WHERE kind=? AND hash=?", (kind, _hash(key, what))
    ).fetchone()
    return row is not None


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
        "INSERT OR IGNORE INTO tombstone VALUES (?, ?, ?, ?)", (kind, _hash(key, what), at, reason)
    )
    if reason:
        connection.execute(
            "UPDATE tombstone SET reason=? WHERE kind=? AND hash=? AND reason!=?",
            (reason, kind, _hash(key, what), FIGURES),
        )


def lift(connection: sqlite3.Connection, kind: str, what: str) -> bool:
    """Let something erased come back; returns whether it was erased."""
    key = _key(connection)
    if key is None:
        return False
    found = connection.execute(
        "DELETE FROM tombstone WHERE kind=? AND hash=?", (kind, _hash(key, what))
    )
    return found.rowcount > 0


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

    def __init__(self, key: str, hashes: dict[tuple[str, str], str], readers: dict[int, str]):
        self._key = key
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
        key = _key(connection) if found else None
        if key is None:
            return None
        rows = connection.execute("SELECT kind, hash, reason FROM tombstone WHERE kind!='entry'")
        hashes = {(kind, digest): reason for kind, digest, reason in rows}
        return cls(key, hashes, dict(connection.execute("SELECT id, name FROM reader")))

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

    def file(self, path: object) -> bool:
        """Tell whether nothing of a log file's lines may be kept as an excerpt."""
        return self._has_files and self._reason(FILE, str(path)) is not None

    def _reason(self, kind: str, what: str) -> str | None:
        return self._hashes.get((kind, _hash(self._key, what)))


def _key(connection: sqlite3.Connection) -> str | None:
    row = connection.execute("SELECT value FROM setting WHERE name=?", (_KEY,)).fetchone()
    return None if row is None else str(row[0])


def _hash(key: str, what: str) -> str:
    return hmac.new(bytes.fromhex(key), what.encode("utf-8", "replace"), sha256).hexdigest()
