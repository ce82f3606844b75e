"""The first run: which logs were found, before any of them is read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import events, on
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Button, Static

from convledger.tui.amounts import size
from convledger.tui.widgets.dialog import Dialog
from convledger.tui.widgets.no_logs import PROMISE, places

if TYPE_CHECKING:
    from convledger.ingest.discover import Scan

LOW = 14  # lines of a screen beside the places, below which the text scrolls


class FoundLogs(Dialog[bool]):
    """Asks whether to read what was found; True for yes, None for not now."""

    DEFAULT_CSS = """
    FoundLogs VerticalScroll { height: auto; max-height: 1fr; scrollbar-size-vertical: 1; }
    FoundLogs Static { width: 100%; height: auto; }
    FoundLogs Horizontal { height: 1; margin-top: 1; }
    FoundLogs #places { text-wrap: nowrap; text-overflow: ellipsis; }
    FoundLogs.-low > #frame { padding: 0 1; }
    FoundLogs.-tiny > #frame { height: 100%; max-height: 100%; }
    FoundLogs.-tiny VerticalScroll { height: 1fr; }
    FoundLogs.-tiny Horizontal { margin-top: 0; }
    """
    CSS = """
    FoundLogs Button { margin-right: 2; background: $panel; color: $foreground; }
    FoundLogs Button:focus { background: $primary; color: $background; text-style: bold; }
    """

    def __init__(self, found: list[Scan]) -> None:
        super().__init__("Logs found on this machine", "⏎ Read them · esc Not now")
        self._found = found

    def parts(self) -> list[Widget]:
        """Return what was found and what reading it means, then the two answers."""
        files = [file for scan in self._found for file in scan.files]
        volume = size(sum(file.size for file in files))
        count = f"{len(files):,} {'file' if len(files) == 1 else 'files'}"
        lines = [
            Content(),
            Content.assemble(("Read ", ""), (f"{count}, {volume}", "bold $accent"), ("?", "")),
            Content.styled(
                "Figures come first, the newest conversations before the older ones; the texts "
                "follow, and you can look about meanwhile.",
                "$muted",
            ),
            Content(),
            Content.styled(PROMISE, "$muted"),
        ]
        return [
            VerticalScroll(
                Static(Content("\n").join(places(self._found)), id="places"),
                Static(Content("\n").join(lines)),
            ),
            Horizontal(
                Button("Read them", id="read", compact=True),
                Button("Not now", id="leave", compact=True),
            ),
        ]

    def on_mount(self) -> None:
        """Let enter mean yes."""
        self.query_one("#read").focus()

    def on_resize(self, event: events.Resize) -> None:
        """Keep the answers in sight on a very low screen."""
        lines = len(places(self._found))
        self.set_class(event.size.height < LOW + lines, "-tiny")

    @on(Button.Pressed)
    def _answer(self, event: Button.Pressed) -> None:
        self.dismiss(True if event.button.id == "read" else None)
