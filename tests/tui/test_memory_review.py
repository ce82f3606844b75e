"""The review of memory: what a person does in a sitting, and what that does to the ledger."""

from __future__ import annotations

from pathlib import Path

import pytest

from convledger.ledger import Ledger
from convledger.memory import keeping
from convledger.memory.shelf import Memory
from convledger.store.connection import transaction
from convledger.tui.app import ConvledgerApp
from convledger.tui.screens.memory_review import ReviewScreen
from convledger.tui.screens.reader import ReaderScreen
from tests.tui import review_parts
from tests.tui.pilot import NOW, opened, press, said, screen_text, settled
from tests.tui.review_parts import (
    FRIDAYS,
    HOUSE,
    LOGIN,
    MEETING,
    METRIC,
    NO_FRIDAYS,
    OTHER,
    QUOTE,
    RATES,
    STAGING,
    STYLE,
    entries,
    reviewing,
    shown,
    sitting,
    titles,
    upon,
)

SIZES = [(80, 24), (100, 30), (120, 36), (140, 45), (200, 60)]
ALL = {FRIDAYS, NO_FRIDAYS, HOUSE, STYLE, RATES, LOGIN, STAGING, MEETING, METRIC}


# ---- the queue


async def test_queue_holds_what_wants_a_look_with_reasons_tokens_and_cost(memory: Path) -> None:
    async with opened(memory, size=(140, 45)) as pilot:
        screen = await reviewing(pilot)
        queue = shown(pilot, "#queue")

        assert set(titles(screen)) == ALL
        assert titles(screen)[0] == FRIDAYS
        for words in ("≠ conflict?", "= duplicate?", "! secret?", "■ expired", "~ dated text",
                      "○ new", "∅ no source", "$0.94", "212 tok", "1,102 tok"):  # fmt: skip
            assert words in queue
        assert "9 to go · by weight × $ a month est." in screen_text(pilot)


async def test_queue_is_finite_what_comes_up_meanwhile_waits_for_the_next_one(memory: Path) -> None:
    async with opened(memory, size=(140, 45)) as pilot:
        screen = await reviewing(pilot)
        with Ledger.open(memory) as ledger:
            review_parts.kept(ledger, "One more", "It came up now.", NOW, state="proposed")
        screen.renew()
        await settled(pilot)

        assert len(titles(screen)) == 9
        await press(pilot, *"xxxxxxxxx", "r")
        assert titles(screen) == ["One more"]


async def test_unknown_cost_is_a_dash_and_never_nothing(
    studio: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Memory, "costs", lambda *_: {})
    review_parts.with_memory(studio)
    with Ledger.open(studio) as ledger, transaction(ledger.connection):
        ledger.connection.execute("UPDATE entry SET tokens=NULL")
    async with opened(studio, size=(140, 45)) as pilot:
        await reviewing(pilot)

        assert "$" not in shown(pilot, "#queue")
        assert "– tok" in shown(pilot, "#queue")
        assert "– tokens · – a month" in shown(pilot, "#entry")


@pytest.mark.parametrize("size", SIZES)
async def test_everything_can_be_decided_at_any_size(memory: Path, size: tuple[int, int]) -> None:
    async with opened(memory, size=size) as pilot:
        screen = await reviewing(pilot)
        text = screen_text(pilot)
        assert FRIDAYS in text
        assert "1st of 9" in text
        for key in ("merge", "archive", "erase…", "no pair"):
            assert key in shown(pilot, "#verdicts")
        for _ in range(9):
            await press(pilot, "x")

        assert titles(screen) == []
        assert "9 decided" in screen_text(pilot)


# ---- what is seen


async def test_entry_says_who_said_it_when_it_was_checked_and_what_it_costs(memory: Path) -> None:
    async with opened(memory, size=(140, 45)) as pilot:
        await reviewing(pilot)
        entry = shown(pilot, "#entry")

        assert "said     3 Mar 2026, you, in claude-code" in entry
        assert "checked  12 Jun 2026, 161 days ago, by you" in entry
        assert "carried  in no pack and no file" in entry
        assert "costs    212 tokens (o200k) · $0.94 a month est." in entry
        assert "instruction · project northwind/billing" in entry


