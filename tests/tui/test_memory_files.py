"""Memory files in the app: seen, kept, taken out, written back, imported, and all taken back."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from convledger.ledger import Ledger
from convledger.memory.file_shelf import Looked, MemoryFiles
from convledger.memory.files import GoesOn
from convledger.tui.screens.memory import MemoryScreen
from convledger.tui.screens.memory_files import MemoryFilesScreen
from convledger.tui.screens.memory_import import BroughtScreen, MemoryImportScreen
from convledger.tui.screens.memory_write import WriteFilesScreen
from convledger.tui.widgets.memory_file_rows import MemoryFileRows
from convledger.tui.widgets.memory_panel import MemoryPanel
from convledger.tui.widgets.news_rows import NewsRows
from tests.tui.memory_file_parts import (
    CLAUDE,
    MEMORY,
    MEMORY_LATER,
    detail,
    edited,
    files_in,
    home_files,
    looked_at,
    rewrite,
)
from tests.tui.memory_parts import memory_in
from tests.tui.pilot import opened, press, screen_text, settled, text_of
from tests.tui.source_parts import app_of


@pytest.fixture
def books(tmp_path: Path) -> Path:
    return tmp_path / "books"


@pytest.fixture
def files(books: Path, own_home: Path) -> dict[str, Path]:
    """Files that the ledger knows; a tool has changed MEMORY.md since."""
    return looked_at(books, own_home)


def bodies(books: Path, state: str = "active") -> set[str]:
    """Return the texts of the entries in a state."""
    with Ledger.open(books) as ledger:
        rows = ledger.connection.execute("SELECT body FROM entry WHERE state=?", (state,))
        return {body for (body,) in rows}


def waiting(screen: MemoryFilesScreen) -> list[str]:
    """Return what the listed changes are."""
    rows = screen.query_one(NewsRows)
    return [rows.news[number].what for number in rows.ids]


async def go_to(pilot: Pilot[None], what: str) -> None:
    """Put the cursor on the first change of a kind."""
    rows = pilot.app.screen.query_one(NewsRows)
    rows.cursor = next(at for at, each in enumerate(rows.ids) if rows.news[each].what == what)
    await settled(pilot)


def told(pilot: Pilot[None]) -> str:
    """Return what the app has said for a moment."""
    return "\n".join(str(each.message) for each in pilot.app._notifications)


# ---- what is shown


async def test_files_changes_and_what_is_wrong_are_in_sight(
    books: Path, files: dict[str, Path]
) -> None:
    async with opened(books, size=(140, 45)) as pilot:
        screen = await files_in(pilot)
        text = screen_text(pilot)

        assert sorted(waiting(screen)) == ["added", "changed", "removed"]
        assert "looked at 14:32 · 4 files · 3 changes · 2 complaints" in text
        assert "~/.codex/AGENTS.md" in text
        assert "Claude Code auto memory · project -home-ana-bakery" in text
        assert "− Oven 7 is old: 15 degrees less." in detail(screen)
        assert "+ Oven 7 is old: 20 degrees less, and turn it once." in detail(screen)
        assert "a  keeps it" in detail(screen)

        screen.query_one(MemoryFileRows).focus()
        await settled(pilot)
        assert "△ line 11 dead import: @docs/style.md is not there" in detail(screen)
        assert "live, its changes are told" in detail(screen)


async def test_one_panel_at_a_time_where_room_is_little_and_text_only_text(
    books: Path, files: dict[str, Path]
) -> None:
    async with opened(books, size=(80, 24)) as pilot:
        await press(pilot, "3", "t")
        screen = pilot.app.screen
        assert isinstance(screen, MemoryFilesScreen)
        assert "Changes 3   Files 4   Change" in screen_text(pilot)

        await go_to(pilot, "added")
        await press(pilot, "enter")
        assert "[bold]loud[/bold]" in screen_text(pilot)
        assert not {"\x1b", "\x07", "\u202e"} & set(screen_text(pilot))
        await press(pilot, "escape", "tab", "enter")
        assert "tool   CLAUDE.md" in screen_text(pilot)
        await press(pilot, "escape")
        assert isinstance(pilot.app.focused, MemoryFileRows)
        await press(pilot, "escape")
        assert pilot.app.screen is not screen
        assert isinstance(pilot.app.screen, MemoryScreen)


async def test_a_file_shows_its_changes_alone_and_all_again(
    books: Path, files: dict[str, Path]
) -> None:
    rewrite(files["GEMINI.md"], "## Gemini Added Memories\n")
    async with opened(books) as pilot:
        screen = await files_in(pilot, "tab", "end", "enter")
        assert waiting(screen) == ["removed"]
        assert "Changes in GEMINI.md" in screen_text(pilot)

        await press(pilot, "tab", "enter")
        assert len(waiting(screen)) == 4


async def test_nothing_is_taken_in_before_somebody_asks(books: Path, own_home: Path) -> None:
    home_files(own_home)
    async with opened(books, size=(80, 24)) as pilot:
        app_of(pilot).memory_watch.look()
        screen = await files_in(pilot)
        assert "Memory files are what your tools read" in screen_text(pilot)
        assert bodies(books, "proposed") == set()

        await press(pilot, "r")
        await settled(pilot)
        assert "4 new files: 8 entries proposed" in told(pilot)
        assert "Prefers metric units." in bodies(books, "proposed")
        assert isinstance(pilot.app.focused, MemoryFileRows)
        assert screen.query_one(MemoryFileRows).count() == 4


async def test_a_file_that_goes_or_cannot_be_read_says_so(
    books: Path, files: dict[str, Path]
) -> None:
    rewrite(files["AGENTS.md"], b"\0" * 400)
    files["GEMINI.md"].unlink()
    async with opened(books, size=(140, 45)) as pilot:
        screen = await files_in(pilot)
        text = text_of(screen.query_one(MemoryFileRows))

        assert "✕ ~/.codex/AGENTS.md" in text
        assert "can't be read: not a text: it is full of NUL bytes" in text
        assert "○ ~/.gemini/GEMINI.md" in text
        assert waiting(screen).count("removed") == 2


async def test_a_look_can_be_stopped(
    books: Path, files: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    look = MemoryFiles.look

    def long(self: MemoryFiles, now: int, goes_on: GoesOn) -> Looked:
        while goes_on(1, 4):
            pass
        return look(self, now, goes_on)

    async with opened(books) as pilot:
        screen = await files_in(pilot)
        monkeypatch.setattr(MemoryFiles, "look", long)
        screen.action_look()
        screen.show_far(1, 4)
        assert "looking at 1 of 4 files · s stops" in text_of(screen.query_one("#state"))
        screen.action_look()
        screen.action_stop()
        await settled(pilot)

        assert "That goes on already" in told(pilot)
        assert "stopped before the end" in screen_text(pilot)
        await press(pilot, "s")
        assert "Nothing is being looked at." in told(pilot)


# ---- deciding


async def test_a_change_is_kept_and_taken_back(books: Path, files: dict[str, Path]) -> None:
    async with opened(books) as pilot:
        screen = await files_in(pilot)
        await press(pilot, "a")
        await settled(pilot)

        assert "Oven 7 is old: 20 degrees less, and turn it once." in bodies(books)
        assert waiting(screen) == ["removed", "added"]
        assert "1 change kept · u takes it back" in told(pilot)
        await press(pilot, "u")
        await settled(pilot)
        assert bodies(books) == set()
        assert len(waiting(screen)) == 3


async def test_all_are_marked_and_kept_as_one_change(books: Path, files: dict[str, Path]) -> None:
    async with opened(books) as pilot:
        screen = await files_in(pilot, "ctrl+a")
        assert "✓ 3 marked" in screen_text(pilot)
        await press(pilot, "a")
        await settled(pilot)
        assert waiting(screen) == []
        assert "Nothing new in these files." in screen_text(pilot)
        await press(pilot, "a")
        assert "No change waits" in told(pilot)

        await press(pilot, "u")
        await settled(pilot)
        assert len(waiting(screen)) == 3


async def test_taking_out_shows_the_file_first_and_asks_once(
    books: Path, files: dict[str, Path]
) -> None:
    async with opened(books, size=(80, 24)) as pilot:
        screen = await files_in(pilot)
        await go_to(pilot, "added")
        await press(pilot, "x")
        assert isinstance(pilot.app.screen, WriteFilesScreen)
        assert "− - The owner likes [bold]loud[/bold] colours" in screen_text(pilot)
        assert "Take 1 change out of MEMORY.md" in screen_text(pilot)
        await press(pilot, "escape")
        assert files["MEMORY.md"].read_bytes() == MEMORY_LATER.encode()
        assert len(waiting(screen)) == 3

        await press(pilot, "x", "ctrl+s")
        await settled(pilot)
        kept = "".join(line for line in MEMORY_LATER.splitlines(True) if "loud" not in line)
        assert files["MEMORY.md"].read_bytes() == kept.encode()
        assert waiting(screen) == ["changed", "removed"]


async def test_what_was_taken_out_comes_back_into_its_file(
    books: Path, files: dict[str, Path]
) -> None:
    async with opened(books) as pilot:
        screen = await files_in(pilot, "ctrl+a", "x", "ctrl+s")
        assert files["MEMORY.md"].read_text() == MEMORY.replace("- Flour comes on Mondays.\n", "")
        assert bodies(books, "archived") == {"Flour comes on Mondays."}
        assert waiting(screen) == []

        await press(pilot, "u")
        await settled(pilot)
        assert files["MEMORY.md"].read_bytes() == MEMORY_LATER.encode()
        assert sorted(waiting(screen)) == ["added", "changed", "removed"]
        assert bodies(books, "archived") == set()


async def test_what_is_gone_from_its_file_is_archived_without_a_question(
    books: Path, files: dict[str, Path]
) -> None:
    async with opened(books) as pilot:
        screen = await files_in(pilot)
        await go_to(pilot, "removed")
        await press(pilot, "x")
        await settled(pilot)

        assert pilot.app.screen is screen
        assert bodies(books, "archived") == {"Flour comes on Mondays."}


async def test_a_file_that_changed_meanwhile_is_left_alone_and_named(
    books: Path, files: dict[str, Path]
) -> None:
    async with opened(books) as pilot:
        await files_in(pilot)
        await go_to(pilot, "added")
        await press(pilot, "x")
        rewrite(files["MEMORY.md"], MEMORY_LATER + "- Later.\n", 2)
        await press(pilot, "ctrl+s")
        await settled(pilot)

        assert files["MEMORY.md"].read_text().endswith("- Later.\n")
        assert f"{files['MEMORY.md']} changed meanwhile; nothing was written" in told(pilot)


# ---- writing back


async def test_an_edit_goes_back_into_its_file_and_out_of_it_again(
    books: Path, files: dict[str, Path]
) -> None:
    written = ("\ufeff" + CLAUDE).replace("\n", "\r\n")
    rewrite(files["CLAUDE.md"], written.encode("utf-16-le"))
    edited(books, "Deploy on Fridays", "Deploy on Thursdays")
    async with opened(books, size=(80, 24)) as pilot:
        await files_in(pilot)
        assert "1 to write" in screen_text(pilot)
        await press(pilot, "w")
        assert "+ - Deploy on Thursdays" in screen_text(pilot)
        await press(pilot, "ctrl+s")
        await settled(pilot)
        after = written.replace("Fridays before noon, after the smoke test.", "Thursdays")
        assert files["CLAUDE.md"].read_bytes() == after.encode("utf-16-le")

        await press(pilot, "u")
        await settled(pilot)
        assert files["CLAUDE.md"].read_bytes() == written.encode("utf-16-le")
        await press(pilot, "w")
        assert isinstance(pilot.app.screen, WriteFilesScreen)

        await press(pilot, "escape")
        files["CLAUDE.md"].chmod(0o444)
        await press(pilot, "w")
        assert "▲ left as it is: it is read-only" in screen_text(pilot)
        await press(pilot, "ctrl+s")
        assert isinstance(pilot.app.screen, WriteFilesScreen)
    assert files["CLAUDE.md"].read_bytes() == written.encode("utf-16-le")


# ---- import


async def typed(pilot: Pilot[None], name: str, text: str) -> str:
    pilot.app.screen.query_one(f"#{name}", Input).value = text
    await settled(pilot)
    return screen_text(pilot)


async def test_a_folder_is_taken_in_and_told_file_by_file(
    books: Path, files: dict[str, Path], own_home: Path
) -> None:
    vault = own_home / "vault"
    vault.mkdir()
    (vault / "a.md").write_text("# A\n\n- One thing.\n- Another thing.\n")
    (vault / "b.json").write_text("{}")
    (vault / "c.csv").write_text("nothing,known\n1,2\n")
    async with opened(books, size=(80, 24)) as pilot:
        await files_in(pilot, "i")
        assert isinstance(pilot.app.screen, MemoryImportScreen)
        assert "○ No such file" in await typed(pilot, "path", "~/nowhere.md")
        assert "no memory format is known for it" in await typed(pilot, "path", "~/vault/b.json")
        assert "did you mean csv?" in await typed(pilot, "format", "cvs")
        await typed(pilot, "format", "")
        assert "● obsidian, csv · 3 files" in await typed(pilot, "path", "~/vault")
        await press(pilot, "enter")
        await settled(pilot)

        assert isinstance(pilot.app.screen, BroughtScreen)
        text = " ".join(screen_text(pilot).split())
        assert "2 files: 2 new, 1 file not read whole." in text
        assert "▲ ~/vault/c.csv" in text
        assert "b.json" not in text  # nobody said that it is memory
        assert {"One thing.", "Another thing."} < bodies(books, "proposed")
        await press(pilot, "escape", "u")
        await settled(pilot)
        assert not {"One thing.", "Another thing."} & bodies(books, "proposed")


# ---- the badge


async def test_changes_are_told_without_looking_for_them(
    books: Path, files: dict[str, Path]
) -> None:
    async with opened(books) as pilot:
        app = app_of(pilot)
        app.memory_watch.look()
        await settled(pilot)
        assert "3 changes in memory files: 3, then t, shows them" in screen_text(pilot)
        screen = await memory_in(pilot)
        assert "3 changes in files: t" in str(screen.query_one(MemoryPanel).border_title)

        await press(pilot, "t", "ctrl+a", "a", "escape")
        await settled(pilot)
        assert "changes in memory files" not in screen_text(pilot)
        assert "changes in files" not in str(screen.query_one(MemoryPanel).border_title)
