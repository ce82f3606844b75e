"""Takes memory entries out of the ledger with all versions, quotes and marks that they have."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from hashlib import sha256

from convledger.store import audit_forget
from convledger.store.entry_index import unindex_entry
from convledger.store.erasing import has, numbers
from convledger.store.erasing_undo import scrub_undo
from convledger.store.firings import take_firings_of_entries_out
from convledger.store.probes import Probes
from convledger.store.tombstones import ENTRY, bury

_AMONG = "IN (SELECT value FROM json_each(?))"
# What is counted for people: a word, and which rows that are.
_COUNTED = {
    "entries": f"entry WHERE id {_AMONG}",
    "versions": f"entry_version WHERE entry_id {_AMONG}",
    "sources": f"entry_source WHERE entry_id {_AMONG}",
    "pack_items": f"pack_item WHERE entry_id {_AMONG}",
    "renders": f"pack_render_item WHERE entry_id {_AMONG}",
}


def entry_ids(connection: sqlite3.Connection, names: Iterable[str]) -> list[int]:
    """Return the ids of those of the named entries that there are."""
    if not has(connection, "entry"):
        return []
    found = []
    for name in names:
        row = connection.execute("SELECT id FROM entry WHERE name=?", (name,)).fetchone()
        if row is not None:
            found.append(int(row[0]))
    return found


def entry_names(connection: sqlite3.Connection, ids: Iterable[int]) -> list[str]:
    """Return the lasting names of entries."""
    rows = connection.execute(
        f"SELECT name FROM entry WHERE id {_AMONG} ORDER BY id", (numbers(ids),)
    )
    return [row[0] for row in rows]


def entries_of_scope(connection: sqlite3.Connection, scope: str) -> list[int]:
    """Return the entries of a scope."""
    rows = connection.execute("SELECT id FROM entry WHERE scope=? ORDER BY id", (scope,))
    return [row[0] for row in rows]


def counts_of(connection: sqlite3.Connection, ids: Sequence[int]) -> dict[str, int]:
    """Return how many rows of each sort belong to entries."""
    listed = numbers(ids)
    counts = {
        word: int(connection.execute(f"SELECT count(*) FROM {rows}", (listed,)).fetchone()[0])
        for word, rows in _COUNTED.items()
    }
    counts["pairs"] = connection.execute(
        f"SELECT count(*) FROM entry_pair WHERE first_id {_AMONG} OR second_id {_AMONG}",
        (listed, listed),
    ).fetchone()[0]
    counts["findings"] = connection.execute(
        f"SELECT count(*) FROM finding WHERE object='entry' AND object_id {_AMONG}", (listed,)
    ).fetchone()[0]
    counts["text_bytes"] = connection.execute(
        "SELECT coalesce(sum(length(CAST(title AS BLOB)) + length(CAST(body AS BLOB))), 0) "
        f"FROM entry_version WHERE entry_id {_AMONG}",
        (listed,),
    ).fetchone()[0]
    return counts


def made_from_going(connection: sqlite3.Connection) -> list[tuple[int, str]]:
    """Return id and name of the entries that quote the messages listed as going."""
    return connection.execute(
        "SELECT DISTINCT entry.id, entry.name FROM temp.going JOIN message ON message.id=going.id "
        "JOIN entry_source ON entry_source.conversation_id=message.conversation_id "
        "AND message_key=key JOIN entry ON entry.id=entry_id WHERE entry_source.kind='message' "
        "ORDER BY entry.id"
    ).fetchall()


def targets_of(connection: sqlite3.Connection, ids: Sequence[int]) -> list[str]:
    """Return where else entries stand: packs and exports of them, and the files they came from."""
    rows = connection.execute(
        "SELECT target FROM pack_render_item JOIN pack_render ON pack_render.id=render_id "
        f"WHERE entry_id {_AMONG} AND target!='' UNION "
        "SELECT path FROM memory_item JOIN memory_file ON memory_file.id=file_id "
        f"WHERE entry_id {_AMONG} AND memory_file.state='live' AND typeof(path)='text' ORDER BY 1",
        (numbers(ids), numbers(ids)),
    )
    return [row[0] for row in rows]


def take_entries_out(
    connection: sqlite3.Connection, ids: Sequence[int], probes: Probes, at: int
) -> dict[str, int]:
    """Take entries out; belongs into a transaction. Returns counts."""
    listed = numbers(ids)
    counts = counts_of(connection, ids)
    digests = _digests(connection, listed)
    hashes = {
        digest
        for digest in _note(connection, listed, probes)
        # The same text may be kept elsewhere, in another scope: then it is not gone.
        if not connection.execute(
            f"SELECT 1 FROM entry WHERE hash=? AND id NOT {_AMONG}", (digest, listed)
        ).fetchone()
    }
    items = _forget_news(connection, listed, hashes, probes)
    for entry_id in ids:
        unindex_entry(connection, entry_id)
    connection.execute(
        f"UPDATE entry SET superseded_by=NULL WHERE superseded_by {_AMONG}", (listed,)
    )
    # The item stays known as one that was looked at, so that it is no news again.
    connection.execute(
        f"UPDATE memory_item SET entry_id=NULL, text='', news='' WHERE entry_id {_AMONG}", (listed,)
    )
    for rows in (
        f"pack_item WHERE entry_id {_AMONG}",
        f"pack_render_item WHERE entry_id {_AMONG}",
        f"finding WHERE object='entry' AND object_id {_AMONG}",
        f"entry_pair WHERE first_id {_AMONG}",
        f"entry_pair WHERE second_id {_AMONG}",
    ):
        connection.execute(f"DELETE FROM {rows}", (listed,))
    take_firings_of_entries_out(connection, listed)
    counts["changes"] = scrub_undo(connection, set(ids), probes, items, hashes)
    for rows in (
        f"entry_source WHERE entry_id {_AMONG}",
        f"entry_version WHERE entry_id {_AMONG}",
        f"entry WHERE id {_AMONG}",
    ):
        connection.execute(f"DELETE FROM {rows}", (listed,))
    for digest in hashes:
        bury(connection, ENTRY, digest, at)
    audit_forget.forget(connection, entries=ids, digests=digests)
    return counts


def _digests(connection: sqlite3.Connection, listed: str) -> set[str]:
    """Return the digests by which the audit log knows the texts of entries, of other ones too."""
    rows = connection.execute(
        f"SELECT title, body FROM entry WHERE id {_AMONG} UNION "
        f"SELECT title, body FROM entry_version WHERE entry_id {_AMONG}",
        (listed, listed),
    )
    return {sha256(text.encode()).hexdigest() for row in rows for text in row}


def _forget_news(
    connection: sqlite3.Connection, listed: str, hashes: set[str], probes: Probes
) -> set[int]:
    """Take out of the news of memory files what says the same; return the items that entries had.

    What is to be taken out of its file still is, by its place alone.
    """
    rows = connection.execute("SELECT id, hash, text FROM memory_item WHERE entry_id IS NULL")
    same = [(row_id, text) for row_id, digest, text in rows if digest in hashes]
    for row_id, text in same:
        probes.add_text(text)
        connection.execute("UPDATE memory_item SET text='' WHERE id=?", (row_id,))
        connection.execute("DELETE FROM memory_item WHERE id=? AND news='added'", (row_id,))
    own = connection.execute(f"SELECT id FROM memory_item WHERE entry_id {_AMONG}", (listed,))
    return {row_id for (row_id,) in own} | {row_id for row_id, _ in same}


def _note(connection: sqlite3.Connection, listed: str, probes: Probes) -> set[str]:
    """Take probes of all that is said about entries; returns the hashes of their texts."""
    for query in (
        f"SELECT tags, '', '' FROM entry WHERE id {_AMONG}",
        f"SELECT reason, '', '' FROM entry_version WHERE entry_id {_AMONG}",
        f"SELECT quote, place, '' FROM entry_source WHERE entry_id {_AMONG}",
        f"SELECT text, '', '' FROM memory_item WHERE entry_id {_AMONG}",
        f"SELECT reason, '', '' FROM entry_pair WHERE first_id {_AMONG}",
        f"SELECT reason, '', '' FROM entry_pair WHERE second_id {_AMONG}",
    ):
        for texts in connection.execute(query, (listed,)):
            for text in texts:
                probes.add_text(text)
    for texts in connection.execute(
        f"SELECT title, body FROM entry WHERE id {_AMONG} UNION "
        f"SELECT title, body FROM entry_version WHERE entry_id {_AMONG}",
        (listed, listed),
    ):
        for text in dict.fromkeys(texts):
            probes.add_said(text)
    rows = connection.execute(
        f"SELECT hash FROM entry WHERE id {_AMONG} UNION "
        f"SELECT hash FROM entry_version WHERE entry_id {_AMONG}",
        (listed, listed),
    )
    return {row[0] for row in rows}
