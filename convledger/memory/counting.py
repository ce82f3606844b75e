"""Counts the tokens of entries, batch after batch: what a person did not do is not undone."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from convledger.store.connection import transaction
from convledger.text.tokens import METHOD, count_tokens

_BATCH, _MOST_CHARACTERS = 500, 1 << 20
_UNCOUNTED = "(tokens IS NULL OR tokens_method<>?)"


@dataclass(frozen=True, slots=True)
class Counting:
    """How far the counting came: entries counted now, and those that are still to be counted."""

    counted: int
    left: int


def uncounted(connection: sqlite3.Connection) -> int:
    """Return how many entries have no count, or only a guess."""
    (found,) = connection.execute(
        f"SELECT count(*) FROM entry WHERE {_UNCOUNTED}", (METHOD,)
    ).fetchone()
    return int(found)


def count_entries(
    connection: sqlite3.Connection,
    *,
    stopping: Callable[[], bool] = lambda: False,
    batch: int = _BATCH,
) -> Counting:
    """Count the entries that have no count or only a guess; belongs on a thread of its own.

    What is counted of each batch is kept, so that it can be stopped and go on at any time. Nothing
    is locked while it counts: an entry whose text changes meanwhile is left for the next time.
    """
    counted, after = 0, 0
    while not stopping():
        rows = connection.execute(
            f"SELECT id, body FROM entry WHERE id>? AND {_UNCOUNTED} ORDER BY id LIMIT ?",
            (after, METHOD, batch),
        )
        found: list[tuple[int, str]] = []
        size = 0
        for entry_id, body in rows:
            found.append((entry_id, body))
            size += len(body)
            if size >= _MOST_CHARACTERS:
                break
        rows.close()
        if not found:
            break
        after = found[-1][0]
        counts = []
        for entry_id, body in found:
            if stopping():
                break
            counts.append((count_tokens(body), METHOD, entry_id, body))
        counted += _keep(connection, counts)
    return Counting(counted, uncounted(connection))


def keep_counts(connection: sqlite3.Connection, known: Mapping[str, int]) -> None:
    """Keep the counts of texts that are known already: to load the vocabulary takes a while."""
    rows = connection.execute(f"SELECT id, body FROM entry WHERE {_UNCOUNTED}", (METHOD,))
    _keep(connection, [(known[body], METHOD, number, body) for number, body in rows.fetchall()
                       if body in known])  # fmt: skip


def _keep(connection: sqlite3.Connection, counts: list[tuple[int, str, int, str]]) -> int:
    if not counts:
        return 0
    with transaction(connection):
        return connection.executemany(
            "UPDATE entry SET tokens=?, tokens_method=? WHERE id=? AND body=?", counts
        ).rowcount
