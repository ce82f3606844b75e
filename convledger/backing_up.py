"""What keeps a workspace from being lost: backups of it, made now or when a week is over."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from convledger.auditing import Auditing
from convledger.store.connection import in_words

if TYPE_CHECKING:
    from convledger.store.backup_notes import Backup
    from convledger.store.backups import Heed


class BackingUp(Auditing):
    """The backups of a workspace."""

    def backups(self) -> list[Backup]:
        """Return the backups in the workspace, the newest first."""
        from convledger.store.backup_notes import backups_of

        return backups_of(self.path)

    @in_words
    def back_up(self, *, now: int, target: Path | None = None, heed: Heed | None = None) -> Backup:
        """Copy the ledger while it is in use; nothing is left of a copy that fails.

        Raises WorkspaceError.
        """
        from convledger.store.backups import back_up

        return back_up(self.path, now=now, target=target, heed=heed)

    @in_words
    def back_up_when_due(self, *, now: int, kept: int, heed: Heed | None = None) -> Backup | None:
        """Make the backup of a week where the last good one is older; None where none is due.

        Raises WorkspaceError.
        """
        from convledger.store.weekly_backups import back_up_weekly, is_due

        if not is_due(self.connection, self.path, now):
            return None
        return back_up_weekly(self.path, now=now, kept=kept, heed=heed)
