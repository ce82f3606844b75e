"""The reader says what a conversation costs in full and where it stands in its budgets."""

from __future__ import annotations

import os
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from convledger.economics.budget_position import Position
from convledger.economics.budget_text import read_budget
from convledger.ledger import Ledger
from convledger.money import PICO
from convledger.reports.unit_costs.one_conversation import BudgetPlace, FullCost
from convledger.store import costs as kept
from convledger.store.connection import transaction
from convledger.tui.app import ConvledgerApp
from convledger.tui.feeder import Feed
from convledger.tui.widgets.full_cost_line import FullCostLine, place_words, sum_parts
from tests.tui.pilot import app_on, opened, press, settled, text_of
from tests.tui.plan_parts import app_of
from tests.tui.reader_parts import TITLE, find, read

SIZES = [(80, 24), (120, 36), (140, 45)]
THEMES = ["ledger-ink", "ledger-paper", "ledger-chalk"]
PRO = 'price = "19"\ngross_margin = "70%"\nexpected_conversations = 6\n'


def budgeted(workspace: Path, **texts: str) -> None:
    """Put budgets into a workspace."""
    with Ledger.open(workspace) as ledger:
        for name, text in texts.items():
            ledger.set_budget(name, text, 0)


def shared(workspace: Path) -> None:
    """Let all conversations of a month bear a host."""
    item = kept.StoredItem(
        0, "infrastructure", "host", date(2026, 10, 1), None, "month", 24 * PICO, "USD", "equal",
        {}, "",
    )  # fmt: skip
    with Ledger.open(workspace) as ledger, transaction(ledger.connection):
        kept.add_item(ledger.connection, item)


def words(parts: list[Any]) -> str:
    return "".join(part if isinstance(part, str) else part[0] for part in parts)


@pytest.mark.parametrize("size", SIZES)
async def test_without_anything_to_add_it_takes_no_room(
    studio: Path, size: tuple[int, int]
) -> None:
    async with opened(studio, size=size) as pilot:
        screen = await read(pilot, find(studio, TITLE))
        assert not screen.query_one(FullCostLine).display


async def test_a_budget_alone_is_one_line_with_a_meter(studio: Path) -> None:
    budgeted(studio, pro=PRO)
    async with opened(studio, size=(140, 45)) as pilot:
        screen = await read(pilot, find(studio, TITLE))
        line = screen.query_one(FullCostLine)
        assert line.size.height == 1
        assert text_of(line).strip() == "pro " + "━" * 24 + " ◆ 133 % of $0.95 · $0.31 over"


async def test_a_tall_screen_has_the_sum_and_a_line_for_each_budget(studio: Path) -> None:
    budgeted(studio, pro=PRO, wide='amount = "10"', wet=PRO + "other_cogs = 9\n")
    shared(studio)
    async with opened(studio, size=(140, 45)) as pilot:
        screen = await read(pilot, find(studio, TITLE))
        lines = text_of(screen.query_one(FullCostLine)).splitlines()
        assert len(lines) == 4
        assert lines[0].startswith("full $1.9")
        assert " = list $1.26 + infrastructure $0.6" in lines[0]
        assert lines[1].startswith("pro ━━")
        assert "wet under water: nothing is left for conversations" in "\n".join(lines)
        assert "% of $10.00" in lines[3]


async def test_a_low_screen_has_one_line(studio: Path) -> None:
    budgeted(studio, pro=PRO, wide='amount = "10"')
    shared(studio)
    async with opened(studio, size=(80, 24)) as pilot:
        screen = await read(pilot, find(studio, TITLE))
        line = screen.query_one(FullCostLine)
        assert line.size.height == 1
        assert text_of(line).startswith("full $1.9")
        assert "pro ━" in text_of(line)
        await pilot.resize_terminal(140, 45)
        await settled(pilot)
        assert screen.query_one(FullCostLine).size.height == 3


def place(spent: str | None, text: str = PRO, *, lacks: bool = False) -> BudgetPlace:
    terms = read_budget(text, "pro")
    amount = None if spent is None else int(Fraction(spent) * PICO)
    position = Position(amount, terms.per_unit_pico)
    return BudgetPlace(terms, position, position.reached(terms.thresholds), lacks)


@pytest.mark.parametrize(
    ("found", "says"),
    [
        (place("0.665"), "△ 70 % of $0.95 · 70 % reached"),
        (place("0.10"), "11 % of $0.95"),
        (place("0.949"), "▲ 99 % of $0.95 · 90 % reached"),
        (place("0.95"), "◆ 100 % of $0.95 · 100 % reached"),
        (place("1.95"), "◆ 205 % of $0.95 · $1.00 over"),
        (place("0.10", lacks=True), "≥11 % of $0.95"),
        (place(None), "– of $0.95: its cost is not known"),
        (place("1", PRO.replace("6", "0")), "–: no conversation is expected"),
        (place("1", 'amount = "0"'), "$1.00 of $0.00"),
        (place("1", PRO + "other_cogs = 9"), "under water: nothing is left for conversations"),
    ],
)
def test_a_place_in_words(found: BudgetPlace, says: str) -> None:
    assert words(place_words(found)) == says


def test_a_sum_marks_what_is_estimated_and_what_nobody_knows() -> None:
    parts = [("list", 85 * PICO // 100), ("plan", -38 * PICO // 100), ("people", 128 * PICO // 100)]
    found = FullCost("USD", 175 * PICO // 100, [*parts], False, True, False)
    assert words(sum_parts(found, 80)) == "full ~$1.75 = list $0.85 − plan $0.38 + people ~$1.28"
    assert words(sum_parts(found, 40)) == "full ~$1.75 = list $0.85 − plan $0.38 …"
    lacking = FullCost("USD", PICO, [("list", PICO), ("people", None)], True, False, True)
    assert words(sum_parts(lacking, 80)) == "full ≥~$1.00 = list ~$1.00 + people –"
    unknown = FullCost("USD", None, [("list", None), ("tools", PICO)], False, False, False)
    assert words(sum_parts(unknown, 80)) == "full – = list – + tools $1.00"


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
def test_a_reader_with_budgets_looks_as_it_did(
    size: tuple[int, int], theme: str, studio: Path, history: Path, looks_as_it_did: Any
) -> None:
    os.environ["HOME"] = os.environ["USERPROFILE"] = str(history)  # paths are shown from there

    def begin(first: str) -> ConvledgerApp:
        budgeted(studio, pro=PRO, wide='amount = "10"')
        shared(studio)
        return app_on(studio, theme=first)

    async def lead(pilot: Pilot[None]) -> None:
        await settled(pilot)
        app_of(pilot)._fed(Feed("live"))
        await press(pilot, "2", "down", "down", "enter")

    assert looks_as_it_did(begin, size, lead, THEMES)
