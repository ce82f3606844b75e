"""The frame around all screens: numbers, palette, help, jumps, back, undo, themes, trouble."""

from __future__ import annotations

import re
import sqlite3
from pathlib import Path

import pytest
from textual.app import App, ComposeResult
from textual.command import CommandPalette
from textual.widgets import Input

from convledger.config import Config, load_config
from convledger.ledger import Ledger
from convledger.text.display import width
from convledger.tui.actions import ACTIONS
from convledger.tui.app import ConvledgerApp
from convledger.tui.screens.conversations import ConversationsScreen
from convledger.tui.screens.help import HelpScreen
from convledger.tui.screens.jump import JumpScreen
from convledger.tui.screens.live import LiveScreen
from convledger.tui.screens.page import PageScreen
from convledger.tui.screens.place import PlaceScreen
from convledger.tui.screens.reader import ReaderScreen
from convledger.tui.screens.search import SearchScreen
from convledger.tui.screens.sources import SourcesScreen
from convledger.tui.themes import VARIABLES
from convledger.tui.undo import Step
from convledger.tui.widgets.rows import RowLine, Rows, fitted
from convledger.tui.widgets.topline import Pulse, TopLine
from tests.tui.pilot import app_on, opened, press, screen_text, settled


async def test_numbers_lead_to_the_screens(studio: Path) -> None:
    async with opened(studio) as pilot:
        for key, screen in (("2", ConversationsScreen), ("8", SourcesScreen), ("1", LiveScreen)):
            await press(pilot, key)
            assert isinstance(pilot.app.screen, screen)


async def test_top_line_names_workspace_screen_and_today(studio: Path) -> None:
    async with opened(studio) as pilot:
        top = screen_text(pilot).splitlines()[0]

    assert "studio › Live" in top
    assert "today $2.48" in top


@pytest.mark.parametrize("key", ["1", "2", "6", "8", "slash"])
async def test_every_screen_performs_all_actions_of_its_scopes(studio: Path, key: str) -> None:
    async with opened(studio) as pilot:
        await press(pilot, key)
        nodes = [*pilot.app.screen.query("*"), pilot.app.screen, pilot.app]
        for node in nodes:
            for action in ACTIONS:
                if action.scope == getattr(node, "SCOPE", ""):
                    assert hasattr(node, f"action_{action.verb}"), f"{action.id} in {node}"


async def test_help_explains_the_widget_in_focus_with_its_keys(studio: Path) -> None:
    async with opened(studio, size=(120, 60)) as pilot:
        await press(pilot, "2", "f1")
        assert isinstance(pilot.app.screen, HelpScreen)
        shown = screen_text(pilot)
        await press(pilot, "escape")
        assert isinstance(pilot.app.screen, ConversationsScreen)

    for words in ("Filter", "Label", "Every conversation in the ledger", "Sort"):
        assert words in shown


async def test_help_shows_the_users_own_keys(studio: Path) -> None:
    async with opened(studio, size=(120, 60), keys={"conversations.label": "ctrl+l"}) as pilot:
        await press(pilot, "2", "f1")

        assert "^l" in screen_text(pilot)


async def test_users_key_does_the_action(studio: Path) -> None:
    async with opened(studio, keys={"app.sources": "f8"}) as pilot:
        await press(pilot, "f8")

        assert isinstance(pilot.app.screen, SourcesScreen)


async def test_key_bound_twice_is_told_and_the_app_goes_on(studio: Path) -> None:
    async with opened(studio, keys={"app.sources": "q"}) as pilot:
        assert "app.quit" in screen_text(pilot)
        await press(pilot, "8")

        assert isinstance(pilot.app.screen, SourcesScreen)


async def test_palette_runs_an_action_by_its_name(studio: Path) -> None:
    async with opened(studio) as pilot:
        await press(pilot, "ctrl+p")
        assert isinstance(pilot.app.screen, CommandPalette)
        for letter in "go: sources":
            await pilot.press({" ": "space", ":": "colon"}.get(letter, letter))
        await pilot.app.workers.wait_for_complete()
        await press(pilot, "enter")

        assert isinstance(pilot.app.screen, SourcesScreen)


async def test_palette_finds_pages_and_opens_them(studio: Path) -> None:
    async with opened(studio) as pilot:
        await pilot.press("ctrl+p")
        for letter in "counting":
            await pilot.press(letter)
        await settled(pilot)
        await pilot.pause()
        assert "help: counting" in screen_text(pilot)


async def test_page_of_the_manual_is_shown(studio: Path) -> None:
    async with opened(studio) as pilot:
        pilot.app.push_screen(PageScreen("start"))
        await settled(pilot)

        assert "convledger" in screen_text(pilot)
        await press(pilot, "escape")
        assert isinstance(pilot.app.screen, LiveScreen)


