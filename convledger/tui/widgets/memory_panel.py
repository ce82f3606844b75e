"""The list of entries in its frame: order, filters in words, and what they come to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.content import Content

from convledger.memory.words import scope_words
from convledger.text.display import clip, display_text
from convledger.tui.memory_words import ORDER_WORDS, count_words
from convledger.tui.widgets.filtered_panel import FRAME, FilteredPanel
from convledger.tui.widgets.memory_rows import MemoryRows

if TYPE_CHECKING:
    from convledger.memory.asking import EntryQuery
    from convledger.memory.listing import Listing


class MemoryPanel(FilteredPanel):
    """Shows what is listed and how it is narrowed."""

    DEFAULT_CSS = "MemoryPanel #chips { color: $accent; }"

    def __init__(self, *, id: str) -> None:  # noqa: A002 - Textual's own name
        self.rows = MemoryRows()
        super().__init__("Memory", "search", self.rows, id=id, classes="-shown")
        self._words = ""
        self._best = ""
        self._news = 0
        self._listing: Listing | None = None

    def show_query(self, query: EntryQuery, order: str, only: str) -> None:
        """Show how the list is ordered and narrowed; `only` is what its entries are not."""
        self._words = " · ".join(filter_words(query, only))
        self._best = "best match first" if query.text.strip() else f"by {ORDER_WORDS[order]}"
        self.show_narrowed(f"Memory {self._best}", query.text)
        self.show_news(self._news)

    def show_news(self, changes: int) -> None:
        """Say in the title how many changes in memory files wait."""
        self._news = changes
        many = "1 change in files" if changes == 1 else f"{changes:,} changes in files"
        news = Content.styled(f" · {many}: t", "$accent") if changes else Content()
        self.show_title(Content(f"Memory {self._best}") + news)

    def show_listing(self, listing: Listing | None) -> None:
        """Show what the listed entries come to."""
        self._listing = listing
        self.show_counts(self.count_words(self.size.width))

    def count_words(self, cells: int) -> Content:
        """Return how many are listed and marked, and what they come to."""
        listing = self._listing
        if listing is None:
            return Content("Looking…")
        marked = len(self.rows.marks)
        return count_words(len(listing.ids), marked, listing.tokens, listing.cost, cells - FRAME)

    def chips(self, cells: int) -> Content | None:
        """Return the filters in words."""
        return Content(clip(self._words, max(4, cells))) if self._words else None


def filter_words(query: EntryQuery, only: str) -> list[str]:
    """Return the filters of a query but for its text, each in words."""
    words = [f"not {only}"] if only else []
    for name, values in (
        ("state", query.states),
        ("kind", query.kinds),
        ("scope", tuple(map(scope_words, query.scopes))),
        ("tag", query.tags),
    ):
        if values:
            words.append(f"{name} {' or '.join(display_text(each) or 'none' for each in values)}")
    return words
