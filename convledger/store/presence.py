"""Making the folder of a ledger, and telling where its file goes while it is being opened."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from convledger.errors import LedgerGone, WorkspaceError


def make_folder(path: Path) -> None:
    """Make the folder of the ledger at `path` (mode 0700) where there is none."""
    folder = path.parent
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        if isinstance(error, FileExistsError) and not os.path.lexists(folder):
            raise LedgerGone(path) from error  # it was there a moment ago
        raise WorkspaceError(f"{folder}: can't make the workspace: {error.strerror}") from error


@contextmanager
def gone_in_words(path: Path) -> Iterator[None]:
    """Tell what fails in the block as LedgerGone where the file, which was there, is no more."""
    try:
        yield
    except (OSError, WorkspaceError) as error:
        if os.path.lexists(path):
            raise
        raise LedgerGone(path) from error
