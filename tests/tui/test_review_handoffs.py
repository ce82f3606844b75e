"""Hand-offs are entered, changed and taken away on Review and over a transcript; u takes back."""

from __future__ import annotations

from datetime import UTC
from pathlib import Path

import pytest
from textual.widgets import Input

from convledger.ledger import Ledger
from convledger.reports.handoffs.known import HandoffQuery
from convledger.tui.handoff_words import seconds_text
from convledger.tui.screens.handoff_form import HandoffFormScreen
from convledger.tui.screens.reader import ReaderScreen
from convledger.tui.screens.review_handoffs import ConversationHandoffsScreen, KnownRows
from tests.tui.economics_parts import with_people
from tests.tui.people_parts import BOTH, SECRET, opened, screen_of, with_handoff
from tests.tui.pilot import NOW, press, said, screen_text, settled, text_of

ALL = HandoffQuery(UTC)


@pytest.mark.parametrize("size", BOTH)
async def test_without_one_it_says_how_it_is_entered(studio: Path, size: tuple[int, int]) -> None:
    async with opened(studio, size=size) as pilot:
        await press(pilot, *("t" * (1 if size[0] == 140 else 3)))
        assert screen_of(pilot).query_one(KnownRows).has_focus
        assert "n enters a hand-off" in screen_text(pilot)


async def test_hand_offs_stand_under_what_they_come_to(studio: Path) -> None:
    with_people(studio, minutes=None)
    with_handoff(studio)
    async with opened(studio, size=(140, 45)) as pilot:
        await press(pilot, "t")
        text = screen_text(pilot)

        assert "1 typed · 5 inferred" in text
        assert "median wait 2 min · handled 25 min · people $20.00" in text
        assert "reasons: billing 1" in text
        assert "6 hand-offs" in text
        assert "opus → [b]Ada" in text
        assert text.count("inferred · ") == 5
        assert SECRET not in text
        await press(pilot, "enter")
        assert isinstance(pilot.app.screen, ReaderScreen)


async def test_one_is_entered_by_name(studio: Path) -> None:
    with Ledger.open(studio) as ledger:
        line = ledger.conversation_lines([with_handoff(studio)])[0]
        ledger.undo_handoffs(now=NOW)
    async with opened(studio, size=(140, 45)) as pilot:
        await press(pilot, "t", "n")
        form = pilot.app.screen
        assert isinstance(form, HandoffFormScreen)
        assert "Say which conversation" in screen_text(pilot)
        assert "conversation its name" in screen_text(pilot)
        for name, text in (
            ("conversation", line.native), ("person", "Bo"), ("reason", "pol"), ("wait", "5"),
            ("handle", "1h20m"), ("at", "2026-11-19 10:00"),
        ):  # fmt: skip
            form.query_one(f"#{name}", Input).value = text
        await settled(pilot)
        await press(pilot, "enter")
        with Ledger.open(studio) as ledger:
            (found,) = ledger.handoffs(ALL)
        assert (found.conversation_id, found.person, found.reason) == (line.id, "Bo", "policy")
        assert (found.wait_seconds, found.handle_seconds) == (300, 4800)
        assert "19 Nov 10:00 · policy" in text_of(screen_of(pilot).query_one(KnownRows))

        await press(pilot, "u")
        with Ledger.open(studio) as ledger:
            assert ledger.handoffs(ALL) == []
        assert screen_of(pilot).query_one(KnownRows).count() == 0


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0 s"), (45, "45 s"), (60, "1 min"), (90, "1 min 30 s"), (720, "12 min"),
        (3599, "59 min 59 s"), (3600, "1 h"), (4830, "1 h 20 min"), (None, "–"),
    ],
)  # fmt: skip
def test_a_short_time_is_told_with_its_seconds(seconds: int | None, text: str) -> None:
    assert seconds_text(seconds) == text


async def test_seconds_are_told_before_they_are_kept_and_of_the_median(studio: Path) -> None:
    with_handoff(studio)  # waited two minutes
    async with opened(studio, size=(140, 45)) as pilot:
        await press(pilot, "t", "e")
        pilot.app.screen.query_one("#wait", Input).value = "90s"
        await settled(pilot)
        assert "waited 1 min 30 s" in screen_text(pilot)
        await press(pilot, "enter")
        assert "median wait 1 min 30 s" in screen_text(pilot)


async def test_what_is_wrong_is_told_and_nothing_is_kept(studio: Path) -> None:
    async with opened(studio, size=(80, 24)) as pilot:
        await press(pilot, "t", "t", "t", "n", *"nothing-like-it")
        await press(pilot, "enter")
        assert isinstance(pilot.app.screen, HandoffFormScreen)
        assert "✕" in screen_text(pilot)
        pilot.app.screen.query_one("#reason", Input).value = "x"
        await settled(pilot)
        assert "no reason begins with 'x'" in screen_text(pilot)
        with Ledger.open(studio) as ledger:
            assert ledger.handoffs(ALL) == []


async def test_editing_keeps_the_instant_and_a_note_that_is_not_shown(studio: Path) -> None:
    with_handoff(studio)
    async with opened(studio, size=(140, 45)) as pilot:
        await press(pilot, "t", "e")
        assert SECRET not in screen_text(pilot)
        assert "kept: asked twice for ghp_•" in screen_text(pilot)
        pilot.app.screen.query_one("#handle", Input).value = "30"
        await settled(pilot)
        await press(pilot, "enter")
        with Ledger.open(studio) as ledger:
            (found,) = ledger.handoffs(ALL)
        assert found.handle_seconds == 1800
        assert found.note == f"asked twice for {SECRET}"
        await press(pilot, "u")
        with Ledger.open(studio) as ledger:
            (found,) = ledger.handoffs(ALL)
        assert found.handle_seconds == 1500


async def test_what_is_inferred_is_entered_by_editing_and_not_removed(studio: Path) -> None:
    with_people(studio, hand_offs=1, minutes=None)
    async with opened(studio, size=(140, 45)) as pilot:
        await press(pilot, "t", "D")
        assert "It is inferred, and nobody has entered it" in said(pilot)
        await press(pilot, "e")
        pilot.app.screen.query_one("#person", Input).value = "Ada"
        await settled(pilot)
        await press(pilot, "enter")
        with Ledger.open(studio) as ledger:
            (found,) = ledger.handoffs(ALL)
        assert (found.origin, found.person) == ("typed", "Ada")


async def test_removing_one_is_taken_back(studio: Path) -> None:
    with_handoff(studio)
    async with opened(studio, size=(140, 45)) as pilot:
        await press(pilot, "t", "D")
        rows = screen_of(pilot).query_one(KnownRows)
        assert rows.count() == 0
        await press(pilot, "u")
        assert rows.count() == 1


@pytest.mark.parametrize("size", BOTH)
async def test_a_conversation_has_its_own_list(studio: Path, size: tuple[int, int]) -> None:
    number = with_handoff(studio)
    async with opened(studio, size=size) as pilot:
        pilot.app.push_screen(ReaderScreen(number))
        await settled(pilot)
        await press(pilot, "h")
        dialog = pilot.app.screen
        assert isinstance(dialog, ConversationHandoffsScreen)
        rows = dialog.query_one(KnownRows)
        assert rows.count() == 1
        await press(pilot, "n", *"Bo", "enter")
        assert rows.count() == 2
        await press(pilot, "u")
        assert rows.count() == 1
        await press(pilot, "D")
        assert rows.count() == 0
