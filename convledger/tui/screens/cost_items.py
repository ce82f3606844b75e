"""The list of costs beside tokens: entered, changed, removed, and how much of each nobody bears."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, ClassVar, cast

from textual import events, on
from textual.binding import Binding, BindingType
from textual.widget import Widget

from convledger.reports.periods import local_day
from convledger.reports.unit_costs.noted import day_name
from convledger.text.display import display_text
from convledger.tui.cost_changes import remove_item
from convledger.tui.cost_words import sum_text
from convledger.tui.screens.cost_item import RULE_WORDS, CostItemScreen
from convledger.tui.widgets.dialog import Dialog
from convledger.tui.widgets.rows import RowLine, Rows

if TYPE_CHECKING:
    from convledger.reports.unit_costs.shared import Left
    from convledger.store.costs import StoredItem
    from convledger.tui.app import ConvledgerApp
    from convledger.tui.undo import Step

_EMPTY = (
    "No cost beside tokens is entered.",
    "a enters one: a subscription, servers, retrieval, revenue.",
    "`convledger cost import` takes them from a table.",
)


class CostItemRows(Rows):
    """Two lines a cost: its name and amount, then days, rule and for whom."""

    HELP = (
        "Costs and revenue beside tokens. The second line says for which days, how each is divided "
        "and for whom; what of it no conversation bears stands at the right. a enters one, e "
        "changes the one under the cursor, D removes it, u takes the last change back."
    )
    DEFAULT_CSS = "CostItemRows { background: $surface; }"

    def __init__(self, left: Mapping[int, Left], currency: str) -> None:
        super().__init__()
        self.costs: list[StoredItem] = []
        self._left, self._currency = left, currency
        self._is_known = False

    @property
    def chosen(self) -> StoredItem | None:
        """The cost under the cursor."""
        return self.costs[self.cursor] if 0 <= self.cursor < len(self.costs) else None

    def show(self, costs: list[StoredItem]) -> None:
        """Show other costs."""
        self.costs, self._is_known = costs, True
        self.renew()

    def count(self) -> int:
        """Return how many costs there are."""
        return len(self.costs)

    def row(self, index: int, cells: int) -> list[RowLine]:
        """Return a cost."""
        del cells
        one = self.costs[index]
        each = f" a {one.every}" if one.every else ""
        ink = "$success" if one.amount < 0 or one.kind == "revenue" else "$accent"
        whom = ", ".join(f"{name} {' or '.join(values)}" for name, values in one.scope.items())
        about = [_days_words(one), RULE_WORDS.get(one.rule, one.rule)]
        about += [f"only {display_text(whom)}"] if whom else []
        left = self._left.get(one.id)
        missing = ""
        if left is not None:
            missing = f"unallocated {sum_text(left.amount, self._currency)}"
        return [
            RowLine([(display_text(one.name), "$foreground"), (f"  {one.kind}", "$muted")],
                    [(f"{sum_text(one.amount, one.currency)}{each}", ink)]),
            RowLine([(" · ".join(about), "$muted")], [(missing, "$warning")] if missing else []),
        ]  # fmt: skip

    def empty_lines(self) -> list[str]:
        """Return what to do."""
        return list(_EMPTY) if self._is_known else ["Looking at the costs…"]


def _days_words(one: StoredItem) -> str:
    first = day_name(one.since)
    if one.until is None:
        return f"{first} on"
    last = day_name(one.until - timedelta(days=1))
    return first if last == first else f"{first} to {last}"


class CostItemsScreen(Dialog[None]):
    """Lists the costs, and opens the dialog for one."""

    HELP = "What was entered beside tokens. Nothing is lost: u brings back what was removed."
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("a,n", "add", "Enter"),
        Binding("e", "edit", "Change"),
        Binding("D,delete", "remove", "Remove"),
        Binding("u", "undo", "Undo"),
    ]
    DEFAULT_CSS = """
    CostItemsScreen > #frame { max-width: 92; height: 80%; padding: 1 1; }
    CostItemsScreen.-tiny > #frame { width: 100%; height: 100%; max-height: 100%; padding: 0; }
    """
    AUTO_FOCUS: ClassVar[str] = "CostItemRows"

    def __init__(self, left: Mapping[int, Left], currency: str) -> None:
        super().__init__("Costs beside tokens", "a Enter · e Change · D Remove · u Undo · esc Back")
        self._left, self._currency = left, currency

    @property
    def books(self) -> ConvledgerApp:
        """The app, by its own type."""
        return cast("ConvledgerApp", self.app)

    def parts(self) -> list[Widget]:
        """Return the list."""
        return [CostItemRows(self._left, self._currency)]

    def on_mount(self) -> None:
        """Ask for the costs."""
        self._ask()

    def on_resize(self, event: events.Resize) -> None:
        """Use all of a small screen."""
        self.set_class(event.size.height < 18 or event.size.width < 64, "-tiny")

    def _ask(self) -> None:
        self.books.ask(("costs", id(self)), lambda ledger: ledger.cost_items(), self._show)

    def _show(self, costs: list[StoredItem]) -> None:
        if self.is_attached:
            self.query_one(CostItemRows).show(costs)

    def action_add(self) -> None:
        """Enter a cost."""
        today = local_day(self.books.now(), self.books.zone)
        self.app.push_screen(CostItemScreen(today=today), lambda _: self._ask())

    @on(Rows.Opened)
    def action_edit(self) -> None:
        """Change the cost under the cursor."""
        one = self.query_one(CostItemRows).chosen
        if one is not None:
            self.app.push_screen(CostItemScreen(one), lambda _: self._ask())

    def action_remove(self) -> None:
        """Remove the cost under the cursor; u brings it back."""
        one, now = self.query_one(CostItemRows).chosen, self.books.now
        if one is not None:
            self.books.ask(
                ("remove", id(self)), lambda ledger: remove_item(ledger, one, now), self._removed
            )

    def _removed(self, step: Step) -> None:
        self.books.undoing.push(step)
        self.books.say(f"{step.words} · u takes it back")
        self.books.renew()
        if self.is_attached:
            self._ask()

    def action_undo(self) -> None:
        """Take back the last change."""
        self.books.action_undo()
        self._ask()
