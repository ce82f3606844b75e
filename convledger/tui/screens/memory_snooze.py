"""The dialog that asks for how long entries are to be out of sight."""

from __future__ import annotations

from datetime import tzinfo
from typing import ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Button, Static

from convledger.clock import DAY
from convledger.text.display import clip, display_text
from convledger.tui.memory_words import day_text
from convledger.tui.widgets.choices import Choices
from convledger.tui.widgets.dialog import Dialog

SPANS = {"week": ("1 week", 7), "month": ("1 month", 30), "quarter": ("3 months", 91)}


class SnoozeScreen(Dialog[int]):
    """Returns a number of days."""

    HELP = "Snoozed entries are in no review until the day comes; they stay in the list."
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("1", "choose('week')", "1 week"),
        Binding("2", "choose('month')", "1 month"),
        Binding("3", "choose('quarter')", "3 months"),
    ]
    DEFAULT_CSS = """
    SnoozeScreen > #frame { max-width: 64; }
    SnoozeScreen Static { width: 100%; height: auto; margin: 0 0 1 0; }
    """

    def __init__(self, count: int, words: str, now: int, zone: tzinfo) -> None:
        what = clip(display_text(words), 40) if count == 1 else f"{count:,} entries"
        super().__init__(f"Snooze {what or '1 entry'}", "1 2 3 · ⏎ Choose · esc Back")
        self._days = "\n".join(
            f"{name:<9} until {day_text(now + days * DAY, zone)}" for name, days in SPANS.values()
        )

    def parts(self) -> list[Widget]:
        """Return the days, and a button for each span."""
        return [
            Static(Content.styled(self._days, "$muted")),
            Choices(*((name, words) for name, (words, _) in SPANS.items()), ("leave", "Back")),
        ]

    def on_mount(self) -> None:
        """Begin with a week."""
        self.query_one("#week").focus()

    def action_choose(self, name: str) -> None:
        """Take a span."""
        self.dismiss(SPANS[name][1])

    @on(Button.Pressed)
    def _pressed(self, event: Button.Pressed) -> None:
        if event.button.id in SPANS:
            self.action_choose(str(event.button.id))
        else:
            self.action_leave()
