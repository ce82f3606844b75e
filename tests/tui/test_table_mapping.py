"""A table is mapped in the app: questions answered, meanings changed, then saved and imported."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from convledger.ingest.mappings import saved_mappings
from convledger.ledger import Ledger
from convledger.tui.screens.table_choice import TableChoiceScreen
from convledger.tui.screens.table_mapping import TableMappingScreen
from convledger.tui.widgets.mapping_rows import MappingRows
from tests.tui.pilot import opened, press, said, screen_text, settled
from tests.tui.source_parts import HOSTILE, SIZES

TABLE = (
    "ticket,date,from,text,plan\n"
    "T-1,03/04/2026 09:15,user,Where is it?,Pro\n"
    "T-1,03/04/2026 09:16,bot,On its way.,Pro\n"
    "T-1,03/04/2026 09:20,Ops,I have written to them.,Pro\n"
)


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "May chats.csv"
    path.write_text(TABLE)
    return path


async def mapped(pilot: Pilot[None], table: Path) -> TableMappingScreen:
    """Open the dialog for a table and wait for its first rows."""
    dialog = TableMappingScreen(table)
    pilot.app.push_screen(dialog)
    await settled(pilot)
    await settled(pilot)
    return dialog


async def test_questions_stand_first_and_the_preview_below(tmp_path: Path, table: Path) -> None:
    async with opened(tmp_path / "books", size=(100, 30), place="sources") as pilot:
        await mapped(pilot, table)
        text = screen_text(pilot)

        assert "2 questions open" in text
        assert "? Who is 'Ops' in from?" in text
        assert "? In date, is 03/04/2026 09:15 written day first or month first?" in text
        assert "one row is one message" in text
        assert "● text" in text
        assert "○ plan" in text
        assert "assistant  On its way." in text
        assert "△ 'Ops' in from is nobody the mapping names" in text


async def test_answers_settle_the_questions_and_change_the_preview(
    tmp_path: Path, table: Path
) -> None:
    async with opened(tmp_path / "books", size=(120, 36), place="sources") as pilot:
        await mapped(pilot, table)
        await press(pilot, "enter", "down", "down", "enter")  # Ops is a human agent
        assert "1 question open" in screen_text(pilot)
        assert "human agent  I have written to them." in screen_text(pilot)
        await press(pilot, "enter", "down", "enter")  # month first
        text = screen_text(pilot)

        assert "Nothing is open" in text
        assert "2026-03-04 09:15" in text


async def test_nothing_is_saved_before_all_is_answered(tmp_path: Path, table: Path) -> None:
    async with opened(tmp_path / "books", size=(120, 36), place="sources") as pilot:
        dialog = await mapped(pilot, table)
        await press(pilot, "end", "s")
        await settled(pilot)

        assert pilot.app.screen is dialog
        assert "Answer what is open first" in said(pilot)
        assert dialog.query_one(MappingRows).cursor == 0
        assert saved_mappings(tmp_path / "books") == []


async def test_column_is_given_another_meaning_by_typing(tmp_path: Path, table: Path) -> None:
    async with opened(tmp_path / "books", size=(120, 36), place="sources") as pilot:
        dialog = await mapped(pilot, table)
        await press(pilot, "end", "enter", *"channel", "enter")

        assert dialog.guess.mapping.columns["channel"] == ("plan",)
        rows = dialog.query_one(MappingRows)
        column = rows.column_at(rows.cursor)
        assert column is not None
        assert (column.name, column.meaning) == ("plan", "channel")
        await press(pilot, "x")
        assert "channel" not in dialog.guess.mapping.columns


async def test_zone_and_name_are_set_and_wrong_ones_refused(tmp_path: Path, table: Path) -> None:
    async with opened(tmp_path / "books", size=(120, 36), place="sources") as pilot:
        dialog = await mapped(pilot, table)
        await press(pilot, "down", "down", "down", "enter", *"Berlin", "enter")
        assert dialog.guess.mapping.zone == "Europe/Berlin"
        await press(pilot, "end", "home", "down", "down", "down", "down", "enter")
        assert isinstance(pilot.app.screen, TableChoiceScreen)
        await press(pilot, "end", *"-x", "enter")

        assert dialog.guess.mapping.name == "may-chats-x"


async def test_currency_is_the_first_offered_unless_another_is_typed(tmp_path: Path) -> None:
    costs = tmp_path / "costs.csv"
    costs.write_text("ticket,date,cost\nT-1,2026-04-13 09:15,0.25\nT-2,2026-04-14 10:15,0.50\n")
    async with opened(tmp_path / "books", size=(120, 36), place="sources") as pilot:
        dialog = await mapped(pilot, costs)
        question = dialog.guess.questions[0]
        assert "times are read in UTC" in screen_text(pilot)
        await press(pilot, "enter", "enter")
        assert (question.key, dialog.guess.mapping.currency) == ("cost.currency", "USD")

    async with opened(tmp_path / "books", size=(120, 36), place="sources") as pilot:
        dialog = await mapped(pilot, costs)
        await press(pilot, "enter", *"chf", "enter")
        assert dialog.guess.mapping.currency == "CHF"


async def test_escape_leaves_and_reads_nothing(tmp_path: Path, table: Path) -> None:
    async with opened(tmp_path / "books", place="sources") as pilot:
        await mapped(pilot, table)
        await press(pilot, "escape")
        await settled(pilot)

        assert not isinstance(pilot.app.screen, TableMappingScreen)
    with Ledger.open(tmp_path / "books") as ledger:
        assert ledger.connection.execute("SELECT count(*) FROM file").fetchone() == (0,)


async def test_import_opens_it_for_an_unknown_table_and_reads_once_it_is_saved(
    tmp_path: Path, table: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from convledger.tui.feeder import Feeder

    read: list[Any] = []
    monkeypatch.setattr(Feeder, "import_paths", lambda _, named, done: read.append(named))
    home = tmp_path / "home"
    home.mkdir()
    (home / "t.csv").write_text(TABLE.replace("Ops", "agent"))
    monkeypatch.setenv("HOME", str(home))
    async with opened(tmp_path / "books", size=(120, 36), place="sources") as pilot:
        await press(pilot, "i", "t", "full_stop", "c", "s", "v")
        await settled(pilot)
        await press(pilot, "enter")
        await settled(pilot)
        await settled(pilot)
        assert isinstance(pilot.app.screen, TableMappingScreen)
        await press(pilot, "enter", "enter", "s")
        await settled(pilot)
        await settled(pilot)

        assert [str(path) for (path,) in read] == [str(home / "t.csv")]
    (saved,) = saved_mappings(tmp_path / "books")
    assert saved.mapping is not None
    assert saved.mapping.name == "t"
    assert saved.mapping.instants == "day-month-year"


async def test_file_that_is_no_table_says_so(tmp_path: Path) -> None:
    prose = tmp_path / "notes.txt"
    prose.write_text("no table\n")
    async with opened(tmp_path / "books", place="sources") as pilot:
        await mapped(pilot, prose)

        assert "notes.txt: no table" in said(pilot)
        assert not isinstance(pilot.app.screen, TableMappingScreen)


@pytest.mark.parametrize("size", SIZES)
async def test_hostile_table_is_drawn_as_text_at_every_size(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    bad = HOSTILE.decode("utf-8", "replace").replace('"', "")
    table = tmp_path / "bad.csv"
    table.write_text(f"ticket,from,text,{bad}\n1,user,{bad},{bad}\n1,{bad},x,y\n", "utf-8")
    async with opened(tmp_path / "books", size=size, place="sources") as pilot:
        await mapped(pilot, table)
        await press(pilot, "enter")
        text = screen_text(pilot)

        assert "\x1b" not in text
        assert "\u202e" not in text
        assert "How to read" in text or "Question" in text
