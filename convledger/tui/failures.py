"""What a failure in a thread of the app means, in words; mistakes of the program are none of it."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from convledger import paths
from convledger.errors import ConvledgerError, WorkspaceError
from convledger.store.connection import unreadable


def failure_of(error: Exception, workspace: Path | None) -> ConvledgerError | None:
    """Return `error` with a message for the user; None where the program itself is wrong."""
    if isinstance(error, ConvledgerError):
        return error
    if isinstance(error, sqlite3.Error):
        return unreadable((workspace or paths.default_workspace()) / paths.LEDGER, error)
    if isinstance(error, OSError):
        where = error.filename if isinstance(error.filename, str) else "the workspace"
        return WorkspaceError(f"{where}: {error.strerror or error}")
    return None
