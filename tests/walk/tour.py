"""Walks the app through every screen that its actions open, on a desk that is full."""

from __future__ import annotations

import json
import os
import sys
import tempfile
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from convledger.config import load_config
from convledger.tui.actions import BY_ID
from convledger.tui.app import ConvledgerApp
from tests.cli.plans import NOW
from tests.tui.action_steps import (
    PLACES,
    STEPS,
    screen,
    with_bill,
    with_export,
    with_folder,
    with_log,
    with_table,
)
from tests.tui.quiet import hasten
from tests.walk.watched import Watched

# What lies in the home folder for steps that go and get it; all else the desk has.
THINGS = (with_table, with_folder, with_log, with_export, with_bill)
LAST = "app.quit"
# Pressed on each screen that an action leads to, so that all of it is drawn.
AROUND = ("end", "tab", "down")


class Tour:
    """A walk, and the screens that were seen on it."""

    def __init__(self) -> None:
        self.seen: set[str] = set()

    async def __call__(self, pilot: Pilot[Any]) -> None:
        """Open every screen that an action opens, those from the same place one by one."""
        app = pilot.app
        await pilot.pause()
        app.use_theme("ledger-pine")  # type: ignore[attr-defined]
        walks: dict[tuple[str, ...], list[str]] = {}
        for name, step in STEPS.items():
            if name != LAST and (step.seen is screen or not step.before):
                walks.setdefault(step.before, []).append(name)
        for before, names in walks.items():
            await self._walk(pilot, before, names)
        app.exit()

    async def _walk(self, pilot: Pilot[Any], before: tuple[str, ...], names: list[str]) -> None:
        home: object = None
        for name in names:
            if pilot.app.screen is not home:
                await self._home(pilot, PLACES.get(before[0] if before else "", "live"))
                for key in before:
                    await pilot.press(key)
                home = pilot.app.screen
            await pilot.press(BY_ID[name].keys.split(",")[0])
        await self._look_around(pilot)

    async def _home(self, pilot: Pilot[Any], mode: str) -> None:
        await self._look_around(pilot)
        while len(pilot.app.screen_stack) > 1:
            pilot.app.pop_screen()
            await pilot.pause()
        if pilot.app.current_mode != mode:
            pilot.app.go(mode)  # type: ignore[attr-defined]
            await pilot.pause()

    async def _look_around(self, pilot: Pilot[Any]) -> None:
        """Draw more of a screen that is seen for the first time, before it is left."""
        shown = pilot.app.screen
        news = {type(each).__name__ for each in pilot.app.screen_stack} - self.seen
        self.seen |= news
        for key in AROUND if type(shown).__name__ in news else ():
            await pilot.press(key)


def main(workspace: Path, answer: Path) -> None:
    """Open the app on a workspace and walk it; write what was seen and done."""
    for thing in THINGS:
        thing(workspace)
    with pytest.MonkeyPatch.context() as patched:
        hasten(patched)
        patched.setattr("convledger.clock.now_us", lambda: NOW)
        # What the app itself asks of the terminal: a text for its clipboard, and a bell.
        patched.setattr(ConvledgerApp, "copy_to_clipboard", lambda *_: None)
        patched.setattr(ConvledgerApp, "bell", lambda *_: None)
        tempfile.gettempdir()  # tries once whether it can write there
        tour, watched = Tour(), Watched()
        watched.begin()
        app = ConvledgerApp(workspace, load_config(), feeding=False, now=lambda: NOW)
        app.run(auto_pilot=tour)
        written, started, connected = watched.take()
    found = {
        "seen": sorted(tour.seen), "written": written, "started": started,
        "connected": connected, "code": app.return_code, "theme": app.theme,
    }  # fmt: skip
    answer.write_text(json.dumps(found))


if __name__ == "__main__":
    os.chdir(os.environ["HOME"])
    main(Path(sys.argv[1]), Path(sys.argv[2]))
