"""What dialogs choose by: names of which one holds, and buttons, each in one line."""

from __future__ import annotations

from textual.containers import Horizontal
from textual.content import Content
from textual.widgets import Button, Tab, Tabs

from convledger.text.display import width


class OneOf(Tabs):
    """Names by id and words, of which one is chosen."""

    DEFAULT_CSS = """
    OneOf { height: 2; }
    OneOf Underline > .underline--bar { color: $primary; background: $rule; }
    OneOf:focus Underline > .underline--bar { color: $accent; background: $rule; }
    """

    def __init__(self, *names: tuple[str, str]) -> None:
        super().__init__(*(Tab(Content(words), id=name) for name, words in names))
        self._first = names[0][0]

    @property
    def chosen(self) -> str:
        """The id of what is chosen."""
        return self.active or self._first


class Choices(Horizontal):
    """Buttons by id and words; the first is what enter does elsewhere in the dialog."""

    DEFAULT_CSS = """
    Choices { height: 1; }
    Choices > Button.-textual-compact.-style-default {
        min-width: 4; height: 1; margin: 0 2 0 0; padding: 0;
        background: $surface; color: $foreground; text-style: none;
        &.-primary { color: $accent; text-style: bold; }
        &:hover { background: $panel; }
        &:focus { background: $primary; color: $background; text-style: bold; }
        &:disabled { color: $muted; text-style: none; background: $surface; }
    }
    """

    def __init__(self, *choices: tuple[str, str]) -> None:
        super().__init__(
            *(
                Button("", id=name, variant="default" if place else "primary", compact=True)
                for place, (name, _) in enumerate(choices)
            )
        )
        self._words = dict(choices)

    def on_mount(self) -> None:
        """Write on the buttons."""
        for name, words in self._words.items():
            self.call_it(name, words)

    def call_it(self, name: str, words: str) -> None:
        """Give a button other words."""
        button = self.query_one(f"#{name}", Button)
        button.label = Content(words)
        button.styles.width = width(words) + 2

    def allow(self, name: str, is_allowed: bool) -> None:
        """Let a button be pressed, or not."""
        self.query_one(f"#{name}", Button).disabled = not is_allowed
