"""Columns of a time line: what happened is to scale, silences are folded to a few cells.

A silence in which any rule cuts is always folded, so that there is room to say why.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from convledger.clock import DAY, HOUR, SECOND
from convledger.tui.credit_words import MINUTE

if TYPE_CHECKING:
    from convledger.reports.plan_figures import Boundaries

_SCALES = (
    *(n * SECOND for n in (1, 2, 5, 10, 15, 30)),
    *(n * MINUTE for n in (1, 2, 3, 5, 10, 15, 30)),
    *(n * HOUR for n in (1, 2, 3, 6, 12)),
    *(n * DAY for n in (1, 2, 7, 14, 30, 91, 365)),
)
_FOLDED = (30 * MINUTE, 2 * HOUR, 6 * HOUR, DAY, 3 * DAY, 14 * DAY)  # silences longer than these
_COARSEST = 3  # columns that the longest unfolded silence takes at least
_WIDEST_FOLD = 16
_TIGHT = (8, 5)  # columns of a fold and of the shortest stretch, rather than scroll


@dataclass(frozen=True, slots=True)
class Stretch:
    """Time drawn to scale, from column `x` on; a folded silence follows it."""

    since: int
    until: int
    x: int
    width: int

    @property
    def end(self) -> int:
        """The column behind it."""
        return self.x + self.width


@dataclass(frozen=True, slots=True)
class Scale:
    """Where instants stand: `step` microseconds a column, `fold` columns for a silence."""

    stretches: tuple[Stretch, ...]
    step: int
    fold: int

    @property
    def width(self) -> int:
        """The columns that the whole time line takes, with what follows its end."""
        return self.stretches[-1].end + self.fold if self.stretches else 0

    def stretch_at(self, at: int) -> int:
        """Return the place of the stretch that holds an instant, or of the one before it."""
        return max(0, bisect_right(self.stretches, at, key=lambda one: one.since) - 1)

    def column(self, at: int) -> int:
        """Return the column of an instant."""
        stretch = self.stretches[self.stretch_at(at)]
        return stretch.x + max(0, min(stretch.width - 1, (at - stretch.since) // self.step))

    def first_after(self, column: int) -> int:
        """Return the place of the first stretch that ends behind a column."""
        return bisect_right(self.stretches, column, key=lambda one: one.end)

    def bar_end(self, last_at: int) -> int:
        """Return the column behind a unit whose last message was at `last_at`."""
        stretch = self.stretches[self.stretch_at(last_at)]
        return stretch.end if last_at >= stretch.until else self.column(last_at) + 1


def scale_of(told: Boundaries, cells: int, fold: int, least: int) -> Scale:
    """Return the finest scale at which all fits in `cells`, else one to look at piece by piece.

    `fold` cells are for a silence, `least` for the shortest stretch.
    """
    anchors, cuts = _anchors(told)
    if not anchors:
        return Scale((), MINUTE, fold)
    for silence in _FOLDED:
        pieces = _pieces(anchors, cuts, silence)
        for each, short in ((fold, least), (min(fold, _TIGHT[0]), min(least, _TIGHT[1]))):
            found = _fitted(pieces, cells, each, short, silence)
            if found is not None:
                return found
    pieces = _pieces(anchors, cuts, _FOLDED[0])
    longest = max(until - since for since, until in pieces)
    wanted = max(2 * MINUTE, longest // max(least, cells // 2))
    step = next((one for one in _SCALES if one >= wanted), _SCALES[-1])
    step = step if step <= 10 * MINUTE else 10 * MINUTE
    return _laid(pieces, _widths(pieces, step, least), step, fold)


def _fitted(
    pieces: Sequence[tuple[int, int]], cells: int, fold: int, least: int, silence: int
) -> Scale | None:
    """Return the finest scale at which stretches and folds fit, if one is fine enough."""
    room = cells - fold * len(pieces)
    for step in _SCALES if room > 0 else ():
        if step * _COARSEST > silence:
            break
        widths = _widths(pieces, step, least)
        if sum(widths) <= room:
            spare = (room - sum(widths)) // len(pieces)
            return _laid(pieces, widths, step, min(max(fold, _WIDEST_FOLD), fold + spare))
    return None


def _anchors(told: Boundaries) -> tuple[list[int], set[int]]:
    """Return all instants that need a column, and those at which a cut may be."""
    instants = {said.at for said in told.messages}
    cuts: set[int] = set()
    for lane in told.lanes:
        for unit in lane.units:
            instants.update((unit.opened_at, max(unit.opened_at, unit.last_at)))
            if not lane.counted:
                cuts.add(unit.opened_at)
    return sorted(instants), cuts


def _pieces(anchors: Sequence[int], cuts: set[int], silence: int) -> list[tuple[int, int]]:
    """Return the stretches between folds: where a unit begins, and after long silences."""
    starts = [anchors[0]]
    ends: list[int] = []
    for before, after in pairwise(anchors):
        if after in cuts or after - before > silence:
            ends.append(before)
            starts.append(after)
    return list(zip(starts, [*ends, anchors[-1]], strict=True))


def _widths(pieces: Sequence[tuple[int, int]], step: int, least: int) -> list[int]:
    return [max(least, (until - since) // step + 1) for since, until in pieces]


def _laid(pieces: Sequence[tuple[int, int]], widths: Sequence[int], step: int, fold: int) -> Scale:
    stretches, x = [], 0
    for (since, until), width in zip(pieces, widths, strict=True):
        stretches.append(Stretch(since, until, x, width))
        x += width + fold
    return Scale(tuple(stretches), step, fold)


def messages_between(told: Boundaries, since: int, until: int) -> range:
    """Return the places of the messages from one instant to another, both included."""
    first = bisect_left(told.messages, since, key=lambda one: one.at)
    return range(first, bisect_right(told.messages, until, key=lambda one: one.at))
