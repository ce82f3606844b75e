"""Costs beside tokens by command: entered, divided, changed, taken back."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from tests.cli.conftest import Cli

pytestmark = pytest.mark.usefixtures("on_the_20th")
SEATS = ("cost", "add", "subscription", "Seats", "100", "--on", "2026-10")


@pytest.fixture
def books(other: Cli, monkeypatch: pytest.MonkeyPatch) -> Cli:
    monkeypatch.setenv("TZ", "UTC")
    return other


def listed(cli: Cli, *more: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = cli("cost", "list", "--json", *more).json["costs"]
    return found


def opened(cli: Cli, count: int = 2) -> list[str]:
    """Return conversations of October by id."""
    assert cli(*SEATS).code == 0
    borne = cli("cost", "show", "1", "--json").json["borne"]
    assert cli("cost", "undo").code == 0
    return [each["conversation"] for each in borne[:count]]


def test_a_cost_is_entered_listed_and_borne_to_the_last_unit(books: Cli) -> None:
    answer = books(*SEATS)
    assert "Entered as number 1: subscription Seats, $100.00, 2026-10-01 – 2026-10-31" in answer.out
    assert "cost undo" in answer.err
    (cost,) = listed(books)
    assert (cost["kind"], cost["amount"], cost["since"], cost["until"]) == (
        "subscription", "100", "2026-10-01", "2026-10-31",
    )  # fmt: skip
    shown = books("cost", "show", "1", "--json").json
    assert len(shown["borne"]) == 36
    assert sum(Decimal(each["amount"]) for each in shown["borne"]) == 100
    assert shown["unallocated"] == "0"
    assert "33 more" not in books("cost", "show", "1", "--all").out
    assert "16 more" in books("cost", "show", "1").out


@pytest.mark.parametrize("rule", ["equal", "tokens", "time", "cost", "messages"])
@pytest.mark.parametrize("amount", ["0.000000000001", "-7.333333333333", "100"])
def test_parts_add_up_exactly_whatever_the_rule(books: Cli, rule: str, amount: str) -> None:
    answer = books("cost", "add", "tool", "x", amount, "--on", "2026-10", "--rule", rule, "--json")
    shown = books("cost", "show", str(answer.json["number"]), "--json").json
    assert sum(Decimal(each["amount"]) for each in shown["borne"]) == Decimal(amount)


def test_by_hand_the_named_bear_it_by_their_weights(books: Cli) -> None:
    first, second = opened(books)
    assert books(
        "cost", "add", "retrieval", "Index", "9", "--on", "2026-10",
        "--conversation", f"{first}=60%", "--conversation", f"{second}=30%",
    ).code == 0  # fmt: skip
    shown = books("cost", "show", "2", "--json").json
    assert shown["rule"] == "hand"
    assert {each["conversation"]: each["amount"] for each in shown["borne"]} == {
        first: "6", second: "3",
    }  # fmt: skip


def test_a_month_that_is_not_over_bears_the_days_so_far(books: Cli) -> None:
    books("cost", "add", "infrastructure", "Server", "30", "--every", "month", "--since",
          "2026-11-01")  # fmt: skip
    shown = books("cost", "show", "1", "--json").json
    assert (shown["due"], shown["until"], shown["every"]) == ("20", None, "month")
    (cost,) = listed(books, "--month", "2026-11")
    assert cost["due"] == "20"
    assert listed(books, "--month", "2026-10") == []


def test_a_29th_of_february_comes_again_on_the_28th(books: Cli) -> None:
    books("cost", "add", "other", "Leap", "366", "--every", "year", "--since", "2024-02-29")
    periods = books("cost", "show", "1", "--json").json["periods"]
    assert [each["since"] for each in periods] == ["2024-02-29", "2025-02-28", "2026-02-28"]
    assert [each["due"] for each in periods[:2]] == ["366", "366"]


def test_what_nobody_bears_is_told_with_the_reason(books: Cli) -> None:
    books("cost", "add", "tool", "Early", "5", "--on", "2024-02-29")
    books("cost", "add", "tool", "Other", "6", "--on", "2026-10-14", "--client", "nobody")
    books("cost", "add", "tool", "Euro", "7", "--on", "2026-10-14", "--currency", "EUR",
          "--client", "nobody")  # fmt: skip
    found = books("cost", "unallocated", "--month", "2024-02", "--json").json["unallocated"]
    assert [(each["amount"], each["why"]) for each in found] == [
        ("5", "no conversation opened in that time")
    ]
    answer = books("cost", "unallocated", "--month", "2026-10")
    assert "none of the conversations that it is for" in answer.out
    assert "cost rate EUR USD RATE --since DAY" in answer.err
    found = books("cost", "unallocated", "--month", "2026-10", "--json").json["unallocated"]
    assert [each["amount"] for each in found] == ["6", None]
    books("cost", "rate", "EUR", "USD", "2", "--since", "2026-10-01")
    found = books("cost", "unallocated", "--month", "2026-10", "--json").json["unallocated"]
    assert [each["amount"] for each in found] == ["6", "14"]


def test_an_edit_keeps_the_old_row_and_undo_gives_it_back(books: Cli) -> None:
    books(*SEATS)
    assert "1 is now number 2" in books("cost", "edit", "1", "--amount", "120").out
    assert [cost["number"] for cost in listed(books)] == [2]
    assert [(c["number"], c["is_gone"]) for c in listed(books, "--all")] == [(1, True), (2, False)]
    assert "another number since it was changed" in books("cost", "edit", "1", "--amount", "1").err
    assert books("cost", "undo").code == 0
    assert [cost["amount"] for cost in listed(books)] == ["100"]
    assert books("cost", "edit", "1", "--name", "Seats").code == 2


def test_undo_takes_changes_back_one_after_the_other(books: Cli) -> None:
    books(*SEATS)
    books("cost", "remove", "1")
    books("cost", "hourly", "25", "--since", "2026-01-01")
    books("cost", "hourly", "30", "--since", "2026-01-01", "--overhead", "30%")
    books("cost", "rate", "EUR", "USD", "1.085", "--since", "2026-01-01")
    books("cost", "minutes", "--hand-off", "12")
    books("cost", "undo")
    assert books("cost", "minutes", "--json").json["hand_off_minutes"] is None
    books("cost", "undo")
    assert books("cost", "rate", "--list", "--json").json["rates"] == []
    books("cost", "undo")
    (rate,) = books("cost", "hourly", "--list", "--json").json["hourly"]
    assert (rate["amount"], rate["overhead"]) == ("25", "0")
    books("cost", "undo")
    assert books("cost", "hourly", "--list", "--json").json["hourly"] == []
    books("cost", "undo")
    assert [cost["number"] for cost in listed(books)] == [1]
    books("cost", "undo")
    assert listed(books) == []
    answer = books("cost", "undo")
    assert (answer.code, "nothing was changed" in answer.err) == (2, True)


def test_costs_are_taken_away_and_brought_back_all_or_none(books: Cli) -> None:
    books(*SEATS)
    books(*SEATS)
    assert books("cost", "remove", "1", "9").code == 2
    assert len(listed(books)) == 2
    assert books("cost", "remove", "1", "2").code == 0
    assert "taken away already" in books("cost", "remove", "1").err
    assert "nobody bears it" in books("cost", "show", "1").out
    assert books("cost", "bring-back", "2").code == 0
    assert [cost["number"] for cost in listed(books)] == [2]


def test_people_cost_what_was_entered_and_the_usual_is_estimated(books: Cli) -> None:
    (name,) = opened(books, 1)
    assert "12 min on" in books("cost", "time", "add", name, "12", "--person", "Ada").out
    assert "1 h 32 min in all" in books("cost", "time", "add", name, "1h20m").out
    books("cost", "time", "add", name, "90s", "--on", "2026-10-14")
    found = books("cost", "time", "list", "--json").json["time"]
    assert [(each["minutes"], each["on"]) for each in found] == [
        ("1.5", "2026-10-14"), ("12", "2026-11-20"), ("80", "2026-11-20"),
    ]  # fmt: skip
    assert books("cost", "time", "remove", "1").code == 0
    assert len(books("cost", "time", "list", "--json").json["time"]) == 2
    assert books("cost", "time", "bring-back", "1").code == 0
    assert "Ada" in books("cost", "time").out


def test_an_hour_costs_what_a_month_does_by_its_hours(books: Cli) -> None:
    answer = books("cost", "hourly", "--monthly", "4000", "--hours", "160", "--overhead", "30%")
    assert "an hour costs $25.00 and 30% on top, $32.50" in answer.out
    (rate,) = books("cost", "hourly", "--list", "--json").json["hourly"]
    assert (rate["amount"], rate["overhead"], rate["since"]) == ("25", "0.3", "2026-11-20")
    assert books("cost", "hourly", "--remove", "2026-11-20").code == 0
    assert books("cost", "hourly", "--remove", "2026-11-20").code == 2


def test_usual_minutes_are_said_and_taken_away(books: Cli) -> None:
    answer = books("cost", "minutes", "--hand-off", "12", "--baseline", "9", "--json").json
    assert (answer["hand_off_minutes"], answer["baseline_minutes"]) == ("12", "9")
    assert books("cost", "minutes", "--none", "hand-off").code == 0
    found = books("cost", "minutes", "--json").json
    assert (found["hand_off_minutes"], found["baseline_minutes"]) == (None, "9")


@pytest.mark.parametrize(
    ("words", "way_out"),
    [
        (("add", "subscriptoin", "x", "1"), "did you mean subscription"),
        (("add", "tool", "x", "¥5"), "JPY or CNY"),
        (("add", "tool", "x", "$5", "--currency", "EUR"), "is not in EUR"),
        (("add", "tool", "x", "5", "--currency", "EURO"), "did you mean EUR"),
        (("add", "tool", "x", "1,234"), "two ways"),
        (("add", "tool", "x", "0"), "changes nothing"),
        (("add", "tool", "x", "1e16"), "too large"),
        (("add", "tool", "x", "0.0000000000001"), "more than 12 places"),
        (("add", "tool", "x", "nan"), "no amount"),
        (("add", "tool", "", "5"), "needs a name"),
        (("add", "tool", "x", "5", "--since", "2026-10-02"), "--every month"),
        (("add", "tool", "x", "5", "--until", "2026-10-02"), "--since"),
        (("add", "tool", "x", "5", "--since", "2026-10-02", "--until", "2026-10-01"), "before"),
        (("add", "tool", "x", "5", "--rule", "token"), "did you mean tokens"),
        (("add", "tool", "x", "5", "--rule", "hand"), "--conversation"),
        (("add", "tool", "x", "5", "--rule", "equal", "--conversation", "5d0caad8"), "--rule hand"),
        (("add", "tool", "x", "5", "--conversation", "5d0caad8=0"), "above 0"),
        (("add", "tool", "x", "5", "--conversation", "5d0caad9"), "near it are claude-code:5d0ca"),
        (("time", "add", "5d0caad8", "-5"), "less than nothing"),
        (("time", "add", "5d0caad8", "9999h"), "more than a week"),
        (("time", "add", "5d0caad8", "soon"), "1h20m"),
        (("hourly", "25", "--overhead", "-5%"), "less than nothing"),
        (("hourly", "25", "--overhead", "30"), "30% or 0.30"),
        (("hourly", "--monthly", "4000"), "--hours"),
        (("hourly", "--monthly", "4000", "--hours", "0"), "above 0"),
        (("hourly", "-25"), "less than nothing"),
        (("hourly", "--monthly", "4000", "--hours", "0"), "Write it like 160"),
        (("rate", "EUR", "EUR", "1"), "two currencies"),
        (("rate", "EUR", "USD", "0"), "above 0"),
        (("rate", "EUR", "USD"), "say the rate"),
        (("rate", "EUR", "USD", "--remove", "--since", "2020-01-01"), "no rate of EUR to USD"),
        (("minutes", "--hand-off", "-1"), "less than nothing"),
        (("show", "7"), "cost list --all"),
        (("show", "x"), "no number"),
        (("lst",), "did you mean list"),
    ],
)
def test_what_cannot_be_meant_says_the_way_out(
    books: Cli, words: tuple[str, ...], way_out: str
) -> None:
    answer = books("cost", *words)
    assert answer.code == 2, answer.out
    assert way_out in answer.err
    assert listed(books, "--all") == []


def test_foreign_text_in_names_does_not_act_on_the_screen(books: Cli) -> None:
    books("cost", "add", "tool", "\x1b[31mred\r\n[b]x", "5", "--on", "2026-10", "--note", "\x07")
    for words in (("cost",), ("cost", "show", "1"), ("cost", "list", "--csv")):
        assert "\x1b[31m" not in books(*words).out
    assert books("cost", "list", "--csv").code == 0


def test_a_cost_says_that_who_bore_it_was_erased(books: Cli) -> None:
    first, second = opened(books)
    books("cost", "add", "retrieval", "Index", "9", "--on", "2026-10", "--conversation",
          f"{first}=2", "--conversation", second)  # fmt: skip
    books("cost", "time", "add", first, "12")
    answer = books("erase", "conversation", first, "--yes")
    assert answer.code in (0, 1), answer.err  # 1: the logs still hold it
    shown = books("cost", "show", "2", "--no-sync")
    assert "2 of its 3 weights were erased" in shown.out
    assert "Unallocated: conversations that were named have been erased." in shown.out
    found = books("cost", "show", "2", "--no-sync", "--json").json
    assert (found["unallocated"], found["erased_weight"]) == ("6", 2)
    assert books("cost", "time", "list", "--all", "--json").json["time"] == []
