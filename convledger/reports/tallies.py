"""How much was said and called in a stretch of time, whatever the plan."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import dataclass

from convledger.reports.history import OWN_SAID, Scope, at_work


@dataclass(frozen=True, slots=True)
class Tally:
    """How much was said and called in a stretch of time, whatever the plan."""

    conversations: int
    messages: int
    calls: int
    unpriced_calls: int
    estimated_calls: int = 0  # of cost or tokens, counted from texts where no source tells them
    uncounted_calls: int = 0  # whose tokens nobody knows


def tally_of(connection: sqlite3.Connection, scope: Scope, since: int, until: int) -> Tally:
    """Return how much was said and called from `since` until `until`."""
    conversations, messages = _said(connection, scope, since, until)
    return Tally(conversations, messages, *_called(connection, scope, since, until))


def _said(connection: sqlite3.Connection, scope: Scope, since: int, until: int) -> tuple[int, int]:
    """Return how many conversations and own messages there were."""
    test, values = scope.sql()
    near = json.dumps(at_work(connection, since, until))
    conversations, messages = connection.execute(
        "SELECT count(DISTINCT conversation.id), coalesce(sum(said), 0) "
        "FROM conversation JOIN reader ON reader.id=conversation.reader_id JOIN ("
        f"SELECT conversation_id, 1 AS said FROM message WHERE at >= ? AND at < ? AND {OWN_SAID} "
        "AND conversation_id IN (SELECT value FROM json_each(?)) UNION ALL "
        "SELECT conversation_id, 0 FROM call WHERE at >= ? AND at < ? UNION ALL "
        "SELECT ended.id, 0 FROM outcome JOIN conversation AS ended ON ended.id=conversation_id "
        "WHERE ended.last_at >= ? AND ended.last_at < ?"
        f") ON conversation_id=conversation.id WHERE {test}",
        [since, until, near, since, until, since, until, *values],
    ).fetchone()
    return conversations, messages


def doubtful_calls(
    connection: sqlite3.Connection, scope: Scope, since: int, until: int
) -> tuple[int, int]:
    """Return how many calls were estimated in a stretch of time, and of how many nobody knows."""
    _, _, estimated, uncounted = _called(connection, scope, since, until)
    return estimated, uncounted


def _called(
    connection: sqlite3.Connection, scope: Scope, since: int, until: int
) -> tuple[int, int, int, int]:
    test, values = scope.sql()
    calls, unpriced, estimated, uncounted = connection.execute(
        "SELECT count(*), coalesce(sum(list_pico IS NULL), 0), "
        "coalesce(sum(price_state=3 OR approximate & 10 != 0), 0), "
        "coalesce(sum(approximate & 12 = 4), 0) FROM call "
        "JOIN conversation ON conversation.id=call.conversation_id "
        f"JOIN reader ON reader.id=conversation.reader_id WHERE at >= ? AND at < ? AND {test}",
        [since, until, *values],
    ).fetchone()
    return calls, unpriced, estimated, uncounted
