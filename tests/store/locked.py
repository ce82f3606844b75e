"""Encrypted ledgers for tests, and what to look for in their bytes."""

from __future__ import annotations

from pathlib import Path

import pytest

from convledger.moving.recrypting import recrypt
from convledger.store.ciphers import has_cipher

PASSPHRASE, OTHER = "correct horse battery", "another long one"
needs_cipher = pytest.mark.skipif(
    not has_cipher(), reason="sqlcipher3 is not installed: pip install 'convledger[encryption]'"
)


def encrypt(ledger: Path, passphrase: str | None = PASSPHRASE) -> None:
    """Let a ledger that nobody has open be opened with a passphrase."""
    recrypt(ledger, passphrase)


def files_of(workspace: Path) -> list[Path]:
    """Every file of a workspace."""
    return [each for each in sorted(workspace.rglob("*")) if each.is_file()]
