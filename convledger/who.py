"""Who works with this process: looked up when somebody's doing is first written down.

The commands that run every few seconds write nothing down, and must not wait for it.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

YOU = "you"
_known: list[str] = []
_asked: list[Callable[[], str]] = []
_passphrases: list[Callable[[Path], str | None]] = []


def set_person(name: str) -> None:
    """Say who works with this process; without it people are "you"."""
    _asked.clear()
    _known[:] = [name] if name else []


def look_up_by(asked: Callable[[], str]) -> None:
    """Say how to find out who works with this process, once anybody wants to know."""
    _known.clear()
    _asked[:] = [asked]


def person() -> str:
    """Return who works with this process."""
    if not _known and _asked:
        set_person(_asked[0]())
    return _known[0] if _known else YOU


def unlock_by(asked: Callable[[Path], str | None] | None) -> None:
    """Say how to get the passphrase of an encrypted ledger, once it is opened."""
    _passphrases[:] = [asked] if asked is not None else []


def passphrase_of(ledger: Path) -> str | None:
    """Return the passphrase that somebody gives for a ledger, None where nobody does."""
    return _passphrases[0](ledger) if _passphrases else None
