"""Leaving a source out on the command line, and taking it in again."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import Cli


def listed(cli: Cli) -> dict[str, bool]:
    return {row["source"]: row["left_out"] for row in cli("sources", "--json").json["sources"]}


def test_source_is_left_out_before_anything_is_read_and_taken_in_again(
    cli: Cli, history: Path
) -> None:
    left = cli("sources", "--leave-out", "codex")
    assert "Left out: codex. Nothing new is read of it" in left.out
    assert "`convledger sources --take-in codex` reads it again" in left.out + left.err
    cli("import")
    assert set(listed(cli)) == {"claude-code"}
    found = cli("sources", "--discover", "--json").json
    assert found["left_out"] == [{"source": "codex", "root": None}]
    assert "codex" not in {each["source"] for each in found["found"]}
    shown = cli("sources", "--no-sync")
    assert "left out: codex; `convledger sources --take-in codex`" in shown.out + shown.err

    assert "Taken in: codex" in cli("sources", "--take-in", "codex").out
    assert listed(cli) == {"claude-code": False, "codex": False}


def test_folder_that_was_read_says_that_it_is_left_out(other: Cli, history: Path) -> None:
    answer = other("sources", "--leave-out", "~/.codex", "--json").json
    assert answer == {"schema": 1, "left_out": [{"source": None, "root": str(history / ".codex")}]}
    assert listed(other) == {"claude-code": False, "codex": True}
    lines = other("sources", "--no-sync").out.splitlines()
    assert next(line.split()[0] for line in lines if "left out" in line) == "codex"
    assert other("sources", "--take-in", "~/.codex").code == 0
    assert listed(other)["codex"] is False


def test_home_that_is_imported_says_what_stays_unread(cli: Cli, history: Path) -> None:
    cli("sources", "--leave-out", "codex")
    answer = cli("import", str(history))
    assert "Left out: Codex" in answer.out
    assert set(listed(cli)) == {"claude-code"}
    assert cli("import", str(history / ".codex")).code == 0
    assert listed(cli) == {"claude-code": False, "codex": False}


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (("--leave-out", "codeks"), "did you mean codex"),
        (("--take-in", "codex"), "codex is not left out"),
        (("--leave-out", "codex", "--files"), "go with --json only"),
    ],
)
def test_wrong_words_change_nothing(
    cli: Cli, own_home: Path, arguments: tuple[str, ...], complaint: str
) -> None:
    answer = cli("sources", *arguments)
    assert answer.code == 2
    assert complaint in answer.err
    assert cli("sources", "--discover", "--json").json["left_out"] == []
