"""Writes all that a ledger holds into a new file: encrypted with another key, or with none."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from convledger.store import ciphers, scrubbing
from convledger.store.connection import BUSY_SECONDS, connect, is_encrypted
from convledger.store.holdings import Holdings, holdings
from convledger.store.migrations import PAGE_SIZE


def written_anew(ledger: Path, copy: Path, key: bytes | None, salt: bytes) -> tuple[Holdings, int]:
    """Write everything into a file that is empty, to be opened with a key, with None without any.

    Returns what that is in numbers, and the version of its tables. Raises sqlite3.Error.
    """
    with closing(_with_cipher(ledger)) as source:
        scrubbing.empty_log(source, 0)
        before = holdings(source)
        (version,) = source.execute("PRAGMA user_version").fetchone()
        (owner,) = source.execute("PRAGMA application_id").fetchone()
        text = "" if key is None else ciphers.key_text(key, salt)
        source.execute("ATTACH DATABASE ? AS copy KEY ?", (str(copy), text))
        size = "page_size" if key is None else "cipher_page_size"
        source.execute(f"PRAGMA copy.{size}={PAGE_SIZE}")
        source.execute("SELECT sqlcipher_export('copy')").fetchone()
        source.execute(f"PRAGMA copy.application_id={int(owner)}")
        source.execute(f"PRAGMA copy.user_version={int(version)}")
        source.execute("DETACH DATABASE copy")
    return before, int(version)


def _with_cipher(ledger: Path) -> sqlite3.Connection:
    """Open a ledger, encrypted or plain, with what can write it the other way."""
    if is_encrypted(ledger):
        return connect(ledger)
    connection = ciphers.open_file(ledger, "mode=rw", None, b"", BUSY_SECONDS)
    for setting in ("trusted_schema=OFF", "secure_delete=ON", "temp_store=MEMORY"):
        connection.execute(f"PRAGMA {setting}")
    return connection


def beside(ledger: Path) -> list[Path]:
    """Return where SQLite keeps what belongs to a ledger."""
    return [ledger.with_name(f"{ledger.name}{end}") for end in ("-wal", "-shm", "-journal")]
