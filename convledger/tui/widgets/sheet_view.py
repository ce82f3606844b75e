"""Draws a sheet line by line; what is in sight stays there while heights above it are corrected."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import tzinfo

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.geometry import Size
from textual.message import Message
from textual.strip import Strip

from convledger.tui.widgets.drawn_lines import DrawnLines
from convledger.tui.widgets.heights import Anchor
from convledger.tui.widgets.inks import ink
from convledger.tui.widgets.lines import Line
from convledger.tui.widgets.script import Script
from convledger.tui.widgets.sheet import Sheet

_ROUNDS = 12  # until what has been laid out leaves nothing new in sight


class SheetView(DrawnLines, can_focus=True):
    """A view on a sheet that lays out what is in sight and around it, and asks for its texts.

    An anchor says which entry stands where on the screen; the position is worked out from it
    whenever a height has changed. At the end the last line is the anchor.
    """

    ALLOW_SELECT = False
    DEFAULT_CSS = """
    SheetView {
        height: 1fr; overflow-x: hidden; scrollbar-gutter: stable; scrollbar-size-vertical: 1;
        background: $background;
    }
    """

    @dataclass
    class Wanted(Message):
        """Texts of messages are missing: the beginnings of some, all of others."""

        beginnings: list[int]
        whole: list[int]

    def __init__(self, zone: tzinfo, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self.sheet = Sheet(zone)
        self._anchor = Anchor(0, 0)
        self._at_end = False
        self._settling = False
        self._asked: tuple[list[int], list[int]] = ([], [])
        self.nothing: tuple[str, ...] = ()  # what is said where there is no entry

    @property
    def script(self) -> Script:
        """The conversation that is shown."""
        return self.sheet.script

    @property
    def count(self) -> int:
        """How many entries there are."""
        return len(self.script.heads)

    @property
    def cells(self) -> int:
        """How many cells a line has; one is left free before the scrollbar."""
        return max(10, self.scrollable_content_region.width - 1)

    @property
    def top(self) -> int:
        """The line that belongs at the top of the view."""
        heights = self.sheet.heights
        if self._at_end:
            return max(0, heights.total - self.size.height)
        return heights.scroll_of(self._anchor, self.size.height)

    def is_at_end(self) -> bool:
        """Tell whether the last line is in sight."""
        return self.top >= self.sheet.heights.total - self.size.height

    def row_of(self, index: int) -> int:
        """Return the line of the view in which an entry begins; negative above it."""
        return self.sheet.heights.top(index) - self.top

    def hold(self, index: int, row: int) -> None:
        """Show an entry with its top in line `row` of the view, and keep it there."""
        self._anchor, self._at_end = Anchor(index, row), False
        self.settle()

    def hold_end(self) -> None:
        """Show the last line, and keep it at the bottom."""
        self._anchor, self._at_end = Anchor(max(0, self.count - 1), 0), True
        self.settle()

    def settle(self) -> None:
        """Lay out what is in sight and around it, hold the view, ask for texts that are missing."""
        height, heights = self.size.height, self.sheet.heights
        if not height or not self.count:
            self.refresh()
            return
        first = last = 0
        for _ in range(_ROUNDS):
            first = heights.at(max(0, self.top - height))[0]
            last = heights.at(self.top + 2 * height)[0]
            if not self.sheet.lay_out(first, last):
                break
        self._settling = True
        self.virtual_size = Size(self.cells + 1, heights.total)
        self.scroll_to(y=self.top, animate=False, force=True)
        self._settling = False
        wanted = self.sheet.missing(first, last)
        if any(wanted) and wanted != self._asked:
            self.post_message(self.Wanted(*wanted))
        self._asked = wanted
        self.refresh()

    def receive(self, beginnings: Mapping[int, str], whole: Mapping[int, str]) -> None:
        """Take texts that were missing."""
        self.sheet.receive(beginnings, whole=False)
        self.sheet.receive(whole, whole=True)
        self.settle()

    def on_resize(self, _: events.Resize) -> None:
        """Lay out for another width, around the part of the entry that is in sight."""
        index, row = self._anchor
        before = self.sheet.heights[index] if index < self.count else 1
        self.sheet.fit(self.cells)
        if row < 0 and index < self.count:
            self.sheet.lay_out(index, index)
            self._anchor = Anchor(index, row * self.sheet.heights[index] // before)
        self.settle()
        self.resized()

    def resized(self) -> None:
        """Hear that the view has another size, and shows what it showed before."""

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Hold from now on what a person has scrolled to."""
        super().watch_scroll_y(old_value, new_value)
        if self._settling or not self.count or round(old_value) == round(new_value):
            return
        top, heights = round(new_value), self.sheet.heights
        first, last = self._in_sight(top)
        self._at_end = top >= heights.total - self.size.height
        held = self.scrolled(first, last)
        self._anchor = Anchor(held, heights.top(held) - top)
        self.settle()

    def scrolled(self, first: int, last: int) -> int:
        """Hear which entries are in sight since a person has scrolled; return the one to hold."""
        del last
        return first

    def _in_sight(self, top: int) -> tuple[int, int]:
        """Return the first and the last entry in a view that begins with line `top`."""
        at = self.sheet.heights.at
        most = self.count - 1
        return min(most, at(top)[0]), min(most, at(top + max(0, self.size.height - 1))[0])

    def render_line(self, y: int) -> Strip:
        """Return line `y` of what is in sight."""
        cells, base = self.cells + 1, self.base
        index, part = self.sheet.heights.at(max(0, y + self.scroll_offset.y))
        if index >= self.count:
            words = self.nothing[y : y + 1] if not self.count else ()
            return self._strip(Line([(text, "$muted") for text in words]), cells, base)
        line, is_head = self.sheet.line(index, part)
        if is_head and self.is_marked(index):
            base += ink(self, "on $cursor")
        return self._strip(line, cells, base)

    def is_marked(self, index: int) -> bool:
        """Tell whether the first line of an entry is to stand out."""
        del index
        return False

    def _strip(self, line: Line, cells: int, base: Style) -> Strip:
        segments = [
            Segment(text, base + ink(self, style) if style else base) for text, style in line.parts
        ]
        fill = base + ink(self, line.fill) if line.fill else base
        return Strip(segments).adjust_cell_length(cells, fill)
