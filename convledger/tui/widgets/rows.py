"""A list of any length that draws only the rows in sight."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import BindingType
from textual.geometry import Region, Size
from textual.message import Message
from textual.reactive import reactive
from textual.strip import Strip

from convledger.text.display import clip, width
from convledger.tui.actions import bindings
from convledger.tui.widgets.drawn_lines import DrawnLines
from convledger.tui.widgets.inks import ink

Part = tuple[str, str]  # displayed text and the name of its style, as "bold $foreground"


@dataclass(slots=True)
class RowLine:
    """One line of a row: parts from the left, which are cut with … for room, and from the right."""

    left: list[Part]
    right: list[Part]


class Rows(DrawnLines, can_focus=True):
    """A list with a cursor; a subclass says how many rows there are and what each shows.

    Rows all have the same number of lines. Texts must have gone through `display_text`.
    """

    SCOPE = "list"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("list")]
    DEFAULT_CSS = """
    Rows { height: 1fr; overflow-x: hidden; scrollbar-size-vertical: 1; background: $background; }
    """
    lines_per_row = 2
    cursor: reactive[int] = reactive(0, repaint=False)

    @dataclass
    class Opened(Message):
        """A row was opened with enter or a click on the cursor."""

        rows: Rows
        index: int

        @property
        def control(self) -> Rows:
            """The list."""
            return self.rows

    @dataclass
    class Moved(Message):
        """The cursor stands on another row."""

        rows: Rows
        index: int

        @property
        def control(self) -> Rows:
            """The list."""
            return self.rows

    def count(self) -> int:
        """Return how many rows there are."""
        raise NotImplementedError

    def row(self, index: int, cells: int) -> list[RowLine]:
        """Return the lines of row `index` for a width of `cells`."""
        raise NotImplementedError

    def empty_lines(self) -> list[str]:
        """Return what to say where there is no row: what it means and what to do."""
        return []

    def renew(self, *, cursor: int | None = None) -> None:
        """Draw anew after the rows have changed."""
        self.virtual_size = Size(self.size.width, max(1, self.count() * self.lines_per_row))
        if cursor is not None:
            self.set_reactive(Rows.cursor, self.validate_cursor(cursor))
            self._show_cursor()
        elif self.cursor >= self.count():
            self.cursor = self.count() - 1
        self.refresh()

    def validate_cursor(self, value: int) -> int:
        """Keep the cursor on a row."""
        return max(0, min(self.count() - 1, value))

    def watch_cursor(self, before: int, after: int) -> None:
        """Bring the cursor's row into sight and tell of it."""
        self._show_cursor()
        for index in (before, after):
            self.refresh(self._region(index).translate(-self.scroll_offset))
        self.post_message(self.Moved(self, after))

    def on_resize(self, _: events.Resize) -> None:
        """Fit the rows to the new width."""
        self.renew()
        self._show_cursor()

    def _region(self, index: int) -> Region:
        return Region(0, index * self.lines_per_row, max(1, self.size.width), self.lines_per_row)

    def _show_cursor(self) -> None:
        if self.size.height:
            self.scroll_to_region(
                self._region(self.cursor), animate=False, force=True, immediate=True
            )

    def action_down(self) -> None:
        """Go to the next row."""
        self.cursor += 1

    def action_up(self) -> None:
        """Go to the row before."""
        self.cursor -= 1

    def action_page_down(self) -> None:
        """Go a screenful further."""
        self.cursor += self._page()

    def action_page_up(self) -> None:
        """Go a screenful back."""
        self.cursor -= self._page()

    def _page(self) -> int:
        return max(1, self.size.height // self.lines_per_row - 1)

    def action_first(self) -> None:
        """Go to the first row."""
        self.cursor = 0

    def action_last(self) -> None:
        """Go to the last row."""
        self.cursor = self.count() - 1

    def action_open(self) -> None:
        """Open the row under the cursor."""
        if self.count():
            self.post_message(self.Opened(self, self.cursor))

    def on_click(self, event: events.Click) -> None:
        """Put the cursor where the mouse is; a click on the cursor opens the row."""
        index = (event.y + self.scroll_offset.y) // self.lines_per_row
        if index >= self.count():
            return
        if index == self.cursor:
            self.action_open()
        else:
            self.cursor = index

    def render_line(self, y: int) -> Strip:
        """Return line `y` of what is in sight."""
        cells = self.scrollable_content_region.width
        base = self.base
        index, part = divmod(y + self.scroll_offset.y, self.lines_per_row)
        if index >= self.count():
            return (
                self._empty_line(y, cells, base) if not self.count() else Strip.blank(cells, base)
            )
        lines = self.row(index, cells)
        if part >= len(lines):
            return Strip.blank(cells, base)
        if index == self.cursor:
            base += ink(self, "on $cursor" if self.has_focus else "on $panel")
        return self._strip(lines[part], cells, base)

    def _strip(self, line: RowLine, cells: int, base: Style) -> Strip:
        right = [Segment(text, base + ink(self, style)) for text, style in line.right]
        right_cells = sum(width(text) for text, _ in line.right)
        room = max(0, cells - right_cells - (4 if right else 2))
        segments = [Segment(" ", base)]
        segments += [
            Segment(text, base + ink(self, style)) for text, style in fitted(line.left, room)
        ]
        strip = Strip(segments).adjust_cell_length(max(0, cells - right_cells - 1), base)
        if right:
            strip = Strip.join([strip, Strip([*right, Segment(" ", base)])])
        return strip.adjust_cell_length(cells, base)

    def _empty_line(self, y: int, cells: int, base: Style) -> Strip:
        lines = self.empty_lines()
        if y >= len(lines):
            return Strip.blank(cells, base)
        style = "$foreground" if y == 0 else "$muted"
        return self._strip(RowLine([(lines[y], style)], []), cells, base)


def fitted(parts: Sequence[Part], room: int) -> Iterator[Part]:
    """Yield parts for so many cells; what is cut ends in …, also between two parts."""
    for index, (text, style) in enumerate(parts):
        if room <= 0:
            return
        cells = width(text)
        is_followed = any(rest.strip() for rest, _ in parts[index + 1 :])
        shown = clip(text, room - 1, "") + "…" if is_followed and cells == room else text
        yield clip(shown, room), style
        room -= cells
