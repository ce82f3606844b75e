"""Joins the rows of usage with those of conversations that have no calls, in one order."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

Row = tuple[Any, ...]


def joined(found: Sequence[list[Row]], count: int) -> list[Row]:
    """Return rows of several answers in the order in which SQLite sorts.

    Each begins with `count` marks that it is grouped by and as many keys; then comes how many
    conversations it holds. What is behind that is nought in all answers but the first.
    """
    first, *others = found
    if not any(others):
        return first
    rows: dict[Row, Row] = {row[:count]: row for row in first}
    place = 2 * count
    for row in (row for answer in others for row in answer):
        marks = row[:count]
        known = rows.get(marks)
        if known is not None:
            row = (*known[:place], known[place] + row[place], *known[place + 1 :])
        rows[marks] = row
    return [rows[marks] for marks in sorted(rows, key=_as_sqlite)]


def _as_sqlite(marks: Row) -> list[tuple[int, Any]]:
    """Return what sorts as SQLite does: nothing, then numbers, then texts."""
    return [
        (0, 0) if mark is None else (2, mark) if isinstance(mark, str) else (1, mark)
        for mark in marks
    ]
