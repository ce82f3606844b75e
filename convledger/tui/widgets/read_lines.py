"""A text that is laid out as lines for the width it has, and scrolled."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from rich.segment import Segment
from textual import events
from textual.binding import BindingType
from textual.geometry import Size
from textual.strip import Strip

from convledger.tui.actions import bindings
from convledger.tui.widgets.drawn_lines import DrawnLines
from convledger.tui.widgets.inks import ink
from convledger.tui.widgets.lines import Line


class ReadLines(DrawnLines, can_focus=True):
    """Lines to read; a subclass lays them out. One column is left free at either side."""

    SCOPE = "list"
    BINDINGS: ClassVar[list[BindingType]] = [
        one for one in bindings("list") if one.action != "open"
    ]
    ALLOW_SELECT = False
    DEFAULT_CSS = """
    ReadLines { height: 1fr; overflow-x: hidden; scrollbar-size-vertical: 1; }
    """

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's own name
        super().__init__(id=id)
        self._lines: Sequence[Line] = ()

    def laid_out(self, cells: int) -> Sequence[Line]:
        """Return what is shown as lines of at most so many cells."""
        raise NotImplementedError

    def lay_out(self, *, from_top: bool) -> None:
        """Lay out anew, because the text or the width is another one."""
        self._lines = self.laid_out(max(8, self.scrollable_content_region.width - 2))
        self.virtual_size = Size(self.size.width, max(1, len(self._lines)))
        if from_top:
            self.scroll_to(y=0, animate=False, force=True, immediate=True)
        self.refresh()

    def on_resize(self, _: events.Resize) -> None:
        """Wrap to the new width."""
        self.lay_out(from_top=False)

    def is_marked(self, place: int) -> bool:
        """Tell whether a line is to stand out."""
        del place
        return False

    def render_line(self, y: int) -> Strip:
        """Return line `y` of what is in sight."""
        cells, base = self.scrollable_content_region.width, self.base
        place = y + self.scroll_offset.y
        if not 0 <= place < len(self._lines):
            return Strip.blank(cells, base)
        line = self._lines[place]
        if self.is_marked(place):
            base += ink(self, "on $cursor" if self.has_focus else "on $panel")
        fill = base + ink(self, line.fill) if line.fill else base
        segments = [Segment(" ", base)]
        segments += [
            Segment(text, (fill + ink(self, style)) if style else fill)
            for text, style in line.parts
        ]
        return Strip(segments).adjust_cell_length(cells, fill)

    def _go(self, lines: int) -> None:
        y = max(0, self.scroll_offset.y + lines)
        self.scroll_to(y=y, animate=False, force=True, immediate=True)

    def action_down(self) -> None:
        """Scroll a line down."""
        self._go(1)

    def action_up(self) -> None:
        """Scroll a line up."""
        self._go(-1)

    def action_page_down(self) -> None:
        """Scroll a screenful down."""
        self._go(max(1, self.size.height - 2))

    def action_page_up(self) -> None:
        """Scroll a screenful up."""
        self._go(-max(1, self.size.height - 2))

    def action_first(self) -> None:
        """Go to the beginning."""
        self._go(-self.scroll_offset.y)

    def action_last(self) -> None:
        """Go to the end."""
        self._go(len(self._lines))
