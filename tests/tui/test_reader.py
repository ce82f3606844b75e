"""Tests of the reader in the whole app, over the invented history."""

from __future__ import annotations

import sqlite3
import threading
from pathlib import Path

import pytest
from textual.content import Content
from textual.pilot import Pilot
from zstandard import ZstdCompressor

from convledger.clock import SECOND
from convledger.ledger import Ledger
from convledger.reports.family import Member
from convledger.reports.reading import Outline
from convledger.store.connection import transaction
from convledger.store.messages import HIDDEN
from convledger.tui.screens.family import FamilyRows, FamilyScreen, branches
from convledger.tui.screens.reader import ReaderScreen
from convledger.tui.widgets.context_meter import ContextMeter
from convledger.tui.widgets.panel import Panel
from tests.tui.pilot import opened, press, screen_text, settled, text_of

TITLE = "Night trains vanish after midnight"
WITH_AGENT = "Ethical wall leaks in the hit count"
WITH_FORK = "Double booking of the daylight room"


def find(studio: Path, title: str) -> int:
    """Return the conversation with a title."""
    with sqlite3.connect(studio / "ledger.db") as books:
        return int(
            books.execute("SELECT id FROM conversation WHERE title=?", (title,)).fetchone()[0]
        )


def messages(studio: Path, conversation_id: int) -> list[int]:
    with sqlite3.connect(studio / "ledger.db") as books:
        rows = books.execute(
            "SELECT id FROM message WHERE conversation_id=? AND flags & ?=0 ORDER BY at, line, id",
            (conversation_id, HIDDEN),
        ).fetchall()
    return [row[0] for row in rows]


async def read(
    pilot: Pilot[None], conversation_id: int, message_id: int | None = None
) -> ReaderScreen:
    """Open a conversation and return its screen."""
    screen = ReaderScreen(conversation_id, message_id)
    pilot.app.push_screen(screen)
    await settled(pilot)
    return screen


def transcript(screen: ReaderScreen) -> str:
    return text_of(screen.transcript)


def found(screen: ReaderScreen) -> str:
    return text_of(screen.query_one("#count"))


def frame(screen: ReaderScreen) -> tuple[str, str]:
    panel = screen.query_one(Panel)
    title, counts = str(panel.border_title), str(panel.border_subtitle)
    return Content.from_markup(title).plain, Content.from_markup(counts).plain


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
            await pilot.pause()
        await pilot.press("escape")
        assert pilot.app.screen is before
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


# ---- what can be done with an entry


async def test_the_text_of_an_entry_is_copied(studio: Path) -> None:
    async with opened(studio) as pilot:
        await read(pilot, find(studio, TITLE))
        await press(pilot, "y")
        assert pilot.app.clipboard.startswith("The night train from Arlen at 25:10")
        assert "Copied the prompt: 97 B." in screen_text(pilot)


