"""What a person does on the screen Memory: find, narrow, read, follow a source."""

from __future__ import annotations

import sqlite3
import time
from pathlib import Path

import pytest
from textual.widgets import TextArea

from convledger.ledger import Ledger
from convledger.memory.drafts import Draft
from convledger.memory.words import PROPOSED
from convledger.tui.screens.memory import MemoryScreen
from convledger.tui.screens.reader import ReaderScreen
from convledger.tui.widgets.evidence_view import EvidenceView
from convledger.tui.widgets.hygiene_rows import HygieneRows
from convledger.tui.widgets.memory_facets import MemoryFacets
from convledger.tui.widgets.memory_view import PORTION
from tests.tui.memory_parts import (
    BAIT,
    FRIDAYS,
    METRIC,
    QUOTE,
    VPN,
    listed,
    memory_in,
    opened,
    remembered,
    shown,
    sources,
    stand_on,
    state,
)
from tests.tui.pilot import NOW, press, said, screen_text, settled, text_of
from tests.tui.reader_parts import TITLE, find, messages

NIGHT = "Night trains belong to the day they left"
TESTS = "Tests run with -n auto"
WIDE = (140, 45)


# ---- finding and reading


async def test_memory_without_an_entry_says_what_it_is_and_how_one_comes_in(studio: Path) -> None:
    async with opened(studio, size=(80, 24)) as pilot:
        await memory_in(pilot)
        text = screen_text(pilot)

        assert "Memory is what your tools should know" in text
        assert "convledger memory import" in text
        assert "remember the message under the cursor" in text
        assert "Still true" not in text
        await press(pilot, "n", *"Bakery closes on Mondays", "ctrl+s")
        await settled(pilot)
        assert "Bakery closes on Mondays" in screen_text(pilot)
        assert pilot.app.focused is not None
        await press(pilot, "u")
        await settled(pilot)
        assert "Memory is what your tools should know" in screen_text(pilot)


async def test_the_latest_comes_first_and_what_is_archived_is_left_out(studio: Path) -> None:
    remembered(studio)
    async with opened(studio, size=WIDE) as pilot:
        screen = await memory_in(pilot)

        assert listed(screen)[:2] == [TESTS, NIGHT]
        assert VPN not in listed(screen)
        assert len(screen.rows.ids) == 6
        assert "6 entries" in screen_text(pilot)


async def test_an_entry_shows_its_facts_its_text_and_its_sources(studio: Path) -> None:
    ids = remembered(studio)
    async with opened(studio, size=WIDE) as pilot:
        screen = await memory_in(pilot)
        await stand_on(pilot, ids[FRIDAYS])
        entry = shown(screen)

        assert "instruction · project billing · ● active" in entry
        assert "said      3 Mar 2026, 37 weeks ago" in entry
        assert "#ops #release" in entry
        assert "5 of 5 · internal" in entry
        assert "Deploy on Friday before 15:00" in entry
        assert "by hand" in sources(screen)
        await stand_on(pilot, ids[NIGHT])
        assert "√ word for word" in sources(screen)
        assert f"{QUOTE} at 25:10" in sources(screen)


async def test_letters_narrow_the_list_to_the_words_that_they_begin(studio: Path) -> None:
    remembered(studio)
    async with opened(studio) as pilot:
        screen = await memory_in(pilot)
        await press(pilot, "slash", *"smo")
        await settled(pilot)

        assert listed(screen) == [FRIDAYS]
        await press(pilot, "enter")
        assert pilot.app.focused is screen.rows
        await press(pilot, "slash", *"zzz")
        await settled(pilot)
        assert "Nothing matches." in text_of(screen.rows)
        await press(pilot, "escape", "c")
        await settled(pilot)
        assert len(screen.rows.ids) == 6


async def test_filters_count_what_they_leave_and_show_what_is_archived(studio: Path) -> None:
    remembered(studio)
    async with opened(studio, size=WIDE) as pilot:
        screen = await memory_in(pilot)
        facets = screen.query_one(MemoryFacets)
        assert "   archived                  1" in text_of(facets)
        facets.focus()
        await press(pilot, "down", "down", "down", "enter")
        await settled(pilot)

        assert listed(screen) == [VPN]
        assert "state archived" in screen_text(pilot)
        assert "✓ archived" in text_of(facets)
        await press(pilot, "escape", "c")
        await settled(pilot)
        assert len(screen.rows.ids) == 6


async def test_a_source_opens_the_conversation_at_the_message(studio: Path) -> None:
    ids = remembered(studio)
    async with opened(studio, size=WIDE) as pilot:
        screen = await memory_in(pilot)
        await stand_on(pilot, ids[NIGHT])
        screen.query_one(EvidenceView).focus()
        await press(pilot, "enter")
        await settled(pilot)

        assert isinstance(pilot.app.screen, ReaderScreen)
        assert pilot.app.screen.conversation_id == find(studio, TITLE)
        transcript = pilot.app.screen.transcript
        assert (
            transcript.script.heads[transcript.cursor].id
            == messages(studio, find(studio, TITLE))[0]
        )
        await press(pilot, "escape")
        assert isinstance(pilot.app.screen, MemoryScreen)


async def test_a_source_that_is_no_conversation_says_where_it_is(studio: Path) -> None:
    ids = remembered(studio)
    async with opened(studio, size=WIDE) as pilot:
        screen = await memory_in(pilot)
        await stand_on(pilot, ids[TESTS])
        screen.query_one(EvidenceView).focus()
        await press(pilot, "enter")
        await settled(pilot)

        assert "This comes from no conversation: ~/work/CLAUDE.md#12" in screen_text(pilot)


