"""`economics`: October at a desk, every figure worked out by hand.

Three conversations with a model of $3 and $15 a million tokens; each turn is 100 tokens in and 980
out: $0.0003 + $0.0147 = $0.015. Ana's has one turn, Bo's two, and Cy's twenty before a person took
over for 12 minutes at $25 an hour and 30 % on top: $6.50. A server costs $3, revenue is $20.
"""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest

from convledger import clock
from tests.cli.conftest import Cli
from tests.cli.desk import OCTOBER, add_costs, document, log_october, said, steps
from tests.cli.plans import NOW
from tests.ingest import logs


@pytest.fixture(autouse=True)
def on_the_20th_of_november(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let it be long after the logs."""
    monkeypatch.setattr(clock, "now_us", lambda: NOW)


@pytest.fixture
def logged(cli: Cli, own_home: Path, monkeypatch: pytest.MonkeyPatch) -> Cli:
    """Return the command line over three conversations of October."""
    log_october(cli, own_home, monkeypatch)
    return cli


@pytest.fixture
def desk(logged: Cli) -> Cli:
    """Return the same with a server, revenue, an hourly rate and people's minutes."""
    add_costs()
    return logged


def test_the_waterfall_goes_from_list_to_full_cost(desk: Cli) -> None:
    found = document(desk)

    assert found["name"] == "October 2026"
    assert steps(found) == {
        "list": "0.345", "billed": "0.345", "infrastructure": "3", "machine": "3.345",
        "people": "6.5", "full": "9.845",
    }  # fmt: skip
    full = found["waterfall"][-1]
    assert full["per_conversation"] == "3.281666666667"
    assert found["coverage"]["of_calls"] == found["coverage"]["of_tokens"] == "1"
    assert found["coverage"]["calls"] == 23


def test_bot_and_escalated_are_told_apart(desk: Cli) -> None:
    service = document(desk)["service"]
    ways = {way["way"]: way for way in service["ways"]}

    assert (ways["bot"]["cost"], ways["bot"]["per_conversation"]) == ("2.045", "1.0225")
    assert (ways["escalated"]["cost"], ways["escalated"]["people_cost"]) == ("7.8", "6.5")
    assert service["blended"] == "3.281666666667"
    assert service["escalation_multiplier"] == "7.628362"  # 7.8 / 1.0225
    assert service["automation_rate"] == service["containment_rate"] == "0.666667"
    # Nobody has said how those of the bot alone ended: that none was resolved is not known.
    assert (service["escalation_rate"], service["resolution_rate"]) == ("0.333333", None)


def test_what_people_alone_had_cost_is_set_beside_it(desk: Cli) -> None:
    """Nine minutes at $32.50 an hour are $4.875, three times that $14.625."""
    assert document(desk)["return"] == {
        "baseline_minutes": "9", "hourly": "32.5", "baseline": "14.625", "actual": "9.845",
        "savings": "4.78", "roi": "0.485526",
    }  # fmt: skip


def test_margin_is_what_is_left_of_revenue(desk: Cli) -> None:
    revenue = document(desk)["revenue"]

    assert (revenue["amount"], revenue["left"], revenue["margin"]) == ("20", "10.155", "0.50775")
    assert revenue["per_conversation"] == "6.666666666667"


def test_lengths_and_costs_are_spread(desk: Cli) -> None:
    found = document(desk, "--ids")["distribution"]

    messages = found["messages"]
    assert [messages[name] for name in ("p50", "p90", "p99", "mean")] == [
        "4", "40", "40", "15.333333",
    ]  # fmt: skip
    inside = {each["bin"]: each["ids"] for each in messages["histogram"] if each["conversations"]}
    assert {name: ids[0][-1] for name, ids in inside.items()} == {"2–3": "1", "4–7": "2",
                                                                   "32–63": "3"}  # fmt: skip
    assert found["tokens"]["p50"] == "2160"
    # Half a minute to an answer, the next question half a minute later: 39 halves.
    assert (found["minutes"]["p50"], found["minutes"]["p99"]) == ("1.5", "19.5")
    assert (found["cost"]["p50"], found["cost"]["p99"]) == ("1.03", "7.8")


def test_exactly_ten_medians_make_an_outlier_and_it_says_why(desk: Cli) -> None:
    outliers = document(desk)["outliers"]

    assert (outliers["median"], outliers["threshold"], outliers["share"]) == (
        "0.03", "0.3", "0.869565",
    )  # fmt: skip
    (row,) = outliers["found"]
    assert (row["conversation"], row["multiple"]) == (f"claude-code:{logs.session(3)}", "10")
    assert row["why"] == "40 messages, cache missed on 100 % of input"
    assert document(desk, "--outliers", "10.01")["outliers"]["found"] == []


def test_a_user_is_a_multiple_of_the_one_in_the_middle(desk: Cli) -> None:
    users = document(desk)["heavy_users"]

    assert users["median"] == "1.03"
    assert [(user["user"], user["cost"], user["multiple"]) for user in users["users"]] == [
        ("cy", "7.8", "7.572816"), ("bo", "1.03", "1"), ("ana", "1.015", "0.985437"),
    ]  # fmt: skip


def test_context_that_is_sent_again_is_counted_once(desk: Cli) -> None:
    """Each turn sends 100 tokens; in a conversation only the first such hundred is new."""
    found = document(desk)["efficiency"]

    assert found["context"] == {
        "billed_tokens": 2300, "distinct_tokens": 300, "repeated": "7.666667",
    }  # fmt: skip
    assert (found["cache"]["savings_usd"], found["cache"]["hit_rate"]) == ("0", "0")


def test_the_list_cost_is_split_by_component_and_by_model(desk: Cli) -> None:
    found = document(desk, "--components")

    assert {row["component"]: row["list_cost_usd"] for row in found["components"]["rows"]} == {
        "input": "0.0069", "output": "0.3381",
    }  # fmt: skip
    (model,) = found["models"]
    assert (model["model"], model["list_cost"], model["calls"]) == (logs.MODEL, "0.345", 23)


def test_the_pivot_adds_up_and_names_what_has_no_value(desk: Cli) -> None:
    table = document(desk, "--by", "client,source")["table"]

    assert [(row["client"], row["conversations"], row["full_cost"]) for row in table["rows"]] == [
        ("(none)", 1, "7.8"), ("acme", 2, "2.045"),
    ]  # fmt: skip
    assert table["total"]["full_cost"] == "9.845"
    assert (table["rows"][1]["margin"], table["rows"][1]["escalated"]) == ("0.846625", 0)
    lines = [*csv.DictReader(io.StringIO(desk(*OCTOBER, "--by", "client", "--csv").out))]
    assert [(line["client"], line["full_cost"]) for line in lines] == [
        ("(none)", "7.8"), ("acme", "2.045"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("number", "who"),
    [
        ("outliers", [3]),
        ("way:escalated", [3]),
        ("way:bot", [1, 2]),
        ("bin:messages:4", [2]),
        ("bin:messages:2–3", [1]),
        ("segment:acme", [1, 2]),
        ("segment:(none)", [3]),
        ("user:bo", [2]),
        ("part:people", [3]),
        ("part:full", [1, 2, 3]),
        (f"model:{logs.MODEL}", [1, 2, 3]),
        ("component:output", [1, 2, 3]),
        ("unpriced", []),
        ("all", [1, 2, 3]),
    ],
)
def test_each_number_opens_the_conversations_behind_it(
    desk: Cli, number: str, who: list[int]
) -> None:
    answer = desk(*OCTOBER, "--by", "client", "--behind", number, "--ids")

    assert answer.out.split() == [f"claude-code:{logs.session(each)}" for each in who]


def test_two_segments_are_opened_by_both_values(desk: Cli) -> None:
    opened = desk(*OCTOBER, "--by", "client,user", "--behind", "segment:acme,bo", "--json").json[
        "conversations"
    ]

    (only,) = opened
    assert (only["conversation"][-1], only["full_cost"], only["parts"]) == (
        "2", "1.03", {"list": "0.03", "infrastructure": "1"},
    )  # fmt: skip


def test_a_filter_keeps_the_shares_that_all_had(desk: Cli) -> None:
    found = document(desk, "--client", "acme")

    assert steps(found)["full"] == "2.045"
    assert found["filters"] == {"client": ["acme"]}
    assert document(desk, "--model", "claude-sonnet-*", "--user", "cy")["conversations"] == 1


def test_people_read_it_in_tables_that_fit_80_columns(
    desk: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")

    answer = desk(*OCTOBER, "--components", "--by", "client,user")

    text = said(answer)
    for words in (
        "October 2026 · 3 conversations · 100 % of calls priced",
        "Tokens at list price $0.34 $0.115",
        "Infrastructure share +$3.00 +$1.00", "People +$6.50 +$2.167", "= Full cost $9.84 $3.282",
        "an escalated one costs 7.63 × a bot-only one", "3 × 9 min × $32.50/h ~$14.62",
        "Saved ROI 48.6 % of the cost ~$4.78", "Margin 50.8 % of revenue",
        "1 of 3 cost 10 × the median list cost of $0.03 or more: 87.0 % of the list cost, $0.30",
        "cy 1 $7.80 7.57 ×",
    ):  # fmt: skip
        assert words in text
    tables = [line for line in answer.out.splitlines() if "  " in line or "─" in line]
    assert max(map(len, tables)) <= 80
