"""Jump mode: a letter over each part of the screen leads there."""

from __future__ import annotations

from textual import events
from textual.app import ComposeResult
from textual.content import Content
from textual.geometry import Offset
from textual.screen import ModalScreen, Screen
from textual.widget import Widget
from textual.widgets import Static

LETTERS = "asdfghjklqwertyuiopzxcvbnm"


class JumpScreen(ModalScreen[None]):
    """Lays a letter over every widget that can have the focus, and focuses the one chosen."""

    DEFAULT_CSS = """
    JumpScreen { background: $background 40%; padding: 0; }
    JumpScreen Static {
        position: absolute; width: 5; height: 1; background: $accent; color: $background;
        text-style: bold; text-align: center;
    }
    JumpScreen #hint { dock: bottom; position: relative; width: 100%; height: 1;
        background: $panel; color: $foreground; text-align: left; padding: 0 1; }
    """

    def __init__(self, screen: Screen[object]) -> None:
        super().__init__()
        self._targets: dict[str, Widget] = dict(
            zip(LETTERS, [one for one in screen.focus_chain if one.size.area], strict=False)
        )

    def compose(self) -> ComposeResult:
        """Put the letters where the widgets begin."""
        for letter, widget in self._targets.items():
            label = Static(Content(letter))
            label.styles.offset = Offset(*widget.region.offset)
            yield label
        yield Static(Content("Jump to: press a letter · any other key goes back"), id="hint")

    def on_key(self, event: events.Key) -> None:
        """Go to the widget of the letter pressed, or back."""
        event.stop()
        target = self._targets.get(event.character or "")
        self.dismiss(None)
        if target is not None:
            target.focus()

    def on_click(self) -> None:
        """Go back."""
        self.dismiss(None)
