"""What a plan comes to, period by period: settled, live, projected, restated, never mixed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import tzinfo
from typing import TYPE_CHECKING, ClassVar, cast

from textual import events
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from convledger.errors import ConvledgerError
from convledger.plans import statement as states
from convledger.reports.render.numbers import doubted
from convledger.reports.render.table import WIDER
from convledger.reports.statements.table_form import table_text
from convledger.text.display import display_text
from convledger.tui.credit_words import moment_text, money_text, signed_money
from convledger.tui.widgets.dialog import Dialog
from convledger.tui.widgets.lines import wrapped
from convledger.zones import zone_of

if TYPE_CHECKING:
    from convledger.ledger import Ledger
    from convledger.plans.statement import Statement
    from convledger.reports.plan_periods import PeriodView
    from convledger.store.subscriptions import Subscription
    from convledger.tui.app import ConvledgerApp

NOTHING = ("There is no statement yet.", "The plan has not begun: its first period is to come.")
_KEYS = "← → Period · x Export · esc Back"
_KEYS_OF_SETTLED = "← → Period · r Restated · x Export · esc Back"
_DIGEST = 12  # characters of a digest where there is no room for all
_STATES = {
    states.SETTLED: ("■", "$success", "settled"),
    states.LIVE: ("●", "$primary", "live, so far"),
    states.RESTATED: ("≈", "$warning", "restated"),
}


class StatementScreen(Dialog[None]):
    """One period at a time; left and right go through them, r shows it worked out anew."""

    HELP = (
        "■ settled: the period is over and its statement frozen, known again by its digest. "
        "● live: so far. Projected: what it comes to if use goes on as it did. ≈ restated: a "
        "settled period with all that is known today; the difference stands as an adjustment in "
        "the period that is open now. What has no price shows as – and is in no sum."
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left,h", "earlier", "Earlier"),
        Binding("right,l", "later", "Later"),
        Binding("r", "restated", "Restated"),
        Binding("x", "export", "Export"),
    ]
    DEFAULT_CSS = """
    StatementScreen > #frame { width: 94%; max-width: 124; height: 90%; padding: 0 1; }
    StatementScreen #which, StatementScreen #figures { width: 100%; height: auto; }
    StatementScreen #figures { padding: 0 0 1 0; }
    StatementScreen VerticalScroll { height: 1fr; scrollbar-size-vertical: 1; }
    StatementScreen #lines {
        width: 100%; height: auto; text-wrap: nowrap; text-overflow: ellipsis;
    }
    StatementScreen.-tiny > #frame { width: 100%; height: 100%; max-height: 100%; padding: 0; }
    StatementScreen.-tiny #figures { padding: 0; }
    """
    AUTO_FOCUS: ClassVar[str] = "VerticalScroll"

    def __init__(self, one: Subscription) -> None:
        super().__init__("Statement", _KEYS)
        self._one = one
        self._periods: list[PeriodView] = []
        self._place = 0
        self._anew = False
        self._is_known = False

    @property
    def books(self) -> ConvledgerApp:
        """The app, by its own type."""
        return cast("ConvledgerApp", self.app)

    def parts(self) -> list[Widget]:
        """Return which period it is, its figures by their kinds, and its lines."""
        return [
            Static("", id="which"),
            Static("", id="figures"),
            VerticalScroll(Static("Working it out…", id="lines")),
        ]

    def on_mount(self) -> None:
        """Ask for all periods."""
        from convledger.reports.plan_periods import period_views

        one, now = self._one, self.books.now()

        def find(ledger: Ledger) -> list[PeriodView] | ConvledgerError:
            try:
                return period_views(ledger.plan_book, ledger.connection, one, now)
            except ConvledgerError as error:
                return error

        self.books.ask(("statement", id(self)), find, self._took, slow=True)

    def on_resize(self, event: events.Resize) -> None:
        """Lay the lines out for another width."""
        self.set_class(event.size.height < 16 or event.size.width < 60, "-tiny")
        self.call_after_refresh(self._show)

    def _took(self, found: list[PeriodView] | ConvledgerError) -> None:
        if not self.is_attached:
            return
        if isinstance(found, ConvledgerError):
            words = Content.styled(f"✕ {display_text(str(found))}", "$error")
            self.query_one("#lines", Static).update(words)
            return
        self._is_known = True
        self._periods, self._place = found, max(0, len(found) - 1)
        self._show()

    # ---- what is shown

    @property
    def shown(self) -> Statement | None:
        """The statement in sight."""
        if not self._periods:
            return None
        view = self._periods[self._place]
        return view.restated if self._anew and view.restated is not None else view.statement

    def _show(self) -> None:
        statement = self.shown
        if not self.is_attached:
            return
        if statement is None:
            if self._is_known:
                self.query_one("#lines", Static).update(Content("\n").join(map(Content, NOTHING)))
            return
        view = self._periods[self._place]
        keys = _KEYS_OF_SETTLED if view.restated is not None else _KEYS
        self.query_one("#frame").border_subtitle = Content(keys)
        self.refresh_bindings()
        cells = max(20, self.query_one(VerticalScroll).size.width - 1)
        self.query_one("#which", Static).update(self._which(statement))
        self.query_one("#figures", Static).update(self._figures(view, cells))
        # Title and days, up to the first empty line, stand above already.
        doubts = view.doubts if statement is view.statement else view.restated_doubts
        table = table_text([statement], width=cells, way_out=WIDER, doubts=[doubts])
        table = table.partition("\n\n")[2]
        lines = table.rstrip("\n").split("\n")
        content = Content("\n").join(Content.styled(line, ink) for line, ink in inked(lines))
        self.query_one("#lines", Static).update(content)

    def _which(self, statement: Statement) -> Content:
        before = "‹ " if self._place else "  "
        after = " ›" if self._place + 1 < len(self._periods) else "  "
        mark, colour, name = state_of(statement, self.books.now())
        count = f"{self._place + 1:,} of {len(self._periods):,}"
        plan = f"{display_text(statement.plan_name)}, version {display_text(statement.version)}"
        return Content.assemble(
            (before, "bold $accent"), (display_text(statement.name), "bold $foreground"),
            (after, "bold $accent"), (f"  {mark} {name}", f"bold {colour}"),
            (f"  {plan} · period {count}", "$muted"),
        )  # fmt: skip

    def _figures(self, view: PeriodView, cells: int) -> Content:
        """Return the sums by their kinds, each with its name."""
        currency, settled = view.statement.currency, view.statement.due
        parts: list[tuple[str, str]] = []
        if view.digest:
            text = doubted(money_text(settled, currency), settled, view.due_doubt)
            parts += [("settled ", "$muted"), (text, "bold $accent")]
            if view.restated is not None:
                change = view.restated.due - settled
                told = f" ({signed_money(change, currency)})" if change else " (the same)"
                due = view.restated.due
                text = doubted(money_text(due, currency), due, view.restated_doubt)
                parts += [
                    (" · restated ", "$muted"),
                    (text, "$accent"),
                    (told, "$warning" if change else "$muted"),
                ]
            parts += self._digest(view, cells)
        else:
            text = doubted(money_text(settled, currency), settled, view.due_doubt)
            parts += [("live ", "$muted"), (text, "bold $accent")]
            if view.projected is not None:
                text = money_text(view.projected, currency)
                text = doubted(text, view.projected, view.projected_doubt)
                parts += [
                    (" · projected ", "$muted"),
                    (text, "$accent"),
                    (f" by {moment_text(view.statement.until, self._zone(view))}", "$muted"),
                ]
        if view.doubt:
            parts.append((f" · {view.doubt}", "$warning"))
        lines = wrapped(parts, cells)
        return Content("\n").join(Content.assemble(*line) for line in lines)

    def _digest(self, view: PeriodView, cells: int) -> list[tuple[str, str]]:
        closed = ""
        if view.closed_at is not None:
            closed = f" · frozen {moment_text(view.closed_at, self._zone(view))}"
        digest = view.digest if cells >= 110 else f"{view.digest[:_DIGEST]}…"
        if not view.is_intact:
            return [(closed, "$muted"), (f" · ✕ digest {digest} does not hold", "bold $error")]
        return [(f"{closed} · digest {digest} ✓", "$muted")]

    def _zone(self, view: PeriodView) -> tzinfo:
        return zone_of(view.statement.zone)[0]

    # ---- keys

    def action_earlier(self) -> None:
        """Show the period before."""
        self._go(self._place - 1)

    def action_later(self) -> None:
        """Show the next period."""
        self._go(self._place + 1)

    def _go(self, place: int) -> None:
        if 0 <= place < len(self._periods):
            self._place = place
            self._show()
            self.query_one(VerticalScroll).scroll_home(animate=False)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer what is worked out anew only where there is such a thing."""
        if action == "restated" and self._periods:
            return self._periods[self._place].restated is not None
        return super().check_action(action, parameters)

    def action_restated(self) -> None:
        """Show a settled period worked out anew, or as it was frozen."""
        self._anew = not self._anew
        self._show()

    def action_export(self) -> None:
        """Write it to a file."""
        from convledger.tui.screens.plan_export import StatementExportScreen

        statement = self.shown
        if statement is not None:
            every = [view.statement for view in self._periods]
            self.app.push_screen(StatementExportScreen(statement, every))


def inked(lines: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Yield the lines of a table with their styles: head and notes dim, the total bright."""
    is_head, is_over = True, False
    for line in lines:
        is_rule = bool(line) and not line.strip("─━-")
        is_total = line.startswith("total")
        if is_rule:
            yield line, "$rule"
        elif is_total:
            yield line, "bold $accent"
        else:
            yield line, "$muted" if is_head or is_over else "$foreground"
        is_head = is_head and not is_rule
        is_over = is_over or is_total


def state_of(statement: Statement, now: int) -> tuple[str, str, str]:
    """Return the mark, the colour and the name of what a statement is."""
    if statement.state == states.LIVE and statement.until <= now:
        return "◇", "$warning", "over, not frozen yet"
    return _STATES.get(statement.state, ("?", "$muted", display_text(statement.state)))
