"""Finds what tombstones name and is there all the same, and erases it once more.

A ledger that was brought back from a backup holds what was erased since; so may one that takes in
the tombstones of another. Tombstones hold no words: everything there is is looked up by its hash.
"""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from convledger.errors import UsageProblem
from convledger.memory.redacting import redact_entry, redact_message
from convledger.store import erasing, erasing_entries, erasing_people, scrubbing, tombstones
from convledger.store.audit_forget import forget
from convledger.store.bodies import PageReader
from convledger.store.connection import transaction
from convledger.store.erasing_bodies import prepare
from convledger.store.messages import REDACTED_BODY
from convledger.store.probes import Probes
from convledger.store.tombstones import Erased, Graves

_REDACTED = "redacted"  # the reason of an entry's tombstone where only a part of its text went


@dataclass(slots=True)
class Standing:
    """What there is of the erased, by number; conversations with what went with them."""

    conversations: dict[int, str] = field(default_factory=dict)
    messages: list[int] = field(default_factory=list)
    entries: list[int] = field(default_factory=list)
    redacted_messages: list[int] = field(default_factory=list)
    redacted_entries: list[int] = field(default_factory=list)
    summaries: list[tuple[int, int]] = field(default_factory=list)  # reader and leaf
    files: list[int] = field(default_factory=list)  # with excerpts of lines
    items: list[int] = field(default_factory=list)  # to review, of conversations that are not there

    @property
    def counts(self) -> dict[str, int]:
        """How much of each sort people would name."""
        counts = {
            "conversations": len(self.conversations),
            "messages": len({*self.messages, *self.redacted_messages}),
            "entries": len({*self.entries, *self.redacted_entries}),
            "items to review": len(self.items),
        }
        return {word: count for word, count in counts.items() if count}


def standing(connection: sqlite3.Connection, keys: Sequence[str], graves: Graves) -> Standing:
    """Return what there is of some of the erased; nothing is looked up that none of them can be."""
    found = Standing()
    kinds = {kind for kind, _ in graves}
    if not kinds or not keys:
        return found
    readers = dict(connection.execute("SELECT id, name FROM reader"))
    erased = Erased(keys, {what: grave.reason for what, grave in graves.items()}, readers)
    if kinds & {tombstones.CONVERSATION, tombstones.PARTLY, tombstones.COPY}:
        _in_conversations(connection, erased, readers, found)
    if tombstones.ENTRY in kinds:
        _in_entries(connection, erased, found)
    if REDACTED_BODY in kinds:
        pages = PageReader(connection)
        rows = connection.execute(
            "SELECT id, page_id, start, length FROM message WHERE page_id IS NOT NULL "
            "ORDER BY page_id, start"
        ).fetchall()
        found.redacted_messages = [
            row[0] for row in rows if erased.other(REDACTED_BODY, pages.body(*row[1:])) is not None
        ]
    if tombstones.SUMMARY in kinds:
        rows = connection.execute("SELECT DISTINCT reader_id, leaf_key FROM summary").fetchall()
        found.summaries = [row for row in rows if erased.summary(readers[row[0]], row[1])]
    if tombstones.FILE in kinds:
        rows = connection.execute(
            "SELECT id, path FROM file WHERE id IN (SELECT file_id FROM rejected "
            "WHERE excerpt!=x'')"
        ).fetchall()
        found.files = [row[0] for row in rows if erased.file(row[1])]
    return found


def _in_conversations(
    connection: sqlite3.Connection, erased: Erased, readers: dict[int, str], found: Standing
) -> None:
    for row_id, reader_id, native in connection.execute(
        "SELECT id, reader_id, native FROM conversation"
    ).fetchall():
        reason = erased.conversation(readers[reader_id], native)
        if reason is not None:
            found.conversations[row_id] = reason
        elif erased.has_messages_of(reader_id, native):
            rows = connection.execute(
                "SELECT id, key FROM message WHERE conversation_id=?", (row_id,)
            )
            found.messages += [row[0] for row in rows if erased.message(reader_id, native, row[1])]
    found.items = [
        item_id
        for item_id, reader, native in erasing_people.items_alone(connection)
        if erased.conversation(reader, native) is not None
    ]


