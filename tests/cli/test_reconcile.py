"""The command `reconcile`: a bill beside the invented history, and what is kept of it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.cli.conftest import FIXTURES, Cli

BILLS = FIXTURES / "bills"
USAGE, COST = str(BILLS / "anthropic-usage.csv"), str(BILLS / "anthropic-cost.csv")
ACTIVITY = str(BILLS / "openai-activity.csv")


@pytest.fixture
def narrow(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")


def test_a_bill_that_agrees_ends_with_nothing_to_say(other: Cli) -> None:
    answer = other("reconcile", ACTIVITY)

    assert answer.code == 0
    assert "2 days and models compared: all equal" in answer.out
    assert "tokens: 2,096,938 there, 2,096,938 here" in answer.out
    assert "Not compared: 22 other calls of those days, $1.60 at list prices" in answer.out


@pytest.mark.usefixtures("narrow")
def test_differences_fit_80_columns_and_end_with_one(other: Cli) -> None:
    answer = other("reconcile", USAGE, "--only-differences", "--calls")

    assert answer.code == 1
    lines = answer.out.splitlines()
    assert "2026-11-18 to" in lines[0]
    assert [line.split() for line in lines if line.startswith("2026-11-20  ")] == [
        ["2026-11-20", "claude-opus-5-5", "cache", "read", "1,040,904", "1,038,904", "missing",
         "here"],
    ]  # fmt: skip
    assert not any(line.startswith("2026-11-19") for line in lines)
    drawn = [line for line in lines if "  " in line.strip() or "─" in line]
    assert max(map(len, drawn)) <= 80
    calls = [line for line in lines if "msg_" in line]
    assert len(calls) == 22


def test_days_of_the_bill_are_cut_by_its_zone_and_may_be_narrowed(other: Cli) -> None:
    answer = other("reconcile", USAGE, "--until", "2026-11-19", "--json")

    assert answer.code == 0
    assert answer.json["equal"] is True
    assert (answer.json["since"], answer.json["until"]) == ("2026-11-18", "2026-11-19")
    assert [row["verdict"] for row in answer.json["rows"]] == ["equal", "equal"]
    assert answer.json["rows"][0]["names_here"] == ["claude-haiku-4-5-20251001"]
    assert other("reconcile", USAGE, "--since", "12h").code == 2


def test_money_in_cents_agrees_within_its_rounding(other: Cli) -> None:
    found = other("reconcile", COST, "--json").json
    cells = [row["cells"]["cost"] for row in found["rows"]]

    assert [cell["verdict"] for cell in cells] == ["equal", "missing here"]
    assert (cells[0]["there"], cells[0]["here"]) == ("0.13", "0.1265991")
    assert cells[0]["tolerance"] == "0.020000000021"  # 4 rows of half a cent, 7 calls


def test_a_source_that_is_named_is_compared_alone(other: Cli) -> None:
    answer = other("reconcile", USAGE, "--source", "codex", "--json")

    assert answer.code == 1
    assert {row["verdict"] for row in answer.json["rows"]} == {"missing here"}
    assert answer.json["sources"] == ["codex"]


def test_csv_has_a_row_for_every_cell(other: Cli) -> None:
    answer = other("reconcile", ACTIVITY, "--csv")
    header, *rows = answer.out.splitlines()

    assert header.startswith("day,model,kind,there,here,difference,tolerance,verdict")
    assert "2026-11-20,gpt-5.1-codex,output,4075,4075,0,,equal,1,11" in rows
    assert len(rows) == 8  # input, cached, output and calls of two models


def test_an_empty_ledger_misses_everything(cli: Cli, own_home: Path) -> None:
    answer = cli("reconcile", ACTIVITY)

    assert answer.code == 1
    assert "2 missing here" in answer.out
    assert "Other days of the ledger are not compared" in answer.out


def test_what_is_not_understood_names_file_columns_and_the_way_out(
    other: Cli, tmp_path: Path
) -> None:
    path = tmp_path / "strange.csv"
    path.write_text('Leistung,Produkt,Netto\n20.11.2026,Claude Opus 5.5,"1,60"\n')
    answer = other("reconcile", str(path))

    assert answer.code == 2
    assert f"{path}: not understood" in answer.err
    assert "the columns Leistung, Produkt, Netto" in answer.err
    assert "--map day=COLUMN,model=COLUMN,cost=COLUMN" in answer.err

    mapped = ("--map", "day=Leistung,model=Produkt,cost=Netto", "--currency", "USD")
    answer = other("reconcile", str(path), *mapped, "--decimal-comma")
    assert answer.code == 0, answer.out + answer.err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((), "name one FILE"),
        ((USAGE, "--list"), "questions of their own"),
        (("--list", "--keep"), "--keep needs a FILE"),
        ((USAGE, "--map", "cost"), "no MEANING=COLUMN"),
        ((USAGE, "--map", "day=a,day=b"), "says twice what the day is"),
        ((USAGE, "--map", "colour=a"), "colour is none of day, model"),
        ((USAGE, "--map", "cost=nope"), "has no column 'nope'"),
        ((USAGE, "--currency", "dollars"), "no code like USD or EUR"),
        ((USAGE, "--json", "--csv"), "can't be printed at once"),
        ((USAGE, "--decimal-comma", "--decimal-point"), "can't both be meant"),
        ((USAGE, "--input-all", "--input-fresh"), "can't both be meant"),
        ((USAGE, "--provider", "openai"), "no export of openai that is known"),
        ((USAGE, "--until", "2026-11-01"), "nothing of the days asked for"),
        (("nowhere.csv",), "nowhere.csv"),
        (("--forget", "7"), "no balance has the number 7"),
    ],
)
def test_wrong_use_ends_with_two_and_the_way_out(
    other: Cli, arguments: tuple[str, ...], words: str
) -> None:
    answer = other("reconcile", *arguments)

    assert answer.code == 2
    assert words in answer.err


def test_an_empty_file_is_told_to_be_empty(other: Cli, tmp_path: Path) -> None:
    path = tmp_path / "empty.csv"
    path.touch()
    answer = other("reconcile", str(path))

    assert (answer.code, answer.out) == (2, "")
    assert f"{path}: empty" in answer.err


def test_a_balance_is_kept_once_and_verified_from_then_on(other: Cli, tmp_path: Path) -> None:
    kept = other("reconcile", ACTIVITY, "--keep", "november")
    assert kept.code == 0
    assert "Kept as balance 1: 2026-11-20, 2,096,938 tokens" in kept.err
    copy = shutil.copy(ACTIVITY, tmp_path / "another-name.csv")
    assert "Kept already as balance 1" in other("reconcile", str(copy), "--keep").err
    assert other("check").code == 0

    (one,) = other("reconcile", "--list", "--json").json["balances"]
    assert (one["number"], one["there"], one["here"]) == (1, "2096938", "2096938")
    assert (one["holds"], one["file"], one["note"]) == (True, "openai-activity.csv", "november")


def test_a_balance_that_does_not_hold_is_a_finding_of_check(other: Cli) -> None:
    assert other("reconcile", USAGE, "--keep").code == 1
    answer = other("check")

    assert answer.code == 1
    assert "balances: balance 1 (anthropic-usage.csv, 2026-11-18 to 2026-11-20)" in answer.out
    assert "the provider says 2,526,422 tokens, the ledger 2,524,222 tokens" in answer.out
    (finding,) = other("check", "--json").json["findings"]
    assert finding["check"] == "balances"
    assert "convledger reconcile --forget 1" in finding["way_out"]
    listed = other("reconcile", "--list")
    assert listed.code == 1
    assert "differs" in listed.out


def test_a_forgotten_balance_is_verified_no_more_and_can_come_back(other: Cli) -> None:
    other("reconcile", USAGE, "--keep")
    answer = other("reconcile", "--forget", "1")

    assert answer.code == 0
    assert "`convledger reconcile --bring-back 1` undoes it" in answer.out
    assert other("check").code == 0
    assert "forgotten" in other("reconcile", "--list").out
    assert other("reconcile", "--forget", "1").code == 2
    assert other("reconcile", "--bring-back", "1").code == 0
    assert other("check").code == 1
    other("reconcile", "--forget", "1")
    assert "Kept already as balance 1" in other("reconcile", USAGE, "--keep").err
    assert other("check").code == 1


def test_no_balance_is_no_failure(cli: Cli, own_home: Path) -> None:
    answer = cli("reconcile", "--list")

    assert answer.code == 0
    assert "No balance is kept" in answer.out


def test_hostile_text_in_a_bill_is_made_harmless(other: Cli, tmp_path: Path) -> None:
    path = tmp_path / "bill.csv"
    path.write_text("Date,Model,Tokens\n2026-11-20,\x1b[31mevil\x07,7\n\x1b[2J,x,1\n")
    answer = other("reconcile", str(path))

    assert answer.code == 1
    assert not {"\x1b", "\x07"} & {*answer.out, *answer.err}
    assert "1 row is not read: line 3" in answer.out
