"""Alerts of credits, and where they are told: on asking, in the prompt, by import and watch."""

from __future__ import annotations

import csv
import io
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import Cli
from tests.cli.plans import NOW, plan_text, put
from tests.cli.spent import late_log, windows

pytestmark = pytest.mark.usefixtures("on_the_20th")


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
