"""How far a report can be relied on: calls without a price or tokens, and what is estimated."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
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


def doubts_of(
    connection: sqlite3.Connection, conversation_ids: str
) -> Iterator[tuple[int, bool, bool]]:
    """Yield each of some conversations, a JSON list, with doubtful tokens: counted, unknown."""
    among = "conversation_id IN (SELECT value FROM json_each(?))"
    counted, lacking = (
        {
            row[0]
            for row in connection.execute(
                f"SELECT DISTINCT conversation_id FROM call INDEXED BY {index} "
                f"WHERE approximate & {bits} AND {among}",
                (conversation_ids,),
            )
        }
        for index, bits in (("call_counted", "10 != 0"), ("call_uncounted", "12 = 4"))
    )
    for one in counted | lacking:
        yield one, one in counted, one in lacking


def counted_column(connection: sqlite3.Connection) -> str:
    """Return the column of a report that says whether tokens of a row are such."""
    if not counts_tokens(connection):
        return "0"
    return _among("call_counted", "10 != 0")


def lacking_column(connection: sqlite3.Connection) -> str:
    """Return the column of a report that says whether a row has calls of unknown tokens."""
    return _among("call_uncounted", "12 = 4") if lacks_tokens(connection) else "0"


def _among(index: str, bits: str) -> str:
    return (
        "max(base.calls > 0 AND base.conversation_id IN (SELECT conversation_id FROM call "
        f"INDEXED BY {index} WHERE approximate & {bits}))"
    )


def how_to_name(sources: list[str]) -> str:
    """Say how calls get a model, and so a cost, whose sources name none."""
    names = sources[0] if len(sources) == 1 else "NAME"
    verb = "names" if len(sources) == 1 else "name"
    return (
        f"{' and '.join(sources)} {verb} no model: say it once with "
        f"`convledger prices alias unknown MODEL --source {names}`"
    )


def how_to_count() -> str:
    """Say how calls get tokens whose sources record none, or why they stay without."""
    from convledger.config import load_config
    from convledger.errors import ConfigError

    try:
        wanted = load_config().estimates
    except ConfigError:  # told by whoever starts
        wanted = True
    if wanted:
        return (
            "their texts are not stored or do not tell either: `convledger help NAME` of a source"
        )
    return "`convledger sources --estimates on` counts them from the texts"


def unnamed_sources(connection: sqlite3.Connection, query: UsageQuery) -> list[str]:
    """Return the sources of what `query` asks for that have unpriced calls without a model."""
    from convledger.pricing.names import UNNAMED
    from convledger.reports.usage import _base, _filters, _joins

    where, values = _filters(query, False)
    names = [
        *_joins(query, for_total=True),
        "JOIN model AS unnamed ON unnamed.id=base.model_id",
        "JOIN reader AS teller ON teller.id=unnamed.reader_id",
    ]
    rows = connection.execute(
        f"SELECT DISTINCT teller.name FROM {_base(connection, False)} {' '.join(names)} "
        f"{where or 'WHERE true'} AND unpriced_calls > 0 AND unnamed.name = ? ORDER BY 1",
        (*values, UNNAMED),
    )
    return [row[0] for row in rows]
