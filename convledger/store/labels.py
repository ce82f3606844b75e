"""Labels that people put on conversations: tags, and one client, kind and outcome each."""

from __future__ import annotations

import sqlite3

from convledger import clock
from convledger.store.outcome_history import Ended, ended, keep_before
from convledger.store.patterns import PROJECT, any_project, unicode_text

SINGLE = ("client", "kind", "outcome", "project")
NAMES = ("tag", *SINGLE)


def set_label(
    connection: sqlite3.Connection, conversation_ids: list[int], name: str, value: str
) -> int:
    """Label conversations and return how many changed; belongs into a transaction.

    Where another outcome is said now, what was said before is kept.
    """
    changed = 0
    before = _outcomes(connection, conversation_ids, name)
    value = unicode_text(value)
    for conversation_id in conversation_ids:
        if name in SINGLE:
            connection.execute(
                "DELETE FROM label WHERE conversation_id=? AND name=? AND value!=?",
                (conversation_id, name, value),
            )
        changed += connection.execute(
            "INSERT OR IGNORE INTO label VALUES (?, ?, ?)", (conversation_id, name, value)
        ).rowcount
    for conversation_id, was in before.items():
        keep_before(connection, conversation_id, was, clock.now_us(), by_person=True)
    return changed


def remove_label(
    connection: sqlite3.Connection, conversation_ids: list[int], name: str, value: str | None
) -> int:
    """Take labels away and return how many there were; belongs into a transaction.

    What was said of an outcome until now is kept.
    """
    removed = 0
    before = _outcomes(connection, conversation_ids, name)
    value = unicode_text(value) if value is not None else None
    for conversation_id in conversation_ids:
        removed += connection.execute(
            "DELETE FROM label WHERE conversation_id=? AND name=? AND (? IS NULL OR value=?)",
            (conversation_id, name, value, value),
        ).rowcount
    for conversation_id, was in before.items():
        keep_before(connection, conversation_id, was, clock.now_us(), by_person=True)
    return removed


def _outcomes(
    connection: sqlite3.Connection, conversation_ids: list[int], name: str
) -> dict[int, Ended]:
    """Return how conversations are said to have ended, where a label is about that."""
    if name != "outcome":
        return {}
    return {number: ended(connection, number) for number in conversation_ids}


def matching(connection: sqlite3.Connection, projects: list[str], source: str) -> list[int]:
    """Return the conversations whose project matches one of `projects`, of one source if named."""
    if not projects:
        return []
    test, values = any_project(PROJECT, projects)
    rows = connection.execute(
        "SELECT conversation.id FROM conversation JOIN reader ON reader.id=reader_id "
        f"WHERE {test} AND (?='' OR reader.name=?)",
        [*values, unicode_text(source), unicode_text(source)],
    )
    return [row[0] for row in rows]


def values_of(connection: sqlite3.Connection, name: str) -> list[str]:
    """Return the values that conversations are labelled with, sorted."""
    rows = connection.execute("SELECT DISTINCT value FROM label WHERE name=? ORDER BY 1", (name,))
    return [row[0] for row in rows]
