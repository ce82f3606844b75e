"""`report`: the contract that scripts rely on, and the table that people read."""

from __future__ import annotations

import csv
import io
import time
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Cli

ROW = (
    "calls", "conversations", "input", "output", "reasoning", "cache_read", "cache_write_5m",
    "cache_write_1h", "list_cost_usd", "unpriced_calls", "reported_cost_usd",
)  # fmt: skip


def test_rows_are_those_of_the_invented_history(cli: Cli, history: Path, expected: Any) -> None:
    answer = cli("report", "--by", "source,day,model", "--tz", "UTC", "--json")

    found = [{name: row[name] for name in expected["rows"][0]} for row in answer.json["rows"]]
    wanted = sorted(expected["rows"], key=lambda row: (row["source"], row["day"], row["model"]))
    assert [row for row in found if row["calls"]] == wanted


def test_json_has_the_names_of_the_contract(cli: Cli, history: Path) -> None:
    document = cli("report", "--by", "day,project", "--json").json

    assert {"schema": 1, "timezone": "UTC", "by": ["day", "project"]}.items() <= document.items()
    assert set(ROW) <= document["rows"][0].keys()
    assert set(ROW) <= document["total"].keys()
    keys = [(row["day"], row["project"]) for row in document["rows"]]
    assert keys == sorted(keys)


def test_an_unknown_cost_is_null_and_a_dash_never_zero(cli: Cli, history: Path) -> None:
    document = cli("report", "--by", "model", "--json").json
    table = cli("report", "--by", "model", "--no-sync").out

    row = next(row for row in document["rows"] if row["model"] == "northwind-local-7b")
    assert row["list_cost_usd"] is None
    assert row["unpriced_calls"] == row["calls"] == 10
    line = next(line for line in table.splitlines() if line.startswith("northwind-local-7b"))
    assert "–" in line.split()
    assert "10 of 807 calls have no price: northwind-local-7b;" in table


def test_the_default_is_by_day_with_a_total(cli: Cli, history: Path, expected: Any) -> None:
    lines = cli("report").out.splitlines()

    assert lines[0].split()[:2] == ["day", "calls"]
    days = [line.split()[0] for line in lines if line.startswith("2026-")]
    assert days == sorted({row["day"] for row in expected["rows"]})
    calls = sum(row["calls"] for row in expected["rows"])
    assert next(line for line in lines if line.startswith("total")).split()[1] == str(calls)


def test_csv_has_the_same_sums_as_json(cli: Cli, history: Path) -> None:
    rows = list(csv.DictReader(io.StringIO(cli("report", "--by", "week", "--csv").out)))
    total = cli("report", "--by", "week", "--json", "--no-sync").json["total"]

    assert sum(int(row["calls"]) for row in rows) == total["calls"]
    cost = sum(Decimal(row["list_cost_usd"]) for row in rows if row["list_cost_usd"])
    assert cost == Decimal(total["list_cost_usd"])


@pytest.mark.parametrize(
    ("by", "near"), [("dya", "day"), ("day,projct", "project"), ("conversations", "conversation")]
)
def test_an_unknown_key_names_the_nearest(cli: Cli, by: str, near: str) -> None:
    answer = cli("report", "--by", by)

    assert answer.code == 2
    assert answer.out == ""
    assert f"did you mean {near}?" in answer.err
    assert answer.err.count("\n") == 1


@pytest.mark.parametrize(
    ("zone", "near"),
    [("Europe/Berln", "Europe/Berlin"), ("europe/paris", "Europe/Paris"), ("Berlin", "Europe/Ber")],
)
def test_an_unknown_zone_names_the_nearest(cli: Cli, zone: str, near: str) -> None:
    answer = cli("report", "--tz", zone)

    assert answer.code == 2
    assert f"did you mean {near}" in answer.err


@pytest.mark.parametrize("zone", ["../../etc/passwd", "/etc/passwd", "\0", "Europe"])
def test_a_zone_is_never_a_path(cli: Cli, zone: str) -> None:
    assert cli("report", "--tz", zone).code == 2


