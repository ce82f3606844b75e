"""Pictures of one state of the app in several themes, all of them from one start."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Any
from unittest.mock import patch
from zlib import crc32

import pytest
from textual._doc import take_svg_screenshot
from textual.app import App
from textual.pilot import Pilot

from convledger.tui.app import ConvledgerApp
from tests.tui.pilot import settled

Size = tuple[int, int]
Lead = Callable[[Pilot[None]], Awaitable[None]]
TAKER = "textual._doc.take_svg_screenshot"


def pictures(app: ConvledgerApp, size: Size, lead: Lead, themes: Sequence[str]) -> dict[str, str]:
    """Return what `lead` leads to in each theme, as SVG; the app has begun in the first one."""
    found: dict[str, str] = {}

    async def through(pilot: Pilot[None]) -> None:
        await lead(pilot)
        for theme in themes:
            app.theme = theme
            await settled(pilot)
            found[theme] = app.export_screenshot(title=app.title, simplify=True)

    take_svg_screenshot(app=app, terminal_size=size, run_before=through)
    return found


class Gallery:
    """Compares pictures with those that are kept, and takes those of a state when one is asked for.

    The tests of other themes find theirs taken; each by itself finds the same.
    """

    def __init__(self) -> None:
        self._taken: dict[object, dict[str, str]] = {}

    def picture(self, state: object, theme: str, take: Callable[[], dict[str, str]]) -> str:
        """Return the picture of a state in one theme, which is needed once."""
        if theme not in self._taken.get(state, {}):
            self._taken[state] = take()
        return self._taken[state].pop(theme)


def state_of(request: pytest.FixtureRequest) -> tuple[object, ...]:
    """Return what the tests of one state have in common: everything but the theme."""
    params = request.node.callspec.params
    return (request.node.originalname, *(params[key] for key in sorted(params) if key != "theme"))


def in_turn(themes: Sequence[str], state: object) -> list[str]:
    """Return the themes in an order in which each of them is the first of some states."""
    first = crc32(repr(state).encode()) % len(themes)
    return [*themes[first:], *themes[:first]]


def looks_as_kept(snap_compare: Any, picture: str) -> bool:
    """Compare a picture that is taken with the one of this test that is kept."""
    with patch(TAKER, return_value=picture):
        return bool(snap_compare(App()))
