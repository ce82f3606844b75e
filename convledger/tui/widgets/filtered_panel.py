"""A list in its frame, with a line to narrow it by and its filters in words above it."""

from __future__ import annotations

from dataclasses import dataclass

from textual import events, on
from textual.containers import Horizontal
from textual.content import Content
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Input, Static

from convledger.tui.widgets.filter_line import FilterInput
from convledger.tui.widgets.panel import Panel

FRAME = 4  # cells of a panel's lower edge that are no text


class FilteredPanel(Panel):
    """Posts `Typed` for what is typed; a subclass knows what is listed and how it is told."""

    DEFAULT_CSS = """
    FilteredPanel { padding: 0; }
    FilteredPanel #filter { height: 1; display: none; padding: 0 1; }
    FilteredPanel #filter.-shown { display: block; }
    FilteredPanel #filter Static { width: auto; color: $muted; }
    FilteredPanel #chips { height: 1; display: none; padding: 0 1; }
    FilteredPanel #chips.-shown { display: block; }
    """

    @dataclass
    class Typed(Message):
        """The list is to be narrowed to what this text finds."""

        text: str

    def __init__(
        self,
        title: str,
        label: str,
        rows: Widget,
        *,
        id: str,  # noqa: A002 - Textual's own name
        classes: str = "",
    ) -> None:
        self._list = rows
        self._line = FilterInput()
        self._chips = Static("", id="chips")
        self._shown_chips = Content()
        super().__init__(
            title,
            Horizontal(Static(Content(f"{label}  ")), self._line, id="filter"),
            self._chips,
            rows,
            id=id,
            classes=classes,
        )

    def count_words(self, cells: int) -> Content:
        """Return what is listed and marked comes to, for a frame of so many cells."""
        raise NotImplementedError

    def chips(self, cells: int) -> Content | None:
        """Return the filters in words, for so many cells; None where there are none."""
        raise NotImplementedError

    def show_narrowed(self, title: str, text: str) -> None:
        """Show in the frame how the list is ordered, and above it how it is narrowed."""
        self.show_title(title)
        if self._line.value != text:
            with self.prevent(Input.Changed):
                self._line.value = text
        self._show_filter_line()
        self._show_chips()

    def type_filter(self) -> None:
        """Let a person type what is looked for."""
        self.query_one("#filter").add_class("-shown")
        self._line.focus()

    def on_resize(self, _: events.Resize) -> None:
        """Say more or less, as there is room."""
        self._show_chips()
        self.show_counts(self.count_words(self.size.width))

    def on_descendant_blur(self) -> None:
        """Take an empty line away when one is done with it."""
        self._show_filter_line()

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        event.stop()
        self.post_message(self.Typed(event.value))

    @on(FilterInput.Left)
    def _leave_filter(self) -> None:
        self._list.focus()

    def _show_filter_line(self) -> None:
        is_shown = bool(self._line.value) or self._line.has_focus
        self.query_one("#filter").set_class(is_shown, "-shown")

    def _show_chips(self) -> None:
        line = self.chips(self.size.width - FRAME)
        words = line or Content()
        if not words.is_same(self._shown_chips):
            self._shown_chips = words
            self._chips.set_class(line is not None, "-shown")
            self._chips.update(words)
