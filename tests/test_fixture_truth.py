"""The shipped history through the whole way of the data, compared with what made it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC
from pathlib import Path
from typing import Any

import pytest

from convledger.ledger import Ledger
from convledger.reports.usage import UsageQuery

FIXTURES = Path(__file__).parent.parent / "fixtures"
COUNTS = (
    "calls",
    "input",
    "output",
    "reasoning",
    "cache_read",
    "cache_write_5m",
    "cache_write_1h",
)


@pytest.fixture(scope="module")
def truth() -> dict[str, Any]:
    """What the generator counted while it wrote."""
    found: dict[str, Any] = json.loads((FIXTURES / "expected.json").read_text())
    return found


@pytest.fixture(scope="module")
def ledger(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ledger]:
    """A workspace with the shipped history."""
    with Ledger.open(tmp_path_factory.mktemp("fixture") / "workspace") as opened:
        opened.import_paths([FIXTURES / "home"])
        yield opened


def test_every_source_day_and_model_is_counted_exactly(
    ledger: Ledger, truth: dict[str, Any]
) -> None:
    report = ledger.usage(UsageQuery(("source", "day", "model"), UTC))

    found = {tuple(row.keys.values()): row for row in report.rows if row.calls}
    wanted = {(row["source"], row["day"], row["model"]): row for row in truth["rows"]}
    assert found.keys() == wanted.keys()
    for name, row in wanted.items():
        assert {key: getattr(found[name], key) for key in COUNTS} == {
            key: row[key] for key in COUNTS
        }


def test_conversations_titles_and_rejected_lines_are_those_that_were_made(
    ledger: Ledger, truth: dict[str, Any]
) -> None:
    found = {line.source: line.conversations for line in ledger.sources()}

    assert found == truth["conversations"]
    assert len(ledger.rejected()) == truth["rejected_lines"]
    for wanted in truth["titles"]:
        assert ledger.conversation(wanted["conversation"]).title == wanted["title"]


def test_the_unpriced_model_has_no_cost_and_says_so(ledger: Ledger) -> None:
    report = ledger.usage(UsageQuery(("model",), UTC))

    row = next(row for row in report.rows if row.keys["model"] == "northwind-local-7b")
    assert row.list_pico is None
    assert row.unpriced_calls == row.calls == 10
    assert [model.model for model in ledger.unpriced()] == ["northwind-local-7b"]


def test_a_second_import_changes_nothing(ledger: Ledger) -> None:
    before = ledger.usage(UsageQuery(("conversation",), UTC)).document()

    result = ledger.import_paths([FIXTURES / "home"])

    assert (result.calls, result.messages, result.files) == (0, 0, 0)
    assert ledger.usage(UsageQuery(("conversation",), UTC)).document() == before
    assert ledger.check(deep=True) == []
