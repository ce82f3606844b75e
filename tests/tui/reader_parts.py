"""What tests of the reader share."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from textual.content import Content
from textual.pilot import Pilot

from convledger.store.messages import HIDDEN
from convledger.tui.screens.reader import ReaderScreen
from convledger.tui.widgets.panel import Panel
from tests.tui.pilot import settled, text_of

TITLE = "Night trains vanish after midnight"
WITH_AGENT = "Ethical wall leaks in the hit count"
WITH_FORK = "Double booking of the daylight room"


def find(studio: Path, title: str) -> int:
    """Return the conversation with a title."""
    with sqlite3.connect(studio / "ledger.db") as books:
        return int(
            books.execute("SELECT id FROM conversation WHERE title=?", (title,)).fetchone()[0]
        )


def messages(studio: Path, conversation_id: int) -> list[int]:
    with sqlite3.connect(studio / "ledger.db") as books:
        rows = books.execute(
            "SELECT id FROM message WHERE conversation_id=? AND flags & ?=0 ORDER BY at, line, id",
            (conversation_id, HIDDEN),
        ).fetchall()
    return [row[0] for row in rows]


async def read(
    pilot: Pilot[None], conversation_id: int, message_id: int | None = None
) -> ReaderScreen:
    """Open a conversation and return its screen."""
    screen = ReaderScreen(conversation_id, message_id)
    pilot.app.push_screen(screen)
    await settled(pilot)
    return screen


def transcript(screen: ReaderScreen) -> str:
    return text_of(screen.transcript)


def found(screen: ReaderScreen) -> str:
    return text_of(screen.query_one("#count"))


def frame(screen: ReaderScreen) -> tuple[str, str]:
    panel = screen.query_one(Panel)
    title, counts = str(panel.border_title), str(panel.border_subtitle)
    return Content.from_markup(title).plain, Content.from_markup(counts).plain
