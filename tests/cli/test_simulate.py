"""`simulate` on the invented history: quick forms, scenarios by name, side by side, written out."""

from __future__ import annotations

import csv
import io
import re
from decimal import Decimal
from pathlib import Path

import pytest

from convledger.economics.scenario_text import read_scenario
from tests.cli.conftest import Cli

pytestmark = pytest.mark.usefixtures("on_the_20th")
ALL = ("--since", "2026-01-01", "--no-sync", "--tz", "UTC")


def test_another_model_beside_today_in_numbers_that_add_up(other: Cli) -> None:
    document = other("simulate", "--to", "claude-haiku-4-5", *ALL, "--json").json
    report = other("report", "--by", "model", *ALL, "--json").json

    assert document["schema"] == 1
    assert Decimal(document["list_today_usd"]) == Decimal(report["total"]["list_cost_usd"])
    today, after = Decimal(document["today"]), Decimal(document["after"])
    assert Decimal(document["difference"]) == after - today
    assert Decimal(document["models"][0]["after_usd"]) == Decimal(document["list_after_usd"])
    known = [row["difference"] for row in document["rows"] if row["difference"] is not None]
    assert sum(map(Decimal, known)) == after - today
    assert len(document["rows"]) - len(known) == document["unknown_conversations"]
    assert document["models"][0]["tokenizer_factor"] == "1"
    assert document["models"][0]["prices_of"].startswith("2026-11-20")
    assert document["touched"] == len(document["rows"]) > 0


def test_the_same_for_people_says_prices_factor_and_whom_it_changes(other: Cli) -> None:
    answer = other("simulate", "--to", "claude-haiku-4-5", "--tokenizer-factor", "1.1", *ALL)

    assert answer.code == 0
    assert "all models → anthropic/claude-haiku-4-5" in answer.out
    assert "input $1, output $5, cache read $0.1" in answer.out
    assert re.search(r"tokenizer factor +× 1.1\n", answer.out)
    assert "anthropic/claude-haiku-4-5 at its prices of 2026-11-20" in answer.out
    assert "conversations that change; --all shows them all" in answer.out


def test_a_window_shows_both_ways_and_the_first_thing_forgotten(other: Cli) -> None:
    answer = other("simulate", "--context", "window=20k", *ALL)
    document = other("simulate", "--context", "window=20k", *ALL, "--json").json

    assert answer.code == 0
    assert "without cache" in answer.out
    assert "with cache" in answer.out
    assert "recorded in fact" in answer.out
    context = document["context"]
    assert context["changed"] > 0
    assert context["first_forgotten"]["text"]
    assert context["first_forgotten"]["turn"] < context["first_forgotten"]["missing_from_turn"]
    assert f"{context['forgotten_turns']:,} turns" in answer.out
    full, less = context["full_without_cache"], context["without_cache"]
    assert Decimal(less["cost_usd"]) < Decimal(full["cost_usd"])
    assert full["requests"] == less["requests"] == context["turns"]


def test_full_history_changes_nothing(other: Cli) -> None:
    for policy in ("full", "window=90000k", "reset=9999turns"):
        document = other("simulate", "--context", policy, *ALL, "--json").json

        assert document["after"] == document["today"]
        assert document["context"]["changed"] == 0


def test_filters_choose_conversations_and_only_chooses_among_them(other: Cli) -> None:
    def ask(*words: str) -> tuple[str, str, int]:
        found = other("simulate", "--to", "claude-haiku-4-5", *words, *ALL, "--json").json
        return found["today"], found["after"], found["touched"]

    codex, every = ask("--source", "codex"), ask()
    alone = ask("--only", "source=codex")

    assert alone[0] == every[0]
    assert alone[2] == codex[2] < every[2]
    assert Decimal(alone[0]) - Decimal(alone[1]) == Decimal(codex[0]) - Decimal(codex[1])


def test_a_scenario_that_is_for_nobody_says_so(other: Cli) -> None:
    for words in (["--only", "client=nobody"], ["--to", "claude-haiku-4-5", "--from", "nope*"]):
        words = words if "--to" in words else ["--shorter-prompts", "10%", *words]
        assert "for none of these conversations" in other("simulate", *words, *ALL).out
    assert "for none" not in other("simulate", "--shorter-prompts", "10%", *ALL).out