async def test_last_edit_stands_as_rows_with_signs(memory: Path) -> None:
    async with opened(memory, size=(140, 45)) as pilot:
        screen = await reviewing(pilot)
        entry = shown(pilot, "#entry")
        fills = {line.fill for line in screen.query_one("#entry").lines}  # type: ignore[attr-defined]

        assert "Version 1 → 2  edited by you, 12 Jun 2026, 09:40" in entry
        assert " - Deploy on Friday before noon, after the smoke test." in entry
        assert " + Deploy on Friday before 15:00, after the smoke test." in entry
        assert fills == {"", "on $added", "on $removed"}


async def test_pair_stands_with_both_texts_both_dates_and_what_differs(memory: Path) -> None:
    async with opened(memory, size=(140, 45)) as pilot:
        screen = await reviewing(pilot)
        entry = shown(pilot, "#entry")
        lit = [
            text
            for line in screen.query_one("#entry").lines  # type: ignore[attr-defined]
            for text, style in line.parts
            if style.startswith("bold $warning")
        ]

        assert f"≠ conflict?  with {NO_FRIDAYS}" in entry
        assert OTHER in entry
        assert "newer by 250" in entry
        assert {"15:00", "November", "Thursday"} <= set(lit)


async def test_source_shows_the_quotation_in_its_message_and_the_other_side(memory: Path) -> None:
    async with opened(memory, size=(140, 45)) as pilot:
        screen = await reviewing(pilot)
        source, text = shown(pilot, "#source"), screen_text(pilot)
        lit = [
            words
            for line in screen.query_one("#source").lines  # type: ignore[attr-defined]
            for words, style in line.parts
            if "$quote" in style
        ]

        assert "When you deploy, and how you go back" in source
        assert "≠ the other side" in source
        assert lit == [QUOTE, OTHER]
        assert "both quotations are still found word for word" in text
        assert "messages 1–3 of 4" in text


async def test_quotation_that_is_no_longer_said_is_told(memory: Path) -> None:
    with Ledger.open(memory) as ledger, transaction(ledger.connection):
        ledger.connection.execute("UPDATE entry_source SET quote_hash='other', quote='other'")
    async with opened(memory, size=(140, 45)) as pilot:
        await reviewing(pilot)

        assert "something else stands there now" in screen_text(pilot)
        assert "× source changed" in shown(pilot, "#queue")


async def test_message_that_is_gone_is_told(memory: Path) -> None:
    with Ledger.open(memory) as ledger, transaction(ledger.connection):
        ledger.connection.execute("UPDATE entry_source SET message_key=12345")
    async with opened(memory, size=(140, 45)) as pilot:
        await reviewing(pilot)
        text = screen_text(pilot)
        await press(pilot, "enter")

        assert "the message is gone from the ledger" in text
        assert isinstance(pilot.app.screen, ReviewScreen)
        assert "No conversation is known" in said(pilot)


async def test_enter_opens_the_conversation_there_and_o_from_its_beginning(memory: Path) -> None:
    async with opened(memory, size=(140, 45)) as pilot:
        await reviewing(pilot, "enter")
        reader = pilot.app.screen
        assert isinstance(reader, ReaderScreen)
        assert QUOTE in screen_text(pilot)
        at = reader.transcript.cursor
        await press(pilot, "escape", "o")
        assert isinstance(pilot.app.screen, ReaderScreen)
        assert pilot.app.screen.transcript.cursor != at


async def test_low_screen_shows_the_source_and_the_ratios_on_a_key(memory: Path) -> None:
    async with opened(memory, size=(80, 24)) as pilot:
        screen = await reviewing(pilot)
        assert not screen.query_one("#source").region
        await press(pilot, "v")
        assert QUOTE in shown(pilot, "#source")
        await press(pilot, "escape", "h")
        assert "with a source" in shown(pilot, "#hygiene")
        assert "2 of 9" in shown(pilot, "#hygiene")
        await press(pilot, "escape")
        assert "Entry" in screen_text(pilot)
        assert pilot.app.screen is screen


async def test_foreign_text_is_shown_and_never_obeyed(memory: Path) -> None:
    with Ledger.open(memory) as ledger:
        review_parts.kept(ledger, "[red]x\x1b[2J", "a\x1b]0;y\x07 [b]z[/b]\u202e\nsecond line", NOW,
                          state="proposed")  # fmt: skip
    async with opened(memory, size=(140, 45)) as pilot:
        screen = await reviewing(pilot)
        await upon(pilot, screen, "[red]x\x1b[2J")
        text = screen_text(pilot)

        assert "[red]x␛[2J" in text
        assert "[b]z[/b]" in text
        assert "\x1b" not in text
        assert "\u202e" not in text


