"""Units counted by inactivity timeout: a column a step, a knob under the chosen one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from textual import events
from textual.binding import BindingType
from textual.message import Message

from convledger.reports.render.numbers import difference, doubted
from convledger.text.display import display_text
from convledger.tui.actions import bindings
from convledger.tui.amounts import Axis, tokens
from convledger.tui.credit_words import money_text, signed_money, timeout_text
from convledger.tui.widgets.burn_down import draw_sentences
from convledger.tui.widgets.canvas import (
    BAD,
    BOLD,
    DIM,
    FOCUS,
    GHOSTS,
    GOOD,
    INK,
    MONEY,
    RULE,
    SERIES,
    Canvas,
    Part,
    measure,
)
from convledger.tui.widgets.charts import Columns, stacked_column
from convledger.tui.widgets.drawing import Drawing

if TYPE_CHECKING:
    from convledger.reports.plan_figures import Sensitivity

_EMPTY = ("No timeout to move.", "A unit of this plan does not end after a silence.")
_WIDEST = 5  # cells of a column with the gap behind it, while there are few
_CHOSEN = f"bold {MONEY}"
_HINT = "move the slider"


class TimeoutSlider(Drawing):
    """The columns with their knob; left and right make the timeout shorter and longer."""

    SCOPE = "slider"
    HELP = (
        "What the plan would count if a unit ended after a shorter or longer silence, on your own "
        "messages. Left and right move the knob; ○ is the plan's own timeout."
    )
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("slider")]

    @dataclass
    class Moved(Message):
        """The knob stands under another step."""

        place: int

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's own name
        super().__init__(id=id)
        self._told: Sensitivity | None = None
        self._place = 0
        self._columns: Columns | None = None

    @property
    def place(self) -> int | None:
        """The place of the step under the knob."""
        return self._place if self._told and self._told.steps else None

    def show(self, told: Sensitivity | None) -> None:
        """Show another plan's steps; the knob stays on its timeout, else goes to the plan's own."""
        if told == self._told:
            return
        before, self._told = self._told, told
        if told is not None and told.steps:
            timeout = before.steps[self._place].timeout if before and before.steps else None
            same = before is not None and before.plan_name == told.plan_name
            places = [place for place, step in enumerate(told.steps) if step.timeout == timeout]
            own = max(0, min(len(told.steps) - 1, told.own))
            self._place = places[0] if same and places else own
        self.refresh()

    # ---- drawing

    def draw(self, canvas: Canvas) -> None:
        """Draw columns, slider and examples, as far as there is room."""
        told, self._columns = self._told, None
        if told is None:
            return
        if not told.steps:
            draw_sentences(canvas, _EMPTY)
            return
        examples = self._examples(told)
        height = canvas.height
        spare = 1 if height >= 14 else 0
        shown = 0 if height < 4 else min(len(examples), max(1, (height - 4) // 3))
        slider = 2 if height >= 6 else 1 if height >= 2 else 0
        rows = height - shown - slider - spare * 2
        columns = self._columns = self._fit(canvas, told)
        if rows >= 2:
            self._draw_columns(canvas, told, columns, rows)
        else:
            rows = 0
        y = rows + (spare if rows else 0)
        if slider:
            self._draw_track(canvas, told, columns, y)
        if slider > 1:
            self._draw_timeouts(canvas, told, columns, y + 1)
        if shown:
            lines = self._lines(told, examples[:shown], canvas.width)
            self._draw_examples(canvas, lines, y + slider + spare, columns.left)

    def _fit(self, canvas: Canvas, told: Sensitivity) -> Columns:
        """Return columns as wide as there is room for; too many are shown around the knob."""
        count = len(told.steps)
        widest = max(_WIDEST, min(8, max(len(f"{step.units:,}") for step in told.steps) + 1))
        pitch = max(1, min(widest, canvas.width // count))
        thickness = pitch - 1 if pitch > 2 else 1
        shown = max(1, min(count, canvas.width // pitch))
        first = max(0, min(count - shown, self._place - shown // 2))
        left = max(0, min(4, (canvas.width - shown * pitch + 1) // 2))
        return Columns(first, shown, left, pitch, thickness)

    def _seen(self, columns: Columns) -> range:
        return range(columns.first, columns.first + columns.shown)

    def _middle(self, columns: Columns, place: int) -> int:
        return columns.place(place) + (columns.thickness - 1) // 2

    def _draw_columns(self, canvas: Canvas, told: Sensitivity, columns: Columns, rows: int) -> None:
        """Draw the columns with their counts; where these would touch, the chosen one is kept."""
        base = rows - 1
        most = max([1, *(told.steps[place].units for place in self._seen(columns))])
        axis = Axis(most, max(1, rows - 1), max(1, rows - 1))
        tops: dict[int, int] = {}
        for place in self._seen(columns):
            units = told.steps[place].units
            colour = MONEY if place == self._place else GHOSTS[0]
            if place == told.own and place != self._place:
                colour = SERIES[0]
            x = columns.place(place)
            stacked_column(canvas, x, base, columns.thickness, [(units, colour)], axis)
            cells = -(-max(1, axis.eighths(units)) // 8) if units else 0
            tops[place] = base - cells
        self._draw_counts(canvas, told, columns, tops)

    def _draw_counts(
        self, canvas: Canvas, told: Sensitivity, columns: Columns, tops: dict[int, int]
    ) -> None:
        """Write each count above its column, where it covers neither another nor a column."""
        taken: dict[int, list[tuple[int, int]]] = {}
        for place in sorted(tops, key=lambda one: (one != self._place, one != told.own, one)):
            units, row = told.steps[place].units, tops[place]
            text = f"{units:,}"
            text = tokens(units) if len(text) > max(columns.pitch, 4) else text
            ink = _CHOSEN if place == self._place else INK if place == told.own else DIM
            size = measure(text)
            x = max(0, min(canvas.width - size, self._middle(columns, place) - (size - 1) // 2))
            near = taken.setdefault(row, [])
            covers = any(
                top < row
                and x < columns.place(other) + columns.thickness
                and columns.place(other) < x + size
                for other, top in tops.items()
            )
            is_free = all(x > end or x + size < start for start, end in near)
            if row >= 0 and size <= canvas.width and is_free and not covers:
                canvas.put(x, row, (text, ink))
                near.append((x, x + size))

    def _draw_track(self, canvas: Canvas, told: Sensitivity, columns: Columns, y: int) -> None:
        """Draw the line that the knob slides on, with a ring at the plan's own timeout."""
        knob = self._middle(columns, self._place)
        canvas.fill(columns.left, y, "━", FOCUS, knob - columns.left)
        canvas.fill(knob, y, "━", RULE, columns.end - knob)
        if columns.holds(told.own) and told.own != self._place:
            canvas.fill(self._middle(columns, told.own), y, "○", f"bold {FOCUS}")
        canvas.fill(knob, y, "●", _CHOSEN)

    def _draw_timeouts(self, canvas: Canvas, told: Sensitivity, columns: Columns, y: int) -> None:
        """Name the chosen timeout, the outermost and as many others as find room."""
        seen = self._seen(columns)
        order = [self._place, told.own, seen[0], seen[-1], *seen]
        taken: list[tuple[int, int]] = []
        for place in order:
            if place not in seen:
                continue
            text = timeout_text(told.steps[place].timeout)
            size = measure(text)
            middle = self._middle(columns, place)
            x = max(0, min(canvas.width - size, middle - size // 2))
            if size <= canvas.width and all(x > end + 1 or x + size + 1 < start
                                            for start, end in taken):  # fmt: skip
                ink = _CHOSEN if place == self._place else DIM
                canvas.put(x, y, (text, ink))
                taken.append((x, x + size))

    def _examples(self, told: Sensitivity) -> list[tuple[str, int, str]]:
        """Return name, place and note of the chosen step, of the plan's own or the next one,
        and of the first one from which on the bill stays the same."""
        steps, place = told.steps, self._place
        wanted = [place]
        if told.own != place and 0 <= told.own < len(steps):
            wanted.append(told.own)
        if place + 1 < len(steps):
            wanted.append(place + 1)
        shown = [(timeout_text(steps[one].timeout), one, "") for one in wanted[:2]]
        flat = flat_from(told)
        if flat is not None:
            name = f"from {timeout_text(steps[flat].timeout)} on"
            shown.append((name, flat, ", the fee alone"))
        return shown

    def _lines(
        self, told: Sensitivity, shown: list[tuple[str, int, str]], cells: int
    ) -> list[list[Part]]:
        """Write examples out below each other; where room is short, each in fewer words."""
        names = [name for name, _, _ in shown]
        counts = [
            f"{told.steps[one].units:,} {display_text(told.unit_name)}" for _, one, _ in shown
        ]
        longest, most = max(map(measure, names)), max(map(measure, counts))
        below = [
            self._line(told, one, f"{name.ljust(longest)}  {count.rjust(most)}  = ", note)
            for (name, one, note), count in zip(shown, counts, strict=True)
        ]
        if max(measure(*line) for line in below) <= cells:
            return below
        lines = []
        for (name, one, note), count in zip(shown, counts, strict=True):
            bare = f"{told.steps[one].units:,}"
            forms = [(f"{name}  {count} = ", note), (f"{name}  {count} = ", ""),
                     (f"{name}  {bare} = ", ""), (f"{name} = ", "")]  # fmt: skip
            drawn = [self._line(told, one, *form) for form in forms]
            short = [line[:-1] for line in drawn]  # without the difference to the plan's own
            fits = (line for line in (*drawn[:1], *short) if measure(*line) <= cells)
            lines.append(next(fits, short[-1]))
        return lines

    def _line(self, told: Sensitivity, one: int, head: str, note: str) -> list[Part]:
        """Return an example; its last part is the difference to the plan's own bill, if any."""
        is_chosen = one == self._place and not head.startswith("from ")
        mark = "● " if is_chosen else "○ " if one == told.own else "  "
        step = told.steps[one]
        total = step.total
        amount = doubted(money_text(total, told.currency), total, step.doubt)
        return [
            (mark, MONEY if is_chosen else FOCUS),
            (head.removesuffix("= "), BOLD if is_chosen else INK),
            ("= ", DIM),
            (amount + note, MONEY if total is not None else DIM),
            self._against_own(told, one) if is_chosen else "",
        ]

    def _against_own(self, told: Sensitivity, place: int) -> Part:
        """Return by how much the bill differs from that of the plan's own timeout."""
        if place == told.own or not 0 <= told.own < len(told.steps):
            return ""
        step, held = told.steps[place], told.steps[told.own]
        total, own = step.total, held.total
        if total is None or own is None or total == own:
            return ""
        ink = GOOD if total < own else BAD
        words = signed_money(total - own, told.currency)
        return f"  {difference(words, total - own, step.doubt | held.doubt)}", ink

    def _draw_examples(self, canvas: Canvas, lines: list[list[Part]], y: int, left: int) -> None:
        longest = max((measure(*line) for line in lines), default=0)
        x = left if left + longest <= canvas.width else 0
        for row, line in enumerate(lines, y):
            canvas.put(x, row, *line, end=canvas.width)
        hint: list[Part] = [("← →", _CHOSEN), (f" {_HINT}", DIM)]
        if lines and x + measure(*lines[0]) + 3 + measure(*hint) <= canvas.width:
            canvas.right(canvas.width, y, *hint)

    # ---- what a person does

    def choose(self, place: int) -> None:
        """Put the knob under a step."""
        if self._told is None or not self._told.steps:
            return
        place = max(0, min(len(self._told.steps) - 1, place))
        if place != self._place:
            self._place = place
            self.refresh()
            self.post_message(self.Moved(place))

    def action_shorter(self) -> None:
        """Go to the next shorter timeout."""
        self.choose(self._place - 1)

    def action_longer(self) -> None:
        """Go to the next longer timeout."""
        self.choose(self._place + 1)

    def on_click(self, event: events.Click) -> None:
        """Put the knob where the mouse is."""
        place = self._columns.bar_at(event.x) if self._columns else None
        if place is not None:
            self.choose(place)


def flat_from(told: Sensitivity) -> int | None:
    """Return the first step from which on the bill stays the same though fewer units count."""
    steps = told.steps
    if len(steps) < 2 or steps[-1].total is None:
        return None
    first = len(steps) - 1
    while first and steps[first - 1].total == steps[-1].total:
        first -= 1
    is_flat = first < len(steps) - 1 and steps[first].units != steps[-1].units
    return first if is_flat and steps[0].total != steps[-1].total else None
