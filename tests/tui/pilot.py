"""Opens the app without a terminal, at a fixed instant, and waits until it has nothing to do."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from unittest.mock import patch

from textual.pilot import Pilot
from textual.widget import Widget
from textual.widgets import Button

from convledger.clock import SECOND
from convledger.config import Config
from convledger.tui.app import ConvledgerApp
from tests.tui.quiet import quiet

NOW = int(datetime(2026, 11, 20, 14, 32, tzinfo=UTC).timestamp()) * SECOND


def app_on(workspace: Path, *, place: str = "live", **settings: Any) -> ConvledgerApp:
    """Return the app over a workspace, at half past two, in UTC, without reading any log.

    It begins at a `place`: each numbered screen takes as long to build as all else of the app.
    """
    config = Config(**{"timezone": "UTC", "animation": False, **settings})
    with patch.object(ConvledgerApp, "DEFAULT_MODE", place):
        return ConvledgerApp(workspace, config, feeding=False, now=lambda: NOW)


@asynccontextmanager
async def opened(
    workspace: Path, *, size: tuple[int, int] = (120, 36), **settings: Any
) -> AsyncIterator[Pilot[None]]:
    """Run the app and yield its pilot when everything that was asked is answered."""
    app = app_on(workspace, **settings)
    async with app.run_test(size=size, notifications=True) as pilot:
        await settled(pilot)
        yield pilot


async def settled(pilot: Pilot[None]) -> None:
    """Wait until no question is open and every answer is on the screen."""
    await quiet()


async def press(pilot: Pilot[None], *keys: str) -> None:
    """Press keys one by one, each when the app has answered the one before."""
    for key in keys:
        await pilot.press(key)


async def click(pilot: Pilot[None], selector: str) -> None:
    """Click on a button when it takes clicks: for a moment after one it takes no other."""
    button = pilot.app.screen.query_one(selector, Button)
    while button.has_class("-active"):
        await asyncio.sleep(0.005)
    assert await pilot.click(selector)
    await settled(pilot)


def said(pilot: Pilot[None]) -> str:
    """Return what the app has said for a moment, a message a line."""
    return "\n".join(one.message for one in pilot.app._notifications)


def text_of(widget: Widget) -> str:
    """Return what a widget shows, line by line, as plain text."""
    width, height = widget.size
    lines = widget.render_lines(widget.region.reset_offset.__class__(0, 0, width, height))
    return "\n".join(strip.text.rstrip() for strip in lines)


def screen_text(pilot: Pilot[None]) -> str:
    """Return the whole screen as plain text."""
    lines = pilot.app.screen._compositor.render_strips()
    return "\n".join(strip.text.rstrip() for strip in lines)
