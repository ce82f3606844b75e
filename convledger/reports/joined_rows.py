"""Joins the rows of usage with those of conversations that have no calls, in one order."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from typing import Any

from convledger.store.standing import without_calls

Row = tuple[Any, ...]


def ended(connection: sqlite3.Connection, names: Sequence[str], unit: int) -> list[str]:
    """Return what stands for the roll-up where conversations have no calls but an outcome.

    That is a FROM part with the columns `names`; none where no outcome is told. `unit` is that of
    its instants in microseconds.
    """
    if not without_calls(connection, unit):
        return []
    nought = ", ".join(f"0 AS {name}" for name in names)
    rows = f"SELECT t, id AS conversation_id, NULL AS model_id, {nought} FROM temp.without_calls"
    return [f"({rows}) AS base"]


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
