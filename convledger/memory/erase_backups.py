"""Backups that the program made before an erasure: searched, rewritten without it, or removed."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from msgspec import Struct

from convledger.errors import WorkspaceError
from convledger.memory.erase_course import Course
from convledger.memory.erase_file import Taken, Unfinished, wipe
from convledger.memory.erase_search import Search, backup_holds
from convledger.memory.redacting import redact_entry, redact_message
from convledger.store import audit_forget, erasing, erasing_entries, scrubbing
from convledger.store.backup_notes import note_of, renew_note
from convledger.store.connection import connect, transaction
from convledger.store.erasing_bodies import prepare
from convledger.store.holdings import holdings
from convledger.store.probes import Probes

REWRITTEN, REMOVED, KEPT, CLEAN, UNREADABLE = "rewritten", "removed", "kept", "clean", "unreadable"


class BackupLeft(Struct):
    """A backup and what became of it: rewritten, removed, kept, clean (it held nothing)."""

    name: str
    state: str
    holds: bool | None  # whether it still holds something of what was erased; None: not known


def treat_backups(
    places: Sequence[Path],
    unfinished: Unfinished,
    how: str,
    search: Search,
    now: int,
    course: Course,
) -> list[BackupLeft]:
    """Do with each backup what was asked: keep, rewrite or delete."""
    found = []
    for place in places:
        if how == "delete":
            wipe(place)
            note_of(place).unlink(missing_ok=True)
            found.append(BackupLeft(place.name, REMOVED, holds=False))
            continue
        if how == "rewrite":
            try:
                _rewrite(place, unfinished, now)
            except (WorkspaceError, sqlite3.Error):
                found.append(BackupLeft(place.name, UNREADABLE, holds=None))
                continue
        left = backup_holds(place, unfinished.probes, search, course)
        if how == "rewrite":
            state = REWRITTEN
        else:
            state = KEPT if left else UNREADABLE if left is None else CLEAN
        found.append(BackupLeft(place.name, state, left))
    return found


def _rewrite(place: Path, unfinished: Unfinished, now: int) -> None:
    """Do the same to a copy of the ledger, which may be of an earlier version."""
    with closing(connect(place)) as connection:
        prepare(connection)
        connection.execute("PRAGMA foreign_keys=OFF")
        entries = erasing_entries.entry_ids(connection, unfinished.entries)
        with transaction(connection):
            if unfinished.taken is not None:
                _redact(connection, unfinished, unfinished.taken, now)
            else:
                _erase(connection, entries, unfinished, now)
            audit_forget.forget(connection, probes=unfinished.probes, names=unfinished.clients)
        if entries:
            scrubbing.merge_index(connection, scrubbing.REMEMBERED)
        scrubbing.merge_index(connection, scrubbing.SAID)
        scrubbing.vacuum(connection)  # a copy has the free pages of what it was copied from
        scrubbing.empty_log(connection)
        left = holdings(connection)
    renew_note(place, left)


def _erase(
    connection: sqlite3.Connection, entries: Sequence[int], unfinished: Unfinished, now: int
) -> None:
    unneeded = Probes()
    if entries:
        erasing_entries.take_entries_out(connection, entries, unneeded, now)
    conversations = erasing.ids_of(connection, unfinished.conversations)
    messages = _message_ids(connection, unfinished.messages)
    erasing.list_messages(connection, conversations, messages)
    if unfinished.copies:
        erasing.list_copies(connection)
    erasing.take_out(
        connection, conversations, unneeded, now, with_figures=unfinished.figures,
        with_project=unfinished.project, with_copies=unfinished.copies,
    )  # fmt: skip


def _redact(connection: sqlite3.Connection, unfinished: Unfinished, taken: Taken, now: int) -> None:
    for name in unfinished.entries:
        only = None if name in taken.all_entries else taken.only
        for entry_id in erasing_entries.entry_ids(connection, [name]):
            redact_entry(connection, entry_id, now, only=only)
    for message_id in _message_ids(connection, unfinished.messages):
        redact_message(connection, message_id, now, only=taken.only)


def _message_ids(
    connection: sqlite3.Connection, names: Sequence[tuple[str, str, int]]
) -> list[int]:
    found = []
    for reader, native, key in names:
        rows = connection.execute(
            "SELECT message.id FROM message JOIN conversation ON conversation.id=conversation_id "
            "JOIN reader ON reader.id=reader_id WHERE key=? AND native=? AND reader.name=?",
            (key, native, reader),
        )
        found += [row[0] for row in rows]
    return found
