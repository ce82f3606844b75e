"""A line to type in that stands over a list."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import BindingType
from textual.widgets import Input

from convledger.tui.actions import bindings


class Entry(Input):
    """A line from which the key for the next row leads into the list below."""

    BINDINGS: ClassVar[list[BindingType]] = [
        binding for binding in bindings("list") if binding.action == "down"
    ]

    def action_down(self) -> None:
        """Go into the list."""
        self.screen.focus_next()
