"""What a workspace can be asked about itself: whether it is sound, who changed what and when."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

from convledger.errors import LedgerGone
from convledger.reviewing import Reviewing
from convledger.store.connection import in_words, is_sealed, transaction, unreadable

if TYPE_CHECKING:
    from convledger.reports.auditing import BatchLine, EventLine
    from convledger.store.audit import Head
    from convledger.store.audit_check import Verdict
    from convledger.store.audit_events import Asked
    from convledger.store.checks import Finding


class Auditing(Reviewing):
    """The log of changes, and everything that is verified."""

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
            raise LedgerGone(self.path)

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

    @in_words
    def check(self, *, deep: bool = False) -> list[Finding]:
        """Verify everything; return what is wrong."""
        from convledger.store.checks import check

        self._require_file()
        return self.with_balances(check(self.connection, self.path, deep=deep))

    @in_words
    def repair(self) -> None:
        """Work out anew what can be: the roll-up from the calls, the index from the messages."""
        from convledger.store.audit import note_deed
        from convledger.store.calls import rebuild_usage
        from convledger.store.entry_index import rebuild_entry_index
        from convledger.store.messages import rebuild_index

        with transaction(self.connection):
            rebuild_usage(self.connection)
            rebuild_index(self.connection)
            rebuild_entry_index(self.connection)
            note_deed(self.connection, "sums and indexes worked out anew", "ledger")
