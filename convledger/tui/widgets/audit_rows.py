"""What was changed together, and each change of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, tzinfo
from typing import ClassVar

from convledger.reports.auditing import BatchLine, EventLine
from convledger.text.display import clip, display_text, width
from convledger.tui import audit_words as words
from convledger.tui.credit_words import moment_text
from convledger.tui.widgets.canvas import BOLD, DIM, FOCUS, INK, WARN
from convledger.tui.widgets.lines import Line, wrapped
from convledger.tui.widgets.log_rows import LogRows
from convledger.tui.widgets.read_lines import ReadLines
from convledger.tui.widgets.rows import RowLine

_WHEN, _WHO = 13, 12  # cells


class AuditRows(LogRows[BatchLine]):
    """A line for what was changed together: when, by whom, what, about what, which events."""

    HELP = (
        "Every change that a person or a rule made, the latest first; what was changed together "
        "is one line. At the right stand the numbers of its events. Enter shows each with what "
        "was there before and after, v verifies the log, y copies its head."
    )
    NOTHING: ClassVar[tuple[str, ...]] = (
        "Nothing was changed by a person or a rule yet.",
        "Labels, verdicts, hand-offs, costs, plans: what you do is noted here.",
    )

    def __init__(self, zone: tzinfo = UTC, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._zone = zone

    def row(self, index: int, cells: int) -> list[RowLine]:
        """Return what was changed together."""
        del cells
        each = self.lines[index]
        who = clip(display_text(each.actor), _WHO)
        return [
            RowLine(
                [(moment_text(each.at, self._zone).ljust(_WHEN), DIM),
                 (f"{who}{' ' * (_WHO - width(who))} ", FOCUS), (display_text(each.what), INK),
                 (f"  {words.about_text(each.about)}", DIM)],
                [(words.span_text(each), DIM)],
            )
        ]  # fmt: skip


class EventRows(LogRows[EventLine]):
    """A line for each change: its number, what was done, about what."""

    HELP = "The changes that were made together; below stands what each changed."

    def row(self, index: int, cells: int) -> list[RowLine]:
        """Return a change."""
        del cells
        each = self.lines[index]
        about = f"  {words.about_text(each.about)}"
        return [
            RowLine(
                [(f"{each.event.seq:>6}  ", DIM), (display_text(each.event.action), INK),
                 (about, DIM)],
                [("words erased", WARN)] if each.is_erased else [],
            )
        ]  # fmt: skip


class ChangeLines(ReadLines):
    """What one change says: the row, and each column with what it said before and after."""

    HELP = "What the change says: `was → is`. `–` is nothing; of long texts stands a digest."
    DEFAULT_CSS = "ChangeLines { background: $surface; }"

    def __init__(self, zone: tzinfo = UTC, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._zone = zone
        self._shown: EventLine | None = None

    def show(self, each: EventLine | None) -> None:
        """Show another change."""
        if each is not self._shown:
            self._shown = each
            self.lay_out(from_top=True)

    def laid_out(self, cells: int) -> Sequence[Line]:
        """Return the change as lines."""
        each = self._shown
        if each is None:
            return []
        event = each.event
        parts = [[(f"{event.action} ", BOLD), (words.about_text(each.about), INK)]]
        key = ", ".join(f"{name} {words.value_text(value)}" for name, value in each.key.items())
        at = moment_text(event.at, self._zone)
        parts.append([(display_text(f"event {event.seq} · {at} · {event.actor}"), DIM)])
        parts.append([(display_text(f"{event.object}{f' · {key}' if key else ''}"), DIM)])
        if each.is_erased:
            parts.append([("what it said was erased", WARN)])
        elif not each.is_known_before:
            parts.append([("what it said before was erased", WARN)])
        for name, was, now in words.changed_of(each):
            before = [(f"{was} ", "$removed"), ("→ ", DIM)] if was else []
            parts.append([(f"{name}: ", DIM), *before, (now, "$added" if was else INK)])
        return [Line(line) for one in parts for line in wrapped(one, cells, rest=[("  ", "")])]
