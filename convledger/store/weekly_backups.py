"""A backup by itself where the last good one is older than a week."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from convledger.clock import DAY
from convledger.errors import WorkspaceError
from convledger.store.backup_notes import WEEKLY, Backup, backups_of
from convledger.store.backups import KEPT_WEEKLY, Heed, back_up, rotate

WEEK = 7 * DAY


def is_due(connection: sqlite3.Connection, ledger: Path, now: int) -> bool:
    """Tell whether the last backup with a note is older than a week.

    Where there is none the week begins with the first source; a ledger without one needs none.
    """
    ages = [now - each.made_at for each in backups_of(ledger) if each.note is not None]
    # One from a time that is yet to come was made while the clock was wrong: it tells nothing.
    good = [age for age in ages if age > -DAY]
    if good:
        return min(good) > WEEK
    (first,) = connection.execute("SELECT min(added_at) FROM source").fetchone()
    return first is not None and now - first > WEEK


def back_up_weekly(
    ledger: Path, *, now: int, kept: int = KEPT_WEEKLY, heed: Heed | None = None
) -> Backup:
    """Make the backup of a week, and let go of the oldest ones. Raises WorkspaceError."""
    made = back_up(ledger, WEEKLY, now=now, heed=heed, wait_seconds=0)
    try:
        rotate(ledger, kept)
    except OSError as error:
        raise WorkspaceError(f"{error.filename}: can't be removed: {error.strerror}") from error
    return made
