"""Verifies that what was erased is not there, and that no erasure was left half done."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

from convledger.store import tombstones
from convledger.store.erasures import pending
from convledger.store.tombstones import Erased, is_erased

_AGAIN = "erase it again with `convledger erase`"


def erased_that_is_there(connection: sqlite3.Connection) -> Iterator[tuple[str, str]]:
    """Yield each problem with the way out."""
    waiting = len(pending(connection))
    if waiting:
        what = "an erasure is" if waiting == 1 else f"{waiting} erasures are"
        yield f"{what} not finished", "run `convledger erase --resume`"
    kinds = {row[0] for row in connection.execute("SELECT DISTINCT kind FROM tombstone")}
    if tombstones.ENTRY in kinds:
        # An entry that was edited into an erased text was so by a person.
        rows = connection.execute("SELECT name, hash FROM entry WHERE version=1").fetchall()
        for name, digest in rows:
            if is_erased(connection, tombstones.ENTRY, digest):
                yield f"entry {name} holds a text that was erased", _AGAIN
    erased = Erased.load(connection)
    if erased is None:
        return
    for row_id, reader_id, reader, native, title in connection.execute(
        "SELECT conversation.id, reader_id, reader.name, native, title FROM conversation "
        "JOIN reader ON reader.id=reader_id"
    ).fetchall():
        keys = connection.execute("SELECT key FROM message WHERE conversation_id=?", (row_id,))
        if erased.conversation(reader, native) is not None:
            if title or keys.fetchone():
                yield f"conversation {native} was erased and has texts", _AGAIN
        elif erased.has_messages_of(reader_id, native):
            count = sum(erased.message(reader_id, native, key) for (key,) in keys)
            if count:
                yield f"conversation {native} has {count} messages that were erased", _AGAIN
