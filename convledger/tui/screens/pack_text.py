"""The dialog that shows a pack as a tool gets to read it."""

from __future__ import annotations

from typing import ClassVar

from textual import events
from textual.widget import Widget

from convledger.tui.widgets.dialog import Dialog
from convledger.tui.widgets.pack_text import PackText

MOST = 4_000  # lines that are shown


class PackTextScreen(Dialog[None]):
    """Shows a text, byte for byte but for what would act on a terminal."""

    HELP = "What a tool gets to read: head, entries with their source and dates, and nothing else."
    DEFAULT_CSS = """
    PackTextScreen > #frame { max-width: 110; height: 90%; padding: 0 0; }
    PackTextScreen PackText { background: $surface; }
    PackTextScreen.-tiny > #frame { width: 100%; height: 100%; max-height: 100%; padding: 0; }
    """
    AUTO_FOCUS: ClassVar[str] = "PackText"

    def __init__(self, title: str, text: str) -> None:
        super().__init__(title, "↑ ↓ scroll · esc Back")
        self._text = text

    def parts(self) -> list[Widget]:
        """Return the text."""
        return [PackText(MOST)]

    def on_mount(self) -> None:
        """Show the text."""
        self.query_one(PackText).show(self._text)

    def on_resize(self, event: events.Resize) -> None:
        """Leave out what is only air on a small screen."""
        self.set_class(event.size.height < 28 or event.size.width < 60, "-tiny")
