"""The screen Review: the queue of items to judge, hand-offs to people, and the audit log."""

from __future__ import annotations

from typing import ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import BindingType

from convledger.tui.actions import bindings
from convledger.tui.screens.place import PlaceScreen
from convledger.tui.screens.review_audit import AuditSection
from convledger.tui.screens.review_firings import FiringsSection
from convledger.tui.screens.review_handoffs import HandoffsSection
from convledger.tui.screens.review_queue import FIGURES, ITEMS, SAMPLES, QueueSection
from convledger.tui.screens.review_section import Section
from convledger.tui.widgets.tab_strip import Tab, TabStrip

FOLDED = (100, 28)  # cells and lines below which the queue shows one panel at a time
QUEUE, HANDOFFS, AUDIT = "queue-section", "handoffs-section", "audit-section"
FIRINGS = "firings-section"


class ReviewsScreen(PlaceScreen):
    """Sections of which one is shown, with their names above."""

    NAME = "Review"
    SCOPE = "reviews"
    AUTO_FOCUS: ClassVar[str] = "ItemRows"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("reviews")]

    def parts(self) -> ComposeResult:
        """Compose the names of the sections, and them."""
        yield TabStrip()
        queue = QueueSection(self.books.zone, id=QUEUE)
        queue.add_class("-open")
        yield queue
        yield HandoffsSection(self.books.zone, id=HANDOFFS)
        yield FiringsSection(self.books.zone, id=FIRINGS)
        yield AuditSection(self.books.zone, id=AUDIT)

    @property
    def shown(self) -> Section:
        """The section that is shown."""
        return next(one for one in self.query(Section) if one.is_open)

    def on_resize(self, event: events.Resize) -> None:
        """Show all panels of the queue where there is room, else one at a time."""
        cells, lines = FOLDED
        is_folded = event.size.width < cells or event.size.height < lines
        self.query_one(QueueSection).fold(is_folded=is_folded)
        self.call_after_refresh(self._name_sections)

    def renew(self) -> None:
        """Have the section that is shown look anew."""
        if self.is_ready:
            self.shown.look()

    @on(Section.Counted)
    def _name_sections(self) -> None:
        if not self.is_ready:
            return
        self.query_one(TabStrip).show(self._tabs(), self._open_tab())

    def _tabs(self) -> tuple[Tab, ...]:
        queue, handed = self.query_one(QueueSection), self.query_one(HandoffsSection)
        head = self.query_one(AuditSection).head
        fired = self.query_one(FiringsSection)
        others = (
            Tab(HANDOFFS, "Hand-offs", "Hand-offs", handed.count),
            Tab(FIRINGS, "Firings", "Firings", fired.failed, worries=True),
            Tab(AUDIT, "Audit log", "Audit", head.seq if head is not None else None),
        )
        if not queue.has_class("-folded"):
            return (Tab(QUEUE, "Queue", "Queue", queue.yours or None, worries=True), *others)
        return (
            Tab(ITEMS, "Items", "Items", queue.yours or None, worries=True),
            Tab(SAMPLES, "Samples", "Samples", len(queue.queue.batches) or None),
            Tab(FIGURES, "Figures", "Figures"),
            *others,
        )

    def _open_tab(self) -> str:
        shown = self.shown
        if isinstance(shown, QueueSection) and shown.has_class("-folded"):
            return shown.panel
        return shown.id or ""

    # ---- going about

    @on(TabStrip.Wanted)
    def _go_to(self, event: TabStrip.Wanted) -> None:
        queue = self.query_one(QueueSection)
        if event.panel in (ITEMS, SAMPLES, FIGURES):
            queue.panel = event.panel
            self.open(queue)
        else:
            self.open(self.query_one(f"#{event.panel}", Section))

    def open(self, section: Section) -> None:
        """Show a section."""
        for one in self.query(Section):
            one.set_class(one is section, "-open")
        section.look()
        section.take_focus()
        self._name_sections()

    def action_section(self) -> None:
        """Show the next section; where one panel is shown at a time, the next panel."""
        names = [tab.panel for tab in self._tabs()]
        place = names.index(self._open_tab())
        self._go_to(TabStrip.Wanted(names[(place + 1) % len(names)]))
