"""A conversation is read: opened, gone through, searched."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from pathlib import Path

import pytest

from convledger.ledger import Ledger
from convledger.reports.reading import Outline
from convledger.store.messages import HIDDEN
from convledger.tui.screens.reader import ReaderScreen
from convledger.tui.widgets.context_meter import ContextMeter
from tests.tui.pilot import opened, press, screen_text, settled, text_of
from tests.tui.reader_parts import (
    TITLE,
    find,
    found,
    frame,
    messages,
    read,
    transcript,
)

# ---- opening


async def test_a_conversation_is_shown_with_what_it_comes_to(studio: Path) -> None:
    async with opened(studio) as pilot:
        screen = await read(pilot, find(studio, TITLE))
        assert frame(screen) == (
            TITLE,
            "41 messages · 1.3M tok · $1.26 · claude-code · timetable-api",
        )
        assert "▎ The night train from Arlen at 25:10 (01:10 next day)" in transcript(screen)
        assert "▸ Read  openapi.yaml" in transcript(screen)
        meter = text_of(screen.query_one(ContextMeter))
        assert "$0.00 of $1.26" in meter
        assert "turn 1 of 2" in meter


@pytest.mark.parametrize("size", [(40, 10), (80, 24), (120, 36), (140, 45)])
async def test_it_can_be_read_at_every_size(studio: Path, size: tuple[int, int]) -> None:
    async with opened(studio, size=size) as pilot:
        screen = await read(pilot, find(studio, TITLE))
        text = screen_text(pilot)
        assert "you  " in text
        assert "$0.00 of $1.26" in text
        assert "41 messages" in text
        await pilot.resize_terminal(60, 12)
        await settled(pilot)
        await press(pilot, "end")
        assert "is not 00:30." in transcript(screen)
        assert "$1.26 of $1.26" in screen_text(pilot)


async def test_a_conversation_can_be_opened_at_a_message(studio: Path) -> None:
    conversation_id = find(studio, TITLE)
    at = messages(studio, conversation_id)[26]
    async with opened(studio) as pilot:
        screen = await read(pilot, conversation_id, at)
        view = screen.transcript
        assert view.script.heads[view.cursor].id == at
        assert view.sheet.is_open(view.cursor)
        assert 0 < view.row_of(view.cursor) < view.size.height // 2
        marked = view.render_line(view.row_of(view.cursor) + 1)
        above = view.render_line(view.row_of(view.cursor))
        assert "▾" in marked.text
        backgrounds = {segment.style.bgcolor for segment in marked if segment.style}
        assert backgrounds != {segment.style.bgcolor for segment in above if segment.style}


async def test_a_message_that_is_hidden_is_shown_all_the_same(studio: Path) -> None:
    with sqlite3.connect(studio / "ledger.db") as books:
        message_id, conversation_id = books.execute(
            "SELECT id, conversation_id FROM message WHERE flags & ? AND name IS NOT NULL",
            (HIDDEN,),
        ).fetchone()
    async with opened(studio) as pilot:
        screen = await read(pilot, conversation_id, message_id)
        view = screen.transcript
        assert view.script.heads[view.cursor].id == message_id
        assert "hidden shown" in frame(screen)[1]
        assert "○ hidden" in transcript(screen)


async def test_a_message_that_is_gone_is_said(studio: Path) -> None:
    async with opened(studio) as pilot:
        screen = await read(pilot, find(studio, TITLE), 7)
        assert "no longer in the ledger" in screen_text(pilot)
        assert "you  " in transcript(screen)
        assert "hidden shown" not in frame(screen)[1]


async def test_a_conversation_that_is_gone_is_said(studio: Path) -> None:
    async with opened(studio) as pilot:
        screen = await read(pilot, 123_456)
        assert frame(screen) == ("Untitled", "no longer in the ledger")
        assert "Nothing that was said here is in the ledger." in transcript(screen)
        await press(
            pilot, "down", "enter", "n", "z", "y", "w", "end", "home", "f", "x", "enter", "n"
        )
        assert pilot.app.screen is screen


async def test_escape_goes_back_to_where_one_came_from(studio: Path) -> None:
    async with opened(studio) as pilot:
        before = pilot.app.screen
        await read(pilot, find(studio, TITLE))
        await press(pilot, "escape")
        assert pilot.app.screen is before


async def test_who_leaves_before_it_was_read_leaves_nothing_behind(
    studio: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked, answered = threading.Event(), threading.Event()
    outline = Ledger.outline

    def slow(ledger: Ledger, conversation_id: int, *, hidden: bool = False) -> Outline:
        asked.set()
        answered.wait(10)
        return outline(ledger, conversation_id, hidden=hidden)

    conversation_id = find(studio, TITLE)
    async with opened(studio) as pilot:
        before = pilot.app.screen
        monkeypatch.setattr(Ledger, "outline", slow)
        pilot.app.push_screen(ReaderScreen(conversation_id))
        while not asked.is_set():
            await asyncio.sleep(0.001)
        pilot.app.simulate_key("escape")
        while pilot.app.screen is not before:
            await asyncio.sleep(0.001)
        answered.set()
        await settled(pilot)
        screen = await read(pilot, conversation_id)
        assert "▎ The night train" in transcript(screen)


# ---- keys


async def test_enter_opens_and_folds_the_entry_under_the_cursor(studio: Path) -> None:
    async with opened(studio) as pilot:
        screen = await read(pilot, find(studio, TITLE))
        await press(pilot, "down", "down", "enter")
        assert "▾ Grep" in transcript(screen)
        assert "▎ pattern  fixture" in transcript(screen)
        await press(pilot, "enter")
        assert "▸ Grep  fixture" in transcript(screen)


async def test_all_tool_calls_open_and_fold(studio: Path) -> None:
    async with opened(studio) as pilot:
        screen = await read(pilot, find(studio, TITLE))
        await press(pilot, "z")
        assert "▸" not in transcript(screen)
        await press(pilot, "z")
        assert "▾" not in transcript(screen)


async def test_prompts_are_gone_through(studio: Path) -> None:
    async with opened(studio) as pilot:
        screen = await read(pilot, find(studio, TITLE))
        await press(pilot, "n")
        assert "turn 2 of 2" in text_of(screen.query_one(ContextMeter))
        assert "▎ and the departures board at 00:30" in transcript(screen)
        await press(pilot, "n")
        assert "No prompt after this one." in screen_text(pilot)
        await press(pilot, "p")
        assert screen.transcript.cursor == 0


async def test_the_meter_tells_cost_and_context_at_the_cursor(studio: Path) -> None:
    async with opened(studio) as pilot:
        screen = await read(pilot, find(studio, TITLE))
        await press(pilot, "end")
        meter = text_of(screen.query_one(ContextMeter))
        assert "$1.26 of $1.26" in meter
        assert "context 128k of 128k" in meter
        assert meter.rstrip().endswith("Thu 15 Oct 11:30")


async def test_hidden_entries_come_and_go(studio: Path) -> None:
    with sqlite3.connect(studio / "ledger.db") as books:
        conversation_id = books.execute(
            "SELECT conversation_id FROM message WHERE flags & ?", (HIDDEN,)
        ).fetchone()[0]
    async with opened(studio) as pilot:
        screen = await read(pilot, conversation_id)
        before = screen.transcript.count
        await press(pilot, "H")
        assert screen.transcript.count > before
        assert "hidden shown" in frame(screen)[1]
        await press(pilot, "H")
        assert screen.transcript.count == before


# ---- finding


async def test_words_are_found_and_gone_through(studio: Path) -> None:
    async with opened(studio) as pilot:
        screen = await read(pilot, find(studio, TITLE))
        await press(pilot, "f", *"service")
        assert "8 found" in found(screen)
        await press(pilot, "enter")
        assert pilot.app.focused is screen.transcript
        assert "1 of 8" in found(screen)
        await press(pilot, "n")
        assert "2 of 8" in found(screen)
        assert "Service" in transcript(screen)
        await press(pilot, "N", "N")
        assert "8 of 8" in found(screen)


async def test_escape_ends_the_search_before_it_leaves(studio: Path) -> None:
    async with opened(studio) as pilot:
        screen = await read(pilot, find(studio, TITLE))
        await press(pilot, "f", *"service", "escape")
        assert pilot.app.screen is screen
        assert not screen.find_line.display
        assert screen.transcript.matches == []
        await press(pilot, "f", *"train", "enter", "escape")
        assert pilot.app.screen is screen
        await press(pilot, "n")
        assert "turn 2 of 2" in text_of(screen.query_one(ContextMeter))
        await press(pilot, "escape")
        assert pilot.app.screen is not screen


async def test_what_is_not_there_is_said(studio: Path) -> None:
    async with opened(studio) as pilot:
        screen = await read(pilot, find(studio, TITLE))
        await press(pilot, "f", *"zzz", "enter", "n")
        assert "nothing" in found(screen)
        assert screen.transcript.cursor == 0
