"""The conversations behind a day of usage."""

from __future__ import annotations

from datetime import tzinfo
from typing import TYPE_CHECKING, ClassVar

from textual import events, on
from textual.widget import Widget

from convledger.reports.credit_lines import USAGE
from convledger.reports.render.numbers import doubted
from convledger.text.display import display_text
from convledger.tui.credit_words import clock_text, credits_text, day_text, of_credits
from convledger.tui.widgets.bar_names import plural
from convledger.tui.widgets.dialog import Dialog
from convledger.tui.widgets.rows import RowLine, Rows

if TYPE_CHECKING:
    from convledger.reports.credit_lines import CreditLine
    from convledger.reports.plan_causes import UsedBy


class UsedRows(Rows):
    """Two lines a conversation: its title and the credits it took, then where and when."""

    HELP = "Who used credits that day, the dearest first. Enter opens the conversation."
    DEFAULT_CSS = "UsedRows { background: $surface; height: auto; max-height: 100%; }"

    def __init__(self, found: list[UsedBy], zone: tzinfo) -> None:
        super().__init__()
        self.found = found
        self._zone = zone

    def count(self) -> int:
        """Return how many conversations there are."""
        return len(self.found)

    def row(self, index: int, cells: int) -> list[RowLine]:
        """Return title and credits, then source, units and when they were used last."""
        del cells
        one = self.found[index]
        units = f"{one.units:,} {plural(one.units, 'unit')}"
        about = f"{display_text(one.source)} · {units} · {clock_text(one.at, self._zone)}"
        title = display_text(one.title) or "no title"
        credits_used = doubted(credits_text(one.amount), one.amount, one.doubt)
        return [
            RowLine([(title, "$foreground")], [(credits_used, "$accent")]),
            RowLine([(about, "$muted")], []),
        ]


class BehindScreen(Dialog[int]):
    """Returns the conversation that is to be opened."""

    DEFAULT_CSS = """
    BehindScreen > #frame { max-width: 84; padding: 1 1; }
    BehindScreen.-tiny > #frame { width: 100%; max-height: 100%; padding: 0; }
    """
    AUTO_FOCUS: ClassVar[str] = "UsedRows"

    def __init__(self, line: CreditLine, found: list[UsedBy], zone: tzinfo) -> None:
        used = line.beyond - line.amount
        credits_used = doubted(credits_text(used), used, line.amount_doubt)
        what = "Usage of" if line.what == USAGE else f"{line.what.capitalize()} on"
        super().__init__(
            f"{what} {day_text(line.since, zone)} · {of_credits(credits_used)}",
            "⏎ Open · esc Back",
        )
        self._found = found
        self._zone = zone

    def parts(self) -> list[Widget]:
        """Return the list."""
        return [UsedRows(self._found, self._zone)]

    def on_mount(self) -> None:
        """Give the list the lines that it needs."""
        rows = self.query_one(UsedRows)
        rows.styles.height = rows.count() * rows.lines_per_row

    def on_resize(self, event: events.Resize) -> None:
        """Use all of a small screen."""
        self.set_class(event.size.height < 16 or event.size.width < 60, "-tiny")

    @on(Rows.Opened)
    def _open(self, event: Rows.Opened) -> None:
        self.dismiss(self._found[event.index].conversation_id)
