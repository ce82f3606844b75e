"""The panels of Plans: the credit ledger, the burn-down, and where a plan cuts conversations."""

from __future__ import annotations

from datetime import UTC
from pathlib import Path

from convledger.ledger import Ledger
from convledger.money import PICO
from convledger.tui.screens.plan_behind import BehindScreen
from convledger.tui.screens.plan_conversation import PickRows, PickScreen
from convledger.tui.screens.plan_credits import TakeBackScreen
from convledger.tui.screens.reader import ReaderScreen
from convledger.tui.widgets.boundary_view import BoundaryView
from convledger.tui.widgets.credit_rows import CreditRows
from tests.tui.pilot import NOW, press, screen_text
from tests.tui.plan_parts import (
    STUDIO,
    facts_in,
    go,
    long_talk,
    opened,
    renewed,
    screen_name,
    shown,
    typed,
)

# ---- the credit ledger


async def test_ledger_tells_what_came_and_went_with_the_balance(planned: Path) -> None:
    async with opened(planned, size=(140, 45)) as pilot:
        await go(pilot)
        lines = shown(pilot, "#ledger").splitlines()

        assert lines[0].split()[:3] == ["usage", "−5", "25"]
        assert lines[1].split("  ")[0].strip() == "20 Nov · welcome · 5 units"
        bought_line = next(at for at, line in enumerate(lines) if "top-up, $2.00" in line)
        assert "+10" in lines[bought_line]
        assert "until 12 Nov 2027" in lines[bought_line + 1]


async def test_each_entry_or_a_line_a_day(planned: Path) -> None:
    async with opened(planned, size=(140, 45)) as pilot:
        await go(pilot)
        days = pilot.app.screen.query_one(CreditRows).count()
        await press(pilot, "d")
        entries = pilot.app.screen.query_one(CreditRows).count()
        text = shown(pilot, "#ledger")
        await press(pilot, "d")

        assert entries > days
        assert text.splitlines()[0].split()[:2] == ["usage", "−1"]
        assert pilot.app.screen.query_one(CreditRows).count() == days


async def test_a_day_of_usage_lists_its_conversations(planned: Path) -> None:
    async with opened(planned, size=(140, 45)) as pilot:
        await go(pilot, "enter")
        assert isinstance(pilot.app.screen, BehindScreen)
        assert "Usage of 20 Nov · 5 credits" in screen_text(pilot)
        assert shown(pilot, "UsedRows").count("1 unit") == 5

        await press(pilot, "enter")
        assert isinstance(pilot.app.screen, ReaderScreen)


async def test_a_single_usage_opens_its_conversation(planned: Path) -> None:
    async with opened(planned, size=(140, 45)) as pilot:
        await go(pilot, "d", "enter")

        assert isinstance(pilot.app.screen, ReaderScreen)


async def test_a_booking_by_hand_can_be_taken_back_and_again_be_given(planned: Path) -> None:
    async with opened(planned, size=(140, 45)) as pilot:
        await go(pilot, *["down"] * 7, "enter")
        assert isinstance(pilot.app.screen, TakeBackScreen)
        assert "top-up, $2.00" in screen_text(pilot)

        await press(pilot, "shift+tab", "enter")
        assert facts_in(planned) == [("topup", 10, 2), ("topup", -10, -2)]
        assert "top-up" not in shown(pilot, "#ledger")

        await press(pilot, "u")
        assert facts_in(planned)[-1] == ("topup", 10, 2)
        assert "top-up, $2.00" in shown(pilot, "#ledger")


async def test_new_usage_is_shown_when_the_ledger_changes(planned: Path, tmp_path: Path) -> None:
    async with opened(planned, size=(140, 45)) as pilot:
        await go(pilot)
        assert shown(pilot, "#ledger").splitlines()[0].split()[2] == "25"
        long_talk(planned, tmp_path)
        await renewed(pilot)

        assert shown(pilot, "#ledger").splitlines()[0].split()[2] == "21"


