"""What can be done from a conversation, its relatives, and how it grows under the eyes."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from zstandard import ZstdCompressor

from convledger.clock import SECOND
from convledger.ledger import Ledger
from convledger.reports.family import Member
from convledger.store.connection import transaction
from convledger.tui.screens.family import FamilyRows, FamilyScreen, branches
from convledger.tui.screens.reader import ReaderScreen
from tests.tui.pilot import opened, press, screen_text, settled, text_of
from tests.tui.reader_parts import (
    TITLE,
    WITH_AGENT,
    WITH_FORK,
    find,
    frame,
    messages,
    read,
    transcript,
)

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
