"""Which messages of a conversation a person means: by number, by line of the log, by their text."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from convledger.errors import UsageProblem
from convledger.store.bodies import PageReader

_FIRST_NUMBER = 1 << 38  # numbers of messages are larger, lines of logs smaller


def messages_of(
    connection: sqlite3.Connection, conversation_id: int, numbers: Sequence[int], text: str | None
) -> tuple[int, ...]:
    """Return the messages meant. Raises UsageProblem where a number or a text meets none."""
    rows = connection.execute(
        "SELECT id, line, page_id, start, length FROM message WHERE conversation_id=? ORDER BY id",
        (conversation_id,),
    ).fetchall()
    found: dict[int, None] = {}
    for number in numbers:
        place = 0 if number >= _FIRST_NUMBER else 1
        meant = [row[0] for row in rows if row[place] == number]
        if not meant:
            raise UsageProblem(f"the conversation has no message with the number or line {number}")
        found |= dict.fromkeys(meant)
    if text:
        pages = PageReader(connection)
        ordered = sorted(rows, key=lambda row: (row[2] or 0, row[3]))
        meant = [row[0] for row in ordered if text in pages.body(*row[2:])]
        if not meant:
            raise UsageProblem("no message of the conversation holds this text")
        found |= dict.fromkeys(meant)
    return tuple(found)
