"""Names the backup that a ledger which is gone or damaged can be brought back from."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from convledger.clock import to_datetime
from convledger.store.backup_notes import Backup, backups_of, digest_of


def newest_good(ledger: Path) -> Backup | None:
    """Return the newest backup that is still as it was written; None where there is none."""
    for backup in backups_of(ledger):
        try:
            facts = backup.path.stat()
            if backup.note and backup.note.sha256 == _digest(
                backup.path, facts.st_size, facts.st_mtime_ns
            ):
                return backup
        except OSError:
            continue
    return None


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