async def test_jump_leads_to_a_part_of_the_screen(studio: Path) -> None:
    async with opened(studio, size=(140, 45)) as pilot:
        await press(pilot, "2")
        chain = pilot.app.screen.focus_chain
        await press(pilot, "ctrl+o")
        assert isinstance(pilot.app.screen, JumpScreen)
        await press(pilot, "s")

        assert isinstance(pilot.app.screen, ConversationsScreen)
        assert pilot.app.focused is [one for one in chain if one.size.area][1]


async def test_jump_is_left_by_any_other_key(studio: Path) -> None:
    async with opened(studio) as pilot:
        before = pilot.app.focused
        await press(pilot, "ctrl+o", "f9")

        assert isinstance(pilot.app.screen, LiveScreen)
        assert pilot.app.focused is before


async def test_escape_goes_back_one_step_each(studio: Path) -> None:
    async with opened(studio) as pilot:
        await press(pilot, "2", "enter")
        assert isinstance(pilot.app.screen, ReaderScreen)
        await press(pilot, "slash")
        assert isinstance(pilot.app.screen, SearchScreen)
        await press(pilot, "escape")
        assert isinstance(pilot.app.screen, ReaderScreen)
        await press(pilot, "escape")
        assert isinstance(pilot.app.screen, ConversationsScreen)
        await press(pilot, "escape")
        assert isinstance(pilot.app.screen, ConversationsScreen)


async def test_undo_takes_back_the_last_change_only(studio: Path) -> None:
    async with opened(studio) as pilot:
        app = pilot.app
        assert isinstance(app, ConvledgerApp)
        done: list[str] = []
        app.undoing.push(Step("first", lambda _: done.append("first")))
        app.undoing.push(Step("second", lambda _: done.append("second")))
        await press(pilot, "u")

        assert done == ["second"]
        assert "Undone: second" in screen_text(pilot)


async def test_nothing_to_undo_is_said(studio: Path) -> None:
    async with opened(studio) as pilot:
        await press(pilot, "u")

        assert "Nothing to undo" in screen_text(pilot)


@pytest.mark.parametrize(
    ("cells", "left", "right"),
    [
        (118, "convledger  a-workspace-with-a-long-name › Live", "○ looking for logs · today –"),
        (68, "convledger  a-workspace… › Live", "○ looking for logs · today –"),
        (50, "a-workspace… › Live", "○ looking for logs · today –"),
        (33, "Live", "○ looking for logs · today –"),
        (32, "a-workspace… › Live", "○ today –"),
        (8, "Live", "○ –"),
        (7, "Live", "○"),
        (5, "Live", ""),
        (3, "Li…", ""),
    ],
)
def test_top_line_names_the_screen_as_long_as_there_is_room(
    cells: int, left: str, right: str
) -> None:
    line = TopLine()
    line.set_reactive(TopLine.place, "Live")
    line.set_reactive(TopLine.pulse, Pulse("/books/a-workspace-with-a-long-name"))
    parts = line._fitting(cells)

    assert tuple("".join(text for text, _ in side) for side in parts) == (left, right)


async def test_chosen_theme_is_kept(studio: Path, own_home: Path) -> None:
    config = Config(timezone="UTC", path=own_home / "config.toml")
    app = ConvledgerApp(studio, config, feeding=False)
    async with app.run_test() as pilot:
        await settled(pilot)
        app.use_theme("ledger-chalk")
        await settled(pilot)

        assert app.theme == "ledger-chalk"
    assert load_config(own_home / "config.toml").theme == "ledger-chalk"


async def test_unknown_theme_is_told_and_the_house_theme_shown(studio: Path) -> None:
    async with opened(studio, theme="neon") as pilot:
        assert pilot.app.theme == "ledger-ink"
        assert "neon" in screen_text(pilot)


async def test_question_mark_and_q_are_letters_in_an_input(studio: Path) -> None:
    async with opened(studio) as pilot:
        await press(pilot, "slash", *"q1?u")

        assert pilot.app.screen.query_one(Input).value == "q1?u"


@pytest.mark.parametrize("size", [(40, 10), (20, 5), (80, 24), (140, 45), (300, 80)])
async def test_every_size_shows_every_screen(studio: Path, size: tuple[int, int]) -> None:
    async with opened(studio, size=size) as pilot:
        for key, name in (
            ("2", "Conversations"),
            ("enter", "Conversation"),
            ("escape", "Conversations"),
            ("8", "Sources"),
            ("1", "Live"),
        ):
            await press(pilot, key)
            lines = screen_text(pilot).splitlines()
            assert re.search(rf"\b{name}\b", lines[0]), lines[0]
            assert re.match(r" ⏎ (Open|Fold)\b", lines[-1]), lines[-1]
            assert len(lines) == size[1]
            assert all(width(line) <= size[0] for line in lines)
        for key, name in (("slash", "Search"), ("f1", "Help · Sear")):
            await press(pilot, key)
            assert name in screen_text(pilot)


