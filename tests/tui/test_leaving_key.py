"""A source is left out and taken in by a key, on Sources and among what lies on the machine."""

from __future__ import annotations

from pathlib import Path

import pytest

from convledger.ledger import Ledger
from convledger.store.left_out import LeftOut
from tests.ingest.logs import Bench
from tests.tui.pilot import press, said, screen_text, settled
from tests.tui.source_parts import asked, go, odd_bench, opened, shown


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bench:
    return odd_bench(tmp_path, monkeypatch)


async def test_key_leaves_the_source_under_the_cursor_out_and_takes_it_in(bench: Bench) -> None:
    async with opened(bench.ledger.workspace, size=(120, 36)) as pilot:
        await go(pilot, "down", "o")
        await settled(pilot)
        await asked(pilot)
        assert "left out · o reads it again" in shown(pilot, "#sources")
        assert "Left out: Codex ~/.codex. Nothing new is read of it" in said(pilot)
        assert bench.ledger.leaving.entries() == [LeftOut("codex", str(bench.codex))]

        await go(pilot, "o")
        await settled(pilot)
        await asked(pilot)
        assert "left out" not in shown(pilot, "#sources")
        assert bench.ledger.leaving.entries() == []


async def test_leaving_out_is_undone_like_any_change(bench: Bench) -> None:
    async with opened(bench.ledger.workspace, size=(120, 36)) as pilot:
        await go(pilot, "down", "o")
        await settled(pilot)
        await press(pilot, "u")
        await settled(pilot)

        assert bench.ledger.leaving.entries() == []


async def test_place_is_left_out_before_anything_of_it_is_read(
    tmp_path: Path, bench: Bench
) -> None:
    books = tmp_path / "new"
    async with opened(books, size=(80, 24)) as pilot:
        await go(pilot, "d")
        await settled(pilot)
        await press(pilot, "o")
        await settled(pilot)
        await settled(pilot)
        text = screen_text(pilot)
        assert "‖ Claude Code  agent" in text
        assert "left out" in text
        assert "○ Codex  agent" in text
    with Ledger.open(books) as ledger:
        assert [scan.reader for scan in ledger.discover() if scan.files] == ["codex"]
        ledger.sync()
        assert {line.source for line in ledger.sources()} == {"codex"}


async def test_what_leaves_out_more_than_a_source_is_named_when_it_goes(bench: Bench) -> None:
    bench.ledger.leaving.leave_out(LeftOut("codex", ""))
    async with opened(bench.ledger.workspace, size=(120, 36)) as pilot:
        await go(pilot, "down", "o")
        await settled(pilot)
        assert "Taken in: Codex. It is read again." in said(pilot)
        await press(pilot, "u")
        await settled(pilot)
        assert bench.ledger.leaving.entries() == [LeftOut("codex", "")]
