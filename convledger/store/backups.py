"""Copies of a ledger that is in use: made in steps, verified, and then given their names."""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from convledger import __version__
from convledger.errors import WorkspaceError
from convledger.store.backup_notes import (
    BEFORE_REPAIR,
    BEFORE_RESTORE,
    MANUAL,
    MIGRATION,
    NOTE,
    WEEKLY,
    Backup,
    BackupNote,
    backup_name,
    backups_of,
    digest_of,
    folder_of,
    note_of,
    sync_folder,
    write_note,
)
from convledger.store.connection import APPLICATION_ID, connect, unreadable
from convledger.store.erasing import has
from convledger.store.file_lock import file_lock
from convledger.store.holdings import Holdings, holdings
from convledger.store.room import SPARE, must_have_room
from convledger.store.workspace_id import known_workspace_id

LOCK = "backup.lock"
KEPT_WEEKLY, KEPT_MIGRATIONS, KEPT_REPAIRS = 4, 3, 3
_PAGES = 256  # copied in one step, 4 MB: between two of them others have their turn
_REST = 0.002  # seconds between two steps
_WAIT_SECONDS = 10.0
# Hears how many pages are left and of how many; may raise to stop.
Heed = Callable[[int, int], None]


def back_up(
    ledger: Path,
    why: str = MANUAL,
    *,
    now: int,
    target: Path | None = None,
    heed: Heed | None = None,
    wait_seconds: float = _WAIT_SECONDS,
) -> Backup:
    """Copy a ledger as it is at this instant, while others read and write it.

    Without a target it goes into the workspace's own folder. It is verified before it has its
    name, and its note is beside it. Raises WorkspaceError; then nothing is left of it.
    """
    folder = folder_of(ledger) if target is None else target.parent
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with alone(ledger, wait_seconds):
            sweep(folder)
            _must_have_room(ledger, folder)
            place = target or folder / backup_name(now, why, folder)
            return _made(ledger, place, why, now, heed)
    except sqlite3.Error as error:
        raise unreadable(ledger, error) from error
    except OSError as error:
        raise WorkspaceError(
            f"{error.filename or folder}: no backup could be made there: {error.strerror}"
        ) from error


@contextmanager
def alone(ledger: Path, wait_seconds: float) -> Iterator[None]:
    """Let nobody else make a backup of a ledger meanwhile. Raises WorkspaceError."""
    if not os.access(ledger.parent, os.W_OK):  # then nobody else can make one there either
        yield
        return
    with file_lock(ledger.with_name(LOCK), wait_seconds) as held:
        if not held:
            raise WorkspaceError(f"{ledger.parent}: another convledger is making a backup just now")
        yield


def sweep(folder: Path) -> None:
    """Remove what backups that were cut short have left; only while no other one is made."""
    for left in folder.glob(".ledger-*.part*"):
        left.unlink(missing_ok=True)
    for note in folder.glob(f"ledger-*.db{NOTE}"):
        if not note.with_name(note.name.removesuffix(NOTE)).exists():
            note.unlink(missing_ok=True)


def _must_have_room(ledger: Path, folder: Path) -> None:
    needed = ledger.stat().st_size + SPARE
    with suppress(OSError):
        needed += ledger.with_name(f"{ledger.name}-wal").stat().st_size
    way_out = "make room on the disk, or let `convledger backup --to` write it elsewhere"
    must_have_room(folder, needed, "a backup", way_out)


def _made(ledger: Path, place: Path, why: str, now: int, heed: Heed | None) -> Backup:
    part = place.with_name(f".{place.name}.part")
    part.unlink(missing_ok=True)
    os.close(os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    try:
        made, tables, workspace, head = _copied(ledger, part, heed)
        _must_be_sound(part, tables, made)
        descriptor = os.open(part, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        size = part.stat().st_size
        note = BackupNote(
            place.name, digest_of(part), size, now, why, tables, __version__, workspace, head, made
        )
        # The note first: one without its backup is swept away, one that is missing is missed.
        write_note(place, note)
        part.replace(place)
        sync_folder(place.parent)
        return Backup(place, now, why, size, note)
    finally:
        for left in (part, part.with_name(f"{part.name}-journal")):
            left.unlink(missing_ok=True)


def _copied(ledger: Path, part: Path, heed: Heed | None) -> tuple[Holdings, int, str, str]:
    """Copy every page of one instant; returns what that is in numbers."""

    def step(_: int, left: int, of: int) -> None:
        if heed is not None:
            heed(left, of)
        if left:
            time.sleep(_REST)

    with closing(connect(ledger)) as source, closing(connect(part, like=ledger)) as copy:
        # What others write from here on is not in it, and makes nothing begin anew.
        source.execute("BEGIN")
        made = holdings(source)
        tables = int(source.execute("PRAGMA user_version").fetchone()[0])
        workspace, head = known_workspace_id(source), _head(source)
        source.backup(copy, pages=_PAGES, progress=step)
        source.execute("COMMIT")
        copy.execute("PRAGMA journal_mode=DELETE")  # one file, with nothing beside it
    return made, tables, workspace, head


def _head(connection: sqlite3.Connection) -> str:
    if not has(connection, "audit_event"):
        return ""
    from convledger.store.audit import head

    return str(head(connection))


def _must_be_sound(place: Path, tables: int, expected: Holdings) -> None:
    """See that a copy can be read from its first page to its last and holds what it should."""
    with closing(connect(place, read_only=True)) as copy:
        wrong = damage_of(copy)
        if not wrong:
            version = int(copy.execute("PRAGMA user_version").fetchone()[0])
            owner = int(copy.execute("PRAGMA application_id").fetchone()[0])
            if version != tables or owner != APPLICATION_ID or holdings(copy) != expected:
                wrong = "it does not hold what the ledger does"
    if wrong:
        raise WorkspaceError(f"{place}: the copy is not good: {wrong}; check the disk")


def damage_of(connection: sqlite3.Connection) -> str:
    """Return what is wrong with the pages of a file, "" where nothing is."""
    try:
        (found,) = connection.execute("PRAGMA quick_check(1)").fetchone()
    except sqlite3.DatabaseError as error:
        return str(error)
    if found == "ok":
        return ""
    # SQLite heads its lines with the name of the database, which is no news.
    lines = [line for line in str(found).splitlines() if line and not line.startswith("***")]
    return " ".join("; ".join(lines).split()) or "its pages are not as they should be"


def rotate(ledger: Path, kept_weekly: int = KEPT_WEEKLY) -> list[Path]:
    """Remove the oldest of the backups that were made by themselves; returns those removed.

    What a person asked for stays, and so does what was there before a restore.
    """
    removed = []
    found = backups_of(ledger)
    for why, kept in (
        (WEEKLY, kept_weekly),
        (MIGRATION, KEPT_MIGRATIONS),
        (BEFORE_REPAIR, KEPT_REPAIRS),
    ):
        for each in [one for one in found if one.why == why][max(kept, 1) :]:
            remove(each.path)
            removed.append(each.path)
    return removed


def remove(place: Path) -> None:
    """Remove a backup and its note."""
    place.unlink(missing_ok=True)
    note_of(place).unlink(missing_ok=True)


def protect(ledger: Path, why: str, now: int) -> Backup:
    """Back a ledger up before something is done to it, and let go of the oldest of these."""
    assert why in (MIGRATION, BEFORE_RESTORE, BEFORE_REPAIR)
    made = back_up(ledger, why, now=now)
    with suppress(OSError):
        rotate(ledger)
    return made
