"""The command `encrypt`, and every way in which a passphrase comes to the program."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from convledger import paths, who
from convledger.cli import streams, unlocking
from convledger.store import keys
from convledger.store.connection import is_encrypted
from tests.cli.conftest import Cli
from tests.store.locked import OTHER, PASSPHRASE, needs_cipher

pytestmark = needs_cipher
Given = Callable[[str], str]


@pytest.fixture(autouse=True)
def forgetful() -> Iterator[None]:
    _forget()
    yield
    _forget()
    who.unlock_by(None)


def _forget() -> None:
    keys.forget()
    unlocking.take_from(None)


@pytest.fixture
def given() -> Iterator[Given]:
    """Put a text on a descriptor and return its number."""
    opened = []

    def put(text: str) -> str:
        _forget()
        reading, writing = os.pipe()
        os.write(writing, text.encode())
        os.close(writing)
        opened.append(reading)
        return str(reading)

    yield put
    for each in opened:
        os.close(each)


@pytest.fixture
def locked(other: Cli, given: Given) -> Cli:
    answer = other("encrypt", "--new-passphrase-fd", given(f"{PASSPHRASE}\n"))
    assert answer.code == 0
    assert answer.out.endswith("ledger.db: encrypted.\n")
    _forget()
    return other


def test_every_command_says_what_to_do_without_a_passphrase(locked: Cli) -> None:
    for line in ("report", "status", "check", "search x", "audit verify", "encrypt --change"):
        answer = locked(*line.split())
        assert answer.code == 1, line
        assert "it is encrypted. Run the command at a terminal" in answer.err
        assert "damaged" not in answer.err


def test_a_descriptor_opens_it(locked: Cli, given: Given) -> None:
    answer = locked("--passphrase-fd", given(f"{PASSPHRASE}\nrest"), "check", "--deep")

    assert (answer.code, answer.out, answer.err) == (0, "", "")


def test_a_wrong_passphrase_is_told_in_words_and_not_repeated(locked: Cli, given: Given) -> None:
    answer = locked("--passphrase-fd", given(OTHER), "report")

    assert answer.code == 1
    assert "the passphrase does not open it" in answer.err
    assert OTHER not in answer.err + answer.out


def test_an_empty_or_closed_descriptor_is_a_mistake_in_the_call(locked: Cli, given: Given) -> None:
    assert locked("--passphrase-fd", given(""), "report").code == 2
    answer = locked("--passphrase-fd", "987", "report")
    assert answer.code == 2
    assert "descriptor 987" in answer.err


def test_the_terminal_is_asked(locked: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def answer(question: str, stream: object) -> str:
        asked.append(question)
        return PASSPHRASE

    monkeypatch.setattr("getpass.getpass", answer)
    monkeypatch.setattr(streams, "is_terminal", lambda _: True)

    assert locked("audit", "head").code == 0
    assert asked == [f"Passphrase of {paths.default_workspace()}: "]
    _forget()
    assert locked("status").code == 1  # it stands in prompts
    assert len(asked) == 1


def test_the_keyring_opens_it_where_that_was_asked_for(
    locked: Cli, given: Given, monkeypatch: pytest.MonkeyPatch
) -> None:
    held: dict[tuple[str, str], str] = {}
    ring = SimpleNamespace(
        get_password=lambda service, name: held.get((service, name)),
        set_password=lambda service, name, text: held.update({(service, name): text}),
        delete_password=lambda service, name: held.pop((service, name)),
    )
    monkeypatch.setitem(sys.modules, "keyring", ring)
    assert locked("report").code == 1

    kept = locked("--passphrase-fd", given(PASSPHRASE), "encrypt", "--keyring")
    assert kept.code == 0
    assert list(held.values()) == [PASSPHRASE]
    _forget()
    assert locked("status").code == 0
    _forget()
    changed = locked("encrypt", "--change", "--new-passphrase-fd", given(OTHER))
    assert changed.code == 0
    assert list(held.values()) == [OTHER]
    _forget()
    assert locked("encrypt", "--no-keyring").code == 0
    assert held == {}
    _forget()
    assert locked("report").code == 1


def test_a_keyring_that_fails_is_passed_over(
    locked: Cli, given: Given, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: str) -> str:
        raise RuntimeError(PASSPHRASE)

    ring = SimpleNamespace(get_password=fail, set_password=fail, delete_password=fail)
    monkeypatch.setitem(sys.modules, "keyring", ring)

    assert "it is encrypted" in locked("report").err
    answer = locked("--passphrase-fd", given(PASSPHRASE), "encrypt", "--keyring")
    assert answer.code == 2
    assert "the keyring can't be used: RuntimeError" in answer.err
    assert PASSPHRASE not in answer.err


def test_change_and_off_name_the_backups_that_open_otherwise(locked: Cli, given: Given) -> None:
    assert locked("--passphrase-fd", given(PASSPHRASE), "backup").code == 0
    first = given(PASSPHRASE)
    reading, writing = os.pipe()
    os.write(writing, OTHER.encode())
    os.close(writing)
    answer = locked(
        "--passphrase-fd", first, "encrypt", "--change", "--new-passphrase-fd", str(reading),
        "--json",
    )  # fmt: skip
    os.close(reading)
    assert answer.json["done"] == "passphrase changed"
    assert len(answer.json["other_backups"]) == 1

    off = locked("--passphrase-fd", given(OTHER), "encrypt", "--off")
    assert off.code == 0
    assert "encryption taken off" in off.out
    assert "backups/ledger-" in off.out
    assert locked("check").out == ""
    assert locked("encrypt", "--state").out == "not encrypted\n"


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("encrypt --off", "it is not encrypted"),
        ("encrypt --change", "it is not encrypted"),
        ("encrypt --change --off", "exclude each other"),
        ("encrypt", "nobody is there to ask for the new passphrase"),
    ],
)
def test_a_mistake_is_told_and_changes_nothing(other: Cli, line: str, words: str) -> None:
    answer = other(*line.split())

    assert answer.code == 2
    assert words in answer.err
    assert not is_encrypted(paths.default_workspace() / paths.LEDGER)


def test_what_is_encrypted_is_not_encrypted_again(locked: Cli, given: Given) -> None:
    answer = locked("--passphrase-fd", given(PASSPHRASE), "encrypt")

    assert answer.code == 2
    assert "it is encrypted already; --change or --off" in answer.err
    assert locked("encrypt", "--state", "--json").json == {
        "schema": 1, "encrypted": True, "can_open": True,
    }  # fmt: skip


def test_two_that_differ_are_refused(other: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    answers = iter([PASSPHRASE, OTHER])
    monkeypatch.setattr("getpass.getpass", lambda *_, **__: next(answers))
    monkeypatch.setattr(streams, "is_terminal", lambda _: True)

    answer = other("encrypt")

    assert answer.code == 2
    assert "the two are not the same" in answer.err


def test_a_move_and_a_merge_work_from_and_into_an_encrypted_workspace(
    locked: Cli, given: Given, tmp_path: Path
) -> None:
    folder = str(tmp_path / "moved")
    fd = given(PASSPHRASE)
    assert locked("--passphrase-fd", fd, "memory", "add", "Thursdays").code == 0
    assert locked("--passphrase-fd", given(PASSPHRASE), "export", "--everything", folder).code == 0
    other_workspace = str(tmp_path / "other")
    new = ("--workspace", other_workspace)
    assert locked(*new, "encrypt", "--new-passphrase-fd", given(OTHER)).code == 0
    taken = locked(*new, "--passphrase-fd", given(OTHER), "import", folder)
    assert taken.code == 0, taken.err
    listed = locked(*new, "--passphrase-fd", given(OTHER), "memory", "list").out
    assert "Thursdays" in listed
