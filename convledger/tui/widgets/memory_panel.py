"""The list of entries in its frame: order, filters in words, and what they come to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual import events, on
from textual.containers import Horizontal
from textual.content import Content
from textual.message import Message
from textual.widgets import Input, Static

from convledger.memory.words import scope_words
from convledger.text.display import clip, display_text
from convledger.tui.memory_words import ORDER_WORDS, count_words
from convledger.tui.widgets.filter_line import FilterInput
from convledger.tui.widgets.memory_rows import MemoryRows
from convledger.tui.widgets.panel import Panel

if TYPE_CHECKING:
    from convledger.memory.asking import EntryQuery
    from convledger.memory.listing import Listing

FRAME = 4  # cells of a panel's lower edge that are no text


class MemoryPanel(Panel):
    """Shows what is listed and how it is narrowed; posts `Typed` for the words to find."""

    DEFAULT_CSS = """
    MemoryPanel { padding: 0; }
    MemoryPanel #filter { height: 1; display: none; padding: 0 1; }
    MemoryPanel #filter.-shown { display: block; }
    MemoryPanel #filter Static { width: auto; color: $muted; }
    MemoryPanel #chips { height: 1; display: none; padding: 0 1; color: $accent; }
    MemoryPanel #chips.-shown { display: block; }
    """

    @dataclass
    class Typed(Message):
        """The list is to be narrowed to what these words find."""

        text: str

    def __init__(self, *, id: str) -> None:  # noqa: A002 - Textual's own name
        self.rows = MemoryRows()
        self._line = FilterInput()
        self._chips = Static("", id="chips")
        super().__init__(
            "Memory",
            Horizontal(Static(Content("search  ")), self._line, id="filter"),
            self._chips,
            self.rows,
            id=id,
            classes="-shown",
        )
        self._words = ""
        self._text = self._best = ""
        self._news = 0
        self._listing: Listing | None = None

    def show_query(self, query: EntryQuery, order: str, only: str) -> None:
        """Show how the list is ordered and narrowed; `only` is what its entries are not."""
        self._text = query.text
        self._best = "best match first" if query.text.strip() else f"by {ORDER_WORDS[order]}"
        self.show_news(self._news)
        if self._line.value != query.text:
            with self.prevent(Input.Changed):
                self._line.value = query.text
        self._words = " · ".join(filter_words(query, only))
        self._show_filter_line()
        self._show_chips()

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
        return count_words(
            len(listing.ids), marked, listing.tokens, listing.pico_a_month, cells - FRAME
        )

    def type_filter(self) -> None:
        """Let a person type what is looked for."""
        self.query_one("#filter").add_class("-shown")
        self._line.focus()

    def on_resize(self, _: events.Resize) -> None:
        """Say more or less, as there is room."""
        self._show_chips()
        self.show_listing(self._listing)

    def on_descendant_blur(self) -> None:
        """Take an empty line away when one is done with it."""
        self._show_filter_line()

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        event.stop()
        self.post_message(self.Typed(event.value))

    @on(FilterInput.Left)
    def _leave_filter(self) -> None:
        self.rows.focus()

    def _show_filter_line(self) -> None:
        is_shown = bool(self._text) or self._line.has_focus
        self.query_one("#filter").set_class(is_shown, "-shown")

    def _show_chips(self) -> None:
        self._chips.set_class(bool(self._words), "-shown")
        self._chips.update(Content(clip(self._words, max(4, self.size.width - FRAME))))


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
