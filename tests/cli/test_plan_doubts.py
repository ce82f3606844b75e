"""Commands about plans that bill tokens: estimates are marked, unknown tokens are no nought."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import FIXTURES, Cli
from tests.cli.plans import put

CHATGPT = str(FIXTURES / "sources" / "chatgpt")
TOKENS = """
schema = 1
id = "{id}"
name = "{id}"
version = "1"
currency = "USD"
timezone = "UTC"
effective_from = 2020-01-01

[period]
kind = "year"

[[fee]]
id = "base"
amount = "20.00"

[[unit]]
id = "usage"
{unit}

[[charge]]
unit = "usage"
credits = "1"
per = "{per}"

[[grant]]
id = "included"
amount = "100"

[[limit]]
id = "yearly"
unit = "usage"
cap = "100000"
window = "calendar"
calendar = "year"
on_exceed = "degrade"

[overage]
policy = "charge"
price = "0.01"

[[alert]]
on = "allowance"
at = [1]
"""
BY_TOKENS = TOKENS.format(id="tokens", unit='count = "sum"\nmeasure = "tokens"', per="100")
BY_MESSAGES = TOKENS.format(id="messages", unit='count = "event"\nevent = "message"', per="1")


@pytest.fixture
def chats(cli: Cli, own_home: Path, tmp_path: Path) -> Cli:
    cli("import", CHATGPT)
    for text, name in ((BY_TOKENS, "tokens"), (BY_MESSAGES, "messages")):
        assert cli("plan", "add", put(tmp_path, text, f"{name}.toml")).code == 0
    return cli


def used(chats: Cli, plan: str) -> Cli:
    """Put a plan in force from the beginning of the year on."""
    done = chats("plan", "use", plan, "--since", "2026-01-01", "--yes", "--no-sync")
    assert done.code == 0, done.err
    return chats


def test_credits_of_estimated_tokens_bear_the_mark(chats: Cli) -> None:
    used(chats, "tokens")
    out = chats("credits", "--no-sync").out
    for words in ("~95.66", "used this period  ~4.34 live", "~434 of 100,000, ~0.4 %"):
        assert words in out, words
    assert "~$" not in out  # the fee is all that is due, and exact
    told = chats("credits", "--no-sync", "--json").json
    (pool,) = told["pools"]
    assert pool["live"]["used_this_period"] == "4.34"
    assert pool["live"]["doubts"]["used"] == {"estimated": True, "calls_without_tokens": 0}
    assert told["due"]["doubts"]["live"]["estimated"] is False


def test_credits_of_messages_bear_none(chats: Cli) -> None:
    used(chats, "messages")
    assert "~" not in chats("credits", "--no-sync").out
    assert "~" not in chats("credits", "ledger", "--no-sync").out
    assert "~" not in chats("status").out.split(" · ")[-2]


def test_ledger_alerts_and_prompt_bear_the_mark(chats: Cli) -> None:
    used(chats, "tokens")
    chats("credits", "--no-sync")  # gives the alert, and keeps the figures of the prompt
    ledger = chats("credits", "ledger", "--no-sync")
    assert "~-4.34   ~95.66" in ledger.out
    assert "+100      100" in ledger.out
    entries = chats("credits", "ledger", "--no-sync", "--json").json["entries"]
    assert [entry["credits_estimated"] for entry in entries] == [True, False]
    assert "~4.34 of 100 credits" in chats("credits", "alerts", "--no-sync").out
    (alert,) = chats("credits", "alerts", "--no-sync", "--json").json["alerts"]
    assert (alert["used"], alert["doubts"]["estimated"]) == ("4.34", True)
    assert "credits ~95" in chats("status").out
    plan = chats("status", "--json").json["plan"]
    assert plan["credits"]["doubts"] == {"estimated": True, "calls_without_tokens": 0}
    assert plan["doubts"]["estimated"] is False


def test_unknown_tokens_are_no_nought(chats: Cli) -> None:
    chats("sources", "--estimates", "off")
    begun = used(chats, "tokens")("plan", "use", "tokens", "--since", "2026-01-01", "--yes").out
    assert "– credits used, ≤100 left" in begun
    out = chats("credits", "--no-sync").out
    assert "used this period  – live" in out
    assert "≤100" in out
    assert "≥$20.00" in out  # what they would have cost beyond the credits, nobody knows
    assert "7 calls have unknown tokens and are not in these figures" in out
    told = chats("credits", "--no-sync", "--json").json
    assert told["pools"][0]["live"]["used_this_period"] is None
    assert told["limits"][0]["used"] is None
    assert told["limits"][0]["doubts"]["calls_without_tokens"] == 7


def test_a_comparison_marks_the_plans_that_bill_tokens_alone(chats: Cli) -> None:
    used(chats, "messages")
    asked = ("compare", "tokens", "messages", "tokens-at-list-price", "--month", "2026-09")
    rows = {row["plan"]: row for row in chats(*asked, "--no-sync", "--json").json["plans"]}
    marks = {
        name: (row["units_estimated"], row["total_estimated"], row["difference_estimated"])
        for name, row in rows.items()
    }
    assert marks == {
        "messages": (False, False, False),
        "tokens": (True, False, False),
        "tokens-at-list-price": (False, True, True),
    }
    assert "~4 credits" in chats(*asked, "--no-sync").out


def test_a_comparison_of_unknown_tokens_names_no_such_plan_the_cheapest(chats: Cli) -> None:
    chats("sources", "--estimates", "off")
    used(chats, "messages")
    asked = ("compare", "messages", "tokens-at-list-price", "--month", "2026-09", "--no-sync")
    rows = {row["plan"]: row for row in chats(*asked, "--json").json["plans"]}
    money = rows["tokens-at-list-price"]
    assert (money["total"], money["difference"], money["cheapest"]) == (None, None, False)
    assert money["calls_without_tokens"] == 7
    assert rows["messages"]["cheapest"]


def test_a_statement_of_estimated_tokens_bears_the_mark(chats: Cli) -> None:
    out = used(chats, "tokens")("credits", "statement", "--no-sync").out
    assert "~4.34 used" in out
    assert "~95.66 left" in out
    assert "~$" not in out
    assert "~" not in used(chats, "messages")("credits", "statement", "messages", "--no-sync").out
