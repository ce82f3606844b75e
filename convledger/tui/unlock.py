"""The screen before the others where the ledger is encrypted: asks for the passphrase."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from textual import events, on, work
from textual.app import App, ComposeResult
from textual.containers import Vertical
from textual.message import Message
from textual.widgets import Input, Static

from convledger import paths
from convledger.config import Config, user_themes_folder
from convledger.errors import ConvledgerError
from convledger.store.ciphers import unlock
from convledger.store.connection import BUSY_SECONDS
from convledger.text.display import display_text
from convledger.tui.failures import failure_of
from convledger.tui.guard import TerminalGuard
from convledger.tui.themes import load_themes
from convledger.tui.widgets.path_line import shown_path

ASKED = "Enter the passphrase of this workspace."
OPENING = "Opening …"
WRONG = "That passphrase does not open it. Try again."
KEYS = "enter opens · esc leaves"


class UnlockApp(App[bool]):
    """Asks until the passphrase opens the ledger, which is then known to the whole program."""

    ENABLE_COMMAND_PALETTE = False
    TITLE = "convledger"
    CSS = """
    Screen { align: center middle; background: $background; }
    #card {
        width: 64; max-width: 96%; height: auto; padding: 1 2;
        border: round $primary; background: $surface;
    }
    #card Static { width: 100%; height: auto; }
    #title { text-style: bold; color: $primary; }
    #place, #keys { color: $text-muted; }
    #card #place { height: 1; text-wrap: nowrap; text-overflow: ellipsis; }
    #said { margin-top: 1; }
    #passphrase { margin: 1 0; }
    """

    @dataclass
    class Tried(Message):
        """Whether a passphrase opened the ledger; `trouble` is why it could not be tried."""

        is_open: bool
        trouble: str = ""

    def __init__(self, workspace: Path, config: Config) -> None:
        super().__init__()
        self._ledger = workspace / paths.LEDGER
        for theme in load_themes(user_themes_folder()).themes.values():
            self.register_theme(theme)
        if config.theme in self.available_themes:
            self.theme = config.theme
        self._guard = TerminalGuard()

    def get_line_filters(self) -> list:  # type: ignore[type-arg]
        """Put the guard behind everything that is drawn."""
        return [*super().get_line_filters(), self._guard]

    def compose(self) -> ComposeResult:
        """Show one card with one line to fill in."""
        with Vertical(id="card"):
            yield Static("convledger", id="title", markup=False)
            yield Static(shown_path(str(self._ledger.parent)), id="place", markup=False)
            yield Static(ASKED, id="said", markup=False)
            yield Input(password=True, id="passphrase", select_on_focus=False)
            yield Static(KEYS, id="keys", markup=False)

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        if event.value and not event.input.disabled:
            event.input.disabled = True
            self._say(OPENING)
            self._try(event.value)

    @work(thread=True, exclusive=True, exit_on_error=False)
    def _try(self, passphrase: str) -> None:
        """Try a passphrase, which takes a tenth of a second."""
        try:
            connection = unlock(self._ledger, passphrase, "mode=rw", BUSY_SECONDS)
        except Exception as error:  # noqa: BLE001 - a thread that ends tells nobody
            known = failure_of(error, self._ledger.parent)
            words = str(known) if isinstance(known, ConvledgerError) else "It can't be opened."
            self.post_message(self.Tried(is_open=False, trouble=words))
            return
        if connection is not None:
            connection.close()
        self.post_message(self.Tried(is_open=connection is not None))

    @on(Tried)
    def _tried(self, event: Tried) -> None:
        if event.is_open:
            self.exit(True)
            return
        line = self.query_one(Input)
        line.disabled = False
        line.value = ""
        line.focus()
        self._say(event.trouble or WRONG)

    def _say(self, words: str) -> None:
        self.query_one("#said", Static).update(display_text(words))

    def on_key(self, event: events.Key) -> None:
        """Leave with escape."""
        if event.key == "escape":
            self.exit(False)
