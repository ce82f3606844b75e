"""What people alone would have cost beside what was spent, and revenue beside all costs."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from convledger.reports.unit_costs.noted import decimal
from convledger.tui.amounts import percent
from convledger.tui.cost_words import sum_text, unit_text
from convledger.tui.widgets.canvas import BAD, BOLD, DIM, GOOD, INK, Canvas, measure
from convledger.tui.widgets.drawn_row import EDGES, drawn_parts
from convledger.tui.widgets.path_line import roomiest
from convledger.tui.widgets.rows import RowLine, Rows

if TYPE_CHECKING:
    from convledger.reports.unit_costs.summary import Economics

BASELINE, ACTUAL, SAVED, REVENUE, MARGIN = "baseline", "actual", "saved", "revenue", "margin"


@dataclass(frozen=True, slots=True)
class ReturnRow:
    """A figure with how it comes about, in more words and in fewer; which number it is."""

    what: str
    name: str
    how: str
    short: str
    amount: str
    ink: str
    is_bold: bool = False


def return_rows(found: Economics) -> list[ReturnRow]:
    """Return the figures that are known."""
    currency, rows = found.currency, list[ReturnRow]()
    if (back := found.back) is not None:
        minutes = f"{decimal(found.costs.baseline_minutes or 0)} min"
        hour = f"{sum_text(found.costs.hourly, currency)}/h"
        served = f"{found.service.known:,}"
        is_less = back.savings < 0
        roi = f"ROI {_share(back.roi)}"
        rows += [
            ReturnRow(BASELINE, "All by people", f"{served} × {minutes} × {hour}",
                      f"{served} × {minutes}", sum_text(back.baseline, currency, about=True), INK),
            ReturnRow(ACTUAL, "As it was", "machine and people", "",
                      sum_text(back.actual, currency, about=found.coverage.doubt), INK),
            ReturnRow(SAVED, "Spent more" if is_less else "Saved", f"{roi} of the cost", roi,
                      sum_text(abs(back.savings), currency, about=True), BAD if is_less else GOOD,
                      is_bold=True),
        ]  # fmt: skip
    if found.revenue.amount is not None:
        earned = found.revenue
        is_loss = earned.left is not None and earned.left < 0
        each = unit_text(earned.per_unit, currency)
        margin = f"margin {_share(earned.margin)}"
        rows += [
            ReturnRow(REVENUE, "Revenue", f"{each} a conversation", each,
                      sum_text(earned.amount, currency), INK),
            ReturnRow(MARGIN, "Short" if is_loss else "Left over", f"{margin} of revenue", margin,
                      sum_text(None if earned.left is None else abs(earned.left), currency),
                      BAD if is_loss else GOOD, is_bold=True),
        ]  # fmt: skip
    return rows


def _share(value: Fraction | None) -> str:
    return "–" if value is None else percent(value, 1)


class ReturnRows(Rows):
    """The figures; enter opens the conversations behind one."""

    HELP = (
        "What the same conversations had cost served by people alone, beside what they did cost: "
        "the conversations that were served × the minutes people need for one × what their hour "
        "costs. Savings and return are as good as these minutes; b changes them. Revenue that was "
        "entered stands below, with what all costs leave of it."
    )
    DEFAULT_CSS = "ReturnRows { height: auto; }"
    lines_per_row = 1

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's own name
        super().__init__(id=id)
        self.figures: list[ReturnRow] = []
        self._empty: list[str] = []

    @property
    def chosen(self) -> ReturnRow | None:
        """The figure under the cursor."""
        return self.figures[self.cursor] if 0 <= self.cursor < len(self.figures) else None

    def show(self, found: Economics | None, empty: list[str]) -> None:
        """Show other figures, or what to say where there are none."""
        self.figures = return_rows(found) if found is not None else []
        self._empty = empty
        self.renew()
        self.styles.height = max(1, len(self.figures) or len(empty))

    def count(self) -> int:
        """Return how many figures there are."""
        return len(self.figures)

    def empty_lines(self) -> list[str]:
        """Return why there is none, and what to do."""
        return self._empty

    def row(self, index: int, cells: int) -> list[RowLine]:
        """Return a figure with how it comes about."""
        one = self.figures[index]
        canvas = Canvas(max(1, cells - EDGES), 1)
        bold = "bold " if one.is_bold else ""
        canvas.right(canvas.width, 0, (one.amount, f"{bold}{one.ink}"))
        room = canvas.width - measure(one.amount) - 2
        names: list[tuple[str, str]] = [(f"{one.name}  ", BOLD if one.is_bold else INK)]
        how = [(one.how, DIM)]
        said = roomiest(room, [*names, *how], [*names, (one.short, DIM)], names)
        canvas.put(0, 0, *said, end=max(1, room))
        return [RowLine(drawn_parts(canvas), [])]