def _in_entries(connection: sqlite3.Connection, erased: Erased, found: Standing) -> None:
    for entry_id, digest in connection.execute("SELECT id, hash FROM entry").fetchall():
        reason = erased.other(tombstones.ENTRY, digest)
        if reason is not None and reason != _REDACTED:
            found.entries.append(entry_id)
            continue
        rows = connection.execute("SELECT hash FROM entry_version WHERE entry_id=?", (entry_id,))
        if any(erased.other(tombstones.ENTRY, row[0]) == _REDACTED for row in rows):
            found.redacted_entries.append(entry_id)


def erase_standing(connection: sqlite3.Connection, found: Standing, now: int) -> None:
    """Erase what was found standing, and let SQLite go of its bytes."""
    prepare(connection)
    connection.execute("PRAGMA foreign_keys=OFF")  # to look each reference up takes minutes
    try:
        with transaction(connection):
            _take_out(connection, found, now)
    finally:
        connection.execute("PRAGMA foreign_keys=ON")
    scrubbing.merge_index(connection, scrubbing.REMEMBERED)
    scrubbing.merge_index(connection, scrubbing.SAID)
    scrubbing.vacuum(connection)
    scrubbing.empty_log(connection)


def _take_out(connection: sqlite3.Connection, found: Standing, now: int) -> None:
    probes = Probes()
    kept = {each for each in found.redacted_entries if _is_redacted(connection, each, now)}
    gone = [*found.entries, *(each for each in found.redacted_entries if each not in kept)]
    erasing_entries.take_entries_out(connection, gone, probes, now)
    messages = list(found.messages)
    for message_id in found.redacted_messages:
        try:
            done = redact_message(connection, message_id, now)
        except UsageProblem:  # a copy of it went with another one
            continue
        if not done.texts:  # what was found in it then is no finding today: all of it goes
            messages.append(message_id)
    for reason, ids in _by_reason(found.conversations.items()):
        erasing.list_messages(connection, ids, ())
        erasing.take_out(
            connection, ids, probes, now, with_figures=reason == tombstones.FIGURES,
            with_project=reason == tombstones.PROJECT,
        )  # fmt: skip
    if messages:
        erasing.list_messages(connection, (), messages)
        erasing.take_out(connection, (), probes, now)
    erasing_people.take_items_out(connection, found.items, probes)
    connection.executemany("DELETE FROM summary WHERE reader_id=? AND leaf_key=?", found.summaries)
    connection.executemany(
        "UPDATE rejected SET excerpt=x'' WHERE file_id=?", [(each,) for each in found.files]
    )
    forget(connection, found.conversations, gone, probes=probes)


def _is_redacted(connection: sqlite3.Connection, entry_id: int, now: int) -> bool:
    return redact_entry(connection, entry_id, now).texts > 0


def _by_reason(found: Iterable[tuple[int, str]]) -> list[tuple[str, list[int]]]:
    grouped: dict[str, list[int]] = {}
    for row_id, reason in found:
        grouped.setdefault(reason, []).append(row_id)
    return sorted(grouped.items())


def carry_tombstones(
    source: sqlite3.Connection, target: sqlite3.Connection, now: int
) -> Counter[str]:
    """Let a ledger know of all that another one has erased, and erase it there; returns counts."""
    here = tombstones.graves_of(target)
    graves = {
        what: grave for what, grave in tombstones.graves_of(source).items() if what not in here
    }
    keys = tombstones.keys_of(source)
    if not graves:
        return Counter()
    found = standing(target, keys, graves)
    with transaction(target):
        tombstones.adopt(target, keys, graves)
    erase_standing(target, found, now)
    return Counter(found.counts)
