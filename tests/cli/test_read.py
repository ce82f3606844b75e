"""`show`, `search`, `why`, `prices`, `export`: reading the books."""

from __future__ import annotations

import json
import stat
from decimal import Decimal
from pathlib import Path

import pytest

from convledger.ledger import Ledger
from convledger.paths import default_workspace
from convledger.reports.render.markdown_page import inert
from tests.cli.conftest import Cli


def test_show_tells_who_said_what_and_what_it_cost(other: Cli) -> None:
    answer = other("show", "efb6440c")

    assert answer.code == 0
    head = answer.out.partition("──")[0]
    for fact in ("claude-opus-5-5, claude-opus-5-5-fast", "northwind-bakery", "$16.19", "46"):
        assert fact in head
    assert "16:53  You\n" in answer.out
    assert "more lines" in answer.out
    assert "$0.2536 · 15,340 in (15,200 cached) · 12,475 out · claude-opus-5-5" in answer.out
    whole = other("show", "efb6440c", "--all").out
    assert "more lines" not in whole
    assert "Thinking" not in other("show", "efb6440c", "--no-thinking").out.replace(
        "Thinking\n  $", ""
    )


def test_show_wraps_at_a_width(other: Cli) -> None:
    lines = other("show", "efb6440c", "--width", "60").out.splitlines()

    prose = [line for line in lines if " · " not in line]
    assert max(map(len, prose)) <= 60


def test_show_as_json_holds_every_entry(other: Cli) -> None:
    document = other("show", "efb6440c", "--json").json

    assert document["schema"] == 1
    assert document["conversation"].startswith("efb6440c")
    kinds = {entry["kind"] for entry in document["entries"]}
    assert {"prompt", "answer", "thinking", "tool_call", "tool_result"} <= kinds
    calls = [entry["call"] for entry in document["entries"] if entry["call"]]
    assert len(calls) == document["calls"]
    assert sum(Decimal(call["list_cost_usd"]) for call in calls) == Decimal(
        document["list_cost_usd"]
    )


def test_calls_that_show_names_are_explained(other: Cli) -> None:
    shown = other("show", "5d0caad8", "--calls").out
    key = next(line for line in shown.splitlines() if " in " in line).rpartition(" · ")[2]

    answer = other("why", key)

    assert answer.code == 0
    assert "15,200 × $0.2 per million =  $0.00304" in answer.out
    assert "list cost $0.005563  (priced)" in answer.out
    assert "prices from genai-prices" in answer.out
    found = other("why", "5d0caad8", "--json").json["calls"][0]
    lines = sum(Decimal(line["cost_usd"]) for line in found["lines"])
    assert lines == Decimal(found["list_cost_usd"])


def test_an_unknown_conversation_is_wrong_use(other: Cli) -> None:
    for command in ("show", "why", "export"):
        answer = other(command, "ffffffff")
        assert answer.code == 2
        assert "ffffffff" in answer.err


def test_search_marks_what_it_found(other: Cli) -> None:
    answer = other("search", "allergens", "--limit", "3")

    assert answer.code == 0
    assert answer.out.lower().count("«allergens»") == 3
    assert ".jsonl:" in answer.out
    hit = other("search", "allergens", "--json", "--kind", "prompt").json["hits"][0]
    assert hit["kind"] == "prompt"
    assert hit["match"].lower() == "allergens"
    assert Path(hit["file"]).is_file()
    nothing = other("search", "xyzzyplugh")
    assert (nothing.code, nothing.out) == (1, "")
    wrong = other("search", "x", "--kind", "promt")
    assert wrong.code == 2
    assert "did you mean prompt?" in wrong.err


def test_prices_of_the_models_in_use_are_listed(other: Cli, own_home: Path) -> None:
    used = other("prices", "--json").json["prices"]
    every = other("prices", "--all", "--json").json["prices"]

    assert {row["model"] for row in used} >= {"claude-opus-5-5", "claude-sonnet-5"}
    assert len(every) > 1000
    assert {"provider": "anthropic", "model": "claude-sonnet-5", "input": "2"}.items() <= next(
        row for row in used if row["model"] == "claude-sonnet-5"
    ).items()
    assert other("prices", "claude-sonnet-5").code == 0
    assert other("prices", "no-such-model-anywhere").code == 1
    place = other("prices", "path")
    assert place.out.strip() == str(own_home / ".local/share/convledger/prices.toml")
    assert "[[price]]" in place.err


