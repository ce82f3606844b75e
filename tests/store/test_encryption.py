"""An encrypted ledger holds what it held, shows nothing of it, and opens with its passphrase."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from convledger import paths, who
from convledger.clock import now_us
from convledger.errors import LockedError, UsageProblem, WorkspaceError
from convledger.ledger import Ledger
from convledger.memory.erase import Wanted
from convledger.moving import recrypting
from convledger.moving.recrypting import CHANGED, DECRYPTED, ENCRYPTED, recrypt
from convledger.moving.restoring import Restore
from convledger.store import ciphers, keys
from convledger.store.backup_notes import backup_at
from convledger.store.connection import connect, is_encrypted, transaction
from convledger.store.search import SearchQuery
from tests.ingest.logs import ROLLOUT, Bench, everything, prompt, reply, rollout, turns
from tests.store.locked import OTHER, PASSPHRASE, encrypt, files_of, needs_cipher

MARKER = "zebrafinch"


@pytest.fixture(autouse=True)
def forgetful() -> Iterator[None]:
    keys.forget()
    who.unlock_by(None)
    yield
    keys.forget()
    who.unlock_by(None)


@pytest.fixture
def closed(bench: Bench) -> Bench:
    """A workspace with a marker in a text, a title and an entry, that nobody has open."""
    bench.write(bench.log, turns(1, 8) + prompt(9, f"the {MARKER} sings") + reply(9, MARKER * 99))
    bench.write(bench.codex / "sessions" / ROLLOUT, rollout(4))
    bench.sync()
    bench.ledger.close()
    return bench


def reopened(bench: Bench) -> Ledger:
    bench.ledger = Ledger.open(bench.ledger.workspace)
    return bench.ledger


def holds_marker(workspace: Path) -> list[str]:
    """The files of a workspace in which the marker stands, whatever its case."""
    return [
        each.name for each in files_of(workspace) if MARKER.encode() in each.read_bytes().lower()
    ]


@needs_cipher
def test_encrypting_keeps_everything(closed: Bench) -> None:
    before = everything(reopened(closed).connection)
    closed.ledger.close()

    assert recrypt(closed.ledger.path, PASSPHRASE).done == ENCRYPTED

    assert is_encrypted(closed.ledger.path)
    ledger = reopened(closed)
    assert everything(ledger.connection) == before
    assert ledger.check(deep=True) == []
    assert ledger.path.stat().st_mode & 0o777 == 0o600


@needs_cipher
def test_no_plaintext_stands_in_any_file(closed: Bench) -> None:
    workspace = closed.ledger.workspace
    assert MARKER.encode() in b"".join(each.read_bytes() for each in files_of(workspace))
    encrypt(closed.ledger.path)
    assert holds_marker(workspace) == []

    ledger = reopened(closed)
    closed.append(closed.log, prompt(10, f"{MARKER} again") + reply(10))
    ledger.sync(closed.roots)
    ledger.label([1], "client", MARKER)
    assert len(ledger.search(SearchQuery(MARKER)).hits) >= 2
    wal = ledger.path.with_name("ledger.db-wal")
    assert wal.stat().st_size > 0
    assert holds_marker(workspace) == []
    made = ledger.back_up(now=now_us())
    assert holds_marker(workspace) == []
    assert is_encrypted(made.path)


@needs_cipher
def test_a_backup_opens_with_the_same_key_and_is_restored(closed: Bench) -> None:
    encrypt(closed.ledger.path)
    ledger = reopened(closed)
    before = everything(ledger.connection)
    made = ledger.back_up(now=now_us())
    ledger.label([1], "client", "later")
    ledger.close()

    with Restore(ledger.workspace, made) as restoring:
        restoring.prospect()
        done = restoring.bring_back(now=now_us())

    assert is_encrypted(ledger.path)
    assert done.before is not None
    assert is_encrypted(done.before)
    assert everything(reopened(closed).connection)["calls"] == before["calls"]
    assert closed.ledger.check(deep=True) == []


@needs_cipher
def test_another_process_needs_the_passphrase(
    closed: Bench, capfd: pytest.CaptureFixture[str]
) -> None:
    encrypt(closed.ledger.path)
    keys.forget()

    with pytest.raises(LockedError, match=r"it is encrypted\. Run the command at a terminal"):
        reopened(closed)
    who.unlock_by(lambda _: OTHER)
    with pytest.raises(LockedError, match="the passphrase does not open it") as told:
        reopened(closed)
    assert OTHER not in str(told.value)
    who.unlock_by(lambda _: PASSPHRASE)
    assert len(reopened(closed).search(SearchQuery(MARKER)).hits) == 1
    assert tuple(capfd.readouterr()) == ("", "")  # SQLCipher itself says nothing either


@needs_cipher
def test_another_passphrase_replaces_the_first(closed: Bench) -> None:
    encrypt(closed.ledger.path)
    ledger = reopened(closed)
    before = everything(ledger.connection)
    made = ledger.back_up(now=now_us())
    ledger.close()

    found = recrypt(ledger.path, OTHER)

    assert (found.done, found.others) == (CHANGED, [made.path])
    keys.forget()
    who.unlock_by(lambda _: PASSPHRASE)
    with pytest.raises(LockedError):
        reopened(closed)
    who.unlock_by(lambda _: OTHER)
    assert everything(reopened(closed).connection) == before
    # The backup from before still opens with the earlier one.
    connection = ciphers.unlock(made.path, PASSPHRASE, "mode=ro", 1.0)
    assert connection is not None
    connection.close()


@needs_cipher
def test_taking_the_encryption_off_keeps_everything(closed: Bench) -> None:
    before = everything(reopened(closed).connection)
    closed.ledger.close()
    encrypt(closed.ledger.path)

    assert recrypt(closed.ledger.path, None).done == DECRYPTED

    with closing(sqlite3.connect(closed.ledger.path)) as plain:
        assert everything(plain) == before
    assert reopened(closed).check(deep=True) == []


@needs_cipher
def test_a_new_workspace_is_never_plain_with_words(bench: Bench) -> None:
    bench.ledger.close()
    encrypt(bench.ledger.path)
    bench.write(bench.log, prompt(1, MARKER) + reply(1))
    reopened(bench).sync(bench.roots)

    assert holds_marker(bench.ledger.workspace) == []
    assert bench.ledger.check(deep=True) == []


@needs_cipher
def test_failures_are_those_of_sqlite(closed: Bench) -> None:
    encrypt(closed.ledger.path)
    connection = reopened(closed).connection

    with pytest.raises(sqlite3.OperationalError, match="no such table"):
        connection.execute("SELECT * FROM missing")
    with pytest.raises(sqlite3.IntegrityError):
        connection.execute("INSERT INTO setting VALUES ('a', NULL)")
    with pytest.raises(sqlite3.IntegrityError):
        connection.executemany("INSERT INTO reader VALUES (1, ?)", [("a",), ("b",)])
    with pytest.raises(sqlite3.OperationalError, match="overflow"):  # when a row is fetched
        list(connection.execute("SELECT abs(-9223372036854775807 - value) FROM json_each('[0,1]')"))
    with pytest.raises(sqlite3.ProgrammingError):
        connection.execute("SELECT ?", ())
    other = connect(closed.ledger.path)
    other.execute("PRAGMA busy_timeout=0")
    with transaction(connection), pytest.raises(sqlite3.OperationalError, match="locked"):
        other.execute("BEGIN IMMEDIATE")
    other.close()


@needs_cipher
def test_what_is_open_elsewhere_is_left_alone(closed: Bench) -> None:
    ledger = reopened(closed)

    with pytest.raises(WorkspaceError, match="has it open"):
        recrypt(ledger.path, PASSPHRASE)

    assert not is_encrypted(ledger.path)
    assert ledger.check() == []


@needs_cipher
def test_a_copy_that_is_not_good_replaces_nothing(
    closed: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = closed.ledger.path.read_bytes()
    monkeypatch.setattr(recrypting, "damage_of", lambda _: "a page is odd")

    with pytest.raises(WorkspaceError, match="the copy is not good: a page is odd"):
        recrypt(closed.ledger.path, PASSPHRASE)

    assert closed.ledger.path.read_bytes() == before
    assert [each.name for each in files_of(closed.ledger.workspace)] == ["ingest.lock", "ledger.db"]


@needs_cipher
def test_a_short_passphrase_is_refused(closed: Bench) -> None:
    with pytest.raises(UsageProblem, match="at least 8 letters"):
        recrypt(closed.ledger.path, "short")
    with pytest.raises(UsageProblem, match="it is not encrypted"):
        recrypt(closed.ledger.path, None)


@needs_cipher
def test_the_passphrase_is_in_no_file(closed: Bench) -> None:
    encrypt(closed.ledger.path)
    reopened(closed).back_up(now=now_us())

    for each in files_of(closed.ledger.workspace):
        assert PASSPHRASE.encode() not in each.read_bytes()


@needs_cipher
def test_erasing_reaches_an_encrypted_ledger_and_its_backups(closed: Bench) -> None:
    encrypt(closed.ledger.path)
    ledger = reopened(closed)
    made = ledger.back_up(now=now_us())
    (one,) = ledger.connection.execute(
        "SELECT id FROM conversation WHERE reader_id="
        "(SELECT id FROM reader WHERE name='claude-code')"
    ).fetchone()
    ledger.erase(Wanted(conversations=(one,), backups="rewrite"), now=now_us())

    assert ledger.search(SearchQuery(MARKER)).hits == []
    copy = backup_at(made.path)
    assert copy is not None
    with closing(connect(copy.path)) as connection:
        (count,) = connection.execute("SELECT count(*) FROM message WHERE conversation_id=?",
                                      (one,)).fetchone()  # fmt: skip
    assert count == 0
    assert ledger.check(deep=True) == []


def test_noise_is_taken_for_encrypted_and_a_damaged_ledger_is_not(closed: Bench) -> None:
    noise = closed.ledger.workspace / "noise.db"
    noise.write_bytes(_noise())
    assert is_encrypted(noise)

    assert not is_encrypted(closed.ledger.path)
    with closed.ledger.path.open("r+b") as stream:
        stream.write(b"\0" * 64)
    assert not is_encrypted(closed.ledger.path)
    assert not is_encrypted(closed.ledger.workspace / "missing")


def _noise() -> bytes:
    from hashlib import sha512

    return b"".join(sha512(bytes([each])).digest() for each in range(256))


def test_without_the_extra_the_way_out_is_told(
    closed: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "sqlcipher3", None)
    monkeypatch.setattr(ciphers, "has_cipher", lambda: False)

    with pytest.raises(WorkspaceError, match=r"pip install 'convledger\[encryption\]'"):
        recrypt(closed.ledger.path, PASSPHRASE)
    closed.ledger.path.write_bytes(_noise())
    with pytest.raises(WorkspaceError, match=r"it is encrypted, and what opens it is not") as told:
        Ledger.open(closed.ledger.workspace)
    assert "damaged" not in str(told.value)


@pytest.mark.parametrize("command", ["report", "status"])
def test_hot_commands_over_a_plain_ledger_import_nothing_of_it(closed: Bench, command: str) -> None:
    script = (
        "import sys\n"
        "from convledger.__main__ import _run\n"
        f"sys.argv[1:] = ['{command}']\n"
        f"_run(['--workspace', {str(closed.ledger.workspace)!r}, '{command}'])\n"
        "found = {'convledger.store.ciphers', 'convledger.cli.unlocking', 'sqlcipher3', 'getpass',"
        " 'keyring', 'convledger.moving.recrypting'}\n"
        "print(sorted(found & set(sys.modules)), file=sys.stderr)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )

    assert done.stderr.strip() == "[]"
    assert paths.LEDGER == "ledger.db"
