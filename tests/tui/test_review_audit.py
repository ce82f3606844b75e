"""The audit log on Review: what was changed, verified on demand, read further as one goes down."""

from __future__ import annotations

from datetime import UTC
from pathlib import Path

import pytest
from textual.widgets import Input

from convledger.ledger import Ledger
from convledger.reports.handoffs.known import HandoffQuery
from convledger.store.audit_events import Asked
from convledger.tui.screens import audit_events, review_audit
from convledger.tui.screens.audit_events import AuditEventsScreen
from convledger.tui.screens.audit_verify import VerifyAuditScreen
from convledger.tui.widgets.audit_rows import AuditRows, ChangeLines, EventRows
from tests.tui.people_parts import (
    BOTH,
    SECRET,
    be_mira,
    opened,
    screen_of,
    with_dispute,
    with_handoff,
)
from tests.tui.pilot import NOW, press, said, screen_text, settled, text_of


@pytest.fixture(autouse=True)
def mira(monkeypatch: pytest.MonkeyPatch) -> None:
    be_mira(monkeypatch)


@pytest.mark.parametrize("size", BOTH)
async def test_it_shows_what_was_changed_together(studio: Path, size: tuple[int, int]) -> None:
    with_dispute(studio)
    async with opened(studio, size=size) as pilot:
        await press(pilot, *("t" * (3 if size[0] == 140 else 5)))
        rows = screen_of(pilot).query_one(AuditRows)
        assert rows.has_focus
        first = text_of(rows).splitlines()[0]
        assert "Mira " in first
        assert "verdict added" in first
        assert "review batch added" in text_of(rows)
        assert "Tamper-evident; not verified in this sitting" in screen_text(pilot)


async def test_enter_shows_what_was_there_before_and_after(studio: Path) -> None:
    with_handoff(studio)
    with Ledger.open(studio) as ledger:
        (found,) = ledger.handoffs(HandoffQuery(UTC))
        assert found.number is not None
        ledger.edit_handoff(found.number, {"outcome": f"holds {SECRET}"}, now=NOW)
        ledger.undo_handoffs(now=NOW)
    async with opened(studio, size=(140, 45)) as pilot:
        await press(pilot, "t", "t", "t", "enter")
        assert isinstance(pilot.app.screen, AuditEventsScreen)
        events = pilot.app.screen.query_one(EventRows)
        told = []
        for place in range(events.count()):
            events.cursor = place
            await settled(pilot)
            told.append(" ".join(text_of(pilot.app.screen.query_one(ChangeLines)).split()))
            assert SECRET not in screen_text(pilot)
        assert any("gone at: – → 2026-11-20T14:32" in each for each in told)
        assert any("gone at: 2026-11-20T14:32:00Z → –" in each for each in told)
        await press(pilot, "escape", "down", "enter")
        shown = screen_text(pilot)
        assert SECRET not in shown


async def test_the_log_is_read_further_as_one_goes_down(
    studio: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(review_audit, "PAGE", 3)
    monkeypatch.setattr("convledger.tui.widgets.log_rows.NEAR", 0)
    with_dispute(studio)
    with Ledger.open(studio) as ledger:
        every = [each.first for each in ledger.audit_batches(Asked(), 1000)]
    async with opened(studio, size=(140, 10)) as pilot:
        await press(pilot, *"ttttt")
        rows = screen_of(pilot).query_one(AuditRows)
        assert 3 <= rows.count() < len(every)
        for _ in range(len(every)):
            await press(pilot, "end")
        assert [each.first for each in rows.lines] == every


async def test_events_of_a_large_change_are_read_in_pages(
    studio: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit_events, "PAGE", 4)
    monkeypatch.setattr("convledger.tui.widgets.log_rows.NEAR", 0)
    with_dispute(studio)
    async with opened(studio, size=(140, 14)) as pilot:
        await press(pilot, *"ttttt")
        rows = screen_of(pilot).query_one(AuditRows)
        rows.cursor = [each.count for each in rows.lines].index(9)
        await press(pilot, "enter")
        events = pilot.app.screen.query_one(EventRows)
        for _ in range(9):
            await press(pilot, "end")
        seqs = [each.event.seq for each in events.lines]
        assert len(seqs) == 9
        assert seqs == sorted(seqs, reverse=True)


async def test_verifying_says_that_nothing_was_changed(studio: Path) -> None:
    with Ledger.open(studio) as ledger:
        head = ledger.audit_head()
    async with opened(studio, size=(140, 45)) as pilot:
        await press(pilot, "t", "t", "t", "v")
        assert isinstance(pilot.app.screen, VerifyAuditScreen)
        assert f"✓ {head.seq} events, nothing was changed" in screen_text(pilot)
        assert f"head {head}" in screen_text(pilot)
        pilot.app.screen.query_one("#head", Input).value = str(head)
        await press(pilot, "enter")
        assert f"event {head.seq} is the one that was written down" in screen_text(pilot)
        await press(pilot, "escape")
        assert "nothing was changed" in screen_text(pilot)


async def test_verifying_names_what_was_edited_and_says_what_to_do(studio: Path) -> None:
    with Ledger.open(studio) as ledger:
        ledger.connection.execute("UPDATE audit_event SET actor='nobody' WHERE seq=3")
    async with opened(studio, size=(140, 45)) as pilot:
        await press(pilot, "t", "t", "t", "v")
        text = " ".join(screen_text(pilot).split())
        assert "✕ " in text
        assert "compare the ledger with a backup" in text
        await press(pilot, "escape")
        assert "problem" in screen_text(pilot)


async def test_a_head_that_was_kept_shows_a_cut_end(studio: Path) -> None:
    async with opened(studio, size=(140, 45)) as pilot:
        await press(pilot, "t", "t", "t", "v")
        pilot.app.screen.query_one("#head", Input).value = f"100000:{'ab' * 32}"
        await settled(pilot)
        await press(pilot, "enter")
        assert "✕ 1 problem" in screen_text(pilot)
        pilot.app.screen.query_one("#head", Input).value = "12"
        await settled(pilot)
        assert "a head is a number, a colon and 64 digits" in screen_text(pilot)


async def test_the_head_is_copied_whole(studio: Path) -> None:
    with Ledger.open(studio) as ledger:
        head = str(ledger.audit_head())
    async with opened(studio, size=(140, 45)) as pilot:
        await press(pilot, "t", "t", "t", "y")
        assert pilot.app.clipboard == head
        assert "keep it somewhere else" in said(pilot)


async def test_an_empty_log_says_what_stands_there(tmp_path: Path) -> None:
    async with opened(tmp_path / "none", size=(140, 45)) as pilot:
        await press(pilot, "t", "t", "t")
        text = screen_text(pilot)
        assert "Audit log" in text
        assert "price book" in text or "what you do is noted here" in text
