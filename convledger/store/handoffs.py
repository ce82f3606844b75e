"""Keeps the hand-offs that people have entered or imported; what is changed is a row of its own.

Everything that writes belongs into a transaction.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass

from convledger.store.patterns import unicode_text

TYPED, IMPORTED, TOLD, INFERRED = "typed", "imported", "told", "inferred"
_COLUMNS = (
    "id, name, replaces, conversation_id, at, model, person, reason, note, wait_seconds, "
    "handle_seconds, outcome, origin, provenance, key, made_by, made_at, gone_at"
)
_BY_PERSON = "flags & 64"
_OWN = "kind=2 AND agent_id IS NULL AND flags & 7 = 0"


@dataclass(frozen=True, slots=True)
class StoredHandoff:
    """A hand-off as it is kept: UTC microseconds and seconds, None where nobody has said.

    `replaces` names the row whose place it takes, `key` is its own number in the file that it came
    from and `provenance` that file's digest and row.
    """

    id: int
    name: str
    replaces: str
    conversation_id: int
    at: int
    model: str = ""
    person: str = ""
    reason: str = ""
    note: str = ""
    wait_seconds: int | None = None
    handle_seconds: int | None = None
    outcome: str = ""
    origin: str = TYPED
    provenance: str = ""
    key: str = ""
    made_by: str = ""
    made_at: int = 0
    gone_at: int | None = None


def kept_handoffs(
    connection: sqlite3.Connection,
    conversations: Iterable[int] | None = None,
    *,
    with_gone: bool = False,
) -> list[StoredHandoff]:
    """Return the hand-offs that are kept of all or of some conversations, the earliest first."""
    tests, values = ["1"] if with_gone else ["gone_at IS NULL"], list[str]()
    if conversations is not None:
        tests.append("conversation_id IN (SELECT value FROM json_each(?))")
        values.append(json.dumps(sorted(conversations)))
    rows = connection.execute(
        f"SELECT {_COLUMNS} FROM handoff WHERE {' AND '.join(tests)} ORDER BY at, id", values
    )
    return [StoredHandoff(*row) for row in rows]


def kept_handoff(connection: sqlite3.Connection, number: int) -> StoredHandoff | None:
    """Return a hand-off by its number, also one that was taken away."""
    row = connection.execute(f"SELECT {_COLUMNS} FROM handoff WHERE id=?", (number,)).fetchone()
    return StoredHandoff(*row) if row else None


def add_handoff(connection: sqlite3.Connection, each: StoredHandoff) -> int:
    """Keep a hand-off and return its number; its own `id` does not count."""
    made = connection.execute(
        f"INSERT INTO handoff ({_COLUMNS.removeprefix('id, ')}) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            each.name, each.replaces, each.conversation_id, each.at, unicode_text(each.model),
            unicode_text(each.person), each.reason, unicode_text(each.note), each.wait_seconds,
            each.handle_seconds, unicode_text(each.outcome), each.origin, each.provenance,
            unicode_text(each.key), unicode_text(each.made_by), each.made_at, each.gone_at,
        ),
    )  # fmt: skip
    return int(made.lastrowid or 0)


def handed_over_at(connection: sqlite3.Connection) -> dict[int, list[int]]:
    """Return the instants at which people took conversations over, as people have entered them."""
    found: dict[int, list[int]] = {}
    for number, at in connection.execute(
        "SELECT conversation_id, at FROM handoff WHERE gone_at IS NULL ORDER BY at, id"
    ):
        found.setdefault(number, []).append(at)
    return found


def marks(connection: sqlite3.Connection) -> bytes:
    """Return what changes when any hand-off does, in few bytes."""
    rows = connection.execute(
        "SELECT count(*), max(id), total(id), total(at), total(conversation_id) FROM handoff "
        "WHERE gone_at IS NULL"
    )
    return repr(rows.fetchall()).encode()


def first_by_people(connection: sqlite3.Connection, conversations: Iterable[int]) -> dict[int, int]:
    """Return when a person first answered in conversations, after a bot where one did before."""
    rows = connection.execute(
        "SELECT conversation_id, coalesce(min(CASE WHEN at >= (SELECT min(at) FROM message AS bot "
        "WHERE bot.conversation_id=message.conversation_id AND bot.kind=2 AND bot.agent_id IS NULL "
        "AND bot.flags & 7 = 0 AND NOT bot.flags & 64) THEN at END), min(at)) FROM message "
        f"WHERE {_OWN} AND {_BY_PERSON} AND conversation_id IN (SELECT value FROM json_each(?)) "
        "GROUP BY 1",
        (json.dumps(sorted(conversations)),),
    )
    return dict(rows.fetchall())


def last_model(connection: sqlite3.Connection, conversation_id: int, at: int | None) -> str:
    """Return the model that was last called in a conversation up to an instant."""
    row = connection.execute(
        "SELECT model.name FROM call JOIN model ON model.id=model_id WHERE conversation_id=?1 "
        "AND (?2 IS NULL OR at <= ?2) ORDER BY at DESC, call.id DESC LIMIT 1",
        (conversation_id, at),
    ).fetchone()
    return str(row[0]) if row else ""


def calls_until(
    connection: sqlite3.Connection, conversations: Iterable[int], at: int
) -> tuple[int, int, int, bool]:
    """Return calls up to an instant, those of them with a price, their picodollars, and doubt.

    Doubt is whether a price or the tokens are estimated.
    """
    calls = priced = pico = 0
    doubt = False
    for amount, state, approximate in connection.execute(
        "SELECT list_pico, price_state, approximate FROM call WHERE at <= ? AND conversation_id IN "
        "(SELECT value FROM json_each(?))",
        (at, json.dumps(sorted(conversations))),
    ):
        calls += 1
        doubt = doubt or state == 3 or bool(approximate & 10)
        if amount is not None:
            priced += 1
            pico += amount
    return calls, priced, pico, doubt
