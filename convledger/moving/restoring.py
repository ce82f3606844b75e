"""Brings a backup back in the place of the ledger, which is kept as a backup first.

All is done to a copy: only when it is as it should be does it take the ledger's name, at once.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import sys
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path

from convledger import paths
from convledger.clock import iso_text
from convledger.errors import LockedError, UsageProblem, WorkspaceError, WrongPassphrase
from convledger.ingest.lock import ingest_lock
from convledger.memory.erase_again import carry_tombstones
from convledger.memory.erase_file import wipe
from convledger.moving.rewriting import beside
from convledger.moving.sealing import (
    SEALED,
    Passphrases,
    Sealing,
    opens_with_known,
    seal,
    sealing_of,
    unlock_backup,
)
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
from convledger.store.connection import connect, is_encrypted, transaction, unreadable
from convledger.store.erasing import has
from convledger.store.holdings import Holdings, holdings
from convledger.store.journal import use_wal
from convledger.store.migrations import migrate, schema_version
from convledger.store.settings import note
from convledger.who import passphrase_of

_WAIT_SECONDS = 10.0
NONE_OPENS = "no passphrase that was given opens it"
_LOCKED = (
    "the passphrase does not open the present ledger, and without it nobody knows what was erased "
    "since the backup. Check it and try again; that of an earlier backup is asked for at a "
    "terminal, in scripts `--backup-passphrase-fd 4 4<FILE` tells it. Only for a present ledger "
    "that is damaged, so that none opens it any more, there is --damaged. Nothing was changed"
)
_OPENS = (
    "the present ledger opens: leave --damaged away, which is for one that no passphrase opens any "
    "more. Nothing was changed"
)


@dataclass(frozen=True, slots=True)
class Prospect:
    """What a backup would bring back: what it holds, and what the ledger holds now.

    `now` is None where there is no ledger, or one that can't be read, which `trouble` says: then
    nobody knows what was erased since the backup.
    """

    backup: Backup
    tables: int
    then: Holdings
    now: Holdings | None
    sealing: Sealing
    trouble: str = ""


@dataclass(frozen=True, slots=True)
class Restored:
    """What a restore did: where the ledger from before is, and what was erased again.

    `erased` is None where the ledger from before could not tell what to erase.
    """

    before: Path | None
    erased: dict[str, int] | None


class Restore:
    """A backup that may be brought back; as a context it leaves no copy behind.

    `passphrases` gives some that may open the backup. `damaged` is what a person says of an
    encrypted ledger that no passphrase opens any more; otherwise one that is only locked is safe.
    """

    def __init__(
        self,
        workspace: Path,
        backup: Backup,
        *,
        passphrases: Passphrases | None = None,
        damaged: bool = False,
    ) -> None:
        self._ledger = workspace / paths.LEDGER
        self._backup = backup
        self._copy = self._ledger.with_name(f"{paths.LEDGER}{RESTORING}")
        self._passphrases = passphrases or (lambda: filter(None, [passphrase_of(self._ledger)]))
        self._damaged = damaged
        self._is_locked = False  # by a passphrase that nobody has

    def __enter__(self) -> Restore:
        return self

    def __exit__(self, *_: object) -> None:
        sealed = self._copy.with_name(f"{self._copy.name}{SEALED}")
        for left in (self._copy, *beside(self._copy), sealed, *beside(sealed)):
            if left.exists():
                wipe(left)  # it may hold what has been erased since

    def prospect(self) -> Prospect:
        """Copy the backup and look at it; the ledger is only looked at.

        Raises WorkspaceError where it is damaged, another program's, of a newer one, or where a
        passphrase is missing: the ledger's, or the backup's.
        """
        place, copy = self._backup.path, self._copy
        self.__exit__()
        _must_have_room(place, self._ledger)
        now, trouble = self._now()
        copy.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.close(os.open(copy, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        shutil.copyfile(place, copy)
        with suppress(FileNotFoundError):  # an older one may have its last pages beside it
            shutil.copyfile(beside(place)[0], beside(copy)[0])
        known = self._backup.note
        if known is not None and digest_of(copy) != known.sha256:
            raise WorkspaceError(
                f"{place}: it is not as it was written: its SHA-256 is another one than the note "
                "beside it tells. Choose another backup: convledger restore"
            )
        if is_encrypted(copy):
            unlock_backup(copy, self._backup, self._ledger, self._passphrases)
        sealing = self._sealing(trouble)
        try:
            with closing(connect(copy)) as connection:
                tables = _version(connection, place)
                if wrong := damage_of(connection):
                    raise WorkspaceError(_damaged(place, wrong))
                then = holdings(connection)
        except sqlite3.Error as error:
            raise WorkspaceError(_damaged(place, str(error))) from error
        except WorkspaceError as error:
            if isinstance(error.__cause__, sqlite3.Error):  # it may name the copy, or another way
                raise WorkspaceError(_damaged(place, str(error.__cause__))) from error
            raise
        return Prospect(self._backup, tables, then, now, sealing, trouble)

    def _now(self) -> tuple[Holdings | None, str]:
        """Return what the ledger holds, or why it can't be read any more.

        Raises WorkspaceError where it can't be read just now: it is locked, by a passphrase or
        otherwise.
        """
        if not self._ledger.exists():
            return None, ""
        if self._is_locked:
            return None, NONE_OPENS
        try:
            with closing(connect(self._ledger)) as connection:
                wrong = damage_of(connection)
                found = None if wrong else holdings(connection)
        except LockedError as error:
            if self._damaged:
                self._is_locked = True
                return None, NONE_OPENS
            if isinstance(error, WrongPassphrase):
                raise WrongPassphrase(f"{self._ledger}: {_LOCKED}") from error
            raise
        except (WorkspaceError, sqlite3.Error) as error:
            cause = error if isinstance(error, sqlite3.Error) else error.__cause__
            if not isinstance(cause, sqlite3.Error):
                raise
            if not _is_damage(cause):
                raise unreadable(self._ledger, cause) from error
            return None, f"it is damaged ({cause})"
        if self._damaged and found is not None:
            raise UsageProblem(f"{self._ledger}: {_OPENS}")
        return found, f"it is damaged ({wrong})" if wrong else ""

    def _sealing(self, trouble: str) -> Sealing:
        """Return how all is encrypted, now that the passphrases are known."""
        opens = not trouble
        if trouble and is_encrypted(self._ledger):
            with suppress(sqlite3.Error):
                opens = opens_with_known(self._ledger)
        if opens and self._is_locked:  # the passphrase of the backup does
            raise UsageProblem(f"{self._ledger}: {_OPENS}")
        return sealing_of(self._copy, self._backup.path, self._ledger, opens=opens)

    def bring_back(self, *, now: int, wait_seconds: float = _WAIT_SECONDS) -> Restored:
        """Let the copy that `prospect` made be the ledger from now on.

        What was erased since the backup is erased from it first. Raises WorkspaceError where
        another program has the ledger open; then nothing has changed.
        """
        ledger = self._ledger
        with ingest_lock(ledger.with_name(paths.LOCK), wait_seconds) as held:
            if not held or (ledger.exists() and (others := self._openers())):
                who = ", ".join(others) if held else "another convledger, which reads logs,"
                raise WorkspaceError(
                    f"{ledger}: {who} has it open; end that and run the command again. Nothing "
                    "was changed"
                )
            before, erased = self._prepare(now)
            if ledger.exists() and any(each.exists() for each in beside(ledger)):
                raise WorkspaceError(
                    f"{ledger}: another program has opened it meanwhile; end that and run the "
                    "command again. Nothing was changed"
                )
            self._copy.replace(ledger)
            sync_folder(ledger.parent)
        return Restored(before, erased)

    def _openers(self) -> list[str]:
        if self._damaged and sys.platform.startswith("linux"):  # what is beside it stays there
            return scrubbing.openers(self._ledger)
        return openers_of(self._ledger)

    def _prepare(self, now: int) -> tuple[Path | None, dict[str, int] | None]:
        """Keep the present ledger, and make the copy what it is to be."""
        ledger, copy = self._ledger, self._copy
        before: Path | None = None
        trouble = self._now()[1]
        sealing = self._sealing(trouble)
        is_sound = ledger.exists() and trouble == ""
        if is_sound:
            before = protect(ledger, BEFORE_RESTORE, now).path
        if sealing.anew:
            seal(copy, ledger)
        if ledger.exists() and not is_sound:
            before = _put_aside(ledger, now)
        with closing(connect(copy)) as target:
            use_wal(target)
            migrate(target, copy, is_copy=True)
            erased: dict[str, int] | None = {} if is_sound else None
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


def _is_damage(error: sqlite3.Error) -> bool:
    """Tell whether a file is not as it should be, other than one that can't be had just now."""
    text = str(error)
    return not any(word in text for word in ("locked", "busy", "unable to open", "full"))


def openers_of(ledger: Path) -> list[str]:
    """Return who has the ledger open; where the system does not tell, that somebody has."""
    with suppress(WorkspaceError, sqlite3.Error), closing(connect(ledger)):
        pass  # what a program that crashed has left beside it is brought in, and goes
    if not any(each.exists() for each in beside(ledger)[:2]):
        return []
    return scrubbing.openers(ledger) or ["another program"]


def _put_aside(ledger: Path, now: int) -> Path:
    """Move a ledger that can't be read out of the way, with what belongs to it."""
    folder = folder_of(ledger)
    folder.mkdir(mode=0o700, exist_ok=True)
    place = folder / backup_name(now, DAMAGED, folder)
    for each, to in zip((ledger, *beside(ledger)), (place, *beside(place)), strict=True):
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
