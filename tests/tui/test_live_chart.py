"""The chart of Live: its bars, what they are named, and what is behind them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC
from pathlib import Path

import pytest

from convledger.clock import DAY, HOUR
from convledger.reports.listing import ListQuery
from convledger.reports.live import Bar
from convledger.tui.screens.conversations import ConversationsScreen
from convledger.tui.screens.live_words import series_names
from convledger.tui.widgets.bar_names import bar_name, foot_label, short_names
from convledger.tui.widgets.canvas import Canvas
from convledger.tui.widgets.cost_chart import BarParts, Charted, CostChart
from convledger.tui.widgets.spend import SpendFigures
from tests.tui.live_parts import DOLLAR, TODAY, at, days, live
from tests.tui.pilot import NOW, opened, press, screen_text, settled, text_of

# ---- the chart


async def test_the_last_bar_is_chosen_and_written_out(studio: Path) -> None:
    async with opened(studio) as pilot:
        chart = text_of(live(pilot).query_one(CostChart))

        assert "today $2.48  = ■ claude-opus-5-5 $1.60 + ■ other $0.88" in chart
        assert "$20" in chart
        assert "16 Nov" in chart

        await press(pilot, "shift+tab", "left")
        assert "Thu 19 Nov $1.86  = ■ claude-opus-5-5 $1.86" in text_of(
            live(pilot).query_one(CostChart)
        )


async def test_range_period_and_group_go_round(studio: Path) -> None:
    async with opened(studio, range_days=14) as pilot:
        panel = live(pilot).query_one("#chart")

        def words() -> str:
            return f"{panel.border_title} · {panel.border_subtitle}"

        assert words() == "Cost by day · list cost by model · 14 days, 7 Nov – 20 Nov · UTC"
        for ranges in ("30 days", "90 days", "365 days", "14 days"):
            await press(pilot, "d")
            assert f"model · {ranges}" in words()
        for period in ("week · list cost by model · 26", "month · list cost by model · 12"):
            await press(pilot, "p")
            assert f"Cost by {period}" in words()
        await press(pilot, "p")
        assert "Cost by hour · list cost by model · 48 hours, 18 Nov – 20 Nov" in words()
        await press(pilot, "p")
        for group in ("source", "project", "client", "model"):
            await press(pilot, "g")
            assert f"list cost by {group} · 14 days" in words()


async def test_the_range_of_the_settings_is_among_the_others(studio: Path) -> None:
    async with opened(studio, range_days=45) as pilot:
        panel = live(pilot).query_one("#chart")
        seen = []
        for _ in range(6):
            seen.append(str(panel.border_subtitle).split(" · ")[1].split(" ")[0])
            await press(pilot, "d")

    assert seen == ["45", "90", "365", "14", "30", "45"]


async def test_parts_are_named_by_project_and_client(studio: Path) -> None:
    async with opened(studio) as pilot:
        await press(pilot, "g", "g")
        assert "■ booking" in text_of(live(pilot).query_one(CostChart))
        await press(pilot, "g")
        assert "no client" in text_of(live(pilot).query_one(CostChart))


async def test_enter_on_a_bar_opens_the_conversations_of_its_day(studio: Path) -> None:
    async with opened(studio) as pilot:
        await press(pilot, "shift+tab", "left", "enter")

        screen = pilot.app.screen
        assert isinstance(screen, ConversationsScreen)
        assert screen.query_shown == ListQuery(since=TODAY - DAY, until=TODAY)


async def test_why_on_a_bar_lists_the_dearest_first(studio: Path) -> None:
    async with opened(studio) as pilot:
        await press(pilot, "shift+tab", "w")

        screen = pilot.app.screen
        assert isinstance(screen, ConversationsScreen)
        assert screen.query_shown == ListQuery(since=TODAY, until=TODAY + DAY, sort="cost")


async def test_enter_on_a_figure_opens_what_is_behind_it(studio: Path) -> None:
    async with opened(studio) as pilot:
        await press(pilot, "tab", "right", "enter")

        screen = pilot.app.screen
        assert isinstance(screen, ConversationsScreen)
        assert screen.query_shown == ListQuery(since=TODAY - 6 * DAY)


async def test_a_click_chooses_a_figure_and_a_second_one_opens_it(studio: Path) -> None:
    async with opened(studio) as pilot:
        figures = live(pilot).query_one(SpendFigures)
        place = (figures.size.width - 4, 2)
        await pilot.click(SpendFigures, offset=place)
        await settled(pilot)
        assert figures.chosen is not None
        assert figures.chosen.label == "last hour"
        assert figures.chosen.since == NOW - HOUR

        await pilot.click(SpendFigures, offset=place)
        await settled(pilot)
        assert isinstance(pilot.app.screen, ConversationsScreen)


async def test_a_click_chooses_a_bar(studio: Path) -> None:
    async with opened(studio) as pilot:
        chart = live(pilot).query_one(CostChart)
        assert chart._columns is not None
        await pilot.click(CostChart, offset=(chart._columns.place(3), 5))
        await settled(pilot)

        assert chart.place == 3
        assert "Sun 25 Oct" in text_of(chart)


async def test_bars_without_room_are_counted_and_reached(studio: Path) -> None:
    async with opened(studio, size=(80, 24), range_days=365) as pilot:
        chart = live(pilot).query_one(CostChart)
        assert "earlier" in text_of(chart).splitlines()[0]

        chart.choose(0)
        await settled(pilot)

        text = text_of(chart)
        assert "later ›" in text.splitlines()[0]
        assert chart._columns is not None
        assert chart._columns.first == 0
        assert "▲" in text


def test_a_chosen_bar_stays_chosen_when_a_new_day_begins() -> None:
    chart = CostChart()
    chart.show(Charted("day", ("a",), days(10, DOLLAR), UTC), [])
    chart._chosen = 4
    begins = chart.charted.bars[4].begins

    chart.show(Charted("day", ("a",), days(11, DOLLAR)[1:], UTC), [])
    moved = tuple(replace(bar, begins=bar.begins + DAY) for bar in days(10, DOLLAR))
    chart.show(Charted("day", ("a",), moved, UTC), [])

    assert chart.chosen is not None
    assert chart.chosen.begins == begins


def test_the_last_bar_is_followed() -> None:
    chart = CostChart()
    chart.show(Charted("day", ("a",), days(10, DOLLAR), UTC), [])
    later = tuple(replace(bar, begins=bar.begins + DAY) for bar in days(10, DOLLAR))
    chart.show(Charted("day", ("a",), later, UTC), [])

    assert chart.place == 9


@pytest.mark.parametrize("width", [24, 40, 73, 98, 160])
@pytest.mark.parametrize("height", [4, 6, 8, 14, 30])
def test_nothing_in_the_chart_is_cut_or_covered(width: int, height: int) -> None:
    chart = CostChart()
    names = ("claude-opus-5-5-20251101", "gpt-5.4-codex", "claude-sonnet-5", "other")
    bars = days(30, 12 * DOLLAR, 3 * DOLLAR, DOLLAR // 3, 1234, unpriced=3)
    chart.show(Charted("day", names, bars, UTC), [])

    canvas = Canvas(width, height, strict=width >= 40)
    chart.draw(canvas)

    text = canvas.content().plain
    assert "$15.33" in text
    if width >= 73 and height >= 6:
        assert all(amount in text for amount in ("$12.00", "$3.00", "$0.33", "<$0.0001"))


def test_a_bar_of_unpriced_calls_alone_costs_no_known_amount() -> None:
    chart = CostChart()
    chart.show(
        Charted("day", ("a",), (*days(3, 5 * DOLLAR)[:2], days(3, 0, unpriced=2)[2]), UTC), []
    )
    canvas = Canvas(80, 12)
    chart.draw(canvas)

    assert "today –  · 2 calls unpriced" in canvas.content().plain


def test_the_parts_of_a_bar_are_shares_of_it() -> None:
    parts = BarParts()
    parts.show(Charted("day", ("opus", "haiku"), days(2, 3 * DOLLAR, DOLLAR), UTC), 1)
    canvas = Canvas(34, 12, strict=True)
    parts.draw(canvas)

    lines = [row.rstrip() for row in canvas.content().plain.splitlines()]
    assert lines[0].split() == ["■", "opus", "$3.00"]
    assert lines[1].endswith("75 %")
    assert lines[3].split() == ["■", "haiku", "$1.00"]
    assert lines[4].endswith("25 %")


async def test_a_range_without_calls_says_when_the_last_one_was(studio: Path) -> None:
    async with opened(studio) as pilot:
        at(pilot, NOW + 60 * DAY)
        live(pilot).renew()
        await settled(pilot)

        text = screen_text(pilot)
        assert "No call in these 30 days." in text
        assert "The last one was 8 weeks ago, on 20 Nov 2026. d shows more." in text
        assert "No call in the last 30 minutes." in text


def test_bars_and_their_feet_are_named_by_period() -> None:
    bar = Bar(TODAY - 4 * DAY, 0, "", (), 0)  # Monday 16 November

    assert bar_name(bar, "day", UTC, False) == "Mon 16 Nov"
    assert bar_name(bar, "week", UTC, False) == "week of 16 Nov"
    assert bar_name(bar, "month", UTC, False) == "November 2026"
    assert bar_name(bar, "hour", UTC, False) == "00:00 16 Nov"
    assert [bar_name(bar, one, UTC, True) for one in ("day", "hour")] == ["today", "this hour"]
    assert foot_label(bar, "day", UTC) == "16 Nov"
    assert foot_label(replace(bar, begins=bar.begins + DAY), "day", UTC) == ""
    assert foot_label(replace(bar, begins=bar.begins + 6 * HOUR), "hour", UTC) == "06:00"
    assert foot_label(replace(bar, begins=bar.begins + 7 * HOUR), "hour", UTC) == ""


def test_names_are_short_only_where_they_stay_different() -> None:
    assert short_names(["claude-opus-5", "gpt-5"]) == ["opus-5", "gpt-5"]
    assert short_names(["claude-x-20250101", "claude-x-20250202"]) == [
        "claude-x-20250101",
        "claude-x-20250202",
    ]
    assert series_names(["/a/shop", "/b/shop", "/c/site", ""], "project") == (
        *("/a/shop", "/b/shop", "site", "no project"),
    )
    assert series_names(["\x1b[31mred"], "model") == ("␛[31mred",)
