"""Takes out what came from files alone, so that they can be read again in another way.

Nothing is buried: what the files hold comes back when they are read. What a person has said of a
conversation keeps it, empty until then.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass

import msgspec

from convledger.store import audit_forget
from convledger.store.calls import rebuild_usage_of
from convledger.store.erasing_bodies import forget, prepare, take_messages_out
from convledger.store.probes import Probes

# What the ledger itself has worked out or taken from the files; all else is a person's.
_OWN = ("call", "message", "usage", "conversation_sum", "reported", "agent", "outcome", "detail")
_IN = "IN (SELECT value FROM json_each(?))"
_FRESH = (
    "device=0, inode=0, size=0, mtime_ns=0, first_at=NULL, first_until=NULL, background=0, "
    "figures_offset=0, figures_line=0, texts_offset=0, texts_line=0, head_length=0, "
    "head_hash=NULL, tail_hash=NULL, figures_state=x'', texts_state=x'', replayed_until=0, "
    "texts_size=0"
)


class _NoProbes(Probes):
    """Nothing is looked for afterwards: what is forgotten is no secret, and comes back."""

    def add_text(self, text: str | bytes | None) -> None:
        """Take nothing."""

    def add_said(self, text: str | bytes | None) -> None:
        """Take nothing."""

    def add_packed(self, packed: bytes) -> None:
        """Take nothing."""


@dataclass(frozen=True, slots=True)
class Forgotten:
    """How much was taken out, and how many conversations stay for what a person said of them."""

    calls: int
    messages: int
    conversations: int
    kept: int


def forget_files(connection: sqlite3.Connection, file_ids: Iterable[int]) -> Forgotten:
    """Take out what came from these files and from no other; belongs into a transaction.

    They are read from their starts the next time. So is each other file that tells of one of
    their conversations, for what both have told is noted as coming from one of them.
    """
    files = _list(sorted(set(file_ids)))
    touched = _touched(connection, files)
    calls, messages = _take_out(connection, files, touched)
    left = {
        row[0]
        for table in ("call", "message", "reported")
        for row in connection.execute(
            f"SELECT DISTINCT conversation_id FROM {table} WHERE conversation_id {_IN}",
            (touched,),
        )
    }
    others = _others(connection, left)
    said = _said_of(connection, touched)
    gone = [row for row in msgspec.json.decode(touched) if row not in left and row not in said]
    kept = said - left
    _blank(connection, _list(left | kept))
    _drop(connection, _list(gone))
    rebuild_usage_of(connection, touched)
    connection.execute(f"UPDATE file SET {_FRESH} WHERE id {_IN}", (files,))
    connection.execute(f"UPDATE file SET {_FRESH} WHERE id {_IN} AND state!='gone'", (others,))
    return Forgotten(calls, messages, len(gone), len(kept))


def _touched(connection: sqlite3.Connection, files: str) -> str:
    """Return the conversations that the files may tell of.

    One of which no call and no message is known is taken for theirs where they are its source.
    """
    found: set[int] = set()
    for table in ("call", "message", "reported"):
        query = f"SELECT DISTINCT conversation_id FROM {table} WHERE file_id {_IN}"
        found.update(row[0] for row in connection.execute(query, (files,)))
    empty = connection.execute(
        "SELECT id FROM conversation WHERE source_id IN "
        f"(SELECT source_id FROM file WHERE id {_IN}) "
        "AND NOT EXISTS (SELECT 1 FROM call WHERE conversation_id=conversation.id) "
        "AND NOT EXISTS (SELECT 1 FROM message WHERE conversation_id=conversation.id)",
        (files,),
    )
    found.update(row[0] for row in empty)
    return _list(found)


def _take_out(connection: sqlite3.Connection, files: str, touched: str) -> tuple[int, int]:
    """Take calls, messages with their bodies and words, running totals and rejections out."""
    connection.execute(
        f"DELETE FROM rating_change WHERE call_id IN (SELECT id FROM call WHERE file_id {_IN})",
        (files,),
    )
    calls = connection.execute(f"DELETE FROM call WHERE file_id {_IN}", (files,)).rowcount
    prepare(connection)
    connection.execute(
        f"INSERT OR IGNORE INTO temp.going SELECT id FROM message WHERE file_id {_IN}", (files,)
    )
    connection.execute(
        "DELETE FROM finding WHERE object='message' AND object_id IN (SELECT id FROM temp.going)"
    )
    messages = take_messages_out(connection, _NoProbes())["messages"]
    forget(connection)
    for table in ("reported", "rejected"):
        connection.execute(f"DELETE FROM {table} WHERE file_id {_IN}", (files,))
    for table in ("outcome", "detail"):
        connection.execute(f"DELETE FROM {table} WHERE conversation_id {_IN}", (touched,))
    return calls, messages


def _others(connection: sqlite3.Connection, conversations: set[int]) -> str:
    """Return the files that still tell of conversations."""
    found: set[int] = set()
    for table in ("call", "message", "reported"):
        query = f"SELECT DISTINCT file_id FROM {table} WHERE conversation_id {_IN}"
        found.update(row[0] for row in connection.execute(query, (_list(conversations),)))
    return _list(found)


def _said_of(connection: sqlite3.Connection, touched: str) -> set[int]:
    """Return the conversations that a person has said something of: a label, a memory, a review."""
    found: set[int] = set()
    tables = connection.execute(
        "SELECT schema.name, names.name FROM sqlite_schema AS schema, "
        "pragma_foreign_key_list(schema.name) AS keys, pragma_table_info(schema.name) AS names "
        "WHERE schema.type='table' AND keys.\"table\"='conversation' AND keys.\"from\"=names.name"
    ).fetchall()
    for table, column in tables:
        if table not in _OWN:
            query = f"SELECT DISTINCT {column} FROM {table} WHERE {column} {_IN}"
            found.update(row[0] for row in connection.execute(query, (touched,)))
    return found


def _blank(connection: sqlite3.Connection, ids: str) -> None:
    """Empty what files have told of conversations that stay; it is told again."""
    connection.execute(
        "UPDATE conversation SET title='', title_rank=0, project='', branch='', version='', "
        "first_at=NULL, last_at=NULL, told_ns=0 "
        f"WHERE id {_IN} AND title_rank<9",  # 9: erased by a person
        (ids,),
    )


def _drop(connection: sqlite3.Connection, ids: str) -> None:
    connection.execute(
        f"DELETE FROM finding WHERE object='conversation' AND object_id {_IN}", (ids,)
    )
    for table in _OWN:
        connection.execute(f"DELETE FROM {table} WHERE conversation_id {_IN}", (ids,))
    connection.execute(f"DELETE FROM conversation WHERE id {_IN}", (ids,))
    # Their numbers may be given to others; what was once said of these would be theirs then.
    audit_forget.forget(connection, msgspec.json.decode(ids, type=list[int]))


def _list(ids: Iterable[int]) -> str:
    return msgspec.json.encode(sorted(ids)).decode()
