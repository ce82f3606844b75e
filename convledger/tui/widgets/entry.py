"""A line to type in, and the list that stands below it."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import BindingType
from textual.widgets import Input

from convledger.tui.actions import bindings
from convledger.tui.widgets.rows import Rows


class Entry(Input):
    """A line from which the key for the next row leads into the list below."""

    BINDINGS: ClassVar[list[BindingType]] = [
        binding for binding in bindings("list") if binding.action == "down"
    ]

    def action_down(self) -> None:
        """Go into the list."""
        self.screen.focus_next()


class RowsBelow(Rows):
    """A list from whose first row the key for the row before leads back to the line."""

    def action_up(self) -> None:
        """Go to the row before, or back to the line."""
        if self.cursor:
            super().action_up()
        else:
            self.screen.focus_previous()
