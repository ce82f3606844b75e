"""The list of conversations in its frame: order, filters in words, and counts stand around it."""

from __future__ import annotations

from datetime import UTC, tzinfo

from textual.content import Content

from convledger.reports.listing import ListQuery, Totals
from convledger.tui.list_words import chips, count_words, empty_words, title_words
from convledger.tui.widgets.conversation_rows import ConversationRows
from convledger.tui.widgets.filtered_panel import FRAME, FilteredPanel


class ListPanel(FilteredPanel):
    """Shows a query's rows, its filters and what they come to."""

    def __init__(self, *, id: str) -> None:  # noqa: A002 - Textual's own name
        self.rows = ConversationRows()
        super().__init__("Conversations", "filter", self.rows, id=id)
        self._query = ListQuery()
        self._zone: tzinfo = UTC
        self._totals: Totals | None = None

    def show_query(self, query: ListQuery, zone: tzinfo) -> None:
        """Show how the list is sorted and narrowed; spans of time are told in `zone`."""
        self._query, self._zone = query, zone
        self.rows.sorted_by = query.sort
        self.show_narrowed(title_words(query), query.text)

    def show_totals(self, totals: Totals | None) -> None:
        """Show what everything that matches comes to; None while it is not known."""
        self._totals = totals
        self.show_counts(self.count_words(self.size.width))

    def count_words(self, cells: int) -> Content:
        """Return how many match and are marked, and their cost, for a frame of so many cells."""
        count, marked = len(self.rows.ids), len(self.rows.marks)
        return count_words(count, marked, self._totals, cells - FRAME)

    def chips(self, cells: int) -> Content | None:
        """Return the filters in words."""
        return chips(self._query, self._zone, cells)

    def show_nothing(self, state: str) -> None:
        """Say why the list is empty; `state` is the feeder's."""
        self.rows.nothing = empty_words(self._query, self._zone, state)
        if not self.rows.count():
            self.rows.refresh()
