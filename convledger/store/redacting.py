"""Puts another body in the place of a stored one, so that no row of the ledger holds the old."""

from __future__ import annotations

import sqlite3
from typing import NamedTuple

import zstandard

from convledger.store.bodies import LEVEL, PageReader, PageWriter, said_text
from convledger.store.messages import HIDDEN, INDEX_WORDS, REDACTED, REDACTED_BODY
from convledger.store.tombstones import bury

_UNINDEX = "INSERT INTO said (said, rowid, text) VALUES ('delete', ?, CAST(? AS TEXT))"
_MOST = 1 << 30


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

    The old one is blanked out in its page, where the bodies beside it stay where they are; its
    words leave the index; a keyed hash of it is kept, by which a log that repeats it is known.
    """
    if not body.flags & HIDDEN and body.page_id is not None:
        encoded = body.text.encode("utf-8", "replace")
        connection.execute(_UNINDEX, (body.id, said_text(body.name, body.text, encoded)))
    _blank(connection, body)
    pages = PageWriter(connection)
    encoded = text.encode("utf-8", "replace")
    place = pages.add(encoded)
    pages.flush()
    connection.execute(
        "UPDATE message SET page_id=?, start=?, length=?, flags=flags|? WHERE id=?",
        (*place, REDACTED, body.id),
    )
    if encoded and not body.flags & HIDDEN:
        connection.execute(INDEX_WORDS, (body.id, said_text(body.name, text, encoded)))
    bury(connection, REDACTED_BODY, body.text, now)


def _blank(connection: sqlite3.Connection, body: StoredBody) -> None:
    row = connection.execute("SELECT body FROM page WHERE id=?", (body.page_id,)).fetchone()
    if row is None:
        return
    page = zstandard.ZstdDecompressor().decompress(row[0], max_output_size=_MOST)
    end = body.start + body.length
    blanked = page[: body.start] + b" " * body.length + page[end:]
    compress = zstandard.ZstdCompressor(level=LEVEL, write_checksum=True).compress
    connection.execute("UPDATE page SET body=? WHERE id=?", (compress(blanked), body.page_id))
