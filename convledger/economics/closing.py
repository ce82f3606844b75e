"""Costs that were closed: what stood of them at each closing, and what has changed since."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple, TypeVar

T = TypeVar("T")


class Line(NamedTuple):
    """A cost, a bill, calls or people's time of one month that conversations bear parts of.

    `part` is one of a full cost's, or revenue; `month` is the first day of the month it ended in.
    """

    part: str
    name: str
    month: date
    item_id: int | None = None


# What each conversation bears of each line, None being nobody; an unknown amount is None.
Lines = Mapping[Line, Mapping[int | None, int | None]]


@dataclass(frozen=True, slots=True)
class Adjustment:
    """What a conversation, or nobody, bears more of a line than was closed; picounits."""

    line: Line
    conversation: int | None
    amount: int


@dataclass(frozen=True, slots=True)
class Version:
    """Which closing said something, the first of them being 1."""

    closing: int
    is_late: bool  # what it is about was over at the closing before


def standing(versions: Sequence[tuple[Version, T]], at: int) -> T | None:
    """Return what stood after the closing `at`; None where nothing had come by then.

    What no closing until then has frozen stands as the one that did so in its time. What came late
    is there from its closing on.
    """
    found: T | None = None
    for version, value in versions:
        if version.closing <= at or (found is None and not version.is_late):
            found = value
        if version.closing >= at:
            break
    return found


def adjustments(before: Lines, after: Lines) -> tuple[list[Adjustment], int]:
    """Return how lines differ, in the order of months, and how many amounts one side lacks.

    The adjustments of a line add up to the change of all of it; those that are nothing are none.
    """
    found, unknown = list[Adjustment](), 0
    for line in sorted({*before, *after}, key=_order):
        was, now = before.get(line, {}), after.get(line, {})
        for number in sorted({*was, *now}, key=lambda each: (each is None, each or 0)):
            old, new = was.get(number, 0), now.get(number, 0)
            if old is None or new is None:
                unknown += old is not new
            elif old != new:
                found.append(Adjustment(line, number, new - old))
    return found, unknown


def by_line(found: Iterable[Adjustment], *, named: bool = False) -> dict[Line, list[Adjustment]]:
    """Return adjustments by line, in the order of months; `named` ones have no more than a name.

    A cost that was changed is another one of the same name.
    """
    lines: dict[Line, list[Adjustment]] = {}
    for each in found:
        line = each.line._replace(item_id=None) if named else each.line
        lines.setdefault(line, []).append(each)
    return dict(sorted(lines.items(), key=lambda pair: _order(pair[0])))


def _order(line: Line) -> tuple[date, str, str, int]:
    return line.month, line.part, line.name, line.item_id or 0
