"""Economics: from list cost to full cost, who served, return, lengths, pivot, outliers."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.pilot import Pilot

from convledger.ledger import Ledger
from convledger.money import PICO
from convledger.tui.screens.economics import EconomicsScreen
from convledger.tui.screens.economics_behind import BehindCostScreen, BehindRows
from convledger.tui.screens.economics_choices import GroupByScreen, PeriodScreen
from convledger.tui.screens.economics_why import FigureWhyScreen
from convledger.tui.screens.reader import ReaderScreen
from convledger.tui.screens.why import WhyScreen
from convledger.tui.widgets.cost_steps import CostSteps
from convledger.tui.widgets.length_chart import LengthChart
from convledger.tui.widgets.outlier_rows import OutlierRows
from convledger.tui.widgets.return_rows import ReturnRows
from convledger.tui.widgets.segment_rows import SegmentRows
from convledger.tui.widgets.served_rows import ServedRows
from tests.tui.economics_parts import (
    counts,
    go,
    item,
    opened,
    place,
    with_costs,
    with_items,
    with_people,
)
from tests.tui.pilot import press, screen_text, settled, text_of

BOTH = [(80, 24), (140, 45)]
SIZES = [(40, 10), (80, 24), (100, 28), (120, 36), (140, 45), (200, 60)]


@pytest.fixture
def costed(studio: Path) -> Path:
    """The invented books with shared costs, a refund and people's time in October."""
    with_costs(studio)
    return studio


def steps(pilot: Pilot[None]) -> str:
    return text_of(place(pilot).query_one(CostSteps))


def behind(pilot: Pilot[None]) -> BehindRows:
    assert isinstance(pilot.app.screen, BehindCostScreen)
    return pilot.app.screen.query_one(BehindRows)


# ---- from list cost to full cost


@pytest.mark.parametrize("size", BOTH)
async def test_steps_lead_from_list_cost_to_full_cost_of_the_last_closed_month(
    costed: Path, size: tuple[int, int]
) -> None:
    async with opened(costed, size=size) as pilot:
        await go(pilot)
        found = place(pilot).sight.found
        assert found is not None
        amounts = {step.name: step.amount for step in found.waterfall.steps}
        assert amounts["infrastructure"] == 24 * PICO
        assert amounts["other"] == -25 * PICO // 10
        assert amounts["people"] == 80 * PICO  # 5 × 20 min × $48/h
        assert amounts["full"] == sum(
            amounts[name] or 0
            for name in ("list", "tools", "retrieval", "infrastructure", "other", "people")
        )
        text = steps(pilot)
        assert "Tokens at list price" in text
        assert "+$24.00" in text
        assert "= Full cost" in text
        assert "October 2026 · 36 conversations · 100 % priced" in counts(pilot, "steps-panel")


async def test_step_that_takes_away_has_a_sign_and_a_word(costed: Path) -> None:
    async with opened(costed, size=(140, 45)) as pilot:
        await go(pilot)
        (line,) = [line for line in steps(pilot).splitlines() if "Other costs" in line]
        assert "given back" in line
        assert "−$2.50" in line


async def test_only_what_rests_on_an_estimate_has_its_mark(costed: Path) -> None:
    async with opened(costed, size=(140, 45)) as pilot:
        await go(pilot)
        marked = [line.strip() for line in steps(pilot).splitlines() if "~" in line]
        names = [line.split("  ")[0] for line in marked]
        assert names == ["People, 5 hand-offs", "= Full cost"]


async def test_enter_opens_the_conversations_behind_a_step_and_enter_reads_one(
    costed: Path,
) -> None:
    async with opened(costed, size=(140, 45)) as pilot:
        await go(pilot, "end", "up", "enter")
        assert behind(pilot).count() == 5
        amounts = [behind(pilot).found.amount(cost) for cost in behind(pilot).found.costs]
        assert amounts == [16 * PICO] * 5
        assert "People" in screen_text(pilot)

        await press(pilot, "enter")
        assert isinstance(pilot.app.screen, ReaderScreen)
        await press(pilot, "escape")
        assert isinstance(pilot.app.screen, BehindCostScreen)
        await press(pilot, "w")
        assert isinstance(pilot.app.screen, WhyScreen)


