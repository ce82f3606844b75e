"""The conversations behind a number, and the pivot as CSV."""

from __future__ import annotations

from typing import TYPE_CHECKING

from convledger.cli import streams
from convledger.cli.economics_asked import Asked
from convledger.cli.names import minute_text, plural, short_id
from convledger.cli.plan_words import money_words
from convledger.cli.printing import (
    print_documents_as_csv,
    print_json,
    print_table,
)
from convledger.economics.conversation_costs import LIST
from convledger.errors import UsageProblem
from convledger.reports.render.table import Column
from convledger.reports.unit_costs.document import TABLE_COLUMNS, table_row, talk_document
from convledger.text.display import display_text

if TYPE_CHECKING:
    from convledger.reports.unit_costs.summary import Economics

_FLAT = (
    "conversation", "title", "opened_at", "served", "messages", "turns", "calls", "tokens",
    "list_cost", "full_cost", "revenue", "estimated", "currency",
)  # fmt: skip


def print_behind(
    found: Economics, asked: Asked, what: str, ids: bool, as_json: bool, as_csv: bool
) -> None:
    """Print the conversations behind a number. Raises UsageProblem where there is no such."""
    try:
        costs = found.behind(what, asked.by)
    except ValueError as error:
        raise UsageProblem(str(error)) from None
    documents = [talk_document(cost, found.currency) for cost in costs]
    if as_json:
        print_json({"schema": 1, "behind": what, "conversations": documents})
    elif as_csv:
        print_documents_as_csv(documents, _FLAT)
    elif ids:
        for cost in costs:
            streams.say(display_text(cost.talk.name))
    elif not costs:
        streams.say(display_text(f"No conversation is behind {what} in {found.name}."))
    else:
        zone = asked.query.zone
        columns = [
            Column("conversation"),
            Column("title", shrink=True, minimum=12),
            Column("opened", optional=2),
            Column("served", optional=3),
            Column("messages", "right", optional=1),
            Column("list", "right"),
            Column("full", "right"),
        ]
        rows = [
            [
                short_id(cost.talk.name.partition(":")[2]),
                cost.talk.title or "untitled",
                minute_text(cost.talk.opened_at, zone),
                cost.talk.served,
                f"{cost.talk.messages:,}",
                money_words(None if LIST in cost.unknown else cost.parts.get(LIST), found.currency),
                money_words(cost.full if cost.is_whole else None, found.currency),
            ]
            for cost in costs
        ]
        print_table(columns, rows)
        streams.remark(f"{plural(len(costs), 'conversation')} in {found.name}")


def print_pivot_as_csv(found: Economics, asked: Asked) -> None:
    """Print the table by segments as CSV, without its total: its rows add up to it."""
    rows = [table_row(row, asked.by, found.currency) for row in found.table(asked.by).rows]
    print_documents_as_csv(rows, (*asked.by, *TABLE_COLUMNS))
