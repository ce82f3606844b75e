"""What was erased elsewhere stays away here, unless it is here: that only a person can decide."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from typing import Any

from convledger.clock import parse_instant
from convledger.errors import WorkspaceError
from convledger.memory.erase_again import Standing, standing
from convledger.store import tombstones
from convledger.store.bodies import PageReader
from convledger.store.messages import REDACTED_BODY
from convledger.store.tombstones import Grave

_HASH = 64  # letters of a hash and of a key


def read_graves(
    lines: Iterable[tuple[int, dict[str, Any]]], place: object
) -> tuple[list[str], dict[tuple[str, str], Grave]]:
    """Return the keys and the tombstones of a file. Raises WorkspaceError."""
    keys, graves = [], {}
    for number, told in lines:
        try:
            if "key" in told:
                keys.append(_hex(told["key"]))
            else:
                at = parse_instant(told["at"])
                if at is None:
                    raise ValueError("no instant")
                graves[str(told["kind"])[:40], _hex(told["hash"])] = Grave(at, str(told["reason"]))
        except (KeyError, TypeError, ValueError) as error:
            raise WorkspaceError(f"{place}, line {number}: no tombstone: {error}") from error
    return keys, graves


def _hex(text: str) -> str:
    if len(text) != _HASH:
        raise ValueError("no hash")
    return bytes.fromhex(text).hex()


def take_graves(
    connection: sqlite3.Connection, keys: list[str], graves: dict[tuple[str, str], Grave]
) -> tuple[int, Standing]:
    """Let what was erased elsewhere stay away; returns how much is new, and what of it is here.

    What is here is not erased, and nothing forbids it. Belongs into a transaction.
    """
    known = tombstones.graves_of(connection)
    new = {what: grave for what, grave in graves.items() if what not in known}
    found = standing(connection, keys, new)
    if found.counts:
        for what in _marks(connection, keys, found):
            new.pop(what, None)
    if new:
        tombstones.adopt(connection, keys, new)
    return len(new), found


def _marks(
    connection: sqlite3.Connection, keys: list[str], found: Standing
) -> Iterable[tuple[str, str]]:
    """Yield kind and hash of the tombstones that name what is here."""
    names: dict[int, tuple[str, str]] = {
        row[0]: (row[1], row[2])
        for row in connection.execute(
            "SELECT conversation.id, reader.name, native FROM conversation "
            "JOIN reader ON reader.id=reader_id"
        )
    }
    said = [
        (tombstones.CONVERSATION, tombstones.conversation_mark(*names[number]))
        for number in found.conversations
    ]
    for message_id in found.messages:
        number, key = connection.execute(
            "SELECT conversation_id, key FROM message WHERE id=?", (message_id,)
        ).fetchone()
        said.append((tombstones.MESSAGE, tombstones.message_mark(*names[number], key)))
        said.append((tombstones.COPY, tombstones.copy_mark(names[number][0], key)))
    for entry_id in (*found.entries, *found.redacted_entries):
        rows = connection.execute(
            "SELECT hash FROM entry_version WHERE entry_id=?", (entry_id,)
        ).fetchall()
        said += [(tombstones.ENTRY, row[0]) for row in rows]
    pages = PageReader(connection)
    for message_id in found.redacted_messages:
        place = connection.execute(
            "SELECT page_id, start, length FROM message WHERE id=?", (message_id,)
        ).fetchone()
        said.append((REDACTED_BODY, pages.body(*place)))
    for kind, what in said:
        for key in keys:
            yield kind, tombstones.hashed(key, what)