async def test_why_says_items_rules_and_what_nobody_bears(costed: Path) -> None:
    with_items(costed, item("infrastructure", "Idle line", "3.00", scope={"client": ("nobody",)}))
    async with opened(costed, size=(140, 45)) as pilot:
        await go(pilot, "end", "up", "up", "up", "up", "w")
        assert isinstance(pilot.app.screen, FigureWhyScreen)
        text = screen_text(pilot)
        assert "Servers" in text
        assert "the same for each over 36 conversations" in text
        assert "unallocated of Idle line" in text
        assert "none of the conversations that it is for" in text


async def test_unallocated_stands_below_the_steps(costed: Path) -> None:
    with_items(costed, item("infrastructure", "Idle line", "3.00", scope={"client": ("nobody",)}))
    async with opened(costed, size=(140, 45)) as pilot:
        await go(pilot)
        assert "unallocated: $3.00 of Idle line" in screen_text(pilot)


@pytest.mark.parametrize("size", BOTH)
async def test_part_in_a_currency_without_a_rate_is_unknown_and_says_why(
    studio: Path, size: tuple[int, int]
) -> None:
    with_items(studio, item("infrastructure", "Servers", "24.00", currency="EUR"))
    async with opened(studio, size=size) as pilot:
        await go(pilot)
        lines = {line.strip().split("  ")[0]: line for line in steps(pilot).splitlines()}
        assert "–" in lines["= Full cost"]
        assert "$" not in lines["= Full cost"]
        assert "$" in lines["= Billed for tokens"]
        await press(pilot, "end", "w")
        assert "Servers is in EUR, and no rate to USD is known" in screen_text(pilot)


# ---- who served, and the return


async def test_ways_of_service_with_their_shares_and_the_multiplier(costed: Path) -> None:
    async with opened(costed, size=(140, 45)) as pilot:
        await go(pilot)
        text = screen_text(pilot)
        assert "86 % of conversations" in text
        assert "an escalated one costs" in text
        assert "14 % escalated" in counts(pilot, "served-panel")
        place(pilot).query_one(ServedRows).focus()
        await press(pilot, "down", "enter")
        assert behind(pilot).count() == 5
        await press(pilot, "escape", "w")
        assert "containment" in screen_text(pilot)


async def test_return_against_people_alone(costed: Path) -> None:
    async with opened(costed, size=(140, 45)) as pilot:
        await go(pilot)
        shown = text_of(place(pilot).query_one(ReturnRows))
        assert "36 × 9 min × $48.00/h" in shown
        assert "~$259.20" in shown  # 36 × 9/60 × 48
        place(pilot).query_one(ReturnRows).focus()
        await press(pilot, "w")
        assert "an hour = $259.20" in screen_text(pilot)


@pytest.mark.parametrize("size", BOTH)
async def test_return_without_a_rate_says_what_to_press(
    studio: Path, size: tuple[int, int]
) -> None:
    async with opened(studio, size=size) as pilot:
        await go(pilot)
        place(pilot).query_one(ReturnRows).focus()
        await settled(pilot)
        assert "Savings are not known yet." in screen_text(pilot)
        foot = " ".join(text_of(place(pilot).query_one("#return-foot")).split())
        assert "How long people need for a conversation without a bot is not set" in foot
        assert "b sets people's rate" in foot


async def test_minutes_that_nobody_knows_leave_peoples_cost_unknown(studio: Path) -> None:
    with_people(studio, minutes=None)
    async with opened(studio, size=(140, 45)) as pilot:
        await go(pilot)
        (line,) = [line for line in steps(pilot).splitlines() if "People" in line]
        assert "–" in line
        await press(pilot, "end", "w")
        assert "nobody entered how long people worked" in screen_text(pilot)


