"""What tests of Sources share."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest
from textual.pilot import Pilot

from convledger.tui.app import ConvledgerApp
from convledger.tui.feeder import Feed
from convledger.tui.screens.sources import SourcesScreen
from convledger.tui.widgets.rows import RowLine
from tests.ingest.logs import Bench, rollout, turns
from tests.tui import pilot as pilots
from tests.tui.pilot import press, settled, text_of

opened = partial(pilots.opened, place="sources")

SIZES = [(40, 10), (80, 24), (120, 36), (140, 45)]
HOSTILE = b'{"type": "user", "text": "\x1b]0;owned\x07 [red]x[/] \xe2\x80\xae'


def odd_bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bench:
    """A home with one good log, and one with three lines that can't be used."""
    made = Bench(tmp_path)
    monkeypatch.setenv("HOME", str(made.home))
    made.write(made.log, turns(1, 3))
    made.write(made.claude / "rail" / "odd.jsonl", turns(4, 5) + (HOSTILE + b"\n") * 3)
    made.write(made.codex / "sessions" / "rollout-x.jsonl", rollout(2))
    made.sync()
    return made


def app_of(pilot: Pilot[None]) -> ConvledgerApp:
    assert isinstance(pilot.app, ConvledgerApp)
    return pilot.app


async def fed(pilot: Pilot[None], feed: Feed) -> None:
    """Let the screen hear what the feeder does."""
    app_of(pilot)._fed(feed)
    await settled(pilot)


async def asked(pilot: Pilot[None]) -> None:
    """Wait until the screen has every answer that it waits for, those it rests before too."""
    screen = pilot.app.screen
    assert isinstance(screen, SourcesScreen)
    await settled(pilot)
    while screen._ask_files._asked is not None or screen._ask_overview._asked is not None:
        await settled(pilot)


async def go(pilot: Pilot[None], *keys: str) -> None:
    """Go to Sources, press keys there, and wait for what they ask for."""
    await press(pilot, "8")
    await asked(pilot)
    for key in keys:
        await press(pilot, key)
        if isinstance(pilot.app.screen, SourcesScreen):
            await asked(pilot)


async def renewed(pilot: Pilot[None]) -> None:
    """Show what another process has written."""
    place = app_of(pilot).place()
    assert place is not None
    place.renew()
    await asked(pilot)


def shown(pilot: Pilot[None], selector: str) -> str:
    return text_of(pilot.app.screen.query_one(selector))


def words(line: RowLine) -> str:
    return "".join(text for text, _ in [*line.left, *line.right])
