"""The screen Memory: entries are found, narrowed, read, labelled, traced to their source."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import ActiveBinding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import Static

from convledger.memory.words import PROPOSED
from convledger.tui.actions import bindings
from convledger.tui.memory_words import WELCOME
from convledger.tui.paced import Paced
from convledger.tui.screens.memory_list import MemoryList
from convledger.tui.widgets.drawn_lines import DrawnLines
from convledger.tui.widgets.evidence_view import EvidenceView
from convledger.tui.widgets.facet_rows import FacetRows
from convledger.tui.widgets.hygiene_rows import HygieneRows
from convledger.tui.widgets.memory_facets import MemoryFacets
from convledger.tui.widgets.memory_panel import MemoryPanel
from convledger.tui.widgets.memory_view import EntryView
from convledger.tui.widgets.panel import Panel
from convledger.tui.widgets.rows import Rows
from convledger.tui.widgets.tab_strip import Tab, TabStrip

if TYPE_CHECKING:
    from convledger.ledger import Ledger
    from convledger.memory.evidence import Evidence
    from convledger.memory.queue import Hygiene
    from convledger.store.entries import Entry

TICK = 30.0  # seconds between looks at how old everything is
TALL = 38  # lines of the screen from which the hygiene takes two for each ratio
_NEED_ENTRIES = frozenset(
    (
        "search", "edit", "edit_outside", "label", "accept", "confirm", "snooze", "archive",
        "erase", "versions", "review", "export", "mark", "mark_all", "order", "clear", "facets",
        "hygiene",
    )
)  # fmt: skip
_TABS = (
    ("list", "Entries", "List"),
    ("entry", "Entry", "Entry"),
    ("sources", "Sources", "Src"),
    ("facets", "Filters", "Filt"),
    ("hygiene", "Hygiene", "Hyg"),
)


class MemoryScreen(MemoryList):
    """Filters and hygiene at the left, the list, and at the right the entry and its sources."""

    NAME = "Memory"
    SCOPE = "memory"
    AUTO_FOCUS: ClassVar[str] = "MemoryRows"
    # Escape goes back to the list first, hence it is bound here too.
    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings("memory"),
        *(one for one in bindings("app") if one.action == "back"),
    ]
    DEFAULT_CSS = """
    MemoryScreen TabStrip, MemoryScreen #welcome, MemoryScreen #side { display: none; }
    MemoryScreen #body { height: 1fr; }
    MemoryScreen #side { width: 34; height: 1fr; }
    MemoryScreen #list { width: 1fr; }
    MemoryScreen #right { width: 1fr; height: 1fr; }
    MemoryScreen.-broad #right { width: 48; }
    MemoryScreen.-broad.-without-side #right { width: 60; }
    MemoryScreen #facets, MemoryScreen #hygiene { padding: 0; }
    MemoryScreen #facets { height: 1fr; }
    MemoryScreen #hygiene { height: 10; }
    MemoryScreen.-tall #hygiene { height: 18; }
    MemoryScreen #entry, MemoryScreen #sources { height: 1fr; padding: 0; }
    MemoryScreen.-wide.-with-side #side { display: block; }
    MemoryScreen.-broad #side { display: block; }
    MemoryScreen.-broad.-without-side #side { display: none; }
    MemoryScreen.-narrow #body { layout: vertical; }
    MemoryScreen.-narrow TabStrip { display: block; }
    MemoryScreen.-narrow #side, MemoryScreen.-narrow #right {
        display: block; width: 1fr; height: 0;
    }
    MemoryScreen.-narrow #body Panel {
        width: 1fr; height: 0; min-height: 0; max-height: 100%; border: none; padding: 0;
    }
    MemoryScreen.-narrow #side.-shown, MemoryScreen.-narrow #right.-shown { height: 1fr; }
    MemoryScreen.-narrow #body Panel.-shown { height: 1fr; border: round $rule; }
    MemoryScreen.-narrow #body Panel.-shown:focus-within { border: round $primary; }
    MemoryScreen #welcome { height: 1fr; padding: 1 2; }
    MemoryScreen #nothing { width: 100%; max-width: 90; height: auto; }
    MemoryScreen.-empty #welcome { display: block; }
    MemoryScreen.-empty #body, MemoryScreen.-empty TabStrip { display: none; }
    """

    def __init__(self) -> None:
        super().__init__()
        self._shown = "list"
        self._hygiene = Paced(self, "hygiene", self._weigh, self._took_hygiene)

    def parts(self) -> ComposeResult:
        """Compose the five panels, and what stands there while nothing is remembered."""
        yield TabStrip()
        with Horizontal(id="body"):
            with Vertical(id="side"):
                yield Panel("Filters", MemoryFacets(), id="facets")
                yield Panel("Hygiene", HygieneRows(), id="hygiene")
            yield MemoryPanel(id="list")
            with Vertical(id="right"):
                yield Panel("Entry", EntryView(), id="entry")
                yield Panel("Sources", EvidenceView(), id="sources")
        yield Panel("Memory", Static(Content.from_markup(WELCOME), id="nothing"), id="welcome")

    def on_mount(self) -> None:
        """Let ages grow."""
        self.set_interval(TICK, self._tick)
        self.panel.show_news(self.books.memory_watch.waiting)
        self._show_asked()

    def on_resize(self, event: events.Resize) -> None:
        """Say more or less, as there is room."""
        self.set_class(event.size.height >= TALL, "-tall")
        self.call_after_refresh(self._fit)

    def _fit(self) -> None:
        if not self.is_ready:
            return
        hygiene = self.query_one(HygieneRows)
        hygiene.fit(hygiene.size.height)
        self.show_counts()
        if self.focused is not None and not self.focused.region.area:
            self.rows.focus()

    # ---- figures

    def renewed(self) -> None:
        """Weigh memory anew."""
        self._hygiene.wish()

    def show_empty(self, is_empty: bool) -> None:
        if is_empty != self.has_class("-empty"):
            self.set_class(is_empty, "-empty")
            if not is_empty:
                self.rows.focus()

    def show_counts(self) -> None:
        """Say how much is listed, and name the panels of which one is shown."""
        if not self.is_ready:
            return
        self.panel.show_listing(self._listing)
        listing, cursor = self._listing, self.rows.cursor
        place = ""
        if listing is not None and listing.ids:
            place = f"{cursor + 1:,} of {len(listing.ids):,}"
        entry = self.query_one(EntryView).entry
        version = f"version {entry.version} · " if entry is not None and place else ""
        self.query_one("#entry", Panel).show_counts(f"{version}{place}")
        sources = self.query_one(EvidenceView).sources
        can_open = any(one.message_id is not None for one in sources)
        self.query_one("#sources", Panel).show_counts("⏎ opens the message" if can_open else "")
        counts = {
            "list": len(listing.ids) if listing is not None else None,
            "sources": len(sources),
        }
        tabs = tuple(Tab(name, words, short, counts.get(name)) for name, words, short in _TABS)
        self.query_one(TabStrip).show(tabs, self._shown)

    # ---- the entry under the cursor

    def ask_entry(self) -> None:
        wanted = self.rows.current
        if wanted is None:
            self._show_entry(None, [])
            return

        def read(ledger: Ledger) -> tuple[Entry | None, list[Evidence]]:
            memory = ledger.memory
            entry = memory.entries([wanted]).get(wanted)
            return entry, memory.evidence(wanted) if entry is not None else []

        self.ask("entry", read, lambda found: self._show_entry(*found))

    def _show_entry(self, entry: Entry | None, sources: list[Evidence]) -> None:
        view = self.query_one(EntryView)
        before = view.entry
        line = self.rows.line(self.rows.current)
        cost = line.cost if line is not None else None
        view.show(entry, cost, self.books.now(), self.books.zone)
        is_same = entry is not None and before is not None and before.id == entry.id
        self.query_one(EvidenceView).show(sources, self.books.zone, anew=not is_same)
        self.show_counts()
        self.refresh_bindings()

    @on(Rows.Moved)
    def _moved(self, event: Rows.Moved) -> None:
        if event.rows is self.rows:
            self.ask_entry()
            self.show_counts()
            self.refresh_bindings()

    @on(Rows.Opened)
    def _opened(self, event: Rows.Opened) -> None:
        if event.rows is self.rows:
            self.query_one(EntryView).focus()
        elif isinstance(event.rows, HygieneRows):
            self._list_others(event.index)

    @on(EvidenceView.Opened)
    def _open_source(self, event: EvidenceView.Opened) -> None:
        evidence = event.evidence
        conversation = evidence.source.conversation_id
        if evidence.message_id is not None and conversation is not None:
            self.books.open_conversation(conversation, evidence.message_id)
        elif conversation is not None:
            self.books.say("That message is no longer in the ledger.", severity="warning")
        else:
            self.books.say(f"This comes from no conversation: {evidence.source.place or 'by hand'}")

    # ---- hygiene

    def _weigh(self, ledger: Ledger) -> Hygiene:
        return ledger.memory.hygiene(self.books.now(), self.books.zone)

    def _took_hygiene(self, hygiene: Hygiene) -> None:
        self.query_one(HygieneRows).show(hygiene)
        words = f"{hygiene.entries:,} {'entry' if hygiene.entries == 1 else 'entries'}"
        self.query_one("#hygiene", Panel).show_counts(words)

    def _list_others(self, index: int) -> None:
        ratio = self.query_one(HygieneRows).ratio_at(index)
        if ratio is None:
            self.books.say("The mean of the seven below; each of those opens its list.")
        elif not ratio.others:
            self.books.say(f"All {ratio.of:,} are: {ratio.name}.")
        else:
            self.list_only(ratio.name, ratio.others)

    def action_hygiene(self) -> None:
        """Go to the seven ratios."""
        self._show_side(True)
        self.query_one(HygieneRows).focus()

    # ---- filters

    @on(FacetRows.Left)
    def _left_facets(self) -> None:
        self.rows.focus()

    def action_facets(self) -> None:
        """Show filters and hygiene, or hide them; on a narrow screen they have panels."""
        is_narrow = self.has_class("-narrow")
        side = self.query_one("#side")
        shows = self._shown != "facets" if is_narrow else not side.display
        self._show_side(shows)
        (self.query_one(MemoryFacets) if shows else self.rows).focus()

    def _show_side(self, shows: bool) -> None:
        self.set_class(shows, "-with-side")
        self.set_class(not shows, "-without-side")
        self.call_after_refresh(self._fit)

    # ---- going about

    async def action_back(self) -> None:
        """Go back to the list, or leave what stands over the screen."""
        if self.focused is not self.rows and not self.has_class("-empty"):
            self.rows.focus()
        else:
            await self.books.action_back()

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        """Let the panel with the focus be the one that is shown where only one is."""
        panel = next((one for one in event.widget.ancestors if isinstance(one, Panel)), None)
        if panel is None or panel.id not in {name for name, _, _ in _TABS}:
            return
        self._shown = panel.id
        for one in self.query("#body Panel, #side, #right"):
            one.set_class(one is panel or one is panel.parent, "-shown")
        self.show_counts()
        self.call_after_refresh(self._fit)

    @on(TabStrip.Wanted)
    def _go_to(self, event: TabStrip.Wanted) -> None:
        for one in self.query(f"#{event.panel} ScrollView").results(DrawnLines):
            one.focus()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer what works on an entry only where there is one."""
        is_empty = self._listing is not None and not self._listing.entries
        return not (is_empty and action in _NEED_ENTRIES) and super().check_action(
            action, parameters
        )

    @property
    def active_bindings(self) -> dict[str, ActiveBinding]:
        """The keys that do something; the footer offers what an entry, or having none, asks for."""
        footer = {"new": True} if self.has_class("-empty") else {}
        if self.has_class("-narrow"):
            footer["packs"] = False  # where there is no room for all, how to leave comes first
        line = self.rows.line(self.rows.current) if self.is_ready else None
        if line is not None and line.state == PROPOSED:
            footer |= {"accept": True, "confirm": False}
        return _shown(super().active_bindings, footer)


def _shown(
    keys: Mapping[str, ActiveBinding], footer: Mapping[str, bool]
) -> dict[str, ActiveBinding]:
    """Return keys of which some stand in the footer, or do not."""
    return {
        key: one._replace(binding=replace(one.binding, show=footer[one.binding.action]))
        if one.binding.action in footer
        else one
        for key, one in keys.items()
    }
