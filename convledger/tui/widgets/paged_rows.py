"""A list of any number of ids, of which only those in sight have their lines."""

from __future__ import annotations

from array import array
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

from textual.message import Message

from convledger.tui.widgets.rows import Part, RowLine, Rows

PAGE = 100  # lines asked for at once
KEPT = 2_000  # lines remembered
NEAR = 1_000  # rows: new figures seldom move an id further than this


class Numbered(Protocol):
    """Whatever has an id."""

    @property
    def id(self) -> int:
        """Its number."""


Shown = TypeVar("Shown", bound=Numbered)


class PagedRows(Rows, Generic[Shown]):
    """Things by their ids, two lines each; lines come in pages and are kept for a while.

    It posts `Wanted` for lines that it lacks; who hears that answers with `fill`. A subclass says
    what a line shows.
    """

    NOTHING = ("Looking…",)
    GONE = "no longer in the ledger"

    @dataclass
    class Wanted(Message):
        """Lines of these ids are about to be in sight."""

        rows: PagedRows[Any]
        ids: tuple[int, ...]

        @property
        def control(self) -> PagedRows[Any]:
            """The list."""
            return self.rows

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's own name
        super().__init__(id=id)
        self.ids: array[int] = array("q")
        self.marks: set[int] = set()
        self.now = 0  # UTC microseconds
        self.nothing: Sequence[str] = self.NOTHING
        self._lines: OrderedDict[int, Shown | None] = OrderedDict()
        self._stale: set[int] = set()
        self._asked: frozenset[int] = frozenset()
        self._will_ask = False

    # ---- what it holds

    @property
    def current(self) -> int | None:
        """The one under the cursor."""
        return self.ids[self.cursor] if 0 <= self.cursor < len(self.ids) else None

    def line(self, number: int | None) -> Shown | None:
        """Return the line of an id if it is known."""
        return None if number is None else self._lines.get(number)

    def show(self, ids: array[int], *, keeping_place: bool) -> None:
        """List other ids: from the top, or with the cursor and what is in sight where it was."""
        before, seen_from = self.current, self.scroll_offset.y
        above = self.cursor * self.lines_per_row - seen_from
        place = self._place_of(before, ids) if keeping_place else 0
        self.ids = ids
        self._asked = frozenset()
        self.renew(cursor=place)
        if not keeping_place:
            self.scroll_to(y=0, animate=False, force=True, immediate=True)
        elif seen_from:  # who looks at the top sees what is new there
            y = place * self.lines_per_row - above
            self.scroll_to(y=y, animate=False, force=True, immediate=True)

    def _place_of(self, number: int | None, ids: array[int]) -> int:
        """Return where an id is now; where it is gone, the place that it had."""
        if number is None:
            return 0
        first = max(0, self.cursor - NEAR)
        for start, stop in ((first, self.cursor + NEAR), (0, len(ids))):
            try:
                return ids.index(number, start, stop)
            except ValueError:
                continue
        return self.cursor

    def fill(self, asked: Iterable[int], lines: Iterable[Shown]) -> None:
        """Take lines that have come; what was asked for and did not come is gone."""
        found = {line.id: line for line in lines}
        changed = False
        for number in asked:
            line = found.get(number)
            changed |= number not in self._lines or self._lines[number] != line
            self._lines[number] = line
            self._lines.move_to_end(number)
            self._stale.discard(number)
        while len(self._lines) > KEPT:
            self._stale.discard(self._lines.popitem(last=False)[0])
        self._asked = frozenset()
        if changed:
            self.refresh()

    def expire(self) -> None:
        """Ask again for every line when it is next in sight; until then the old one stands."""
        self._stale = set(self._lines)
        self._asked = frozenset()
        self.refresh()

    # ---- how it looks

    def count(self) -> int:
        """Return how many are listed."""
        return len(self.ids)

    def empty_lines(self) -> list[str]:
        """Return what to say where there is nothing."""
        return list(self.nothing)

    def row(self, index: int, cells: int) -> list[RowLine]:
        """Return the lines of a row; "…" while they are on their way."""
        number = self.ids[index]
        line = self._lines.get(number)
        if line is None or number in self._stale:
            self._lack(number)
        is_marked = number in self.marks
        mark: Part = ("✓ ", "bold $success") if is_marked else ("  ", "")
        if line is None:
            words = self.GONE if number in self._lines else "…"
            return [RowLine([mark, (words, "$muted")], []), RowLine([("  ", "")], [])]
        self._lines.move_to_end(number)
        return self.lines_of(line, cells, is_marked=is_marked, is_current=index == self.cursor)

    def lines_of(
        self, line: Shown, cells: int, *, is_marked: bool, is_current: bool
    ) -> list[RowLine]:
        """Return what a row shows of its line."""
        raise NotImplementedError

    # ---- pages

    def _lack(self, number: int) -> None:
        if number not in self._asked and not self._will_ask:
            self._will_ask = True
            self.call_later(self._want)

    def _want(self) -> None:
        """Ask for a page around what is in sight."""
        self._will_ask = False
        first = self.scroll_offset.y // self.lines_per_row
        rows = self.size.height // self.lines_per_row + 2
        margin = max(0, PAGE - rows) // 2
        wanted = [
            number
            for number in self.ids[max(0, first - margin) : first + rows + margin]
            if number not in self._lines or number in self._stale
        ]
        if wanted:
            self._asked = frozenset(wanted)
            self.post_message(self.Wanted(self, tuple(wanted)))
