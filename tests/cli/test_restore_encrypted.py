"""Restoring where passphrases differ: nothing is lost, comes back or becomes plain by it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from convledger import paths, who
from convledger.cli import streams
from convledger.store.backup_notes import backups_of, note_of
from convledger.store.connection import is_encrypted
from tests.cli.conftest import Cli
from tests.cli.encrypted import Books, Given, forget
from tests.store.locked import OTHER, PASSPHRASE, files_of, needs_cipher

pytestmark = needs_cipher
LOST = "What was erased since is not known"


@pytest.fixture(autouse=True)
def forgetful() -> Iterator[None]:
    forget()
    yield
    forget()
    who.unlock_by(None)


@pytest.fixture
def given() -> Iterator[Given]:
    """Put a text on a descriptor and return its number."""
    opened = []

    def put(text: str) -> str:
        reading, writing = os.pipe()
        os.write(writing, text.encode())
        os.close(writing)
        opened.append(reading)
        return str(reading)

    yield put
    for each in opened:
        os.close(each)


@pytest.fixture
def books(other: Cli, given: Given) -> Books:
    return Books(other, given)


@pytest.fixture(scope="module")
def changed_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder for what the first test makes, for the tests after it."""
    return tmp_path_factory.mktemp("changed") / "books"


@pytest.fixture
def changed(books: Books, changed_once: Path) -> tuple[Books, str, str]:
    """An encrypted workspace with a backup from before its passphrase changed.

    Returns the backup as well, and the conversation that was erased since.
    """
    workspace, told = books.ledger.parent, changed_once.with_name("told")
    if not changed_once.exists():
        books.encrypt()
        name = books.back_up(of=PASSPHRASE)
        erased = books.conversations(of=PASSPHRASE)[0]
        books.encrypt(of=PASSPHRASE, new=OTHER)
        books.erase(erased, of=OTHER)
        told.write_text(f"{name} {erased}")
        shutil.copytree(workspace, changed_once)
    else:
        shutil.rmtree(workspace)
        shutil.copytree(changed_once, workspace)
    name, erased = told.read_text().split()
    return books, name, erased


# ---- the passphrase of the present ledger is missing


def test_a_ledger_that_is_only_locked_is_not_taken_for_damaged(
    changed: tuple[Books, str, str],
) -> None:
    books, name, erased = changed
    before = books.everything()
    for more in ((), ("--dry-run",)):
        answer = books("restore", name, "--yes", *more, of=PASSPHRASE)

        assert answer.code == 1
        assert "the passphrase does not open the present ledger" in answer.err
        assert "try again" in answer.err
        assert answer.err.index("try again") < answer.err.index("--damaged")
        assert "Nothing was changed" in answer.err
        assert books.everything() == before
    assert erased not in books.conversations(of=OTHER)