async def test_resizing_keeps_the_cursor(studio: Path) -> None:
    async with opened(studio, size=(140, 45)) as pilot:
        await press(pilot, "2", "down", "down", "down")
        rows = pilot.app.focused
        assert isinstance(rows, Rows)
        for size in ((40, 10), (200, 60), (80, 24)):
            await pilot.resize_terminal(*size)
            await settled(pilot)

        assert rows.cursor == 3


async def test_what_another_process_writes_appears(studio: Path) -> None:
    async with opened(studio) as pilot:
        app = pilot.app
        assert isinstance(app, ConvledgerApp)
        await press(pilot, "2")
        with Ledger.open(studio) as other:
            other.connection.execute("UPDATE conversation SET title='Renamed elsewhere'")
        app._look()
        await settled(pilot)
        app._look()
        await settled(pilot)
        app._renew_now()
        await settled(pilot)

        assert "Renamed elsewhere" in screen_text(pilot)


async def test_deleted_ledger_is_told_and_made_anew(studio: Path) -> None:
    async with opened(studio) as pilot:
        app = pilot.app
        assert isinstance(app, ConvledgerApp)
        for path in studio.iterdir():
            path.unlink()
        app._look()
        await settled(pilot)
        shown = screen_text(pilot)
        app._renew_now()
        await settled(pilot)

        assert "deleted" in shown
        assert (studio / "ledger.db").exists()


async def test_damaged_ledger_is_told(studio: Path) -> None:
    (studio / "ledger.db").write_bytes(b"not a database" * 1000)
    app = app_on(studio)
    async with app.run_test(size=(120, 36), notifications=True) as pilot:
        await settled(pilot)

        assert "damaged" in screen_text(pilot)


async def test_ledger_of_a_newer_version_is_told(studio: Path) -> None:
    connection = sqlite3.connect(studio / "ledger.db")
    connection.execute("PRAGMA user_version=9999")
    connection.close()
    async with opened(studio) as pilot:
        assert "newer" in screen_text(pilot)


async def test_places_hear_of_the_feeder(studio: Path) -> None:
    from convledger.tui.feeder import Feed

    async with opened(studio) as pilot:
        app = pilot.app
        assert isinstance(app, ConvledgerApp)
        for state in ("reading", "paused", "live", "elsewhere", "trouble", "nothing"):
            app._fed(Feed(state, words="because" if state == "trouble" else ""))
            await settled(pilot)
            assert isinstance(app.place(), PlaceScreen)
        assert "no logs" in screen_text(pilot)


class Parts(Rows):
    """Ten rows of the same parts, with an amount at the right."""

    lines_per_row = 1

    def __init__(self, *parts: str) -> None:
        super().__init__()
        self.parts = parts

    def count(self) -> int:
        return 10

    def row(self, index: int, cells: int) -> list[RowLine]:
        return [RowLine([(part, "$foreground") for part in self.parts], [("$1.00", "$accent")])]


@pytest.mark.parametrize(
    ("parts", "shown"),
    [
        (("0123456789", " abc"), "0123456789 abc"),
        (("0123456789", "01234567"), "012345678901234567"),
        (("0123456789", "01234567", "x"), "01234567890123456…"),
        (("0123456789", "01234567", " ", ""), "012345678901234567"),
        (("0123456789", "012345678", "x"), "01234567890123456…"),
        (("0123456789", "0123456", "xyz"), "01234567890123456…"),
        (("0123456789", "漢字漢字", "x"), "0123456789漢字漢…"),
    ],
)
def test_a_part_without_room_leaves_a_sign(parts: tuple[str, ...], shown: str) -> None:
    assert "".join(text for text, _ in fitted([(part, "") for part in parts], 18)) == shown


async def test_amounts_leave_a_column_before_the_scroll_bar() -> None:
    class Bare(App[None]):
        def compose(self) -> ComposeResult:
            yield Parts("title")

        def get_theme_variable_defaults(self) -> dict[str, str]:
            return VARIABLES

    async with Bare().run_test(size=(20, 12)) as pilot:
        rows = pilot.app.query_one(Parts)
        assert rows.render_line(0).text == " title        $1.00 "
        await pilot.resize_terminal(20, 5)
        await pilot.pause()

        assert rows.show_vertical_scrollbar
        assert rows.render_line(0).text == " title       $1.00 "
