"""What the screen Packs asks: terms, a file and what changes in it, and where a pack went."""

from __future__ import annotations

from pathlib import Path

from textual.pilot import Pilot
from textual.widgets import Input

from convledger.economics.packing import ALWAYS
from convledger.ledger import Ledger
from convledger.memory import packs
from convledger.tui.widgets.diff_view import DiffView
from tests.tui.memory_parts import METRIC, memory_in
from tests.tui.memory_parts import stand_on as stand_in_memory
from tests.tui.pack_parts import FACTS, WORK, built, packed, packs_in, stand_on
from tests.tui.pilot import click, opened, press, screen_text, settled, text_of

LOW = (80, 24)


def known(workspace: Path) -> dict[str, packs.Pack]:
    with Ledger.open(workspace) as ledger:
        return {one.pack.name: one.pack for one in ledger.packs.lines()}


def state(pilot: Pilot[None]) -> str:
    """Return what the dialog says, in one line."""
    return " ".join(text_of(pilot.app.screen.query_one("#state")).split())


async def test_a_pack_is_made_changed_deleted_and_all_is_taken_back(studio: Path) -> None:
    packed(studio)
    async with opened(studio, size=LOW) as pilot:
        screen = await packs_in(pilot)
        await press(pilot, "n", *"work", "enter")
        await settled(pilot)
        refused = screen_text(pilot)
        pilot.app.screen.query_one("#name", Input).value = "shop-only"
        pilot.app.screen.query_one("#scopes", Input).value = "global, project:shop"
        await press(pilot, "enter")
        await settled(pilot)
        made = known(studio)["shop-only"]
        assert screen.sight_name == "shop-only"
        await press(pilot, "e")
        pilot.app.screen.query_one("#budget", Input).value = "many"
        await settled(pilot)
        wrong = screen_text(pilot)
        pilot.app.screen.query_one("#budget", Input).value = "1,500"
        pilot.app.screen.query_one("#format", Input).value = "xml"
        await press(pilot, "enter")
        await settled(pilot)
        changed = known(studio)["shop-only"]
        await press(pilot, "D", "enter")
        await settled(pilot)
        assert "shop-only" in known(studio)  # the first answer leaves it
        await press(pilot, "D")
        await click(pilot, "#do")
        assert "shop-only" not in known(studio)
        await press(pilot, "u")
        await settled(pilot)
        assert known(studio)["shop-only"] == changed
        await press(pilot, "u", "u")
        await settled(pilot)
        assert "shop-only" not in known(studio)

    assert "there is a pack work already" in refused
    assert (made.budget, made.wanted.scopes) == (2_000, ("", "project:shop"))
    assert "a budget is a whole number" in wrong
    assert (changed.budget, changed.format, changed.wanted) == (1_500, "xml", made.wanted)


async def test_a_section_is_written_as_it_was_shown_and_checked_later(
    studio: Path, tmp_path: Path
) -> None:
    ids = packed(studio)
    file = tmp_path / "CLAUDE.md"
    file.write_bytes(b"# Mine\r\n\r\nKeep this.\r\n")
    async with opened(studio, size=LOW) as pilot:
        screen = await packs_in(pilot)
        await press(pilot, "w")
        dialog = pilot.app.screen
        dialog.query_one(Input).value = str(file)
        await press(pilot, "enter")
        await settled(pilot)
        diff = text_of(dialog.query_one(DiffView))
        untouched = file.read_bytes()
        await press(pilot, "enter")
        await settled(pilot)
        assert pilot.app.screen is screen
        written = file.read_bytes()

        await press(pilot, "c")
        await settled(pilot)
        current = state(pilot)
        await press(pilot, "escape")
        await stand_on(pilot, screen, ids["Who signs off"])
        await press(pilot, "minus", "c")
        await settled(pilot)
        stale = state(pilot)
        await press(pilot, "escape")

        file.write_bytes(written.replace(b"Marta", b"Nobody"))
        await press(pilot, "w", "enter")
        await settled(pilot)
        edited = state(pilot)
        assert "Replace it" in screen_text(pilot)
        await press(pilot, "enter")  # stands on the answer that leaves
        await settled(pilot)
        assert b"Nobody" in file.read_bytes()
        assert pilot.app.screen is screen

    assert untouched == b"# Mine\r\n\r\nKeep this.\r\n"
    assert "+ <!-- convledger:begin work -->" in diff
    assert "  Keep this." in diff
    assert written.startswith(untouched)
    assert b"\n" not in written.replace(b"\r\n", b"")
    assert "work: as it was last written" in current
    assert "nothing has changed since" in current
    assert "work: stale" in stale
    assert "Who signs off: dropped by hand" in stale
    assert "the section of work was edited since it was written" in edited


async def test_a_file_that_changes_after_the_look_is_left_alone(
    studio: Path, tmp_path: Path
) -> None:
    packed(studio)
    file = tmp_path / "work.md"
    async with opened(studio, size=LOW) as pilot:
        await packs_in(pilot)
        await press(pilot, "w", "shift+tab", "right")
        pilot.app.screen.query_one(Input).value = str(file)
        await press(pilot, "tab", "enter")
        await settled(pilot)
        file.write_text("mine")
        await press(pilot, "enter")
        await settled(pilot)
        words = state(pilot)

    assert file.read_text() == "mine"
    assert "another program changed it just now" in words


async def test_the_log_says_where_a_pack_and_an_entry_went_and_reads_it_again(
    studio: Path,
) -> None:
    ids = packed(studio)
    async with opened(studio, size=LOW) as pilot:
        screen = await packs_in(pilot)
        await press(pilot, "y")
        await settled(pilot)
        copied = pilot.app.clipboard
        await press(pilot, "t")
        await settled(pilot)
        written = screen_text(pilot)
        await press(pilot, "enter")
        await settled(pilot)
        again = screen_text(pilot)
        await press(pilot, "escape", "escape")
        await stand_on(pilot, screen, ids["Who signs off"])
        await press(pilot, "enter")
        await settled(pilot)
        exposed = screen_text(pilot)
        await press(pilot, "escape")
        await stand_on(pilot, screen, ids["Office hours"])
        await press(pilot, "enter")
        await settled(pilot)

        assert "It went nowhere yet." in screen_text(pilot)

    assert copied == built(studio).text
    assert "work → clipboard" in written
    assert "## Context pack work" in again
    assert "version 1 of the entry" in exposed


async def test_marked_entries_of_memory_go_into_a_pack(studio: Path) -> None:
    ids = packed(studio)
    chosen = [ids[METRIC], ids[FACTS[0][0]]]
    async with opened(studio, size=LOW) as pilot:
        await memory_in(pilot)
        for entry_id in chosen:
            await stand_in_memory(pilot, entry_id)
            await press(pilot, "space")
        await press(pilot, "P", "end", "enter")
        await settled(pilot)
        into = dict(built(studio, WORK).modes)
        await press(pilot, "u")
        await settled(pilot)

    assert [into[entry_id] for entry_id in chosen] == [ALWAYS, ALWAYS]
    assert not built(studio, WORK).modes.keys() & set(chosen)
