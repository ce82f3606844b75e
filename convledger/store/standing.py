"""What stands for a conversation: what a person has labelled, else what its source has told.

Each is a relation of (conversation_id, name, value), to be joined or asked like `label`.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable

from convledger.store.patterns import any_of

_TOLD = {"outcome": "resolution", "channel": "channel"}
# An outcome that the source itself does not know is none.
_STANDING = (
    "(SELECT conversation_id, name, value FROM label WHERE name='{0}' UNION ALL "
    "SELECT conversation_id, '{0}' AS name, {1} AS value FROM outcome WHERE {1} NOT IN "
    "('', 'unknown') AND NOT EXISTS (SELECT 1 FROM label AS own WHERE "
    "own.conversation_id=outcome.conversation_id AND own.name='{0}' AND own.value!=''))"
)


_WITHOUT_CALLS = (
    "INSERT INTO temp.without_calls SELECT coalesce(last_at, first_at) / {unit}, "
    "conversation.id FROM outcome JOIN conversation ON conversation.id=conversation_id "
    "WHERE NOT EXISTS (SELECT 1 FROM call WHERE call.conversation_id=conversation.id)"
)


def without_calls(connection: sqlite3.Connection, unit: int) -> bool:
    """Put conversations of which an outcome is told and no call into temp.without_calls.

    `unit` is that of their instants in microseconds. False where there is no outcome at all.
    """
    if not connection.execute("SELECT EXISTS (SELECT 1 FROM outcome)").fetchone()[0]:
        return False
    connection.execute("DROP TABLE IF EXISTS temp.without_calls")
    connection.execute("CREATE TEMP TABLE without_calls (t INTEGER, id INTEGER)")
    connection.execute(_WITHOUT_CALLS.format(unit=unit))
    # Each period asks for its own stretch of them.
    connection.execute("CREATE INDEX temp.without_calls_by_time ON without_calls (t)")
    return True


def relation(name: str) -> str:
    """Return the rows of what stands under a name; those of other labels may be among them."""
    return _STANDING.format(name, _TOLD[name]) if name in _TOLD else "label"


def standing(conversation_id: str, name: str, wanted: Iterable[str]) -> tuple[str, list[object]]:
    """Return an SQL test that one of `wanted` stands for the conversation under `name`."""
    test, values = any_of("stands.value", wanted)
    rows = f"SELECT stands.conversation_id FROM {relation(name)} AS stands WHERE stands.name=?"
    return f"{conversation_id} IN ({rows} AND {test})", [name, *values]
