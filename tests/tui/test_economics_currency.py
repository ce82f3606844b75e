"""Economics in another currency: chosen, kept, and never a figure that nobody knows."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from convledger.ledger import Ledger
from convledger.tui.screens.currency_choice import CurrencyRows, CurrencyScreen
from convledger.tui.widgets.cost_steps import CostSteps
from convledger.tui.widgets.keys_line import KeysLine
from convledger.tui.widgets.segment_rows import SegmentRows
from tests.tui.economics_parts import go, item, opened, place, with_costs, with_items
from tests.tui.pilot import press, screen_text, settled, text_of


@pytest.fixture
def abroad(studio: Path) -> Path:
    """The invented books with costs in dollars, a server in euros, and a rate from the dollar."""
    with_costs(studio)
    with_items(studio, item("infrastructure", "Frankfurt", "10.00", currency="EUR"))
    with Ledger.open(studio) as ledger:
        ledger.set_exchange_rate("USD", "EUR", date(2026, 9, 1), Decimal("0.9"), now=1)
    return studio


async def test_currencies_that_are_known_are_offered_with_what_is_in_them(abroad: Path) -> None:
    with_items(abroad, item("tool", "Pound tool", "5.00", currency="GBP"))
    async with opened(abroad, size=(140, 45)) as pilot:
        await go(pilot, "dollar_sign")
        assert isinstance(pilot.app.screen, CurrencyScreen)
        rows = pilot.app.screen.query_one(CurrencyRows)
        assert [(one.code, one.held, one.has_rate) for one in rows.known] == [
            ("USD", ("list prices", "costs", "people", "rates"), True),
            ("EUR", ("costs", "rates"), True),
            ("GBP", ("costs",), False),
        ]
        assert "no rate from USD" in text_of(rows).splitlines()[2]


@pytest.mark.parametrize("size", [(80, 24), (140, 45)])
async def test_amounts_are_shown_in_the_currency_that_was_chosen(
    abroad: Path, size: tuple[int, int]
) -> None:
    async with opened(abroad, size=size) as pilot:
        await go(pilot)
        assert "no rate to USD is known" in " ".join(screen_text(pilot).split())
        await press(pilot, "dollar_sign", "down", "enter")
        await settled(pilot)
        found = place(pilot).sight.found
        assert found is not None
        assert found.currency == "EUR"
        steps = text_of(place(pilot).query_one(CostSteps))
        assert "+€31.60" in steps  # 24 × 0.9 + 10
        assert "–" not in steps
        await press(pilot, "8", "6")
        await settled(pilot)
        again = place(pilot).sight.found
        assert again is not None
        assert again.currency == "EUR"
        await press(pilot, "dollar_sign")
        assert pilot.app.screen.query_one(CurrencyRows).cursor == 1


async def test_currency_without_a_rate_leaves_amounts_unknown_and_says_why(abroad: Path) -> None:
    with_items(abroad, item("tool", "Pound tool", "5.00", currency="GBP"))
    async with opened(abroad, size=(140, 45)) as pilot:
        await go(pilot, "dollar_sign", "end", "enter")
        await settled(pilot)
        found = place(pilot).sight.found
        assert found is not None
        assert found.currency == "GBP"
        assert {step.amount for step in found.waterfall.steps} == {None}
        text = screen_text(pilot)
        assert "no rate to GBP is known" in text
        assert "£0.00" not in text


async def test_machine_cost_with_an_unknown_part_is_unknown_in_the_pivot_too(
    abroad: Path,
) -> None:
    async with opened(abroad, size=(140, 45)) as pilot:
        await go(pilot)
        shown = text_of(place(pilot).query_one(SegmentRows))
        assert "$68" not in shown
        assert "–" in shown
        await press(pilot, "dollar_sign", "down", "enter")
        await settled(pilot)
        assert "€" in text_of(place(pilot).query_one(SegmentRows))


async def test_wide_footer_names_the_keys_of_pivot_lengths_and_budgets(abroad: Path) -> None:
    async with opened(abroad, size=(140, 45)) as pilot:
        await go(pilot)
        line = pilot.app.screen.query_one(KeysLine).render_line(0).text
        assert "x Export   m Measure   B Budgets" in line
        assert line.rstrip().endswith("q Quit")
        await pilot.resize_terminal(100, 30)
        await settled(pilot)
        line = pilot.app.screen.query_one(KeysLine).render_line(0).text
        assert "m Measure" not in line
