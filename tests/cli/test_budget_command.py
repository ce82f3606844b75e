"""`budget`: made, checked against real conversations, tried with a ladder, removed and back."""

from __future__ import annotations

import csv
import io
from decimal import Decimal
from pathlib import Path

import pytest

from tests.cli.conftest import Answer, Cli

OCTOBER = ("--month", "2026-10", "--no-sync", "--tz", "UTC")


@pytest.fixture(autouse=True)
def _fixed_day(on_the_20th: None) -> None:
    """Let it be the last day of the invented history."""


def new(cli: Cli, *more: str, name: str = "pro") -> Answer:
    answer = cli(
        "budget", "new", name, "--price", "19", "--margin", "70%", "--expected", "6", *more
    )
    assert answer.code == 0, answer.err
    return answer


def test_a_new_budget_says_how_it_comes_about(cli: Cli) -> None:
    assert new(cli).out.splitlines() == [
        "pro  all conversations · machine cost",
        "$19.00 a month × (1 - 70 % margin) = $5.70",
        "$5.70 a user and month",
        "$0.95 a conversation (divided by 6 expected)",
        "alerts: 70 % $0.665, 90 % $0.855, 100 % $0.95",
    ]
    found = new(cli, "--other-costs", "2.70", "--json", name="lean").json
    assert (found["per_user"], found["per_conversation"]) == ("3", "0.5")
    assert found["alerts"] == ["0.35", "0.45", "0.5"]


def test_a_budget_under_water_says_so_with_the_arithmetic(cli: Cli) -> None:
    text = new(cli, "--other-costs", "6").out
    assert "$5.70 - $6.00 other costs = -$0.30" in text
    assert "under water: it leaves nothing for conversations" in text
    assert "alerts" not in text
    check = cli("budget", "check", *OCTOBER)
    assert check.code == 1
    assert "under water" in check.out
    assert "under water" in cli("budget").out


def test_no_conversation_expected_is_no_division_by_zero(cli: Cli) -> None:
    answer = cli("budget", "new", "idle", "--price", "19", "--expected", "0")
    assert answer.code == 0
    assert "no conversation is expected, so there is no budget for one: –" in answer.out
    assert cli("budget", "check", *OCTOBER).code == 0
    assert cli("budget", "ladder", "idle", *OCTOBER).code == 2


def test_without_conversations_a_check_finds_nothing(cli: Cli) -> None:
    assert cli("budget", "check", *OCTOBER).out == "There are no budgets yet.\n"
    new(cli)
    answer = cli("budget", "check", *OCTOBER)
    assert answer.code == 0
    assert "2026-10-01 to 2026-10-31: 0 conversations, 0 over budget · $0.00 spent" in answer.out
    assert cli("budget", "alerts", *OCTOBER).out == (
        "Nothing was crossed, 2026-10-01 to 2026-10-31.\n"
    )


def test_a_check_in_a_currency_without_a_rate_knows_nothing_at_least(other: Cli) -> None:
    assert other("budget", "new", "desk", "--amount", "1", "--currency", "GBP").code == 0
    answer = other("budget", "check", *OCTOBER)
    assert "0 over budget · – spent" in answer.out
    assert "amounts in USD (list costs) are left out: no rate to GBP is known" in answer.out


def test_a_check_ends_with_1_where_something_is_over(other: Cli) -> None:
    new(other)
    answer = other("budget", "check", "pro", *OCTOBER, "--by", "source")
    assert answer.code == 1
    assert "Departure board for the station screens" in answer.out
    assert "◆ 100 %" in answer.out
    document = other("budget", "check", *OCTOBER, "--by", "source", "--json").json
    (found,) = document["budgets"]
    assert document["over"] is True
    costs = [Decimal(one["cost"]) for one in found["positions"] if one["cost"] is not None]
    assert sum(costs) == Decimal(found["spent"]) > 30
    assert found["over"] == sum(cost > Decimal("0.95") for cost in costs)
    rows = found["segments"]
    assert sum(row["conversations"] for row in rows) == found["conversations"]
    assert sum(Decimal(row["cost"]) for row in rows) == Decimal(found["spent"])
    assert sum(row["conversations"] for row in found["histogram"]) == found["known"]
    large = other("budget", "new", "vast", "--amount", "1000")
    assert large.code == 0
    assert other("budget", "check", "vast", *OCTOBER).code == 0


def test_every_position_is_a_row_of_csv(other: Cli) -> None:
    new(other)
    rows = list(csv.DictReader(io.StringIO(other("budget", "check", *OCTOBER, "--csv").out)))
    over = [row for row in rows if row["over"] == "true"]
    assert over
    assert all(Decimal(row["cost"]) > Decimal("0.95") for row in over)
    assert all("100" in row["thresholds_reached"].split() for row in over)


def test_alerts_are_told_once_with_the_instant_of_the_call(other: Cli) -> None:
    new(other)
    found = other("budget", "alerts", *OCTOBER, "--json").json["alerts"]
    keys = [(one["budget"], one["conversation"], one["threshold_percent"]) for one in found]
    assert len(keys) == len(set(keys)) > 20
    assert [one["at"] for one in found] == sorted((one["at"] for one in found), reverse=True)
    for one in found:
        assert Decimal(one["spent"]) * 100 >= one["threshold_percent"] * Decimal(one["amount"])
    assert len(other("budget", "alerts", *OCTOBER, "--csv").out.splitlines()) == len(found) + 1
    assert "▲ 90 %" in other("budget", "alerts", *OCTOBER).out


