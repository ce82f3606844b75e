"""The mouse does what keys do: rows, footer, filters, tabs, panels, notices and the wheel."""

from __future__ import annotations

from pathlib import Path

from textual.events import MouseScrollDown, MouseScrollUp
from textual.pilot import Pilot
from textual.widget import Widget

from convledger.tui.app import ConvledgerApp
from convledger.tui.screens.conversations import ConversationsScreen
from convledger.tui.screens.help import HelpScreen
from convledger.tui.screens.reader import ReaderScreen
from convledger.tui.screens.search import SearchScreen
from convledger.tui.widgets.conversation_rows import ConversationRows
from convledger.tui.widgets.facet_rows import FacetRows
from convledger.tui.widgets.notice_line import NoticeLine
from convledger.tui.widgets.panel import Panel
from convledger.tui.widgets.rows import Rows
from convledger.tui.widgets.transcript import Transcript
from tests.tui.pilot import opened, press, screen_text, settled


async def click(pilot: Pilot[None], x: int, y: int) -> None:
    """Click a cell of the screen."""
    await pilot.click(offset=(x, y))
    await settled(pilot)


async def click_on(pilot: Pilot[None], words: str) -> None:
    """Click where these words stand first, from the last line up to the first."""
    lines = screen_text(pilot).splitlines()
    y = max(number for number, line in enumerate(lines) if words in line)
    await click(pilot, lines[y].index(words) + 1, y)


async def wheel(pilot: Pilot[None], widget: Widget, *, turns: int) -> None:
    """Turn the wheel over the middle of a widget: down, or up where `turns` is negative."""
    region = widget.region
    offset = (region.x + region.width // 2, region.y + region.height // 2)
    for _ in range(abs(turns)):
        await pilot._post_mouse_events(
            [MouseScrollDown if turns > 0 else MouseScrollUp], offset=offset
        )
    await settled(pilot)


async def test_a_click_puts_the_cursor_on_a_row_and_a_second_opens_it(studio: Path) -> None:
    async with opened(studio, size=(100, 24)) as pilot:
        await press(pilot, "2")
        await click_on(pilot, "Waiting list for Saturdays")
        rows = pilot.app.screen.query_one(ConversationRows)
        assert rows.cursor == 2
        assert pilot.app.focused is rows
        await click_on(pilot, "Waiting list for Saturdays")

        assert isinstance(pilot.app.screen, ReaderScreen)
        assert "Waiting list for Saturdays" in screen_text(pilot).splitlines()[1]


async def test_the_footer_does_what_it_names(studio: Path) -> None:
    async with opened(studio, size=(100, 24)) as pilot:
        for words, screen in (("Search", SearchScreen), ("Help", HelpScreen)):
            await click_on(pilot, words)
            assert isinstance(pilot.app.screen, screen)
            await press(pilot, "escape")
        await click_on(pilot, "Quit")

        assert not pilot.app.is_running


async def test_a_click_on_a_filter_narrows_the_list_and_again_widens_it(studio: Path) -> None:
    async with opened(studio, size=(120, 36)) as pilot:
        await press(pilot, "2")
        screen = pilot.app.screen
        assert isinstance(screen, ConversationsScreen)
        everything = screen.rows.count()
        facet = screen.query_one(FacetRows).region
        row = next(
            y for y, line in enumerate(screen_text(pilot).splitlines()) if "  codex " in line
        )
        await click(pilot, facet.x + 4, row)
        assert screen.rows.count() == 17
        await click(pilot, facet.x + 4, row)

        assert screen.rows.count() == everything


async def test_tabs_and_panels_are_gone_to_by_a_click(studio: Path) -> None:
    async with opened(studio, size=(80, 24)) as pilot:
        await press(pilot, "8")
        await click_on(pilot, "Files 79")
        assert "Files · 2 of 4" in screen_text(pilot)
        await pilot.resize_terminal(140, 45)
        await settled(pilot)
        for name in ("unpriced", "files", "rejected", "sources"):
            region = pilot.app.screen.query_one(f"#{name}").region
            await click(pilot, region.right - 3, region.bottom - 1)
            assert pilot.app.focused is pilot.app.screen.query_one(f"#{name}")
            assert pilot.app.screen.query_one(f"#{name}-panel", Panel).has_pseudo_class(
                "focus-within"
            )


async def test_the_wheel_scrolls_what_is_under_the_mouse(studio: Path) -> None:
    async with opened(studio, size=(120, 24)) as pilot:
        await press(pilot, "2")
        rows, facets = (pilot.app.screen.query_one(kind) for kind in (ConversationRows, FacetRows))
        await wheel(pilot, rows, turns=3)
        assert rows.scroll_offset.y > 0
        assert facets.scroll_offset.y == 0
        assert "I want to know what I spend" not in screen_text(pilot)
        await wheel(pilot, facets, turns=2)
        assert facets.scroll_offset.y > 0
        await wheel(pilot, rows, turns=-5)
        assert rows.scroll_offset.y == 0
        await press(pilot, "enter")
        transcript = pilot.app.screen.query_one(Transcript)
        await wheel(pilot, transcript, turns=2)

        assert transcript.scroll_offset.y > 0


async def test_a_dialog_takes_clicks_and_a_click_beside_it_does_nothing(studio: Path) -> None:
    async with opened(studio, size=(160, 24)) as pilot:
        await press(pilot, "slash")
        await pilot.press(*"oven")
        await settled(pilot)
        dialog = pilot.app.screen
        await click(pilot, 1, 5)
        assert pilot.app.screen is dialog
        hits = dialog.query_one(Rows)
        for _ in range(2):
            await click(pilot, hits.region.x + 5, hits.region.y + 2)

        assert isinstance(pilot.app.screen, ReaderScreen)


async def test_a_click_puts_a_notice_away(studio: Path) -> None:
    async with opened(studio, size=(100, 24)) as pilot:
        assert isinstance(pilot.app, ConvledgerApp)
        pilot.app.notice("a", "the first")
        pilot.app.notice("b", "the second")
        await settled(pilot)
        await click_on(pilot, "the second")
        assert "the first" in screen_text(pilot)
        await click_on(pilot, "the first")

        assert not pilot.app.screen.query_one(NoticeLine).display
