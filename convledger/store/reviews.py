"""Keeps samples that people review, their items, and every verdict that was given on them.

Everything that writes belongs into a transaction.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from msgspec.json import decode

from convledger.store.patterns import unicode_text

REVIEW, ADJUDICATION = "review", "adjudication"
_BATCH = "id, name, title, seed, terms, owners, due_at, made_by, made_at, gone_at"
_VERDICT = (
    "id, name, item_id, reviewer, kind, verdict, reasons, note, seconds, at, provenance, gone_at"
)


@dataclass(frozen=True, slots=True)
class StoredBatch:
    """A sample: `terms` say as JSON how it was drawn; instants are UTC microseconds."""

    id: int
    name: str
    title: str
    seed: str
    terms: str
    owners: tuple[str, ...]
    due_at: int | None
    made_by: str = ""
    made_at: int = 0
    gone_at: int | None = None


@dataclass(frozen=True, slots=True)
class StoredItem:
    """A conversation of a sample; `conversation_id` is None where the books do not have it."""

    id: int
    name: str
    batch_id: int
    conversation_id: int | None
    reader: str
    native: str
    title: str
    stratum: str
    place: int
    owners: tuple[str, ...]

    @property
    def conversation(self) -> str:
        """The whole name of the conversation."""
        return f"{self.reader}:{self.native}"


@dataclass(frozen=True, slots=True)
class StoredVerdict:
    """What somebody said of an item: seconds of work, `gone_at` where it was withdrawn."""

    id: int
    name: str
    item_id: int
    reviewer: str
    kind: str
    verdict: str
    reasons: tuple[str, ...]
    note: str
    seconds: int | None
    at: int
    provenance: str = ""
    gone_at: int | None = None


def batches(connection: sqlite3.Connection, *, with_gone: bool = False) -> list[StoredBatch]:
    """Return the samples, the earliest first."""
    which = "1" if with_gone else "gone_at IS NULL"
    rows = connection.execute(f"SELECT {_BATCH} FROM review_batch WHERE {which} ORDER BY id")
    return [
        StoredBatch(
            id=row[0],
            name=row[1],
            title=row[2],
            seed=row[3],
            terms=row[4],
            owners=_names(row[5]),
            due_at=row[6],
            made_by=row[7],
            made_at=row[8],
            gone_at=row[9],
        )
        for row in rows
    ]


def last_change(connection: sqlite3.Connection) -> tuple[int, int, int]:
    """Return what is another one after every change: of what people do, and of which rows exist."""
    (events,) = connection.execute("SELECT coalesce(max(seq), 0) FROM audit_event").fetchone()
    (items,) = connection.execute("SELECT coalesce(max(id), 0) FROM review_item").fetchone()
    (verdicts,) = connection.execute("SELECT coalesce(max(id), 0) FROM review_verdict").fetchone()
    return events, items, verdicts


def add_batch(connection: sqlite3.Connection, each: StoredBatch) -> int:
    """Keep a sample and return its number; its own `id` does not count."""
    made = connection.execute(
        f"INSERT INTO review_batch ({_BATCH.removeprefix('id, ')}) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            each.name, unicode_text(each.title), unicode_text(each.seed), unicode_text(each.terms),
            _text(each.owners), each.due_at, unicode_text(each.made_by), each.made_at, each.gone_at,
        ),
    )  # fmt: skip
    return int(made.lastrowid or 0)


def items(
    connection: sqlite3.Connection,
    *,
    of_batches: Iterable[int] | None = None,
    numbers: Iterable[int] | None = None,
    conversation_id: int | None = None,
) -> list[StoredItem]:
    """Return items by sample and place: those of samples, by number, or of a conversation.

    The conversation is found by its name too: it may have been imported after the item.
    """
    tests, values = ["1"], list[object]()
    for column, wanted in (("batch_id", of_batches), ("review_item.id", numbers)):
        if wanted is not None:
            tests.append(f"{column} IN (SELECT value FROM json_each(?))")
            values.append(json.dumps(sorted(wanted)))
    if conversation_id is not None:
        tests.append("conversation.id=?")
        values.append(conversation_id)
    rows = connection.execute(
        "SELECT review_item.id, review_item.name, batch_id, conversation.id, review_item.reader, "
        "review_item.native, CASE WHEN coalesce(conversation.title, '')='' THEN review_item.title "
        "ELSE conversation.title END, stratum, place, owners FROM review_item "
        "LEFT JOIN reader ON reader.name=review_item.reader LEFT JOIN conversation "
        "ON conversation.reader_id=reader.id AND conversation.native=review_item.native "
        f"WHERE {' AND '.join(tests)} ORDER BY batch_id, place, review_item.id",
        values,
    )
    return [
        StoredItem(
            id=row[0],
            name=row[1],
            batch_id=row[2],
            conversation_id=row[3],
            reader=row[4],
            native=row[5],
            title=row[6],
            stratum=row[7],
            place=row[8],
            owners=_names(row[9]),
        )
        for row in rows
    ]


def add_item(connection: sqlite3.Connection, each: StoredItem) -> int:
    """Keep an item and return its number; its own `id` does not count."""
    made = connection.execute(
        "INSERT INTO review_item (name, batch_id, conversation_id, reader, native, title, stratum, "
        "place, owners) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            each.name, each.batch_id, each.conversation_id, unicode_text(each.reader),
            unicode_text(each.native), unicode_text(each.title), unicode_text(each.stratum),
            each.place, _text(each.owners),
        ),
    )  # fmt: skip
    return int(made.lastrowid or 0)


def set_owners(
    connection: sqlite3.Connection, number: int, owners: Sequence[str], of: str = "review_item"
) -> None:
    """Give an item to people, or say whose a sample is."""
    assert of in ("review_item", "review_batch")
    connection.execute(f"UPDATE {of} SET owners=? WHERE id=?", (_text(owners), number))


def conversation_numbered(connection: sqlite3.Connection, reader: str, native: str) -> int | None:
    """Return the conversation of a name, None where the books do not have it."""
    row = connection.execute(
        "SELECT conversation.id FROM conversation JOIN reader ON reader.id=reader_id "
        "WHERE reader.name=? AND native=?",
        (unicode_text(reader), unicode_text(native)),
    ).fetchone()
    return int(row[0]) if row else None


def verdicts(
    connection: sqlite3.Connection,
    item_ids: Iterable[int] | None = None,
    *,
    with_gone: bool = False,
) -> list[StoredVerdict]:
    """Return the verdicts on all or on some items, the earliest first."""
    tests, values = ["1" if with_gone else "gone_at IS NULL"], list[object]()
    if item_ids is not None:
        tests.append("item_id IN (SELECT value FROM json_each(?))")
        values.append(json.dumps(sorted(item_ids)))
    rows = connection.execute(
        f"SELECT {_VERDICT} FROM review_verdict WHERE {' AND '.join(tests)} ORDER BY at, name",
        values,
    )
    return [
        StoredVerdict(
            id=row[0],
            name=row[1],
            item_id=row[2],
            reviewer=row[3],
            kind=row[4],
            verdict=row[5],
            reasons=tuple(row[6].split()),
            note=row[7],
            seconds=row[8],
            at=row[9],
            provenance=row[10],
            gone_at=row[11],
        )
        for row in rows
    ]


def add_verdict(
    connection: sqlite3.Connection, each: StoredVerdict, conversation_id: int | None
) -> int:
    """Keep a verdict and return its number; its own `id` does not count."""
    made = connection.execute(
        "INSERT INTO review_verdict (conversation_id, name, item_id, reviewer, kind, verdict, "
        "reasons, note, seconds, at, provenance, gone_at) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            conversation_id, each.name, each.item_id, unicode_text(each.reviewer), each.kind,
            each.verdict, " ".join(each.reasons), unicode_text(each.note), each.seconds, each.at,
            each.provenance, each.gone_at,
        ),
    )  # fmt: skip
    return int(made.lastrowid or 0)


def withdraw(connection: sqlite3.Connection, number: int, at: int) -> None:
    """Withdraw a verdict; the one before it counts again."""
    connection.execute(
        "UPDATE review_verdict SET gone_at=? WHERE id=? AND gone_at IS NULL", (at, number)
    )


def _names(text: str) -> tuple[str, ...]:
    return tuple(decode(text, type=list[str]))


def _text(names: Sequence[str]) -> str:
    return unicode_text(json.dumps(list(names), ensure_ascii=False))