def test_a_ladder_is_tried_without_changing_the_budget(other: Cli) -> None:
    new(other, "--step", "100=end")
    before = other("budget", "show", "pro", "--text").out
    found = other("budget", "ladder", "pro", *OCTOBER, "--json").json
    saved = sum(Decimal(one["saved"]) for one in found["steps"])
    assert saved == Decimal(found["saved"]) > 0
    assert Decimal(found["cost_today"]) - saved == Decimal(found["cost_with_ladder"])
    tried = other(
        "budget", "ladder", "pro", *OCTOBER, "--step", "70=downgrade", "--small-model",
        "claude-haiku-4-5",
    )  # fmt: skip
    assert tried.code == 0
    assert "a smaller model: claude-haiku-4-5" in tried.out
    assert "70 % smaller model" in tried.out
    assert other("budget", "show", "pro", "--text").out == before
    rows = other("budget", "ladder", "pro", *OCTOBER, "--csv").out.splitlines()
    assert len(rows) == found["touched"] + 1


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("new", "x"), "--price with --margin and --expected, or --amount"),
        (("new", "x", "--price", "19"), "--expected is missing"),
        (("new", "x", "--price", "1", "--amount", "1"), "choose one"),
        (("new", "x", "--amount", "lots"), "--amount is no number: 'lots'"),
        (("new", "x", "--amount", "1", "--scope", "pro"), "no SEGMENT=VALUE"),
        (("new", "x", "--amount", "1", "--at", "70;90"), "Write 70,90,100"),
        (("new", "x", "--amount", "1", "--step", "70=pray"), "must be one of drop_retrieval"),
        (("new", "x", "--amount", "1", "--step", "70=refuse"), '"refuse_tools"? Write 70='),
        (
            ("new", "x", "--price", "9", "--expected", "6", "--margin", "120%"),
            "--margin is no share of the price: '120%'. Write 70%",
        ),
        (("new", "x", "--amount", "1", "--step", "70=end,80=end"), "names an action twice"),
        (("new", "x", "--amount", "1", "--since", "soon"), "--since is no day"),
        (("new", "x", "--file", "no.toml", "--amount", "1"), "leave the other options out"),
        (("new", "x", "--file", "no.toml"), "no.toml: there is no such file"),
        (("edit", "pro"), "say what is to change"),
        (("show", "prp"), "did you mean pro?"),
        (("check", "--month", "2026-10", "--since", "7d"), "leave --since and --until out"),
        (("ladder", "pro", "--small-model", "2"), "a part from 0 to 1"),
        (("bring-back", "pro"), "nothing has to be brought back"),
    ],
)
def test_wrong_use_is_told_with_the_way_out(
    cli: Cli, arguments: tuple[str, ...], says: str
) -> None:
    new(cli)
    answer = cli("budget", *arguments)
    assert answer.code == 2
    assert says in answer.err


def test_what_cannot_be_is_refused_with_the_key(cli: Cli) -> None:
    for arguments, says in (
        (("--amount", "1", "--scope", "teir=pro"), 'did you mean "tier"?'),
        (("--amount", "1", "--currency", "US$"), "must be a code of ISO 4217"),
        (("--price", "1", "--margin", "70", "--expected", "1"), "Write 70% or 0.70"),
    ):
        answer = cli("budget", "new", "x", *arguments)
        assert answer.code == 2
        assert says in answer.err
    assert "There are no budgets yet." in cli("budget", "list").out


def test_a_budget_is_edited_removed_and_brought_back(cli: Cli, tmp_path: Path) -> None:
    new(cli, "--scope", "tier=pro", "--step", "90=downgrade", "--small-model", "0.3")
    assert "$1.45 a conversation" in cli("budget", "edit", "pro", "--price", "29").out
    shown = cli("budget", "show", "pro").out
    assert "tier pro · machine cost" in shown
    assert "ladder: 90 % smaller model" in shown
    assert "a smaller model: 30 % of the cost" in shown
    file = tmp_path / "pro.toml"
    file.write_text(cli("budget", "show", "pro", "--text").out.replace("29", "9"), "utf-8")
    assert "$0.45 a conversation" in cli("budget", "edit", "pro", "--file", str(file)).out
    assert "$0.50 a conversation" in cli("budget", "edit", "pro", "--amount", "0.50").out

    assert "bring-back pro" in cli("budget", "remove", "pro").out
    assert cli("budget", "show", "pro").code == 2
    assert "removed" in cli("budget", "list", "--removed").out
    assert cli("budget", "bring-back", "pro").code == 0
    assert cli("budget", "list", "--json").json["budgets"][0]["per_conversation"] == "0.5"
    assert cli("budget", "list", "--csv").out.splitlines()[1].startswith("pro,USD,0.5,")


def test_show_says_the_place_in_a_budget_and_nothing_without_one(other: Cli) -> None:
    name = next(
        row["conversation"]
        for row in other("report", "--by", "conversation", "--json", "--no-sync").json["rows"]
        if Decimal(row["list_cost_usd"] or 0) > 1
    )
    plain = other("show", name, "--no-sync")
    assert "\nbudget " not in plain.out
    assert "full cost" not in plain.out
    new(other)
    placed = other("show", name, "--no-sync").out
    assert "\nbudget        pro: " in placed
    assert "◆ 100 % reached" in placed
    (found,) = other("show", name, "--no-sync", "--json").json["full"]["budgets"]
    assert (found["budget"], found["over"]) == ("pro", True)
