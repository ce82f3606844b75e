"""Exporting from the screen Memory: what is marked or listed, private files, nothing unasked."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from convledger.ledger import Ledger
from convledger.memory.drafts import Draft
from convledger.tui.feeder import Feed
from convledger.tui.screens.memory import MemoryScreen
from convledger.tui.screens.memory_export import ExportEntriesScreen
from convledger.tui.widgets.choices import OneOf
from tests.tui.memory_parts import memory_in, remembered
from tests.tui.pilot import NOW, app_on, opened, press, screen_text, settled

TOKEN = "ghp_" + "A1b2C3d4E5f6G7h8I9j0K1l2M3n4O5p6Q7r8"


async def dialog(pilot: Pilot[None], *keys: str) -> ExportEntriesScreen:
    await memory_in(pilot)
    await press(pilot, *keys, "X")
    screen = pilot.app.screen
    assert isinstance(screen, ExportEntriesScreen)
    return screen


async def write(pilot: Pilot[None], path: Path | str) -> None:
    pilot.app.screen.query_one(Input).value = str(path)
    await press(pilot, "enter")
    await pilot.app.workers.wait_for_complete()
    await settled(pilot)


async def test_all_that_is_listed_becomes_a_file_for_each(studio: Path, tmp_path: Path) -> None:
    remembered(studio)
    async with opened(studio, size=(80, 24)) as pilot:
        await dialog(pilot)
        assert "Export 6 entries, all that are listed" in screen_text(pilot)
        await write(pilot, f"{tmp_path}/notes/")

        assert isinstance(pilot.app.screen, MemoryScreen)
        assert "6 entries in" in screen_text(pilot)
    notes = sorted((tmp_path / "notes").iterdir())
    assert len(notes) == 6
    assert {stat.S_IMODE(note.stat().st_mode) for note in notes} == {0o600}


async def test_what_is_marked_is_written_and_secrets_are_dotted_unless_chosen(
    studio: Path, tmp_path: Path
) -> None:
    with Ledger.open(studio) as ledger:
        ledger.memory.remember(Draft(f"The token is {TOKEN}."), NOW)
        ledger.memory.remember(Draft("Kilometres."), NOW)
    async with opened(studio) as pilot:
        screen = await dialog(pilot, "space", "space")
        assert "Export 2 entries, marked" in screen_text(pilot)
        screen.query(OneOf).first().active = "jsonl"
        await write(pilot, tmp_path / "dotted.jsonl")
        screen = await dialog(pilot)
        screen.query(OneOf).first().active = "jsonl"
        screen.query(OneOf).last().active = "full"
        await write(pilot, tmp_path / "full.jsonl")
    head, *lines = map(json.loads, (tmp_path / "dotted.jsonl").read_text("utf-8").splitlines())
    assert (head["entries"], len(lines)) == (2, 2)
    assert TOKEN not in (tmp_path / "dotted.jsonl").read_text("utf-8")
    assert TOKEN in (tmp_path / "full.jsonl").read_text("utf-8")


async def test_a_file_that_is_there_is_replaced_only_by_a_second_word(
    studio: Path, tmp_path: Path
) -> None:
    remembered(studio)
    (tmp_path / "memory.csv").write_text("mine", "utf-8")
    async with opened(studio) as pilot:
        screen = await dialog(pilot)
        screen.query(OneOf).first().active = "csv"
        await settled(pilot)
        await write(pilot, f"{tmp_path}/memory.csv")
        assert "there already" in screen_text(pilot)
        assert (tmp_path / "memory.csv").read_text("utf-8") == "mine"
        await press(pilot, "escape")
        assert isinstance(pilot.app.screen, MemoryScreen)


@pytest.mark.parametrize("size", [(80, 24), (140, 45)], ids=lambda size: f"{size[0]}x{size[1]}")
def test_the_dialog_looks_as_it_did(
    size: tuple[int, int], studio: Path, history: Path, snap_compare: Any
) -> None:
    os.environ["HOME"] = os.environ["USERPROFILE"] = str(history)
    remembered(studio)
    app = app_on(studio, theme="ledger-ink")

    async def lead(pilot: Pilot[None]) -> None:
        await settled(pilot)
        app._fed(Feed("live"))
        screen = await dialog(pilot)
        screen.query_one(Input).value = "/nowhere/notes/"
        await settled(pilot)

    assert snap_compare(app, terminal_size=size, run_before=lead)
