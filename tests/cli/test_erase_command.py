"""What a person types to erase, and what the program answers."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from convledger.cli import chosen
from convledger.cli.app import run
from convledger.cli.outcome import finished
from convledger.clock import SECOND
from convledger.ledger import Ledger
from convledger.memory import keeping
from convledger.memory.drafts import Draft
from tests.ingest.logs import Bench, session, turns

NOW = 1_790_000_000 * SECOND


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    made = Bench(tmp_path)
    monkeypatch.setenv("HOME", str(made.home))
    made.write(made.log, turns(1, 5))
    made.sync()
    keeping.remember(made.ledger.connection, Draft("A zebrafinch sings."), NOW)
    made.ledger.close()
    return made.ledger.workspace


def call(workspace: Path, *words: str) -> int:
    return finished(lambda: run(["--workspace", str(workspace), *words]))


def name_of(workspace: Path) -> str:
    with Ledger.open(workspace) as ledger:
        return str(ledger.connection.execute("SELECT name FROM entry").fetchone()[0])


def test_a_dry_run_says_what_would_go(workspace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert call(workspace, "erase", "conversation", session(), "--dry-run", "--json") == 0
    assert json.loads(capsys.readouterr().out)["counts"]["messages"] == 10


def test_nobody_to_ask_is_a_refusal(workspace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert call(workspace, "erase", "conversation", session()) == 2
    assert "say --yes" in capsys.readouterr().err


def test_an_entry_is_erased_by_the_beginning_of_its_name(
    workspace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert call(workspace, "erase", "entry", name_of(workspace)[:12], "--yes") == 0
    said = capsys.readouterr().out
    assert "Verified: none of" in said
    assert "Not promised" in said
    assert call(workspace, "erase", "--status") == 0
    assert "done, verified" in capsys.readouterr().out


def test_a_message_is_erased_by_what_it_holds(
    workspace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ("erase", "message", session(), "--holding", "question 3", "--yes", "--json")
    assert call(workspace, *words) == 0
    found = json.loads(capsys.readouterr().out)["erasures"][0]
    assert (found["state"], found["verified"], found["counts"]["messages"]) == ("done", True, 1)
    assert call(workspace, "check", "--deep") == 0


@pytest.mark.parametrize(
    "words",
    [
        ("erase",),
        ("erase", "entry", "01ZZZ", "--yes"),
        ("erase", "client", "nobody", "--yes"),
        ("erase", "message", session(), "--yes"),
        ("erase", "message", session(), "--message", "999", "--yes"),
    ],
)
def test_what_is_not_there_is_told(
    workspace: Path, words: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    assert call(workspace, *words) == 2
    assert capsys.readouterr().err.startswith("convledger: ")


def test_nothing_pending_is_said(workspace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert call(workspace, "erase", "--resume") == 0
    assert capsys.readouterr().out == "Nothing is pending.\n"


@pytest.fixture(autouse=True)
def _forget_workspace() -> None:
    chosen.choose(None)
