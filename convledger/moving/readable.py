"""Sees that the program can read every row that it has taken in, before it keeps them."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import msgspec

from convledger.errors import ConvledgerError, WorkspaceError
from convledger.memory.packs import pack_lines
from convledger.plans.statement import thawed
from convledger.store import assertions, costs, subscriptions, unit_budgets


def must_be_readable(connection: sqlite3.Connection, folder: Path) -> None:
    """Raise WorkspaceError where a row would make a command fail later."""
    try:
        for each in subscriptions.subscriptions(connection):
            subscriptions.facts(connection, each.id)
        costs.items(connection, with_gone=True)
        costs.worked(connection, with_gone=True)
        costs.hourly_rates(connection)
        costs.exchange_rates(connection)
        assertions.assertions(connection, with_gone=True)
        unit_budgets.budget_rows(connection, with_gone=True)
        pack_lines(connection)
        for (content,) in connection.execute("SELECT content FROM statement"):
            thawed(content)
    except (ValueError, ArithmeticError, TypeError, KeyError, msgspec.MsgspecError) as error:
        raise WorkspaceError(
            f"{folder}: holds a row that can't be read: {error}. Nothing was taken in"
        ) from error
    except ConvledgerError as error:
        raise WorkspaceError(f"{folder}: {error}. Nothing was taken in") from error
