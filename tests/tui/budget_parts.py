"""What tests of Budgets and Reconcile share: a studio with budgets, bills, ways to look at them."""

from __future__ import annotations

from pathlib import Path

from textual.pilot import Pilot
from textual.widgets import Input, Static

from convledger.ledger import Ledger
from convledger.tui.screens.budgets import BudgetsScreen
from convledger.tui.widgets.budget_rows import BudgetRows, LevelRows
from convledger.tui.widgets.ladder_rows import LadderRows
from convledger.tui.widgets.placed_rows import PlacedRows
from tests.tui.economics_parts import with_costs

BILLS = Path(__file__).parents[2] / "fixtures" / "bills"
DESK = 'amount = "1.50"\n[scope]\nclient = ["harbour-law"]\n'
# What is left for a conversation: $0.98.
PRO = 'price = "10"\ngross_margin = "40%"\nother_cogs = "0.12"\nexpected_conversations = 6\n'
WET = 'price = "10"\ngross_margin = "90%"\nother_cogs = "9"\nexpected_conversations = 3\n'


def with_budgets(workspace: Path, **texts: str) -> None:
    """Give October costs, and set budgets: three that differ unless told else."""
    with_costs(workspace)
    with Ledger.open(workspace) as ledger:
        for name, text in (texts or {"desk": DESK, "pro": PRO, "wet": WET}).items():
            ledger.set_budget(name, text, 1)


def place(pilot: Pilot[None]) -> BudgetsScreen:
    screen = pilot.app.screen
    assert isinstance(screen, BudgetsScreen)
    return screen


def budgets(pilot: Pilot[None]) -> BudgetRows:
    return place(pilot).query_one(BudgetRows)


def levels(pilot: Pilot[None]) -> LevelRows:
    return place(pilot).query_one(LevelRows)


def placed(pilot: Pilot[None]) -> PlacedRows:
    return place(pilot).query_one(PlacedRows)


def ladder(pilot: Pilot[None]) -> LadderRows:
    return place(pilot).query_one(LadderRows)


def fill(pilot: Pilot[None], **values: str) -> None:
    """Type into lines of a dialog."""
    for key, value in values.items():
        pilot.app.screen.query_one(f"#{key}", Input).value = value


def effect(pilot: Pilot[None]) -> str:
    """Return what a dialog says that it will do."""
    return str(pilot.app.screen.query_one("#effect", Static).content)
