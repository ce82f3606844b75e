"""The list of the screen Memory: what is looked for, its order, and what is marked in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from textual import on

from convledger.memory.asking import EntryQuery
from convledger.memory.listing import FACETS, KIND, ORDERS, RECORDED, SCOPE, STATE, TAG
from convledger.tui.marking import Marking
from convledger.tui.screens.memory_doors import MemoryDoors
from convledger.tui.widgets.facet_rows import FacetRows
from convledger.tui.widgets.memory_facets import MemoryFacets, facet_values
from convledger.tui.widgets.memory_panel import MemoryPanel
from convledger.tui.widgets.memory_rows import MemoryRows
from convledger.tui.widgets.paged_rows import PAGE, PagedRows

if TYPE_CHECKING:
    from convledger.ledger import Ledger
    from convledger.memory.listing import EntryLine, Listing

_FILTERS = {STATE: "states", KIND: "kinds", SCOPE: "scopes", TAG: "tags"}


@dataclass(frozen=True, slots=True)
class Asked:
    """What a list was asked for: filters, an order, and the only entries that may be in it."""

    query: EntryQuery = field(default_factory=EntryQuery)
    order: str = RECORDED
    only_words: str = ""
    only: tuple[int, ...] | None = None


class MemoryList(MemoryDoors):
    """The half of the screen that knows what is listed; the other half shows what it is on."""

    def __init__(self) -> None:
        super().__init__()
        self.asked = Asked()
        self._listing: Listing | None = None
        self._marking = Marking(self, self.show_counts)
        self._stamp: tuple[int, ...] | None = None

    def show_counts(self) -> None:
        """Say how much is listed and marked."""
        raise NotImplementedError

    def renewed(self) -> None:
        """Ask for what else depends on the entries."""
        raise NotImplementedError

    def show_empty(self, is_empty: bool) -> None:
        """Show what memory is where nothing is in it."""
        raise NotImplementedError

    def ask_entry(self) -> None:
        """Ask for what is under the cursor."""
        raise NotImplementedError

    @property
    def panel(self) -> MemoryPanel:
        """The list in its frame."""
        return self.query_one(MemoryPanel)

    @property
    def rows(self) -> MemoryRows:
        """The list."""
        return self.panel.rows

    # ---- what is listed

    def list_only(self, words: str, ids: Sequence[int]) -> None:
        """List these entries alone; `words` are what they are not."""
        self._list_anew(replace(self.asked, only_words=words, only=tuple(ids)))
        self.rows.focus()

    def _list_anew(self, asked: Asked) -> None:
        self.asked = asked
        self._show_asked()
        self._ask_list()

    def _find(self, ledger: Ledger) -> tuple[Asked, Listing, list[EntryLine]]:
        """Return the list as it is asked for now, with the lines of its beginning."""
        asked, now = self.asked, self.books.now()
        found = ledger.memory.listing(asked.query, now, asked.order, asked.only)
        return asked, found, ledger.memory.lines(found.ids[:PAGE], now)

    def _ask_list(self) -> None:
        self.ask("list", self._find, lambda found: self._took_list(*found, keeping_place=False))

    def on_screen_resume(self) -> None:
        """Look at everything anew: costs may be others while no entry is."""
        self._stamp = None
        self.panel.show_news(self.books.memory_watch.waiting)

    def renew(self) -> None:
        """Ask for everything anew if it may be another; what is in sight stays there.

        While logs are read this is wished for several times a second, and memory stays the same.
        """
        if self.is_ready:
            self.ask("stamp", lambda ledger: ledger.memory.stamp(), self._renew, patient=True)

    def _renew(self, stamp: tuple[int, ...]) -> None:
        if stamp == self._stamp:
            return
        self._stamp = stamp
        self.rows.now = self.books.now()
        self.rows.expire()
        self.ask(
            "list",
            self._find,
            lambda found: self._took_list(*found, keeping_place=True),
            patient=True,
        )
        self.renewed()

    def _took_list(
        self, asked: Asked, listing: Listing, lines: list[EntryLine], *, keeping_place: bool
    ) -> None:
        if asked != self.asked:
            return  # it was asked for something else meanwhile, which is on its way
        self._listing = listing
        self.rows.now = self.books.now()
        self.rows.fill(listing.ids[:PAGE], lines)
        is_narrowed = replace(asked, order=RECORDED) != Asked()
        self.rows.nothing = (
            ("Nothing matches.", "c drops all filters.")
            if is_narrowed
            else ("All entries are archived.", "F shows the filters: choose that state.")
        )
        self.rows.show(listing.ids, keeping_place=keeping_place)
        self.query_one(MemoryFacets).show(facet_values(listing.facets), self._active())
        self.show_empty(not listing.entries)
        self.show_counts()
        self.ask_entry()

    @on(PagedRows.Wanted)
    def _fetch(self, event: PagedRows.Wanted) -> None:
        now = self.books.now()

        def fill(lines: list[EntryLine]) -> None:
            self.rows.fill(event.ids, lines)
            self.refresh_bindings()

        self.ask("lines", lambda ledger: ledger.memory.lines(event.ids, now), fill)

    def _tick(self) -> None:
        self.rows.now = self.books.now()
        self.rows.refresh()

    def _active(self) -> dict[str, tuple[str, ...]]:
        return {name: getattr(self.asked.query, _FILTERS[name]) for name in FACETS}

    def _show_asked(self) -> None:
        self.panel.show_query(self.asked.query, self.asked.order, self.asked.only_words)
        self.query_one(MemoryFacets).show_active(self._active())
        self.show_counts()

    def action_export(self) -> None:
        """Write to files what is marked, or all that is listed."""
        from convledger.tui.screens.memory_export import ExportEntriesScreen

        listed = self._listing.ids if self._listing is not None else ()
        ids, words = list(self.rows.marks), "marked"
        if not ids:
            ids, words = list(listed), "all that are listed"
        if len(ids) == 1:
            line = self.rows.line(ids[0])
            words = line.title if line is not None else ""
        if ids:
            self.app.push_screen(ExportEntriesScreen(ids, words))
        else:
            self.books.say("Nothing is listed that could be exported.")

    # ---- narrowing and ordering

    def action_search(self) -> None:
        """Type to find words in memory."""
        self.rows.focus()
        self.panel.type_filter()

    @on(MemoryPanel.Typed)
    def _typed(self, event: MemoryPanel.Typed) -> None:
        query = self.asked.query
        if event.text != query.text:
            self._list_anew(replace(self.asked, query=replace(query, text=event.text)))

    def action_order(self) -> None:
        """Order by the next column."""
        place = (ORDERS.index(self.asked.order) + 1) % len(ORDERS)
        self._list_anew(replace(self.asked, order=ORDERS[place]))

    def action_clear(self) -> None:
        """Drop all filters and all marks; the order stays."""
        self._marking.none()
        self._list_anew(Asked(order=self.asked.order))

    @on(FacetRows.Chosen)
    def _choose(self, event: FacetRows.Chosen) -> None:
        field = _FILTERS[event.name]
        values: tuple[str, ...] = getattr(self.asked.query, field)
        if event.value in values:
            values = tuple(one for one in values if one != event.value)
        else:
            values = (*values, event.value)
        changes: Any = {field: values}
        self._list_anew(replace(self.asked, query=replace(self.asked.query, **changes)))

    # ---- marks

    def action_mark(self) -> None:
        """Mark the row, or unmark it, and go on; in the filters, choose."""
        self._marking.toggle_or_choose(self.query_one(MemoryFacets))

    def action_mark_all(self) -> None:
        """Mark all that are listed."""
        self._marking.every()
