"""Files of editors' assistants that change while they are followed: each request counts once."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from convledger.ledger import Ledger
from tests.sources import test_cline as cline
from tests.sources import test_copilot_chat as chat
from tests.sources import test_copilot_cli as cli
from tests.sources import test_cursor as cursor
from tests.sources.editor_files import FIXTURES, lines

SOURCES = ("copilot-cli", "copilot-chat", "cursor", "cline")


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with Ledger.open(tmp_path / "workspace") as opened:
        yield opened


def counted(ledger: Ledger, source: str, root: Path) -> tuple[int, int, int, int]:
    """Return calls, their prompt tokens, messages and conversations after reading what is new."""
    ledger.sync([(source, root)])
    assert ledger.check() == []
    calls = ledger.connection.execute(
        "SELECT count(*), ifnull(sum(iif(approximate & 12, 0, input)), 0) FROM call"
    ).fetchone()
    (messages,) = ledger.connection.execute("SELECT count(*) FROM message").fetchone()
    (conversations,) = ledger.connection.execute("SELECT count(*) FROM conversation").fetchone()
    return (*calls, messages, conversations)


@pytest.mark.parametrize("source", SOURCES)
def test_fixture_read_again_adds_nothing(ledger: Ledger, source: str) -> None:
    first = counted(ledger, source, FIXTURES / source)

    assert first[0] > 0
    assert counted(ledger, source, FIXTURES / source) == first
    assert ledger.rejected() == []


def test_run_without_records_is_counted_when_it_has_ended(ledger: Ledger, tmp_path: Path) -> None:
    root = tmp_path / "copilot"
    path = root / cli.EVENTS
    path.parent.mkdir(parents=True)
    begun = (cli.start(), cli.answer(1), cli.answer(2))
    path.write_bytes(lines(*begun))
    running = counted(ledger, "copilot-cli", root)
    path.write_bytes(lines(*begun, cli.shutdown(3, 2, 100, 20)))

    assert running[:2] == (2, 0)
    assert counted(ledger, "copilot-cli", root)[:2] == (2, 50)


def test_database_and_events_read_in_any_order_count_once(ledger: Ledger, tmp_path: Path) -> None:
    root = tmp_path / "copilot"
    cli.store(root, (cli.S, "gpt-5", 10, 5, 0, 0, 0, "2026-11-18T08:15:02.000Z"))
    alone = counted(ledger, "copilot-cli", root)
    path = root / cli.EVENTS
    path.parent.mkdir(parents=True)
    path.write_bytes(lines(cli.start(), cli.usage(2, 10, 5, "c1"), cli.answer(2.1)))

    assert alone[:2] == (1, 10)
    assert counted(ledger, "copilot-cli", root)[:2] == (1, 10)


def test_answer_that_comes_to_a_chat_is_added(ledger: Ledger, tmp_path: Path) -> None:
    root = tmp_path / "User"
    path = root / chat.NAME
    path.parent.mkdir(parents=True)
    begun = [{"kind": 0, "v": chat.whole(chat.request("a", response=[{"value": "half"}]))}]
    path.write_bytes(lines(*begun))
    asked = counted(ledger, "copilot-chat", root)
    result = chat.answered({"id": "r", "response": "half and half"}, promptTokens=9)
    path.write_bytes(lines(*begun, {"kind": 1, "k": ["requests", 0, "result"], "v": result}))

    assert asked == (0, 0, 1, 1)
    assert counted(ledger, "copilot-chat", root) == (1, 9, 2, 1)


def test_bubble_that_comes_to_cursor_is_added(ledger: Ledger, tmp_path: Path) -> None:
    root = tmp_path / "User"
    cursor.written(
        root, cursor.composer("c", ("1", 1), ("2", 2)), cursor.bubble("c", "1", 1, "go"),
        cursor.bubble("c", "2", 2, "well"),
    )  # fmt: skip
    before = counted(ledger, "cursor", root)
    cursor.written(
        root, cursor.composer("c", ("1", 1), ("2", 2), ("3", 1), ("4", 2)),
        cursor.bubble("c", "3", 1, "more"),
        cursor.bubble("c", "4", 2, "so", tokenCount={"inputTokens": 70, "outputTokens": 1}),
    )  # fmt: skip

    assert before == (1, 0, 2, 1)
    assert counted(ledger, "cursor", root) == (2, 70, 4, 1)


def test_request_that_is_filled_in_later_counts_once(ledger: Ledger, tmp_path: Path) -> None:
    root = tmp_path / "claude-dev"
    path = root / cline.TASK / "ui_messages.json"
    path.parent.mkdir(parents=True)
    first, placeholder = cline.used(1, 10, 5), cline.asked(9, request="...")
    path.write_text(json.dumps([cline.says(0, "go"), first, placeholder]))
    running = counted(ledger, "cline", root)
    path.write_text(json.dumps([cline.says(0, "go"), first, cline.used(9, 30, 5)]))

    assert running == (1, 10, 1, 1)
    assert counted(ledger, "cline", root) == (2, 40, 1, 1)


def test_half_written_file_is_read_when_it_is_whole(ledger: Ledger, tmp_path: Path) -> None:
    root = tmp_path / "claude-dev"
    path = root / cline.TASK / "ui_messages.json"
    path.parent.mkdir(parents=True)
    whole = json.dumps([cline.used(1, 10, 5)])
    path.write_text(whole[:-20])
    half = counted(ledger, "cline", root)
    path.write_text(whole)

    assert half[:2] == (0, 0)
    assert counted(ledger, "cline", root)[:2] == (1, 10)
