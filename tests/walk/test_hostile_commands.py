"""Nothing that is in the books, or on a command line, acts on the terminal of any command."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pytest

from tests.cli.conftest import Cli, cli
from tests.hostile import unsafe_in
from tests.walk.story import BAIT
from tests.walk.tree import leaves

__all__ = ["cli"]
# Those that go on until they are ended, or make an invented history first.
ENDLESS = {("watch",), ("demo",)}
BAD = (BAIT, f"-1{BAIT}\ud800", f"2026-11-01{BAIT}")


def test_no_command_lets_anything_of_the_books_through(said: list[dict[str, Any]]) -> None:
    assert len(said) > 2 * len(leaves())
    assert [(each["words"], each["unsafe"]) for each in said if each["unsafe"]] == []


def test_no_table_for_a_spreadsheet_holds_a_formula(said: list[dict[str, Any]]) -> None:
    assert any(each["is_csv"] and each["code"] == 0 for each in said)
    assert [(each["words"], each["formulas"]) for each in said if each["formulas"]] == []


def test_every_command_does_what_it_should_with_words_that_act(said: list[dict[str, Any]]) -> None:
    for each in said:
        expected = (0, 1, 2) if each["expected"] == -1 else (each["expected"],)
        if each["words"][0] == "import" and each["words"][-1].endswith("/books"):
            expected = (1,)  # what another hand wrote there is refused
        assert each["code"] in expected, (each["words"], each["err"])


def hostile_lines(leaf: tuple[str, ...], command: click.Command) -> Iterator[list[str]]:
    """Yield command lines in which one option after the other, and every argument, is hostile."""
    arguments = [each for each in command.params if isinstance(each, click.Argument)]
    needed = [
        each.opts[0] for each in command.params if isinstance(each, click.Option) and each.required
    ]
    for bad in BAD:
        plain = [*leaf, *(word for option in needed for word in (option, bad))]
        yield [*plain, "--", *(bad for _ in arguments)]
    for each in command.params:
        if isinstance(each, click.Option) and not each.is_flag:
            after = ["--", *("x" for _ in arguments)] if arguments else []
            others = [
                word for option in needed if option not in each.opts for word in (option, "x")
            ]
            yield [*leaf, *others, each.opts[0], BAIT, *after]


@pytest.mark.parametrize("leaf", [leaf for leaf in leaves() if leaf not in ENDLESS], ids=" ".join)
def test_no_message_lets_an_argument_through(
    cli: Cli, leaf: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for words in hostile_lines(leaf, leaves()[leaf]):
        answer = cli(*words)
        assert answer.code in (0, 1, 2), words
        assert unsafe_in(answer.out) == [], words
        assert unsafe_in(answer.err) == [], words


def test_the_finder_of_hostile_lines_reaches_options_and_arguments() -> None:
    found = list(hostile_lines(("memory", "merge"), leaves()["memory", "merge"]))

    assert ["memory", "merge", "--into", "x", "--body", BAIT, "--", "x"] in found
    assert ["memory", "merge", "--into", BAIT, "--", BAIT] in found
