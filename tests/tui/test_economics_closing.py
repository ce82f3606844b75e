"""A month is closed and opened on Economics, and what changed in it stands in the open one."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.pilot import Pilot

from convledger.ledger import Ledger
from convledger.tui.screens.economics_choices import SpanRows
from convledger.tui.screens.economics_closing import CloseMonthScreen
from convledger.tui.screens.economics_why import FigureWhyScreen
from convledger.tui.widgets.cost_steps import CostSteps
from tests.tui.economics_parts import app_of, counts, go, opened, place, usd, with_costs
from tests.tui.pilot import press, said, screen_text, settled, text_of

SIZES = [(80, 24), (140, 45)]


@pytest.fixture
def costed(studio: Path) -> Path:
    """The invented books with shared costs, a refund and people's time in October."""
    with_costs(studio)
    return studio


def steps(pilot: Pilot[None]) -> str:
    return text_of(place(pilot).query_one(CostSteps))


def step(pilot: Pilot[None], name: str) -> str:
    """Return the line of a step."""
    return next(line for line in steps(pilot).splitlines() if name in line)


async def close(pilot: Pilot[None]) -> None:
    """Close the month that is shown."""
    await press(pilot, "C")
    assert isinstance(pilot.app.screen, CloseMonthScreen)
    await press(pilot, "shift+tab", "enter")
    await settled(pilot)


@pytest.mark.parametrize("size", SIZES)
async def test_a_month_is_closed_and_opened_again(costed: Path, size: tuple[int, int]) -> None:
    async with opened(costed, size=size) as pilot:
        await go(pilot)
        before = steps(pilot)
        await close(pilot)
        assert counts(pilot, "steps-panel").startswith("October 2026, closed")
        assert "October 2026 closed" in said(pilot)
        assert steps(pilot) == before
        await press(pilot, "o")
        assert "closed" in text_of(pilot.app.screen.query_one(SpanRows))
        await press(pilot, "escape", "C")
        assert "Open October 2026?" in screen_text(pilot)
        await press(pilot, "shift+tab", "enter")
        await settled(pilot)
        assert "closed" not in counts(pilot, "steps-panel")
        await press(pilot, "u", "u")
        await settled(pilot)
        assert "closed" not in counts(pilot, "steps-panel")


async def test_what_changed_in_a_closed_month_stands_in_the_open_one(costed: Path) -> None:
    async with opened(costed, size=(140, 45)) as pilot:
        await go(pilot)
        await close(pilot)
        october = steps(pilot)
        with Ledger.open(costed) as ledger:
            (servers,) = [one for one in ledger.cost_items() if one.name == "Servers"]
            ledger.edit_cost(servers.id, now=app_of(pilot).now(), amount=usd("34.00"))
        await press(pilot, "o", "home", "enter")
        await settled(pilot)
        assert "+$10.00" in step(pilot, "Closed months, adjusted")
        assert "October 2026 is closed: what has changed in it since counts here" in " ".join(
            screen_text(pilot).split()
        )
        place(pilot).query_one(CostSteps).renew(cursor=len(steps(pilot).splitlines()) - 2)
        await press(pilot, "w")
        assert isinstance(pilot.app.screen, FigureWhyScreen)
        assert "Servers" in screen_text(pilot)
        await press(pilot, "escape", "o", "down", "enter")
        await settled(pilot)
        assert steps(pilot) == october


async def test_a_change_in_a_closed_month_is_told(costed: Path) -> None:
    async with opened(costed, size=(140, 45)) as pilot:
        await go(pilot)
        await close(pilot)
        await press(pilot, "c", "D")
        await settled(pilot)
        assert "October 2026 is closed: the difference counts as an adjustment in November" in said(
            pilot
        )


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("2026-11", "November 2026 is not over"),
        ("2026-10-03 to 2026-10-05", "A month can be closed"),
    ],
)
async def test_what_is_no_month_that_is_over_can_not_be_closed(
    costed: Path, typed: str, told: str
) -> None:
    from textual.widgets import Input

    async with opened(costed, size=(140, 45)) as pilot:
        await go(pilot, "o")
        pilot.app.screen.query_one(Input).focus()
        pilot.app.screen.query_one(Input).value = typed
        await press(pilot, "enter")
        await settled(pilot)
        await press(pilot, "C")
        assert told in said(pilot)
