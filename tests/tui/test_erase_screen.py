"""What a person erases in the app is gone from the files, and the screens go on without it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from textual.widgets import Input

from convledger.ledger import Ledger
from convledger.tui.screens.conversations import ConversationsScreen
from convledger.tui.screens.erase import EraseScreen
from convledger.tui.screens.reader import ReaderScreen
from convledger.tui.screens.search import SearchScreen
from convledger.tui.sitting import Sitting
from convledger.tui.undo import Step
from convledger.tui.widgets.erase_options import OptionRows
from convledger.tui.widgets.hit_rows import HitRows
from tests.faults.test_erase_killed import is_there
from tests.tui import review_parts
from tests.tui.erase_parts import agree, dialog, says, sound, states
from tests.tui.fault_parts import app_of, look, until
from tests.tui.memory_parts import FRIDAYS, METRIC, listed, memory_in, remembered, stand_on
from tests.tui.pilot import click, opened, press, screen_text, settled
from tests.tui.reader_parts import TITLE, find
from tests.tui.review_parts import counted, reviewing, sitting, titles
from tests.tui.test_sitting import queued

SMOKE = "after the smoke test"  # in every version of the entry


@pytest.fixture
def memory(studio: Path) -> dict[str, int]:
    return remembered(studio)


# ---- memory


async def test_an_entry_is_counted_asked_for_by_its_number_and_gone(
    studio: Path, memory: dict[str, int]
) -> None:
    async with opened(studio) as pilot:
        screen = await memory_in(pilot)
        await stand_on(pilot, memory[FRIDAYS])
        await press(pilot, "D")
        assert "− Goes for good: 1 entry, 2 versions, 1 source" in says(pilot)
        assert "Not promised: what the disk itself still has" in says(pilot)
        await press(pilot, "enter")
        assert "type the number first" in screen_text(pilot)
        await press(pilot, "2", "enter")
        assert "the number is 1" in screen_text(pilot)
        assert is_there(studio, SMOKE)
        dialog(pilot).query_one(Input).value = ""
        await agree(pilot, 1)
        assert "− Erased: 1 entry, 2 versions, 1 source" in says(pilot)
        assert "✓ Verified: none of" in says(pilot)
        await press(pilot, "escape")

        assert pilot.app.screen is screen
        assert FRIDAYS not in listed(screen)
        assert FRIDAYS not in screen_text(pilot)
    assert not is_there(studio, SMOKE)
    assert states(studio) == ["done"]
    assert sound(studio)


async def test_marked_entries_go_with_their_backup_and_nothing_brings_them_back(
    studio: Path, memory: dict[str, int]
) -> None:
    backup = studio / "ledger.db.v3.bak"
    shutil.copy(studio / "ledger.db", backup)
    async with opened(studio, size=(80, 24)) as pilot:
        screen = await memory_in(pilot)
        screen.rows.marks = {memory[FRIDAYS], memory[METRIC]}
        app_of(pilot).undoing.push(Step("label Zanzibar", lambda _: None))
        await press(pilot, "D", "escape")
        assert pilot.app.screen is screen
        assert {FRIDAYS, METRIC} <= set(listed(screen))
        await press(pilot, "D")
        assert "Erase 2 entries" in screen_text(pilot)
        assert "△ Backups are kept: ledger.db.v3.bak." in says(pilot)
        await press(pilot, "up", "space")
        assert "− Backups are rewritten without it" in says(pilot)
        assert await pilot.click(OptionRows)
        await settled(pilot)
        assert "− Backups are deleted" in says(pilot)
        await agree(pilot, 2)
        assert "✓ Backup ledger.db.v3.bak: removed, holds none of it." in says(pilot)
        await press(pilot, "escape")

        assert not {FRIDAYS, METRIC} & set(listed(screen))
        assert not screen.rows.marks
        assert app_of(pilot).undoing.pop() is None
    assert not backup.exists()


# ---- conversations


async def test_a_message_goes_the_reader_stays_and_the_search_behind_it_finds_less(
    studio: Path,
) -> None:
    async with opened(studio, size=(80, 24)) as pilot:
        await press(pilot, "slash")
        pilot.app.screen.query_one(Input).value = "greenish"
        await settled(pilot)
        hits = pilot.app.screen.query_one(HitRows)
        before = hits.count()
        await press(pilot, "enter", "enter")
        assert "greenish" in screen_text(pilot)
        await press(pilot, "D")
        assert "− Goes for good: 1 message" in says(pilot)
        await agree(pilot, 1)
        await press(pilot, "escape")
        assert isinstance(pilot.app.screen, ReaderScreen)
        await press(pilot, "escape")

        assert isinstance(pilot.app.screen, SearchScreen)
        assert hits.count() < before


async def test_a_whole_conversation_goes_from_the_reader_and_it_closes(
    studio: Path, memory: dict[str, int]
) -> None:
    wanted = find(studio, TITLE)
    async with opened(studio, size=(80, 24)) as pilot:
        await press(pilot, "2")
        screen = pilot.app.screen
        assert isinstance(screen, ConversationsScreen)
        screen.rows.cursor = list(screen.rows.ids).index(wanted)
        await press(pilot, "enter", "home", "D", "up", "space")
        assert "Erase all of “" in screen_text(pilot)
        boxes = [one.key for one in dialog(pilot).query_one(OptionRows).options]
        assert boxes == ["what", "made", "figures", "project"]
        await press(pilot, "down", "space")
        assert "− Goes for good: 1 entry" in says(pilot)
        await press(pilot, "space")
        await agree(pilot, 1)
        assert "△ Stays: 1 entry made of it.\n" in says(pilot)
        await click(pilot, "#after #leave")

        assert str(pilot.app.screen) == str(screen)
        line = screen.rows.line(wanted)  # what it cost stays as numbers
        assert line is not None
        assert line.title == ""
    assert not is_there(studio, TITLE)


async def test_all_of_a_client_goes_with_its_figures_and_entries(
    studio: Path, memory: dict[str, int]
) -> None:
    async with opened(studio) as pilot:
        await press(pilot, "2")
        screen = pilot.app.screen
        assert isinstance(screen, ConversationsScreen)
        with Ledger.open(studio) as ledger:
            theirs = ledger.belongings("northwind-bakery")
        assert len(theirs.entries) == 1
        screen.rows.cursor = list(screen.rows.ids).index(theirs.conversations[0])
        await settled(pilot)
        await press(pilot, "D", "up", "space")
        assert "Erase all of client northwind-bakery" in screen_text(pilot)
        await press(pilot, "down", "space")
        assert "calls with their cost" in says(pilot)
        await agree(pilot, len(theirs.conversations))
        await press(pilot, "escape")

        assert not set(theirs.conversations) & set(screen.rows.ids)
        assert "northwind-bakery" not in screen_text(pilot)
    assert sound(studio)


async def test_what_another_window_erases_leaves_the_screens(
    studio: Path, memory: dict[str, int]
) -> None:
    from convledger.memory.erase import Wanted

    wanted = find(studio, TITLE)
    async with opened(studio) as pilot:
        screen = await memory_in(pilot)
        await stand_on(pilot, memory[METRIC])
        pilot.app.push_screen(ReaderScreen(wanted))
        await look(pilot)
        with Ledger.open(studio) as ledger:
            what = Wanted(entries=(memory[METRIC],), conversations=(wanted,))
            assert ledger.erase(what, now=1).is_done
        await look(pilot)
        await until(pilot, lambda: "0 messages" in screen_text(pilot))
        assert TITLE not in screen_text(pilot)
        await press(pilot, "escape")

        assert METRIC not in listed(screen)


# ---- a review


async def test_a_review_goes_on_with_the_next_and_counts_what_went(studio: Path) -> None:
    review_parts.with_memory(studio)
    async with opened(studio, size=(140, 45)) as pilot:
        screen = await reviewing(pilot)
        archived, first, second, third, fourth = titles(screen)[:5]
        await press(pilot, "x")
        await press(pilot, "D")
        assert isinstance(pilot.app.screen, EraseScreen)
        assert f"Erase “{first}”" in screen_text(pilot)
        await agree(pilot, 1)
        await press(pilot, "escape")
        await counted(pilot, screen)
        assert titles(screen)[0] == second
        left = {one.entry.title: one.entry.id for one in sitting(screen).queue}
        sitting(screen).marks = {left[second], left[fourth]}
        await press(pilot, "D")
        await agree(pilot, 2)
        await press(pilot, "escape")
        await counted(pilot, screen)

        assert titles(screen)[0] == third
        assert not {first, second, fourth} & set(titles(screen))
        tally = sitting(screen).tally()
        assert tally.counts == (("archived", 1), ("erased", 3))
        assert (tally.decided, tally.total) == (4, 9)
        await press(pilot, "u")
        await counted(pilot, screen)
        assert titles(screen)[0] == archived  # the verdict before is still taken back


def test_a_sitting_knows_nothing_more_of_what_is_erased() -> None:
    queue = [queued(1), queued(2), queued(3)]
    left = Sitting(queue)
    left.decide("archived", queue[:2], saves=True)
    left.decide("still true", queue[2:])
    left.erase([1, 3])

    assert [verdict.title for verdict in left.verdicts] == ["“T2”"]
    assert left.tally().counts == (("archived", 1), ("erased", 2))
    assert left.tally().tokens == 20
    left.put_back(left.verdicts[0])
    assert [one.entry.id for one in left.queue] == [2]
    left.erase([2])
    assert left.queue == []
    assert left.tally().counts == (("erased", 3),)
