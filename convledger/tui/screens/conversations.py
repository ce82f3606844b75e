"""Conversations: a list of any length that is narrowed, sorted, marked and labelled."""

from __future__ import annotations

from array import array
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal

from convledger.reports.facets import date_starts
from convledger.reports.listing import ConversationLine, ListQuery, Totals, filters_of
from convledger.tui.actions import bindings
from convledger.tui.list_words import RISING, next_sort
from convledger.tui.marking import Marking
from convledger.tui.screens.place import PlaceScreen
from convledger.tui.widgets.conversation_rows import ConversationRows
from convledger.tui.widgets.facet_rows import FACETS, WHEN, FacetRows
from convledger.tui.widgets.list_panel import ListPanel
from convledger.tui.widgets.paged_rows import PAGE
from convledger.tui.widgets.panel import Panel
from convledger.tui.widgets.preview import Preview, first_prompt
from convledger.tui.widgets.rows import Rows

if TYPE_CHECKING:
    from convledger.ledger import Ledger
    from convledger.memory.erase import Wanted
    from convledger.reports.facets import FacetValue
    from convledger.tui.feeder import Feed

Answer = TypeVar("Answer")
TICK = 30.0  # seconds between looks at how old everything is


class ConversationsScreen(PlaceScreen):
    """All conversations: filters at the left, the list, and at the right what the cursor is on."""

    NAME = "Conversations"
    SCOPE = "conversations"
    AUTO_FOCUS: ClassVar[str] = "ConversationRows"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("conversations")]
    DEFAULT_CSS = """
    ConversationsScreen #body { height: 1fr; }
    ConversationsScreen #facets { width: 32; display: none; }
    ConversationsScreen #list { width: 1fr; }
    ConversationsScreen #preview { width: 44; display: none; }
    ConversationsScreen.-wide #facets, ConversationsScreen.-broad #facets { display: block; }
    ConversationsScreen.-broad #preview { display: block; }
    ConversationsScreen.-wide.-without-facets #facets { display: none; }
    ConversationsScreen.-broad.-without-facets #facets { display: none; }
    ConversationsScreen.-narrow.-with-facets #facets { display: block; width: 1fr; }
    ConversationsScreen.-narrow.-with-facets #list { display: none; }
    ConversationsScreen #facets { padding: 0; }
    """

    def __init__(self) -> None:
        super().__init__()
        self.query_shown = ListQuery()
        self._totals: Totals | None = None
        self._figured: ListQuery | None = None  # what totals and facets were asked for
        self._marking = Marking(self, self._show_counts)

    def parts(self) -> ComposeResult:
        """Compose filters, list and preview."""
        with Horizontal(id="body"):
            yield Panel("Filters", FacetRows(), id="facets")
            yield ListPanel(id="list")
            yield Panel("Under the cursor", Preview(), id="preview")

    @property
    def panel(self) -> ListPanel:
        """The list in its frame."""
        return self.query_one(ListPanel)

    @property
    def rows(self) -> ConversationRows:
        """The list."""
        return self.panel.rows

    def on_mount(self) -> None:
        """Let ages grow."""
        self.set_interval(TICK, self._tick)
        self._show_query()

    def on_resize(self, _: events.Resize) -> None:
        """Say more or less, as there is room."""
        self.call_after_refresh(self._fit)

    # ---- what is listed

    def show(self, query: ListQuery) -> None:
        """List what fits a query, from the top; called by screens whose figures it explains."""
        self.remove_class("-with-facets")
        self._list_anew(query)
        if self.is_ready:
            self.rows.focus()

    def renew(self) -> None:
        """Ask for everything anew; cursor, marks and what is in sight stay."""
        if not self.is_ready:
            return
        self.rows.now = self.books.now()
        self.rows.expire()
        self.query_one(Preview).expire()
        self._ask_list(keeping_place=True)
        self._ask_figures(patient=True)

    def fed(self, feed: Feed) -> None:
        """Hear what the feeder does: an empty list says so."""
        if self.is_ready:
            self.panel.show_nothing(feed.state)

    def _list_anew(self, query: ListQuery) -> None:
        """List what another query asks for, from the top."""
        self.query_shown = query
        if self.is_ready:
            self._show_query()
            self._ask_list(keeping_place=False)

    def _ask_list(self, *, keeping_place: bool) -> None:
        query = self.query_shown

        def find(ledger: Ledger) -> tuple[array[int], list[int], list[ConversationLine]]:
            ids = ledger.matching(query)
            first = [] if keeping_place else ids[:PAGE].tolist()
            return ids, first, ledger.conversation_lines(first) if first else []

        # Counts change with the list: the frame that they stand in is drawn with all in it.
        def show(found: tuple[array[int], list[int], list[ConversationLine]]) -> None:
            ids, first, lines = found
            self.rows.fill(first, lines)
            has_figures = filters_of(query) == self._figured
            if not has_figures:
                self._totals = None
            self._list(ids, keeping_place=keeping_place)
            if not has_figures:
                self._figured = filters_of(query)
                self.call_after_refresh(self._ask_figures, patient=False)

        self.ask("list", find, show, patient=keeping_place)

    def _ask_figures(self, *, patient: bool) -> None:
        """Ask for what takes longer than the list, which is drawn before."""
        query, now, zone = self.query_shown, self.books.now(), self.books.zone
        self._figured = filters_of(query)
        self.ask(
            "totals",
            lambda ledger: ledger.list_totals(query),
            self._took_totals,
            slow=True,
            patient=patient,
        )
        self.ask(
            "facets",
            lambda ledger: {**ledger.facets(query), WHEN: ledger.date_facet(query, now, zone)},
            self._took_facets,
            slow=True,
            patient=patient,
        )

    def _list(self, ids: array[int], *, keeping_place: bool) -> None:
        self.panel.show_query(self.query_shown, self.books.zone)
        self.panel.show_nothing(self.books.feed.state)
        self.rows.show(ids, keeping_place=keeping_place)
        self._show_counts()
        self._show_preview()

    def _took_totals(self, totals: Totals) -> None:
        self._totals = totals
        self._show_counts()

    def _took_facets(self, facets: Mapping[str, list[FacetValue]]) -> None:
        self.query_one(FacetRows).show(facets, self._active())

    def _active(self) -> dict[str, tuple[str, ...]]:
        query = self.query_shown
        active = {name: getattr(query, name) for name in FACETS}
        if query.until is None:
            starts = date_starts(self.books.now(), self.books.zone)
            active[WHEN] = tuple(name for name in starts if starts[name] == query.since)
        return active

    @on(ConversationRows.Wanted)
    def _fetch(self, event: ConversationRows.Wanted) -> None:
        def fill(lines: list[ConversationLine]) -> None:
            self.rows.fill(event.ids, lines)
            self._show_preview()

        self.ask("lines", lambda ledger: ledger.conversation_lines(event.ids), fill)

    def _tick(self) -> None:
        self.rows.now = self.books.now()
        self.rows.refresh()

    def _show_query(self) -> None:
        self.panel.show_query(self.query_shown, self.books.zone)
        self.query_one(FacetRows).show_active(self._active())
        self._show_counts()

    def _show_counts(self) -> None:
        self.panel.show_totals(self._totals)
        facets = self.query_one("#facets", Panel)
        stands_alone = self.has_class("-narrow", "-with-facets")
        facets.show_counts(self.panel.count_words(facets.size.width) if stands_alone else "")

    def _show_preview(self) -> None:
        """Show what is under the cursor, if there is room for that."""
        if self.query_one("#preview").display:
            line = self.rows.line(self.rows.current)
            self.query_one(Preview).show(line, self.books.now(), self.books.zone)

    @on(Preview.Wanted)
    def _fetch_prompt(self, event: Preview.Wanted) -> None:
        wanted = event.conversation_id
        self.ask(
            "prompt",
            lambda ledger: first_prompt(ledger, wanted),
            lambda text: self.query_one(Preview).take(wanted, text),
            slow=True,
        )

    # ---- the cursor and what it opens

    @on(Rows.Moved)
    def _moved(self, event: Rows.Moved) -> None:
        if event.rows is self.rows:
            self._show_preview()

    @on(Rows.Opened)
    def _open_conversation(self, event: Rows.Opened) -> None:
        if event.rows is self.rows and self.rows.current is not None:
            self.books.open_conversation(self.rows.current)

    def action_why(self) -> None:
        """Explain the cost of the conversation under the cursor."""
        wanted = self.rows.current
        if wanted is None:
            self.books.say("Nothing to explain: the list is empty.")
            return
        self.ask("why", lambda ledger: ledger.conversation_lines([wanted]), self._explain)

    def _explain(self, lines: list[ConversationLine]) -> None:
        from convledger.tui.screens.why import WhyScreen

        for line in lines:
            name = f"{line.source}:{line.native}"
            self.app.push_screen(WhyScreen(name, line.title or line.native))

    # ---- narrowing and sorting

    def action_filter(self) -> None:
        """Type to narrow the list."""
        self.remove_class("-with-facets")
        self.panel.type_filter()

    @on(ListPanel.Typed)
    def _typed(self, event: ListPanel.Typed) -> None:
        if event.text != self.query_shown.text:
            self.query_shown = replace(self.query_shown, text=event.text)
            self._ask_list(keeping_place=False)

    @on(FacetRows.Left)
    def _left_facets(self) -> None:
        self.remove_class("-with-facets")
        self.rows.focus()

    def action_sort(self) -> None:
        """Sort by the next column, in the order in which one reads it."""
        sort = next_sort(self.query_shown.sort)
        self._list_anew(replace(self.query_shown, sort=sort, ascending=sort in RISING))

    def action_reverse(self) -> None:
        """Turn the order round."""
        self._list_anew(replace(self.query_shown, ascending=not self.query_shown.ascending))

    @on(FacetRows.Chosen)
    def _choose(self, event: FacetRows.Chosen) -> None:
        if event.name == WHEN:
            since = date_starts(self.books.now(), self.books.zone)[event.value]
            chosen = None if self.query_shown.since == since else since
            self._list_anew(replace(self.query_shown, since=chosen, until=None))
            return
        values: tuple[str, ...] = getattr(self.query_shown, event.name)
        if event.value in values:
            values = tuple(one for one in values if one != event.value)
        else:
            values = (*values, event.value)
        changes: Any = {event.name: values}
        self._list_anew(replace(self.query_shown, **changes))

    def action_clear(self) -> None:
        """Drop all filters and all marks; the order stays."""
        self._marking.none()
        query = self.query_shown
        self.show(ListQuery(sort=query.sort, ascending=query.ascending))

    def action_facets(self) -> None:
        """Show the filters or hide them; on a narrow screen they take the place of the list."""
        shows = not self.query_one("#facets").display
        self.set_class(shows and self.has_class("-narrow"), "-with-facets")
        self.set_class(not shows and not self.has_class("-narrow"), "-without-facets")
        (self.query_one(FacetRows) if shows else self.rows).focus()
        self.call_after_refresh(self._fit)

    def _fit(self) -> None:
        """Fill what has another size, and keep the focus on something in sight."""
        if not self.is_ready:
            return
        self._show_counts()
        self._show_preview()
        if self.focused is not None and not self.focused.region.area:
            self.rows.focus()

    # ---- marks and what is done to the marked ones

    def action_mark(self) -> None:
        """Mark the row, or unmark it, and go on; in the filters, choose."""
        self._marking.toggle_or_choose(self.query_one(FacetRows))

    def action_mark_all(self) -> None:
        """Mark all that match."""
        self._marking.every()

    def action_label(self) -> None:
        """Label the marked conversations, or the one under the cursor."""
        from convledger.tui.screens.label import LabelScreen

        ids, words = self._marking.chosen()
        if ids:
            self.app.push_screen(LabelScreen(ids, words))

    def action_export(self) -> None:
        """Write the marked conversations, or the one under the cursor, to files."""
        from convledger.tui.screens.export import ExportScreen

        ids, words = self._marking.chosen()
        if ids:
            self.app.push_screen(ExportScreen(ids, words))

    def action_erase(self) -> None:
        """Erase the marked conversations, or the one under the cursor, or all of their client."""
        from convledger.tui.erase_choices import all_of_client, some_conversations
        from convledger.tui.screens.erase import EraseScreen

        ids, words = self._marking.chosen()
        if not ids:
            return
        line = self.rows.line(ids[0]) if len(ids) == 1 else None
        labelled = line.labels.get("client", ()) if line is not None else ()
        clients = dict.fromkeys((*self.query_shown.client, *labelled))
        choices = [some_conversations(ids, words), *map(all_of_client, filter(None, clients))]

        def erased(what: Wanted | None) -> None:
            if what is not None:
                self._marking.none()

        self.app.push_screen(EraseScreen(choices), erased)
