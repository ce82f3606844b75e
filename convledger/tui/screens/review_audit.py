"""The section of the audit log: what was changed together, whether the log is whole, its head."""

from __future__ import annotations

from datetime import UTC, tzinfo
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType

from convledger.store.audit_events import Asked
from convledger.tui import audit_words as words
from convledger.tui.actions import bindings
from convledger.tui.credit_words import moment_text
from convledger.tui.screens.review_section import Section
from convledger.tui.widgets.audit_rows import AuditRows
from convledger.tui.widgets.canvas import BAD, DIM, GOOD, Canvas
from convledger.tui.widgets.drawing import Drawing
from convledger.tui.widgets.log_rows import LogRows
from convledger.tui.widgets.panel import Panel
from convledger.tui.widgets.rows import Rows

if TYPE_CHECKING:
    from convledger.ledger import Ledger
    from convledger.reports.auditing import BatchLine
    from convledger.store.audit import Head
    from convledger.store.audit_check import Verdict

PAGE = 200  # batches asked for at once


class AuditSection(Section):
    """The log, the latest first, under a line that says whether it was verified."""

    SCOPE = "audit"
    FIRST = "AuditRows"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("audit")]
    DEFAULT_CSS = "AuditSection #verified { height: 1; padding: 0 1; }"

    def __init__(self, zone: tzinfo = UTC, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._zone = zone
        self.head: Head | None = None
        self._verified: tuple[Verdict, Head | None, int] | None = None

    def compose(self) -> ComposeResult:
        """Compose the line and the log."""
        line = Drawing(self._draw_verified, focusable=False, id="verified")
        yield Panel("Audit log", line, AuditRows(self._zone, id="log"))

    # ---- what is shown

    def look(self) -> None:
        """Ask for the latest, if anything was changed since."""
        before, shown = self.head, max(PAGE, self.query_one(AuditRows).count())

        def read(ledger: Ledger) -> tuple[Head, list[BatchLine]] | None:
            head = ledger.audit_head()
            return None if head == before else (head, ledger.audit_batches(Asked(), shown + 1))

        self.ask("audit", read, lambda found: self._show(found, shown))

    def _show(self, found: tuple[Head, list[BatchLine]] | None, count: int) -> None:
        if found is None:
            return
        self.head, lines = found
        rows = self.query_one(AuditRows)
        before = rows.chosen
        firsts = [each.first for each in lines]
        at_top = not rows.cursor
        place = firsts.index(before.first) if before and before.first in firsts else None
        rows.show(lines[:count], has_more=len(lines) > count, cursor=0 if at_top else place)
        head = f"head {words.short_head(self.head)}" if self.head.seq else ""
        self.query_one(Panel).show_counts(head)
        self.query_one("#verified").refresh()
        self.post_message(self.Counted())

    @on(LogRows.Wanted, "#log")
    def _more(self) -> None:
        rows = self.query_one(AuditRows)
        last = rows.lines[-1].first

        def show(found: list[BatchLine]) -> None:
            if rows.lines and rows.lines[-1].first == last:
                rows.add(found[:PAGE], has_more=len(found) > PAGE)

        self.ask("more", lambda ledger: ledger.audit_batches(Asked(before=last), PAGE + 1), show)

    def _draw_verified(self, canvas: Canvas) -> None:
        if self._verified is None:
            parts = [("Tamper-evident; not verified in this sitting: v does it.", DIM)]
        else:
            verdict, known, at = self._verified
            mark, ink = ("✓", GOOD) if verdict.is_sound else ("✕", BAD)
            when = moment_text(at, self._zone)
            parts = [(f"{mark} {words.verdict_text(verdict, known)}", ink), (f" · {when}", DIM)]
            if self.head is not None and verdict.head != self.head:
                parts.append((" · changed since", DIM))
        canvas.put(0, 0, *parts, end=canvas.width)

    # ---- actions

    @on(Rows.Opened, "#log")
    def _open(self) -> None:
        from convledger.tui.screens.audit_events import AuditEventsScreen

        each = self.query_one(AuditRows).chosen
        if each is not None:
            self.app.push_screen(AuditEventsScreen(each, self._zone))

    def action_verify(self) -> None:
        """Verify the log, against a head that was kept where there is one."""
        from convledger.tui.screens.audit_verify import VerifyAuditScreen

        self.app.push_screen(VerifyAuditScreen(self._take_verdict))

    def _take_verdict(self, verdict: Verdict, known: Head | None) -> None:
        self._verified = verdict, known, self.books.now()
        self.query_one("#verified").refresh()

    def action_copy_head(self) -> None:
        """Copy the head, to be kept where nobody can change it together with the log."""
        self.ask("head", lambda ledger: ledger.audit_head(), self._copy)

    def _copy(self, head: Head) -> None:
        if not head.seq:
            self.books.say("Nothing was changed yet: the log has no head.")
            return
        self.app.copy_to_clipboard(str(head))
        self.books.say(f"Copied {words.short_head(head)} · keep it somewhere else")
