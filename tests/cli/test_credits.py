"""`credits`: what is left and until when, the ledger, bookings by hand, statements, alerts."""

from __future__ import annotations

import csv
import io
import json
import os
import signal
import sqlite3
import subprocess
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from convledger import clock
from tests.cli.conftest import Cli
from tests.cli.plans import NOW, in_use, plan_text, put
from tests.ingest import logs


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


def windows(cli: Cli, since: str, until: str) -> int:
    """Return how many conversations there were: none of them is silent for half an hour."""
    found = cli("report", "--since", since, "--until", until, "--json", "--no-sync").json
    return int(found["total"]["conversations"])


def workspace_file(cli: Cli) -> Path:
    return Path(cli("plan", "path").out.strip()).parent / "ledger.db"


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


def test_a_statement_adds_up_to_what_is_due(studio: Cli) -> None:
    (live,) = studio("credits", "statement", "--json").json["statements"]

    assert live["state"] == "live"
    assert sum(Decimal(line["money"]) for line in live["lines"]) == Decimal(live["due"])
    used = windows(studio, "2026-11-01", "2026-11-20")
    assert live["sums"]["units"] == {"conversation": str(used)}
    table = studio("credits", "statement").out
    assert "2026-11 · live, so far" in table
    assert "projected: $" in table


def test_a_period_that_is_over_is_frozen_with_its_digest(studio: Cli) -> None:
    table = studio("credits", "statement", "--period", "last").out
    (settled,) = studio("credits", "statement", "--period", "2026-10", "--json").json["statements"]

    assert settled["state"] == "settled"
    assert "2026-10 · settled" in table
    (digest,) = rows(studio, "SELECT digest FROM statement")[0]
    assert f"2026-10 is frozen; digest {digest}" in table
    assert len(studio("credits", "statement", "--period", "all", "--json").json["statements"]) == 2
    wrong = studio("credits", "statement", "--period", "2026-09")
    assert wrong.code == 2
    assert "Periods are: 2026-10, 2026-11" in wrong.err


def rows(cli: Cli, query: str) -> list[Any]:
    connection = sqlite3.connect(workspace_file(cli))
    try:
        return connection.execute(query).fetchall()
    finally:
        connection.close()


def test_a_statement_that_was_altered_is_told(studio: Cli) -> None:
    connection = sqlite3.connect(workspace_file(studio))
    connection.execute(
        "UPDATE statement SET content=cast(replace(content, '\"studio\"', '\"Studio\"') AS BLOB)"
    )
    connection.commit()
    connection.close()

    answer = studio("credits", "statement", "--period", "last")

    assert answer.code == 1
    assert "The frozen statement of 2026-10 was altered" in answer.err
    assert "was altered; its digest was" in answer.out


def test_a_statement_that_can_not_be_read_ends_in_words(studio: Cli) -> None:
    connection = sqlite3.connect(workspace_file(studio))
    connection.execute("UPDATE statement SET content=cast('{' AS BLOB)")
    connection.commit()
    connection.close()

    assert studio("credits", "statement").code == 1
    answer = studio("credits")
    assert answer.code == 1
    assert "2026-10 is damaged" in answer.err


def late_log(home: Path) -> None:
    """Leave a log of a conversation in October, found in November."""
    logs.START = logs.START.replace(month=10)
    try:
        lines = [logs.prompt(1), logs.reply(1), logs.prompt(200), logs.reply(200)]
    finally:
        logs.START = logs.START.replace(month=11)
    folder = home / ".claude" / "projects" / "-home-ana-bakery"
    folder.mkdir(parents=True)
    (folder / f"{logs.session()}.jsonl").write_bytes(b"".join(lines))


def test_late_facts_leave_a_closed_period_as_it_is(
    other: Cli, history: Path, tmp_path: Path
) -> None:
    in_use(other, tmp_path, included=37)
    before = other("credits", "statement", "--period", "2026-10", "--json").out
    late_log(history)
    assert other("import").code == 0

    after = other("credits", "statement", "--period", "2026-10", "--json").out
    both = other("credits", "statement", "--period", "2026-10", "--restate", "--json")
    said = other("credits", "statement", "--period", "2026-10", "--restate").out
    entries = other("credits", "ledger", "--json").json["entries"]

    assert after == before
    settled, restated = both.json["statements"]
    assert [settled["state"], restated["state"]] == ["settled", "restated"]
    counted = [int(one["sums"]["units"]["conversation"]) for one in (settled, restated)]
    assert counted[1] == counted[0] + 2
    assert "settled to restated: +$0.50, +2 credits used" in said
    (late,) = [entry for entry in entries if entry["what"] == "late, usage"]
    assert (late["day"], late["credits"]) == ("2026-11-01", "-2")


