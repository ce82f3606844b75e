"""Which passphrase a backup opens with, and which one it opens with once it is brought back.

A workspace that is encrypted stays so, with the passphrase that it has. One that is plain becomes
encrypted with an encrypted backup: words that were never plain do not become so by a restore.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from convledger.errors import WorkspaceError
from convledger.memory.erase_file import wipe
from convledger.moving.rewriting import beside, written_anew
from convledger.store import ciphers, keys
from convledger.store.backup_notes import Backup
from convledger.store.backups import damage_of
from convledger.store.connection import BUSY_SECONDS, connect, is_encrypted
from convledger.store.holdings import holdings

# Gives passphrases that may open the backup, one after the other, as long as none does.
Passphrases = Callable[[], Iterable[str]]
SEALED = "-sealed"  # behind the name of the copy: the copy, with the key of the ledger
_HOW = "at a terminal it is asked for, in scripts `--backup-passphrase-fd 4 4<FILE` tells it"


@dataclass(frozen=True, slots=True)
class Sealing:
    """Whether a backup and the present ledger are encrypted; `now` is None where none is there.

    `anew` where the copy is written with the key of the present ledger before it takes its place.
    """

    backup: bool
    now: bool | None
    anew: bool = False

    @property
    def then(self) -> str:
        """Whose passphrase opens what is brought back: "ledger", "backup"; "" where it is plain."""
        if self.anew or (self.backup and self.now):
            return "ledger"
        return "backup" if self.backup else ""


def sealing_of(copy: Path, place: Path, ledger: Path, *, opens: bool) -> Sealing:
    """Return how the copy of the backup at `place` is encrypted, and how the ledger is.

    `opens` where a known key opens the ledger. Raises WorkspaceError for a plain backup in the
    place of an encrypted ledger that none opens.
    """
    backup = is_encrypted(copy)
    if not ledger.exists():
        return Sealing(backup, None)
    now = is_encrypted(ledger)
    if now and not opens:
        if not backup:
            raise WorkspaceError(
                f"{place}: this backup is plain and the ledger was encrypted; no passphrase is "
                f"known to open what would be brought back. Move {ledger.name} and what is beside "
                "it (-wal, -shm) into another folder, make a new one with `convledger encrypt`, "
                "and bring the backup back into that. Nothing was changed"
            )
        return Sealing(backup, None)
    anew = now and not (backup and ciphers.salt_of(copy) == ciphers.salt_of(ledger))
    return Sealing(backup, now, anew)


def unlock_backup(copy: Path, backup: Backup, ledger: Path, passphrases: Passphrases) -> None:
    """See that the copy of an encrypted backup can be opened from now on.

    Raises WorkspaceError with how its passphrase is given.
    """
    place = backup.path
    if not ciphers.has_cipher():
        raise WorkspaceError(
            f"{place}: it is encrypted, and what opens it is not installed: pip install "
            f"'{ciphers.EXTRA}'"
        )
    known = ciphers.open_known(copy, "mode=rw", BUSY_SECONDS)
    if known is not None:
        known.close()
        return
    tried = False
    for passphrase in passphrases():
        tried = True
        opened = ciphers.unlock(copy, passphrase, "mode=rw", BUSY_SECONDS)
        if opened is not None:
            opened.close()
            return
    if tried:
        why = "the passphrase that was given does not open this backup; check it and try again"
    elif ledger.exists() and is_encrypted(ledger):
        why = "this backup has another passphrase than the ledger has now. Give that of the backup"
    else:
        why = "this backup is encrypted. Give its passphrase"
    if backup.note is None:  # with one its bytes are known to be right
        why = f"{why} (unless the file is damaged: no note tells)"
    raise WorkspaceError(f"{place}: {why}: {_HOW}. Nothing was changed")


def opens_with_known(ledger: Path) -> bool:
    """Tell whether an encrypted ledger opens with what is known, asking nobody."""
    connection = ciphers.open_known(ledger, "mode=rw", BUSY_SECONDS)
    if connection is not None:
        connection.close()
    return connection is not None


def seal(copy: Path, ledger: Path) -> None:
    """Let a copy open with the key of the ledger; what it was before is overwritten."""
    salt = ciphers.salt_of(ledger)
    key = keys.key_for(salt)
    assert key is not None  # the ledger was opened
    sealed = copy.with_name(f"{copy.name}{SEALED}")
    os.close(os.open(sealed, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    try:
        before, version = written_anew(copy, sealed, key, salt)
        with closing(connect(sealed)) as made:
            wrong = damage_of(made)
            (found,) = made.execute("PRAGMA user_version").fetchone()
            if not wrong and (found != version or holdings(made) != before):
                wrong = "it does not hold what the backup does"
    except sqlite3.Error as error:
        wrong = str(error)
    if wrong:
        raise WorkspaceError(
            f"{ledger.parent}: the backup can't be encrypted there: {wrong}. Nothing was changed"
        )
    for left in (copy, *beside(copy)):
        wipe(left)
    sealed.replace(copy)
