"""Budgets, Reconcile and the choice of a currency look as they did: small and large.

`pytest tests/tui/test_budget_pictures.py --snapshot-update` draws the pictures anew; look at them
then.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from convledger.tui.feeder import Feed
from tests.tui.budget_parts import BILLS, with_budgets
from tests.tui.pilot import app_on, press, settled

SIZES = [(80, 24), (140, 45)]
THEMES = ["ledger-ink", "ledger-paper"]
BILL = ("c", "i", *"anthropic", "minus", *"usage", "full_stop", *"csv")
STATES: dict[str, tuple[str, ...]] = {
    "budgets": ("B", "down"),
    "under-water": ("B", "end"),
    "levels": ("B", "down", "tab", "up"),
    "over": ("B", "down", "tab", "tab"),
    "ladder": ("B", "down", "l"),
    "touched": ("B", "down", "l", "down", "down", "enter"),
    "budget": ("B", "down", "e"),
    "new-budget": ("B", "n"),
    "currency": ("dollar_sign",),
}
BILLED: dict[str, tuple[str, ...]] = {
    "nothing": ("c",),
    "bill": BILL,
    "compared": (*BILL, "enter", "f"),
    "calls": (*BILL, "enter", "enter"),
    "kept": (*BILL, "enter", "a", *"invoice", "enter", "tab", "tab"),
}


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
@pytest.mark.parametrize("state", [*STATES, *BILLED])
def test_budgets_and_bills_look_as_they_did(
    state: str, size: tuple[int, int], theme: str, studio: Path, snap_compare: Any
) -> None:
    with_budgets(studio)
    for each in BILLS.iterdir():
        shutil.copy(each, os.environ["HOME"])
    place, keys = ("economics", STATES[state]) if state in STATES else ("sources", BILLED[state])
    app = app_on(studio, theme=theme, place=place)

    async def lead(pilot: Pilot[None]) -> None:
        await settled(pilot)
        app._fed(Feed("live"))
        await press(pilot, *keys)
        for line in app.screen.query(Input):
            line.cursor_blink = False
        await settled(pilot)
        app.clear_notifications()

    assert snap_compare(app, terminal_size=size, run_before=lead)


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
def test_no_budget_looks_as_it_did(size: tuple[int, int], studio: Path, snap_compare: Any) -> None:
    app = app_on(studio, place="economics")

    async def lead(pilot: Pilot[None]) -> None:
        await settled(pilot)
        app._fed(Feed("live"))
        await press(pilot, "B")
        await settled(pilot)

    assert snap_compare(app, terminal_size=size, run_before=lead)