def test_the_machine_zone_is_named(
    cli: Cli, history: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TZ", "Europe/Berlin")

    assert cli("report", "--json").json["timezone"] == "Europe/Berlin"
    assert cli("report", "--json", "--tz", "utc").json["timezone"] == "UTC"


@pytest.mark.skipif(not hasattr(time, "tzset"), reason="the zone is not read from TZ")
def test_a_machine_zone_without_a_name_has_its_summer(
    cli: Cli, history: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    named = cli("report", "--by", "hour", "--json", "--tz", "Europe/Berlin").json
    monkeypatch.setenv("TZ", "CET-1CEST,M3.5.0,M10.5.0/3")
    time.tzset()

    found = cli("report", "--by", "hour", "--json", "--no-sync").json

    assert found["rows"] == named["rows"]
    assert {row["hour"][-6:] for row in found["rows"]} == {"+02:00", "+01:00"}


def test_days_are_cut_in_the_zone(cli: Cli, history: Path) -> None:
    utc = cli("report", "--json", "--tz", "UTC").json
    far = cli("report", "--json", "--tz", "Pacific/Kiritimati").json

    assert utc["total"] == far["total"]
    assert [row["calls"] for row in utc["rows"]] != [row["calls"] for row in far["rows"]]


def test_filters_take_several_values_in_both_ways(cli: Cli, history: Path) -> None:
    both = cli("report", "--model", "claude-opus-5-5,gpt-5.2-codex", "--json").json["total"]
    twice = cli(
        "report", "--model", "claude-opus-5-5", "--model", "gpt-5.2-codex", "--json"
    ).json["total"]  # fmt: skip
    starred = cli("report", "--model", "claude-*", "--source", "codex", "--json").json

    assert both == twice
    assert both["calls"] > 0
    assert starred["rows"] == []
    assert starred["total"]["list_cost_usd"] is None


def test_a_conversation_is_named_by_the_beginning_of_its_id(cli: Cli, history: Path) -> None:
    answer = cli("report", "--by", "conversation", "--conversation", "5d0caad8", "--json")
    unknown = cli("report", "--conversation", "zzzzzzzz")

    assert [row["conversation"][:8] for row in answer.json["rows"]] == ["5d0caad8"]
    assert unknown.code == 2


def test_since_and_until_include_whole_days(cli: Cli, history: Path) -> None:
    answer = cli("report", "--since", "2026-11-10", "--until", "2026-11-12", "--json")

    assert [row["day"] for row in answer.json["rows"]] == ["2026-11-10", "2026-11-11", "2026-11-12"]
    assert cli("report", "--since", "the day before").code == 2


def test_two_forms_at_once_are_refused(cli: Cli) -> None:
    assert cli("report", "--json", "--csv").code == 2


def test_models_come_costliest_first_in_the_table(cli: Cli, history: Path) -> None:
    lines = cli("report", "--by", "model").out.splitlines()[2:]

    models = [line.split()[0] for line in lines if line[:1].isalpha()]
    assert models[0] == "claude-opus-5-5"
    assert models.index("northwind-local-7b") == models.index("total") - 1


@pytest.mark.parametrize("columns", ["80", "140"])
@pytest.mark.parametrize("by", ["day", "client,model", "conversation", "project,week"])
def test_tables_fit_the_terminal(
    cli: Cli, history: Path, monkeypatch: pytest.MonkeyPatch, columns: str, by: str
) -> None:
    monkeypatch.setenv("COLUMNS", columns)

    lines = cli("report", "--by", by).out.splitlines()

    assert max(len(line) for line in lines if "calls have no price" not in line) <= int(columns)


def test_rejected_lines_are_told_apart_from_the_figures(cli: Cli, history: Path) -> None:
    answer = cli("report", "--json")

    assert answer.json["schema"] == 1
    assert "1 line could not be used: `convledger sources --rejected`" in answer.err
    assert cli("report", "--json").err == ""


def test_without_sync_the_logs_are_not_read(cli: Cli, history: Path) -> None:
    assert cli("report", "--no-sync", "--json").json["rows"] == []


def test_what_was_said_is_stored_behind_the_answer(cli: Cli, history: Path) -> None:
    cli("report")

    assert cli("search", "allergens", "--no-sync").code == 0


def test_a_label_joins_conversations_into_a_row(other: Cli) -> None:
    given = other("label", "--project", "*/clients/northwind-bakery/*", "--client", "northwind")
    rows = other("report", "--by", "client", "--json").json["rows"]

    assert "labels given" in given.out
    assert [row["client"] for row in rows] == [None, "northwind"]
    only = other("report", "--by", "client", "--client", "northwind", "--json").json
    assert only["rows"] == rows[1:]
    like = other("report", "--by", "client", "--client", "north*", "--json").json
    assert like["rows"] == rows[1:]


def test_a_project_that_was_named_counts_instead_of_the_folder(other: Cli) -> None:
    folders = other("report", "--by", "project", "--json").json["rows"]
    moved = next(row for row in folders if row["project"].endswith("/ordering"))
    given = other("label", "--project", "ordering", "--as-project", "Bread for all")
    rows = other("report", "--by", "project", "--json").json["rows"]

    assert "labels given" in given.out
    named = next(row for row in rows if row["project"] == "Bread for all")
    assert named["calls"] == moved["calls"]
    assert moved["project"] not in [row["project"] for row in rows]
    only = other("report", "--by", "project", "--project", "Bread*", "--json").json["rows"]
    assert only == [named]
    assert other("search", "bread", "--project", "ordering").code == 1
    assert other("search", "bread", "--project", "bread for all").code == 1
    assert other("search", "bread", "--project", "Bread for all").code == 0
    again = other("label", "--project", "Bread for all", "--as-project", "Bread for all")
    assert again.out.startswith("0 labels given")
    other("label", "--project", "Bread for all", "--as-project", "Bread for all", "--remove")
    assert other("report", "--by", "project", "--json").json["rows"] == folders


def test_a_conversation_has_one_project(other: Cli) -> None:
    answer = other("label", "--project", "*", "--as-project", "a", "--as-project", "b")

    assert answer.code == 2
    assert "--as-project was given twice" in answer.err
