"""What a ledger holds in numbers: how many of each sort, and the newest instant of each."""

from __future__ import annotations

import sqlite3

from msgspec import Struct, field

from convledger.store.erasing import has

# What is counted: a word for people, its table, which of its rows, the column of their instants.
_COUNTED = (
    ("conversations", "conversation", "1", "last_at"),
    ("calls", "call", "1", "at"),
    ("messages", "message", "1", "at"),
    ("entries", "entry", "1", "recorded_at"),
    ("packs", "pack", "1", "made_at"),
    ("labels", "label", "1", ""),
    ("hand-offs", "handoff", "gone_at IS NULL", "at"),
    ("verdicts", "review_verdict", "gone_at IS NULL", "at"),
    ("plans in use", "subscription", "1", "made_at"),
    ("credit bookings", "credit_fact", "1", "made_at"),
    ("statements", "statement", "1", "closed_at"),
    ("costs", "cost_item", "gone_at IS NULL", "made_at"),
    ("times of people", "worked_time", "gone_at IS NULL", "at"),
    ("audit events", "audit_event", "1", "at"),
    ("erasures", "erasure", "1", "at"),
)


class Holdings(Struct):
    """Counts by word, and the newest instants (UTC microseconds) of those that have any."""

    counts: dict[str, int] = field(default_factory=dict)
    newest: dict[str, int] = field(default_factory=dict)


def holdings(connection: sqlite3.Connection) -> Holdings:
    """Return what a ledger of any version holds; what its tables don't know is left out."""
    found = Holdings()
    for word, table, which, instant in _COUNTED:
        if not has(connection, table):
            continue
        newest = f"max({instant})" if instant else "NULL"
        count, latest = connection.execute(
            f"SELECT count(*), {newest} FROM {table} WHERE {which}"
        ).fetchone()
        found.counts[word] = count
        if latest is not None:
            found.newest[word] = latest
    return found
