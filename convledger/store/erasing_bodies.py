"""Takes messages out: their rows, their words in the index, their bodies out of shared pages."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

import zstandard

from convledger.store.bodies import LEVEL, PageReader, said_text
from convledger.store.messages import HIDDEN
from convledger.store.probes import Probes

# The messages that go, and the pages that hold bodies of theirs; temporary, and in memory alone.
_MADE = (
    "CREATE TEMP TABLE IF NOT EXISTS going (id INTEGER PRIMARY KEY)",
    "CREATE TEMP TABLE IF NOT EXISTS going_page (id INTEGER PRIMARY KEY)",
)
UNSAY = "INSERT INTO said (said, rowid, text) VALUES ('delete', ?, CAST(? AS TEXT))"


def prepare(connection: sqlite3.Connection) -> None:
    """Make the lists of what goes, empty; belongs before the transaction."""
    for statement in _MADE:
        connection.execute(statement)
    forget(connection)


def forget(connection: sqlite3.Connection) -> None:
    """Empty the lists of what goes."""
    for name in ("going", "going_page"):
        connection.execute(f"DELETE FROM temp.{name}")


def bodies_of_going(connection: sqlite3.Connection) -> Iterator[tuple[int, str, int, str]]:
    """Yield id, name, flags and body of each message that goes."""
    pages = PageReader(connection)
    rows = connection.execute(
        "SELECT message.id, name, flags, page_id, start, length FROM temp.going "
        "JOIN message ON message.id=going.id ORDER BY page_id, start"
    )
    for row_id, name, flags, page_id, start, length in rows:
        yield row_id, name or "", flags, pages.body(page_id, start, length)


def list_page(connection: sqlite3.Connection, page_id: int | None) -> None:
    """List a page as one that holds a body which goes."""
    if page_id is not None:
        connection.execute("INSERT OR IGNORE INTO temp.going_page VALUES (?)", (page_id,))


def take_messages_out(connection: sqlite3.Connection, probes: Probes) -> dict[str, int]:
    """Take the messages that are listed as going out of the ledger; returns counts."""
    counts = {"messages": 0, "text_bytes": 0, "pages_rewritten": 0, "pages_removed": 0}

    def unsaid() -> Iterator[tuple[int, bytes]]:
        for row_id, name, flags, body in bodies_of_going(connection):
            encoded = body.encode("utf-8", "replace")
            probes.add_said(encoded)
            counts["text_bytes"] += len(encoded)
            if body and not flags & HIDDEN:
                yield row_id, said_text(name, body, encoded)

    connection.executemany(UNSAY, unsaid())
    connection.execute(
        "INSERT OR IGNORE INTO temp.going_page SELECT page_id FROM temp.going "
        "JOIN message ON message.id=going.id WHERE page_id IS NOT NULL"
    )
    taken = connection.execute("DELETE FROM message WHERE id IN (SELECT id FROM temp.going)")
    counts["messages"] = taken.rowcount
    rewrite_pages(connection, probes, counts)
    return counts


def rewrite_pages(connection: sqlite3.Connection, probes: Probes, counts: dict[str, int]) -> None:
    """Leave in each listed page only the bodies of messages that stay; drop one that has none."""
    staying: dict[int, list[tuple[int, int, int]]] = {}
    for page_id, row_id, start, length in connection.execute(
        "SELECT page_id, id, start, length FROM message "
        "WHERE page_id IN (SELECT id FROM temp.going_page) ORDER BY page_id, start"
    ):
        staying.setdefault(page_id, []).append((row_id, start, length))
    unpack = zstandard.ZstdDecompressor().decompress
    pack = zstandard.ZstdCompressor(level=LEVEL, write_checksum=True).compress
    for (page_id,) in connection.execute("SELECT id FROM temp.going_page").fetchall():
        row = connection.execute("SELECT body FROM page WHERE id=?", (page_id,)).fetchone()
        if row is None:
            continue
        probes.add_packed(row[0])
        kept = staying.get(page_id)
        if not kept:
            connection.execute("DELETE FROM page WHERE id=?", (page_id,))
            counts["pages_removed"] += 1
            continue
        body = unpack(row[0], max_output_size=1 << 30)
        parts, places, at = [], [], 0
        for row_id, start, length in kept:
            parts.append(body[start : start + length])
            places.append((at, row_id))
            at += length
        connection.execute("UPDATE page SET body=? WHERE id=?", (pack(b"".join(parts)), page_id))
        connection.executemany("UPDATE message SET start=? WHERE id=?", places)
        counts["pages_rewritten"] += 1
