"""Plans: the plan in force in words, what is offered without one, and how the screen fits."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from convledger.clock import DAY, SECOND
from convledger.ledger import Ledger
from convledger.tui.screens.plan_credits import TakeBackScreen
from convledger.tui.screens.plan_use import UseScreen
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
    go,
    in_force,
    opened,
    put_in_force,
    renewed,
    shown,
)

FILE = "studio-400.toml"
BEGAN_EAST = int(datetime(2026, 10, 31, 11, tzinfo=UTC).timestamp()) * SECOND  # 1 Nov in Auckland


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
