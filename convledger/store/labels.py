"""Labels that people put on conversations: tags, and one client, kind and outcome each."""

from __future__ import annotations

import sqlite3

from convledger.store.patterns import PROJECT, any_project, unicode_text

SINGLE = ("client", "kind", "outcome", "project")
NAMES = ("tag", *SINGLE)


def set_label(
    connection: sqlite3.Connection, conversation_ids: list[int], name: str, value: str
) -> int:
    """Label conversations and return how many changed; belongs into a transaction."""
    changed = 0
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
    return changed


def remove_label(
    connection: sqlite3.Connection, conversation_ids: list[int], name: str, value: str | None
) -> int:
    """Take labels away and return how many there were; belongs into a transaction."""
    removed = 0
    value = unicode_text(value) if value is not None else None
    for conversation_id in conversation_ids:
        removed += connection.execute(
            "DELETE FROM label WHERE conversation_id=? AND name=? AND (? IS NULL OR value=?)",
            (conversation_id, name, value, value),
        ).rowcount
    return removed


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
