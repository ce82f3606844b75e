"""How clean memory is: a row for each ratio, with a thin meter and its counts."""

from __future__ import annotations

from convledger.memory.queue import Hygiene, Ratio
from convledger.tui.amounts import percent
from convledger.tui.widgets.canvas import DIM, GOOD, INK, MONEY
from convledger.tui.widgets.rows import RowLine, Rows
from convledger.tui.widgets.thin_meter import thin_meter

_METER = 12
_FINE = 9, 10  # from nine tenths on it is well


class HygieneRows(Rows):
    """The ratios; enter lists the entries that are not as they should be."""

    HELP = (
        "Seven shares of all entries that are not archived, and no more than that: their mean is "
        "the score. Enter lists the entries that a share lacks, to be decided one by one."
    )

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's own name
        super().__init__(id=id)
        self._ratios: tuple[Ratio, ...] = ()

    def show(self, hygiene: Hygiene | None) -> None:
        """Show other ratios."""
        ratios = hygiene.ratios if hygiene is not None else ()
        if ratios != self._ratios:
            self._ratios = ratios
            self.renew()

    def fold(self, *, is_folded: bool) -> None:
        """Show a ratio in one line, or in two."""
        lines = 1 if is_folded else 2
        if lines != self.lines_per_row:
            self.lines_per_row = lines
            self.renew(cursor=self.cursor)

    def ratio(self, index: int) -> Ratio | None:
        """Return the ratio of a row."""
        return self._ratios[index] if 0 <= index < len(self._ratios) else None

    def count(self) -> int:
        """Return how many ratios there are."""
        return len(self._ratios)

    def empty_lines(self) -> list[str]:
        """Return what stands there before anything is known."""
        return ["Counting …"]

    def row(self, index: int, cells: int) -> list[RowLine]:
        """Return the name, the meter and the share, then the counts."""
        ratio = self._ratios[index]
        is_fine = ratio.good * _FINE[1] >= ratio.of * _FINE[0]
        colour = GOOD if is_fine else MONEY
        counts = f"{ratio.good:,} of {ratio.of:,}"
        share = (f"{percent(ratio.good, ratio.of):>6}", colour)
        whole = max(1, ratio.of)
        bar = thin_meter(ratio.good, whole, _METER, colour) if ratio.of else [("", "")]
        if self.lines_per_row == 1:
            beside = [(f"  {counts}", DIM)] if cells >= 50 else []
            return [RowLine([(ratio.name, INK), *beside], [*bar, share])]
        return [RowLine([(ratio.name, INK)], [*bar, share]), RowLine([(counts, DIM)], [])]
