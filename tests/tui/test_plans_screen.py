"""Plans: the plan in force, its credits, its burn-down, and where it cuts conversations."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from textual.pilot import Pilot

from convledger.clock import DAY, SECOND
from convledger.ledger import Ledger
from convledger.money import PICO
from convledger.tui.screens.plan_behind import BehindScreen
from convledger.tui.screens.plan_conversation import PickRows, PickScreen
from convledger.tui.screens.plan_credits import TakeBackScreen
from convledger.tui.screens.plan_use import UseScreen
from convledger.tui.screens.reader import ReaderScreen
from convledger.tui.widgets.boundary_view import BoundaryView
from convledger.tui.widgets.credit_rows import CreditRows
from convledger.tui.widgets.keys_line import KeysLine
from convledger.tui.widgets.plan_rows import PlanRows
from tests.tui.pilot import NOW, press, screen_text, settled
from tests.tui.plan_parts import (
    BEGAN,
    SIZES,
    STUDIO,
    TEAM,
    app_of,
    bought,
    facts_in,
    go,
    in_force,
    long_talk,
    opened,
    put_in_force,
    renewed,
    shown,
    typed,
)


def screen_of(pilot: Pilot[None]) -> str:
    return type(pilot.app.screen).__name__


FILE = "studio-400.toml"
BEGAN_EAST = int(datetime(2026, 10, 31, 11, tzinfo=UTC).timestamp()) * SECOND  # 1 Nov in Auckland


@pytest.fixture
def planned(studio: Path) -> Path:
    """The invented history with a plan in force since September, and a pack bought."""
    put_in_force(studio)
    bought(studio)
    return studio


# ---- without a plan


@pytest.mark.parametrize("size", [(80, 24), (140, 45)])
async def test_without_a_plan_the_screen_says_what_one_is(
    studio: Path, size: tuple[int, int]
) -> None:
    async with opened(studio, size=size) as pilot:
        await go(pilot)
        text = " ".join(screen_text(pilot).split())

        assert "No plan is in force yet" in text
        assert "what your seller counts" in text
        assert "p puts any plan in force" in text
        assert "example" in shown(pilot, "#examples")


async def test_enter_on_an_example_asks_since_when_and_puts_it_in_force(studio: Path) -> None:
    async with opened(studio, size=(140, 45)) as pilot:
        await go(pilot, "down", "enter")
        assert isinstance(pilot.app.screen, UseScreen)
        await press(pilot, "enter")
        text = screen_text(pilot)

        assert in_force(studio) == ["chat-credits-30min"]
        assert "Conversation credits, 30 minutes" in text
        assert "─ Credit ledger ─" in text


async def test_without_a_plan_only_what_works_is_offered(studio: Path) -> None:
    async with opened(studio, size=(140, 45)) as pilot:
        await go(pilot)
        keys = shown(pilot, "KeysLine")
        await press(pilot, "i", "t", "e", "b", "a", "left_square_bracket")

        assert "p Use" in keys
        assert "Statement" not in keys
        assert "Top up" not in keys
        assert pilot.app.screen is app_of(pilot).place()


# ---- the plan in force


async def test_terms_stand_in_words_with_version_and_since_when(planned: Path) -> None:
    async with opened(planned, size=(140, 45)) as pilot:
        await go(pilot)
        terms = shown(pilot, "#terms")

        assert "Studio 400" in terms
        assert "version 3, since 1 Sep" in terms
        for words in ("month · Europe/Berlin", "$79.00 a month", "window, 30 min idle",
                      "30 credits a month", "$0.25 a credit"):  # fmt: skip
            assert words in terms


async def test_next_subscription_is_a_key_away(planned: Path) -> None:
    with Ledger.open(planned) as ledger:
        ledger.add_plan(TEAM, "team.toml")
        ledger.use_plan("team-seats", BEGAN, now=NOW, scope={"client": ("harbour-law",)}, seats=3)
    async with opened(planned, size=(140, 45)) as pilot:
        await go(pilot)
        assert "1 of 2" in screen_text(pilot)

        await press(pilot, "left_square_bracket")
        terms = shown(pilot, "#terms")
        assert "Team seats" in terms
        assert "for client harbour-law" in terms
        assert "2 of 2" in screen_text(pilot)

        await press(pilot, "left_square_bracket")
        assert "Studio 400" in shown(pilot, "#terms")


async def test_plan_without_credits_shows_its_spend_in_place_of_a_burn_down(studio: Path) -> None:
    put_in_force(studio, TEAM)
    async with opened(studio, size=(140, 45)) as pilot:
        await go(pilot)
        text = screen_text(pilot)

        assert "Limits and spend" in text
        assert "This plan has no credits." in text


async def test_plan_to_come_says_when_it_begins(studio: Path) -> None:
    put_in_force(studio, since=NOW + 11 * DAY)
    async with opened(studio, size=(140, 45)) as pilot:
        await go(pilot)

        assert "Plan to come" in screen_text(pilot)
        assert "begins 1 Dec" in shown(pilot, "#terms")
        assert "Nothing is booked before it begins." in shown(pilot, "#ledger")


# ---- days are those of the plan's zone


EAST = STUDIO.replace("Europe/Berlin", "Pacific/Auckland").replace("2026-09-01", "2026-11-01")


async def test_all_days_are_those_of_the_plans_zone(studio: Path) -> None:
    put_in_force(studio, EAST, since=BEGAN_EAST)
    bought(studio)
    async with opened(studio, size=(140, 45)) as pilot:
        await go(pilot)
        ledger = shown(pilot, "#ledger").splitlines()
        terms = shown(pilot, "#terms")

        assert "version 3, since 1 Nov" in terms
        assert "all days are those of Pacific/Auckland" in " ".join(terms.split())
        assert "November 2026" in screen_text(pilot)
        assert "1 Dec" in shown(pilot, "BurnDownChart")

        place = next(at for at, line in enumerate(ledger) if "top-up" in line) // 2
        await press(pilot, *["down"] * place, "enter")
        assert isinstance(pilot.app.screen, TakeBackScreen)
        assert "until 12 Nov 2027" in screen_text(pilot)

        await press(pilot, "escape", "end")
        first = shown(pilot, "#ledger").split("\n")[-1]
        assert " ".join(first.split()).startswith("1 Nov · until")


async def test_a_zone_that_is_also_the_apps_goes_without_saying(studio: Path) -> None:
    put_in_force(studio, STUDIO)
    async with opened(studio, size=(140, 45), timezone="Europe/Rome") as pilot:
        await go(pilot)

        assert "all days are" not in shown(pilot, "#terms")


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
        assert screen_of(pilot) == "PickScreen"
        await press(pilot, "escape")
        assert screen_of(pilot) == "PlansScreen"


# ---- files that are broken or gone


async def test_broken_file_is_told_and_the_last_good_stays_in_force(planned: Path) -> None:
    path = planned / "plans" / FILE
    path.write_text(STUDIO.replace('"30m"', '"soon"'))
    async with opened(planned, size=(140, 45)) as pilot:
        await go(pilot)
        text = " ".join(screen_text(pilot).split())

        assert f"plans/{FILE}: line 17" in text
        assert "version 3 stays in force" in text
        assert "window, 30 min idle" in shown(pilot, "#terms")

        path.write_text(STUDIO)
        await renewed(pilot)
        assert "line 17" not in screen_text(pilot)


async def test_file_that_is_gone_is_told(planned: Path) -> None:
    (planned / "plans" / FILE).unlink()
    async with opened(planned, size=(140, 45)) as pilot:
        await go(pilot)

        assert "is gone" in screen_text(pilot)
        assert "Studio 400" in shown(pilot, "#terms")


async def test_hostile_names_do_nothing_to_the_screen(studio: Path) -> None:
    put_in_force(studio, STUDIO.replace("Studio 400", "[red]x[/]\\u202e\\u001b[2J"))
    async with opened(studio, size=(140, 45)) as pilot:
        await go(pilot)
        text = screen_text(pilot)

        assert "[red]x[/]" in text
        assert "\x1b" not in text
        assert "\u202e" not in text


# ---- sizes


@pytest.mark.parametrize("size", SIZES)
async def test_nothing_spills_at_any_size(planned: Path, size: tuple[int, int]) -> None:
    async with opened(planned, size=size) as pilot:
        await go(pilot)
        for _ in range(4):
            lines = screen_text(pilot).splitlines()
            assert len(lines) == size[1]
            assert max(map(len, lines)) <= size[0]
            await press(pilot, "tab")


async def test_small_screen_shows_one_panel_and_tab_the_next(planned: Path) -> None:
    async with opened(planned, size=(80, 24)) as pilot:
        await go(pilot)
        for title in ("Credit ledger · 2 of 4", "Burn-down · 3 of 4", "Boundaries · 4 of 4",
                      "Plan in force · 1 of 4"):  # fmt: skip
            assert title in screen_text(pilot)
            await press(pilot, "tab")


async def test_click_on_a_tab_shows_its_panel(planned: Path) -> None:
    async with opened(planned, size=(80, 24)) as pilot:
        await go(pilot)
        await pilot.click("TabStrip", offset=(4, 0))
        await settled(pilot)

        assert "Plan in force · 1 of 4" in screen_text(pilot)


async def test_panels_unfold_when_the_terminal_grows(planned: Path) -> None:
    async with opened(planned, size=(80, 24)) as pilot:
        await go(pilot, "tab")
        await pilot.resize_terminal(140, 45)
        await settled(pilot)
        text = screen_text(pilot)

        for title in ("─ Plan in force ─", "─ Credit ledger ─", "─ Burn-down ─", "─ Boundaries ─"):
            assert title in text


@pytest.mark.parametrize("selector", ["#terms", "#ledger", "BurnDownChart", "BoundaryView"])
async def test_footer_has_at_most_eight_keys(planned: Path, selector: str) -> None:
    async with opened(planned, size=(200, 45)) as pilot:
        await go(pilot)
        pilot.app.screen.query_one(selector).focus()
        await settled(pilot)

        assert len(pilot.app.screen.query_one(KeysLine)._keys) <= 8


# ---- the list of plans


async def test_list_keeps_the_plan_under_the_cursor_when_it_is_renewed(studio: Path) -> None:
    async with opened(studio, size=(140, 45)) as pilot:
        await go(pilot, "down", "down")
        rows = pilot.app.screen.query_one(PlanRows)
        before = rows.chosen
        await renewed(pilot)

        assert before is not None
        assert rows.chosen == before


def test_ledger_of_a_whole_credit_is_told_exactly() -> None:
    from datetime import UTC

    from convledger.reports.credit_lines import CreditLine
    from convledger.tui.widgets.credit_rows import what_words, when_forms

    line = CreditLine("usage", NOW, NOW, -PICO, 5 * PICO, ("included", "promo"), 3, beyond=PICO)

    assert what_words(line, "USD") == "usage"
    assert when_forms(line, UTC) == [
        "20 Nov · included, promo · 3 units", "20 Nov · included, promo", "20 Nov",
    ]  # fmt: skip
