"""What was spent today, in 7 and 30 days and in the last hour: figures to read from afar."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta, tzinfo
from typing import TYPE_CHECKING, ClassVar, cast

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import BindingType
from textual.geometry import Size
from textual.message import Message
from textual.renderables.digits import Digits

from convledger.clock import HOUR
from convledger.reports.periods import local_day, start_of_day
from convledger.text.display import width
from convledger.tui.actions import bindings
from convledger.tui.amounts import percent, usd
from convledger.tui.widgets.bar_names import plural
from convledger.tui.widgets.canvas import BOLD, DIM, INK, MONEY, Canvas
from convledger.tui.widgets.drawing import Drawing

if TYPE_CHECKING:
    from convledger.reports.live import LiveFigures, Spend

TALL = 5  # lines: label, three of digits, note


@dataclass(frozen=True, slots=True)
class Figure:
    """What was spent since an instant, UTC microseconds, until now."""

    label: str
    spend: Spend
    since: int

    @property
    def amount(self) -> str:
        """The list cost as text; where nothing was called, that is nothing, not unknown."""
        spend = self.spend
        pico = spend.list_pico if spend.calls else 0
        return usd(pico, estimated=bool(spend.estimated_calls))

    def notes(self) -> tuple[str, ...]:
        """Return what stands under the amount, each longer than the one after it."""
        spend = self.spend
        if not spend.calls:
            return ("no calls",)
        calls = f"{spend.calls:,} {plural(spend.calls, 'call')}"
        if spend.unpriced_calls:
            return f"{calls}, {spend.unpriced_calls:,} unpriced", calls
        count = spend.conversations
        return f"{calls} in {count:,} {plural(count, 'conversation')}", calls


def figures_of(live: LiveFigures, now: int, zone: tzinfo) -> list[Figure]:
    """Return the four figures, each with where its time begins."""
    today = local_day(now, zone)
    week, month = (start_of_day(today - timedelta(days=days), zone) for days in (6, 29))
    return [
        Figure("today", live.today, start_of_day(today, zone)),
        Figure("7 days", live.week, week),
        Figure("30 days", live.month, month),
        Figure("last hour", live.hour, now - HOUR),
    ]


def coverage(spend: Spend) -> str:
    """Return in words how much of a figure is known."""
    if not spend.unpriced_calls:
        known = "every call priced" if spend.calls else "no calls"
    else:
        share = percent(spend.calls - spend.unpriced_calls, spend.calls)
        known = f"{share} of calls priced"
    return f"list cost · {known}" + (" · ~ estimated" if spend.estimated_calls else "")


class SpendFigures(Drawing):
    """The figures side by side; left and right choose one, enter opens what is behind it."""

    SCOPE = "chart"
    HELP = (
        "What was spent today, in the last 7 and 30 days and in the last 60 minutes. Left and "
        "right choose a figure, enter opens its conversations."
    )
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("chart")]
    DEFAULT_CSS = "SpendFigures { height: auto; }"

    @dataclass
    class Opened(Message):
        """A figure was opened with enter, or with a click on the chosen one."""

        figure: Figure

    def __init__(self) -> None:
        super().__init__()
        self._figures: list[Figure] = []
        self._chosen = 0
        self._columns, self._slot = 4, 1

    @property
    def chosen(self) -> Figure | None:
        """The figure that the cursor is on."""
        return self._figures[self._chosen] if self._figures else None

    def show(self, figures: list[Figure]) -> None:
        """Show other figures; nothing is drawn where they are the same."""
        before, self._figures = self._figures, figures
        if [_drawn(one) for one in before] != [_drawn(one) for one in figures]:
            self.refresh(layout=self._lines(self.size.width) != self.size.height)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """Return the lines that the figures take: with digits where the screen has room."""
        del container, viewport
        return self._lines(width)

    def _lines(self, cells: int) -> int:
        columns = self._fit(cells)
        if self.screen.has_class("-high") and not self.screen.has_class("-narrow"):
            return TALL
        return -(-4 // columns)

    def _fit(self, cells: int) -> int:
        """Return how many figures stand side by side in lines of text."""
        longest = max((width(f"{one.label} {one.amount}") for one in self._figures), default=0)
        return next((columns for columns in (4, 2) if cells // columns > longest + 2), 1)

    def draw(self, canvas: Canvas) -> None:
        """Draw the figures as large as there is room for."""
        tall = canvas.height >= TALL
        self._columns = 4 if tall else self._fit(canvas.width)
        self._slot = max(1, canvas.width // self._columns)
        for place, figure in enumerate(self._figures):
            y, column = divmod(place, self._columns)
            x = column * self._slot
            (self._tall if tall else self._short)(canvas, x + 1, y, place, figure)
            if place == self._chosen and self.has_focus:
                canvas.shade(y, x=x, width=self._slot - 1, height=TALL if tall else 1)

    def _tall(self, canvas: Canvas, x: int, y: int, place: int, figure: Figure) -> None:
        del y
        end = x + self._slot - 2
        about = "~" if figure.amount.startswith("~") else ""
        label = BOLD if place == self._chosen and self.has_focus else DIM
        ink = MONEY if place == 0 else INK
        canvas.put(x, 0, (f"{figure.label}, {about}$", label), end=end)
        digits = figure.amount.lstrip("~").removeprefix("$")
        if set(digits) <= set("0123456789.,") and Digits.get_width(digits) <= end - x:
            for line, text in enumerate(_digit_lines(digits), 1):
                canvas.put(x, line, (text, ink))
        else:
            canvas.put(x, 2, (figure.amount, f"bold {ink}"), end=end)
        note = next((one for one in figure.notes() if width(one) <= end - x), figure.notes()[-1])
        canvas.put(x, 4, (note, DIM), end=end)

    def _short(self, canvas: Canvas, x: int, y: int, place: int, figure: Figure) -> None:
        label = BOLD if place == self._chosen and self.has_focus else DIM
        ink = f"bold {MONEY if place == 0 else INK}"
        end = x + self._slot - 2
        canvas.put(x, y, (f"{figure.label} ", label), (figure.amount, ink), end=end)

    def on_focus(self) -> None:
        """Show which figure is chosen."""
        self.refresh()

    def on_blur(self) -> None:
        """Show no cursor where the keys go elsewhere."""
        self.refresh()

    def _choose(self, place: int) -> None:
        place = max(0, min(len(self._figures) - 1, place))
        if place != self._chosen:
            self._chosen = place
            self.refresh()

    def action_earlier(self) -> None:
        """Choose the figure to the left."""
        self._choose(self._chosen - 1)

    def action_later(self) -> None:
        """Choose the figure to the right."""
        self._choose(self._chosen + 1)

    def action_open(self) -> None:
        """Open the conversations behind the figure."""
        if self.chosen is not None:
            self.post_message(self.Opened(self.chosen))

    def on_click(self, event: events.Click) -> None:
        """Choose the figure under the mouse; a click on the chosen one opens it."""
        row = event.y if self.size.height < TALL else 0
        place = row * self._columns + min(self._columns - 1, event.x // self._slot)
        if place == self._chosen:
            self.action_open()
        elif place < len(self._figures):
            self._choose(place)


def _drawn(figure: Figure) -> tuple[str, str, tuple[str, ...]]:
    return figure.label, figure.amount, figure.notes()


def _digit_lines(text: str) -> list[str]:
    """Return the three lines of large digits."""
    segments = cast("Iterable[Segment]", Digits(text).render(Style()))
    return "".join(segment.text for segment in segments).splitlines()
