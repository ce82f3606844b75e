"""How much an erasure is to take: a line for each choice, changed with a key or a click."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType

from convledger.tui.widgets.rows import Part, RowLine, Rows


@dataclass(frozen=True, slots=True)
class Option:
    """A choice: ticked or not, or one of several that is named at the right."""

    key: str
    words: str
    is_ticked: bool = False
    value: str = ""  # where it is none to tick


class OptionRows(Rows):
    """The choices, one line each; `Opened` tells that one is to be changed."""

    HELP = (
        "What is to go beside it, and what becomes of backups. Space or enter changes the line "
        "under the cursor; what would go is counted anew."
    )
    DEFAULT_CSS = "OptionRows { background: $surface; height: auto; }"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("space", "open", "Change")]
    lines_per_row = 1

    def __init__(self) -> None:
        super().__init__()
        self.options: list[Option] = []

    def show(self, options: list[Option]) -> None:
        """Show other choices."""
        if options != self.options:
            self.options = options
            self.styles.height = len(options)
            self.display = bool(options)
            self.renew()

    def count(self) -> int:
        """Return how many there are."""
        return len(self.options)

    def row(self, index: int, cells: int) -> list[RowLine]:
        """Return the box or the value of a choice, and its words."""
        del cells
        one = self.options[index]
        if one.value:
            return [RowLine([("◂▸ ", "$accent"), (f"{one.words}  ", "$muted"),
                             (one.value, "bold $foreground")], [])]  # fmt: skip
        box: Part = ("■  ", "bold $accent") if one.is_ticked else ("□  ", "$muted")
        ink = "bold $foreground" if one.is_ticked else "$foreground"
        return [RowLine([box, (one.words, ink)], [])]

    def action_down(self) -> None:
        """Go to the next choice; from the last on to the line below."""
        if self.cursor + 1 < self.count():
            super().action_down()
        else:
            self.screen.focus_next()

    def on_click(self, event: events.Click) -> None:
        """Change what is clicked."""
        event.prevent_default()  # else a list opens what is clicked once more
        index = event.y + self.scroll_offset.y
        if index < self.count():
            self.cursor = index
            self.action_open()
