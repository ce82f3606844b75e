"""Marks on the rows of a list: one at a time, or all of a million without a halt."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

from convledger.tui.labelling import in_steps

if TYPE_CHECKING:
    from convledger.ledger import Ledger
    from convledger.tui.screens.place import PlaceScreen
    from convledger.tui.widgets.facet_rows import FacetRows
    from convledger.tui.widgets.paged_rows import PagedRows

AT_ONCE = 20_000  # ids that are marked within a keystroke


class Titled(Protocol):
    """A line of the list, as far as marks need it."""

    @property
    def id(self) -> int:
        """Its number."""

    @property
    def title(self) -> str:
        """What it is called."""


class Marking:
    """Changes the marks of the list on a screen, and tells `changed` of it."""

    def __init__(self, screen: PlaceScreen, changed: Callable[[], None]) -> None:
        self._screen = screen
        self._changed = changed
        self._toggled: set[int] | None = None  # since all were asked to be marked

    @property
    def _rows(self) -> PagedRows[Titled]:
        from convledger.tui.widgets.paged_rows import PagedRows

        return self._screen.query_one(PagedRows)

    def chosen(self) -> tuple[list[int], str]:
        """Return the ids that are marked, or the one under the cursor, and words for them.

        For one the words are its title; for many, how many of them are not listed at present.
        """
        rows = self._rows
        if len(rows.marks) > 1:
            hidden = 0
            if len(rows.marks) <= AT_ONCE:  # of more, counting would take longer than a keystroke
                hidden = len(rows.marks.difference(rows.ids))
            return list(rows.marks), f"{hidden:,} of them not listed now" if hidden else ""
        if rows.marks:
            (marked,) = rows.marks
            line = rows.line(marked)
            return [marked], (line.title if line is not None else "")
        line = rows.line(rows.current)
        current = [rows.current] if rows.current is not None else []
        return current, (line.title if line is not None else "")

    def current(self) -> int | None:
        """Return the id under the cursor."""
        return self._rows.current

    def toggle_or_choose(self, facets: FacetRows) -> None:
        """Mark the row, or unmark it, and go on; in the filters, choose."""
        if facets.has_focus:
            facets.action_choose()
        else:
            self.toggle()

    def toggle(self) -> None:
        """Mark the row under the cursor, or unmark it, and go on."""
        rows = self._rows
        if rows.current is None:
            return
        if self._toggled is None:
            rows.marks ^= {rows.current}
            self._changed()
        else:  # the marks are being read in another thread
            self._toggled ^= {rows.current}
        rows.refresh()
        rows.cursor += 1

    def every(self) -> None:
        """Mark all that are listed; many of them in another thread, in portions."""
        ids, before = self._rows.ids, self._rows.marks
        if len(ids) + len(before) <= AT_ONCE:
            self._mark(before.union(ids))
            return
        toggled = self._toggled = set[int]()

        def marked(_: Ledger) -> set[int]:
            every: set[int] = set()
            for some in (*in_steps(before, AT_ONCE), *in_steps(ids, AT_ONCE)):
                every.update(some)
            return every

        def take(every: set[int]) -> None:
            if self._toggled is toggled:
                self._toggled = None
                every.symmetric_difference_update(toggled)
                self._mark(every)

        self._screen.ask("marks", marked, take)

    def none(self) -> None:
        """Unmark everything."""
        self._toggled = None
        self._mark(set())

    def _mark(self, ids: set[int]) -> None:
        rows = self._rows
        rows.marks = ids
        rows.refresh()
        self._changed()
