"""A day and model of a provider's table: its figures on both sides, and the ledger's calls."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import tzinfo
from typing import TYPE_CHECKING, ClassVar, cast

from textual import events, on
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from convledger.clock import to_datetime
from convledger.economics.reconciling import COST
from convledger.reports.reconciling.words import figure_words
from convledger.reports.render.numbers import compact
from convledger.reports.unit_costs.noted import day_name
from convledger.text.display import display_text
from convledger.tui.cost_words import title_text
from convledger.tui.screens.source_words import counted
from convledger.tui.widgets.canvas import DIM, INK, MONEY
from convledger.tui.widgets.compared_rows import VERDICTS, cell_words
from convledger.tui.widgets.dialog import Dialog
from convledger.tui.widgets.rows import RowLine, Rows

if TYPE_CHECKING:
    from convledger.economics.reconciling import Comparison
    from convledger.ledger import Ledger
    from convledger.reports.reconciling.ledger_side import CallBehind
    from convledger.reports.reconciling.result import Reconciliation
    from convledger.tui.app import ConvledgerApp

_AROUND = 6  # lines of the dialog around its list and its figures


class BilledCallRows(Rows):
    """Two lines a call: when and in which conversation, then its tokens and model."""

    HELP = (
        "The ledger's calls of that day and model, the earliest first. Enter reads the "
        "conversation, w explains the call's list cost."
    )
    DEFAULT_CSS = "BilledCallRows { background: $surface; }"

    def __init__(self, calls: Sequence[CallBehind], zone: tzinfo) -> None:
        super().__init__()
        self.calls = list(calls)
        self._zone = zone

    @property
    def chosen(self) -> CallBehind | None:
        """The call under the cursor."""
        return self.calls[self.cursor] if 0 <= self.cursor < len(self.calls) else None

    def count(self) -> int:
        """Return how many calls there are."""
        return len(self.calls)

    def empty_lines(self) -> list[str]:
        """Return that the ledger has none."""
        return ["No call here: no log of yours holds any of that day and model."]

    def row(self, index: int, cells: int) -> list[RowLine]:
        """Return a call."""
        del cells
        call = self.calls[index]
        at = to_datetime(call.at).astimezone(self._zone)
        fresh, output = call.tokens["input"], call.tokens["output"]
        words = (
            f"{compact(fresh)} input, {compact(call.total - fresh - output)} cached, "
            f"{compact(output)} output · {display_text(call.model)} · {display_text(call.source)}"
        )
        ink = DIM if call.list_pico is None else MONEY
        return [
            RowLine(
                [(f"{at:%H:%M:%S}  ", DIM), (title_text(call.title, call.conversation), INK)],
                [(figure_words(COST, call.list_pico), ink)],
            ),
            RowLine([(words, DIM)], []),
        ]


class BillCallsScreen(Dialog[None]):
    """Lists the calls behind a day and model; from here one is read or explained."""

    HELP = "What a provider's table and the ledger say of a day and model, and the ledger's calls."
    BINDINGS: ClassVar[list[BindingType]] = [Binding("w", "why", "Why")]
    DEFAULT_CSS = """
    BillCallsScreen > #frame { max-width: 100; padding: 1 1; }
    BillCallsScreen #figures { width: 100%; height: auto; padding: 0 1; margin: 0 0 1 0; }
    BillCallsScreen.-tiny > #frame { width: 100%; max-height: 100%; padding: 0; }
    """
    AUTO_FOCUS: ClassVar[str] = "BilledCallRows"

    def __init__(self, found: Reconciliation, one: Comparison, calls: Sequence[CallBehind]) -> None:
        name = display_text(found.name_of(one.model))
        count = counted(len(calls), "call")
        title = f"{day_name(one.day)} · {name} · {count}"
        super().__init__(title, "⏎ Read · w Why · esc Back")
        self._one, self._calls, self._zone = one, calls, found.query.zone

    @property
    def books(self) -> ConvledgerApp:
        """The app, by its own type."""
        return cast("ConvledgerApp", self.app)

    def parts(self) -> list[Widget]:
        """Return the figures and the calls."""
        lines = []
        for cell in self._one.cells:
            mark, ink = VERDICTS[cell.verdict]
            lines.append(
                Content.assemble((f"{mark} ", ink), *cell_words(cell), (f"  {cell.verdict}", ink))
            )
        figures = Static(Content("\n").join(lines), id="figures")
        return [figures, BilledCallRows(self._calls, self._zone)]

    def on_mount(self) -> None:
        """Give the list the lines that it needs."""
        self._fit(self.app.size.height)

    def on_resize(self, event: events.Resize) -> None:
        """Use all of a small screen."""
        self.set_class(event.size.height < 26 or event.size.width < 60, "-tiny")
        self._fit(event.size.height)

    def _fit(self, lines: int) -> None:
        rows = self.query_one(BilledCallRows)
        wanted = max(2, rows.count() * rows.lines_per_row)
        room = lines * 9 // 10 - _AROUND - len(self._one.cells)
        rows.styles.height = min(wanted, max(2, room))

    @on(Rows.Opened)
    def _open(self, event: Rows.Opened) -> None:
        call, books = self._calls[event.index], self.books

        def find(ledger: Ledger) -> int:
            return ledger.conversation(f"{call.source}:{call.conversation}").id

        books.ask(("behind call", id(self)), find, books.open_conversation)

    def action_why(self) -> None:
        """Explain the list cost of the call under the cursor."""
        from convledger.tui.screens.why import WhyScreen

        call = self.query_one(BilledCallRows).chosen
        if call is not None:
            self.app.push_screen(WhyScreen(call.id, title_text(call.title, call.conversation)))
