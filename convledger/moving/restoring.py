"""Brings a backup back in the place of the ledger, which is kept as a backup first.

All is done to a copy: only when it is as it should be does it take the ledger's name, at once.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path

from convledger import paths
from convledger.clock import iso_text
from convledger.errors import WorkspaceError
from convledger.ingest.lock import ingest_lock
from convledger.memory.erase_again import carry_tombstones
from convledger.memory.erase_file import wipe
from convledger.store import scrubbing
from convledger.store.audit import as_actor
from convledger.store.backup_notes import (
    BEFORE_RESTORE,
    DAMAGED,
    RESTORING,
    Backup,
    backup_name,
    digest_of,
    folder_of,
    sync_folder,
)
from convledger.store.backups import damage_of, protect
from convledger.store.connection import connect, transaction
from convledger.store.erasing import has
from convledger.store.holdings import Holdings, holdings
from convledger.store.journal import use_wal
from convledger.store.migrations import migrate, schema_version
from convledger.store.settings import note

_WAIT_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Prospect:
    """What a backup would bring back: what it holds, and what the ledger holds now.

    `now` is None where there is no ledger, or one that can't be read, which `trouble` says.
    """

    backup: Backup
    tables: int
    then: Holdings
    now: Holdings | None
    trouble: str = ""


@dataclass(frozen=True, slots=True)
class Restored:
    """What a restore did: where the ledger from before is, and what was erased again."""

    before: Path | None
    erased: dict[str, int]


class Restore:
    """A backup that may be brought back; as a context it leaves no copy behind."""

    def __init__(self, workspace: Path, backup: Backup) -> None:
        self._ledger = workspace / paths.LEDGER
        self._backup = backup
        self._copy = self._ledger.with_name(f"{paths.LEDGER}{RESTORING}")

    def __enter__(self) -> Restore:
        return self

    def __exit__(self, *_: object) -> None:
        for left in (self._copy, *_beside(self._copy)):
            if left.exists():
                wipe(left)  # it may hold what has been erased since

    def prospect(self) -> Prospect:
        """Copy the backup and look at it; the ledger is only looked at.

        Raises WorkspaceError where it is damaged, another program's, or of a newer one.
        """
        place, copy = self._backup.path, self._copy
        self.__exit__()
        _must_have_room(place, self._ledger)
        copy.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.close(os.open(copy, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        shutil.copyfile(place, copy)
        with suppress(FileNotFoundError):  # an older one may have its last pages beside it
            shutil.copyfile(_beside(place)[0], _beside(copy)[0])
        known = self._backup.note
        if known is not None and digest_of(copy) != known.sha256:
            raise WorkspaceError(
                f"{place}: it is not as it was written: its SHA-256 is another one than the note "
                "beside it tells. Choose another backup: convledger restore"
            )
        try:
            with closing(connect(copy)) as connection:
                tables = _version(connection, place)
                if wrong := damage_of(connection):
                    raise WorkspaceError(_damaged(place, wrong))
                then = holdings(connection)
        except sqlite3.Error as error:
            raise WorkspaceError(_damaged(place, str(error))) from error
        except WorkspaceError as error:
            if str(copy) in str(error):  # it names the copy, which nobody knows
                raise WorkspaceError(_damaged(place, _sqlite_words(error))) from error
            raise
        now, trouble = self._now()
        return Prospect(self._backup, tables, then, now, trouble)

    def _now(self) -> tuple[Holdings | None, str]:
        if not self._ledger.exists():
            return None, ""
        try:
            with closing(connect(self._ledger)) as connection:
                if wrong := damage_of(connection):
                    return None, wrong
                return holdings(connection), ""
        except (WorkspaceError, sqlite3.Error) as error:
            return None, str(error)

    def bring_back(self, *, now: int, wait_seconds: float = _WAIT_SECONDS) -> Restored:
        """Let the copy that `prospect` made be the ledger from now on.

        What was erased since the backup is erased from it first. Raises WorkspaceError where
        another program has the ledger open; then nothing has changed.
        """
        ledger = self._ledger
        with ingest_lock(ledger.with_name(paths.LOCK), wait_seconds) as held:
            if not held or (ledger.exists() and (others := openers_of(ledger))):
                who = ", ".join(others) if held else "another convledger, which reads logs,"
                raise WorkspaceError(
                    f"{ledger}: {who} has it open; end that and run the command again. Nothing "
                    "was changed"
                )
            before, erased = self._prepare(now)
            if ledger.exists() and any(each.exists() for each in _beside(ledger)):
                raise WorkspaceError(
                    f"{ledger}: another program has opened it meanwhile; end that and run the "
                    "command again. Nothing was changed"
                )
            self._copy.replace(ledger)
            sync_folder(ledger.parent)
        return Restored(before, erased)

    def _prepare(self, now: int) -> tuple[Path | None, dict[str, int]]:
        """Keep the present ledger, and make the copy what it is to be."""
        ledger, copy = self._ledger, self._copy
        before: Path | None = None
        is_sound = ledger.exists() and self._now()[1] == ""
        if is_sound:
            before = protect(ledger, BEFORE_RESTORE, now).path
        elif ledger.exists():
            before = _put_aside(ledger, now)
        with closing(connect(copy)) as target:
            use_wal(target)
            migrate(target, copy, is_copy=True)
            erased: dict[str, int] = {}
            if is_sound:
                with closing(connect(ledger)) as present:
                    if has(present, "tombstone"):
                        erased = dict(carry_tombstones(present, target, now))
                        _carry_erasures(present, target)
                    scrubbing.empty_log(present, 0)
            with as_actor("", "restore"), transaction(target):
                note(target, "restored", f"{self._backup.name} at {iso_text(now)}")
            scrubbing.empty_log(target)
        descriptor = os.open(copy, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        return before, erased


def _version(connection: sqlite3.Connection, place: Path) -> int:
    version = schema_version(connection, place)
    if version == 0:
        raise WorkspaceError(f"{place}: there is nothing in it")
    return version


def _damaged(place: Path, why: str) -> str:
    return f"{place}: it is damaged ({why}). Choose another backup: convledger restore"


def _sqlite_words(error: WorkspaceError) -> str:
    return str(error).rpartition("(SQLite: ")[2].rstrip(")")


def _beside(ledger: Path) -> list[Path]:
    return [ledger.with_name(f"{ledger.name}{end}") for end in ("-wal", "-shm", "-journal")]


def openers_of(ledger: Path) -> list[str]:
    """Return who has the ledger open; where the system does not tell, that somebody has."""
    with suppress(WorkspaceError, sqlite3.Error), closing(connect(ledger)):
        pass  # what a program that crashed has left beside it is brought in, and goes
    if not any(each.exists() for each in _beside(ledger)[:2]):
        return []
    return scrubbing.openers(ledger) or ["another program"]


def _put_aside(ledger: Path, now: int) -> Path:
    """Move a ledger that can't be read out of the way, with what belongs to it."""
    folder = folder_of(ledger)
    folder.mkdir(mode=0o700, exist_ok=True)
    place = folder / backup_name(now, DAMAGED, folder)
    for each, to in zip((ledger, *_beside(ledger)), (place, *_beside(place)), strict=True):
        with suppress(FileNotFoundError):
            each.replace(to)
    return place


def _must_have_room(backup: Path, ledger: Path) -> None:
    """See that there is room for the copy and what erasing in it takes, and for the backup."""
    try:
        needed = 2 * backup.stat().st_size + (ledger.stat().st_size if ledger.exists() else 0)
    except OSError as error:
        raise WorkspaceError(f"{backup}: can't be read: {error.strerror}") from error
    folder = ledger.parent if ledger.parent.is_dir() else backup.parent
    free = shutil.disk_usage(folder).free
    if free < needed:
        raise WorkspaceError(
            f"{folder}: restoring needs {needed / 10**6:,.1f} MB and {free / 10**6:,.1f} MB are "
            "free; make room on the disk. Nothing was changed"
        )


def _carry_erasures(source: sqlite3.Connection, target: sqlite3.Connection) -> None:
    """Let the list of erasures go on: it says what was erased when, and what waits to be done."""
    rows = source.execute("SELECT id, at, state, what, done_at, report FROM erasure").fetchall()
    with as_actor("", "restore"), transaction(target):
        target.executemany("INSERT OR REPLACE INTO erasure VALUES (?, ?, ?, ?, ?, ?)", rows)
