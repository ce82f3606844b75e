"""The command `restore`: what it shows, asks and says."""

from __future__ import annotations

from pathlib import Path

import pytest

from convledger import paths
from convledger.cli import streams
from convledger.store.backup_notes import backups_of
from tests.cli.conftest import Cli


def ledger() -> Path:
    return paths.default_workspace() / paths.LEDGER


def calls(cli: Cli) -> int:
    return int(cli("report", "--by", "source", "--json", "--no-sync").json["total"]["calls"])


def conversation(cli: Cli) -> str:
    rows = cli("report", "--by", "conversation", "--json", "--no-sync").json["rows"]
    return str(rows[0]["conversation"])


def test_without_a_file_the_backups_are_listed(other: Cli) -> None:
    assert "There is no backup yet" in other("restore").out
    other("backup")

    assert backups_of(ledger())[0].name in other("restore").out


def test_a_backup_is_brought_back_by_its_name(other: Cli) -> None:
    before = calls(other)
    name = other("backup", "--json").json["backup"]["file"]
    native = conversation(other)
    assert other("erase", "conversation", native, "--with-figures", "--yes").code == 0
    other("label", conversation(other), "--tag", "later")
    answer = other("restore", name, "--yes")

    assert answer.code == 0
    assert answer.out.startswith(f"Restored: {name}, ")
    assert "Erased again, since that was done after the backup: 1 conversation." in answer.out
    assert "-before-restore.db" in answer.out
    assert calls(other) < before
    assert other("check").code == 0


def test_a_dry_run_shows_both_and_changes_nothing(other: Cli) -> None:
    name = other("backup", "--json").json["backup"]["file"]
    other("label", conversation(other), "--tag", "later")
    answer = other("restore", name, "--dry-run")

    labels = next(line for line in answer.out.splitlines() if line.startswith("Labels"))
    assert labels.split() == ["Labels", "0", "–", "1", "–", "1"]
    assert answer.code == 0
    assert other("restore", name, "--dry-run", "--json").json["now"]["counts"]["labels"] == 1
    assert not list(ledger().parent.glob("*restoring*"))


def test_nobody_there_to_ask_changes_nothing(other: Cli) -> None:
    name = other("backup", "--json").json["backup"]["file"]
    answer = other("restore", name)

    assert (answer.code, "say --yes" in answer.err) == (2, True)
    assert len(backups_of(ledger())) == 1


@pytest.mark.parametrize("said", ["n\n", "\n"])
def test_a_no_changes_nothing(other: Cli, monkeypatch: pytest.MonkeyPatch, said: str) -> None:
    name = other("backup", "--json").json["backup"]["file"]
    monkeypatch.setattr(streams, "is_terminal", lambda _: True)
    monkeypatch.setattr("click.termui.visible_prompt_func", lambda _: said.strip())
    answer = other("restore", name)

    assert (answer.code, "nothing was restored" in answer.err) == (2, True)
    assert len(backups_of(ledger())) == 1


def test_a_backup_that_is_not_there_is_told(other: Cli) -> None:
    answer = other("restore", "nowhere.db", "--yes")

    assert (answer.code, "`convledger restore` lists them" in answer.err) == (2, True)
