"""Keeps budgets by name; what is taken away keeps its row, so that it can be brought back."""

from __future__ import annotations

import sqlite3
from typing import NamedTuple


class BudgetRow(NamedTuple):
    """A budget as it is kept: a text, and instants (UTC microseconds) of its making and going."""

    name: str
    content: str
    made_at: int
    gone_at: int | None


def budget_rows(connection: sqlite3.Connection, *, with_gone: bool = False) -> list[BudgetRow]:
    """Return the budgets by name."""
    among = "" if with_gone else "WHERE gone_at IS NULL"
    rows = connection.execute(
        f"SELECT name, content, made_at, gone_at FROM unit_budget {among} ORDER BY name"
    )
    return [BudgetRow(*row) for row in rows]


def set_budget_gone(connection: sqlite3.Connection, name: str, at: int | None) -> bool:
    """Take a budget away, or bring it back with None; False where there is nothing to change."""
    test = "IS NULL" if at is not None else "IS NOT NULL"
    changed = connection.execute(
        f"UPDATE unit_budget SET gone_at=? WHERE name=? AND gone_at {test}", (at, name)
    ).rowcount
    return bool(changed)
