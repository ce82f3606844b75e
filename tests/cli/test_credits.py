"""`credits`: what is left and until when, the ledger, and bookings by hand."""

from __future__ import annotations

import csv
import io
from decimal import Decimal
from pathlib import Path

import pytest

from tests.cli.conftest import Cli
from tests.cli.plans import in_use
from tests.cli.spent import windows

pytestmark = pytest.mark.usefixtures("on_the_20th")


def test_without_a_plan_the_way_out_is_said(other: Cli) -> None:
    answer = other("credits")

    assert answer.code == 2
    assert "convledger plan use NAME" in answer.err


def test_the_balance_is_what_was_granted_less_what_was_used(studio: Cli) -> None:
    document = studio("credits", "--json").json

    (pool,) = document["pools"]
    used = windows(studio, "2026-11-01", "2026-11-20")
    assert document["plan"] == "studio"
    assert document["period"] == "2026-11"
    assert pool["live"]["used_this_period"] == str(used)
    assert pool["live"]["balance"] == pool["live"]["available"] == str(40 - used)
    (lot,) = pool["live"]["lots"]
    assert (lot["lot"], lot["amount"], lot["left"]) == ("included", "40", str(40 - used))
    assert lot["expires_at"] == "2026-12-01T00:00:00Z"


def test_each_figure_says_whether_it_is_settled_live_or_projected(studio: Cli) -> None:
    document = studio("credits", "--json").json
    lines = studio("credits").out.splitlines()

    assert document["due"]["settled_period"] == "2026-10"
    assert document["due"]["settled"] == "79"
    heading = next(line for line in lines if "settled, 2026-10" in line)
    assert "live, 2026-11" in heading
    assert "projected, at its end" in heading
    due = next(line for line in lines if line.startswith("due")).split()
    assert due[1:] == [
        f"${Decimal(document['due'][name]):.2f}" for name in ("settled", "live", "projected")
    ]
    for name in ("available", "used this period"):
        assert next(line for line in lines if line.startswith(name)).endswith("live")
    assert "(projected, " in next(line for line in lines if line.startswith("runway"))


def test_the_runway_is_the_balance_at_the_burn_of_the_last_days(studio: Cli) -> None:
    ahead = studio("credits", "runway", "--json").json["pools"][0]

    burnt = windows(studio, "2026-10-24", "2026-11-20")
    assert Decimal(ahead["burn_per_day_28_days"]) < Decimal(burnt + 1) / 28
    assert Decimal(ahead["burn_per_day_28_days"]) > Decimal(burnt - 4) / 28
    assert ahead["confidence"] in ("medium", "high")
    assert ahead["runs_out_at"] < ahead["next_grant_at"] == "2026-12-01T00:00:00Z"
    assert ahead["survives_to_reset"] is False
    short, price = Decimal(ahead["short"]), Decimal(ahead["short_costs"])
    assert short > 0
    assert abs(price - short * Decimal("0.25")) < Decimal("0.000001")
    said = studio("credits", "runway").out
    assert "+40 on 2026-12-01" in said
    assert f"${price:.2f} (projected)" in said


def test_what_lasts_to_the_reset_says_what_goes_unused(other: Cli, tmp_path: Path) -> None:
    in_use(other, tmp_path, included=400)

    said = other("credits").out
    ahead = other("credits", "runway", "--json").json["pools"][0]

    assert ahead["survives_to_reset"] is True
    assert ahead["short"] == "0"
    assert ahead["expire_unused"][0]["at"] == "2026-12-01T00:00:00Z"
    assert "they last to +400 on 2026-12-01" in said
    assert "of included expire on 2026-12-01 (projected)" in said


def test_lots_are_rows_for_programs(studio: Cli) -> None:
    assert studio("credits", "top-up").code == 0

    rows = list(csv.DictReader(io.StringIO(studio("credits", "--csv").out)))

    assert [row["lot"] for row in rows] == ["included", "top-up"]
    assert rows[1]["left"] == "100"
    assert rows[1]["number"] == "1"


def test_the_ledger_tells_each_day_and_adds_up(studio: Cli) -> None:
    entries = studio("credits", "ledger", "--json").json["entries"]

    assert [entry["at"] for entry in entries] == sorted(
        (entry["at"] for entry in entries), reverse=True
    )
    moved = [entry for entry in entries if entry["changes_balance"]]
    assert sum(Decimal(entry["credits"]) for entry in moved) == Decimal(entries[0]["balance"])
    days = [entry["day"] for entry in entries if entry["kind"] == "use"]
    assert len(days) == len(set(days))
    november = [e for e in moved if e["day"] >= "2026-11" and e["kind"] == "use"]
    used = windows(studio, "2026-11-01", "2026-11-20")
    assert -sum(Decimal(entry["credits"]) for entry in november) == used


def test_each_entry_names_its_conversation(studio: Cli) -> None:
    entries = studio("credits", "ledger", "--each", "--json").json["entries"]
    use = next(entry for entry in entries if entry["kind"] == "use")

    shown = studio("show", use["conversation"])

    assert use["credits"] == "-1"
    assert shown.code == 0
    table = studio("credits", "ledger", "--each", "--limit", "3").out
    assert use["conversation"][:8] in table
    assert "more: `--limit " in table