# ---- leaving, coming back, changes from elsewhere


async def test_leaving_and_coming_back_goes_on(memory: Path) -> None:
    async with opened(memory, size=(140, 45)) as pilot:
        screen = await reviewing(pilot, "x", "down", "down")
        before, cursor = titles(screen), sitting(screen).cursor
        await press(pilot, "escape", "2", "ctrl+r")
        again = pilot.app.screen
        assert isinstance(again, ReviewScreen)

        assert again is not screen
        assert titles(again) == before
        assert sitting(again).cursor == cursor
        assert "1 of 9" in shown(pilot, "#tally")


async def test_entry_that_changed_meanwhile_is_looked_at_again(memory: Path) -> None:
    async with opened(memory, size=(140, 45)) as pilot:
        screen = await reviewing(pilot)
        with Ledger.open(memory) as ledger:
            keeping.edit(ledger.connection, entries(memory)[FRIDAYS].id, NOW, body="Deploy never.")
        await press(pilot, "x")

        assert entries(memory)[FRIDAYS].state == "active"
        assert "changed meanwhile" in said(pilot)
        assert titles(screen)[0] == FRIDAYS
        assert "Deploy never." in shown(pilot, "#entry")
        assert "0 of 9" in shown(pilot, "#tally")
        await press(pilot, "x")
        assert entries(memory)[FRIDAYS].state == "archived"


async def test_entry_that_was_settled_elsewhere_leaves(memory: Path) -> None:
    async with opened(memory, size=(140, 45)) as pilot:
        screen = await reviewing(pilot, "escape")
        with Ledger.open(memory) as ledger:
            ledger.memory.archive([entries(memory)[RATES].id], NOW)
        screen = await reviewing(pilot)

        assert RATES not in titles(screen)
        assert "0 of 8" in shown(pilot, "#tally")


async def test_verdict_that_the_ledger_refuses_comes_back(
    memory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opened(memory, size=(140, 45)) as pilot:
        screen = await reviewing(pilot)
        before = titles(screen)

        def full(*_: object) -> None:
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(Memory, "archive", full)
        await press(pilot, "x")

        assert titles(screen) == before
        assert "0 of 9" in shown(pilot, "#tally")


# ---- ratios, and the end


async def test_enter_on_a_ratio_lists_its_entries(memory: Path) -> None:
    async with opened(memory, size=(140, 45)) as pilot:
        screen = await reviewing(pilot, "h", "down", "down", "down", "enter")
        assert set(titles(screen)) == {FRIDAYS, NO_FRIDAYS, HOUSE, STYLE}
        assert "Not in no open pair" in screen_text(pilot)
        await press(pilot, "x")
        assert len(titles(screen)) == 3
        await press(pilot, "escape")

        assert len(titles(screen)) == 8
        assert pilot.app.screen is screen


async def test_ratio_that_lacks_nothing_says_so(memory: Path) -> None:
    async with opened(memory, size=(140, 45)) as pilot:
        await reviewing(pilot, "h", "down", "down", "down", "down", "down", "enter")

        assert "Every entry is within their budget" in said(pilot)


async def test_the_end_is_calm(memory: Path) -> None:
    async with opened(memory, size=(140, 45)) as pilot:
        await reviewing(pilot, "c", "1", "x", *"yyyyyy")
        text = screen_text(pilot)

        assert "✓ 9 decided · nothing is left" in text
        assert "6 still true · 1 archived · 1 conflict settled" in text
        assert "Hygiene before and after" in text
        assert "checked in time" in text
        assert "u takes the last verdict back" in text
        await press(pilot, "u")
        assert "nothing is left" not in screen_text(pilot)


async def test_memory_without_anything_to_look_at_says_so(studio: Path) -> None:
    async with opened(studio, size=(140, 45)) as pilot:
        await reviewing(
            pilot, "y", "x", "e", "m", "c", "n", "D", "space", "full_stop", "enter", "o"
        )

        assert "Nothing wants a look." in screen_text(pilot)
        assert isinstance(pilot.app, ConvledgerApp)


async def test_palette_offers_the_review_from_anywhere(memory: Path) -> None:
    async with opened(memory, size=(140, 45)) as pilot:
        await press(pilot, "ctrl+p", *"review", "space", *"mem")
        await settled(pilot)
        await press(pilot, "enter")
        await settled(pilot)

        assert isinstance(pilot.app.screen, ReviewScreen)
