"""The screen Reconcile: a provider's own bill beside the ledger, and the balances kept of bills."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.widget import Widget

from convledger.clock import to_datetime
from convledger.errors import ConvledgerError
from convledger.reports.reconciling.words import covered, remarks, summary_words, total_lines
from convledger.text.display import display_text
from convledger.tui.actions import bindings
from convledger.tui.screens.reconcile_doors import ReconcileDoors
from convledger.tui.widgets.canvas import BAD, DIM, GOOD, INK
from convledger.tui.widgets.compared_rows import BalanceRows, ComparedRows
from convledger.tui.widgets.lines import Line, wrapped
from convledger.tui.widgets.panel import Panel
from convledger.tui.widgets.read_lines import ReadLines
from convledger.tui.widgets.tab_strip import Tab, TabStrip

if TYPE_CHECKING:
    from convledger.ledger import Ledger
    from convledger.reports.reconciling.balances import Balance
    from convledger.reports.reconciling.result import Reconciliation
    from convledger.tui.bill_typed import TypedBill

FOLDED = (100, 28)  # cells and lines below which one panel is shown at a time
DAYS, SUMS, KEPT = "days-panel", "sums-panel", "kept-panel"
NAMES = {DAYS: ("Days and models", "Days"), SUMS: ("What it comes to", "Sums"),
         KEPT: ("Kept balances", "Kept")}  # fmt: skip
_NOTHING = (
    "No file is compared yet.",
    "i chooses one: an export of the Anthropic console, the OpenAI platform,",
    "Cursor, GitHub Copilot, LiteLLM, or any table of days, models and amounts.",
)


@dataclass(frozen=True, slots=True)
class Chosen:
    """A file that is to be compared, and how it is to be read."""

    path: Path
    said: TypedBill


class SumsLines(ReadLines):
    """What both sides come to, and what the figures do not hold."""

    HELP = "Which days and models are compared, both sums, and what the figures do not hold."
    DEFAULT_CSS = "SumsLines { background: $background; }"

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's own name
        super().__init__(id=id)
        self._found: Reconciliation | None = None

    def show(self, found: Reconciliation | None) -> None:
        """Show another comparison."""
        self._found = found
        self.lay_out(from_top=True)

    def laid_out(self, cells: int) -> Sequence[Line]:
        """Return the sums as lines."""
        found = self._found
        if found is None:
            return []
        lines = [*_folded(covered(found), INK, cells), Line([])]
        lines += _folded(summary_words(found), GOOD if found.is_equal else BAD, cells)
        for text in total_lines(found):
            lines += _folded(text, INK, cells)
        lines.append(Line([]))
        for text in remarks(found):
            lines += _folded(text, DIM, cells)
        return lines


def _folded(text: str, ink: str, cells: int) -> list[Line]:
    return [Line(parts) for parts in wrapped([(display_text(text), ink)], cells)]


class ReconcileScreen(ReconcileDoors):
    """Days and models at the left; sums and the balances that were kept at the right."""

    NAME = "Sources › Reconcile"
    SCOPE = "reconcile"
    AUTO_FOCUS: ClassVar[str] = "ComparedRows"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("reconcile")]
    DEFAULT_CSS = """
    ReconcileScreen #books { height: 1fr; }
    ReconcileScreen #left { width: 58fr; height: 1fr; }
    ReconcileScreen #right { width: 41fr; height: 1fr; }
    ReconcileScreen Panel { height: 1fr; padding: 0; }
    ReconcileScreen TabStrip { display: none; }
    ReconcileScreen.-folded TabStrip { display: block; }
    ReconcileScreen.-folded #books { layout: vertical; }
    ReconcileScreen.-folded #left, ReconcileScreen.-folded #right { width: 1fr; height: 0; }
    ReconcileScreen.-folded #left.-shown, ReconcileScreen.-folded #right.-shown { height: 1fr; }
    ReconcileScreen.-folded #books Panel { width: 1fr; height: 0; border: none; }
    ReconcileScreen.-folded #books Panel.-shown { height: 1fr; border: round $rule; }
    ReconcileScreen.-folded #books Panel.-shown:focus-within { border: round $primary; }
    """

    def __init__(self) -> None:
        super().__init__()
        self._shown = DAYS
        self._chosen: Chosen | None = None
        self._problem = ""
        self._compared_at = 0  # UTC microseconds
        self._state: tuple[object, ...] | None = None  # of the ledger, when balances were read
        self._balances: list[Balance] | None = None

    def parts(self) -> ComposeResult:
        """Compose the three panels."""
        yield TabStrip()
        with Horizontal(id="books"):
            with Vertical(id="left", classes="-shown"):
                yield Panel("Days and models", ComparedRows(id="days"), id=DAYS, classes="-shown")
            with Vertical(id="right"):
                yield Panel("What it comes to", SumsLines(id="sums"), id=SUMS)
                yield Panel("Kept balances", BalanceRows(id="kept"), id=KEPT)

    def on_resize(self, event: events.Resize) -> None:
        """Show all panels where there is room, else one at a time."""
        cells, lines = FOLDED
        self.set_class(event.size.width < cells or event.size.height < lines, "-folded")
        self.call_after_refresh(self._name_panels)

    # ---- comparing

    def renew(self) -> None:
        """Ask for the balances anew, if the ledger is another one."""
        state, now = self._state, self.books.now()
        self.ask("balances", lambda ledger: _balances(ledger, state, now), self._kept, slow=True,
                 patient=True)  # fmt: skip
        self.show_all()

    def _kept(self, found: tuple[tuple[object, ...], list[Balance] | None]) -> None:
        self._state, balances = found
        if balances is not None:
            self._balances = balances
            self.query_one(BalanceRows).show(balances)
            self._name_panels()

    def compare(self, path: Path, said: TypedBill) -> None:
        """Compare a file with the ledger."""
        self._chosen, self._problem, self.found = Chosen(path, said), "", None
        self.show_all()
        query = said.query(self.books.now())

        def work(ledger: Ledger) -> Reconciliation | ConvledgerError:
            try:
                return ledger.reconcile(path, said.asked, query)
            except ConvledgerError as error:
                return error

        self.ask("reconcile", work, self._compared, slow=True)

    def _compared(self, found: Reconciliation | ConvledgerError) -> None:
        if isinstance(found, ConvledgerError):
            self._problem = str(found)
        else:
            self.found, self._compared_at = found, self.books.now()
            self.only_differences = not found.is_equal
        self.show_all()
        self.query_one(ComparedRows).focus()

    # ---- showing it

    def show_all(self) -> None:
        """Show what is known in all panels."""
        if not self.is_ready:
            return
        rows = self.query_one(ComparedRows)
        rows.show(self.found, self._empty(), only_differences=self.only_differences)
        self.query_one(SumsLines).show(self.found)
        self._name_panels()

    def _empty(self) -> list[str]:
        from convledger.tui.bill_typed import as_lines

        chosen, found = self._chosen, self.found
        if chosen is None:
            return list(_NOTHING)
        name = display_text(chosen.path.name)
        if self._problem:
            return [f"{name} can't be compared.", as_lines(display_text(self._problem)),
                    "i chooses another, or says how it is to be read."]  # fmt: skip
        if found is None:
            return [f"Comparing {name}…", "esc leaves it."]
        return ["All days and models are equal.", "f shows them, a keeps it for check to verify."]

    def _name_panels(self) -> None:
        if not self.is_ready:
            return
        rows, found, balances = self.query_one(ComparedRows), self.found, self._balances
        counts = ""
        if found is not None:
            whole, differ = len(found.comparisons), len(found.differing)
            at = to_datetime(self._compared_at).astimezone(self.books.zone)
            rest = "" if self.only_differences else ", all shown"
            counts = f"{differ:,} of {whole:,} differ{rest} · at {at:%H:%M}"
        self.query_one(f"#{DAYS}", Panel).show_counts(counts)
        title = f"Days and models of {display_text(found.file)}" if found else "Days and models"
        self.query_one(f"#{DAYS}", Panel).show_title(title)
        held = ""
        if balances:
            in_force = [one for one in balances if one.assertion.gone_at is None]
            holding = sum(one.holds for one in in_force)
            held = f"{holding:,} of {len(in_force):,} hold"
        self.query_one(f"#{KEPT}", Panel).show_counts(held)
        if self.has_class("-folded"):
            sizes = {DAYS: rows.count() if found else None,
                     KEPT: len(balances) if balances is not None else None}  # fmt: skip
            tabs = tuple(Tab(panel, name, short, sizes.get(panel))
                         for panel, (name, short) in NAMES.items())  # fmt: skip
            self.query_one(TabStrip).show(tabs, self._shown)

    # ---- going about

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        """Let the panel with the focus be the one that is shown where only one is."""
        panel = next((one for one in event.widget.ancestors if isinstance(one, Panel)), None)
        if panel is None or panel.id not in NAMES:
            return
        self._shown = panel.id
        for one in self.query("#books Panel, #left, #right"):
            one.set_class(one is panel or one is panel.parent, "-shown")
        self.call_after_refresh(self._name_panels)

    @on(TabStrip.Wanted)
    def _go_to(self, event: TabStrip.Wanted) -> None:
        panel = self.query_one(f"#{event.panel}")
        first: Widget = next(one for one in panel.query("*") if one.can_focus and one.display)
        first.focus()


def _balances(
    ledger: Ledger, state: tuple[object, ...] | None, now: int
) -> tuple[tuple[object, ...], list[Balance] | None]:
    """Return the balances beside the ledger, those forgotten last; None where nothing changed."""
    known = ledger.cost_state(now)
    if known == state:
        return known, None
    every = ledger.balances(with_gone=True)
    return known, sorted(every, key=lambda each: each.assertion.gone_at is not None)
