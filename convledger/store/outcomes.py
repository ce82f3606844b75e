"""Writes how conversations ended, and further facts by name, as their sources tell them."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

from msgspec.structs import astuple

if TYPE_CHECKING:
    from convledger.sources.findings import ConversationFacts

_COLUMNS = (
    "handled_by, resolution, verdict, resolved_at, handed_off_at, bot_messages, human_messages, "
    "customer_messages, rating, rating_of, channel"
)
_PUT = f"INSERT OR REPLACE INTO outcome (conversation_id, {_COLUMNS}) VALUES (?{', ?' * 11})"
MOST_DETAILS, LONGEST_NAME, LONGEST_DETAIL = 200, 200, 20_000


def note_outcome(
    connection: sqlite3.Connection, conversation_id: int, facts: ConversationFacts
) -> None:
    """Keep what a source says of how a conversation ended, and its details; the latest counts.

    Of details there are 200 at most; a longer value than 20,000 characters is cut.
    """
    if facts.outcome is not None:
        connection.execute(_PUT, (conversation_id, *astuple(facts.outcome)))
    if facts.details:
        connection.executemany(
            "INSERT OR REPLACE INTO detail (conversation_id, name, value) VALUES (?, ?, ?)",
            [
                (conversation_id, name[:LONGEST_NAME], value[:LONGEST_DETAIL])
                for name, value in list(facts.details.items())[:MOST_DETAILS]
            ],
        )
