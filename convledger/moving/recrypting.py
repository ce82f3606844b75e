"""Encrypts a ledger, gives it another passphrase, or takes the encryption off again.

All is done to a copy, which is verified before it takes the ledger's name at once. The file from
before is overwritten then; backups stay as they were made, and are named.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from convledger import paths
from convledger.errors import UsageProblem, WorkspaceError
from convledger.ingest.lock import ingest_lock
from convledger.memory.erase_file import wipe
from convledger.moving.restoring import openers_of
from convledger.moving.rewriting import beside, written_anew
from convledger.store import ciphers, keys, scrubbing
from convledger.store.audit import note_deed
from convledger.store.backup_notes import backups_of, sync_folder
from convledger.store.backups import damage_of
from convledger.store.connection import (
    BUSY_SECONDS,
    is_encrypted,
    transaction,
    unreadable,
)
from convledger.store.holdings import Holdings, holdings
from convledger.store.journal import use_wal

COPY, OLD = ".recrypting", ".before"
ENCRYPTED, CHANGED, DECRYPTED = "encrypted", "passphrase changed", "encryption taken off"
_WAIT_SECONDS = 10.0
_SPARE = 4 << 20  # bytes


@dataclass(frozen=True, slots=True)
class Recrypted:
    """What was done, and the backups that do not open with what the ledger opens with now."""

    done: str
    others: list[Path] = field(default_factory=list)


def recrypt(ledger: Path, passphrase: str | None) -> Recrypted:
    """Let a ledger open with a passphrase from now on, with None without any.

    Raises WorkspaceError where another program has it open, or there is no room; then nothing has
    changed. Raises UsageProblem for a passphrase that is too short.
    """
    if passphrase is not None and len(passphrase) < keys.FEWEST_LETTERS:
        raise UsageProblem(f"a passphrase has at least {keys.FEWEST_LETTERS} letters")
    was_encrypted = is_encrypted(ledger)
    if passphrase is None and not was_encrypted:
        raise UsageProblem(f"{ledger}: it is not encrypted")
    ciphers.cipher_module()
    done = DECRYPTED if passphrase is None else CHANGED if was_encrypted else ENCRYPTED
    salt = keys.new_salt()
    key = None if passphrase is None else keys.key_of(passphrase, salt)
    with ingest_lock(ledger.with_name(paths.LOCK), _WAIT_SECONDS) as held:
        others = openers_of(ledger) if held else ["another convledger, which reads logs,"]
        if others:
            raise WorkspaceError(
                f"{ledger}: {', '.join(others)} has it open; end that and run the command again. "
                "Nothing was changed"
            )
        try:
            _replaced(ledger, key, salt, done)
        except sqlite3.Error as error:
            raise unreadable(ledger, error) from error
        except OSError as error:
            where = error.filename or ledger
            raise WorkspaceError(f"{where}: {error.strerror}; nothing was changed") from error
    if key is not None and passphrase is not None:
        keys.learn(salt, key)
        keys.remember(passphrase)
    return Recrypted(done, _opened_otherwise(ledger, salt if key is not None else None))


def _replaced(ledger: Path, key: bytes | None, salt: bytes, done: str) -> None:
    copy, old = (ledger.with_name(f"{ledger.name}{end}") for end in (COPY, OLD))
    for left in (copy, old, *beside(copy)):
        wipe(left)
    _must_have_room(ledger)
    try:
        os.close(os.open(copy, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        before, version = written_anew(ledger, copy, key, salt)
        _must_be_same(copy, key, salt, before, version, done)
        descriptor = os.open(copy, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        if any(each.exists() for each in beside(ledger)):
            raise WorkspaceError(
                f"{ledger}: another program has opened it meanwhile; end that and run the "
                "command again. Nothing was changed"
            )
        os.link(ledger, old)  # so that its bytes can still be overwritten
        copy.replace(ledger)
        sync_folder(ledger.parent)
    finally:
        for left in (copy, *beside(copy), old):
            wipe(left)


def _must_be_same(
    copy: Path, key: bytes | None, salt: bytes, before: Holdings, version: int, done: str
) -> None:
    """See that the copy can be read from its first page to its last and holds what it should."""
    with closing(ciphers.open_file(copy, "mode=rw", key, salt, BUSY_SECONDS)) as made:
        made.execute("PRAGMA temp_store=MEMORY")
        made.execute("PRAGMA secure_delete=ON")
        wrong = damage_of(made)
        if not wrong:
            (found,) = made.execute("PRAGMA user_version").fetchone()
            if found != version or holdings(made) != before:
                wrong = "it does not hold what the ledger does"
            made.execute("INSERT INTO said (said) VALUES ('integrity-check')")
            made.execute("INSERT INTO remembered (remembered, rank) VALUES ('integrity-check', 1)")
        if wrong:
            raise WorkspaceError(f"{copy}: the copy is not good: {wrong}; nothing was changed")
        use_wal(made)
        with transaction(made):
            note_deed(made, f"ledger {done}" if done == ENCRYPTED else done, "ledger")
        scrubbing.empty_log(made)


def _must_have_room(ledger: Path) -> None:
    needed = ledger.stat().st_size * 11 // 10 + _SPARE
    free = shutil.disk_usage(ledger.parent).free
    if free < needed:
        raise WorkspaceError(
            f"{ledger.parent}: this writes the ledger anew, which needs {needed // 10**6:,} MB, "
            f"and {free // 10**6:,} MB are free; make room on the disk. Nothing was changed"
        )


def _opened_otherwise(ledger: Path, salt: bytes | None) -> list[Path]:
    """Return the backups that are plain, or open with an earlier passphrase."""
    found = []
    for each in backups_of(ledger):
        begins = ciphers.salt_of(each.path)
        if (begins != salt) if salt is not None else is_encrypted(each.path):
            found.append(each.path)
    return found
