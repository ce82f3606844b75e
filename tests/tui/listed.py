"""The screen of conversations as tests see it, and changes that another process makes."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from textual.content import Content
from textual.pilot import Pilot

from convledger.ledger import Ledger
from convledger.tui.screens.conversations import ConversationsScreen
from convledger.tui.widgets.panel import Panel
from tests.tui import pilot as pilots
from tests.tui.pilot import NOW, press

opened = partial(pilots.opened, place="conversations")


async def list_in(pilot: Pilot[None]) -> ConversationsScreen:
    """Go to the conversations."""
    await press(pilot, "2")
    screen = pilot.app.screen
    assert isinstance(screen, ConversationsScreen)
    return screen


def title_of(screen: ConversationsScreen) -> str:
    return str(screen.query_one("#list", Panel).border_title)


def counts_of(screen: ConversationsScreen) -> str:
    return str(screen.query_one("#list", Panel).border_subtitle)


def str_of(content: Content | None) -> str:
    return "" if content is None else content.plain


def write(workspace: Path, statement: str, *values: object) -> None:
    """Change the ledger as another process would."""
    with Ledger.open(workspace) as ledger:
        ledger.connection.execute(statement, values)


def add(workspace: Path, number: int, title: str) -> None:
    """Put a conversation into the ledger that is the newest one."""
    write(
        workspace,
        "INSERT INTO conversation (reader_id, native, title, first_at, last_at) "
        "VALUES (1, ?, ?, ?, ?)",
        f"new-{number}", title, NOW, NOW + number,
    )  # fmt: skip
