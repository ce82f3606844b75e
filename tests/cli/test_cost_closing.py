"""`cost close` and `cost open`: a month that is closed stays as it is, whatever comes later.

October at a desk (`tests.cli.desk`) comes to $9.845; a fourth conversation of it, read after it
was closed, has one turn: $0.015.
"""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from convledger import clock
from tests.cli.conftest import Cli
from tests.cli.desk import add_costs, document, log_october, said, steps
from tests.cli.plans import NOW
from tests.ingest import logs

NOVEMBER = ("economics", "--month", "2026-11", "--no-sync")


@pytest.fixture
def desk(cli: Cli, own_home: Path, monkeypatch: pytest.MonkeyPatch) -> Cli:
    """Return the command line over October, on 20 November."""
    monkeypatch.setattr(clock, "now_us", lambda: NOW)
    monkeypatch.setenv("TZ", "UTC")
    log_october(cli, own_home, monkeypatch)
    add_costs()
    return cli


def read_late(cli: Cli, home: Path) -> None:
    """Read one more conversation of October."""
    late = logs.session(4)
    content = logs.prompt(401, of=late) + logs.reply(401, output=980, of=late)
    (home / ".claude" / "projects" / "-home-ana-bakery" / f"{late}.jsonl").write_bytes(content)
    assert cli("import").code == 0


def without_notes(found: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in found.items() if name != "notes"}


def test_a_closed_month_stays_as_it_is_when_a_conversation_comes_late(
    desk: Cli, own_home: Path
) -> None:
    answer = desk("cost", "close", "2026-10")
    assert "Closed: costs up to October 2026, 3 conversations and 2 periods" in said(answer)
    before = document(desk)
    assert before["closed"] is True
    assert steps(before)["full"] == "9.845"
    read_late(desk, own_home)

    after = document(desk)
    assert without_notes(after) == without_notes(before)
    assert any("1 conversation came in after October 2026 was closed" in note["text"]
               for note in after["notes"])  # fmt: skip


def test_the_open_month_says_what_has_changed(desk: Cli, own_home: Path) -> None:
    desk("cost", "close", "2026-10")
    read_late(desk, own_home)

    found = desk(*NOVEMBER, "--json", "--ids", "--by", "client").json
    assert (steps(found)["adjustments"], steps(found)["full"]) == ("0.015", "0.015")
    changed = {(each["part"], each["name"]): each for each in found["adjustments"]}
    assert {each["month"] for each in found["adjustments"]} == {"2026-10"}
    assert changed["list", None]["amount"] == "0.015"
    assert changed["infrastructure", "the infrastructure"]["amount"] == "0"
    assert changed["infrastructure", "the infrastructure"]["conversations"] == 4
    assert changed["revenue", "the revenue"]["amount"] == "0"
    rows = {row["client"]: row["adjustments"] for row in found["table"]["rows"]}
    assert rows == {"acme": "-0.5", "(none)": "0.515"}
    assert found["table"]["total"]["adjustments"] == "0.015"
    assert sum(row["conversations"] for row in found["table"]["rows"]) == 0

    text = said(desk(*NOVEMBER))
    assert "Closed months, adjusted +$0.02" in text
    assert "adjustment of October 2026, the infrastructure: divided anew" in text


def test_both_months_together_come_to_what_would_be_divided_now(desk: Cli, own_home: Path) -> None:
    desk("cost", "close", "2026-10")
    read_late(desk, own_home)
    whole = desk(
        "economics", "--since", "2026-10-01", "--until", "2026-11-30", "--no-sync", "--json"
    ).json
    assert "adjustments" not in steps(whole)
    assert whole["conversations"] == 4
    parts = [steps(document(desk)), steps(desk(*NOVEMBER, "--json").json)]
    assert sum(Decimal(each["full"]) for each in parts) == Decimal(steps(whole)["full"])


def test_changes_in_a_closed_month_are_allowed_and_told(desk: Cli) -> None:
    told = "October 2026 is closed: the difference counts as an adjustment in November 2026."
    assert told not in desk("cost", "edit", "1", "--amount", "4").err
    desk("cost", "close", "2026-10")
    assert told in desk("cost", "edit", "3", "--amount", "6").err
    assert told in desk("cost", "add", "tool", "Search", "1", "--on", "2026-10-14").err
    assert told in desk("cost", "time", "add", logs.session(1), "6", "--on", "2026-11-02").err
    assert told in desk("cost", "hourly", "30", "--since", "2026-10-01").err
    assert told in desk("cost", "rate", "EUR", "USD", "1.1", "--since", "2026-10-01").err
    assert told in desk("cost", "minutes", "--hand-off", "12").err
    assert told in desk("cost", "undo").err
    assert told not in desk("cost", "add", "tool", "Search", "1", "--on", "2026-11-14").err
    found = desk(*NOVEMBER, "--json").json
    by_name: dict[str, Decimal] = {}
    for each in found["adjustments"]:
        name = each["name"] or each["part"]
        by_name[name] = by_name.get(name, Decimal(0)) + Decimal(each["amount"])
    # 12 minutes at $32.50 an hour are now at $30, and 6 more of Ana's conversation.
    assert by_name == {"Search": 1, "the infrastructure": 2, "people": Decimal("2.5")}


def test_who_bears_a_cost_now_is_told_apart_from_what_was_closed(desk: Cli) -> None:
    told = "October 2026 is closed: up to then economics has it as it was divided"
    assert told not in said(desk("cost", "show", "1"))
    desk("cost", "close", "2026-10")
    assert told in said(desk("cost", "show", "1"))


def test_closings_are_listed_and_taken_back(desk: Cli) -> None:
    assert "No month is closed" in desk("cost", "close", "--list").out
    desk("cost", "close", "2026-09")
    desk("cost", "close", "2026-10")
    listed = desk("cost", "close", "--list", "--json").json["closed"]
    assert [(each["month"], each["conversations"]) for each in listed] == [
        ("2026-09", 0),
        ("2026-10", 3),
    ]
    assert "October 2026" in desk("cost", "close", "--list").out
    assert "Open again: costs from October 2026 up to October 2026" in desk("cost", "open").out
    assert len(desk("cost", "close", "--list", "--json").json["closed"]) == 1
    assert "Taken back: the opening of months." in desk("cost", "undo").out
    assert len(desk("cost", "close", "--list", "--json").json["closed"]) == 2


@pytest.mark.parametrize(
    ("command", "problem"),
    [
        (("close", "2026-11"), "November 2026 is not over: only months that are can be closed"),
        (("close", "2026-10-14"), "is no month: write it like 2026-10"),
        (("close", "2026-10", "--list"), "--list goes without a month"),
        (("open", "2026-10"), "no month is closed"),
    ],
)
def test_what_can_not_be_closed_or_opened_is_said(
    desk: Cli, command: tuple[str, ...], problem: str
) -> None:
    answer = desk("cost", *command)
    assert answer.code == 2
    assert problem in answer.err
