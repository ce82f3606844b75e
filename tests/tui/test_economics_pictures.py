"""Economics looks as it did: small and large, dark and light.

`pytest tests/tui/test_economics_pictures.py --snapshot-update` draws the pictures anew; look at
them then.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from convledger.tui.app import ConvledgerApp
from convledger.tui.feeder import Feed
from convledger.tui.screens import scenario
from tests.tui.economics_parts import app_of, with_costs
from tests.tui.pilot import app_on, press, settled

SIZES = [(80, 24), (140, 45)]
THEMES = ["ledger-ink", "ledger-paper"]
MODEL = (*"claude", "minus", *"haiku", "minus", "4", "minus", "5")
STATES: dict[str, tuple[str, ...]] = {
    "steps": (),
    "served": ("tab",),
    "lengths": ("tab", "tab", "tab"),
    "pivot": ("g", "space", "down", "down", "down", "space", "enter"),
    "behind": ("end", "up", "enter"),
    "why": ("down", "down", "w"),
    "people": ("b",),
    "costs": ("c",),
    "cost": ("c", "e"),
    "scenario": ("s", *MODEL, "tab", "tab", "tab", *"window", "tab", *"20000"),
}


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
@pytest.mark.parametrize("state", STATES)
def test_economics_looks_as_it_did(
    state: str,
    size: tuple[int, int],
    theme: str,
    studio: Path,
    looks_as_it_did: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(scenario, "PAUSE", 0.0)

    def begin(first: str) -> ConvledgerApp:
        with_costs(studio)
        return app_on(studio, theme=first, place="economics")

    async def lead(pilot: Pilot[None]) -> None:
        await settled(pilot)
        app_of(pilot)._fed(Feed("live"))
        await press(pilot, *STATES[state])
        for line in pilot.app.screen.query(Input):
            line.cursor_blink = False
        await settled(pilot)

    assert looks_as_it_did(begin, size, lead, THEMES)


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
def test_empty_economics_looks_as_it_did(
    size: tuple[int, int], theme: str, tmp_path: Path, looks_as_it_did: Any
) -> None:
    def begin(first: str) -> ConvledgerApp:
        return app_on(tmp_path / "studio", theme=first, place="economics")

    async def lead(pilot: Pilot[None]) -> None:
        await settled(pilot)
        app_of(pilot)._fed(Feed("live"))
        await settled(pilot)

    assert looks_as_it_did(begin, size, lead, THEMES)
