"""Remembers how conversations were said to have ended before, and until when.

What a source or a person says anew takes the place of what was said: without the state before, a
resolution that was reversed would never have been one.
"""

from __future__ import annotations

import sqlite3
from typing import NamedTuple

from convledger.clock import DAY

_UNDECIDED = ("", "unknown")


class Ended(NamedTuple):
    """How a conversation is said to have ended: by its source, and by a person's label."""

    handled_by: str = ""
    resolution: str = ""
    label: str = ""
    resolved_at: int | None = None

    @property
    def is_decided(self) -> bool:
        """Whether anybody has said how it ended."""
        return bool(self.label) or self.resolution not in _UNDECIDED

    @property
    def words(self) -> tuple[str, str, str]:
        """What is kept of it."""
        return self.handled_by, self.resolution, self.label


def ended(connection: sqlite3.Connection, conversation_id: int) -> Ended:
    """Return how a conversation is said to have ended as things stand."""
    told = connection.execute(
        "SELECT handled_by, resolution, resolved_at FROM outcome WHERE conversation_id=?",
        (conversation_id,),
    ).fetchone()
    own = connection.execute(
        "SELECT value FROM label WHERE conversation_id=? AND name='outcome'", (conversation_id,)
    ).fetchone()
    handled_by, resolution, resolved_at = told or ("", "", None)
    return Ended(handled_by, resolution, own[0] if own else "", resolved_at)


def keep_before(
    connection: sqlite3.Connection,
    conversation_id: int,
    before: Ended,
    at: int,
    *,
    by_person: bool = False,
) -> None:
    """Keep what was said until an instant, where it was something and another thing is said now.

    In months whose costs are closed nothing changes: there the first open instant counts. What a
    person takes back within a day was never said.
    """
    now = ended(connection, conversation_id)
    if now.words == before.words or not before.is_decided:
        return
    if by_person and _take_back(connection, conversation_id, now, at):
        return
    (closed,) = connection.execute(
        "SELECT max(ends_at) FROM cost_closing WHERE gone_at IS NULL"
    ).fetchone()
    connection.execute(
        "INSERT INTO outcome_before (conversation_id, at, handled_by, resolution, label) "
        "VALUES (?, ?, ?, ?, ?)",
        (conversation_id, max(at, closed or at), *before.words),
    )


def _take_back(connection: sqlite3.Connection, conversation_id: int, now: Ended, at: int) -> bool:
    """Forget the last change where it is undone soon; False where it isn't."""
    last = connection.execute(
        "SELECT id, at, handled_by, resolution, label FROM outcome_before WHERE conversation_id=? "
        "ORDER BY id DESC LIMIT 1",
        (conversation_id,),
    ).fetchone()
    if last is None or at - last[1] > DAY or tuple(last[2:]) != now.words:
        return False
    connection.execute("DELETE FROM outcome_before WHERE id=?", (last[0],))
    return True


def befores(connection: sqlite3.Connection, ids: str) -> dict[int, list[tuple[int, Ended]]]:
    """Return what was said before of conversations and until when; `ids` are a JSON list."""
    found: dict[int, list[tuple[int, Ended]]] = {}
    for number, at, *words in connection.execute(
        "SELECT conversation_id, at, handled_by, resolution, label FROM outcome_before "
        "WHERE conversation_id IN (SELECT value FROM json_each(?)) ORDER BY id",
        (ids,),
    ):
        found.setdefault(number, []).append((at, Ended(*words)))
    return found


def first_changed(connection: sqlite3.Connection, since: int, until: int) -> list[int]:
    """Return when conversations opened of which other things were said in a stretch of time."""
    rows = connection.execute(
        "SELECT min(first_at) FROM conversation WHERE first_at IS NOT NULL AND id IN "
        "(SELECT conversation_id FROM outcome_before WHERE at >= ? AND at < ?)",
        (since, until),
    )
    return [row[0] for row in rows if row[0] is not None]
