"""`credits statement` finds a period of any time that a plan was in use."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import Cli
from tests.cli.plans import in_use, plan_text, put

pytestmark = pytest.mark.usefixtures("on_the_20th")


@pytest.fixture
def twice(other: Cli, tmp_path: Path) -> Cli:
    """Return the command line where the example ended on 5 November and began again on the 15th."""
    in_use(other, tmp_path)
    assert other("plan", "end", "studio", "--at", "2026-11-04").code == 0
    assert other("plan", "use", "studio", "--since", "2026-11-15").code == 0
    return other


def names(cli: Cli, *words: str) -> list[str]:
    answer = cli("credits", "statement", *words, "--json")
    assert answer.code == 0, answer.err
    return [f"{each['period']} {each['since'][:10]}" for each in answer.json["statements"]]


def test_a_plan_that_was_used_again_has_the_periods_of_both_times(twice: Cli) -> None:
    every = names(twice, "studio", "--period", "all")

    assert [each.split()[0] for each in every] == ["2026-10", "2026-11", "2026-11"]
    assert names(twice, "--period", "all") == every
    assert names(twice, "studio", "--period", "2026-10") == every[:1]
    assert names(twice, "studio", "--period", "2026-11") == every[1:]
    assert names(twice, "studio") == every[2:]
    assert names(twice, "studio", "--period", "last") == every[1:2]
    assert names(twice, "1", "--period", "all") == every[:2]
    assert twice("credits", "statement", "2", "--period", "2026-10").code == 2


def test_which_time_it_was_is_said(twice: Cli) -> None:
    said = twice("credits", "statement", "studio", "--period", "all").out

    assert "2026-10 of subscription 1 is frozen; digest " in said
    assert "projected: $" in said
    assert "for 2026-11 of subscription 2, to its end on 2026-11-30" in said


def test_both_views_and_the_books_know_both_times(twice: Cli) -> None:
    both = twice("credits", "statement", "studio", "--period", "all", "--restate", "--json")
    states = [each["state"] for each in both.json["statements"]]

    assert states[:2] == ["settled", "restated"]
    assert states[-1] == "live"
    assert twice("credits", "statement", "--period", "all", "--format", "hledger").code == 0


def test_a_plan_that_has_ended_shows_its_last_period(other: Cli, tmp_path: Path) -> None:
    in_use(other, tmp_path)
    assert other("plan", "end", "studio", "--at", "2026-11-10").code == 0

    assert [each.split()[0] for each in names(other, "studio")] == ["2026-11"]
    asked = other("credits", "statement", "studio", "--period", "current")
    assert asked.code == 2
    assert "studio has no open period now. Periods are: 2026-10, 2026-11" in asked.err


def test_the_beginning_of_a_name_finds_the_only_period_that_it_fits(
    other: Cli, tmp_path: Path
) -> None:
    text = plan_text(anchor='"subscription"')
    assert other("plan", "add", put(tmp_path, text)).code == 0
    assert other("plan", "use", "studio", "--since", "2026-10-03").code == 0

    assert [each.split()[0] for each in names(other, "--period", "2026-10")] == ["2026-10-03"]
    several = other("credits", "statement", "--period", "2026")
    assert several.code == 2
    assert "are several periods, name one: 2026-10-03, 2026-11-03" in several.err
    assert other("credits", "statement", "--period", "2026-1").code == 2
