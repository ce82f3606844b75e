"""The keys that open encrypted ledgers, for as long as the program runs; never written anywhere.

A passphrase becomes a key with the salt that a file begins with, which takes a tenth of a second:
that is done once for each salt. Backups have the salt of the ledger that they are of.
"""

from __future__ import annotations

import os
from collections.abc import Mapping

SALT_BYTES, KEY_BYTES = 16, 32
ITERATIONS = 256_000  # of PBKDF2 with SHA-512, as SQLCipher does it
FEWEST_LETTERS = 8

_keys: dict[bytes, bytes] = {}
_passphrases: list[str] = []


def known_passphrases() -> list[str]:
    """Return the passphrases that have opened something, the latest first."""
    return _passphrases[::-1]


def remember(passphrase: str) -> None:
    """Keep a passphrase that has opened something, to be tried on other files."""
    if passphrase in _passphrases:
        _passphrases.remove(passphrase)
    _passphrases.append(passphrase)


def key_for(salt: bytes) -> bytes | None:
    """Return the key that opens files of a salt, where it is known."""
    return _keys.get(salt)


def learn(salt: bytes, key: bytes) -> None:
    """Keep that a key opens files of a salt."""
    _keys[salt] = key


def all_keys() -> Mapping[bytes, bytes]:
    """Return what is known, to tell a process of ours that works on the same ledger."""
    return dict(_keys)


def forget() -> None:
    """Forget every key and passphrase."""
    _keys.clear()
    _passphrases.clear()


def key_of(passphrase: str, salt: bytes) -> bytes:
    """Return the key that a passphrase makes with a salt; takes a tenth of a second."""
    from hashlib import pbkdf2_hmac
    from unicodedata import normalize

    letters = normalize("NFC", passphrase).encode("utf-8", "surrogateescape")
    return pbkdf2_hmac("sha512", letters, salt, ITERATIONS, KEY_BYTES)


def new_salt() -> bytes:
    """Return a salt for a new file: one that no file of SQLite begins with."""
    return os.urandom(SALT_BYTES)
