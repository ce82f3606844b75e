"""The demo's memory: words of its own conversations, and something of all that a review is for."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from convledger.cli.demo_memory import remember_all
from convledger.clock import SECOND
from convledger.demo.memories import MEMOS, NO_TOKEN, PACK, TOKENS
from convledger.ledger import Ledger
from convledger.memory.packs import packs
from convledger.store.entries import Entry, entries_where
from convledger.text.tokens import count_tokens

HOME = Path(__file__).parents[2] / "fixtures" / "home"
NOW = int(datetime(2026, 11, 20, 14, 32, tzinfo=UTC).timestamp()) * SECOND


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with Ledger.open(tmp_path / "studio") as opened:
        opened.sync([("claude-code", HOME / ".claude" / "projects"), ("codex", HOME / ".codex")])
        remember_all(opened, tmp_path / "CLAUDE.md", NOW)
        yield opened


def test_the_demo_remembers_what_a_review_is_for(ledger: Ledger) -> None:
    memory = ledger.memory
    found: dict[str, Entry] = {each.title: each for each in entries_where(memory.connection)}
    said = {
        memo.title
        for memo in MEMOS
        for each in memory.evidence(found[memo.title].id)
        if each.quote == memo.quote and each.message_id is not None
    }
    reasons = {each.kind for some in memory.reasons(NOW, UTC).values() for each in some}

    assert said == {memo.title for memo in MEMOS if memo.quote}
    assert len(said) > 15
    assert {each.state for each in found.values()} == {"active", "proposed", "snoozed", "archived"}
    assert reasons >= {"secret", "conflict", "duplicate", "expired", "dated", "new", "due"}
    assert [pack.name for pack in packs(memory.connection)] == [PACK]
    assert [each.title for each in found.values() if NO_TOKEN in each.body] == [
        "Upload for the mill"
    ]
    assert all(each.recorded_at <= NOW for each in found.values())
    assert {each.body: each.tokens for each in found.values()} == TOKENS


def test_the_counts_are_those_of_the_vocabulary() -> None:
    assert {text: count_tokens(text) for text in TOKENS} == TOKENS
