"""Every screen looks as it did: at three sizes, in a dark, a light and a high-contrast theme.

`pytest tests/tui/test_pictures.py --snapshot-update` draws the pictures anew; look at them then.
"""

from __future__ import annotations

import os
from datetime import UTC
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from convledger.ledger import Ledger
from convledger.memory.shelf import Memory
from convledger.tui.app import ConvledgerApp
from convledger.tui.feeder import Feed
from tests.tui import review_parts
from tests.tui.memory_parts import remembered
from tests.tui.pilot import NOW, app_on, press, settled
from tests.tui.plan_parts import STUDIO, app_of, asked, bought, long_talk, put_in_force

SIZES = [(80, 24), (120, 36), (140, 45)]
THEMES = ["ledger-ink", "ledger-paper", "ledger-chalk"]
PLANNED: dict[str, tuple[str, ...]] = {
    "live": (),
    "plans": ("4",),
    "compare": ("5",),
}
REMEMBERED: dict[str, tuple[str, ...]] = {
    "memory": ("3", "down"),
    "memory-versions": ("3", "end", "d"),
}
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
    looks_as_it_did: Any,
) -> None:
    os.environ["HOME"] = os.environ["USERPROFILE"] = str(history)  # paths are shown from there

    async def lead(pilot: Pilot[None]) -> None:
        await settled(pilot)
        app_of(pilot)._fed(Feed("live"))
        await press(pilot, *SCREENS[screen])

    assert looks_as_it_did(lambda first: app_on(studio, theme=first), size, lead, THEMES)


def planned(workspace: Path) -> None:
    """Put a plan in force that was topped up, with another to compare and a talk to cut."""
    put_in_force(workspace)
    bought(workspace)
    with Ledger.open(workspace) as ledger:
        ledger.add_plan(STUDIO.replace("400", "600").replace("79.00", "95.00"), "other.toml")
        ledger.follow_plans(NOW, UTC)  # what there is to tell is told
    long_talk(workspace, workspace.parent / "talk")


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
@pytest.mark.parametrize("screen", PLANNED)
def test_screen_with_a_plan_looks_as_it_did(
    screen: str,
    size: tuple[int, int],
    theme: str,
    studio: Path,
    history: Path,
    looks_as_it_did: Any,
) -> None:
    os.environ["HOME"] = os.environ["USERPROFILE"] = str(history)

    def begin(first: str) -> ConvledgerApp:
        planned(studio)
        return app_on(studio, theme=first)

    async def lead(pilot: Pilot[None]) -> None:
        await settled(pilot)
        app_of(pilot)._fed(Feed("live"))
        await press(pilot, *PLANNED[screen])
        await asked(pilot)
        pilot.app.clear_notifications()
        await settled(pilot)

    assert looks_as_it_did(begin, size, lead, THEMES)


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
@pytest.mark.parametrize("screen", REMEMBERED)
def test_screen_with_a_memory_looks_as_it_did(
    screen: str,
    size: tuple[int, int],
    theme: str,
    studio: Path,
    history: Path,
    looks_as_it_did: Any,
) -> None:
    os.environ["HOME"] = os.environ["USERPROFILE"] = str(history)

    def begin(first: str) -> ConvledgerApp:
        remembered(studio)
        return app_on(studio, theme=first)

    async def lead(pilot: Pilot[None]) -> None:
        await settled(pilot)
        app_of(pilot)._fed(Feed("live"))
        await press(pilot, *REMEMBERED[screen])
        await settled(pilot)

    assert looks_as_it_did(begin, size, lead, THEMES)


REVIEWED: dict[str, tuple[str, ...]] = {
    "begun": (),
    "going": ("y", "x", "space", "down"),
    "ended": ("c", "1", *"xxxxxyy"),
}


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
@pytest.mark.parametrize("state", REVIEWED)
def test_review_of_memory_looks_as_it_did(
    state: str,
    size: tuple[int, int],
    theme: str,
    studio: Path,
    looks_as_it_did: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(Memory, "costs", review_parts.costs)
    monkeypatch.setattr(Memory, "look_at", lambda *_: None)

    def begin(first: str) -> ConvledgerApp:
        review_parts.with_memory(studio)
        return app_on(studio, theme=first)

    async def lead(pilot: Pilot[None]) -> None:
        await settled(pilot)
        app_of(pilot)._fed(Feed("live"))
        screen = await review_parts.reviewing(pilot, *REVIEWED[state])
        await review_parts.counted(pilot, screen)
        pilot.app.clear_notifications()
        await settled(pilot)

    assert looks_as_it_did(begin, size, lead, THEMES)
