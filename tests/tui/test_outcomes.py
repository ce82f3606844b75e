"""The app shows how support conversations ended, filters by it, and takes no room where none is."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from convledger.ledger import Ledger
from convledger.tui.screens.reader import ReaderScreen
from convledger.tui.widgets.facet_rows import FacetRows
from convledger.tui.widgets.outcome_line import OutcomeLine
from tests.tui.pilot import opened, press, screen_text, settled, text_of

FACTS = (
    "verdict escalated",
    "handed off 8 Oct 08:00",
    "rating 4 of 5",
    "messages by bot 1, people 1, customer 1",
    "tags billing, refund",
)
INTERCOM = Path(__file__).parents[2] / "fixtures" / "sources" / "intercom"


@pytest.fixture(scope="module")
def imported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("support")
    with Ledger.open(folder / "books") as ledger:
        ledger.import_paths([INTERCOM])
        ledger.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return folder / "books"


@pytest.fixture
def books(imported: Path, tmp_path: Path) -> Path:
    shutil.copytree(imported, tmp_path / "books")
    return tmp_path / "books"


def number_of(books: Path, native: str) -> int:
    with Ledger.open(books) as ledger:
        return ledger.conversation(native).id


@pytest.mark.parametrize("size", [(40, 12), (80, 24), (140, 45)])
async def test_reader_says_who_handled_it_and_what_the_vendor_says(
    books: Path, size: tuple[int, int]
) -> None:
    number = number_of(books, "5103")
    async with opened(books, size=size) as pilot:
        screen = ReaderScreen(number)
        pilot.app.push_screen(screen)
        await settled(pilot)
        words = text_of(screen.query_one(OutcomeLine))

        assert "handled by the bot, then a person"[: size[0] - 8] in words
        if size[0] > 100:
            for fact in FACTS:
                assert fact in words
            assert "person" in screen_text(pilot)


async def test_a_conversation_of_which_nothing_is_told_has_no_such_line(
    studio: Path,
) -> None:
    with Ledger.open(studio) as ledger:
        number = ledger.connection.execute("SELECT min(id) FROM conversation").fetchone()[0]
    async with opened(studio) as pilot:
        screen = ReaderScreen(number)
        pilot.app.push_screen(screen)
        await settled(pilot)

        assert not screen.query_one(OutcomeLine).display


async def test_list_shows_and_filters_outcomes(books: Path) -> None:
    async with opened(books, size=(140, 45), place="conversations") as pilot:
        text = screen_text(pilot)
        assert "#escalated" in text
        assert "outcome" in text
        assert "channel" in text
        facets = pilot.app.screen.query_one(FacetRows)
        facets.post_message(FacetRows.Chosen(facets, "outcome", "escalated"))
        await settled(pilot)
        text = screen_text(pilot)

        assert "My card was charged twice" in text
        assert "Is the rye bread vegan?" not in text
        assert "the bot, then a person" in text
        await press(pilot, "enter")
        assert isinstance(pilot.app.screen, ReaderScreen)
