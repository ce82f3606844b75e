"""The quick way through the command line reads just what the full parser reads."""

from __future__ import annotations

from typing import Any

import click
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from convledger.cli.quick import EMPTY, FLAG, OPTIONS, plain
from convledger.cli.report import report

VALUES = st.sampled_from(["day", "day,model", "2026-11-01", "7d", "a b", "", "x=y", "-1", "--json"])


@st.composite
def command_lines(draw: st.DrawFn) -> list[str]:
    """Lines of known options with values, in both spellings, some of them wrong."""
    words: list[str] = []
    for name in draw(
        st.lists(st.sampled_from([*OPTIONS["report"], "--nonsense", "-h"]), max_size=5)
    ):
        if OPTIONS["report"].get(name, ("", FLAG))[1] == FLAG:
            words.append(name)
        elif draw(st.booleans()):
            words.append(f"{name}={draw(VALUES)}")
        else:
            words += [name, draw(VALUES)]
    return words


def parsed_in_full(words: list[str]) -> dict[str, Any] | None:
    """What the full parser makes of the options; None where it ends the command."""
    try:
        return dict(report.make_context("report", list(words)).params)
    except (click.ClickException, click.exceptions.Exit):
        return None


@settings(deadline=None, derandomize=True, max_examples=300)
@given(command_lines())
def test_both_parsers_agree_wherever_the_quick_one_answers(words: list[str]) -> None:
    quick = plain(["report", *words])

    if quick is not None:
        assert quick[2] == parsed_in_full(words)


def test_the_quick_parser_knows_every_option_of_report() -> None:
    declared = {
        option for param in report.params for option in param.opts if option.startswith("--")
    }

    assert declared - {"--help"} == OPTIONS["report"].keys()


@pytest.mark.parametrize(
    ("line", "workspace"),
    [
        (["status"], None),
        (["--workspace", "/x", "status", "--json"], "/x"),
        (["--workspace=/x", "report", "--by", "day"], "/x"),
    ],
)
def test_plain_lines_are_read_quickly(line: list[str], workspace: str | None) -> None:
    found = plain(line)

    assert found is not None
    assert found[0] == workspace


@pytest.mark.parametrize(
    "line",
    [
        [],
        ["search", "x"],
        ["report", "--help"],
        ["report", "day"],
        ["report", "--by"],
        ["report", "--by", "--json"],
        ["report", "--json=1"],
        ["status", "--jsn"],
        ["--workspace"],
        ["--workspace=", "status"],
        ["--version", "status"],
    ],
)
def test_anything_else_is_left_to_the_full_parser(line: list[str]) -> None:
    assert plain(line) is None


def test_completion_is_left_to_the_full_parser(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("_CONVLEDGER_COMPLETE", "bash_complete")

    assert plain(["report"]) is None


def test_empty_values_are_those_of_the_full_parser() -> None:
    assert parsed_in_full([]) == {name: EMPTY[times] for name, times in OPTIONS["report"].values()}
