"""Puts another body in the place of a stored one, so that no row of the ledger holds the old."""

from __future__ import annotations

import sqlite3
from typing import NamedTuple

from convledger.store.bodies import PageReader, PageWriter, said_text
from convledger.store.erasing_bodies import UNSAY, list_page
from convledger.store.messages import HIDDEN, INDEX_WORDS, REDACTED, REDACTED_BODY
from convledger.store.tombstones import bury


class StoredBody(NamedTuple):
    """A message's body and where it is kept."""

    id: int
    conversation_id: int
    key: int
    name: str
    flags: int
    page_id: int | None
    start: int
    length: int
    text: str


def copies_of(connection: sqlite3.Connection, message_id: int) -> list[StoredBody]:
    """Return a message and those that repeat it in other conversations."""
    pages = PageReader(connection)
    rows = connection.execute(
        "SELECT id, conversation_id, key, coalesce(name, ''), flags, page_id, start, length "
        "FROM message WHERE key=(SELECT key FROM message WHERE id=?) ORDER BY id",
        (message_id,),
    )
    return [StoredBody._make((*row, pages.body(*row[5:]))) for row in rows.fetchall()]


def replace_body(connection: sqlite3.Connection, body: StoredBody, text: str, now: int) -> None:
    """Keep `text` as the body of a message from now on; belongs into a transaction.

    Its page is listed as one to be written anew without the old one, by `rewrite_pages`; its words
    leave the index; a keyed hash of it is kept, by which a log that repeats it is known.
    """
    if not body.flags & HIDDEN and body.page_id is not None:
        encoded = body.text.encode("utf-8", "replace")
        connection.execute(UNSAY, (body.id, said_text(body.name, body.text, encoded)))
    pages = PageWriter(connection)
    encoded = text.encode("utf-8", "replace")
    place = pages.add(encoded)
    pages.flush()
    connection.execute(
        "UPDATE message SET page_id=?, start=?, length=?, flags=flags|? WHERE id=?",
        (*place, REDACTED, body.id),
    )
    list_page(connection, body.page_id)
    if encoded and not body.flags & HIDDEN:
        connection.execute(INDEX_WORDS, (body.id, said_text(body.name, text, encoded)))
    bury(connection, REDACTED_BODY, body.text, now)
