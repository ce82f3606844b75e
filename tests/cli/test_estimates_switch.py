"""The mark of estimates, the switch for them, and a model for calls that name none."""

from __future__ import annotations

from datetime import UTC
from pathlib import Path

import pytest

from convledger.config import config_path
from convledger.ledger import Ledger
from convledger.paths import default_workspace
from convledger.tui.widgets.cost_chart import Charted
from tests.cli.conftest import FIXTURES, Cli

CLAUDE, CHATGPT = (str(FIXTURES / "sources" / name) for name in ("claude-ai", "chatgpt"))


@pytest.fixture
def chats(cli: Cli, own_home: Path) -> Cli:
    cli("import", CLAUDE)
    cli("import", CHATGPT)
    return cli


def test_switch_says_how_many_calls_it_concerns_and_writes_the_setting(chats: Cli) -> None:
    off = chats("sources", "--estimates", "off")
    assert "tokens and cost of 13 calls are unknown again" in off.out
    assert "estimates = false" in config_path().read_text()
    assert chats("sources", "--estimates", "on", "--json").json["calls"] == 13
    assert "estimates = true" in config_path().read_text()
    assert "no call needed one" in chats("sources", "--estimates", "on").out


def test_unknown_tokens_are_a_dash_and_told(chats: Cli) -> None:
    chats("sources", "--estimates", "off")
    table = chats("report", "--by", "source", "--no-sync").out
    assert "–       –" in table
    total = chats("report", "--by", "source", "--no-sync", "--json").json["total"]
    assert (total["tokens_unknown"], total["list_cost_usd"]) == (True, None)
    listed = chats("sources", "--unpriced", "--no-sync")
    assert "13 calls have no tokens in the source" in listed.out + listed.err
    assert "`convledger sources --estimates on` counts them" in listed.out + listed.err
    rows = chats("sources", "--unpriced", "--no-sync", "--json").json["unpriced"]
    assert sum(row["calls_without_tokens"] for row in rows) == 13


def test_calls_without_stored_texts_are_not_told_to_be_counted_from_them(
    cli: Cli, own_home: Path
) -> None:
    cli("import", CLAUDE, "--no-texts")
    for answer in (cli("report", "--no-sync"), cli("sources", "--unpriced", "--no-sync")):
        assert "their texts are not stored" in answer.out + answer.err
        assert "--estimates on" not in answer.out + answer.err


def test_estimates_bear_their_mark_and_unnamed_models_a_hint(chats: Cli) -> None:
    table = chats("report", "--by", "source", "--no-sync")
    assert "~" in table.out.splitlines()[2]
    hint = "convledger prices alias unknown MODEL --source claude-ai"
    assert hint in table.out + table.err
    listed = chats("sources", "--unpriced", "--no-sync")
    assert hint in listed.out + listed.err


def test_calls_that_name_no_model_are_given_one_for_their_source(chats: Cli) -> None:
    assert chats("prices", "alias", "unknown", "claude-sonnet-4-5").code == 2
    done = chats("prices", "alias", "unknown", "claude-sonnet-4-5", "--source", "claude-ai")
    assert done.code == 0
    assert "6 of 13 calls" in done.out
    rows = chats("report", "--by", "source", "--no-sync", "--json").json["rows"]
    row = next(row for row in rows if row["source"] == "claude-ai")
    assert row["list_cost_usd"] is not None
    assert (row["unpriced_calls"], row["estimated_calls"]) == (0, 6)


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (("x", "no-such-model"), "no price is known for no-such-model"),
        (("x",), "name the MODEL it costs like, or --free"),
        (("x", "gpt-4o", "--source", "claude"), "no such source: claude; did you mean claude-"),
    ],
)
def test_alias_that_says_nothing_is_refused(
    cli: Cli, own_home: Path, arguments: tuple[str, ...], complaint: str
) -> None:
    answer = cli("prices", "alias", *arguments)
    assert answer.code == 2
    assert complaint in answer.err


def test_a_statement_of_tokens_says_how_many_calls_are_estimates(chats: Cli) -> None:
    chats("plan", "use", "tokens-at-list-price", "--since", "2026-01-01", "--yes", "--no-sync")
    found = chats("credits", "statement", "--period", "all", "--no-sync", "--json")

    assert any("estimated" in words for words in found.json["doubts"])
    assert "estimated" in found.err


def test_the_parts_of_a_bar_know_which_of_them_are_estimates(chats: Cli) -> None:
    with Ledger.open(default_workspace()) as ledger:
        (last,) = ledger.connection.execute("SELECT max(at) FROM call WHERE list_pico>0").fetchone()
        found = ledger.live(last, UTC, bars=1)
    (bar,) = found.bars
    charted = Charted(series=found.series, bars=tuple(found.bars))

    assert bar.guessed
    assert all(amount.startswith("~") for amount in charted.amounts(0))
