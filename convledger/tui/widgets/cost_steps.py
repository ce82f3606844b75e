"""From list cost to full cost: a row a step, its bar beginning where the one before ended."""

from __future__ import annotations

from typing import TYPE_CHECKING

from convledger.economics.conversation_costs import ESCALATED, PEOPLE, PEOPLE_ONLY, PLAN
from convledger.reports.unit_costs.doubts import Doubts
from convledger.reports.unit_costs.noted import step_words
from convledger.tui.cost_words import sum_text, unit_text
from convledger.tui.widgets.canvas import BOLD, DIM, GOOD, INK, MONEY, SERIES, WARN, Canvas, measure
from convledger.tui.widgets.charts import stacked_bar
from convledger.tui.widgets.drawing import Drawing
from convledger.tui.widgets.drawn_row import EDGES, drawn_parts
from convledger.tui.widgets.rows import RowLine, Rows

if TYPE_CHECKING:
    from convledger.economics.waterfall import Step
    from convledger.reports.unit_costs.summary import Economics

_NAME, _AMOUNT, _UNIT, _GAP = 26, 12, 11, 2  # cells of the columns
_LEAST_BAR = 12
SUM = f"bold {MONEY}"


class CostStepsHead(Drawing):
    """The names of the columns."""

    DEFAULT_CSS = "CostStepsHead { height: 1; }"

    def __init__(self) -> None:
        super().__init__(focusable=False)
        self._span = ""

    def show(self, name: str) -> None:
        """Show what the amounts are of: "October"."""
        if name != self._span:
            self._span = name
            self.refresh()

    def draw(self, canvas: Canvas) -> None:
        """Draw the names over the columns."""
        columns = _Columns(max(0, canvas.width - EDGES))
        canvas.right(1 + columns.amount, 0, (self._span, DIM))
        if columns.unit:
            canvas.right(1 + columns.unit, 0, ("a conv.", DIM))


class CostSteps(Rows):
    """The steps of the waterfall; enter opens the conversations that have a part in one."""

    HELP = (
        "From what the calls come to at list prices to the full cost of the conversations, step "
        "by step. A plan in use turns list cost into what was billed: two views of the same calls, "
        "never added. = is a sum, – is not known; w says how a step comes about, enter opens the "
        "conversations behind it."
    )
    DEFAULT_CSS = "CostSteps { height: 1fr; }"
    lines_per_row = 1

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's own name
        super().__init__(id=id)
        self._found: Economics | None = None
        self._doubts = Doubts()
        self._empty: list[str] = []

    @property
    def chosen(self) -> Step | None:
        """The step under the cursor."""
        steps = self._found.waterfall.steps if self._found is not None else ()
        return steps[self.cursor] if 0 <= self.cursor < len(steps) else None

    def show(self, found: Economics | None, doubts: Doubts, empty: list[str]) -> None:
        """Show other steps, or what to say where there are none; the cursor stays on its step."""
        before = self.chosen
        self._found, self._doubts, self._empty = found, doubts, empty
        names = [step.name for step in found.waterfall.steps] if found is not None else []
        place = names.index(before.name) if before and before.name in names else 0
        self.renew(cursor=place)
        self.refresh(layout=True)

    def count(self) -> int:
        """Return how many steps there are."""
        return len(self._found.waterfall.steps) if self._found is not None else 0

    def empty_lines(self) -> list[str]:
        """Return what to say where there is no step."""
        return self._empty

    def row(self, index: int, cells: int) -> list[RowLine]:
        """Return a step: its name, its amount, that for a conversation, and its bar."""
        assert self._found is not None
        found, room = self._found, max(1, cells - EDGES)
        step = found.waterfall.steps[index]
        canvas, columns = Canvas(room, 1), _Columns(room)
        about = step.name in self._doubts.steps
        _draw_words(canvas, columns, step, found, is_first=index == 0, about=about)
        under = "$background"
        if index == self.cursor:
            under = "$cursor" if self.has_focus else "$panel"
        if columns.bar and step.amount is not None:
            _draw_bar(canvas, columns.bar, step, found, under)
        return [RowLine(drawn_parts(canvas), [])]


class _Columns:
    """Where columns end in so many cells; 0 where there is no room for one."""

    def __init__(self, cells: int) -> None:
        name = min(_NAME, max(8, cells - _AMOUNT - (_UNIT if cells >= 36 else 0)))
        self.name = name
        self.amount = min(cells, name + _AMOUNT)
        self.unit = self.amount + _UNIT if self.amount + _UNIT <= cells else 0
        bar = (self.unit or self.amount) + _GAP
        self.bar = bar if self.unit and cells - bar >= _LEAST_BAR else 0


def _draw_words(
    canvas: Canvas,
    columns: _Columns,
    step: Step,
    found: Economics,
    *,
    is_first: bool,
    about: bool,
) -> None:
    hand_offs = found.service.way(ESCALATED).units + found.service.way(PEOPLE_ONLY).units
    name = step_words(step, found.waterfall, hand_offs)
    signed = not (step.is_sum or is_first)
    amount = sum_text(step.amount, found.currency, signed=signed, about=about)
    each = unit_text(step.per_unit, found.currency, signed=signed, about=about)
    mark = ("= ", MONEY) if step.is_sum else ("  ", DIM)
    ink = SUM if step.is_sum else _amount_ink(step)
    canvas.right(columns.amount, 0, (amount, ink))
    end = columns.amount - measure(amount) - 1
    canvas.put(0, 0, mark, (name, BOLD if step.is_sum else INK), end=max(1, end))
    if columns.unit:
        canvas.right(columns.unit, 0, (each, DIM))


def _amount_ink(step: Step) -> str:
    if step.amount is None:
        return DIM
    return GOOD if step.amount < 0 else INK


def _draw_bar(canvas: Canvas, x: int, step: Step, found: Economics, under: str) -> None:
    """Draw a bar from the running sum on; what is less than nothing goes back from it."""
    amount = step.amount or 0
    begin = 0 if step.is_sum else step.before
    low, high = max(0, min(begin, begin + amount)), max(0, begin, begin + amount)
    tops = [each.before + max(0, each.amount or 0) for each in found.waterfall.steps]
    most = max([1, *tops])
    if high > low:
        bar = [(low, under), (high - low, _bar_colour(step))]
        stacked_bar(canvas, x, 0, canvas.width - x, bar, most)


def _bar_colour(step: Step) -> str:
    if step.is_sum:
        return MONEY
    if step.name == PEOPLE:
        return SERIES[2]
    if step.amount is not None and step.amount < 0:
        return GOOD
    return WARN if step.name == PLAN else SERIES[0]
