"""Keeps since when rules hold and what they did. Everything that writes belongs in a transaction.

A firing is `waiting`, then `started`, then `done` or `failed`; `passed` is one that a cooldown let
pass, `dropped` one whose rule was changed before its turn. One that stays `started` was cut short.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

WAITING, STARTED, DONE, FAILED = "waiting", "started", "done", "failed"
PASSED, DROPPED = "passed", "dropped"
STATES = (WAITING, STARTED, DONE, FAILED, PASSED, DROPPED)
LONGEST_OUTCOME = 1000
_AMONG = "IN (SELECT value FROM json_each(?))"
# The events that are about a row, and its table; of others instants decide.
NUMBERED = {
    "conversation.imported": "conversation",
    "finding.opened": "finding",
    "handoff.added": "handoff",
    "review.failed": "review_verdict",
}
_COLUMNS = (
    "id, rule, digest, event, subject, revision, conversation_id, entry_id, action, name, input, "
    "input_digest, status, attempts, outcome, error, at, noted_at, started_at, finished_at"
)


@dataclass(frozen=True, slots=True)
class Firing:
    """What a rule does, or did, about one event; instants are UTC microseconds.

    `name` is the event's own, the same however often it is sent, and `input` the event as JSON.
    """

    id: int
    rule: str
    digest: str
    event: str
    subject: str
    revision: str
    conversation_id: int | None
    entry_id: int | None
    action: str
    name: str
    input: str
    input_digest: str
    status: str
    attempts: int
    outcome: str
    error: str
    at: int
    noted_at: int
    started_at: int | None = None
    finished_at: int | None = None


@dataclass(frozen=True, slots=True)
class HeldRule:
    """Since when a rule holds (UTC microseconds), and the last row that it has looked at."""

    name: str
    digest: str
    event: str
    since: int
    seen: int


def held_rule(connection: sqlite3.Connection, name: str) -> HeldRule | None:
    """Return since when a rule holds, None where it never did."""
    row = connection.execute(
        "SELECT name, digest, event, since, seen FROM trigger_rule WHERE name=?", (name,)
    ).fetchone()
    return HeldRule(*row) if row else None


def hold_rule(connection: sqlite3.Connection, held: HeldRule) -> None:
    """Keep since when a rule holds."""
    connection.execute(
        "INSERT INTO trigger_rule VALUES (?, ?, ?, ?, ?) ON CONFLICT (name) DO UPDATE SET "
        "digest=excluded.digest, event=excluded.event, since=excluded.since, seen=excluded.seen",
        (held.name, held.digest, held.event, held.since, held.seen),
    )


def let_go(connection: sqlite3.Connection, name: str) -> None:
    """Forget that a rule holds; what it did stays."""
    connection.execute("DELETE FROM trigger_rule WHERE name=?", (name,))


def add_firing(connection: sqlite3.Connection, each: Firing) -> bool:
    """Keep a firing that is to come; False where there is one of that event already."""
    made = connection.execute(
        f"INSERT OR IGNORE INTO firing ({_COLUMNS.removeprefix('id, ')}) "
        f"VALUES ({', '.join('?' * 19)})",
        (
            each.rule, each.digest, each.event, each.subject, each.revision, each.conversation_id,
            each.entry_id, each.action, each.name, each.input, each.input_digest, each.status,
            each.attempts, each.outcome, each.error, each.at, each.noted_at, each.started_at,
            each.finished_at,
        ),
    )  # fmt: skip
    return made.rowcount == 1


def fired_already(
    connection: sqlite3.Connection, rule: str, event: str, subject: str, revision: str | None
) -> bool:
    """Tell whether a rule was about an event before; without a revision: of its subject."""
    test, values = "revision=?", [rule, event, subject, revision]
    if revision is None:
        test, values = f"status NOT IN ('{PASSED}', '{DROPPED}')", [rule, event, subject]
    row = connection.execute(
        f"SELECT 1 FROM firing WHERE rule=? AND event=? AND subject=? AND {test} LIMIT 1", values
    ).fetchone()
    return row is not None


def last_done(connection: sqlite3.Connection, rule: str) -> int | None:
    """Return when what a rule did last was noted; an attempt that failed does not count."""
    row = connection.execute(
        "SELECT max(noted_at) FROM firing WHERE rule=? AND status=?", (rule, DONE)
    ).fetchone()
    return None if row[0] is None else int(row[0])


def let_pass(connection: sqlite3.Connection, rule: str, before: int) -> int:
    """Let pass what of a rule was noted before an instant and never tried; returns how many."""
    done = connection.execute(
        f"UPDATE firing SET status='{PASSED}' WHERE rule=? AND status='{WAITING}' AND attempts=0 "
        "AND noted_at<?",
        (rule, before),
    )
    return done.rowcount


def to_do(connection: sqlite3.Connection, limit: int) -> list[Firing]:
    """Return what waits or was cut short, the earliest first."""
    return _firings(connection, f"status IN ('{WAITING}', '{STARTED}')", (), "id", limit)


def count_to_do(connection: sqlite3.Connection) -> int:
    """Return how many firings wait or were cut short."""
    query = f"SELECT count(*) FROM firing WHERE status IN ('{WAITING}', '{STARTED}')"
    return int(connection.execute(query).fetchone()[0])


def firings(
    connection: sqlite3.Connection,
    *,
    rules: Sequence[str] = (),
    states: Sequence[str] = (),
    since: int | None = None,
    until: int | None = None,
    limit: int = -1,
) -> list[Firing]:
    """Return firings, the latest first, of some rules and states and from a stretch of time."""
    tests, values = ["1"], list[object]()
    for column, chosen in (("rule", rules), ("status", states)):
        if chosen:
            tests.append(f"{column} IN ({', '.join('?' * len(chosen))})")
            values += chosen
    if since is not None:
        tests.append("noted_at>=?")
        values.append(since)
    if until is not None:
        tests.append("noted_at<?")
        values.append(until)
    return _firings(connection, " AND ".join(tests), values, "id DESC", limit)


def _firings(
    connection: sqlite3.Connection, test: str, values: Iterable[object], order: str, limit: int
) -> list[Firing]:
    rows = connection.execute(
        f"SELECT {_COLUMNS} FROM firing WHERE {test} ORDER BY {order} LIMIT ?", (*values, limit)
    )
    return [Firing(*row) for row in rows]


def note_start(connection: sqlite3.Connection, number: int, at: int) -> None:
    """Note that the deed of a firing begins."""
    connection.execute(
        f"UPDATE firing SET status='{STARTED}', attempts=attempts+1, started_at=?, "
        "finished_at=NULL, outcome='', error='' WHERE id=?",
        (at, number),
    )


def note_end(
    connection: sqlite3.Connection, number: int, status: str, at: int, outcome: str, error: str
) -> None:
    """Note how the deed of a firing ended; long words are cut."""
    connection.execute(
        "UPDATE firing SET status=?, finished_at=?, outcome=?, error=? WHERE id=?",
        (status, at, outcome[:LONGEST_OUTCOME], error[:LONGEST_OUTCOME], number),
    )


def retry(connection: sqlite3.Connection, rules: Sequence[str]) -> int:
    """Let failed firings of rules wait for another try; returns how many."""
    marks = ", ".join("?" * len(rules))
    done = connection.execute(
        f"UPDATE firing SET status='{WAITING}' WHERE status='{FAILED}' AND rule IN ({marks})", rules
    )
    return done.rowcount


def wipe_firings(connection: sqlite3.Connection, ids: str) -> None:
    """Take the words out of what rules did about conversations that are erased, a JSON list of ids.

    That they did it stays: a conversation whose figures are kept must be no news again. Hand-offs
    and verdicts go whole, and rows that come after get their numbers: rules must look at those.
    """
    connection.execute(
        "UPDATE firing SET input='{}', outcome='', error='', status=CASE WHEN status IN "
        f"('{WAITING}', '{STARTED}', '{FAILED}') THEN '{DROPPED}' ELSE status END "
        f"WHERE conversation_id {_AMONG}",
        (ids,),
    )
    for event in ("handoff.added", "review.failed"):
        _lower(connection, event, "conversation_id", ids)


def take_firings_out(connection: sqlite3.Connection, ids: str) -> None:
    """Take out what rules did about conversations of which not even the figures stay."""
    connection.execute(f"DELETE FROM firing WHERE conversation_id {_AMONG}", (ids,))
    _lower(connection, "conversation.imported", "id", ids)


def _lower(connection: sqlite3.Connection, event: str, whose: str, ids: str) -> None:
    connection.execute(
        "UPDATE trigger_rule SET seen=min(seen, (SELECT coalesce(max(id), 0) FROM "
        f"{NUMBERED[event]} WHERE {whose} IS NULL OR {whose} NOT {_AMONG})) WHERE event=?",
        (ids, event),
    )


def take_firings_of_entries_out(connection: sqlite3.Connection, ids: str) -> None:
    """Take out what rules did about entries that are to be erased; a backup may know no rules."""
    known = "SELECT 1 FROM sqlite_schema WHERE type='table' AND name='firing'"
    if connection.execute(known).fetchone():
        connection.execute(f"DELETE FROM firing WHERE entry_id {_AMONG}", (ids,))
