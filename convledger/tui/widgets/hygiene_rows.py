"""How clean memory is: seven shares of its entries and their mean, each of which opens its list."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from convledger.tui.amounts import percent
from convledger.tui.widgets.rows import Part, RowLine, Rows

if TYPE_CHECKING:
    from convledger.memory.queue import Hygiene, Ratio

GOOD, FAIR = Fraction(9, 10), Fraction(1, 2)
_METER = 10  # cells


class HygieneRows(Rows):
    """The ratios, one or two lines each, the mean of them first."""

    HELP = (
        "Seven shares of all entries that are not archived, and their mean: no more than that. "
        "Enter lists the entries that are not as they should be."
    )

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's own name
        super().__init__(id=id)
        self.hygiene: Hygiene | None = None

    def show(self, hygiene: Hygiene) -> None:
        """Show other figures."""
        if hygiene != self.hygiene:
            self.hygiene = hygiene
            self.renew()

    def fit(self, lines: int) -> None:
        """Take two lines for each where there is room for that."""
        wanted = 2 if lines >= 16 else 1
        if wanted != self.lines_per_row:
            self.lines_per_row = wanted
            self.renew()

    def ratio_at(self, index: int) -> Ratio | None:
        """Return the ratio of a row, None for the mean."""
        if self.hygiene is None or not 1 <= index <= len(self.hygiene.ratios):
            return None
        return self.hygiene.ratios[index - 1]

    def count(self) -> int:
        """Return how many rows there are."""
        return 0 if self.hygiene is None else len(self.hygiene.ratios) + 1

    def empty_lines(self) -> list[str]:
        """Return what to say before the figures are there."""
        return ["Counting…"]

    def row(self, index: int, cells: int) -> list[RowLine]:
        """Return a name and its share, then as a meter and in numbers."""
        ratio = self.ratio_at(index)
        hygiene = self.hygiene
        if hygiene is None:
            return []
        share = hygiene.score if ratio is None else ratio.share
        colour = "$success" if share >= GOOD else "$accent" if share >= FAIR else "$error"
        name: Part = ("mean of the seven", "bold $foreground")
        numbers = f"{hygiene.entries:,} entries"
        if ratio is not None:
            name, numbers = (ratio.name, "$foreground"), f"{ratio.good:,} of {ratio.of:,}"
        figure: Part = (percent(share, 1), f"bold {colour}" if ratio is None else colour)
        if self.lines_per_row == 1:
            return [RowLine([name], [figure])]
        room = max(4, min(_METER, cells - len(numbers) - 6))
        full = int(share * room)
        meter: list[Part] = [("━" * full, colour), ("━" * (room - full), "$grid")]
        return [RowLine([name], [figure]), RowLine(meter, [(numbers, "$muted")])]
