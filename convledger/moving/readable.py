"""Sees that the program can read every row that it has taken in, before it keeps them."""

from __future__ import annotations

import sqlite3
from fractions import Fraction
from pathlib import Path

import msgspec

from convledger.clock import LATEST
from convledger.errors import ConvledgerError, WorkspaceError
from convledger.memory.packs import pack_lines
from convledger.moving.carried import MINUTES, REASONS
from convledger.plans.statement import thawed
from convledger.store import assertions, closings, costs, reviews, subscriptions, unit_budgets
from convledger.store.checks_rows import money_findings
from convledger.store.handoffs import IMPORTED, TYPED, kept_handoffs
from convledger.store.settings import setting
from convledger.workflow import reason_codes
from convledger.workflow.handing_over import checked
from convledger.workflow.review_lines import (
    header_line,
    item_line,
    read_header,
    read_item,
    read_verdict,
    verdict_line,
)

_UNREADABLE = (
    *(ValueError, ArithmeticError, TypeError, LookupError, AttributeError),
    *(msgspec.MsgspecError, RecursionError),
)


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
        for closing in closings.closings(connection, with_gone=True):
            closings.divisions(connection, closing.id)
            closings.talks(connection, closing.id)
        pack_lines(connection)
        for (content,) in connection.execute("SELECT content FROM statement"):
            thawed(content)
        for finding in money_findings(connection):
            raise ValueError(finding.problem)
        _people(connection)
    except _UNREADABLE as error:
        raise WorkspaceError(
            f"{folder}: holds a row that can't be read: {error}. Nothing was taken in"
        ) from error
    except ConvledgerError as error:
        raise WorkspaceError(f"{folder}: {error}. Nothing was taken in") from error


def _people(connection: sqlite3.Connection) -> None:
    """Read hand-offs, reviews and what people have set, as commands do."""
    for name in MINUTES:
        Fraction(setting(connection, name) or 0)
    for name in REASONS:
        for code in reason_codes.reasons(connection, name):
            reason_codes.code_of(code)
    for handoff in kept_handoffs(connection, with_gone=True):
        checked(handoff, LATEST, [handoff.reason])
        if handoff.origin not in (TYPED, IMPORTED):
            raise ValueError(f"no origin of a hand-off: {handoff.origin!r:.40}")
    for batch in reviews.batches(connection, with_gone=True):
        read_header(header_line(batch, "", 0, ""), LATEST)
    names = {}
    for item in reviews.items(connection):
        read_item(item_line(item, ""))
        names[item.id] = item.name
    for verdict in reviews.verdicts(connection, with_gone=True):
        read_verdict(verdict_line(verdict, names[verdict.item_id]), LATEST)
