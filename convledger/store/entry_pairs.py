"""Pairs of entries that may be one, or not both be true: their rows, and whom to compare with."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from msgspec import Struct

OPEN = "open"


class Pair(Struct, frozen=True, kw_only=True):
    """Two entries that a person may settle; the first has the smaller number.

    `kind` is duplicate or conflict, `score` per mille, `reason` says in words why. `status` is
    open, accepted or dismissed; `hashes` are those of both texts as they were compared.
    """

    first_id: int
    second_id: int
    kind: str
    score: int
    reason: str
    status: str = OPEN
    hashes: str = ""
    at: int = 0


class Text(Struct, frozen=True):
    """What of an entry is compared."""

    id: int
    scope: str
    hash: str
    title: str
    body: str
    is_here: bool


_PAIR = "first_id, second_id, kind, score, reason, status, hashes, at"
_TEXT = "id, scope, hash, title, body, state<>'archived'"


def joined(one: Text, other: Text) -> str:
    """Return the hashes of two texts, as a pair keeps them."""
    first, second = (one, other) if one.id < other.id else (other, one)
    return f"{first.hash}:{second.hash}"


def pairs_where(
    connection: sqlite3.Connection, condition: str, values: Sequence[object] = ()
) -> list[Pair]:
    """Return the pairs that meet a condition of this code's own SQL, conflicts first."""
    rows = connection.execute(
        f"SELECT {_PAIR} FROM entry_pair WHERE {condition} "
        "ORDER BY kind<>'conflict', score DESC, first_id, second_id",
        values,
    )
    return [Pair(**dict(zip(_PAIR.split(", "), row, strict=True))) for row in rows]


def text_of(connection: sqlite3.Connection, entry_id: int) -> Text | None:
    """Return what of an entry is compared, None where there is none."""
    row = connection.execute(f"SELECT {_TEXT} FROM entry WHERE id=?", (entry_id,)).fetchone()
    return None if row is None else _text(row)


def texts_behind(connection: sqlite3.Connection, entry_id: int, limit: int) -> list[Text]:
    """Return the next entries behind one that are not archived."""
    rows = connection.execute(
        f"SELECT {_TEXT} FROM entry WHERE id>? AND state<>'archived' ORDER BY id LIMIT ?",
        (entry_id, limit),
    )
    return [_text(row) for row in rows]


def _text(row: Sequence[Any]) -> Text:
    entry_id, scope, digest, title, body, is_here = row
    return Text(entry_id, scope, digest, title, body, bool(is_here))


def beside(connection: sqlite3.Connection, text: Text) -> list[int]:
    """Return the entries with the same text before and behind one, in any scope.

    Of many copies each is told with the next: no number of pairs that grows with its square.
    """
    found = []
    for sign, order in (("<", "DESC"), (">", "ASC")):
        row = connection.execute(
            f"SELECT id FROM entry WHERE hash=? AND id{sign}? AND state<>'archived' "
            f"ORDER BY id {order} LIMIT 1",
            (text.hash, text.id),
        ).fetchone()
        found += [] if row is None else [int(row[0])]
    return found


def copies(connection: sqlite3.Connection) -> Iterator[tuple[int, int]]:
    """Yield each entry with the next one of the same text."""
    rows = connection.execute(
        "SELECT hash, id FROM entry WHERE state<>'archived' AND hash IN (SELECT hash FROM entry "
        "WHERE state<>'archived' GROUP BY hash HAVING count(*)>1) ORDER BY hash, id"
    )
    before: tuple[str, int] | None = None
    for digest, entry_id in rows:
        if before is not None and before[0] == digest:
            yield before[1], entry_id
        before = (digest, entry_id)


def meeting(
    connection: sqlite3.Connection, scope: str, entry_ids: Iterable[int], limit: int
) -> list[int]:
    """Return those entries that are not archived and can meet one of a scope, in their order."""
    found = []
    for entry_id in entry_ids:
        row = connection.execute(
            "SELECT 1 FROM entry WHERE id=? AND state<>'archived' "
            "AND (scope=? OR scope='' OR ?='')",
            (entry_id, scope, scope),
        ).fetchone()
        if row is not None:
            found.append(entry_id)
            if len(found) == limit:
                break
    return found


def spread(connection: sqlite3.Connection, words: Iterable[str]) -> dict[str, int]:
    """Return how many entries hold each word, as the full-text index spells it."""
    connection.execute(
        "CREATE VIRTUAL TABLE IF NOT EXISTS temp.remembered_word "
        "USING fts5vocab('main', 'remembered', 'row')"
    )
    found = {}
    for word in words:
        row = connection.execute(
            "SELECT doc FROM temp.remembered_word WHERE term=?", (word,)
        ).fetchone()
        found[word] = int(row[0]) if row else 0
    return found


def propose(connection: sqlite3.Connection, pair: Pair) -> bool:
    """Write a pair as open unless it was settled for the same texts; return whether it is new.

    What a person dismissed stays so while the same is said of it, though a text has another stop.
    Nothing is written where a text has changed, or was archived, since it was compared.
    """
    hashes = pair.hashes.split(":")
    there = "EXISTS (SELECT 1 FROM entry WHERE id=? AND hash=? AND state<>'archived')"
    changed = connection.execute(
        "INSERT INTO entry_pair (first_id, second_id, kind, score, reason, status, hashes, at) "
        f"SELECT ?, ?, ?, ?, ?, 'open', ?, ? WHERE {there} AND {there} "
        "ON CONFLICT (first_id, second_id) DO UPDATE SET kind=excluded.kind, "
        "score=excluded.score, reason=excluded.reason, status='open', hashes=excluded.hashes, "
        "at=excluded.at, decided_by='' WHERE (entry_pair.hashes<>excluded.hashes AND "
        "(entry_pair.status<>'dismissed' OR (entry_pair.kind, entry_pair.reason)<>"
        "(excluded.kind, excluded.reason))) OR "
        "(entry_pair.status='open' AND (entry_pair.kind, entry_pair.score, entry_pair.reason)<>"
        "(excluded.kind, excluded.score, excluded.reason))",
        (
            *(pair.first_id, pair.second_id, pair.kind, pair.score, pair.reason),
            *(pair.hashes, pair.at),
            *(pair.first_id, hashes[0], pair.second_id, hashes[1]),
        ),
    )
    return changed.rowcount > 0


def drop(connection: sqlite3.Connection, pair: Pair) -> None:
    """Forget a pair that nobody settled."""
    connection.execute(
        "DELETE FROM entry_pair WHERE first_id=? AND second_id=? AND status='open'",
        (pair.first_id, pair.second_id),
    )
