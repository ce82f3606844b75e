"""A cost explained on the screen: the sum, its calls, and each down to its price."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC
from pathlib import Path

import pytest
from textual.containers import VerticalScroll
from textual.pilot import Pilot

from convledger.ledger import Ledger
from convledger.pricing.rate import Line
from convledger.pricing.tariff import State
from convledger.reports.explain import Explanation
from convledger.tui.screens.why import CallRows, Explained, WhyScreen, aligned, detail, explained
from tests.tui.pilot import opened, press, screen_text, settled

GROWING = "claude-code:8d15a9c6-242f-4121-8766-c6eeb07dedb3"


async def shown(pilot: Pilot[None], name: str, title: str = "Invoices") -> WhyScreen:
    screen = WhyScreen(name, title)
    pilot.app.push_screen(screen)
    await settled(pilot)
    return screen


def of(studio: Path, name: str) -> Explained:
    with Ledger.open(studio) as ledger:
        return explained(ledger, name)


def words(call: Explanation) -> str:
    return "\n".join(line.plain for line in detail(call, UTC))


async def test_a_conversation_is_its_calls_the_dearest_first(studio: Path) -> None:
    async with opened(studio) as pilot:
        await shown(pilot, GROWING)
        text = screen_text(pilot)

    assert "Why · Invoices" in text
    assert "$0.5716626  list cost of 10 calls, the dearest first" in text
    costs = [call.rated.total_pico for call in of(studio, GROWING).calls]
    assert None not in costs
    assert costs == sorted(costs, key=lambda pico: -(pico or 0))
    assert sum(pico or 0 for pico in costs) == of(studio, GROWING).list_pico


async def test_a_call_is_quantity_times_price_with_its_origin(studio: Path) -> None:
    async with opened(studio) as pilot:
        await shown(pilot, GROWING)
        text = screen_text(pilot)

    lines = [" ".join(line.split()) for line in text.splitlines()]
    assert any("output 6,321 × $20 per million = $0.12642" in line for line in lines)
    assert any("list cost $0.130141 priced" in line for line in lines)
    assert any("from genai-prices" in line for line in lines)
    assert any("msg_01uLGqiDxzbsvg8TuqEWgkES" in line for line in lines)


async def test_the_cursor_chooses_the_call_that_is_explained(studio: Path) -> None:
    async with opened(studio) as pilot:
        await shown(pilot, GROWING)
        await press(pilot, "down")
        assert "list cost $0.088357" in screen_text(pilot)

        await press(pilot, "enter")
        assert isinstance(pilot.app.focused, VerticalScroll)

        await press(pilot, "escape")
        assert not isinstance(pilot.app.screen, WhyScreen)


async def test_a_single_call_stands_alone(studio: Path) -> None:
    async with opened(studio, size=(80, 24)) as pilot:
        screen = await shown(pilot, "msg_01uLGqiDxzbsvg8TuqEWgkES")

        assert "list cost of 1 call" in screen_text(pilot)
        assert not screen.query_one(CallRows).display
        await press(pilot, "w")
        assert not isinstance(pilot.app.screen, WhyScreen)


async def test_an_unknown_name_is_told_and_can_be_left(studio: Path) -> None:
    async with opened(studio) as pilot:
        await shown(pilot, "nobody-knows\x1b[2J")
        text = screen_text(pilot)
        assert "no call or conversation" in text
        assert "\x1b" not in text

        await press(pilot, "escape")
        assert not isinstance(pilot.app.screen, WhyScreen)


def test_calls_without_a_price_come_last_and_are_in_no_sum(studio: Path) -> None:
    with Ledger.open(studio) as ledger:
        name = ledger.connection.execute(
            "SELECT native FROM call JOIN conversation ON conversation.id=conversation_id "
            "WHERE list_pico IS NULL LIMIT 1"
        ).fetchone()[0]
        found = explained(ledger, name)

    assert found.unpriced_calls
    assert found.calls[-1].rated.total_pico is None
    assert "the cost is unknown, not zero" in words(found.calls[-1])
    assert "$0" not in words(found.calls[-1])


def test_a_conversation_without_calls_cost_nothing(studio: Path) -> None:
    with Ledger.open(studio) as ledger:
        ledger.connection.execute("DELETE FROM call WHERE conversation_id=1")
        name = ledger.connection.execute("SELECT native FROM conversation WHERE id=1").fetchone()[0]
        found = explained(ledger, name)

    assert found.problem == "No call was made in this conversation: it cost nothing."


def test_modifiers_tiers_and_what_has_changed_are_told(studio: Path) -> None:
    call = of(studio, GROWING).calls[0]
    line = Line("cache_write_1h", 3, 1_000, "0.5", "2", 3 * 10**9)
    rated = replace(
        call.rated,
        lines=(line,),
        modifiers=("fast ×2",),
        warnings=("odd",),
        tier_above=200_000,
        state=State.ESTIMATED,
    )
    told = words(
        replace(call, rated=rated, stored_pico=5 * 10**12, reported_pico=10**12, model="\x07x")
    )

    assert "cache write 1h  3 × $0.5 per 1,000 × 2 = $0.003" in told
    assert "tier for more than 200,000 tokens sent" in told
    assert "modifier fast ×2" in told
    assert "warning: odd" in told
    assert "estimated" in told
    assert "the ledger holds it at $5: prices have changed since it was rated" in told
    assert "the tool itself reported $1" in told
    assert "␇x" in told


def test_points_stand_under_each_other() -> None:
    assert aligned(["$1.5", "$12", "–", "$0.125"]) == [" $1.5  ", "$12    ", "  –    ", " $0.125"]


async def test_thousands_of_calls_scroll_to_their_end(studio: Path) -> None:
    async with opened(studio, size=(80, 24)) as pilot:
        screen = await shown(pilot, GROWING)
        call = of(studio, GROWING).calls[0]
        last = replace(call, model="the-last-model")
        screen._show(Explained([*[call] * 20_000, last], 10**12, 30_000))
        await press(pilot, "end")

        text = screen_text(pilot)
        assert "the-last-model" in text
        assert "the first 20,001 of them are explained here" in text


@pytest.mark.parametrize("size", [(20, 6), (40, 10), (80, 24), (120, 36), (140, 45)])
async def test_why_fits_every_size(studio: Path, size: tuple[int, int]) -> None:
    async with opened(studio, size=size) as pilot:
        screen = await shown(pilot, GROWING)
        frame = screen.query_one("#frame").region

        assert screen.region.contains_region(frame)
        if size[1] >= 10:
            assert screen.query_one(CallRows).size.height >= 2
            assert "$0.130141" in screen_text(pilot)
