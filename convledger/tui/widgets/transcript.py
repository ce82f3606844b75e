"""A conversation as it was held: a cursor on one of its entries, keys to read and to find."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual import events
from textual.binding import BindingType
from textual.message import Message
from textual.reactive import reactive

from convledger.tui.actions import bindings
from convledger.tui.widgets.lines import pattern_of
from convledger.tui.widgets.script import Script
from convledger.tui.widgets.sheet_view import SheetView

STEP = 3  # lines, within an entry that is longer than the view
_NOTHING = (-1, 0)


class Transcript(SheetView):
    """The entries of a conversation under each other, with a cursor that stands on one of them."""

    SCOPE = "list"
    HELP = (
        "▸ is folded to a line, ▾ open, · has no text. A bar at the left holds an entry together; "
        "┆ marks what was taken over from a parent or taken back later, × what failed. What "
        "sub-agents say stands further in; ◈ and ┃ mark what is kept in memory. Beside a name: "
        "tokens and list cost of its call; at the right: what all calls up to there have cost."
    )
    # Enter belongs to the reader: it folds.
    BINDINGS: ClassVar[list[BindingType]] = [
        one for one in bindings("list") if one.action != "open"
    ]
    cursor: reactive[int] = reactive(0, repaint=False)

    @dataclass
    class Moved(Message):
        """The cursor stands on another entry, or the same one in another state."""

        index: int

    matches: Sequence[int] = ()
    _match_line = 0  # of the entry under the cursor: the match that was gone to
    _sought = _NOTHING  # the entry whose match is to be shown when its text is here, and which way

    # ---- what is shown

    def show(self, script: Script) -> None:
        """Show another state of the conversation: what is in sight stays, the end is followed."""
        before = self.script
        count = self.count
        follows = count > 0 and self.cursor == count - 1 and self.is_at_end()
        self.sheet.show(script)
        if script.names[:count] != before.names:
            self._anchor = self._anchor._replace(block=_moved(before, script, self._anchor.block))
            self.set_reactive(Transcript.cursor, _moved(before, script, self.cursor))
        if follows and self.count > count:
            self.set_reactive(Transcript.cursor, self.count - 1)
            self.hold_end()
        else:
            self.set_reactive(Transcript.cursor, self.validate_cursor(self.cursor))
            self._at_end = self._at_end and follows
            self.settle()
        self.post_message(self.Moved(self.cursor))

    def receive(self, beginnings: Mapping[int, str], whole: Mapping[int, str]) -> None:
        """Take texts that were missing; one may hold the match that is to be shown."""
        super().receive(beginnings, whole)
        if self._sought != _NOTHING and self.sheet.is_exact(self._sought[0]):
            self._show_sought()

    def resized(self) -> None:
        """Keep the cursor in sight."""
        self._show_cursor()

    def is_marked(self, index: int) -> bool:
        """Tell whether the cursor stands on an entry."""
        return index == self.cursor

    # ---- the cursor

    def validate_cursor(self, value: int) -> int:
        """Keep the cursor on an entry."""
        return max(0, min(self.count - 1, value))

    def watch_cursor(self, before: int, after: int) -> None:
        """Tell where the cursor is."""
        if before != after:
            self._match_line, self._sought = 0, _NOTHING
            self.post_message(self.Moved(after))
            self.refresh()

    def scrolled(self, first: int, last: int) -> int:
        """Take the cursor along, to the last entry at the end; what it is on is held."""
        self.cursor = self.count - 1 if self._at_end else max(first, min(last, self.cursor))
        return self.cursor

    def go_to(self, index: int, row: int | None = None) -> None:
        """Put the cursor on an entry and bring it into sight, its top at `row` if one is given."""
        if self.count:
            self.cursor = index
            if row is None:
                self._show_cursor()
            else:
                self.hold(self.cursor, row)

    def _show_cursor(self) -> None:
        """Scroll no further than it takes to see the entry under the cursor."""
        if not self.count or (self._at_end and self.cursor == self.count - 1):
            return
        row, height = self.row_of(self.cursor), self.sheet.heights[self.cursor]
        view = self.size.height
        if row < 0 and row + height < view:
            row = min(0, view - height)
        elif row + height > view and row > 0:
            row = max(0, view - height)
        self.hold(self.cursor, row)

    def action_down(self) -> None:
        """Go to the next entry, or further down in one that is longer than the view."""
        below = self.row_of(min(self.count, self.cursor + 1)) - self.size.height
        if self.count and below > 0:
            self._scroll(min(STEP, below))
        elif self.cursor < self.count - 1:
            self.go_to(self.cursor + 1)

    def action_up(self) -> None:
        """Go to the entry before, or further up in one that is longer than the view."""
        above = -self.row_of(self.cursor) if self.count else 0
        if above > 0:
            self._scroll(-min(STEP, above))
        elif self.cursor > 0:
            self.go_to(self.cursor - 1)

    def action_page_down(self) -> None:
        """Go a screenful further."""
        self._page(1)

    def action_page_up(self) -> None:
        """Go a screenful back."""
        self._page(-1)

    def _page(self, way: int) -> None:
        if self.is_at_end() if way > 0 else not self.top:
            self.cursor = self.count - 1 if way > 0 else 0
            return
        self._scroll(way * max(1, self.size.height - 2))
        if not self._at_end:
            first, last = self._in_sight(self.top)
            begins = self.row_of(first) < 0 and first < last
            self.cursor = first + begins

    def _scroll(self, lines: int) -> None:
        self.scroll_to(y=self.top + lines, animate=False, force=True)

    def action_first(self) -> None:
        """Go to the first entry."""
        self.go_to(0, 0)

    def action_last(self) -> None:
        """Go to the end of the last entry."""
        self.cursor = self.count - 1
        self.hold_end()

    def go_prompt(self, way: int) -> bool:
        """Go to the next prompt, or to the one before; tell whether there is one."""
        at = _beside(self.script.prompts, self.cursor, way)
        if at is not None:
            self.go_to(at, 0)
        return at is not None

    def go_branch(self) -> bool:
        """Go to where the next branch begins, at last to the first; tell whether there is one."""
        begins = sorted(self.script.branches)
        if begins:
            at = next((one for one in begins if one > self.cursor), begins[0])
            self.go_to(at, 0)
        return bool(begins)

    # ---- what was found

    def find(self, text: str, messages: Sequence[int]) -> None:
        """Mark a text in the messages that hold it; an empty text ends it."""
        wanted = set(messages)
        self.matches = [at for at, head in enumerate(self.script.heads) if head.id in wanted]
        self._match_line, self._sought = 0, _NOTHING
        self.sheet.find(pattern_of(text) if text.strip() else None, self.matches)
        self.settle()

    @property
    def match(self) -> int:
        """Which of the matches the cursor stands on, from 1; 0 where on none."""
        at = bisect_left(self.matches, self.cursor)
        return at + 1 if at < len(self.matches) and self.matches[at] == self.cursor else 0

    def go_match(self, way: int) -> None:
        """Go to the next place in which something was found, or back; round at the end."""
        if self.match and self.sheet.is_open(self.cursor):
            line = _beside(self.sheet.found_lines(self.cursor), self._match_line, way)
            if line is not None:
                self._show_match(line)
                return
        if self.matches:
            at = _beside(self.matches, self.cursor, way)
            around = self.matches[0 if way > 0 else -1]
            self.go_to_match(around if at is None else at, way)

    def go_to_match(self, index: int, way: int = 1) -> None:
        """Open an entry and show the first place in which something was found, or the last."""
        if not self.sheet.is_open(index):
            self.sheet.turn(index)
        self.go_to(index, 0)
        self._sought = (index, way)
        if self.sheet.is_exact(index):
            self._show_sought()

    def _show_sought(self) -> None:
        index, way = self._sought
        self._sought = _NOTHING
        lines = self.sheet.found_lines(index)
        if lines:
            self._show_match(lines[0 if way > 0 else -1])

    def _show_match(self, line: int) -> None:
        self._match_line = line
        self.hold(self.cursor, min(0, self.size.height // 3 - line))

    # ---- open and folded

    def action_open(self) -> None:
        """Open the entry under the cursor, or fold it."""
        self.fold(self.cursor)

    def fold(self, index: int) -> None:
        """Open an entry or fold it, and put the cursor on it."""
        if index < self.count:
            self.sheet.turn(index)
            self.cursor = index
            self.hold(index, max(0, self.row_of(index)))

    def fold_all(self) -> bool:
        """Open or fold all that is folded by itself; tell whether it is open now."""
        row = max(0, self.row_of(self.cursor)) if self.count else 0
        opened = self.sheet.turn_all()
        self.go_to(self.cursor, row)
        return opened

    def on_click(self, event: events.Click) -> None:
        """Put the cursor where the mouse is; the first line of an entry opens or folds it."""
        index, part = self.sheet.heights.at(event.y + self.scroll_offset.y)
        if index < self.count:
            on_head = self.sheet.line(index, part)[1]
            if on_head and (index == self.cursor or not self.sheet.is_open(index)):
                self.fold(index)
            self.cursor = index


def _beside(places: Sequence[int], place: int, way: int) -> int | None:
    """Return the place behind `place`, or with a negative `way` the one before it."""
    at = bisect_right(places, place) if way > 0 else bisect_left(places, place) - 1
    return places[at] if 0 <= at < len(places) else None


def _moved(before: Script, after: Script, index: int) -> int:
    """Return where an entry stands now, or the nearest one before it that is still there."""
    places = {name: at for at, name in enumerate(after.names)}
    for at in range(min(index, len(before.names) - 1), -1, -1):
        if before.names[at] in places:
            return places[before.names[at]]
    return 0