def test_what_can_not_be_opened_here_is_not_put_aside(
    books: Books, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = books.back_up()
    books.encrypt()
    before = books.everything()
    without = books("restore", name, "--yes")
    monkeypatch.setattr("convledger.store.ciphers.has_cipher", lambda: False)
    missing = books("restore", name, "--yes", of=PASSPHRASE)

    assert (without.code, missing.code) == (1, 1)
    assert "it is encrypted. Run the command at a terminal" in without.err
    assert "what opens it is not installed: pip install" in missing.err
    assert books.everything() == before


def test_a_ledger_that_no_passphrase_opens_is_put_aside_when_a_person_says_so(
    books: Books,
) -> None:
    books.encrypt()
    name = books.back_up(of=PASSPHRASE)
    books.spoil()
    spoilt = books.ledger.read_bytes()
    assert books("restore", name, "--yes", of=PASSPHRASE).code == 1
    shown = books("restore", name, "--damaged", "--dry-run", of=PASSPHRASE)
    assert shown.code == 0, shown.err
    assert "no passphrase that was given opens it" in shown.out
    assert f"{LOST}, and may come back" in shown.out
    assert books.ledger.read_bytes() == spoilt

    answer = books("restore", name, "--damaged", "--yes", of=PASSPHRASE)

    assert answer.code == 0, answer.err
    assert f"{LOST}, and may have come back" in answer.out
    assert "encrypted, with the backup's passphrase" in answer.out
    (aside,) = [each for each in backups_of(books.ledger) if each.why == "damaged"]
    assert aside.path.read_bytes() == spoilt
    assert books("check", of=PASSPHRASE).code == 0


def test_what_a_crash_left_beside_a_damaged_ledger_is_not_in_the_way(books: Books) -> None:
    books.encrypt()
    name = books.back_up(of=PASSPHRASE)
    books.spoil()
    for end in ("-wal", "-shm"):
        books.ledger.with_name(f"ledger.db{end}").write_bytes(bytes(32768))
    answer = books("restore", name, "--damaged", "--yes", of=PASSPHRASE)

    assert answer.code == 0, answer.err
    assert books("check", of=PASSPHRASE).code == 0


@pytest.mark.parametrize("how", ["ledger", "backup"])
def test_a_ledger_that_opens_is_not_put_aside_as_damaged(books: Books, how: str) -> None:
    books.encrypt()
    name = books.back_up(of=PASSPHRASE)
    before = books.everything()
    line = ("restore", name, "--damaged", "--yes")
    opened = books(*line, of=PASSPHRASE) if how == "ledger" else books(*line, backup=PASSPHRASE)

    assert opened.code == 2
    assert "leave --damaged away" in opened.err
    assert books.everything() == before


def test_a_plain_backup_does_not_replace_an_encrypted_ledger_that_nothing_opens(
    books: Books,
) -> None:
    name = books.back_up()
    books.encrypt()
    books.spoil()
    before = books.everything()
    answer = books("restore", name, "--damaged", "--yes", of=PASSPHRASE)

    assert answer.code == 1
    assert "make a new one with `convledger encrypt`" in answer.err
    assert books.everything() == before
    # The way that it tells is one.
    for each in books.ledger.parent.glob("ledger.db*"):
        each.unlink()
    assert books("encrypt", new=PASSPHRASE).code == 0
    answer = books("restore", name, "--yes", of=PASSPHRASE)
    assert answer.code == 0, answer.err
    assert is_encrypted(books.ledger)
    assert books.conversations(of=PASSPHRASE)


# ---- the backup has another passphrase


def test_a_backup_of_an_earlier_passphrase_asks_for_it_in_words(
    changed: tuple[Books, str, str],
) -> None:
    books, name, _ = changed
    before = books.everything()
    answer = books("restore", name, "--yes", of=OTHER)

    assert answer.code == 1
    assert "this backup has another passphrase than the ledger has now" in answer.err
    assert "--backup-passphrase-fd" in answer.err
    assert name in answer.err
    for word in ("restoring", "damaged", "Choose another"):
        assert word not in answer.err
    assert books.everything() == before


def test_with_its_passphrase_it_is_brought_back_under_the_present_one(
    changed: tuple[Books, str, str],
) -> None:
    books, name, erased = changed
    shown = books("restore", name, "--dry-run", of=OTHER, backup=PASSPHRASE)
    assert (shown.code, shown.err) == (0, "")
    assert "brought back is encrypted, with the ledger's passphrase" in shown.out

    answer = books("restore", name, "--yes", of=OTHER, backup=PASSPHRASE)

    assert answer.code == 0, answer.err
    assert "brought back is encrypted, with the ledger's passphrase" in answer.out
    assert "Erased again" in answer.out
    assert erased not in books.conversations(of=OTHER)
    assert books("check", of=OTHER).code == 0
    assert books("report", "--no-sync", of=PASSPHRASE).code == 1
    assert not list(books.ledger.parent.glob("*restoring*"))
    kept = books("restore", "--json").json["backups"][0]
    assert kept["why"] == "before-restore"
    again = books("restore", kept["file"], "--yes", of=OTHER)
    assert again.code == 0, again.err


def test_the_terminal_asks_for_the_passphrase_of_the_backup(
    changed: tuple[Books, str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    books, name, _ = changed
    asked = []

    def answer_to(question: str, stream: object) -> str:
        asked.append(question)
        return PASSPHRASE if "backup" in question else OTHER

    monkeypatch.setattr("getpass.getpass", answer_to)
    monkeypatch.setattr(streams, "is_terminal", lambda _: True)
    answer = books("restore", name, "--yes")

    assert answer.code == 0, answer.err
    assert asked == [
        f"Passphrase of {paths.default_workspace()}: ",
        "Passphrase of this backup: ",
    ]


def test_a_wrong_passphrase_of_the_backup_is_told_and_not_repeated(
    changed: tuple[Books, str, str],
) -> None:
    books, name, _ = changed
    before = books.everything()
    answer = books("restore", name, "--yes", of=OTHER, backup="no such words")

    assert answer.code == 1
    assert "does not open this backup; check it and try again" in answer.err
    assert "no such words" not in answer.err
    assert books.everything() == before


def test_json_tells_whose_passphrase_opens_it(changed: tuple[Books, str, str]) -> None:
    books, name, _ = changed
    answer = books("restore", name, "--dry-run", "--json", of=OTHER, backup=PASSPHRASE)

    assert answer.json["encryption"] == {"backup": True, "now": True, "passphrase": "ledger"}


# ---- one of the two is plain


def test_a_plain_backup_becomes_encrypted_where_the_ledger_is(books: Books) -> None:
    plain = books.conversations()
    name = books.back_up()
    books.encrypt()
    books.erase(plain[0], of=PASSPHRASE)
    shown = books("restore", name, "--dry-run", of=PASSPHRASE)
    assert "The backup is plain: what is brought back is encrypted" in shown.out

    answer = books("restore", name, "--yes", of=PASSPHRASE)

    assert answer.code == 0, answer.err
    assert "The backup is plain: what is brought back is encrypted" in answer.out
    assert is_encrypted(books.ledger)
    assert books.ledger.stat().st_mode & 0o777 == 0o600
    assert plain[0] not in books.conversations(of=PASSPHRASE)
    assert len(books.conversations(of=PASSPHRASE)) == len(plain) - 1
    assert books("check", "--deep", of=PASSPHRASE).code == 0
    holds = [each.name for each in files_of(books.ledger.parent)
             if each.read_bytes().startswith(b"SQLite format 3")]  # fmt: skip
    assert holds == [name]  # the backup itself, which was made so


def test_an_encrypted_backup_stays_so_where_the_ledger_is_plain(books: Books) -> None:
    books.encrypt()
    name = books.back_up(of=PASSPHRASE)
    assert books("encrypt", "--off", of=PASSPHRASE).code == 0
    erased = books.conversations()[0]
    books.erase(erased, of="")
    refused = books("restore", name, "--yes")
    assert refused.code == 1
    assert "this backup is encrypted. Give its passphrase" in refused.err
    shown = books("restore", name, "--dry-run", backup=PASSPHRASE)
    words = "plain: what is brought back is encrypted, with the backup's passphrase"
    assert words in shown.out
    assert not is_encrypted(books.ledger)

    answer = books("restore", name, "--yes", backup=PASSPHRASE)

    assert answer.code == 0, answer.err
    assert words in answer.out
    assert is_encrypted(books.ledger)
    assert erased not in books.conversations(of=PASSPHRASE)


def test_what_can_not_be_encrypted_replaces_nothing(
    books: Books, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = books.back_up()
    books.encrypt()
    before = books.ledger.read_bytes()
    monkeypatch.setattr("convledger.moving.sealing.damage_of", lambda _: "a page is odd")
    answer = books("restore", name, "--yes", of=PASSPHRASE)

    assert answer.code == 1
    assert "the backup can't be encrypted there: a page is odd" in answer.err
    assert books.ledger.read_bytes() == before
    assert not list(books.ledger.parent.glob("*restoring*"))


def test_where_the_ledger_is_gone_the_passphrase_is_that_of_the_backup(books: Books) -> None:
    books.encrypt()
    name = books.back_up(of=PASSPHRASE)
    books.ledger.unlink()
    answer = books("restore", name, "--yes", of=PASSPHRASE)

    assert answer.code == 0, answer.err
    assert "What is brought back is encrypted, with the backup's passphrase" in answer.out
    assert books("check", of=PASSPHRASE).code == 0


# ---- messages


def test_a_typo_says_first_to_try_again(changed: tuple[Books, str, str]) -> None:
    books, _, _ = changed
    answer = books("report", of="a typo of it")

    assert answer.code == 1
    assert "the passphrase does not open it. Check it and try again" in answer.err
    assert "brings a backup back" not in answer.err


def test_a_backup_without_a_note_may_be_damaged_too(changed: tuple[Books, str, str]) -> None:
    books, name, _ = changed
    note_of(books.ledger.parent / "backups" / name).unlink()
    answer = books("restore", name, "--yes", of=OTHER)

    assert answer.code == 1
    assert "another passphrase" in answer.err
    assert "unless the file is damaged: no note tells" in answer.err