# ---- lengths, pivot, outliers


async def test_columns_of_lengths_are_chosen_and_opened(studio: Path) -> None:
    async with opened(studio, size=(140, 45)) as pilot:
        await go(pilot)
        chart = place(pilot).query_one(LengthChart)
        chart.focus()
        await settled(pilot)
        assert "p50: 3" in text_of(chart)
        assert chart.chosen is not None
        assert chart.chosen.name == "2–3"
        await press(pilot, "right", "enter")
        assert behind(pilot).count() == 8
        assert "4–7 messages" in screen_text(pilot)


async def test_lengths_are_shown_by_each_measure(costed: Path) -> None:
    async with opened(costed, size=(140, 45)) as pilot:
        await go(pilot)
        titles = []
        for _ in range(5):
            await press(pilot, "m")
            titles.append(str(place(pilot).query_one("#lengths-panel").border_title))
        assert titles == [
            "Length, in turns",
            "Length, in minutes with work",
            "Length, in tokens",
            "Full cost of a conversation",
            "Length, in messages",
        ]


async def test_pivot_by_two_segments_adds_up_to_the_total(costed: Path) -> None:
    async with opened(costed, size=(140, 45)) as pilot:
        await go(pilot, "g")
        assert isinstance(pilot.app.screen, GroupByScreen)
        await press(pilot, "space", *["down"] * 3, "space", "down", "space", "enter")

        rows = place(pilot).query_one(SegmentRows)
        assert rows.table is not None
        assert rows.table.by == ("client", "user")
        assert sum(row.full for row in rows.table.rows) == rows.table.total.full
        assert ("northwind-bakery", "(none)") in [row.keys for row in rows.table.rows]
        count = rows.table.rows[0].units
        await press(pilot, "enter")
        assert behind(pilot).count() == count


async def test_outliers_say_why_and_open(studio: Path) -> None:
    async with opened(studio, size=(140, 45)) as pilot:
        await go(pilot)
        rows = place(pilot).query_one(OutlierRows)
        assert rows.count() == 3
        assert "19 calls by sub-agents, 26 messages" in text_of(rows)
        assert "list cost 10 × the median" in counts(pilot, "outliers-panel")
        rows.focus()
        await press(pilot, "w")
        assert isinstance(pilot.app.screen, WhyScreen)
        await press(pilot, "escape", "enter")
        assert isinstance(pilot.app.screen, ReaderScreen)


# ---- time


async def test_another_month_and_all_time_are_chosen(studio: Path) -> None:
    async with opened(studio, size=(140, 45)) as pilot:
        await go(pilot, "o")
        assert isinstance(pilot.app.screen, PeriodScreen)
        await press(pilot, "home", "enter")
        assert "November 2026" in counts(pilot, "steps-panel")
        assert "November 2026 is not over" in screen_text(pilot)
        await press(pilot, "o", "end", "enter")
        assert "all time" in counts(pilot, "steps-panel")
        whole = place(pilot).sight.found
        assert whole is not None
        assert whole.coverage.conversations == 74


async def test_days_are_typed_and_what_is_no_time_is_told(studio: Path) -> None:
    async with opened(studio, size=(140, 45)) as pilot:
        await go(pilot, "o")
        await press(pilot, "home", "up", *"later", "enter")
        assert isinstance(pilot.app.screen, PeriodScreen)
        assert "later" in screen_text(pilot)
        await press(pilot, *["backspace"] * 5)
        for letter in "2026-10-05..2026-10-06":
            await pilot.press({"-": "minus", ".": "full_stop"}.get(letter, letter))
        await press(pilot, "enter")
        assert "5 Oct to 6 Oct 2026" in counts(pilot, "steps-panel")


async def test_time_without_a_conversation_says_so(studio: Path) -> None:
    async with opened(studio, size=(140, 45)) as pilot:
        await go(pilot, "o", "home", "up")
        for letter in "2025-01":
            await pilot.press({"-": "minus"}.get(letter, letter))
        await press(pilot, "enter")
        assert "No conversation opened in January 2025." in screen_text(pilot)
        assert "o shows another time." in screen_text(pilot)


