"""A conversation on a time line, cut into billable units by one or more rules, and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, tzinfo
from typing import TYPE_CHECKING, ClassVar

from textual import events
from textual.binding import BindingType
from textual.message import Message

from convledger.text.display import clip, display_text, width
from convledger.tui.actions import bindings
from convledger.tui.widgets.bar_names import plural
from convledger.tui.widgets.boundary_lanes import Bar, Window, bars_of, draw_lane, draw_messages
from convledger.tui.widgets.boundary_scale import Scale, scale_of
from convledger.tui.widgets.boundary_words import (
    amount_parts,
    closest_forms,
    comparison_forms,
    count_text,
    lane_name,
    legend_forms,
    unit_forms,
)
from convledger.tui.widgets.burn_down import draw_sentences
from convledger.tui.widgets.canvas import BOLD, DIM, Canvas, Part, measure
from convledger.tui.widgets.drawing import Drawing
from convledger.tui.widgets.path_line import roomiest

if TYPE_CHECKING:
    from convledger.reports.plan_figures import Boundaries, Lane

_EMPTY = ("No unit was counted here.", "Nothing was said while a plan was in force.")
_GUTTER_FROM = 60  # columns from which names and sums stand at the left
_LONGEST_NAME = 20
_MARGIN = 2  # columns kept in front of the chosen unit


@dataclass(frozen=True, slots=True)
class _Rows:
    """Which lines find room, beside the bars themselves."""

    title: int
    lead: int
    clocks: int
    name: int
    words: int
    closest: int
    gap: int
    detail: int
    sentence: int
    legend: int


class BoundaryView(Drawing):
    """The time line; left and right choose a unit of the first rule, enter opens it."""

    SCOPE = "boundary"
    HELP = (
        "One conversation on a time line: messages to scale, long silences folded, and under them "
        "the billable units of each rule. The pale tail is the time in which a message would still "
        "have belonged to the unit; ✂ is where it ends, with the reason beneath. What a plan "
        "counts without cutting, like answers or tokens, stands there one by one."
    )
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("boundary")]

    @dataclass
    class Chosen(Message):
        """The cursor stands on another unit of the first rule."""

        index: int

    @dataclass
    class Opened(Message):
        """A unit of the first rule was opened."""

        index: int

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's own name
        super().__init__(id=id)
        self._told: Boundaries | None = None
        self._zone: tzinfo = UTC
        self._chosen = self._scroll = self._offset = 0
        self._scaled: tuple[int, Scale] | None = None  # the width that a scale was made for
        self._bars: list[Bar] = []
        self._window: Window | None = None

    @property
    def chosen(self) -> int | None:
        """The place of the chosen unit among those of the first rule."""
        count = self._count()
        return min(self._chosen, count - 1) if count else None

    def show(self, told: Boundaries | None, zone: tzinfo, *, chosen: int = 0) -> None:
        """Show another conversation, with `chosen` under the cursor; the same one keeps its."""
        if (told, zone) == (self._told, self._zone):
            return
        same = told and self._told and told.conversation_id == self._told.conversation_id
        self._told, self._zone, self._scaled = told, zone, None
        if not same:
            self._chosen, self._scroll, self._offset = chosen, 0, 0
        self._chosen = max(0, min(self._count() - 1, self._chosen))
        self.refresh()

    def _count(self) -> int:
        return len(self._told.lanes[0].units) if self._told and self._told.lanes else 0

    # ---- drawing

    def draw(self, canvas: Canvas) -> None:
        """Draw title, time line, units, and what they come to, as far as there is room."""
        told = self._told
        self._window = None
        if told is None:
            return
        if not any(lane.units for lane in told.lanes):
            draw_sentences(canvas, _why_empty(told))
            return
        rows = self._rows(canvas, told)
        left = self._gutter(told) if canvas.width >= _GUTTER_FROM else 0
        scale = self._scale(told, canvas.width - left)
        self._scroll = self._scrolled(scale, canvas.width - left)
        window = self._window = Window(canvas, left, self._scroll)
        y = rows.title + rows.lead
        if rows.title:
            self._title(canvas, told, window, scale)
        if rows.clocks:
            draw_messages(window, scale, told, y, self._zone)
            y += rows.clocks
        y += rows.lead
        y = self._lanes(window, scale, told, rows, y)
        self._foot(canvas, told, scale, rows, y)

    def _rows(self, canvas: Canvas, told: Boundaries) -> _Rows:
        """Return which lines there is room for, the most telling first."""
        lanes = len(told.lanes)
        room = canvas.height - lanes
        taken: dict[str, int] = {}

        def take(name: str, lines: int, each: int = 1) -> None:
            nonlocal room
            taken[name] = lines if lines * each <= room else 0
            room -= taken[name] * each

        take("clocks", 2)
        take("title", 1)
        take("name", int(canvas.width < _GUTTER_FROM), lanes)
        take("why", 1, lanes)
        take("detail", 1)
        if taken["why"]:
            take("when", 1, lanes)
        take("sentence", 1)
        take("gap", 1, lanes)
        take("legend", 1)
        take("closest", 1, sum(lane.closest is not None for lane in told.lanes))
        take("lead", 1, 2)
        words = taken.pop("why") + taken.pop("when", 0)
        return _Rows(words=words, **taken)

    def _gutter(self, told: Boundaries) -> int:
        texts = [lane_name(lane) for lane in told.lanes]
        texts += ["".join(text for text, _ in self._sum(lane)) for lane in told.lanes]
        return min(_LONGEST_NAME, max(map(width, texts))) + 1

    def _sum(self, lane: Lane) -> list[tuple[str, str]]:
        currency = self._told.currency if self._told else "USD"
        return amount_parts(lane.credits, lane.money, currency, lane.doubt)

    def _scale(self, told: Boundaries, cells: int) -> Scale:
        if self._scaled is None or self._scaled[0] != cells:
            wide = cells >= _GUTTER_FROM
            scale = scale_of(told, cells, 10 if wide else 8, 8 if wide else 5)
            self._scaled = cells, scale
            self._bars = list(bars_of(scale, told.lanes[0].units))
        return self._scaled[1]

    def _scrolled(self, scale: Scale, cells: int) -> int:
        """Return the first column in sight: the chosen unit's beginning is always among them."""
        if scale.width <= cells or not self._bars:
            self._offset = 0
            return 0
        bar = self._bars[self.chosen or 0]
        if self._offset or bar.start < self._scroll or bar.end > self._scroll + cells:
            room = cells - (bar.end - bar.start)
            before = max(_MARGIN, room // 3) if not self._offset else _MARGIN
            self._scroll = bar.start - before + self._offset
        return max(0, min(scale.width - cells, self._scroll))

    def _title(self, canvas: Canvas, told: Boundaries, window: Window, scale: Scale) -> None:
        end = canvas.width
        seen = [bar.place for bar in self._bars
                if bar.start < window.until and bar.end > window.scroll]  # fmt: skip
        if seen and scale.width > canvas.width - window.left:
            before = "‹ " if window.scroll else ""
            after = " ›" if window.until < scale.width else ""
            places = f"{seen[0] + 1:,}–{seen[-1] + 1:,}" if len(seen) > 1 else f"{seen[0] + 1:,}"
            note = f"{before}{places} of {len(self._bars):,}{after}"
            end = canvas.right(end, 0, (note, DIM)) - 2
        count = len(told.messages)
        origin = f"  {display_text(told.source)} · {count:,} {plural(count, 'message')}"
        title = display_text(told.title) or "no title"
        room = end - measure(origin)
        if room >= min(16, width(title)):
            x = canvas.put(0, 0, (title, BOLD), end=room)
            canvas.put(x, 0, (origin, DIM))
        else:
            canvas.put(0, 0, (title, BOLD), end=end)

    def _lanes(self, window: Window, scale: Scale, told: Boundaries, rows: _Rows, y: int) -> int:
        """Draw as many rules as there is room for; return the row behind them."""
        canvas = window.canvas
        for place, lane in enumerate(told.lanes):
            if y + rows.name >= canvas.height:
                break
            name = lane_name(lane)
            amount = self._sum(lane)
            if window.left:
                canvas.put(0, y, (clip(name, window.left - 1), BOLD))
                notes = [amount, [(count_text(lane), DIM)]]
                for row, note in enumerate(notes[: rows.words], y + 1):
                    canvas.put(0, row, *note, end=window.left - 1)
            elif rows.name:
                units: list[Part] = [(" · ", DIM), *amount, (f" · {count_text(lane)}", DIM)]
                room = canvas.width - measure(*units)
                x = canvas.put(0, y, (name, BOLD), end=max(room, canvas.width // 2))
                canvas.put(x, y, *units, end=canvas.width)
                y += 1
            draw_lane(
                window,
                scale,
                lane,
                place,
                y,
                chosen=self.chosen if place == 0 else None,
                lines=rows.words,
                zone=self._zone,
            )
            y += 1 + rows.words
            if rows.closest and lane.closest is not None:
                room = canvas.width - window.left
                canvas.put(window.left, y, *roomiest(room, *closest_forms(lane, self._zone)),
                           end=canvas.width)  # fmt: skip
                y += 1
            y += rows.gap
        return y

    def _foot(self, canvas: Canvas, told: Boundaries, scale: Scale, rows: _Rows, y: int) -> None:
        """Draw the chosen unit in words, the comparison, and at the bottom the legend."""
        if rows.detail and self.chosen is not None and y < canvas.height:
            forms = unit_forms(told, self.chosen, self._zone)
            canvas.put(0, y, *roomiest(canvas.width, *forms), end=canvas.width)
            y += 1
        if rows.sentence and y < canvas.height:
            forms = comparison_forms(told)
            canvas.put(0, y, *roomiest(canvas.width, *forms), end=canvas.width)
        if rows.legend:
            forms = legend_forms(scale.step, cuts=not all(lane.counted for lane in told.lanes))
            canvas.put(0, canvas.height - 1, *roomiest(canvas.width, *forms), end=canvas.width)

    # ---- what a person does

    def choose(self, index: int) -> None:
        """Put the cursor on a unit of the first rule."""
        index = max(0, min(self._count() - 1, index))
        if self._count() and index != self._chosen:
            self._chosen, self._offset = index, 0
            self.refresh()
            self.post_message(self.Chosen(index))

    def action_earlier(self) -> None:
        """Choose the unit before, or go back within a long one."""
        if self._offset:
            self._offset = max(0, self._offset - self._leap())
            self.refresh()
        else:
            self.choose(self._chosen - 1)

    def action_later(self) -> None:
        """Choose the next unit, or go on within one that is longer than the screen."""
        if self._window is not None and self._bars and self.chosen is not None:
            is_longer = self._bars[self.chosen].end > self._window.until
            if is_longer:
                self._offset += self._leap()
                self.refresh()
                return
        self.choose(self._chosen + 1)

    def _leap(self) -> int:
        window = self._window
        return max(1, (window.until - window.scroll) * 3 // 4) if window else 1

    def action_open(self) -> None:
        """Open the chosen unit."""
        if self.chosen is not None:
            self.post_message(self.Opened(self.chosen))

    def on_click(self, event: events.Click) -> None:
        """Choose the unit under the mouse; a click on the chosen one opens it."""
        if self._window is None:
            return
        column = event.x - self._window.left + self._window.scroll
        place = next((bar.place for bar in self._bars if bar.start <= column < bar.tail), None)
        if place is None:
            return
        if place == self.chosen:
            self.action_open()
        else:
            self.choose(place)


def _why_empty(told: Boundaries) -> Sequence[str]:
    """Return in sentences why there is no unit: nothing was counted, or nobody knows of what."""
    uncounted = max((lane.doubt.uncounted for lane in told.lanes), default=0)
    if not uncounted:
        return _EMPTY
    calls = f"{uncounted:,} {plural(uncounted, 'call')}"
    return f"The tokens of {calls} are unknown.", "What they count as is unknown too."
