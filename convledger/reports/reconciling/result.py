"""The answer: what a provider's table and the ledger say of the same days and models."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from convledger.clock import iso_text
from convledger.economics.reconciling import (
    COST,
    EQUAL,
    REQUESTS,
    VERDICTS,
    Cell,
    Comparison,
    Folding,
    totals,
)
from convledger.money import PICO, usd_text
from convledger.reports.reconciling.asked import ReconcileQuery
from convledger.reports.reconciling.ledger_side import CallBehind, LeftOut, Scope
from convledger.sources.bills.records import Bill


@dataclass(slots=True)
class Reconciliation:
    """Days from `since` until `until` (exclusive), day by day and model by model.

    `untold` are the ledger's tokens of kinds that the table does not tell; `unmatched` are the
    table's names of models that no call of those days bears; `left_out` are calls that are not
    compared. Money is picodollars.
    """

    query: ReconcileQuery
    file: str
    digest: str
    bill: Bill
    since: date
    until: date
    scope: Scope
    folding: Folding
    comparisons: list[Comparison] = field(default_factory=list)
    names_there: dict[str, tuple[str, ...]] = field(default_factory=dict)
    names_here: dict[str, tuple[str, ...]] = field(default_factory=dict)
    unmatched: list[tuple[str, bool]] = field(default_factory=list)  # and whether it has a price
    left_out: list[LeftOut] = field(default_factory=list)
    untold: int = 0
    doubtful: int = 0
    missing_rates: tuple[str, ...] = ()
    partial_day: date | None = None

    @property
    def is_equal(self) -> bool:
        """Whether everything was read, and every figure agrees."""
        return not self.bill.rejected and all(each.is_equal for each in self.comparisons)

    @property
    def differing(self) -> list[Comparison]:
        """The days and models in which the sides differ."""
        return [each for each in self.comparisons if not each.is_equal]

    @property
    def totals(self) -> tuple[Cell, ...]:
        """All cells summed up by kind."""
        return totals(self.comparisons)

    @property
    def counts(self) -> dict[str, int]:
        """How many days and models there are of each verdict."""
        found = dict.fromkeys(VERDICTS, 0)
        for each in self.comparisons:
            found[each.verdict] += 1
        return found

    @property
    def last_day(self) -> date:
        """The last day that is compared."""
        return self.until - timedelta(days=1)

    def name_of(self, model: str) -> str:
        """Return a model's name for people: as the table writes it, else as the logs do."""
        names = self.names_there.get(model) or self.names_here.get(model)
        return names[0] if names and names[0] else model or "all models"

    def document(self, calls: dict[Comparison, list[CallBehind]] | None = None) -> dict[str, Any]:
        """Return it as JSON; `calls` are those behind the differences."""
        return {
            "schema": 1,
            "file": self.file,
            "sha256": self.digest,
            "provider": self.bill.provider,
            "table": self.bill.title,
            "timezone": self.query.zone_name,
            "since": self.since.isoformat(),
            "until": self.last_day.isoformat(),
            "kinds": [cell.kind for cell in self.totals],
            "sources": list(self.scope.sources),
            "sellers": list(self.scope.sellers),
            "equal": self.is_equal,
            "counts": {verdict.replace(" ", "_"): n for verdict, n in self.counts.items()},
            "rows": [self._row(each, calls) for each in self.comparisons],
            "total": {cell.kind: cell_document(cell) for cell in self.totals},
            "unmatched_models": [name for name, _ in self.unmatched],
            "not_compared": [
                {
                    "source": each.source,
                    "model": each.model,
                    "calls": each.calls,
                    "tokens": each.tokens,
                    "list_cost_usd": usd_text(each.list_pico),
                }
                for each in self.left_out
            ],
            "tokens_not_told": self.untold,
            "doubtful_calls": self.doubtful,
            "missing_rates": list(self.missing_rates),
            "partial_day": self.partial_day.isoformat() if self.partial_day else None,
            "rejected": [{"line": each.line, "reason": each.reason} for each in self.bill.rejected],
        }

    def _row(
        self, each: Comparison, calls: dict[Comparison, list[CallBehind]] | None
    ) -> dict[str, Any]:
        row: dict[str, Any] = {
            "day": each.day.isoformat(),
            "model": self.name_of(each.model) if each.model else None,
            "names_there": list(self.names_there.get(each.model, ())),
            "names_here": list(self.names_here.get(each.model, ())),
            "verdict": each.verdict,
            "rows_there": each.rows,
            "calls_here": each.calls,
            "cells": {cell.kind: cell_document(cell) for cell in each.cells},
        }
        if calls is not None and each in calls:
            row["calls"] = [call_document(call) for call in calls[each]]
        return row


def cell_document(cell: Cell) -> dict[str, Any]:
    """Return a cell as JSON: money as decimal dollars, requests as decimals, else whole numbers."""
    found: dict[str, Any] = {
        "there": figure(cell.kind, cell.there),
        "here": figure(cell.kind, cell.here),
        "difference": figure(cell.kind, cell.difference),
        "verdict": cell.verdict,
    }
    if cell.kind == COST:
        found["tolerance"] = usd_text((cell.slack + 1) // 2)
    return found


def figure(kind: str, amount: int | None) -> int | str | None:
    """Return an amount of a kind as a document says it."""
    if amount is None:
        return None
    if kind == COST:
        return usd_text(amount)
    return usd_text(amount * PICO // 1000) if kind == REQUESTS else amount


def call_document(call: CallBehind) -> dict[str, Any]:
    """Return a call behind a difference as JSON."""
    return {
        "id": call.id,
        "at": iso_text(call.at),
        "conversation": call.conversation,
        "title": call.title,
        "source": call.source,
        "model": call.model,
        **call.tokens,
        "list_cost_usd": None if call.list_pico is None else usd_text(call.list_pico),
    }


CSV_HEADER = (
    "day", "model", "kind", "there", "here", "difference", "tolerance", "verdict", "rows_there",
    "calls_here",
)  # fmt: skip


def csv_rows(result: Reconciliation, *, only_differences: bool) -> list[dict[str, Any]]:
    """Return one flat row for each cell."""
    return [
        {
            "day": each.day.isoformat(),
            "model": result.name_of(each.model) if each.model else "",
            "kind": cell.kind,
            "rows_there": each.rows,
            "calls_here": each.calls,
            **cell_document(cell),
        }
        for each in result.comparisons
        for cell in each.cells
        if not only_differences or cell.verdict != EQUAL
    ]
