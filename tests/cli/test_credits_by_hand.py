"""What is booked by hand says what it did, and the ledger says it in the same words."""

from __future__ import annotations

import sqlite3
from decimal import Decimal
from pathlib import Path

import pytest

from tests.cli.conftest import Cli
from tests.cli.plans import plan_text, put

pytestmark = pytest.mark.usefixtures("on_the_20th")


def left(cli: Cli) -> Decimal:
    return Decimal(cli("credits", "--json").json["pools"][0]["live"]["balance"])


def entries(cli: Cli) -> list[dict[str, object]]:
    found: list[dict[str, object]] = cli("credits", "ledger", "--json").json["entries"]
    return found


def test_what_was_not_there_to_take_is_said(studio: Cli) -> None:
    before = left(studio)
    assert before > 0

    answer = studio("credits", "adjust", f"-{before + 12}", "--note", "their count")

    assert f"{before} credits were taken; 12 were not there to take" in answer.out
    assert left(studio) == 0
    (line,) = [each for each in entries(studio) if each["kind"] == "void"]
    assert (line["what"], line["number"], line["note"]) == ("taken by hand", 1, "their count")
    table = studio("credits", "ledger").out
    assert "taken by hand (number 1)" in table
    assert "their count" in table


def test_what_was_all_there_says_no_more(studio: Cli) -> None:
    assert "not there" not in studio("credits", "adjust", "-0.5").out
    answer = studio("credits", "adjust", f"-{left(studio)}", "--json").json
    assert answer["not_taken"] == "0"
    assert left(studio) == 0


def test_a_part_of_a_lot_is_not_called_void(studio: Cli) -> None:
    assert studio("credits", "top-up", "--amount", "10", "--price", "2").code == 0

    part = studio("credits", "void", "1", "--amount", "4").out
    more = studio("credits", "void", "1", "--amount", "9").out
    taken = [each for each in entries(studio) if each["kind"] == "void"]

    assert "4 credits of 1 are taken back" in part
    assert "6 credits were taken; 3 were not there to take" in more
    assert {(each["what"], each["number"]) for each in taken} == {
        ("taken back", 2),
        ("taken back", 3),
    }


def test_credits_without_a_price_are_booked_for_nothing_and_that_is_said(studio: Cli) -> None:
    answer = studio("credits", "top-up", "--amount", "5")

    assert "+5 credits for nothing" in answer.out
    assert "--price tells how much" in answer.err


def test_what_was_booked_together_is_undone_together_or_not_at_all(
    other: Cli, tmp_path: Path
) -> None:
    assert other("plan", "add", put(tmp_path, plan_text(timeout='"1s"', included=400))).code == 0
    assert other("plan", "use", "studio", "--since", "2026-11-01").code == 0
    counted = other("credits", "ledger", "--each", "--json").json["entries"]
    names = [each["conversation"] for each in counted if each["kind"] == "use"]
    name = max(names, key=names.count)
    before = left(other)

    answer = other("credits", "refund", name)
    numbers = answer.out.split("numbers ")[1].split(" of ")[0].split(", ")

    assert len(numbers) == names.count(name) > 1
    assert f"`convledger credits undo {' '.join(numbers)}` takes it back" in answer.err
    given = [each for each in entries(other) if each["kind"] == "refund"]
    assert {each["conversation"] for each in given} == {name}
    assert name[:8] in other("credits", "ledger").out
    lines = other("credits", "statement", "--json").json["statements"][0]["lines"]
    told = {line["kind"]: line["credits"] for line in lines}
    assert told["given_back"] == str(-len(numbers))
    assert int(told["credits"]) + int(told["given_back"]) == len(names) - len(numbers)
    assert other("credits", "undo", *numbers, "99").code == 2
    assert left(other) == before + len(numbers)
    assert other("credits", "undo", *numbers).code == 0
    assert left(other) == before


def test_what_is_no_number_is_told_in_words(studio: Cli) -> None:
    for wrong in ("abc", "0x1", "1.5", "9" * 40):
        answer = studio("credits", "undo", wrong)
        assert answer.code == 2
        assert "is no number of a booking" in answer.err


def test_an_import_keeps_what_the_prompt_shows_where_that_is_missing(studio: Cli) -> None:
    shown = studio("status").out
    place = Path(studio("plan", "path").out.strip()).parent / "ledger.db"
    connection = sqlite3.connect(place)
    connection.execute("DELETE FROM plan_figures")
    connection.commit()
    connection.close()
    assert "credits" not in studio("status").out

    assert studio("import").code == 0
    assert studio("status").out == shown
