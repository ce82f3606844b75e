"""What keeps a workspace from being lost: backups of it, and all of it as files to move."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from convledger import paths
from convledger.checking import Checking
from convledger.errors import WorkspaceError
from convledger.store.connection import in_words

if TYPE_CHECKING:
    from convledger.moving.merging import TakenIn
    from convledger.moving.moving_out import MovedOut
    from convledger.store.backup_notes import Backup
    from convledger.store.backups import Heed


WAIT_SECONDS = 10.0


class BackingUp(Checking):
    """The backups of a workspace, and its way to other machines and other people's books."""

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

    @in_words
    def move_out(self, folder: Path, *, now: int) -> MovedOut:
        """Write everything that can't be read from logs again into a folder that is new.

        Raises UsageProblem where it is not, WorkspaceError where it can't be written.
        """
        from convledger.moving.moving_out import move_out

        try:
            return move_out(self.connection, self.path, folder, now)
        except OSError as error:
            where = error.filename or folder
            raise WorkspaceError(f"{where}: can't be written: {error.strerror}") from error

    @in_words
    def take_in(self, folder: Path, *, now: int, theirs: bool = False) -> TakenIn:
        """Take in what another workspace has written, all of it or nothing.

        Of what both have changed ours stays unless `theirs`. Raises UsageProblem, WorkspaceError.
        """
        from convledger.ingest.lock import ingest_lock
        from convledger.moving.taking_in import take_in

        with ingest_lock(self.workspace / paths.LOCK, WAIT_SECONDS) as held:
            if not held:
                raise WorkspaceError(
                    f"{self.workspace}: another convledger is reading the logs; try again when it "
                    "has ended. Nothing was taken in"
                )
            try:
                return take_in(self.connection, self.workspace, folder, now, theirs=theirs)
            except OSError as error:
                raise WorkspaceError(f"{error.filename or folder}: {error.strerror}") from error
