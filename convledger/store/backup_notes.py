"""Where backups are, what they are called, and the note beside each by which it is known again."""

from __future__ import annotations

import os
import re
from contextlib import suppress
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import msgspec
from msgspec import Struct, field

from convledger.clock import EPOCH, SECOND, to_datetime
from convledger.store.holdings import Holdings

FOLDER = "backups"
MANUAL, WEEKLY, MIGRATION, BEFORE_RESTORE, BEFORE_REPAIR, DAMAGED = (
    "", "weekly", "migration", "before-restore", "before-repair", "damaged",
)  # fmt: skip
SCHEMA = 1
NOTE = ".json"
RESTORING = ".restoring"  # behind the ledger's name: the copy that is to be the ledger
_NAME = re.compile(r"ledger-(\d{8}T\d{6}Z)(?:-([a-z]+(?:-[a-z]+)*))?(?:\.\d+)?\.db")
_EARLIER = re.compile(r".*\.v\d+\.bak")  # beside the ledger, as earlier versions wrote them
_LARGEST_NOTE = 1 << 20  # bytes
_PORTION = 1 << 20


class BackupNote(Struct):
    """What is written beside a backup: its digest, versions, and what the ledger held then.

    Instants are UTC microseconds; `head` is the end of the audit log, as "number:hash".
    """

    file: str
    sha256: str
    bytes: int
    made_at: int
    why: str
    tables: int
    convledger: str
    workspace: str = ""
    head: str = ""
    holdings: Holdings = field(default_factory=Holdings)
    schema: int = SCHEMA


class Backup(Struct):
    """A backup that is there; `note` is None where none is beside it."""

    path: Path
    made_at: int
    why: str
    bytes: int
    note: BackupNote | None = None

    @property
    def name(self) -> str:
        """What it is called."""
        return self.path.name


def folder_of(ledger: Path) -> Path:
    """Return the folder of a ledger's backups; it need not exist."""
    return ledger.parent / FOLDER


def note_of(place: Path) -> Path:
    """Return where the note of a backup is: beside it."""
    return place.with_name(f"{place.name}{NOTE}")


def backup_name(now: int, why: str, folder: Path) -> str:
    """Return a name for a backup that no file of the folder has."""
    stamp = to_datetime(now).strftime("%Y%m%dT%H%M%SZ")
    name = f"ledger-{stamp}-{why}" if why else f"ledger-{stamp}"
    number, full = 1, f"{name}.db"
    while (folder / full).exists() or note_of(folder / full).exists():
        number += 1
        full = f"{name}.{number}.db"
    return full


def backups_of(ledger: Path) -> list[Backup]:
    """Return the backups that the program made of a ledger, the newest first."""
    places = [*_files(folder_of(ledger), _NAME), *_files(ledger.parent, _EARLIER)]
    found = [each for each in map(backup_at, places) if each is not None]
    return sorted(found, key=lambda each: (each.made_at, each.name), reverse=True)


def _files(folder: Path, named: re.Pattern[str]) -> list[Path]:
    try:
        return [each for each in folder.iterdir() if named.fullmatch(each.name) and each.is_file()]
    except OSError:
        return []


def backup_at(place: Path) -> Backup | None:
    """Return the backup at a place, with its note; None where there is no file."""
    try:
        facts = place.stat()
    except OSError:
        return None
    note = read_note(place)
    if note is not None:
        return Backup(place, note.made_at, note.why, facts.st_size, note)
    named = _NAME.fullmatch(place.name)
    if named is not None:
        with suppress(ValueError):
            moment = datetime.strptime(named[1], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
            at = int((moment - EPOCH).total_seconds()) * SECOND
            return Backup(place, at, named[2] or MANUAL, facts.st_size)
    why = MIGRATION if _EARLIER.fullmatch(place.name) else MANUAL
    return Backup(place, facts.st_mtime_ns // 1000, why, facts.st_size)


def read_note(place: Path) -> BackupNote | None:
    """Return the note beside a backup; None where there is none that can be read."""
    try:
        if not note_of(place).is_file():  # a pipe would keep us waiting
            return None
        with note_of(place).open("rb") as stream:
            note = msgspec.json.decode(stream.read(_LARGEST_NOTE), type=BackupNote)
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None
    return note if note.schema == SCHEMA else None


def write_note(place: Path, note: BackupNote) -> None:
    """Put a note beside a backup, in place of an earlier one."""
    target = note_of(place)
    part = target.with_name(f".{target.name}.part")
    part.unlink(missing_ok=True)
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as stream:
        stream.write(msgspec.json.format(msgspec.json.encode(note), indent=1) + b"\n")
        stream.flush()
        os.fsync(descriptor)
    part.replace(target)


def renew_note(place: Path, made: Holdings) -> None:
    """Let the note of a backup that was rewritten say what it is now; nothing without a note."""
    note = read_note(place)
    if note is not None:
        note.sha256, note.bytes = digest_of(place), place.stat().st_size
        note.holdings = made
        write_note(place, note)


def digest_of(place: Path) -> str:
    """Return the SHA-256 of a file's bytes."""
    digest = sha256()
    with place.open("rb") as stream:
        while portion := stream.read(_PORTION):
            digest.update(portion)
    return digest.hexdigest()


def sync_folder(folder: Path) -> None:
    """See that the names in a folder are on the disk, where the system can do that."""
    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
