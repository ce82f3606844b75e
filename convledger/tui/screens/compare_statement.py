"""What a plan would have billed for one's usage: its statement lines."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import tzinfo
from typing import ClassVar

from textual import events
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from convledger.plans.certainty import StatementDoubts
from convledger.plans.statement import Statement
from convledger.reports.comparing import span_name
from convledger.reports.render.table import WIDER
from convledger.reports.statements.table_form import table_text
from convledger.text.display import display_text
from convledger.tui.widgets.dialog import Dialog


class WouldBillScreen(Dialog[None]):
    """Shows the statements of a plan that is compared, one for each of its periods."""

    HELP = (
        "What the plan would have billed if it had been in force: a line for each thing that it "
        "counts, then the total. Credits are counted as its own statement would."
    )
    DEFAULT_CSS = """
    WouldBillScreen > #frame { max-width: 110; padding: 1 2; }
    WouldBillScreen VerticalScroll { height: auto; max-height: 100%; scrollbar-size-vertical: 1; }
    WouldBillScreen #lines {
        width: 100%; height: auto; text-wrap: nowrap; text-overflow: ellipsis;
    }
    WouldBillScreen.-tiny > #frame { width: 100%; max-height: 100%; padding: 0 1; }
    """
    AUTO_FOCUS: ClassVar[str] = "VerticalScroll"

    def __init__(
        self, name: str, span: str, found: Sequence[tuple[Statement, StatementDoubts]], zone: tzinfo
    ) -> None:
        super().__init__(f"{display_text(name)} · {span}", "esc Back · ↑ ↓ scroll")
        self._found, self._zone = found, zone

    def parts(self) -> list[Widget]:
        """Return the lines in a frame that scrolls."""
        return [VerticalScroll(Static(id="lines"))]

    def on_resize(self, event: events.Resize) -> None:
        """Write the lines as wide as there is room for."""
        self.set_class(event.size.height < 20 or event.size.width < 60, "-tiny")
        cells = event.size.width
        room = cells - 5 if self.has_class("-tiny") else min(102, cells * 9 // 10 - 8)
        content = statement_content(self._found, self._zone, room)
        self.query_one("#lines", Static).update(content)


def statement_content(
    found: Sequence[tuple[Statement, StatementDoubts]], zone: tzinfo, cells: int
) -> Content:
    """Return statements as lines of so many cells: headings bright, totals in the colour of money.

    The plan's name is left out; it stands above.
    """
    if not found:
        return Content.styled("No period of the plan lies in this time.", "$muted")
    lines: list[Content] = []
    for statement, doubts in found:
        written = table_text([statement], width=cells, way_out=WIDER, doubts=[doubts])
        table = written.rstrip("\n").partition("\n\n")[2]
        lines += [_heading(statement, zone), Content("")]
        lines += [_line(line, place) for place, line in enumerate(table.split("\n"))]
        lines.append(Content(""))
    return Content("\n").join(lines[:-1])


def _heading(found: Statement, zone: tzinfo) -> Content:
    """Return the period, as it was cut for the comparison, and the version of the plan."""
    version = f" · version {found.version}" if found.version else ""
    return Content.assemble(
        (span_name(found.since, found.until, zone), "bold $foreground"),
        (display_text(version), "$muted"),
    )


def _line(text: str, place: int) -> Content:
    """Return a line of a table; the first one holds the names of the columns."""
    if not place or set(text) <= set("─ "):
        return Content.styled(text, "$muted")
    if text.startswith("total"):
        return Content.styled(text, "bold $accent")
    return Content.styled(text, "$foreground")