async def test_what_is_copied_can_do_nothing(studio: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    conversation_id = find(studio, TITLE)
    first = messages(studio, conversation_id)[0]

    def bodies(_ledger: Ledger, ids: list[int], *, most: int | None = None) -> dict[int, str]:
        return dict.fromkeys(ids, "a\ud800b\x1b]52;c;x\x07")

    monkeypatch.setattr(Ledger, "bodies", bodies)
    async with opened(studio) as pilot:
        screen = await read(pilot, conversation_id, first)
        await press(pilot, "y")
        assert pilot.app.clipboard == "a‹U+D800›b␛]52;c;x␇"
        assert "a‹U+D800›b␛]52;c;x␇" in transcript(screen)


async def test_the_cost_of_a_turn_is_explained(studio: Path) -> None:
    from convledger.tui.screens.why import WhyScreen

    async with opened(studio) as pilot:
        await read(pilot, find(studio, TITLE))
        await press(pilot, "end", "w")
        assert isinstance(pilot.app.screen, WhyScreen)


async def test_where_nothing_was_paid_that_is_said(studio: Path) -> None:
    with sqlite3.connect(studio / "ledger.db") as books:
        fork = books.execute("SELECT id FROM conversation WHERE relation='fork'").fetchone()[0]
        books.execute("DELETE FROM call WHERE conversation_id=?", (fork,))
    async with opened(studio) as pilot:
        screen = await read(pilot, fork)
        await press(pilot, "w")
        assert pilot.app.screen is screen
        assert "No call stands here" in screen_text(pilot)


@pytest.mark.parametrize(("key", "name"), [("l", "LabelScreen"), ("e", "ExportScreen")])
async def test_labels_and_files_are_a_key_away(studio: Path, key: str, name: str) -> None:
    async with opened(studio) as pilot:
        await read(pilot, find(studio, TITLE))
        await press(pilot, key)
        assert type(pilot.app.screen).__name__ == name
        await press(pilot, "escape")
        assert isinstance(pilot.app.screen, ReaderScreen)


# ---- the family


async def test_the_family_is_a_tree_with_what_each_cost(studio: Path) -> None:
    async with opened(studio) as pilot:
        await read(pilot, find(studio, WITH_FORK))
        await press(pilot, "t")
        assert isinstance(pilot.app.screen, FamilyScreen)
        text = text_of(pilot.app.screen.query_one(FamilyRows))
        assert f"● {WITH_FORK}" in text
        assert "$1.26" in text
        assert "└─ In spring, on the Sunday" in text
        assert "fork · 34 messages · 2 calls" in text
        assert "you are here" in text


async def test_enter_opens_a_relative_and_escape_comes_back(studio: Path) -> None:
    async with opened(studio) as pilot:
        here = await read(pilot, find(studio, WITH_FORK))
        await press(pilot, "t", "down", "enter")
        there = pilot.app.screen
        assert isinstance(there, ReaderScreen)
        assert there.conversation_id != here.conversation_id
        assert "↳ from the parent" in transcript(there)
        await press(pilot, "escape")
        assert pilot.app.screen is here


async def test_a_sub_agent_is_gone_to_within_the_conversation(studio: Path) -> None:
    async with opened(studio) as pilot:
        screen = await read(pilot, find(studio, WITH_AGENT))
        await press(pilot, "t", "down", "enter")
        assert pilot.app.screen is screen
        view = screen.transcript
        assert view.script.heads[view.cursor].agent
        assert "agent Explore: List every place" in transcript(screen)


async def test_who_has_no_relatives_is_told_so(studio: Path) -> None:
    async with opened(studio) as pilot:
        await read(pilot, find(studio, TITLE))
        await press(pilot, "t")
        assert "no forks and no sub-agents" in screen_text(pilot)
        await press(pilot, "enter")
        assert isinstance(pilot.app.screen, ReaderScreen)


def test_the_lines_of_the_tree_join_parents_and_children() -> None:
    def member(kind: str, number: int, *children: Member) -> Member:
        return Member(kind, number, str(number), "", "", children=list(children))

    top = member(
        "conversation", 1,
        member("agent", 9),
        member("conversation", 2, member("conversation", 3, member("agent", 8))),
        member("conversation", 4),
    )  # fmt: skip
    found = branches(top)
    assert [(one.member.native, one.conversation_id, one.before, one.below) for one in found] == [
        ("1", 1, "", "│  "),
        ("9", 1, "├─ ", "│     "),
        ("2", 2, "├─ ", "│  │  "),
        ("3", 3, "│  └─ ", "│     │  "),
        ("8", 3, "│     └─ ", "│           "),
        ("4", 4, "└─ ", "      "),
    ]


# ---- while it grows


def append(studio: Path, conversation_id: int, text: str) -> None:
    """Write another prompt into the ledger, as the import does."""
    with Ledger.open(studio) as ledger, transaction(ledger.connection):
        connection = ledger.connection
        page = connection.execute("SELECT max(id) + 1 FROM page").fetchone()[0]
        connection.execute(
            "INSERT INTO page (id, body) VALUES (?, ?)",
            (page, ZstdCompressor().compress(text.encode())),
        )
        message, at = connection.execute("SELECT max(id) + 1, max(at) FROM message").fetchone()
        connection.execute(
            "INSERT INTO message (id, conversation_id, key, file_id, line, at, kind, flags, "
            "page_id, start, length) SELECT ?, conversation_id, ?, file_id, line + 1000, ?, 1, 0, "
            "?, 0, ? FROM message WHERE conversation_id=? LIMIT 1",
            (message, message, at + SECOND, page, len(text.encode()), conversation_id),
        )


async def test_what_is_said_meanwhile_appears_at_the_end(studio: Path) -> None:
    conversation_id = find(studio, TITLE)
    async with opened(studio) as pilot:
        screen = await read(pilot, conversation_id)
        await press(pilot, "end")
        append(studio, conversation_id, "one more question")
        screen.renew()
        await settled(pilot)
        assert "▎ one more question" in transcript(screen)
        assert frame(screen)[1].startswith("42 messages")
        assert screen.transcript.cursor == screen.transcript.count - 1


async def test_who_reads_further_up_is_not_moved(studio: Path) -> None:
    conversation_id = find(studio, TITLE)
    async with opened(studio) as pilot:
        screen = await read(pilot, conversation_id)
        before = transcript(screen)
        append(studio, conversation_id, "one more question")
        screen.renew()
        await settled(pilot)
        assert transcript(screen) == before
        assert frame(screen)[1].startswith("42 messages")


# ---- hostile and large


async def test_a_large_text_is_opened_at_once_and_says_what_is_left_out(studio: Path) -> None:
    conversation_id = find(studio, TITLE)
    append(studio, conversation_id, "a long line of words\n" * 500_000)
    async with opened(studio) as pilot:
        screen = await read(pilot, conversation_id)
        await press(pilot, "end")
        assert "▎ … 10.4 MB more; e exports all of it" in transcript(screen)
        await press(pilot, "y")
        assert "the first 1.00 MB of 10.5 MB" in screen_text(pilot)
        await press(pilot, "up", "pageup")
        assert "▎ a long line of words" in transcript(screen)


async def test_a_hostile_title_does_nothing(studio: Path) -> None:
    conversation_id = find(studio, TITLE)
    with sqlite3.connect(studio / "ledger.db") as books:
        books.execute(
            "UPDATE conversation SET title=? WHERE id=?",
            ("[red]x[/]\x1b]0;y\x07" + "\u0301" * 1_000_000, conversation_id),
        )
    async with opened(studio) as pilot:
        screen = await read(pilot, conversation_id)
        assert frame(screen)[0].startswith("[red]x[/]␛]0;y␇")
        assert "‹999,992 marks›" in frame(screen)[0]
        assert len(frame(screen)[0]) < 200