# ---- burn-down


async def test_burn_down_says_what_is_short_and_what_it_costs(planned: Path) -> None:
    async with opened(planned, size=(140, 45)) as pilot:
        await go(pilot)
        text = shown(pilot, "BurnDownChart")

        assert "foreseen at 1.82 a day" in text
        assert "25 left" in text
        assert "+10 top-up" in text
        assert "expire" in text
        assert "2.67 credits short" in text
        assert "$0.67 overage est." in text


# ---- boundaries


async def test_a_conversation_that_is_cut_is_shown_under_two_rules(
    planned: Path, tmp_path: Path
) -> None:
    long_talk(planned, tmp_path)
    async with opened(planned, size=(140, 45)) as pilot:
        await go(pilot)
        text = shown(pilot, "BoundaryView")

        assert "question 0" in text
        assert "30 min idle" in text
        assert "4 credits" in text
        assert "24 h idle" in text
        assert "2 credits" in text
        assert "2–3 Nov · two rules for the same messages" in screen_text(pilot)


async def test_another_plan_of_the_workspace_is_the_contrast(planned: Path, tmp_path: Path) -> None:
    long_talk(planned, tmp_path)
    with Ledger.open(planned) as ledger:
        other = STUDIO.replace("studio-400", "slow").replace("Studio 400", "Slow")
        ledger.add_plan(other.replace('"30m"', '"3h"'), "slow.toml")
    async with opened(planned, size=(140, 45)) as pilot:
        await go(pilot)
        text = shown(pilot, "BoundaryView")

        assert "3 h idle" in text
        assert "24 h idle" not in text


async def test_unit_opens_the_conversation_where_it_begins(planned: Path, tmp_path: Path) -> None:
    talk = long_talk(planned, tmp_path)
    async with opened(planned, size=(140, 45)) as pilot:
        await go(pilot)
        pilot.app.screen.query_one(BoundaryView).focus()
        await press(pilot, "right", "enter")
        reader = pilot.app.screen
        assert isinstance(reader, ReaderScreen)
        with Ledger.open(planned) as ledger:
            second = ledger.find_in(talk, "question 57")

        assert "question 57" in screen_text(pilot)
        assert len(second) == 1


async def test_another_conversation_is_chosen_by_typing(planned: Path) -> None:
    async with opened(planned, size=(140, 45)) as pilot:
        await go(pilot)
        await press(pilot, "b")
        assert isinstance(pilot.app.screen, PickScreen)
        many = pilot.app.screen.query_one(PickRows).count()
        await typed(pilot, "waiting list")
        assert 0 < pilot.app.screen.query_one(PickRows).count() < many
        await press(pilot, "enter")

        assert "Waiting list for Saturdays" in shown(pilot, "BoundaryView")
        assert isinstance(pilot.app.focused, BoundaryView)


async def test_typing_what_nobody_said_says_so(planned: Path) -> None:
    async with opened(planned, size=(80, 24)) as pilot:
        await go(pilot, "b")
        await typed(pilot, "xyzzy")
        assert "No conversation fits." in screen_text(pilot)
        await press(pilot, "enter")
        assert screen_name(pilot) == "PickScreen"
        await press(pilot, "escape")
        assert screen_name(pilot) == "PlansScreen"


# ---- the list of plans


def test_ledger_of_a_whole_credit_is_told_exactly() -> None:

    from convledger.reports.credit_lines import CreditLine
    from convledger.tui.widgets.credit_rows import what_words, when_forms

    line = CreditLine("usage", NOW, NOW, -PICO, 5 * PICO, ("included", "promo"), 3, beyond=PICO)

    assert what_words(line, "USD") == "usage"
    assert when_forms(line, UTC) == [
        "20 Nov · included, promo · 3 units", "20 Nov · included, promo", "20 Nov",
    ]  # fmt: skip
