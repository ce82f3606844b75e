"""What tests of faults share: the app at work, and waiting for what others bring about."""

from __future__ import annotations

import shutil
import sqlite3
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import mkdtemp

import pytest
from textual.pilot import Pilot

from convledger.config import Config
from convledger.ingest import watch
from convledger.tui.app import ConvledgerApp
from convledger.tui.widgets.notice_line import NoticeLine
from tests.ingest.logs import Bench, turns
from tests.tui.pilot import NOW, screen_text, settled, text_of

SECONDS = 30.0
needs_pty = pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")


def app_of(pilot: Pilot[None]) -> ConvledgerApp:
    assert isinstance(pilot.app, ConvledgerApp)
    return pilot.app


def told(pilot: Pilot[None]) -> str:
    """Return the line of notices on the numbered screen that is shown, in one line."""
    place = app_of(pilot).place()
    assert place is not None
    line = place.query_one(NoticeLine)
    return " ".join(text_of(line).split()) if line.display else ""


async def look(pilot: Pilot[None]) -> None:
    """Let the app look at everything, as it does each second."""
    app_of(pilot)._look()
    await settled(pilot)


async def until(pilot: Pilot[None], is_so: Callable[[], bool]) -> None:
    """Wait for what a thread of the app or the file system brings about."""
    end = time.monotonic() + SECONDS
    while not is_so():
        assert time.monotonic() < end, screen_text(pilot)
        await settled(pilot)


@asynccontextmanager
async def feeding(workspace: Path) -> AsyncIterator[Pilot[None]]:
    """Run the app with its feeder."""
    app = ConvledgerApp(workspace, Config(timezone="UTC", animation=False), now=lambda: NOW)
    async with app.run_test(size=(120, 36), notifications=True) as pilot:
        await settled(pilot)
        yield pilot


def watched_bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bench:
    """A home with one log that is read, and its workspace."""
    made = Bench(tmp_path)
    monkeypatch.setenv("HOME", str(made.home))
    monkeypatch.setattr(watch, "LOOK_EVERY", 0.05)
    monkeypatch.setattr("convledger.tui.feeder.RETRY_SECONDS", 0.05)
    made.write(made.log, turns(1, 3))
    made.sync()
    return made


def delete(folder: Path) -> None:
    """Delete a folder in one instant: a thread that writes into it is in nobody's way."""
    away = Path(mkdtemp(dir=folder.parent)) / folder.name
    folder.rename(away)
    shutil.rmtree(away.parent)


def titles(workspace: Path, title: str) -> None:
    """Give all conversations a title, as another program does that writes into the ledger."""
    connection = sqlite3.connect(workspace / "ledger.db")
    with connection:
        connection.execute("UPDATE conversation SET title=?", (title,))
    connection.close()
