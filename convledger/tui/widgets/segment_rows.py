"""The pivot: costs by one segment or two, the dearest first, and all of them together below."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from convledger.economics.conversation_costs import PEOPLE
from convledger.economics.waterfall import FULL_SUM, MACHINE_SUM
from convledger.reports.unit_costs.doubts import Doubts
from convledger.text.display import clip, display_text, width
from convledger.text.path_ends import last_parts
from convledger.tui.amounts import percent
from convledger.tui.cost_words import sum_text, unit_text
from convledger.tui.widgets.canvas import BOLD, DIM, INK, MONEY, RULE, Canvas
from convledger.tui.widgets.drawing import Drawing
from convledger.tui.widgets.drawn_row import EDGES, drawn_parts
from convledger.tui.widgets.rows import RowLine, Rows

if TYPE_CHECKING:
    from collections.abc import Sequence

    from convledger.economics.segments import SegmentRow, SegmentTable

_LEAST_NAME = 14
# Columns from the left: key, head, cells; those that go first where room is short stand in _GOES.
_HEADS = {
    "units": ("conv.", 7), "escalated": ("escalated", 12), "machine": ("machine", 11),
    "people": ("people", 11), "revenue": ("revenue", 11), "full": ("full", 12),
    "each": ("per conv.", 11),
}  # fmt: skip
_GOES = ("revenue", "people", "machine", "escalated", "each", "units")


@dataclass(frozen=True, slots=True)
class Layout:
    """Where the names end, and where each column does."""

    name: int
    ends: dict[str, int]


def layout_of(table: SegmentTable | None, cells: int) -> Layout:
    """Return the columns that have room beside the names."""
    has_revenue = table is not None and table.total.revenue is not None
    keys = [key for key in _HEADS if key != "revenue" or has_revenue]
    least = _LEAST_NAME * (1 if table is None else len(table.by))
    for gone in _GOES:
        if cells - sum(_HEADS[key][1] for key in keys) >= least:
            break
        keys = [key for key in keys if key != gone]
    end = cells
    ends = {}
    for key in reversed(keys):
        ends[key] = end
        end -= _HEADS[key][1]
    return Layout(max(1, end), ends)


def names_of(table: SegmentTable | None) -> list[tuple[str, ...]]:
    """Return what the rows of a table are called; a folder by the end that tells it from others."""
    if table is None:
        return []
    found = [[display_text(key) for key in row.keys] for row in table.rows]
    if "project" in table.by:
        place = table.by.index("project")
        ends = last_parts([row.keys[place] for row in table.rows])
        for names, row in zip(found, table.rows, strict=True):
            names[place] = display_text(ends[row.keys[place]])
    return [tuple(names) for names in found]


def side_by_side(names: Sequence[str], cells: int) -> str:
    """Return names in so many cells: of two a long one leaves the other at least half of them."""
    if len(names) != 2 or width(" · ".join(names)) <= cells:
        return " · ".join(names)
    first, second = names
    room = max(2, cells - len(" · "))
    first = clip(first, max(room - width(second), room // 2))
    return f"{first} · {clip(second, room - width(first))}"


class SegmentHead(Drawing):
    """The names of the segments and of the columns."""

    DEFAULT_CSS = "SegmentHead { height: 1; }"

    def __init__(self) -> None:
        super().__init__(focusable=False)
        self._table: SegmentTable | None = None

    def show(self, table: SegmentTable | None) -> None:
        """Show the columns of a table."""
        self._table = table
        self.refresh()

    def draw(self, canvas: Canvas) -> None:
        """Draw the names where the columns are."""
        if self._table is None:
            return
        layout = layout_of(self._table, max(1, canvas.width - EDGES))
        canvas.put(1, 0, (" · ".join(self._table.by), DIM), end=layout.name)
        for key, end in layout.ends.items():
            canvas.right(1 + end, 0, (_HEADS[key][0], DIM))


class SegmentRows(Rows):
    """The segments; enter opens the conversations of one."""

    HELP = (
        "The full cost by segment, the dearest first; the rows add up exactly to the line below "
        "them, “(none)” is what has no value. A conversation that used several models counts with "
        "the one that most of its cost is of. g chooses the segments, x writes the table."
    )
    lines_per_row = 1

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's own name
        super().__init__(id=id)
        self.table: SegmentTable | None = None
        self._currency = "USD"
        self._doubts = Doubts()
        self._empty: list[str] = []
        self._names: list[tuple[str, ...]] = []

    @property
    def chosen(self) -> SegmentRow | None:
        """The segment under the cursor."""
        rows = self.table.rows if self.table is not None else ()
        return rows[self.cursor] if 0 <= self.cursor < len(rows) else None

    def show(
        self, table: SegmentTable | None, currency: str, doubts: Doubts, empty: list[str]
    ) -> None:
        """Show another table; the cursor stays on its segment."""
        before = self.chosen
        self.table, self._currency, self._empty = table, currency, empty
        self._doubts = doubts
        self._names = names_of(table)
        keys = [row.keys for row in table.rows] if table is not None else []
        self.renew(cursor=keys.index(before.keys) if before and before.keys in keys else 0)

    def count(self) -> int:
        """Return how many segments there are."""
        return len(self.table.rows) if self.table is not None else 0

    def empty_lines(self) -> list[str]:
        """Return what to say where there is no segment."""
        return self._empty

    def row(self, index: int, cells: int) -> list[RowLine]:
        """Return a segment with its columns."""
        assert self.table is not None
        one, room = self.table.rows[index], max(1, cells - EDGES)
        canvas, layout = Canvas(room, 1), layout_of(self.table, room)
        name = side_by_side(self._names[index], layout.name)
        draw_segment(canvas, 0, 0, name, one, layout, self._currency, self._doubts)
        return [RowLine(drawn_parts(canvas), [])]


class SegmentTotal(Drawing):
    """All segments together."""

    DEFAULT_CSS = "SegmentTotal { height: 2; }"

    def __init__(self) -> None:
        super().__init__(focusable=False)
        self._table: SegmentTable | None = None
        self._currency = "USD"
        self._doubts = Doubts()

    def show(self, table: SegmentTable | None, currency: str, doubts: Doubts) -> None:
        """Show another table's total."""
        self._table, self._currency, self._doubts = table, currency, doubts
        self.refresh()

    def draw(self, canvas: Canvas) -> None:
        """Draw a line, and the total under it."""
        table = self._table
        if table is None or not table.rows:
            return
        canvas.fill(1, 0, "─", RULE, max(0, canvas.width - EDGES))
        layout = layout_of(table, max(1, canvas.width - EDGES))
        draw_segment(
            canvas, 1, 1, "all", table.total, layout, self._currency, self._doubts, bold=True
        )


