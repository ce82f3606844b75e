"""How far a report can be relied on: calls without a price or tokens, and what is estimated."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from convledger.reports.usage import UsageQuery


def doubtful_models(
    connection: sqlite3.Connection, query: UsageQuery
) -> tuple[list[str], list[str]]:
    """Return the models of what `query` asks for that have no price, and those estimated."""
    from convledger.reports.usage import _COLUMNS, _base, _filters, _joins

    where, values = _filters(query, False)
    names = [*_joins(query, for_total=True), "JOIN model ON model.id=base.model_id"]
    joins = " ".join(dict.fromkeys(names))
    rows = connection.execute(
        f"SELECT {_COLUMNS['model']}, sum(unpriced_calls), sum(estimated_calls) "
        f"FROM {_base(connection, False)} {joins} {where or 'WHERE true'} "
        "AND (unpriced_calls > 0 OR estimated_calls > 0) GROUP BY 1 ORDER BY 2 + 3 DESC, 1",
        values,
    ).fetchall()
    return [row[0] for row in rows if row[1]], [row[0] for row in rows if row[2]]


def lacks_tokens(connection: sqlite3.Connection) -> bool:
    """Tell whether there are calls whose tokens no source records, and nobody has counted."""
    query = "SELECT EXISTS (SELECT 1 FROM call WHERE approximate & 12 = 4)"
    return bool(connection.execute(query).fetchone()[0])


def counts_tokens(connection: sqlite3.Connection) -> bool:
    """Tell whether there are calls whose tokens were counted from texts, or told rounded."""
    query = "SELECT EXISTS (SELECT 1 FROM call INDEXED BY call_counted WHERE approximate & 10 != 0)"
    return bool(connection.execute(query).fetchone()[0])


def counted_column(connection: sqlite3.Connection) -> str:
    """Return the column of a report that says whether tokens of a row are such."""
    if not counts_tokens(connection):
        return "0"
    return (
        "max(base.calls > 0 AND base.conversation_id IN (SELECT conversation_id FROM call "
        "INDEXED BY call_counted WHERE approximate & 10 != 0))"
    )
