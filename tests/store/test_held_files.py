"""A second connection of a process that comes and goes takes no lock from the first."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from convledger.ledger import Ledger
from convledger.store import held_files, keys
from convledger.store.connection import connect, is_encrypted
from convledger.store.held_files import first_bytes

pytestmark = pytest.mark.skipif(os.name != "posix", reason="locks are another matter there")

# What any other command does: opens the ledger, reads, and closes it.
ELSEWHERE = """
import sys
from pathlib import Path
from convledger.store import keys
from convledger.store.connection import connect
if sys.argv[2]:
    keys.remember(sys.argv[2])
connection = connect(Path(sys.argv[1]))
print([row[0] for row in connection.execute("SELECT word FROM noted ORDER BY word")])
connection.close()
"""


def elsewhere(path: Path, passphrase: str = "") -> str:
    command = [sys.executable, "-c", ELSEWHERE, str(path), passphrase]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


def begun(path: Path) -> sqlite3.Connection:
    connection = connect(path)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("CREATE TABLE noted (word TEXT)")
    connection.execute("INSERT INTO noted VALUES ('first')")
    return connection


def come_and_go(path: Path) -> None:
    assert is_encrypted(path) in (True, False)
    connect(path).close()
    is_encrypted(path)


def test_what_is_written_after_another_process_was_here_stays(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    with closing(begun(path)) as first:
        come_and_go(path)
        assert elsewhere(path) == "['first']"
        first.execute("INSERT INTO noted VALUES ('second')")
        assert elsewhere(path) == "['first', 'second']"
        log = path.with_name("ledger.db-wal").stat()
        come_and_go(path)
        assert elsewhere(path) == "['first', 'second']"
        assert path.with_name("ledger.db-wal").stat().st_ino == log.st_ino
    assert elsewhere(path) == "['first', 'second']"
    assert not held_files._kept
    assert not held_files._connections


def test_an_encrypted_one_keeps_its_locks_too(tmp_path: Path) -> None:
    pytest.importorskip("sqlcipher3")
    from convledger.moving.recrypting import recrypt

    with Ledger.open(tmp_path) as ledger:
        path = ledger.path
    begun(path).close()
    keys.forget()
    try:
        recrypt(path, "correct horse")
        keys.remember("correct horse")
        with closing(connect(path)) as first:
            come_and_go(path)
            assert elsewhere(path, "correct horse") == "['first']"
            first.execute("INSERT INTO noted VALUES ('second')")
            assert elsewhere(path, "correct horse") == "['first', 'second']"
        assert not held_files._kept
    finally:
        keys.forget()


def test_one_that_was_replaced_is_read_as_it_is_now(tmp_path: Path) -> None:
    path, other = tmp_path / "ledger.db", tmp_path / "other"
    with closing(begun(path)):
        assert first_bytes(path, 6) == b"SQLite"
        other.write_bytes(b"another file")
        other.replace(path)
        assert first_bytes(path, 7) == b"another"
    assert not held_files._kept


def test_no_descriptor_is_left(tmp_path: Path) -> None:
    def descriptors() -> int:
        return len(list(Path("/dev/fd").iterdir()))

    path = tmp_path / "ledger.db"
    begun(path).close()
    before = descriptors()
    with closing(connect(path)):
        for _ in range(20):
            come_and_go(path)
        assert descriptors() < before + 8
    with pytest.raises(FileNotFoundError):
        first_bytes(tmp_path / "nothing", 1)
    assert descriptors() == before
    assert not held_files._connections