def test_what_expired_unused_is_an_entry(other: Cli, tmp_path: Path) -> None:
    in_use(other, tmp_path, included=400)

    entries = other("credits", "ledger", "--json").json["entries"]

    (expired,) = [entry for entry in entries if entry["kind"] == "expire"]
    used = windows(other, "2026-10-01", "2026-10-31")
    assert expired["credits"] == str(used - 400)


def test_a_pack_is_booked_and_taken_back(studio: Cli) -> None:
    before = Decimal(studio("credits", "--json").json["pools"][0]["live"]["balance"])

    booked = studio("credits", "top-up", "--note", "card ending 11", "--json").json
    after = studio("credits", "--json").json
    undone = studio("credits", "undo", str(booked["number"]))

    assert (booked["credits"], booked["price"], booked["currency"]) == ("100", "20", "USD")
    assert booked["expires_at"].startswith("2027-11-20")
    assert Decimal(after["pools"][0]["live"]["balance"]) == before + 100
    assert after["due"]["live"] == "99"
    assert undone.code == 0
    assert studio("credits", "--json").json["due"]["live"] == "79"
    again = studio("credits", "undo", str(booked["number"]))
    assert again.code == 2
    assert "taken back already" in again.err


def test_any_amount_can_be_booked(studio: Cli) -> None:
    answer = studio(
        "credits", "top-up", "--amount", "12.5", "--price", "3.75", "--expires", "2026-12-31"
    )

    assert "+12.5 credits for $3.75, expiring 2027-01-01" in answer.out
    document = studio("credits", "--json").json
    assert document["pools"][0]["live"]["lots"][1]["expires_at"] == "2027-01-01T00:00:00Z"
    for wrong in (
        ("--amount", "0"),
        ("--amount", "-5"),
        ("--amount", "NaN"),
        ("--amount", "1e99"),
        ("--amount", "five"),
        ("--pack", "pack-9"),
        ("--amount", "5", "--expires", "2026-11-01"),
        ("--amount", "5", "--at", "2027-01-01"),
    ):
        refused = studio("credits", "top-up", *wrong)
        assert refused.code == 2, wrong
        assert refused.out == ""


def test_an_adjustment_has_a_sign(studio: Cli) -> None:
    def left() -> Decimal:
        return Decimal(studio("credits", "--json").json["pools"][0]["live"]["balance"])

    before = left()

    assert studio("credits", "adjust", "-2", "--note", "their count").code == 0
    assert left() == before - 2
    assert studio("credits", "adjust", "+0.5").code == 0
    assert left() == before - Decimal("1.5")
    assert studio("credits", "adjust", "0").code == 2
    entries = studio("credits", "ledger", "--json").json["entries"]
    numbers = {entry["number"] for entry in entries if entry["number"]}
    assert numbers == {1, 2}


def test_a_mistyped_command_is_not_taken_for_a_plan_in_silence(studio: Cli) -> None:
    answer = studio("credits", "leger")

    assert answer.code == 2
    assert "no plan 'leger'" in answer.err
    assert "did you mean `ledger`?" in answer.err


def test_a_plan_that_bills_money_has_no_credits(other: Cli) -> None:
    assert other("plan", "use", "five-hour-and-weekly").code == 0
    assert other("plan", "use", "split-chat-sessions").code == 0

    answer = other("credits")

    assert answer.code == 0
    assert "This plan has no credits" in answer.out
    assert Decimal(other("credits", "--json").json["due"]["live"]) > 0


def test_limits_are_told_beside_the_credits(other: Cli) -> None:
    assert other("plan", "use", "five-hour-and-weekly").code == 0

    document = other("credits", "--json").json
    said = other("credits").out

    weekly = next(each for each in document["limits"] if each["limit"] == "weekly")
    spent = other("report", "--since", "7d", "--json", "--no-sync").json["total"]["list_cost_usd"]
    assert weekly["cap"] == "300"
    assert abs(Decimal(weekly["used"]) - Decimal(spent)) < 3  # the last day was not over
    assert f"limit weekly       ${Decimal(weekly['used']):.2f} of $300.00" in said


@pytest.mark.parametrize("example", ["five-hour-and-weekly", "two-usage-pools", "feature-credits"])
def test_every_kind_of_plan_can_be_asked(other: Cli, example: str) -> None:
    assert other("plan", "use", example).code == 0

    for words in (
        ("credits",),
        ("credits", "--json"),
        ("credits", "runway"),
        ("credits", "ledger", "--each", "--limit", "5"),
        ("credits", "statement", "--period", "all"),
        ("credits", "alerts"),
        ("status",),
    ):
        assert other(*words).code == 0, words


def test_output_is_plain_where_it_is_no_terminal(studio: Cli) -> None:
    for words in (("plan",), ("credits",), ("credits", "statement"), ("compare", "studio")):
        assert "\x1b" not in studio(*words).out
