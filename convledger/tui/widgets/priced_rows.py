"""Models with a known price, in a list of one line each, to price another one like them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from convledger.text.display import display_text
from convledger.tui.widgets.entry import RowsBelow
from convledger.tui.widgets.path_line import roomiest
from convledger.tui.widgets.rows import Part, RowLine

if TYPE_CHECKING:
    from convledger.pricing import PriceLine

_PRICE = 9  # cells of a price like $150.00
_NAME = 24  # cells that the name of a model needs beside its prices


class PricedRows(RowsBelow):
    """The first row stands for "costs nothing", the others for models of the price list."""

    HELP = (
        "Models that a price is known for, those with the most similar names first, and what they "
        "cost per million tokens. Enter prices the unpriced model like the one under the cursor."
    )
    lines_per_row = 1

    def __init__(self) -> None:
        super().__init__()
        self._all: list[PriceLine] = []
        self._shown: list[PriceLine] = []
        self._words: list[str] = []
        self._is_known = False

    def show(self, lines: list[PriceLine]) -> None:
        """Show the models of a price list, in their order."""
        self._all, self._is_known = lines, True
        self.narrow(" ".join(self._words))

    def narrow(self, text: str) -> None:
        """Show only models whose provider or name has every word of `text`."""
        self._words = text.lower().split()
        self._shown = [
            line
            for line in self._all
            if all(word in f"{line.provider}/{line.model}".lower() for word in self._words)
        ]
        self.renew(cursor=1 if self._shown else 0)

    def chosen(self, index: int) -> PriceLine | None:
        """Return the model of a row, None for the first one: it costs nothing."""
        return self._shown[index - 1] if 0 < index <= len(self._shown) else None

    def count(self) -> int:
        """Return how many rows there are, once the price list is known."""
        return 1 + len(self._shown) if self._is_known else 0

    def row(self, index: int, cells: int) -> list[RowLine]:
        """Return a model with its provider and prices."""
        line = self.chosen(index)
        if line is None:
            return [RowLine([("It costs nothing", "$foreground")], [("free", "bold $accent")])]
        costs, output = _dollars(line.input), _dollars(line.output)
        both: list[Part] = [
            (costs.rjust(_PRICE), "$accent"),
            (" in", "$muted"),
            (output.rjust(_PRICE), "$accent"),
            (" out", "$muted"),
        ]
        short: list[Part] = [(f"  {costs}/{output}", "$accent")]
        name: list[Part] = [
            (display_text(line.model), "$foreground"),
            (f"  {display_text(line.provider)}", "$muted"),
        ]
        return [RowLine(name, roomiest(cells - _NAME, both, short))]

    def empty_lines(self) -> list[str]:
        """Return what is waited for."""
        return ["Opening the price list …"]


def _dollars(exact: str | None) -> str:
    """Return an exact amount with two places at least: "0.8" is $0.80."""
    if exact is None:
        return "–"
    whole, _, cents = exact.partition(".")
    return f"${whole}.{cents:0<2}"
