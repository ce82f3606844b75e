"""Labels that people put on conversations: tags, and one client, kind and outcome each."""

from __future__ import annotations

import sqlite3

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


def unicode_text(text: str) -> str:
    """Return what was typed as text that SQLite takes: a command line need not be Unicode."""
    return text.encode("utf-8", "replace").decode()


def project_pattern(project: str, wild: str = "*") -> str:
    """Return the pattern for a project: what was typed if one of `wild` is in it, else a part."""
    text = unicode_text(project).replace("[", "[[]")
    return text if any(mark in text for mark in wild) else f"*{text}*"


def matching(connection: sqlite3.Connection, projects: list[str], source: str) -> list[int]:
    """Return the conversations whose project matches one of `projects`, of one source if named."""
    found = []
    for project in projects:
        pattern = project_pattern(project, "*?")
        found += [
            row[0]
            for row in connection.execute(
                "SELECT conversation.id FROM conversation JOIN reader ON reader.id=reader_id "
                "WHERE project GLOB ? AND (?='' OR reader.name=?)",
                (pattern, unicode_text(source), unicode_text(source)),
            )
        ]
    return found
