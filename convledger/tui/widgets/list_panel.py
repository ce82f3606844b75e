"""The list of conversations in its frame: order, filters in words, and counts stand around it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, tzinfo

from textual import events, on
from textual.containers import Horizontal
from textual.content import Content
from textual.message import Message
from textual.widgets import Input, Static

from convledger.reports.listing import ListQuery, Totals
from convledger.tui.list_words import chips, count_words, empty_words, title_words
from convledger.tui.widgets.conversation_rows import ConversationRows
from convledger.tui.widgets.filter_line import FilterInput
from convledger.tui.widgets.panel import Panel

FRAME = 4  # cells of a panel's lower edge that are no text


class ListPanel(Panel):
    """Shows a query's rows, its filters and what they come to; posts `Typed` for its text."""

    DEFAULT_CSS = """
    ListPanel { padding: 0; }
    ListPanel #filter { height: 1; display: none; padding: 0 1; }
    ListPanel #filter.-shown { display: block; }
    ListPanel #filter Static { width: auto; color: $muted; }
    ListPanel #chips { height: 1; display: none; padding: 0 1; }
    ListPanel #chips.-shown { display: block; }
    """

    @dataclass
    class Typed(Message):
        """The list is to be narrowed to what holds this text."""

        text: str

    def __init__(self, *, id: str) -> None:  # noqa: A002 - Textual's own name
        self.rows = ConversationRows()
        self._line = FilterInput()
        self._chips = Static("", id="chips")
        super().__init__(
            "Conversations",
            Horizontal(Static(Content("filter  ")), self._line, id="filter"),
            self._chips,
            self.rows,
            id=id,
        )
        self._query = ListQuery()
        self._zone: tzinfo = UTC
        self._totals: Totals | None = None
        self._shown_chips = Content()

    def show_query(self, query: ListQuery, zone: tzinfo) -> None:
        """Show how the list is sorted and narrowed; spans of time are told in `zone`."""
        self._query, self._zone = query, zone
        self.rows.sorted_by = query.sort
        self.show_title(title_words(query))
        if self._line.value != query.text:
            with self.prevent(Input.Changed):
                self._line.value = query.text
        self._show_filter_line()
        self._show_chips()

    def show_totals(self, totals: Totals | None) -> None:
        """Show what everything that matches comes to; None while it is not known."""
        self._totals = totals
        self.show_counts(self.count_words(self.size.width))

    def count_words(self, cells: int) -> Content:
        """Return how many match and are marked, and their cost, for a frame of so many cells."""
        count, marked = len(self.rows.ids), len(self.rows.marks)
        return count_words(count, marked, self._totals, cells - FRAME)

    def show_nothing(self, state: str) -> None:
        """Say why the list is empty; `state` is the feeder's."""
        self.rows.nothing = empty_words(self._query, self._zone, state)
        if not self.rows.count():
            self.rows.refresh()

    def type_filter(self) -> None:
        """Let a person type what the list is narrowed to."""
        self.query_one("#filter").add_class("-shown")
        self._line.focus()

    def on_resize(self, _: events.Resize) -> None:
        """Say more or less, as there is room."""
        self._show_chips()
        self.show_totals(self._totals)

    def on_descendant_blur(self) -> None:
        """Take an empty filter away when one is done with it."""
        self._show_filter_line()

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        event.stop()
        self.post_message(self.Typed(event.value))

    @on(FilterInput.Left)
    def _leave_filter(self) -> None:
        self.rows.focus()

    def _show_filter_line(self) -> None:
        is_shown = bool(self._query.text) or self._line.has_focus
        self.query_one("#filter").set_class(is_shown, "-shown")

    def _show_chips(self) -> None:
        line = chips(self._query, self._zone, self.size.width - FRAME)
        words = line or Content()
        if not words.is_same(self._shown_chips):
            self._shown_chips = words
            self._chips.set_class(line is not None, "-shown")
            self._chips.update(words)
