"""What tests of Compare share: a studio with plans of its own, and ways to look at the screen."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from textual.pilot import Pilot

from convledger.clock import SECOND
from convledger.ledger import Ledger
from convledger.plans.examples import list_examples
from convledger.tui.app import ConvledgerApp
from convledger.tui.screens.compare import CompareScreen
from convledger.tui.widgets.break_even_chart import BreakEvenChart
from convledger.tui.widgets.compare_rows import CompareRows
from convledger.tui.widgets.timeout_slider import TimeoutSlider
from tests.tui import pilot as pilots
from tests.tui.pilot import NOW, press, text_of

opened = partial(pilots.opened, place="compare")

SIZES = [(40, 10), (80, 24), (120, 36), (140, 45)]
PLAN = """\
schema         = 1
id             = "{id}"
name           = "{name}"
version        = "{version}"
currency       = "USD"
timezone       = "Europe/Berlin"
effective_from = {begins}

[[fee]]
id     = "base"
amount = "{fee}"

[[unit]]
id       = "conversation"
count    = "window"
boundary = "inactivity"
timeout  = "30m"

[[charge]]
unit     = "conversation"
pay_with = "credits"
credits  = "1"

[[grant]]
id     = "included"
amount = "{included}"

[overage]
policy = "charge"
price  = "0.25"
"""
BEGAN = int(datetime(2026, 9, 1, tzinfo=UTC).timestamp()) * SECOND


def plan_text(
    plan_id: str, fee: str, included: int, *, version: str = "1", begins: str = "2026-06-01"
) -> str:
    """Return a plan that sells credits for conversations: "studio-40" is called Studio 40."""
    name = plan_id.replace("-", " ").title()
    return PLAN.format(
        id=plan_id, name=name, version=version, begins=begins, fee=fee, included=included
    )


def with_plans(workspace: Path, *, in_force: str = "studio-20") -> None:
    """Give a workspace three plans: two that sell credits, and tokens at list price."""
    with Ledger.open(workspace) as ledger:
        texts = [plan_text("studio-20", "7.00", 20), plan_text("studio-60", "9.50", 60)]
        texts += [one.text for one in list_examples() if one.id == "tokens-at-list-price"]
        for number, text in enumerate(texts):
            ledger.add_plan(text, f"{number}.toml")
        if in_force:
            ledger.use_plan(in_force, BEGAN, now=NOW)
            ledger.follow_plans(NOW, UTC)


def in_force(workspace: Path) -> list[str]:
    """Return the plans that are in force, by their ids."""
    with Ledger.open(workspace) as ledger:
        every = ledger.plan_book.subscriptions()
        return [one.plan for one in every if one.is_in_force(NOW)]


def app_of(pilot: Pilot[None]) -> ConvledgerApp:
    assert isinstance(pilot.app, ConvledgerApp)
    return pilot.app


async def go(pilot: Pilot[None], *keys: str) -> None:
    """Go to Compare and press keys there."""
    await press(pilot, "5", *keys)


def place(pilot: Pilot[None]) -> CompareScreen:
    screen = app_of(pilot).place()
    assert isinstance(screen, CompareScreen)
    return screen


def rows(pilot: Pilot[None]) -> CompareRows:
    return place(pilot).query_one(CompareRows)


def names(pilot: Pilot[None]) -> list[str]:
    """Return the plans in the order of the table."""
    return [row.name for row in rows(pilot).plans]


def chosen(pilot: Pilot[None]) -> str:
    """Return the plan under the cursor, by its id."""
    row = rows(pilot).chosen
    return row.plan_id if row is not None else ""


def table(pilot: Pilot[None]) -> str:
    return text_of(rows(pilot))


def counts(pilot: Pilot[None], panel: str) -> str:
    """Return what stands at the lower right of a panel."""
    return str(place(pilot).query_one(f"#{panel}").border_subtitle)


def slider(pilot: Pilot[None]) -> TimeoutSlider:
    return place(pilot).query_one(TimeoutSlider)


def chart(pilot: Pilot[None]) -> BreakEvenChart:
    return place(pilot).query_one(BreakEvenChart)
