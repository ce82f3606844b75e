"""The dialog for the currency in which Economics shows its amounts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from textual import events, on
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from convledger.reports.unit_costs.known_currencies import LISTED
from convledger.tui.widgets.dialog import Dialog
from convledger.tui.widgets.rows import RowLine, Rows

if TYPE_CHECKING:
    from convledger.reports.unit_costs.known_currencies import KnownCurrency

_MOST = 14  # rows in sight
_ABOUT = (
    "Amounts are turned by the dated rates that you entered; none is looked up. Without a rate a "
    "part is not known, –, and never nothing. `convledger cost rate USD EUR 0.92 --since "
    "2026-10-01` enters one."
)


class CurrencyRows(Rows):
    """A line a currency: its code, what is in it, and whether list prices can be turned into it."""

    HELP = "Currencies that amounts are in or that have a rate. Enter shows all amounts in one."
    DEFAULT_CSS = "CurrencyRows { background: $surface; }"
    lines_per_row = 1

    def __init__(self, known: Sequence[KnownCurrency], shown: str) -> None:
        super().__init__()
        self.known = list(known)
        self._shown = shown

    def count(self) -> int:
        """Return how many currencies there are."""
        return len(self.known)

    def row(self, index: int, cells: int) -> list[RowLine]:
        """Return a currency."""
        del cells
        one = self.known[index]
        is_shown = one.code == self._shown
        lacks = "" if one.has_rate else f"no rate from {LISTED}"
        return [
            RowLine(
                [("● " if is_shown else "  ", "$accent"),
                 (one.code.ljust(6), "bold $foreground" if is_shown else "$foreground"),
                 (", ".join(one.held), "$muted")],
                [(lacks, "$warning")] if lacks else [],
            )
        ]  # fmt: skip


class CurrencyScreen(Dialog[str]):
    """Returns the currency that amounts are to be shown in."""

    HELP = "The currency in which Economics shows its amounts, until the app ends."
    DEFAULT_CSS = """
    CurrencyScreen > #frame { max-width: 64; }
    CurrencyScreen #about { width: 100%; height: auto; margin: 1 0 0 0; }
    CurrencyScreen.-tiny > #frame { padding: 0 1; width: 100%; max-height: 100%; }
    """
    AUTO_FOCUS: ClassVar[str] = "CurrencyRows"

    def __init__(self, known: Sequence[KnownCurrency], shown: str) -> None:
        super().__init__("Currency", "⏎ Show · esc Back")
        self._known, self._shown = known, shown

    def parts(self) -> list[Widget]:
        """Return the currencies, and what rates are."""
        return [
            CurrencyRows(self._known, self._shown),
            Static(Content.styled(_ABOUT, "$muted"), id="about"),
        ]

    def on_mount(self) -> None:
        """Begin on what is shown."""
        rows = self.query_one(CurrencyRows)
        rows.styles.height = max(1, min(rows.count(), _MOST))
        codes = [one.code for one in self._known]
        if self._shown in codes:
            rows.renew(cursor=codes.index(self._shown))

    def on_resize(self, event: events.Resize) -> None:
        """Use all of a small screen."""
        self.set_class(event.size.height < 18 or event.size.width < 60, "-tiny")

    @on(Rows.Opened)
    def _take(self, event: Rows.Opened) -> None:
        self.dismiss(self._known[event.index].code)
