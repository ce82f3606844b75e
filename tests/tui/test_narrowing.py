"""The list of conversations is narrowed by letters, by values, and by other screens."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from convledger.clock import DAY, HOUR, SECOND
from convledger.reports.listing import ListQuery
from convledger.tui.screens.conversations import ConversationsScreen
from convledger.tui.widgets.facet_rows import FacetRows
from convledger.tui.widgets.filter_line import FilterInput, span_text
from tests.tui.listed import counts_of, list_in, opened, title_of
from tests.tui.pilot import press, screen_text, settled, text_of

HOSTILE = "[red]\x1b]0;owned\x07\u202eevil[/red] [link=http://x]"
DAY_OF_NOW = int(datetime(2026, 11, 20, tzinfo=UTC).timestamp()) * SECOND


async def test_each_letter_narrows_and_the_filter_stays_in_sight(studio: Path) -> None:
    async with opened(studio) as pilot:
        screen = await list_in(pilot)
        sizes = [len(screen.rows.ids)]
        await press(pilot, "f")
        for letter in "books":
            await press(pilot, letter)
            sizes.append(len(screen.rows.ids))

        assert sizes == sorted(sizes, reverse=True)
        assert sizes[0] > sizes[4] > sizes[5] == 0
        assert "No conversation matches." in text_of(screen.rows)
        await press(pilot, "backspace", "enter")
        assert screen.focused is screen.rows
        assert len(screen.rows.ids) == sizes[4]
        assert "filter  book" in screen_text(pilot)
        assert f"{sizes[4]} conversations" in counts_of(screen)


async def test_escape_in_an_empty_filter_takes_it_away(studio: Path) -> None:
    async with opened(studio) as pilot:
        screen = await list_in(pilot)

        await press(pilot, "f", "q", "backspace", "escape")

        assert screen.focused is screen.rows
        assert "filter  " not in screen_text(pilot)
        assert screen.query_shown == ListQuery()


async def test_an_empty_filter_goes_when_one_goes_elsewhere(studio: Path) -> None:
    async with opened(studio) as pilot:
        screen = await list_in(pilot)
        await press(pilot, "f")
        assert "filter  " in screen_text(pilot)

        screen.query_one(FacetRows).focus()
        await settled(pilot)

        assert "filter  " not in screen_text(pilot)


async def test_down_leads_from_the_filter_to_the_list(studio: Path) -> None:
    async with opened(studio) as pilot:
        screen = await list_in(pilot)

        await press(pilot, "f", "j", "o", "down", "down")

        assert screen.query_shown.text == "jo"
        assert screen.focused is screen.rows


async def test_choosing_a_value_narrows_and_again_widens(studio: Path) -> None:
    async with opened(studio) as pilot:
        screen = await list_in(pilot)
        everything = len(screen.rows.ids)
        screen.query_one(FacetRows).focus()
        await press(pilot, "down", "enter")

        facets = text_of(screen.query_one(FacetRows))
        row = next(line for line in facets.splitlines() if "codex" in line)
        assert row == f" ✓ codex{'chosen'.rjust(len(row) - 11)} {len(screen.rows.ids)}"
        assert screen.query_shown == ListQuery(source=("codex",))
        assert "source codex · x clears" in screen_text(pilot)
        await press(pilot, "up", "space")
        assert screen.query_shown == ListQuery(source=("codex", "claude-code"))
        assert len(screen.rows.ids) == everything
        await press(pilot, "enter", "down", "enter")
        assert screen.query_shown == ListQuery()


async def test_facets_take_the_place_of_the_list_on_a_narrow_screen(studio: Path) -> None:
    async with opened(studio, size=(80, 24)) as pilot:
        screen = await list_in(pilot)
        await press(pilot, "v")

        assert screen.query_one(FacetRows).has_focus
        assert not screen.query_one("#list").display
        assert "75 conversations" in screen_text(pilot)
        await press(pilot, "escape")
        assert screen.rows.has_focus
        assert screen.query_one("#list").display


async def test_v_hides_the_facets_of_a_wide_screen_and_shows_them_again(studio: Path) -> None:
    async with opened(studio) as pilot:
        screen = await list_in(pilot)
        await press(pilot, "v")
        assert not screen.query_one("#facets").display
        assert screen.focused is screen.rows

        await press(pilot, "v")

        assert isinstance(screen.focused, FacetRows)


async def test_another_screen_opens_the_list_narrowed_to_a_day(studio: Path) -> None:
    async with opened(studio) as pilot:
        screen = pilot.app.go("conversations")  # type: ignore[attr-defined]
        assert isinstance(screen, ConversationsScreen)
        screen.show(ListQuery(since=DAY_OF_NOW, until=DAY_OF_NOW + DAY, sort="cost"))
        await settled(pilot)

        assert "20 Nov 2026 · x clears" in screen_text(pilot)
        assert title_of(screen) == "Conversations by list cost ↓"
        assert 0 < len(screen.rows.ids) < 20
        await press(pilot, "space", "x")
        assert screen.query_shown == ListQuery(sort="cost")
        assert screen.rows.marks == set()
        assert len(screen.rows.ids) == 75


async def test_a_filter_of_another_screen_stands_in_the_line(studio: Path) -> None:
    async with opened(studio) as pilot:
        screen = await list_in(pilot)

        screen.show(ListQuery(text="booking"))
        await settled(pilot)

        assert screen.query_one(FilterInput).value == "booking"
        assert "filter  booking" in screen_text(pilot)


@pytest.mark.parametrize(
    ("since", "until", "zone", "words"),
    [
        (None, None, "UTC", ""),
        (DAY_OF_NOW, DAY_OF_NOW + DAY, "UTC", "20 Nov 2026"),
        (DAY_OF_NOW - 19 * DAY, DAY_OF_NOW + 11 * DAY, "UTC", "Nov 2026"),
        (DAY_OF_NOW - 19 * DAY, DAY_OF_NOW + DAY, "UTC", "1 Nov 2026 – 20 Nov 2026"),
        (DAY_OF_NOW, None, "UTC", "since 20 Nov 2026"),
        (None, DAY_OF_NOW, "UTC", "before 20 Nov 2026"),
        (DAY_OF_NOW + 9 * HOUR, DAY_OF_NOW + 10 * HOUR, "UTC",
         "20 Nov 2026 09:00 – 20 Nov 2026 10:00"),
        # The day on which clocks go back has 25 hours.
        (DAY_OF_NOW - 26 * DAY - 2 * HOUR, DAY_OF_NOW - 25 * DAY - HOUR, "Europe/Berlin",
         "25 Oct 2026"),
    ],
)  # fmt: skip
def test_a_span_of_time_is_said_in_the_zone(
    since: int | None, until: int | None, zone: str, words: str
) -> None:
    assert span_text(since, until, ZoneInfo(zone)) == words


async def test_a_span_of_time_is_chosen_and_dropped(studio: Path) -> None:
    async with opened(studio, size=(140, 45)) as pilot:
        screen = await list_in(pilot)
        everything = len(screen.rows.ids)
        facets = screen.query_one(FacetRows)
        week = next(row for row in facets._rows if (row.name, row.value) == ("active", "7 days"))
        facets.cursor = facets._rows.index(week)
        facets.focus()
        await press(pilot, "enter")
        narrowed, shown = len(screen.rows.ids), screen_text(pilot)
        await press(pilot, "enter")

        assert 0 < week.count < everything
        assert narrowed == week.count
        assert "since 14 Nov 2026" in shown
        assert "✓ 7 days" in shown
        assert len(screen.rows.ids) == everything