def draw_segment(
    canvas: Canvas,
    x: int,
    y: int,
    name: str,
    row: SegmentRow,
    layout: Layout,
    currency: str,
    doubts: Doubts,
    *,
    bold: bool = False,
) -> None:
    """Draw a row's name and figures from column `x` on."""
    strong = BOLD if bold else INK
    for key, end in layout.ends.items():
        text = _cell(row, key, currency, doubts)
        ink = f"bold {MONEY}" if key == "each" and text != "–" else DIM if text == "–" else strong
        canvas.right(x + end, y, (text, ink))
    canvas.put(x, y, (name, strong), end=x + layout.name)


def _cell(row: SegmentRow, key: str, currency: str, doubts: Doubts) -> str:
    if key == "units":
        return f"{row.units:,}"
    if key == "escalated":
        share = "–" if row.escalation is None else percent(row.escalation, 1)
        return f"{row.escalated:,} · {share}"
    if key == "each":
        about = row.doubt and FULL_SUM in doubts.steps and bool(row.per_unit)
        return unit_text(row.per_unit, currency, about=about)
    amounts = {
        "machine": row.machine_cost,
        "people": row.people_cost,
        "full": row.cost,
        "revenue": row.revenue,
    }
    rests_on = {"machine": MACHINE_SUM, "people": PEOPLE, "full": FULL_SUM}
    about = row.doubt and rests_on.get(key) in doubts.steps and bool(amounts[key])
    return sum_text(amounts[key], currency, about=about)
