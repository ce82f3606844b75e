"""Erasing looks as it did: asked for, under way, left unfinished, done."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from convledger.memory.erase import Outcome
from convledger.memory.erase_backups import BackupLeft
from convledger.memory.erase_course import DELETING, INDEX, LOG, SEARCH
from convledger.memory.erase_search import Search
from convledger.tui.feeder import Feed
from tests.tui.erase_parts import dialog
from tests.tui.memory_parts import remembered
from tests.tui.pilot import app_on, press, settled
from tests.tui.reader_parts import TITLE, find

COUNTS = {"conversations": 1, "messages": 24, "quotes": 1}
BACKUPS = [BackupLeft("ledger.db.v3.bak", "kept", holds=True)]
BLOCKED = "python3 (4711) is reading the ledger, which keeps the old bytes in its log"
ENDS = {
    "blocked": Outcome(1, "pending", COUNTS, blocked=BLOCKED),
    "done": Outcome(
        1, "done", COUNTS, backups=BACKUPS, targets={"/home/mira/CLAUDE.md": "holds it"},
        search=Search(conversations={"0199c92f-36ad": 2}, pieces=172, read_bytes=410_075_136),
    ),
}  # fmt: skip


SMALL, LARGE = (80, 24), (140, 45)
SHOWN = [(state, size) for state in ("asked", "done") for size in (SMALL, LARGE)]


@pytest.mark.parametrize(
    ("state", "size"),
    [*SHOWN, ("blocked", SMALL), ("going", LARGE)],
    ids=lambda one: one if isinstance(one, str) else f"{one[0]}x{one[1]}",
)
def test_erasing_looks_as_it_did(
    state: str, size: tuple[int, int], studio: Path, history: Path, snap_compare: Any
) -> None:
    os.environ["HOME"] = os.environ["USERPROFILE"] = str(history)  # paths are shown from there
    remembered(studio)
    shutil.copy(studio / "ledger.db", studio / "ledger.db.v3.bak")
    app = app_on(studio, theme="ledger-ink")

    async def lead(pilot: Pilot[None]) -> None:
        await settled(pilot)
        app._fed(Feed("live"))
        await press(pilot, "2")
        rows = app.screen.query_one("ConversationRows")
        rows.cursor = list(rows.ids).index(find(studio, TITLE))  # type: ignore[attr-defined]
        await settled(pilot)
        await press(pilot, "D", "up")
        screen = dialog(pilot)
        if state != "asked":
            app.eraser.begin = lambda *_: True  # type: ignore[method-assign]
            screen.begin()
            for step in (DELETING, INDEX, LOG, SEARCH):
                screen._going(step, 212_000_000 if step == SEARCH else 0)
        if state in ENDS:
            screen._ended([ENDS[state]], None)
        await settled(pilot)

    assert snap_compare(app, terminal_size=size, run_before=lead)
