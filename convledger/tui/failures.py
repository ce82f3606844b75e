"""What a failure in a thread of the app means, in words; mistakes of the program are none of it."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import TYPE_CHECKING

from convledger import paths
from convledger.errors import ConvledgerError, LedgerGone, WorkspaceError
from convledger.store.connection import unreadable

if TYPE_CHECKING:
    from convledger.ledger import Ledger


def failure_of(
    error: Exception, workspace: Path | None, ledger: Ledger | None = None
) -> ConvledgerError | None:
    """Return `error` with a message for the user; None where the program itself is wrong.

    Where the `ledger` that was asked is deleted or replaced, whatever it failed with comes of that.
    """
    if not isinstance(error, ConvledgerError | sqlite3.Error | OSError):
        return None
    if ledger is not None and not ledger.is_in_place():
        return LedgerGone(ledger.path)
    if isinstance(error, ConvledgerError):
        return error
    if isinstance(error, sqlite3.Error):
        return unreadable((workspace or paths.default_workspace()) / paths.LEDGER, error)
    where = error.filename if isinstance(error.filename, str) else "the workspace"
    return WorkspaceError(f"{where}: {error.strerror or error}")


def words_of(error: Exception, workspace: Path | None, ledger: Ledger | None) -> str:
    """Return what a thread that looks around by itself has to tell of its failure.

    Nothing where the ledger is deleted or replaced: the app sees that itself, opens it anew and
    says so, and two who tell it say two things.
    """
    known = failure_of(error, workspace, ledger)
    return "" if isinstance(known, LedgerGone) else str(known or error)
