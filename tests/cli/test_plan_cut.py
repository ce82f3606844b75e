"""`plan cut`, `credits void` and `credits refund`: what a conversation took, and giving it back."""

from __future__ import annotations

import csv
import io
from decimal import Decimal
from pathlib import Path

import pytest

from convledger import clock
from tests.cli.conftest import Cli
from tests.cli.plans import NOW, in_use, plan_text, put


@pytest.fixture(autouse=True)
def on_the_20th(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let it be the last day of the invented history."""
    monkeypatch.setattr(clock, "now_us", lambda: NOW)
    monkeypatch.setattr("time.time", lambda: NOW / 10**6)


@pytest.fixture
def studio(other: Cli, tmp_path: Path) -> Cli:
    """Return the command line over the invented history, the example in force from October on."""
    in_use(other, tmp_path)
    return other


def latest(cli: Cli) -> str:
    """Return the conversation of the 20th that the history ends with."""
    rows = cli("report", "--by", "day,conversation", "--since", "2026-11-20", "--json").json["rows"]
    return str(rows[-1]["conversation"])


def balance(cli: Cli) -> int:
    return int(cli("credits", "--json").json["pools"][0]["live"]["balance"])


def test_units_of_a_conversation_say_when_why_and_how_much(studio: Cli) -> None:
    name = latest(studio)
    document = studio("plan", "cut", name, "--json").json

    (unit,) = document["units"]
    assert document["conversation"] == name
    assert unit["plan"] == "studio"
    assert unit["rule"] == "window, 30 min idle"
    assert (unit["began"], unit["ended"], unit["credits"]) == ("first", "idle", "1")
    assert unit["opened_at"] <= unit["last_at"] < unit["ends_at"]


def test_the_same_conversation_stands_under_several_plans(studio: Cli, tmp_path: Path) -> None:
    day = plan_text(id='"day"', name='"Day"', timeout='"24h"')
    assert studio("plan", "add", put(tmp_path, day, "day.toml")).code == 0

    answer = studio("plan", "cut", latest(studio), "--plan", "studio", "--plan", "day")
    assert "window, 30 min idle · 1 unit, 1 credit" in answer.out
    assert "window, 24 h idle · 1 unit, 1 credit" in answer.out
    rows = csv.DictReader(
        io.StringIO(studio("plan", "cut", latest(studio), "--plan", "day", "--csv").out)
    )
    assert [row["ended"] for row in rows] == ["open"]


def test_a_plan_that_there_is_not_is_told_with_those_that_there_are(studio: Cli) -> None:
    answer = studio("plan", "cut", latest(studio), "--plan", "studoi")

    assert answer.code == 2
    assert "did you mean studio" in answer.err


def test_an_example_and_a_file_can_be_named(studio: Cli, tmp_path: Path) -> None:
    day = put(tmp_path, plan_text(id='"day"', name='"Day"', timeout='"24h"'), "day.toml")
    name = latest(studio)

    rows = studio("plan", "cut", name, "--plan", "day-session-packs", "--plan", day, "--json").json

    assert {row["plan"] for row in rows["units"]} == {"day-session-packs", "day"}


def test_without_a_plan_in_force_one_must_be_named(other: Cli) -> None:
    assert other("plan", "cut", latest(other)).code == 2


def test_what_a_conversation_took_is_given_back_once(studio: Cli) -> None:
    before, name = balance(studio), latest(studio)

    answer = studio("credits", "refund", name, "--note", "outage")
    assert answer.code == 0
    assert balance(studio) == before + 1
    again = studio("credits", "refund", name)
    assert again.code == 2
    assert "given back already" in again.err

    number = answer.out.split("number ")[1].split()[0]
    assert studio("credits", "undo", number).code == 0
    assert balance(studio) == before


def test_a_lot_is_voided_in_part_and_whole(studio: Cli) -> None:
    assert studio("credits", "top-up", "--amount", "10", "--price", "2").code == 0
    before = balance(studio)

    assert studio("credits", "void", "1", "--amount", "4").code == 0
    assert balance(studio) == before - 4
    assert studio("credits", "void", "1").code == 0
    assert balance(studio) == before - 10


def test_a_lot_without_credits_left_is_told_with_those_that_have_some(studio: Cli) -> None:
    answer = studio("credits", "void", "promo")

    assert answer.code == 2
    assert "Those with credits left are: included:2026-11" in answer.err


def test_a_plan_that_cuts_no_conversation_says_what_it_counts(studio: Cli) -> None:
    assert studio("plan", "new", "five", "--from", "five-hour-and-weekly").code == 0
    name = latest(studio)

    said = studio("plan", "cut", name, "--plan", "five").out
    rows = studio("plan", "cut", name, "--plan", "five", "--json").json["units"]

    assert "It cuts no conversation" in said
    assert " at list" in said
    assert "the first message" not in said
    assert "silence" not in said
    total = sum(Decimal(row["list_cost_usd"]) for row in rows)
    assert f"pass-through · ${total:.2f} at list" in said
    assert {(row["cuts"], row["began"], row["ended"], row["quantity"]) for row in rows} == {
        (False, None, None, 1)
    }
