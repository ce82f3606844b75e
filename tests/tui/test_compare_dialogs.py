"""The dialogs of Compare: which plans, which months, what is billed, what versions changed."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from convledger.clock import SECOND
from convledger.ledger import Ledger
from convledger.tui.screens.compare_cheapest import CheapestScreen, MonthRows
from convledger.tui.screens.compare_chooser import ComparedScreen, TickRows
from convledger.tui.screens.compare_statement import WouldBillScreen
from convledger.tui.screens.plan_use import UseScreen
from convledger.tui.screens.plan_versions import VersionsScreen
from tests.tui.compare_parts import (
    BEGAN,
    SIZES,
    chosen,
    counts,
    go,
    in_force,
    names,
    opened,
    place,
    plan_text,
    rows,
    table,
    with_plans,
)
from tests.tui.pilot import NOW, press, screen_text, settled, text_of

BOTH = [(80, 24), (140, 45)]
NOVEMBER = int(datetime(2026, 11, 1, tzinfo=UTC).timestamp()) * SECOND


@pytest.fixture
def planned(studio: Path) -> Path:
    """The invented books with three plans, of which Studio 20 is in force."""
    with_plans(studio)
    return studio


# ---- choosing plans


@pytest.mark.parametrize("size", BOTH)
async def test_plans_are_ticked_and_compared(planned: Path, size: tuple[int, int]) -> None:
    async with opened(planned, size=size) as pilot:
        await go(pilot, "p")
        assert isinstance(pilot.app.screen, ComparedScreen)
        assert "■ Studio 20" in screen_text(pilot)
        assert "Compare 3 plans" in screen_text(pilot)

        await press(pilot, "down", "space")
        assert "Compare 2 plans" in screen_text(pilot)
        await press(pilot, "enter")

        assert names(pilot) == ["Studio 20", "Tokens at list price"]


async def test_choice_is_remembered_for_the_sitting(planned: Path) -> None:
    async with opened(planned, size=(140, 45)) as pilot:
        await go(pilot, "p", "down", "space", "enter", "1", "5", "o")
        assert names(pilot) == ["Studio 20", "Tokens at list price"]


async def test_list_of_plans_is_narrowed_as_one_types(planned: Path) -> None:
    async with opened(planned, size=(80, 24)) as pilot:
        await go(pilot, "p", "up", *"seat", "down")
        shown = [one.plan.name for one in pilot.app.screen.query_one(TickRows).shown]
        assert shown
        assert any("seat" in name.casefold() for name in shown)
        assert len(shown) < 6

        await press(pilot, "space", "enter")
        assert len(names(pilot)) == 4


async def test_words_that_no_plan_has_leave_what_is_ticked(planned: Path) -> None:
    async with opened(planned, size=(80, 24)) as pilot:
        await go(pilot, "p", "up", *"zzz")
        assert "No plan has these words." in screen_text(pilot)
        await press(pilot, "enter")
        assert len(names(pilot)) == 3


async def test_at_least_one_plan_is_compared(planned: Path) -> None:
    async with opened(planned, size=(80, 24)) as pilot:
        await go(pilot, "p", "a", "a", "enter")
        assert isinstance(pilot.app.screen, ComparedScreen)
        await press(pilot, "escape")
        assert len(names(pilot)) == 3


async def test_all_plans_that_are_shown_are_ticked_at_once(planned: Path) -> None:
    async with opened(planned, size=(140, 45)) as pilot:
        await go(pilot, "p", "a", "enter")
        assert len(names(pilot)) > 15
        assert len({row.currency for row in rows(pilot).plans}) > 1
        assert "★" not in text_of(rows(pilot))


@pytest.mark.parametrize("size", [(40, 10), (80, 24), (140, 45)])
async def test_cheapest_of_many_plans_is_named_wherever_the_table_is(
    studio: Path, size: tuple[int, int]
) -> None:
    with Ledger.open(studio) as ledger:
        for number in range(21):
            ledger.add_plan(
                plan_text(f"plan-{number:02d}", f"{30 - number}.00", 60), f"{number}.toml"
            )
        ledger.use_plan("plan-00", BEGAN, now=NOW)
    async with opened(studio, size=size) as pilot:
        await go(pilot)
        assert chosen(pilot) == "plan-00"  # the dearest stands last
        assert "★" not in table(pilot)
        title = screen_text(pilot).partition("╭─ ")[2].partition(" ─")[0]
        assert title.endswith("· ★ Plan 20 $10.00")
        assert ("Own usage under 21 plans" if size[0] > 40 else "21 plans") in title


# ---- month by month


async def test_months_are_shown_with_the_plan_in_force_then(studio: Path) -> None:
    with Ledger.open(studio) as ledger:
        for name, fee in (("alpha", "5.00"), ("beta", "9.00")):
            ledger.add_plan(plan_text(name, fee, 60), f"{name}.toml")
        ledger.use_plan("alpha", BEGAN, now=NOW)
        ledger.use_plan("beta", NOVEMBER, now=NOW)
    async with opened(studio, size=(140, 45)) as pilot:
        await go(pilot)  # October
        assert [(row.name, row.is_in_force) for row in rows(pilot).plans] == [
            ("Alpha", True), ("Beta", False),
        ]  # fmt: skip
        assert "+$4.00" in table(pilot)
        await press(pilot, "O")
        assert [row.is_in_force for row in rows(pilot).plans] == [False, True]
        await press(pilot, "m")
        months = text_of(pilot.app.screen.query_one(MonthRows))
        assert months.count("★ Alpha") == 2
        assert "Beta" in months
        assert "the same" in months


@pytest.mark.parametrize("size", BOTH)
async def test_cheapest_plan_of_each_month_beside_the_one_in_force(
    planned: Path, size: tuple[int, int]
) -> None:
    async with opened(planned, size=size) as pilot:
        await go(pilot, "m")
        assert isinstance(pilot.app.screen, CheapestScreen)
        text = text_of(pilot.app.screen.query_one(MonthRows))

        assert "November 2026" in text
        assert "October 2026" in text
        assert "★ Studio 60" in text
        assert "$9.50" in text
        assert "$11.25" in text
        if size[0] > 100:
            assert "$1.75" in text


async def test_month_is_shown_by_enter(planned: Path) -> None:
    async with opened(planned, size=(140, 45)) as pilot:
        await go(pilot, "m", "enter")
        assert "November 2026, so far" in counts(pilot, "plans-panel")


async def test_month_without_a_plan_says_so(studio: Path) -> None:
    with_plans(studio, in_force="")
    async with opened(studio, size=(80, 24)) as pilot:
        await go(pilot, "m")
        assert "no plan was in force" in screen_text(pilot)


# ---- statement lines


@pytest.mark.parametrize("size", BOTH)
async def test_enter_shows_the_lines_that_a_plan_would_have_billed(
    planned: Path, size: tuple[int, int]
) -> None:
    async with opened(planned, size=size) as pilot:
        await go(pilot, "enter")
        assert isinstance(pilot.app.screen, WouldBillScreen)
        text = screen_text(pilot)

        assert "Studio 20 · October 2026" in text
        assert "October 2026 · version 1" in text
        assert "Overage" in text
        assert "$4.25" in text
        assert "$11.25" in text
        await press(pilot, "escape")
        assert "Own usage under three plans" in screen_text(pilot)


async def test_all_time_has_a_statement_for_each_period(planned: Path) -> None:
    async with opened(planned, size=(140, 45)) as pilot:
        await go(pilot, "o", "enter")
        text = screen_text(pilot)
        assert "October 2026 · version 1" in text
        assert "November 2026 · version 1" in text


# ---- versions


@pytest.mark.parametrize("size", BOTH)
async def test_versions_of_a_plan_are_told_apart(planned: Path, size: tuple[int, int]) -> None:
    with Ledger.open(planned) as ledger:
        ledger.add_plan(
            plan_text("studio-20", "8.00", 25, version="2", begins="2026-12-01"), "next.toml"
        )
    async with opened(planned, size=size) as pilot:
        await go(pilot, "v")
        assert isinstance(pilot.app.screen, VersionsScreen)
        text = screen_text(pilot)

        assert "version 1 from 1 Jun 2026  →  version 2 from 1 Dec 2026" in text
        assert "− $7.00" in text
        assert "+ $8.00" in text


async def test_left_and_right_go_through_the_versions(planned: Path) -> None:
    with Ledger.open(planned) as ledger:
        for version, fee, begins in (("2", "8.00", "2026-12-01"), ("3", "8.50", "2027-01-01")):
            text = plan_text("studio-20", fee, 20, version=version, begins=begins)
            ledger.add_plan(text, f"{version}.toml")
    async with opened(planned, size=(80, 24)) as pilot:
        await go(pilot, "v")
        assert "+ $8.50" in screen_text(pilot)
        await press(pilot, "left")
        assert "− $7.00" in screen_text(pilot)
        await press(pilot, "left", "right")
        assert "+ $8.50" in screen_text(pilot)


async def test_single_version_says_how_to_make_another(planned: Path) -> None:
    async with opened(planned, size=(80, 24)) as pilot:
        await go(pilot, "v")
        assert "version 1 from 1 Jun 2026 is the only version." in screen_text(pilot)


# ---- putting a plan in force


async def test_plan_is_put_in_force_only_when_confirmed_and_can_be_taken_back(
    planned: Path,
) -> None:
    async with opened(planned, size=(140, 45)) as pilot:
        await go(pilot, "home", "P")
        assert isinstance(pilot.app.screen, UseScreen)
        await press(pilot, "escape")
        assert in_force(planned) == ["studio-20"]

        await press(pilot, "P", "enter")
        assert in_force(planned) == ["studio-60"]
        place(pilot).renew()
        await settled(pilot)
        assert [row.plan_id for row in rows(pilot).plans if row.is_in_force] == ["studio-60"]

        await press(pilot, "u")
        assert in_force(planned) == ["studio-20"]
        place(pilot).renew()
        await settled(pilot)
        assert [row.plan_id for row in rows(pilot).plans if row.is_in_force] == ["studio-20"]


async def test_plan_in_force_is_not_put_in_force_again(planned: Path) -> None:
    async with opened(planned, size=(140, 45)) as pilot:
        await go(pilot, "P")
        assert "Studio 20 is in force already." in screen_text(pilot)


async def test_example_is_taken_into_the_workspace_when_it_is_put_in_force(studio: Path) -> None:
    async with opened(studio, size=(140, 45)) as pilot:
        await go(pilot, "P", "enter")
        assert len(in_force(studio)) == 1
        assert len(list((studio / "plans").glob("*.toml"))) == 1


# ---- every size


@pytest.mark.parametrize("size", SIZES)
async def test_dialogs_fit_every_size(studio: Path, size: tuple[int, int]) -> None:
    with_plans(studio, in_force="")
    async with opened(studio, size=size) as pilot:
        for key in ("p", "m", "v", "enter", "P"):
            await go(pilot, key)
            assert len(pilot.app.screen_stack) == 2, key
            frame = pilot.app.screen.query_one("#frame").region
            assert frame.x >= 0, key
            assert frame.y >= 0, key
            assert frame.right <= size[0], key
            assert frame.bottom <= size[1], key
            await press(pilot, "escape")
            assert pilot.app.screen is place(pilot), key
