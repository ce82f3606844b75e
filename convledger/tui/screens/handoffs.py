"""The hand-offs behind Economics: when, from which model to whom, why, how long, at what cost."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import tzinfo
from typing import TYPE_CHECKING, ClassVar, cast

from textual import events, on
from textual.binding import Binding, BindingType
from textual.widget import Widget
from textual.widgets import Static

from convledger.text.display import clip
from convledger.tui.cost_words import title_text
from convledger.tui.credit_words import money_text
from convledger.tui.handoff_words import handoff_facts, sums_lines
from convledger.tui.screens.source_words import counted
from convledger.tui.widgets.dialog import Dialog
from convledger.tui.widgets.rows import RowLine, Rows

if TYPE_CHECKING:
    from convledger.reports.handoffs.known import Handoff
    from convledger.tui.app import ConvledgerApp

_AROUND = 9  # lines of the dialog around its list


class HandoffRows(Rows):
    """Two lines a hand-off: its conversation and what people cost, then all that is known."""

    HELP = (
        "Where people took conversations over, the latest first. What nobody has entered is told "
        "by a source or inferred, and says so. Enter reads the conversation, w explains its cost."
    )
    DEFAULT_CSS = "HandoffRows { background: $surface; }"

    def __init__(self, found: Sequence[Handoff], zone: tzinfo) -> None:
        super().__init__()
        self.found = found
        self._zone = zone

    def show(self, found: Sequence[Handoff]) -> None:
        """Show other hand-offs; the cursor stays on its conversation."""
        before = self.chosen
        self.found = found
        ids = [each.conversation_id for each in found]
        place = None
        if before is not None and before.conversation_id in ids:
            place = ids.index(before.conversation_id)
        self.renew(cursor=place)

    @property
    def chosen(self) -> Handoff | None:
        """The hand-off under the cursor."""
        return self.found[self.cursor] if 0 <= self.cursor < len(self.found) else None

    def count(self) -> int:
        """Return how many hand-offs there are."""
        return len(self.found)

    def row(self, index: int, cells: int) -> list[RowLine]:
        """Return title and people's cost, then who says so, when, to whom, why and how long."""
        each = self.found[index]
        known = each.people_cost is not None
        cost = money_text(each.people_cost, each.currency or "USD")
        facts = handoff_facts(each, self._zone, with_people=False)
        return [
            RowLine(
                [(title_text(each.title, each.conversation), "$foreground")],
                [(cost, "$accent" if known else "$muted")],
            ),
            RowLine([(clip(" · ".join(facts), cells), "$muted")], []),
        ]

    def empty_lines(self) -> list[str]:
        """Say that nobody took a conversation over."""
        return [
            "No hand-off is known in this time.",
            "7 and then t: hand-offs can be entered there; convledger handoff import takes a file.",
        ]


class HandoffsScreen(Dialog[None]):
    """Lists the hand-offs and what they come to; from here a conversation is read."""

    HELP = "Where people took conversations over from a bot, in the time that Economics shows."
    BINDINGS: ClassVar[list[BindingType]] = [Binding("w", "why", "Why")]
    DEFAULT_CSS = """
    HandoffsScreen > #frame { max-width: 120; padding: 1 1; }
    HandoffsScreen #sums { height: auto; color: $foreground; padding: 0 1 1 1; }
    HandoffsScreen.-tiny > #frame { width: 100%; max-height: 100%; padding: 0; }
    HandoffsScreen.-tiny #sums { display: none; }
    """
    AUTO_FOCUS: ClassVar[str] = "HandoffRows"

    def __init__(self, found: Sequence[Handoff], span: str, zone: tzinfo) -> None:
        title = f"{counted(len(found), 'hand-off')} · {span}"
        super().__init__(title, "⏎ Read · w Why · esc Back")
        self._found, self._zone = found, zone

    def parts(self) -> list[Widget]:
        """Return the sums and the list."""
        sums = Static("\n".join(sums_lines(self._found)), markup=False, id="sums")
        return [sums, HandoffRows(self._found, self._zone)]

    def on_mount(self) -> None:
        """Give the list the lines that it needs."""
        self._fit(self.app.size.height)

    def on_resize(self, event: events.Resize) -> None:
        """Use all of a small screen."""
        self.set_class(event.size.height < 20 or event.size.width < 60, "-tiny")
        self._fit(event.size.height)

    def _fit(self, lines: int) -> None:
        self.query_one("#sums").display = bool(self._found) and not self.has_class("-tiny")
        rows = self.query_one(HandoffRows)
        around = 2 if self.has_class("-tiny") else _AROUND
        wanted = max(2, rows.count() * rows.lines_per_row)
        rows.styles.height = min(wanted, max(2, lines - around))

    @on(Rows.Opened)
    def _open(self, event: Rows.Opened) -> None:
        each = self._found[event.index]
        cast("ConvledgerApp", self.app).open_conversation(each.conversation_id)

    def action_why(self) -> None:
        """Explain the list cost of the conversation under the cursor."""
        from convledger.tui.screens.why import WhyScreen

        each = self.query_one(HandoffRows).chosen
        if each is not None:
            title = title_text(each.title, each.conversation)
            self.app.push_screen(WhyScreen(each.conversation, title))
