"""Finds what a context policy would have forgotten first, with the beginning of its text."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable

from convledger.economics.simulated import Forgotten
from convledger.economics.simulation import TalkRun

LONGEST = 200  # characters of the text that are shown
_READ = 4 * LONGEST  # so that no secret is cut where it is not known any more
_PROMPT, _ANSWER = 1, 2
_UNSEEN = 1 | 2  # of a side chain, or hidden


def first_forgotten(connection: sqlite3.Connection, runs: Iterable[TalkRun]) -> Forgotten | None:
    """Return what would have been missing first of all; None where nothing would."""
    found: tuple[int, int, TalkRun] | None = None
    for run in runs:
        if run.replay is None or (missing := run.replay.policy.first_forgetting) is None:
            continue
        moment = (run.replay.thread.calls[missing].at, run.talk.id)
        if found is None or moment < found[:2]:
            found = (*moment, run)
    if found is None:
        return None
    run = found[2]
    assert run.replay is not None
    turn, missing = run.replay.policy.first_forgotten, run.replay.policy.first_forgetting
    assert turn is not None
    assert missing is not None
    calls = run.replay.thread.calls
    since = calls[turn - 1].at if turn else None
    return Forgotten(
        run.talk.id,
        run.talk.name,
        run.talk.title,
        turn + 1,
        calls[turn].at,
        _text(connection, run.talk.id, since, calls[turn].at),
        missing + 1,
        calls[missing].at,
    )


def _text(connection: sqlite3.Connection, talk: int, since: int | None, at: int) -> str:
    """Return the beginning of what was asked up to a call, else of what was answered then."""
    from convledger.reports.thread import bodies
    from convledger.text.secrets import veiled

    row = connection.execute(
        "SELECT id FROM message WHERE conversation_id=?1 AND agent_id IS NULL AND "
        f"NOT flags & {_UNSEEN} AND ((kind={_PROMPT} AND at <= ?3 AND (?2 IS NULL OR at > ?2)) OR "
        f"(kind={_ANSWER} AND at >= ?3)) ORDER BY kind, at, id LIMIT 1",
        (talk, since, at),
    ).fetchone()
    if row is None:
        return ""
    text = bodies(connection, [row[0]], most=_READ).get(row[0], "")
    return veiled(text)[:LONGEST]
