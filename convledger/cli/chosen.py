"""The workspace that this run of the program works on."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from convledger.ledger import Ledger

_named: Path | None = None


def choose(workspace: str | Path | None) -> None:
    """Name the workspace to work on; None stands for the user's own."""
    global _named
    _named = Path(workspace).expanduser() if workspace else None


def only_look() -> None:
    """Let nothing be written to the books that were chosen."""
    from convledger import paths
    from convledger.store.connection import only_look_at

    only_look_at(folder() / paths.LEDGER)


def folder() -> Path:
    """Return the workspace's folder."""
    from convledger import paths

    return _named or paths.default_workspace()


def open_ledger() -> Ledger:
    """Open the workspace; close it when done. Raises WorkspaceError."""
    from convledger.ledger import Ledger

    return Ledger.open(folder())
