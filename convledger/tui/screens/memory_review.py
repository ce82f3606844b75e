"""The review of memory as a sitting: a finite queue, one key a verdict, the source in sight."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical

from convledger.tui import sitting_words as words
from convledger.tui.actions import bindings
from convledger.tui.paced import Paced
from convledger.tui.screens.sitting_showing import Showing
from convledger.tui.sitting import Sitting, keep_sitting, pair_reason, sitting_of
from convledger.tui.sitting_asking import Sight, listed, look_at, renewal, take
from convledger.tui.widgets.drawing import Drawing
from convledger.tui.widgets.panel import Panel
from convledger.tui.widgets.rows import Rows
from convledger.tui.widgets.sitting_bars import TallyLine, VerdictKeys
from convledger.tui.widgets.sitting_hygiene import HygieneRows
from convledger.tui.widgets.sitting_queue import QueueRows
from convledger.tui.widgets.sitting_view import EntryView, LinesView, SourceView

if TYPE_CHECKING:
    from convledger.ledger import Ledger
    from convledger.memory.queue import Hygiene, Queued, Ratio
    from convledger.tui.sitting_asking import Renewal

FOLDED = (120, 28)  # cells and lines below which one panel is shown at a time
HIGH = 42  # lines from which ratios have two lines each


class ReviewScreen(Showing):
    """Queue and hygiene at the left; entry, source and verdicts at the right; the tally below."""

    NAME = "Memory › Review"
    SCOPE = "sitting"
    AUTO_FOCUS: ClassVar[str] = "QueueRows"
    # The app's own two, as they mean something more here.
    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings("sitting"),
        *(
            replace(one, show=True, description="Leave" if one.action == "back" else "Undo")
            for one in bindings("app")
            if one.action in ("back", "undo")
        ),
    ]
    DEFAULT_CSS = """
    ReviewScreen #sitting { height: 1fr; layout: horizontal; }
    ReviewScreen #left { width: 46; height: 1fr; }
    ReviewScreen #right { width: 1fr; height: 1fr; }
    ReviewScreen #queue-panel { height: 1fr; padding: 0; }
    ReviewScreen #queue-head { height: 2; padding: 0 1; }
    ReviewScreen #hygiene-panel { height: 9; padding: 0; }
    ReviewScreen.-tall #hygiene-panel { height: 16; }
    ReviewScreen #entry-panel { height: 9fr; }
    ReviewScreen #source-panel { height: 11fr; }
    ReviewScreen #source-foot { height: 1; }
    ReviewScreen #verdict-panel { height: 3; border: round $accent 40%; }
    ReviewScreen #end-panel { display: none; height: 1fr; padding: 1 3; }
    ReviewScreen.-done #end-panel { display: block; }
    ReviewScreen.-done #entry-panel, ReviewScreen.-done #source-panel,
    ReviewScreen.-done #verdict-panel { display: none; }

    ReviewScreen.-folded #sitting { layout: vertical; }
    ReviewScreen.-folded #left { width: 1fr; height: 3; }
    ReviewScreen.-folded #queue-panel { border: none; height: 3; }
    ReviewScreen.-folded #queue-head, ReviewScreen.-folded #hygiene-panel,
    ReviewScreen.-folded #source-panel { display: none; }
    ReviewScreen.-folded #verdict-panel { border: none; height: 1; padding: 0 1; }
    ReviewScreen.-folded #end-panel { padding: 0 1; }
    ReviewScreen.-folded.-done #left { height: 1; }
    ReviewScreen.-folded.-done #queue-panel { height: 1; }
    ReviewScreen.-folded.-source #source-panel { display: block; height: 1fr; }
    ReviewScreen.-folded.-source #entry-panel { display: none; }
    ReviewScreen.-folded.-hygiene #queue-panel,
    ReviewScreen.-folded.-hygiene #right { display: none; }
    ReviewScreen.-folded.-hygiene #left { height: 1fr; }
    ReviewScreen.-folded.-hygiene #hygiene-panel { display: block; height: 1fr; }
    """

    def __init__(self) -> None:
        super().__init__()
        self._looked: tuple[object, ...] = ()  # what the sight that was asked for is of
        self._renewal = Paced(self, "renewal", self._look_anew, self._show_renewed)
        self._counting = Paced(self, "hygiene", self._count_anew, self._show_counted)

    def parts(self) -> ComposeResult:
        """Compose the panels."""
        with Horizontal(id="sitting"):
            with Vertical(id="left"):
                yield Panel(
                    "Queue",
                    Drawing(self.draw_head, focusable=False, id="queue-head"),
                    QueueRows(id="queue"),
                    id="queue-panel",
                )
                yield Panel("Hygiene", HygieneRows(id="hygiene"), id="hygiene-panel")
            with Vertical(id="right"):
                yield Panel("Entry", EntryView(id="entry"), id="entry-panel")
                yield Panel(
                    "Source",
                    SourceView(id="source"),
                    Drawing(self.draw_foot, focusable=False, id="source-foot"),
                    id="source-panel",
                )
                yield Panel(
                    "Verdict", VerdictKeys(), counts="one key, then the next · u undoes",
                    id="verdict-panel",
                )  # fmt: skip
                yield Panel("Done", Drawing(self.draw_end, focusable=False), id="end-panel")
        yield TallyLine()

    def on_mount(self) -> None:
        """Go on with the sitting, or begin one."""
        if sitting_of(self.books) is None:
            self.begin()
        else:
            self.call_after_refresh(self.show_sitting)

    def begin(self) -> None:
        """Take a queue."""
        now, zone = self.books.now(), self.books.zone
        self.ask("take", lambda ledger: take(ledger, now, zone), self._took, slow=True)

    def _took(self, sitting: Sitting) -> None:
        keep_sitting(self.books, sitting)
        self._looked = ()
        self.show_sitting()

    def on_resize(self, event: events.Resize) -> None:
        """Show all panels where there is room, else the queue as a strip above one of them."""
        cells, lines = FOLDED
        is_folded = event.size.width < cells or event.size.height < lines
        is_tall = event.size.height >= HIGH
        self.set_class(is_folded, "-folded")
        self.set_class(is_tall and not is_folded, "-tall")
        self.query_one(QueueRows).fold(is_folded=is_folded)
        self.query_one(HygieneRows).fold(is_folded=is_folded or not is_tall)
        self.call_after_refresh(self._laid_out)

    def _laid_out(self) -> None:
        self.share_height()
        self.name_panels()

    # ---- keeping it right

    def renew(self) -> None:
        """Look whether anybody has changed memory meanwhile."""
        if self.sitting is not None:
            self._renewal.wish()

    def _look_anew(self, ledger: Ledger) -> Renewal | None:
        sitting = self.sitting
        if sitting is None:
            return None
        ids = {one.entry.id for one in (*sitting.queue, *sitting.listed)}
        ids |= {one.entry.id for verdict in [*sitting.verdicts] for one in verdict.left}
        return renewal(ledger, self.books.now(), self.books.zone, sorted(ids), sitting.seen)

    def _show_renewed(self, found: Renewal | None) -> None:
        sitting = self.sitting
        if found is None or sitting is None:
            return
        for verdict in sitting.verdicts[::-1]:
            if verdict.operations and found.undone.issuperset(verdict.operations):
                self.forget_step(verdict)
                sitting.put_back(verdict, found.entries)
        sitting.renewed(found.queue, found.entries)
        sitting.hygiene, sitting.seen = found.hygiene, found.seen
        self._looked = ()
        self.show_sitting()

    def _count_anew(self, ledger: Ledger) -> Hygiene:
        return ledger.memory.hygiene(self.books.now(), self.books.zone)

    def _show_counted(self, hygiene: Hygiene) -> None:
        if self.sitting is not None:
            self.sitting.hygiene = hygiene
            self.query_one(HygieneRows).show(hygiene)
            self.name_panels()
            self.query_one("#end-panel Drawing").refresh()

    # ---- what is shown

    def show_sitting(self, *, has_changed: bool = False) -> None:
        """Show what is left; `has_changed` where a verdict has changed the ratios as well."""
        sitting = self.sitting
        if sitting is None or not self.is_ready:
            return
        if sitting.ratio and not sitting.listed:
            sitting.close_list()
        empty = words.NOTHING if not sitting.verdicts else ["Nothing is left."]
        self.query_one(QueueRows).show(
            sitting.shown, sitting.cursor, frozenset(sitting.marks), empty
        )
        self.query_one(HygieneRows).show(sitting.hygiene)
        self.query_one(TallyLine).show(sitting.tally())
        self.query_one("#queue-head").refresh()
        self.set_class(not sitting.shown, "-done")
        if not sitting.shown:
            self.query_one("#end-panel Drawing").refresh()
        self._look()
        self.name_panels()
        if has_changed:
            self._counting.wish()

    def _look(self) -> None:
        """Ask for what stands beside the entry under the cursor."""
        current = self.sitting.current if self.sitting is not None else None
        if current is None:
            self._looked, self.sight = (), None
            self.show_sight()
            return
        reason = pair_reason(current)
        other = reason.other_id if reason is not None else None
        wanted = (current.entry, current.reasons)
        if wanted == self._looked:
            return
        self._looked = wanted
        entry_id, now = current.entry.id, self.books.now()
        self.ask("look", lambda ledger: look_at(ledger, entry_id, other, now), self._saw)

    def _saw(self, sight: Sight | None) -> None:
        sitting = self.sitting
        current = sitting.current if sitting is not None else None
        if sitting is None or current is None:
            return
        if sight is None:
            self.renew()
            return
        if current.entry.id != sight.main.entry.id:
            return
        self.sight = sight
        sitting.refresh(sight.main.entry)
        self._looked = (sitting.current.entry, current.reasons) if sitting.current else ()
        self.query_one(QueueRows).show(
            sitting.shown, sitting.cursor, frozenset(sitting.marks), words.NOTHING
        )
        self.show_sight()

    # ---- going about

    @on(Rows.Moved, "#queue")
    def _moved(self, event: Rows.Moved) -> None:
        # A list also tells where its cursor was before it had rows.
        if self.sitting is not None and event.rows.count() and event.index == event.rows.cursor:
            self.sitting.cursor = event.index
            self._look()

    @on(Rows.Opened, "#queue")
    @on(LinesView.Opened)
    def _open_source(self) -> None:
        self.open_conversation(at_message=True)

    @on(Rows.Opened, "#hygiene")
    def _open_ratio(self, event: Rows.Opened) -> None:
        ratio = self.query_one(HygieneRows).ratio(event.index)
        if ratio is None:
            return
        if not ratio.others:
            self.books.say(f"Every entry is {ratio.name}.")
            return
        now, zone = self.books.now(), self.books.zone
        self.ask(
            "ratio",
            lambda ledger: listed(ledger, ratio, now, zone),
            lambda found: self._list_ratio(ratio, found),
            slow=True,
        )

    def _list_ratio(self, ratio: Ratio, found: list[Queued]) -> None:
        if self.sitting is not None and found:
            self.sitting.open_list(ratio.name, found)
            self.remove_class("-hygiene")
            self.query_one(QueueRows).focus()
            self.show_sitting()

    @on(VerdictKeys.Chosen)
    async def _clicked(self, event: VerdictKeys.Chosen) -> None:
        await self.run_action(event.verb)

    def action_source(self) -> None:
        """Go to the source, or back to the entry."""
        self._turn("-source", "#source")

    def action_hygiene(self) -> None:
        """Go to the ratios, or back to the queue."""
        self._turn("-hygiene", "#hygiene")

    def _turn(self, page: str, widget: str) -> None:
        others = {"-source", "-hygiene"} - {page}
        self.remove_class(*others)
        if self.has_class("-folded"):
            self.toggle_class(page)
        is_there = self.query_one(widget).has_focus
        shows = self.has_class(page) if self.has_class("-folded") else not is_there
        self.query_one(widget if shows else "#queue").focus()
        self.call_after_refresh(self.name_panels)

    def action_again(self) -> None:
        """Begin another sitting where nothing is left in this one."""
        if self.sitting is not None and self.sitting.queue:
            self.books.say(f"{len(self.sitting.queue):,} are left in this sitting.")
        else:
            self.begin()

    async def action_back(self) -> None:
        """Close a page or a list that was opened, or leave; the sitting is kept."""
        if self.has_class("-folded") and (self.has_class("-source") or self.has_class("-hygiene")):
            self.remove_class("-source", "-hygiene")
            self.query_one(QueueRows).focus()
        elif self.sitting is not None and self.sitting.ratio:
            self.sitting.close_list()
            self.show_sitting()
        else:
            await self.books.action_back()