async def test_a_ratio_opens_the_list_of_those_that_fail_it(studio: Path) -> None:
    ids = remembered(studio)
    async with opened(studio, size=WIDE) as pilot:
        screen = await memory_in(pilot)
        rows = screen.query_one(HygieneRows)
        await press(pilot, "i", "down", "enter")
        await settled(pilot)

        hygiene = rows.hygiene
        assert hygiene is not None
        assert set(screen.rows.ids) == set(hygiene.ratios[0].others)
        assert ids[FRIDAYS] not in screen.rows.ids
        assert "not with a source" in screen_text(pilot)


@pytest.mark.parametrize("size", [(80, 24), (60, 16), (140, 45)])
async def test_every_panel_can_be_reached_at_every_size(
    studio: Path, size: tuple[int, int]
) -> None:
    remembered(studio)
    async with opened(studio, size=size) as pilot:
        await memory_in(pilot)
        seen = set()
        for _ in range(6):
            await press(pilot, "tab")
            focused = pilot.app.focused
            assert focused is not None
            assert focused.region.area
            seen.add(type(focused).__name__)

        assert seen >= {"MemoryRows", "EntryView", "EvidenceView", "MemoryFacets", "HygieneRows"}
        await press(pilot, "escape")
        assert type(pilot.app.focused).__name__ == "MemoryRows"


async def test_hostile_text_is_shown_and_does_nothing(studio: Path) -> None:
    ids = remembered(studio)
    async with opened(studio, size=WIDE) as pilot:
        screen = await memory_in(pilot)
        await stand_on(pilot, ids[BAIT])
        text = screen_text(pilot)

        assert "[@click=app.quit]Press[/]" in shown(screen)
        assert "\x1b" not in text
        assert "\u202e" not in text
        for key in ("e", "escape", "l", "escape", "d", "escape", "s", "escape", "h", "escape"):
            await press(pilot, key)
            await settled(pilot)
            assert "\x1b" not in screen_text(pilot)
            assert "\u202e" not in screen_text(pilot)
        assert isinstance(pilot.app.screen, MemoryScreen)


async def test_a_very_long_text_says_what_is_left_out(studio: Path) -> None:
    with Ledger.open(studio) as ledger:
        ledger.memory.remember(Draft("word " * 40_000, "Long"), NOW)
    async with opened(studio, size=WIDE) as pilot:
        await memory_in(pilot)
        await press(pilot, "enter", "end")
        await settled(pilot)
        assert f"{5 * 40_000 - PORTION:,} characters more" in " ".join(screen_text(pilot).split())
        await press(pilot, "e")
        await settled(pilot)
        assert "too long to edit here" in said(pilot)


# ---- many


def test_twenty_thousand_entries_are_listed_without_their_texts(studio: Path) -> None:
    """A list of 20,000 is answered while a key is held down, and reads no text."""
    many(studio, 20_000)
    from convledger.memory.asking import EntryQuery

    with Ledger.open(studio) as ledger:
        begun = time.monotonic()
        found = ledger.memory.listing(EntryQuery(text="entry 77"), NOW)
        lines = ledger.memory.lines(found.ids[:100], NOW)
        took = time.monotonic() - begun

    assert len(found.ids) == 111  # 77, 770 to 779, 7700 to 7799
    assert len(lines) == 100
    assert took < 5  # a fraction of that on an idle machine: a scan of the texts takes longer


def many(studio: Path, count: int) -> None:
    """Put many entries into memory without a change for each."""
    with Ledger.open(studio):
        pass
    with sqlite3.connect(studio / "ledger.db") as books:
        books.executemany(
            "INSERT INTO entry (name, kind, title, body, scope, tags, state, recorded_at, hash) "
            "VALUES (?, 'fact', ?, ?, ?, ?, 'active', ?, ?)",
            (
                (f"{n:026}", f"Entry {n}", f"text of entry {n} " * 8, f"project:p{n % 40}",
                 f"t{n % 9}", NOW - n, str(n))
                for n in range(count)
            ),
        )  # fmt: skip
        books.execute("INSERT INTO remembered (remembered) VALUES ('rebuild')")


async def test_a_long_list_asks_only_for_what_is_in_sight(studio: Path) -> None:
    many(studio, 20_000)
    async with opened(studio, size=WIDE) as pilot:
        screen = await memory_in(pilot)
        assert len(screen.rows.ids) == 20_000
        await press(pilot, "end")
        await settled(pilot)

        assert "Entry 19999" in text_of(screen.rows)
        assert len(screen.rows._lines) <= 400
        assert "20,000 entries" in screen_text(pilot)
        await press(pilot, "home", "ctrl+a")
        await settled(pilot)
        assert "✓ 20,000" in screen_text(pilot)


async def test_text_typed_elsewhere_is_not_a_verb(studio: Path) -> None:
    """Letters in a line to type in or in a text are letters."""
    ids = remembered(studio)
    async with opened(studio) as pilot:
        await memory_in(pilot)
        await press(pilot, "n", *"xay")
        await settled(pilot)

        assert pilot.app.screen.query_one(TextArea).text == "xay"
        assert state(studio, ids[TESTS]) == PROPOSED
        await press(pilot, "escape")
        assert "What you typed is not saved." in screen_text(pilot)
        await press(pilot, "escape", "escape", "tab", "tab", "enter")
        await settled(pilot)
        assert isinstance(pilot.app.screen, MemoryScreen)


async def test_what_is_pinned_says_so_in_the_list_and_in_the_entry(studio: Path) -> None:
    ids = remembered(studio)
    async with opened(studio, size=WIDE) as pilot:
        screen = await memory_in(pilot)
        await stand_on(pilot, ids[METRIC])

        assert "pinned" in text_of(screen.rows)
        assert "pinned" in shown(screen)
