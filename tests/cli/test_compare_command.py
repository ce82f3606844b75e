"""`compare`: one's own usage under several plans, by month, by timeout, between versions."""

from __future__ import annotations

import csv
import io
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from convledger import clock
from tests.cli.conftest import Cli
from tests.cli.plans import NOW, in_use, plan_text, put


@pytest.fixture(autouse=True)
def on_the_20th(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let it be the last day of the invented history."""
    monkeypatch.setattr(clock, "now_us", lambda: NOW)


@pytest.fixture
def studio(other: Cli, tmp_path: Path) -> Cli:
    """Return the command line with the example in force and a dearer, larger one beside it."""
    in_use(other, tmp_path, included=30)
    larger = plan_text(60, id='"larger"', name='"Larger"').replace('"79.00"', '"95.00"')
    assert other("plan", "add", put(tmp_path, larger, "larger.toml")).code == 0
    return other


def plans(document: Any) -> dict[str, Any]:
    return {row["plan"]: row for row in document["plans"]}


def test_the_plans_of_the_workspace_are_compared_on_the_last_whole_month(studio: Cli) -> None:
    document = studio("compare", "--json").json

    assert (document["name"], document["closed"]) == ("October 2026", True)
    assert (document["since"], document["until"]) == (
        "2026-10-01T00:00:00Z",
        "2026-11-01T00:00:00Z",
    )
    usage = studio("report", "--by", "month", "--json", "--no-sync").json["rows"][0]
    assert document["calls"] == usage["calls"]
    assert document["conversations"] == usage["conversations"] == 37
    assert set(plans(document)) == {"studio", "larger"}


def test_what_is_in_force_costs_what_its_statement_says(studio: Cli) -> None:
    row = plans(studio("compare", "--json").json)["studio"]
    (settled,) = studio("credits", "statement", "--period", "2026-10", "--json").json["statements"]

    assert row["in_force"] is True
    assert row["total"] == settled["due"] == "80.75"
    assert (row["units"], row["included"], row["over"]) == (37, 30, 7)
    assert row["difference"] is None


def test_the_cheapest_is_marked_and_every_other_says_by_how_much_it_differs(studio: Cli) -> None:
    document = studio("compare", "--json").json
    rows = plans(document)

    assert [row["plan"] for row in document["plans"] if row["cheapest"]] == ["studio"]
    assert document["plans"][0]["cheapest"]
    larger = rows["larger"]
    assert Decimal(larger["difference"]) == Decimal("95") - Decimal("80.75")
    assert Decimal(larger["breakage_credits"]) == 60 - 37
    table = studio("compare").out
    assert "+$14.25" in table
    assert "cheapest, in force" in table
    assert "October 2026, closed · 37 conversations · " in table


def test_break_even_says_which_plan_for_how_much(studio: Cli) -> None:
    document = studio("compare", "--json").json["break_even"]

    bands = document["bands"]
    assert document["unit"] == "conversation"
    assert [band["plan"] for band in bands] == ["studio", "larger"]
    assert bands[0]["from"] == 0
    assert bands[1]["from"] == bands[0]["to"] + 1
    # 79 + 0.25 for each beyond 30 is more than 95 from the 95th on; by then both are over.
    assert 90 < bands[1]["from"] < 100
    assert f"up to {bands[0]['to']}: Studio 400" in studio("compare").out


def test_rows_are_csv_too(studio: Cli) -> None:
    rows = list(csv.DictReader(io.StringIO(studio("compare", "--csv").out)))

    assert [row["plan"] for row in rows] == ["studio", "larger"]
    assert rows[0]["total"] == "80.75"
    assert rows[0]["cheapest"] == "true"


CARD = """schema = 1
id = "card"
name = "Card"
version = "1"
currency = "USD"
timezone = "UTC"
effective_from = 2026-01-01
[[unit]]
id = "conversation"
count = "window"
timeout = "30m"
[[charge]]
unit = "conversation"
model = "rate_card"
rate_card = [{ match = { project = "nowhere" }, price = "1" }]
"""


def test_what_no_price_fits_is_counted_and_not_called_the_cheapest(
    studio: Cli, tmp_path: Path
) -> None:
    file = put(tmp_path, CARD, "card.toml")
    rows = plans(studio("compare", "studio", file, "--json").json)

    assert (rows["card"]["cheapest"], rows["studio"]["cheapest"]) == (False, True)
    assert rows["card"]["unpriced_units"] == rows["card"]["units"] > 0
    listed = csv.DictReader(io.StringIO(studio("compare", "studio", file, "--csv").out))
    assert {row["plan"]: row["unpriced_units"] != "0" for row in listed} == {
        "studio": False, "card": True,
    }  # fmt: skip
    for month in studio("compare", "studio", file, "--by", "month", "--json").json["months"]:
        assert [row["plan"] for row in month["plans"] if row["cheapest"]] == ["studio"]


def test_the_bands_end_where_a_plan_begins_to_refuse(studio: Cli, tmp_path: Path) -> None:
    blocker = plan_text(
        10, id='"blocker"', name='"Blocker"', amount='"9.00"', policy='"block"'
    ).replace('price  = "0.25"', "")
    file = put(tmp_path, blocker, "blocker.toml")
    document = studio("compare", file, "studio", "--json").json

    assert [row["plan"] for row in document["plans"] if row["cheapest"]] == ["studio"]
    bands = document["break_even"]["bands"]
    assert [(band["plan"], band["from"], band["to"]) for band in bands] == [
        ("blocker", 0, 10), ("studio", 11, None),
    ]  # fmt: skip
    fewer = blocker.replace('"blocker"', '"fewer"').replace('"10"', '"5"')
    both = studio("compare", file, put(tmp_path, fewer, "fewer.toml")).out
    assert "from 11: none that refuses nothing and leaves nothing out" in both


def test_without_plans_the_examples_are_compared(other: Cli) -> None:
    document = other("compare", "--json").json

    rows = plans(document)
    assert "tokens-at-list-price" in rows
    assert {row["currency"] for row in rows.values()} == {"USD"}
    totals = [Decimal(row["total"]) for row in document["plans"]]
    assert totals == sorted(totals)
    assert sum(row["cheapest"] for row in rows.values()) == 1


def test_any_plan_can_be_named(studio: Cli, tmp_path: Path) -> None:
    outside = put(tmp_path, plan_text(10, id='"outside"'), "outside.toml")

    rows = plans(studio("compare", "chat-credits-30min", "larger", outside, "--json").json)

    assert set(rows) == {"chat-credits-30min", "larger", "outside"}
    wrong = studio("compare", "lagrer")
    assert wrong.code == 2
    assert "did you mean larger?" in wrong.err


def test_a_stretch_of_time_can_be_named(studio: Cli) -> None:
    november = studio("compare", "--month", "2026-11", "--json").json
    week = studio("compare", "--since", "2026-11-02", "--until", "2026-11-08", "--json").json

    assert (november["name"], november["closed"]) == ("November 2026", False)
    assert (week["since"], week["until"]) == ("2026-11-02T00:00:00Z", "2026-11-09T00:00:00Z")
    assert 0 < week["conversations"] < november["conversations"]
    assert studio("compare", "--month", "2026-11", "--since", "7d").code == 2
    assert studio("compare", "--since", "2026-11-09", "--until", "2026-11-01").code == 2


def test_a_part_of_the_usage_can_be_compared(studio: Cli) -> None:
    whole = studio("compare", "--json").json
    parts = [
        studio("compare", "--source", source, "--json").json for source in ("claude-code", "codex")
    ]

    assert sum(part["conversations"] for part in parts) == whole["conversations"]
    assert sum(part["calls"] for part in parts) == whole["calls"]
    nothing = studio("compare", "--client", "nobody", "--json")
    assert nothing.code == 0
    assert nothing.json["conversations"] == 0
    assert "nothing to count" in nothing.err


def test_months_say_which_plan_was_the_cheapest_then(studio: Cli) -> None:
    months = studio("compare", "--by", "month", "--json").json["months"]
    table = studio("compare", "--by", "month").out
    rows = list(csv.DictReader(io.StringIO(studio("compare", "--by", "month", "--csv").out)))

    assert [each["month"] for each in months] == ["2026-10", "2026-11"]
    alone = studio("compare", "--month", "2026-10", "--json").json
    assert months[0]["plans"] == alone["plans"]
    assert "2026-11, so far" in table
    assert len(rows) == 4


def test_a_longer_timeout_never_counts_more(studio: Cli) -> None:
    document = studio("compare", "--timeout-sweep", "--json").json

    steps = document["steps"]
    units = [step["units"] for step in steps]
    assert document["plan"] == "studio"
    assert (steps[0]["timeout_seconds"], steps[-1]["timeout_seconds"]) == (300, 86_400)
    assert units == sorted(units, reverse=True)
    (own,) = [step for step in steps if step["own"]]
    assert (own["timeout_seconds"], own["units"], own["total"]) == (1800, 37, "80.75")
    table = studio("compare", "--timeout-sweep", "larger").out
    assert "the plan's own" in table
    assert "units of Larger in October 2026" in table


def test_a_plan_without_a_timeout_has_nothing_to_sweep(studio: Cli) -> None:
    answer = studio("compare", "--timeout-sweep", "tokens-at-list-price")

    assert answer.code == 2
    assert "nothing that ends by inactivity" in answer.err


def test_versions_are_laid_side_by_side(studio: Cli, tmp_path: Path) -> None:
    new = plan_text(30, version='"2027-01"', effective_from="2027-01-01").replace("0.25", "0.30")
    assert studio("plan", "add", put(tmp_path, new, "new.toml")).code == 0

    changes = studio("compare", "studio", "--what-changed", "2026-11", "2027-01", "--json").json
    table = studio("compare", "--what-changed", "2026-11", "2027-01").out

    found = {each["what"]: (each["before"], each["after"]) for each in changes["changes"]}
    assert found["overage, price"] == ("$0.25", "$0.30")
    assert "$0.30" in table
    wrong = studio("compare", "studio", "--what-changed", "2026-11", "2028")
    assert wrong.code == 2
    assert "Versions are: 2026-11, 2027-01" in wrong.err


def test_questions_of_their_own_are_asked_alone(studio: Cli) -> None:
    assert studio("compare", "--by", "month", "--timeout-sweep").code == 2
    assert studio("compare", "--json", "--csv").code == 2


def test_a_narrow_terminal_says_what_it_leaves_out(
    studio: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")

    lines = studio("compare").out.partition("October 2026")[0].splitlines()

    assert max(map(len, lines)) <= 80
    assert any(line.startswith("not shown: ") for line in lines)


# ---- what was in force then


def cost(fee: str, plan: str, name: str, **more: str) -> str:
    """Return a plan of nothing but a monthly fee beside what the example counts."""
    return plan_text(400, id=f'"{plan}"', name=f'"{name}"', **more).replace('"79.00"', f'"{fee}"')


@pytest.fixture
def moved(other: Cli, tmp_path: Path) -> Cli:
    """Return the command line with plan a in force in October and the dearer b from November."""
    for plan, fee in (("a", "49.00"), ("b", "90.00")):
        text = cost(fee, plan, f"Plan {plan}")
        assert other("plan", "add", put(tmp_path, text, f"{plan}.toml")).code == 0
    assert other("plan", "use", "a", "--since", "2026-10-01").code == 0
    assert other("plan", "use", "b", "--since", "2026-11-01").code == 0
    return other


def test_a_month_is_weighed_against_the_plan_that_was_in_force_then(moved: Cli) -> None:
    october = plans(moved("compare", "--json").json)
    november = plans(moved("compare", "--month", "2026-11", "--json").json)
    both = plans(moved("compare", "--since", "2026-10-01", "--until", "2026-11-09", "--json").json)
    months = moved("compare", "--by", "month", "--json").json["months"]

    assert [october[plan]["in_force"] for plan in "ab"] == [True, False]
    assert (october["a"]["difference"], october["b"]["difference"]) == (None, "41")
    assert [november[plan]["in_force"] for plan in "ab"] == [False, True]
    assert november["a"]["difference"] == "-41"
    assert [both[plan]["in_force"] for plan in "ab"] == [False, True]
    assert [plans(month)["a"]["in_force"] for month in months] == [True, False]
    table = moved("compare", "--by", "month").out.splitlines()
    assert "$0.00" in next(line for line in table if line.startswith("2026-10"))
    assert "$41.00" in next(line for line in table if line.startswith("2026-11, so far"))


def test_what_was_in_force_is_taken_in_the_version_of_then(other: Cli, tmp_path: Path) -> None:
    in_use(other, tmp_path, included=30)
    new = plan_text(30, version='"2026-12"', effective_from="2026-11-11")
    new = new.replace('"79.00"', '"99.00"').replace('"30m"', '"24h"')
    assert other("plan", "add", put(tmp_path, new, "new.toml")).code == 0
    assert other("plan", "add", put(tmp_path, cost("95.00", "b", "B"), "b.toml")).code == 0
    (settled,) = other("credits", "statement", "--period", "2026-10", "--json").json["statements"]

    document = other("compare", "--json").json
    october = plans(document)["studio"]
    november = plans(other("compare", "--month", "2026-11", "--json").json)["studio"]
    months = other("compare", "--by", "month", "--json").json["months"]
    sweep = other("compare", "--timeout-sweep", "--json").json
    (own,) = [step for step in sweep["steps"] if step["own"]]

    assert (october["version"], october["units"]) == ("2026-11", 37)
    assert october["total"] == settled["due"] == own["total"] == "80.75"
    assert (own["timeout_seconds"], own["units"]) == (1800, 37)
    assert (november["version"], november["fees"]) == ("2026-12", "99")
    assert [plans(month)["studio"]["version"] for month in months] == ["2026-11", "2026-12"]
    assert document["break_even"]["bands"][0]["plan"] == "studio"


def test_a_version_that_begins_later_is_not_taken_yet(studio: Cli, tmp_path: Path) -> None:
    text = plan_text(60, id='"larger"', name='"Larger"', version='"2027"')
    later = text.replace("2026-10-01", "2027-01-01")
    assert studio("plan", "add", put(tmp_path, later, "later.toml")).code == 0

    assert plans(studio("compare", "--json").json)["larger"]["version"] == "2026-11"


def test_the_timeout_of_the_plan_itself_comes_to_what_the_table_says(studio: Cli) -> None:
    names = ("chat-credits-30min", "studio", "larger")
    assert studio("plan", "use", "larger", "--since", "2026-11-01", "--seats", "3").code == 0
    for zone in ((), ("--tz", "Europe/Berlin")):
        for month in ("2026-10", "2026-11"):
            rows = plans(studio("compare", *names, "--month", month, *zone, "--json").json)
            for name in names:
                swept = studio(
                    "compare", "--timeout-sweep", name, "--month", month, *zone, "--json"
                )
                (own,) = [step for step in swept.json["steps"] if step["own"]]
                assert own["total"] == rows[name]["total"]


@pytest.mark.parametrize("version", ["2026-11", "2027"])
def test_files_of_one_plan_are_told_apart(other: Cli, tmp_path: Path, version: str) -> None:
    old = put(tmp_path, plan_text(30), "old.toml")
    new = put(tmp_path, plan_text(60, version=f'"{version}"').replace("79.00", "95.00"), "new.toml")
    copy = put(tmp_path, plan_text(30), "copy.toml")

    document = other("compare", old, new, copy, "--json").json
    marks = ("2026-11", "2027") if version == "2027" else (old, new)
    names = [f"Studio 400 ({mark})" for mark in marks]
    assert [(row["name"], row["total"]) for row in document["plans"]] == [
        (names[0], "80.75"), (names[1], "95"),
    ]  # fmt: skip
    assert {band["name"] for band in document["break_even"]["bands"]} == set(names)
    assert {row["plan"] for row in document["plans"]} == {"studio"}


def test_a_file_of_the_plan_in_force_stands_beside_it(studio: Cli, tmp_path: Path) -> None:
    new = put(tmp_path, plan_text(60, version='"2027"').replace("79.00", "95.00"), "new.toml")

    rows = studio("compare", "studio", new, "--json").json["plans"]
    assert [(row["name"], row["in_force"]) for row in rows] == [
        ("Studio 400 (2026-11)", True), ("Studio 400 (2027)", False),
    ]  # fmt: skip
    alone = studio("compare", "--timeout-sweep", new, "--json").json
    assert [step["total"] for step in alone["steps"] if step["own"]] == ["95"]
