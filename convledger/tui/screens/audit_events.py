"""The changes that were made together, each with what was there before and after."""

from __future__ import annotations

from datetime import tzinfo
from typing import TYPE_CHECKING, ClassVar, cast

from textual import events, on
from textual.widget import Widget

from convledger.store.audit_events import Asked
from convledger.text.display import display_text
from convledger.tui.credit_words import full_moment_text
from convledger.tui.screens.source_words import counted
from convledger.tui.widgets.audit_rows import ChangeLines, EventRows
from convledger.tui.widgets.dialog import Dialog
from convledger.tui.widgets.log_rows import LogRows
from convledger.tui.widgets.rows import Rows

if TYPE_CHECKING:
    from convledger.ledger import Ledger
    from convledger.reports.auditing import BatchLine, EventLine
    from convledger.tui.app import ConvledgerApp

PAGE = 200  # events asked for at once
_LOW = 20


class AuditEventsScreen(Dialog[None]):
    """Lists the events of a batch, the latest first, over what the one under the cursor says."""

    HELP = "What was changed together, one change a line; below stands what each of them says."
    AUTO_FOCUS: ClassVar[str] = "EventRows"
    DEFAULT_CSS = """
    AuditEventsScreen > #frame { max-width: 120; padding: 0 1; }
    AuditEventsScreen EventRows { background: $surface; height: 2fr; }
    AuditEventsScreen ChangeLines { height: 3fr; border-top: solid $rule; }
    AuditEventsScreen.-few EventRows { height: auto; }
    AuditEventsScreen.-few ChangeLines { height: 1fr; }
    AuditEventsScreen.-low > #frame { width: 100%; height: 100%; max-height: 100%; }
    """

    def __init__(self, batch: BatchLine, zone: tzinfo) -> None:
        at = full_moment_text(batch.at, zone)
        title = f"{counted(batch.count, 'change')} by {display_text(batch.actor)} · {at}"
        super().__init__(title, "↓ Next · tab What it says · esc Back")
        self._batch, self._zone = batch, zone
        self.add_class("-tall")

    def parts(self) -> list[Widget]:
        """Return the list and what one of it says."""
        rows = EventRows(id="events")
        few = 6
        if self._batch.count <= few:
            self.add_class("-few")
            rows.styles.height = self._batch.count
        return [rows, ChangeLines(self._zone, id="change")]

    def on_mount(self) -> None:
        """Ask for the events."""
        self._ask_before(self._batch.last + 1)

    def on_resize(self, event: events.Resize) -> None:
        """Use all of a small screen."""
        self.set_class(event.size.height < _LOW or event.size.width <= 80, "-low")

    def _ask_before(self, seq: int) -> None:
        limit = min(PAGE, seq - self._batch.first)

        def read(ledger: Ledger) -> list[EventLine]:
            return ledger.audit_events(Asked(before=seq), limit)

        app = cast("ConvledgerApp", self.app)
        app.ask(("events", id(self)), read, self._add, slow=True)

    def _add(self, found: list[EventLine]) -> None:
        if not self.is_attached:
            return
        rows = self.query_one(EventRows)
        has_more = bool(found) and found[-1].event.seq > self._batch.first
        if rows.count():
            rows.add(found, has_more=has_more)
        else:
            rows.show(found, has_more=has_more)
        self._show_change()

    @on(LogRows.Wanted)
    def _more(self) -> None:
        self._ask_before(self.query_one(EventRows).lines[-1].event.seq)

    @on(Rows.Moved)
    def _show_change(self) -> None:
        self.query_one(ChangeLines).show(self.query_one(EventRows).chosen)

    @on(Rows.Opened)
    def _into_change(self) -> None:
        self.query_one(ChangeLines).focus()
