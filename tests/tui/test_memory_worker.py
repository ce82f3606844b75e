"""The thread that looks at new entries while the app is open."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from textual.pilot import Pilot

from convledger.clock import SECOND
from convledger.ledger import Ledger
from convledger.memory import keeping
from convledger.memory.drafts import Draft
from convledger.memory.pairing import open_pairs
from convledger.tui.feeder import Feed
from convledger.tui.memory_worker import MemoryWorker
from convledger.tui.widgets.topline import TopLine
from tests.memory.planted import keep_all, planted
from tests.tui.pilot import app_on, screen_text, settled

NOW = 1_790_000_000 * SECOND
LONG = 20.0  # seconds: far more than any of this takes


class Heard:
    """A worker with what it told."""

    def __init__(self, workspace: Path) -> None:
        self.shares: list[int | None] = []
        self.troubles: list[Exception] = []
        self.paused_at_once = False
        self.over = threading.Event()
        self.begun = threading.Event()
        self.worker = MemoryWorker(workspace, self.tell, self.fail)
        self.worker.start()

    def tell(self, share: int | None) -> None:
        self.shares.append(share)
        if self.paused_at_once:
            self.worker.fed(Feed("paused"))
        (self.over if share is None else self.begun).set()

    def fail(self, error: Exception) -> None:
        self.troubles.append(error)
        self.over.set()

    def looked(self) -> bool:
        """Have it look, and wait until it did."""
        self.over.clear()
        self.worker.look()
        return self.over.wait(LONG)


@pytest.fixture
def heard(tmp_path: Path) -> Iterator[Heard]:
    found = Heard(tmp_path)
    yield found
    found.worker.stop()


def pairs(workspace: Path) -> int:
    with Ledger.open(workspace) as ledger:
        return len(open_pairs(ledger.connection))


def remember(workspace: Path, *texts: str) -> None:
    with Ledger.open(workspace) as ledger:
        for text in texts:
            keeping.remember(ledger.connection, Draft(text), NOW)


def test_what_came_in_is_counted_and_compared(heard: Heard, tmp_path: Path) -> None:
    remember(tmp_path, "Deploys go out on Fridays before noon.")
    assert heard.looked()
    remember(tmp_path, "Before noon deploys go out on Fridays.")
    assert heard.looked()

    assert pairs(tmp_path) == 1
    with Ledger.open(tmp_path) as ledger:
        assert all(each.tokens for each in ledger.memory.entries([1, 2]).values())
    assert heard.shares[-1] is None
    assert heard.troubles == []


def test_it_rests_while_reading_is_paused(tmp_path: Path) -> None:
    texts = planted(300, each=10)
    with Ledger.open(tmp_path) as ledger:
        keep_all(ledger.connection, texts.texts)
    heard = Heard(tmp_path)
    heard.paused_at_once = True
    assert heard.looked()
    assert pairs(tmp_path) < len(texts.pairs)

    heard.over.clear()
    heard.paused_at_once = False
    heard.worker.fed(Feed("live"))
    assert heard.over.wait(LONG)
    heard.worker.stop()
    assert pairs(tmp_path) >= len(texts.pairs)


def test_it_stops_at_once_and_goes_on_the_next_time(tmp_path: Path) -> None:
    texts = planted(300, each=10)
    with Ledger.open(tmp_path) as ledger:
        keep_all(ledger.connection, texts.texts)
    first = Heard(tmp_path)
    first.worker.look()
    assert first.begun.wait(LONG)
    first.worker.stop()
    first.worker._thread.join(LONG)
    assert not first.worker._thread.is_alive()
    assert first.troubles == []

    second = Heard(tmp_path)
    assert second.looked()
    second.worker.stop()
    assert pairs(tmp_path) >= len(texts.pairs)


async def test_the_top_line_tells_how_far_it_is(tmp_path: Path) -> None:
    app = app_on(tmp_path)
    async with app.run_test(size=(100, 24)) as pilot:
        await settled(pilot)
        app._fed(Feed("live"))
        app._looked_at_memory(40)
        assert await _says(pilot, "comparing entries 40 %")
        app._looked_at_memory(None)
        assert await _says(pilot, "live")


async def _says(pilot: Pilot[None], words: str) -> bool:
    await settled(pilot)
    assert pilot.app.screen.query_one(TopLine).pulse.feed.state == "live"
    return words in screen_text(pilot)
