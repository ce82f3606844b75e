"""Takes out what people have said of conversations beside labels: times, hand-offs, verdicts."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence

from convledger.store.audit_forget import forget
from convledger.store.audited import BY_TABLE
from convledger.store.cost_changes import forget_rows
from convledger.store.firings import wipe_firings
from convledger.store.probes import Probes

_AMONG = "IN (SELECT value FROM json_each(?))"
# Items are known by the name of a conversation too: it may have been imported after them.
_ITEMS = (
    "SELECT review_item.id FROM review_item JOIN reader ON reader.name=review_item.reader "
    "JOIN conversation ON conversation.reader_id=reader.id "
    f"AND conversation.native=review_item.native WHERE conversation.id {_AMONG}"
)
_COUNTS = (
    ("handoffs", f"SELECT count(*) FROM handoff WHERE conversation_id {_AMONG}"),
    ("verdicts", f"SELECT count(*) FROM review_verdict WHERE item_id IN ({_ITEMS})"),
)


def queries_of_words(connection: sqlite3.Connection) -> list[str]:
    """Return the queries of two texts each that people have written about conversations."""
    found = []
    if _has(connection, "worked_time"):
        found.append(f"SELECT person, note FROM worked_time WHERE conversation_id {_AMONG}")
    if _has(connection, "handoff"):
        found += [
            f"SELECT person, note FROM handoff WHERE conversation_id {_AMONG}",
            f"SELECT outcome, key FROM handoff WHERE conversation_id {_AMONG}",
            f"SELECT note, NULL FROM review_verdict WHERE item_id IN ({_ITEMS})",
            f"SELECT title, NULL FROM review_item WHERE id IN ({_ITEMS})",
        ]
    return found


def count_of_people(connection: sqlite3.Connection, ids: str) -> dict[str, int]:
    """Return how many hand-offs and verdicts there are of conversations, a JSON list of ids."""
    if not _has(connection, "handoff"):
        return {}
    found = {word: connection.execute(query, (ids,)).fetchone()[0] for word, query in _COUNTS}
    return {word: count for word, count in found.items() if count}


def take_people_out(connection: sqlite3.Connection, ids: str) -> dict[str, int]:
    """Take times, hand-offs, items to review and verdicts of conversations out; returns counts."""
    counts = count_of_people(connection, ids)
    for table in ("worked_time", "handoff"):
        if _has(connection, table):
            gone = connection.execute(
                f"DELETE FROM {table} WHERE conversation_id {_AMONG} RETURNING id", (ids,)
            ).fetchall()
            forget_rows(connection, table, {row[0] for row in gone})
    if _has(connection, "review_item"):
        _take_items_out(connection, _ITEMS, ids)
    if _has(connection, "firing"):
        wipe_firings(connection, ids)
    return counts


def items_alone(connection: sqlite3.Connection) -> list[tuple[int, str, str]]:
    """Return items whose conversation is not there: id, reader and its source's own name."""
    if not _has(connection, "review_item"):
        return []
    return connection.execute(
        "SELECT review_item.id, review_item.reader, review_item.native FROM review_item "
        "LEFT JOIN reader ON reader.name=review_item.reader LEFT JOIN conversation "
        "ON conversation.reader_id=reader.id AND conversation.native=review_item.native "
        "WHERE conversation.id IS NULL"
    ).fetchall()


def take_items_out(connection: sqlite3.Connection, items: Sequence[int], probes: Probes) -> None:
    """Take items to review out with the verdicts on them."""
    if not items:
        return
    ids = json.dumps(items)
    for query in (
        f"SELECT note FROM review_verdict WHERE item_id {_AMONG}",
        f"SELECT title FROM review_item WHERE id {_AMONG}",
    ):
        for (text,) in connection.execute(query, (ids,)).fetchall():
            probes.add_text(text)
    _take_items_out(connection, "SELECT value FROM json_each(?)", ids)


def _take_items_out(connection: sqlite3.Connection, which: str, ids: str) -> None:
    unnamed = _without_conversation(connection, which, ids)
    connection.execute(f"DELETE FROM review_verdict WHERE item_id IN ({which})", (ids,))
    connection.execute(f"DELETE FROM review_item WHERE id IN ({which})", (ids,))
    if unnamed:
        forget(connection, rows=unnamed)


def _without_conversation(connection: sqlite3.Connection, which: str, ids: str) -> list[str]:
    """Return items and verdicts that came before their conversation, as the audit log names them.

    The log can't tell by itself whose they are.
    """
    found = []
    for table, key in (("review_item", "id"), ("review_verdict", "item_id")):
        about = BY_TABLE[table].about_of("row")
        rows = connection.execute(
            f"SELECT {about} FROM {table} AS row WHERE {key} IN ({which}) "
            "AND conversation_id IS NULL",
            (ids,),
        )
        found += [row[0] for row in rows]
    return found


def _has(connection: sqlite3.Connection, table: str) -> bool:
    """Tell whether there is a table: a backup may be of an earlier version."""
    found = connection.execute(
        "SELECT 1 FROM sqlite_schema WHERE type='table' AND name=?", (table,)
    ).fetchone()
    return found is not None