# ---- nothing, and hostile things


@pytest.mark.parametrize("size", BOTH)
async def test_empty_ledger_says_what_to_do_and_survives_every_key(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    async with opened(tmp_path / "empty", size=size) as pilot:
        await go(pilot)
        assert "No conversation to cost yet." in screen_text(pilot)
        assert "8 shows which logs are read" in screen_text(pilot)
        await press(pilot, "w")
        assert isinstance(pilot.app.screen, EconomicsScreen)  # there is nothing to explain
        await press(pilot, "g", "enter", "m", "o", "escape", "enter", "tab", "enter")
        assert "No conversation to cost yet." in screen_text(pilot)


async def test_titles_clients_and_items_are_shown_harmlessly(studio: Path) -> None:
    nasty = "[bold]\x1b[31mOdd\u202e[/]"
    with Ledger.open(studio) as ledger:
        ledger.connection.execute("UPDATE conversation SET title=?", (nasty,))
        ledger.connection.commit()
        ledger.label(ledger.conversation_ids(), "client", nasty)
    with_items(studio, item("infrastructure", nasty, "3.00"))
    async with opened(studio, size=(140, 45)) as pilot:
        await go(pilot, "g", "space", *["down"] * 3, "space", "enter")
        for keys in ((), ("enter",), ("escape", "shift+tab", "enter"), ("escape", "w")):
            await press(pilot, *keys)
            text = screen_text(pilot)
            assert "\x1b" not in text
            assert "\u202e" not in text
            assert "[bold]" in text or "Why" in text
        await press(pilot, "escape")
        place(pilot).query_one(CostSteps).focus()
        await press(pilot, "home", "down", "down", "w")
        assert "[bold]" in screen_text(pilot)


@pytest.mark.parametrize("size", SIZES)
async def test_screen_is_drawn_at_any_size(costed: Path, size: tuple[int, int]) -> None:
    async with opened(costed, size=size) as pilot:
        await go(pilot, "tab", "tab", "tab", "tab", "tab", "tab")
        for width, height in SIZES:
            await pilot.resize_terminal(width, height)
            await settled(pilot)
        assert "full cost" in screen_text(pilot).lower()


async def test_panels_are_shown_one_at_a_time_where_room_is_short(costed: Path) -> None:
    async with opened(costed, size=(80, 24)) as pilot:
        await go(pilot)
        titles = []
        for _ in range(6):
            titles.append(screen_text(pilot).splitlines()[2].split("─")[1].strip())
            await press(pilot, "tab")
    assert titles == [
        "From list cost to full cost",
        "Bot, escalated, blended",
        "Return",
        "Length, in messages",
        "Pivot",
        "Outliers",
    ]


async def test_tab_is_clicked(costed: Path) -> None:
    async with opened(costed, size=(80, 24)) as pilot:
        await go(pilot)
        await pilot.click("TabStrip", offset=(15, 0))
        await settled(pilot)
        assert "Bot, escalated, blended" in screen_text(pilot)


async def test_figures_are_not_worked_out_again_where_nothing_changed(studio: Path) -> None:
    async with opened(studio, size=(140, 45)) as pilot:
        await go(pilot)
        before = place(pilot).sight.found
        place(pilot).renew()
        await settled(pilot)
        assert place(pilot).sight.found is before
        await press(pilot, "w", "escape")
        await settled(pilot)
        assert place(pilot).sight.found is before


async def test_figures_are_worked_out_anew_when_the_ledger_changes(studio: Path) -> None:
    async with opened(studio, size=(140, 45)) as pilot:
        await go(pilot)
        with_items(studio, item("infrastructure", "Servers", "24.00"))
        place(pilot).renew()
        await settled(pilot)
        assert "+$24.00" in steps(pilot)
