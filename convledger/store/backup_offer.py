"""Names the backup that a ledger which is gone or damaged can be brought back from."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from convledger.clock import to_datetime
from convledger.store.backup_notes import Backup, backups_of, digest_of


def newest_good(ledger: Path) -> Backup | None:
    """Return the newest backup that is still as it was written; None where there is none."""
    for backup in backups_of(ledger):
        if is_damaged(backup) is False:
            return backup
    return None


def is_damaged(backup: Backup) -> bool | None:
    """Tell whether a backup is other than it was written; None where no note tells."""
    if backup.note is None:
        return None
    try:
        facts = backup.path.stat()
        if facts.st_size != backup.note.bytes:
            return True
        return _digest(backup.path, facts.st_size, facts.st_mtime_ns) != backup.note.sha256
    except OSError:
        return True


@lru_cache(maxsize=16)
def _digest(place: Path, size: int, mtime_ns: int) -> str:
    """Return a file's digest, worked out once for each state of it: the app asks every second."""
    del size, mtime_ns
    return digest_of(place)


def offer_of(ledger: Path) -> str:
    """Return in words how the newest good backup is brought back; "" where there is none."""
    backup = newest_good(ledger)
    if backup is None:
        return ""
    day = to_datetime(backup.made_at).date().isoformat()
    return (
        f"`convledger restore {backup.name}` brings back the newest good backup, of {day} "
        "(convledger restore lists all)"
    )
