"""Every screen looks as it did: at three sizes, in a dark, a light and a high-contrast theme.

`pytest tests/tui/test_pictures.py --snapshot-update` draws the pictures anew; look at them then.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from convledger.tui.feeder import Feed
from tests.tui.pilot import app_on, press, settled

SIZES = [(80, 24), (120, 36), (140, 45)]
THEMES = ["ledger-ink", "ledger-paper", "ledger-chalk"]
SCREENS: dict[str, tuple[str, ...]] = {
    "live": (),
    "conversations": ("2",),
    "reader": ("2", "down", "down", "enter"),
    "sources": ("8",),
    "search": ("slash", *"bakery", "down"),
    "help": ("2", "f1"),
}


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
@pytest.mark.parametrize("screen", SCREENS)
def test_screen_looks_as_it_did(
    screen: str,
    size: tuple[int, int],
    theme: str,
    studio: Path,
    history: Path,
    snap_compare: Any,
) -> None:
    os.environ["HOME"] = os.environ["USERPROFILE"] = str(history)  # paths are shown from there
    app = app_on(studio, theme=theme)

    async def lead(pilot: Pilot[None]) -> None:
        await settled(pilot)
        app._fed(Feed("live"))
        await press(pilot, *SCREENS[screen])

    assert snap_compare(app, terminal_size=size, run_before=lead)