def test_scenarios_are_saved_listed_compared_and_brought_back(other: Cli, tmp_path: Path) -> None:
    assert other("simulate", "--to", "claude-haiku-4-5", "--save", "lean", *ALL).code == 0
    prompts = ("--shorter-prompts", "20%", "--note", "fewer words")
    assert other("simulate", *prompts, "--save", "short", *ALL).code == 0

    listed = other("simulate", "list", "--json").json["scenarios"]
    assert [one["name"] for one in listed] == ["lean", "short"]
    assert listed[1]["parts"] == "prompts 20 % shorter"
    assert "fewer words" in other("simulate", "list").out
    rows = other("simulate", "compare", "lean", "short", *ALL, "--json").json["rows"]
    assert [row["scenario"] for row in rows] == ["today", "lean", "short"]
    cheapest = min(rows, key=lambda row: Decimal(row["total"]))
    assert [row["scenario"] for row in rows if row["cheapest"]] == [cheapest["scenario"]]
    assert "cheapest" in other("simulate", "compare", "lean", "short", *ALL).out
    again = other("simulate", "--scenario", "lean", *ALL, "--json").json
    assert again["after"] == rows[1]["total"]

    assert other("simulate", "rename", "lean", "thrifty").code == 0
    assert other("simulate", "delete", "thrifty").code == 0
    assert other("simulate", "show", "thrifty").code == 2
    assert other("simulate", "undo").out == "Undone: deleted thrifty\n"
    text = other("simulate", "show", "thrifty").out
    assert read_scenario(text).models[0].to == "claude-haiku-4-5"

    place = tmp_path / "out.toml"
    assert other("simulate", "export", "thrifty", "--output", str(place)).code == 0
    assert other("simulate", "export", "thrifty", "--output", str(place)).code == 2
    assert place.read_text("utf-8") == text
    assert other("simulate", "add", str(place), "--name", "copy").code == 0
    written = other("simulate", "export", "copy", "--format", "csv", *ALL).out
    assert written == other("simulate", "--scenario", str(place), *ALL, "--csv").out
    table = [*csv.DictReader(io.StringIO(written))]
    known = [row["difference"] for row in table if row["difference"]]
    assert sum(map(Decimal, known)) == Decimal(again["difference"])


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([], "say what should be otherwise"),
        (["--context", "window"], "is no context policy"),
        (["--context", "summarise=5,x"], "is no context policy"),
        (["--shorter-prompts", "1.5"], "--shorter-prompts: "),
        (["--to", "x", "--tokenizer-factor", "-1"], "--tokenizer-factor: "),
        (["--tokenizer-factor", "2"], "--tokenizer-factor goes with --to"),
        (["--from", "x"], "--from goes with --to"),
        (["--cache", "on"], "--cache goes with --context"),
        (["--opening", "5"], "--opening goes with --shorter-prompts"),
        (["--to", "x", "--prices-on", "soon"], "is no day"),
        (["--to", "x", "--only", "shop"], "write it like project=shop"),
        (["--to", "x", "--scenario", "y"], "leave the other changes out"),
        (["--scenario", "nowhere"], "none is kept yet"),
        (["--to", "x", "--replace"], "--replace goes with --save"),
        (["--to", "x", "--month", "2026-10", "--since", "7d"], "leave --since and --until out"),
        (["--to", "x", "--currency", "XQQ"], "no such currency"),
        (["--to", "x", "--json", "--csv"], "choose one"),
        (["lst"], "did you mean list?"),
    ],
)
def test_what_can_t_be_meant_is_told_with_the_way_out(
    other: Cli, words: list[str], said: str
) -> None:
    answer = other("simulate", *words)

    assert answer.code == 2
    assert said in answer.err
    assert answer.out == ""


def test_a_model_that_is_not_known_gives_null_and_names(other: Cli) -> None:
    answer = other("simulate", "--to", "claude-haku-4-5", *ALL, "--json")

    assert answer.json["after"] is None
    assert "anthropic/claude-haiku-4-5" in answer.json["models"][0]["near"]


def test_why_a_part_is_unknown_is_said_whole(other: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    whose = ("--source", "codex")
    answer = other("simulate", "--escalation-rate", "10%", *whose, *ALL)

    text = " ".join(answer.out.split())
    assert "no conversation was handed over to people, so nobody knows what one costs" in text
    assert "…" not in text


def test_filters_that_leave_nobody_are_named(other: Cli) -> None:
    answer = other("simulate", "--shorter-prompts", "20%", "--client", "globex", *ALL)

    assert "`convledger economics --by client` lists the names there are" in answer.err


def test_a_currency_without_a_rate_says_how_to_enter_one(other: Cli) -> None:
    answer = other("simulate", "--shorter-prompts", "20%", "--currency", "EUR", *ALL)

    assert "`convledger cost rate USD EUR RATE --since DAY` says one" in answer.out


def test_nothing_to_simulate_is_said(cli: Cli) -> None:
    answer = cli("simulate", "--to", "claude-haiku-4-5", "--no-sync")

    assert answer.code == 0
    assert "No conversation began then" in answer.err