def test_the_example_of_prices_toml_is_valid_and_is_followed(other: Cli, own_home: Path) -> None:
    from convledger.cli.prices import EXAMPLE
    from convledger.manual import page_text
    from convledger.pricing import parse_overrides

    page = page_text("prices").split("```")[1]
    assert len(parse_overrides(page).prices) == 1
    assert len(parse_overrides(EXAMPLE).aliases) == 1
    before = other("report", "--json").json["total"]
    (own_home / ".local/share/convledger/prices.toml").write_text(page)
    changed = other("report", "--json")

    assert changed.json["total"]["unpriced_calls"] == 0 < before["unpriced_calls"]
    assert "Rated anew" in changed.err
    assert "nothing changes" in other("prices", "rerate", "--dry-run").out


def test_a_mistake_in_prices_toml_names_file_table_and_key(other: Cli, own_home: Path) -> None:
    (own_home / ".local/share/convledger/prices.toml").write_text("[[price]]\nmodle = 'x'\n")

    answer = other("report")

    assert answer.code == 1
    assert answer.err.count("\n") == 1
    assert 'prices.toml: [[price]] number 1: "modle"' in answer.err


def test_export_writes_a_conversation_on_each_line(other: Cli, tmp_path: Path) -> None:
    target = tmp_path / "all.jsonl"

    assert other("export", "--output", str(target)).code == 0

    rows = [json.loads(line) for line in target.read_text().splitlines()]
    assert len(rows) == other("report", "--json").json["total"]["conversations"]
    assert all(row["entries"] for row in rows)
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    again = other("export", "--output", str(target))
    assert again.code == 2
    assert "--force" in again.err
    assert other("export", "5d0caad8", "--output", str(target), "--force").code == 0
    assert len(target.read_text().splitlines()) == 1


def test_export_writes_a_page_for_each_conversation(other: Cli, tmp_path: Path) -> None:
    folder = tmp_path / "pages"

    answer = other("export", "--project", "*northwind*", "--format", "md", "--output", str(folder))

    assert answer.code == 0
    pages = sorted(folder.iterdir())
    assert len(pages) > 5
    assert all(page.name[:8] == "2026-10-" or page.name[:8] == "2026-11-" for page in pages)
    text = pages[0].read_text()
    assert text.startswith('---\nconversation: "')
    assert "\n## You · " in text
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(page.stat().st_mode) for page in pages} == {0o600}


@pytest.mark.parametrize(
    ("said", "written"),
    [
        ("<img src=x>", "\\<img src=x>"),
        ("![pixel](http://evil.example/)", "!\\[pixel](http://evil.example/)"),
        ("## You · 09:00", "\\## You · 09:00"),
        ("You\n---", "You\n\\---"),
        ("a < b", "a < b"),
        ("```\n<b>\n```\n<b>", "```\n<b>\n```\n\\<b>"),
        ("```\nnever closed", "```\nnever closed\n```"),
        ("- item\n  ```\n<b>", "- item\n  ```\n\\<b>"),
        ("~~~\n```\n<b>\n~~~", "~~~\n```\n<b>\n~~~"),
    ],
)
def test_what_was_said_does_nothing_in_markdown(said: str, written: str) -> None:
    assert "\n".join(inert(said)) == written


def test_an_id_may_hold_a_colon(other: Cli) -> None:
    with Ledger.open(default_workspace()) as ledger:
        ledger.connection.execute(
            "UPDATE conversation SET native='rye:bread:7' WHERE native LIKE 'efb6440c%'"
        )

    for name, code in (("rye:bread:7", 0), ("claude-code:rye:bread:7", 0), ("codex:rye:b", 2)):
        assert [other(command, name).code for command in ("show", "why")] == [code, code]
