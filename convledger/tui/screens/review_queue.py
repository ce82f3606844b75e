"""The section of samples and their items: what waits for whom, and what the verdicts come to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, tzinfo
from typing import TYPE_CHECKING, ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical

from convledger.text.display import display_text
from convledger.tui import review_words as words
from convledger.tui.actions import bindings
from convledger.tui.screens.review_queue_doors import QueueDoors
from convledger.tui.widgets.panel import Panel
from convledger.tui.widgets.review_figures import FiguresLines
from convledger.tui.widgets.review_rows import NO_SAMPLE, ItemRows, SampleRows
from convledger.tui.widgets.rows import Rows
from convledger.who import person

if TYPE_CHECKING:
    from convledger.ledger import Ledger
    from convledger.reports.reviews.figures import ReviewStats
    from convledger.store.reviews import StoredBatch
    from convledger.tui.review_words import Standing
    from convledger.workflow.review_words import Item

ITEMS, SAMPLES, FIGURES = "items-panel", "samples-panel", "figures-panel"
PANELS = (ITEMS, SAMPLES, FIGURES)


@dataclass(frozen=True, slots=True)
class Queue:
    """All samples and items as somebody may see them, when they were asked for."""

    state: object = None
    batches: Sequence[StoredBatch] = ()
    items: Sequence[Item] = ()
    standing: Mapping[int, Standing] = field(default_factory=dict)
    name: str = ""
    now: int = 0


class QueueSection(QueueDoors):
    """Samples with their figures at the left, items at the right; a panel at a time if narrow."""

    SCOPE = "queue"
    FIRST = "ItemRows"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("queue")]
    DEFAULT_CSS = """
    QueueSection #queue-left { width: 46fr; height: 1fr; }
    QueueSection #items-panel { width: 53fr; }
    QueueSection #samples-panel { max-height: 40%; }
    QueueSection.-folded Panel { display: none; max-height: 100%; }
    QueueSection.-folded #queue-left { display: none; width: 1fr; }
    QueueSection.-folded .-shown { display: block; }
    QueueSection.-folded #queue-left.-shown { display: block; }
    QueueSection.-folded #items-panel { width: 1fr; }
    """

    def __init__(self, zone: tzinfo = UTC, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._zone = zone
        self.queue = Queue()
        self.panel = ITEMS
        self._is_known = False

    def compose(self) -> ComposeResult:
        """Compose the three panels."""
        with Horizontal():
            with Vertical(id="queue-left"):
                yield Panel("Samples", SampleRows(self._zone, id="samples"), id=SAMPLES)
                yield Panel("Figures", FiguresLines(id="figures"), id=FIGURES)
            yield Panel("Items", ItemRows(id="items"), id=ITEMS, classes="-shown")

    # ---- what is shown

    def look(self) -> None:
        """Ask for samples and items, if anything was written since."""
        before, now = self.queue.state, self.books.now()

        def read(ledger: Ledger) -> Queue | None:
            state, name = ledger.review_state(now), person()
            if (state, name) == before:
                return None
            batches = sorted(
                ledger.review_batches(with_gone=True),
                key=lambda one: (one.gone_at is not None, -one.id),
            )
            items = ledger.review_items(name)
            standing = words.standing_of(items, name, now)
            return Queue((state, name), batches, items, standing, name, now)

        self.ask("queue", read, self._take)

    def _take(self, queue: Queue | None) -> None:
        if queue is None:
            return
        self.queue, self._is_known = queue, True
        self.query_one(SampleRows).show(queue.batches, queue.standing, queue.now)
        if self.wanted is not None:
            self.query_one(SampleRows).choose(self.wanted)
            self.wanted = None
        self.show_items()
        self.post_message(self.Counted())

    def show_items(self) -> None:
        """Show the items and the figures of the sample under the cursor."""
        queue, which, batch = self.queue, self.which, self.query_one(SampleRows).chosen
        if batch is None or batch.gone_at is not None:
            self._show(batch, which, [], None)
            return

        def work(ledger: Ledger) -> tuple[list[Item], ReviewStats]:
            shown = [
                item
                for item in queue.items
                if item.batch.id == batch.id and words.is_shown(item, which, queue.name, queue.now)
            ]
            return shown, ledger.review_stats(now=queue.now, batches=[batch.id])

        self.ask("items", work, lambda found: self._show(batch, which, *found))

    def _show(
        self, batch: StoredBatch | None, which: str, items: list[Item], stats: ReviewStats | None
    ) -> None:
        rows, queue = self.query_one(ItemRows), self.queue
        rows.show(items, queue.name, queue.now, self._empty(batch, which))
        self.query_one(FiguresLines).show(stats)
        counts = f"{len(items):,} shown" if which == words.ALL else f"{len(items):,} {which}"
        if self.yours:
            counts += f" · {self.yours:,} for {queue.name}"
        self.query_one(f"#{ITEMS}", Panel).show_counts(display_text(counts) if batch else "")
        title = f"Items of {batch.title}" if batch else "Items"
        self.query_one(f"#{ITEMS}", Panel).show_title(display_text(title))
        self.query_one(f"#{SAMPLES}", Panel).show_counts(
            f"{len(queue.batches):,} drawn" if queue.batches else ""
        )

    def _empty(self, batch: StoredBatch | None, which: str) -> Sequence[str]:
        if not self._is_known:
            return ("Looking at the items…",)
        if batch is None:
            return NO_SAMPLE
        if batch.gone_at is not None:
            return ("The sample was taken away.", "D brings it back with its verdicts.")
        if which == words.YOURS:
            owners = words.names_text(batch.owners)
            return (
                f"Nothing of it waits for {display_text(self.queue.name)}.",
                f"Its owners: {owners}. f shows others.",
            )
        return (f"No item is {which}.", "f shows others.")

    @property
    def yours(self) -> int:
        """How many items wait for whoever looks."""
        return sum(one.yours for one in self.queue.standing.values())

    @on(Rows.Moved, "#samples")
    def _other_sample(self) -> None:
        self.show_items()

    # ---- one panel at a time

    def fold(self, *, is_folded: bool) -> None:
        """Show one panel at a time, or all."""
        self.set_class(is_folded, "-folded")

    def show_panel(self, panel: str) -> None:
        """Let a panel be the one that is shown where only one is, and give it the focus."""
        self.panel = panel
        for one in self.query("Panel, #queue-left"):
            is_shown = one.id == panel or (one.id == "queue-left" and panel != ITEMS)
            one.set_class(is_shown, "-shown")
        self.screen.set_focus(self.query_one(f"#{panel}").query("*").first())

    def take_focus(self) -> None:
        """Put the focus on the panel that is shown."""
        self.show_panel(self.panel)

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        """Remember which panel has the focus; the word of one that lost it since comes too late."""
        if event.widget is not self.screen.focused:
            return
        panel = next((one for one in event.widget.ancestors if isinstance(one, Panel)), None)
        if panel is not None and panel.id in PANELS and panel.id != self.panel:
            self.show_panel(panel.id)
            self.post_message(self.Counted())
