"""A ledger that is filled by hand, and a provider's tables that stand beside it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

from convledger.economics.reconciling import (
    COST,
    LEDGER_KINDS,
)
from convledger.ingest.rates import load_rates
from convledger.money import PICO
from convledger.reports.periods import instant_of
from convledger.reports.reconciling.asked import ReconcileQuery
from convledger.reports.reconciling.comparing import reconcile
from convledger.reports.reconciling.names import ModelNames
from convledger.reports.reconciling.result import Reconciliation
from convledger.sources.bills.records import Bill, BillRow
from tests.reports.books import Books

RATES = load_rates(Path("/nowhere/prices.toml"))
NAMES = ModelNames(RATES.book, RATES.overrides)
SONNET, DATED, SHOWN = "claude-sonnet-4-5", "claude-sonnet-4-5-20250929", "Claude Sonnet 4.5"
NOW = instant_of(datetime(2026, 11, 30, tzinfo=UTC))
CENT = PICO // 100


def day(number: int) -> date:
    return date(2026, 11, number)


def at(number: int, hour: int = 12, minute: int = 0) -> int:
    return instant_of(datetime(2026, 11, number, hour, minute, tzinfo=UTC))


@dataclass
class Bench:
    """A ledger that is filled by hand, and the tables that stand beside it."""

    books: Books = field(default_factory=Books)

    def call(
        self,
        when: int,
        model: str = DATED,
        source: str = "api-log",
        pico: int | None = CENT,
        provider: str = "anthropic",
        **tokens: int,
    ) -> None:
        """Add a call of so many tokens by kind."""
        books, reader_id = self.books, self.books._id("reader", name=source)
        model_id = books._id(
            "model", reader_id=reader_id, logged_provider="", name=model, provider=provider
        )
        kinds = dict.fromkeys((*LEDGER_KINDS, "reasoning", "web_searches"), 0) | tokens
        books._add(
            "call",
            reader_id=reader_id,
            key=f"call {books.line(None)}",
            conversation_id=books._id("conversation", native="talk", reader_id=reader_id),
            file_id=books._id("file", source_id=1, path="/log"),
            line=1,
            at=when,
            model_id=model_id,
            list_pico=pico,
            price_state=4 if pico is None else 1,
            **kinds,
        )

    def beside(self, bill: Bill, **query: object) -> Reconciliation:
        """Compare a table with the ledger."""
        asked = ReconcileQuery(NOW, **query)  # type: ignore[arg-type]
        return reconcile(
            self.books.connection, NAMES, bill, asked, file="bill.csv", digest="d" * 64
        )


def row(
    number: int = 20,
    model: str = SHOWN,
    amount: str | None = None,
    currency: str = "USD",
    calls: int = 0,
    **tokens: int,
) -> BillRow:
    money = None if amount is None else Decimal(amount)
    return BillRow(2, day(number), model, tokens, calls, 0, money, currency)


def bill(*rows: BillRow, told: set[str] | None = None, **more: object) -> Bill:
    kinds = {kind for each in rows for kind in each.tokens}
    if any(each.amount is not None for each in rows):
        kinds.add(COST)
    return Bill(
        "anthropic", "a table", ["day", "model"], list(rows),
        days={each.day for each in rows}, told=frozenset(told or kinds),
        **{"sellers": ("anthropic",), **more},  # type: ignore[arg-type]
    )  # fmt: skip


def verdicts(found: Reconciliation) -> dict[tuple[int, str], str]:
    return {(each.day.day, each.model): each.verdict for each in found.comparisons}
