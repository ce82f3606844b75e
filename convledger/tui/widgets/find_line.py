"""The line under a transcript in which one types what to find, with how much was found."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.message import Message
from textual.widgets import Input, Static

from convledger.tui.actions import bindings


class FindInput(Input):
    """What one types in; down goes on to the transcript like enter."""

    HELP = "Each letter narrows what is marked. Enter goes to the next match, escape ends it."
    BINDINGS: ClassVar[list[BindingType]] = [
        one for one in bindings("list") if one.action == "down"
    ]

    def __init__(self) -> None:
        super().__init__()
        # Here, as the stylesheet of the app gives every other line to type in a frame.
        self.styles.border = ("none", "transparent")
        self.styles.height = 1
        self.styles.padding = 0

    async def action_down(self) -> None:
        """Go on to the transcript."""
        await self.action_submit()


class FindLine(Horizontal):
    """A line that is there only while something is looked for."""

    DEFAULT_CSS = """
    FindLine { height: 1; display: none; }
    FindLine.-shown { display: block; }
    FindLine Static { width: auto; color: $muted; }
    FindLine #sign { color: $accent; text-style: bold; }
    FindLine Input { width: 1fr; }
    """

    @dataclass
    class Typed(Message):
        """Something else is to be found; nothing where `text` is empty."""

        text: str

    @dataclass
    class Entered(Message):
        """The person wants to see the next place."""

        text: str

    def compose(self) -> ComposeResult:
        """Put a name before the line and the count behind it."""
        yield Static("find ", id="sign", markup=False)
        yield FindInput()
        yield Static("", id="count", markup=False)

    @property
    def is_shown(self) -> bool:
        """Whether something is being looked for."""
        return self.has_class("-shown")

    @property
    def text(self) -> str:
        """What is looked for; empty where nothing is."""
        value = self.query_one(FindInput).value
        return value if self.is_shown and value.strip() else ""

    def open(self) -> None:
        """Show the line and let a person type."""
        self.add_class("-shown")
        line = self.query_one(FindInput)
        line.focus()
        line.select_all()

    def close(self) -> None:
        """Take the line away with what it holds."""
        self.remove_class("-shown")
        with self.prevent(Input.Changed):
            self.query_one(FindInput).value = ""

    def show_count(self, found: int | None, at: int) -> None:
        """Say how much was found, None while that is not known, and on which one the cursor is."""
        words = ""
        if found is not None:
            words = f" {at:,} of {found:,}" if at else f" {found:,} found" if found else " nothing"
        self.query_one("#count", Static).update(Content(words))

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        event.stop()
        self.post_message(self.Typed(self.text))

    @on(Input.Submitted)
    def _entered(self, event: Input.Submitted) -> None:
        event.stop()
        self.post_message(self.Entered(self.text))