@pytest.mark.parametrize("form", ["csv", "json", "focus", "hledger", "beancount", "table"])
def test_statements_leave_in_every_form(studio: Cli, tmp_path: Path, form: str) -> None:
    place = tmp_path / "out"
    printed = studio("credits", "statement", "--period", "last", "--format", form)

    written = studio(
        "credits", "statement", "--period", "last", "--format", form, "--output", str(place)
    )

    assert written.out == ""
    assert "1 statement in" in written.err
    assert printed.out.startswith(place.read_text("utf-8"))
    if os.name != "nt":
        assert place.stat().st_mode & 0o777 == 0o600
    again = studio("credits", "statement", "--format", form, "--output", str(place))
    assert again.code == 2
    assert "--force" in again.err


def test_books_take_one_view_of_a_period(studio: Cli) -> None:
    answer = studio(
        "credits", "statement", "--period", "2026-10", "--restate", "--format", "hledger"
    )

    assert answer.code == 0
    assert "restated ones alone" in answer.err
    assert "settled" not in answer.out


def test_two_forms_at_once_are_refused(studio: Cli) -> None:
    assert studio("credits", "--json", "--csv").code == 2
    assert studio("credits", "statement", "--json", "--format", "focus").code == 2


def test_an_alert_is_given_once(other: Cli, tmp_path: Path) -> None:
    assert other("plan", "add", put(tmp_path, plan_text())).code == 0

    first = other("plan", "use", "studio")
    again = other("credits")
    listed = other("credits", "alerts", "--json").json["alerts"]

    used = windows(other, "2026-11-01", "2026-11-20")
    assert f"▲ 90 % of Included credits: {used} of 40 credits (studio)" in first.err
    assert "△ 70 %" not in first.err  # the highest says it all
    assert "%" not in again.err
    assert [each["threshold_percent"] for each in listed] == [90, 70]
    assert listed[0]["used"] == str(used)
    assert len(list(csv.DictReader(io.StringIO(other("credits", "alerts", "--csv").out)))) == 2


def test_the_prompt_shows_credits_and_the_alert(studio: Cli) -> None:
    line = studio("status").out
    plan = studio("status", "--json").json["plan"]
    balance = studio("credits", "--json").json["pools"][0]["live"]["balance"]

    assert line.count("\n") == 1
    assert f" · credits {balance} until " in line
    assert line.rstrip().endswith(" · ▲ 90 % Included credits")
    assert plan["credits"]["balance"] == balance
    assert plan["alert"]["threshold_percent"] == 90
    assert plan["live_total"] == "79"


def test_a_muted_alert_is_off_the_prompt_with_those_below_it(studio: Cli) -> None:
    assert studio("credits", "alerts", "--mute", "2").code == 0

    assert "▲" not in studio("status").out
    assert "off the prompt" in studio("credits", "alerts").out
    assert studio("credits", "alerts", "--mute", "99").code == 2


def test_the_prompt_says_nothing_of_a_period_that_is_over(
    studio: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("time.time", lambda: NOW / 10**6 + 20 * 86_400)

    assert "credits" not in studio("status").out
    assert studio("status", "--json").json["plan"] is None


def test_an_import_tells_what_it_makes_of_the_plan(
    own_home: Path, history: Path, cli: Cli, tmp_path: Path
) -> None:
    assert cli("plan", "add", put(tmp_path, plan_text(included=1))).code == 0
    assert cli("plan", "use", "studio", "--no-sync").code == 0

    answer = cli("import")

    assert "◆ 100 % of Included credits: " in answer.out
    late_log(history)
    again = cli("import", "--json")
    assert again.json["alerts"] == []
    assert again.json["calls"] == 2


def test_an_import_in_json_lists_alerts_and_closed_periods(
    history: Path, cli: Cli, tmp_path: Path
) -> None:
    assert cli("plan", "add", put(tmp_path, plan_text())).code == 0
    assert cli("plan", "use", "studio", "--no-sync").code == 0

    document = cli("import", "--json").json

    assert [each["threshold_percent"] for each in document["alerts"]] == [70, 90]
    assert document["alerts"][0]["measure"] == "credits"


@pytest.mark.skipif(os.name == "nt", reason="signals differ")
def test_watch_tells_alerts_as_they_are_reached(history: Path, cli: Cli, tmp_path: Path) -> None:
    text = plan_text().replace('on = "allowance"', 'on = "balance"').replace("70, 90, 100", "1")
    text = text.replace('expires = "period_end"', 'expires = "never"')
    assert cli("plan", "add", put(tmp_path, text)).code == 0
    assert cli("plan", "use", "studio", "--no-sync").code == 0
    process = subprocess.Popen(
        [sys.executable, "-m", "convledger", "watch", "--json"],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    try:
        first = json.loads(process.stdout.readline())
        second = json.loads(process.stdout.readline())
    finally:
        process.send_signal(signal.SIGINT)
        process.stdout.close()
        process.wait(20)

    assert first["calls"] == 807
    assert second["alert"]["threshold_percent"] == 1


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
