"""A list that is read further as one goes down it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Generic, TypeVar

from textual.message import Message

from convledger.tui.widgets.rows import Rows

NEAR = 50  # rows from the end at which more are asked for
Entry = TypeVar("Entry")


class LogRows(Rows, Generic[Entry]):
    """Lines of a log, the latest first; it posts `Wanted` where its end comes into sight."""

    lines_per_row = 1
    NOTHING: ClassVar[tuple[str, ...]] = ("Nothing was changed yet.",)

    @dataclass
    class Wanted(Message):
        """More lines are about to be in sight."""

        rows: LogRows[Any]

        @property
        def control(self) -> LogRows[Any]:
            """The list."""
            return self.rows

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's own name
        super().__init__(id=id)
        self.lines: list[Entry] = []
        self.has_more = False
        self._is_known = False
        self._asked = -1

    @property
    def chosen(self) -> Entry | None:
        """The line under the cursor."""
        return self.lines[self.cursor] if 0 <= self.cursor < len(self.lines) else None

    def show(self, lines: Sequence[Entry], *, has_more: bool, cursor: int | None = None) -> None:
        """Show lines from the latest on."""
        self.lines, self.has_more, self._is_known, self._asked = [*lines], has_more, True, -1
        self.renew(cursor=cursor)
        self._ask_where_near()

    def add(self, lines: Sequence[Entry], *, has_more: bool) -> None:
        """Show lines behind the last one."""
        self.lines += lines
        self.has_more = has_more
        self.renew()
        self._ask_where_near()

    def count(self) -> int:
        """Return how many lines there are by now."""
        return len(self.lines)

    def watch_cursor(self, before: int, after: int) -> None:
        """Bring the cursor's row into sight, and ask for more near the end."""
        super().watch_cursor(before, after)
        self._ask_where_near()

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Ask for more where one scrolls near the end."""
        super().watch_scroll_y(old_value, new_value)
        self._ask_where_near()

    def _ask_where_near(self) -> None:
        seen = max(self.cursor, int(self.scroll_y) // self.lines_per_row + self.size.height)
        if self.has_more and seen + NEAR >= len(self.lines) and self._asked != len(self.lines):
            self._asked = len(self.lines)
            self.post_message(self.Wanted(self))

    def empty_lines(self) -> list[str]:
        """Say that there is nothing."""
        return [*self.NOTHING] if self._is_known else ["Looking…"]
