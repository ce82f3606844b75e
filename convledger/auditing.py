"""What a workspace can be asked about itself: whether it is in place, who changed what and when."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

from convledger.errors import LedgerGone
from convledger.reviewing import Reviewing
from convledger.store.connection import in_words, is_sealed, unreadable

if TYPE_CHECKING:
    from convledger.reports.auditing import BatchLine, EventLine
    from convledger.store.audit import Head
    from convledger.store.audit_check import Verdict
    from convledger.store.audit_events import Asked


class Auditing(Reviewing):
    """The log of changes, and whether the open file is still the ledger."""

    _inode: int

    @property
    def is_sealed(self) -> bool:
        """Whether the workspace may only be looked at."""
        return is_sealed(self.path)

    def _must_be_open(self) -> None:
        if self.is_sealed:
            raise unreadable(self.path, sqlite3.OperationalError("readonly database"))

    def is_in_place(self) -> bool:
        """Tell whether the open file is still the ledger: not deleted, not replaced."""
        try:
            return self.path.stat().st_ino == self._inode
        except OSError:
            return False

    def _require_file(self) -> None:
        """Raise LedgerGone where the open file is no longer the ledger: writes were lost."""
        if not self.is_in_place():
            from convledger.store.backup_offer import offer_of

            raise LedgerGone(self.path, offer_of(self.path))

    @in_words
    def audit_batches(self, asked: Asked, limit: int) -> list[BatchLine]:
        """Return what was changed together, the latest first."""
        from convledger.reports.auditing import batch_lines

        return batch_lines(self.connection, asked, limit)

    @in_words
    def audit_events(self, asked: Asked, limit: int) -> list[EventLine]:
        """Return changes one by one with what was there before and after, the latest first."""
        from convledger.reports.auditing import event_lines

        return event_lines(self.connection, asked, limit)

    @in_words
    def audit_head(self) -> Head:
        """Return the last event of the audit log and its hash, to be written down elsewhere."""
        from convledger.store.audit import head

        return head(self.connection)

    @in_words
    def verify_audit(self, known: Head | None = None) -> Verdict:
        """Verify the audit log; up to `known`, which was written down, nothing may have changed."""
        from convledger.store.audit_check import verify

        self._require_file()
        return verify(self.connection, known)
