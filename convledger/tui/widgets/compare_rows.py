"""The same usage under several plans: a row of two lines each, the cheapest first."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import TYPE_CHECKING

from textual import events

from convledger.text.display import display_text
from convledger.tui.credit_words import money_text
from convledger.tui.widgets.canvas import BOLD, DIM, INK, SERIES, Canvas, Part, measure
from convledger.tui.widgets.charts import stacked_bar
from convledger.tui.widgets.compare_columns import (
    Layout,
    badges,
    cell_of,
    difference_of,
    layout_of,
    note_of,
)
from convledger.tui.widgets.drawing import Drawing
from convledger.tui.widgets.path_line import roomiest
from convledger.tui.widgets.rows import RowLine, Rows

if TYPE_CHECKING:
    from convledger.reports.plan_figures import Compared

_ROOMY = 3  # lines of a row where all of them have room for a free one
_EDGES = 2  # cells that a list keeps free at its sides


class CompareHead(Drawing):
    """The names of the columns above the rows, where there are columns."""

    DEFAULT_CSS = "CompareHead { height: 1; }"

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's own name
        super().__init__(focusable=False, id=id)
        self._rows: Sequence[Compared] = ()

    def show(self, rows: Sequence[Compared]) -> None:
        """Show the columns that the rows of these plans have."""
        if rows != self._rows:
            self._rows = rows
            self.refresh()

    def draw(self, canvas: Canvas) -> None:
        """Draw the names where the columns are."""
        layout = layout_of(self._rows, max(0, canvas.width - _EDGES))
        canvas.put(1, 0, ("plan and what it counts", DIM), end=layout.name_end)
        for column in layout.columns:
            if column.key == "bar":
                canvas.put(column.start + 1, 0, ("fee ", DIM), ("■", SERIES[0]), (" usage ", DIM),
                           ("■", SERIES[1]))  # fmt: skip
            else:
                canvas.right(column.end + 1, 0, (column.head, DIM))


class CompareRows(Rows):
    """The plans; `show` gives it others, the cursor stays on the plan it is on."""

    HELP = (
        "Your own usage under each plan, the cheapest first: what it would count, fees and usage, "
        "and the difference to the plan in force. ★ is the cheapest, ● the one in force."
    )

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's own name
        super().__init__(id=id)
        self.plans: Sequence[Compared] = ()
        self._empty: list[str] = []
        self._layout: Layout | None = None
        self._dearest = 0

    @property
    def chosen(self) -> Compared | None:
        """The plan under the cursor."""
        return self.plans[self.cursor] if 0 <= self.cursor < len(self.plans) else None

    def show(self, plans: Sequence[Compared], empty: Sequence[str] = ()) -> None:
        """Show other plans, or what to say where there are none."""
        if (list(plans), list(empty)) == (list(self.plans), self._empty):
            return
        chosen = self.chosen
        self.plans, self._empty, self._layout = tuple(plans), list(empty), None
        # A bill that reversals lowered can be less than fees and usage together.
        bills = [max(0, row.fees) + max(0, row.usage or 0) for row in self.plans]
        self._dearest = max(bills, default=0)
        ids = [row.plan_id for row in self.plans]
        place = ids.index(chosen.plan_id) if chosen and chosen.plan_id in ids else 0
        self._fit_rows(self.size.height)
        self.renew(cursor=place)

    def on_resize(self, event: events.Resize) -> None:
        """Give each row a free line where all of them have room for one."""
        self._fit_rows(event.size.height)
        super().on_resize(event)

    def _fit_rows(self, lines: int) -> None:
        roomy = bool(self.plans) and lines >= _ROOMY * len(self.plans) - 1
        self.lines_per_row = _ROOMY if roomy else 2

    def count(self) -> int:
        """Return how many plans there are."""
        return len(self.plans)

    def empty_lines(self) -> list[str]:
        """Return what to say where there is no plan."""
        return self._empty

    def row(self, index: int, cells: int) -> list[RowLine]:
        """Return a plan with its columns."""
        room = max(1, cells - _EDGES)
        if self._layout is None or self._layout.cells != room:
            self._layout = layout_of(self.plans, room)
        canvas = Canvas(room, 2)
        draw_plan(canvas, self.plans[index], self._layout, self._dearest)
        return [RowLine(_parts(canvas, y), []) for y in range(2)]


def draw_plan(canvas: Canvas, row: Compared, layout: Layout, dearest: int) -> None:
    """Draw a plan's two lines; `dearest` picounits fill the bar."""
    _draw_name(canvas, row, layout.name_end)
    for column in layout.columns:
        if column.key == "bar":
            parts = [(max(0, row.fees), SERIES[0]), (max(0, row.usage or 0), SERIES[1])]
            if dearest and row.usage is not None:
                stacked_bar(canvas, column.start, 0, column.end - column.start, parts, dearest)
        else:
            canvas.right(column.end, 0, cell_of(row, column.key))
    note = note_of(row)
    end = layout.cells
    if layout.is_folded:
        forms = _folded(row, layout, note)
        rule = min(measure(display_text(row.rule)), layout.cells // 3)
        right = roomiest(layout.cells - rule - 2, *forms)
        end = canvas.right(end, 1, *_clipped(right, layout.cells)) - 2
    elif note:
        bar = layout.column("bar")
        if bar is not None and bar.start + measure(note) <= layout.cells:
            canvas.put(bar.start, 1, (note, DIM))
            end = bar.start - 2
        else:
            size = min(measure(note), layout.cells // 2)
            canvas.put(layout.cells - size, 1, (note, DIM), end=layout.cells)
            end = layout.cells - size - 2
    if end > 0:
        canvas.put(0, 1, (display_text(row.rule), DIM), end=end)


def _draw_name(canvas: Canvas, row: Compared, end: int) -> None:
    """Write a plan's name with its marks: in words, as signs, or the name alone."""
    name = display_text(row.name) or display_text(row.plan_id)
    marks = badges(row)
    signs = [(text[:4].replace("   ", " "), ink) for text, ink in marks]
    for shown in (marks, signs):
        room = end - measure(*shown)
        if room >= min(12, measure(name)) or not shown:
            x = canvas.put(0, 0, (name, BOLD), end=room)
            canvas.put(x, 0, *shown)
            return
    canvas.put(0, 0, (name, BOLD), end=end)


def _folded(row: Compared, layout: Layout, note: str) -> list[list[tuple[str, str]]]:
    """Return what has no column, for the second line, in ever fewer words."""
    fees: list[tuple[str, str]] = [("fees ", DIM), (money_text(row.fees, row.currency), INK)]
    usage: list[tuple[str, str]] = [("usage ", DIM), cell_of(row, "usage")]
    both = [*fees, (" + ", DIM), *usage]
    more = [*both, (f" · {note}", DIM)] if note else both
    if layout.column("difference") is not None:
        return [more, both]
    units, difference = cell_of(row, "units"), difference_of(row)
    return [[units, ("  ", DIM), difference], [difference]]


def _clipped(parts: Sequence[tuple[str, str]], cells: int) -> list[Part]:
    """Return parts only if they fit in a line."""
    return list(parts) if measure(*parts) <= cells else []


def _parts(canvas: Canvas, y: int) -> list[tuple[str, str]]:
    """Return a line of a canvas as parts of a row."""
    return [
        ("".join(glyph for glyph, _ in run), style)
        for style, run in groupby(canvas.cells[y], lambda cell: cell[1])
    ]
