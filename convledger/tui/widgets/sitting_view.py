"""Lines of words that scroll: the entry of a sitting, and where it comes from."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import ClassVar

from rich.segment import Segment
from textual import events
from textual.binding import BindingType
from textual.geometry import Size
from textual.message import Message
from textual.strip import Strip

from convledger.tui.actions import bindings
from convledger.tui.widgets.drawn_lines import DrawnLines
from convledger.tui.widgets.inks import ink
from convledger.tui.widgets.lines import Line

Make = Callable[[int, int], Sequence[Line]]  # for so many cells, and lines that are in sight
_ROOMY = 1_000


class LinesView(DrawnLines, can_focus=True):
    """Shows the lines that a function makes for its width; arrow keys scroll them."""

    SCOPE = "list"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("list")]
    DEFAULT_CSS = """
    LinesView { height: 1fr; overflow-x: hidden; scrollbar-size-vertical: 1;
        scrollbar-gutter: stable; }
    """

    @dataclass
    class Opened(Message):
        """Enter was pressed on what is shown."""

        view: LinesView

        @property
        def control(self) -> LinesView:
            """The view."""
            return self.view

    def __init__(self, *, id: str) -> None:  # noqa: A002 - Textual's own name
        super().__init__(id=id)
        self._make: Make | None = None
        self._lines: Sequence[Line] = ()

    def show(self, make: Make | None) -> None:
        """Show other lines."""
        self._make = make
        self._lay()
        self.scroll_to(y=0, animate=False, force=True)

    @property
    def lines(self) -> Sequence[Line]:
        """What there is to see."""
        return self._lines

    def wanted(self, cells: int) -> int:
        """Return how many lines there would be if there were room for all that is worth showing."""
        return len(self._make(cells, _ROOMY)) if self._make is not None and cells else 0

    @property
    def unseen(self) -> int:
        """How many lines are out of sight."""
        return max(0, len(self._lines) - self.size.height)

    def on_resize(self, _: events.Resize) -> None:
        """Lay the lines out for another width."""
        self._lay()

    def _lay(self) -> None:
        cells = self.scrollable_content_region.width or self.size.width
        self._lines = (
            self._make(cells, self.size.height) if self._make is not None and cells else ()
        )
        self.virtual_size = Size(self.size.width, len(self._lines))
        self.refresh()

    def action_down(self) -> None:
        """Scroll a line down."""
        self.scroll_down(animate=False, force=True)

    def action_up(self) -> None:
        """Scroll a line up."""
        self.scroll_up(animate=False, force=True)

    def action_page_down(self) -> None:
        """Scroll a screenful down."""
        self.scroll_page_down(animate=False, force=True)

    def action_page_up(self) -> None:
        """Scroll a screenful up."""
        self.scroll_page_up(animate=False, force=True)

    def action_first(self) -> None:
        """Scroll to the first line."""
        self.scroll_home(animate=False, force=True)

    def action_last(self) -> None:
        """Scroll to the last line."""
        self.scroll_end(animate=False, force=True)

    def action_open(self) -> None:
        """Open what is shown."""
        self.post_message(self.Opened(self))

    def render_line(self, y: int) -> Strip:
        """Return line `y` of what is in sight."""
        cells = self.scrollable_content_region.width
        base, at = self.base, y + self.scroll_offset.y
        if at >= len(self._lines):
            return Strip.blank(cells, base)
        line = self._lines[at]
        under = base + ink(self, line.fill) if line.fill else base
        segments = [Segment(text, under + ink(self, style)) for text, style in line.parts]
        return Strip(segments).adjust_cell_length(cells, under)


class EntryView(LinesView):
    """An entry."""

    HELP = (
        "The entry with who said it, when it was checked, who carries it and what that costs; what "
        "its last edit changed; and of a pair the other one, the words that differ lit up."
    )


class SourceView(LinesView):
    """Where it comes from."""

    HELP = "The messages around what is quoted, the quotation lit up. Enter opens them."
