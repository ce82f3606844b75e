"""The prices that a workspace rates with: the shipped book under the user's own prices."""

from __future__ import annotations

import os
import sqlite3
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from convledger.clock import now_us
from convledger.pricing import Overrides, PriceBook, Rater, parse_overrides

BOOK = "pricebook.json.gz"


@dataclass(slots=True)
class Rates:
    """A rater with what it was made from, so that a ledger can keep and name it."""

    rater: Rater
    book: PriceBook
    content: bytes
    overrides: Overrides
    overrides_text: str

    def pico(
        self, source: str, provider: str | None, model: str, at: int, context: str,
        input: int, output: int, cache_read: int, cache_write_5m: int, cache_write_1h: int,  # noqa: A002
        web_searches: int,
    ) -> tuple[int | None, int]:  # fmt: skip
        """Return a call's cost in picodollars, None where unknown, and its price state."""
        return self.rater.pico(
            source, provider, model, at, context, input, output, cache_read, cache_write_5m,
            cache_write_1h, web_searches,
        )  # fmt: skip

    def provider_of(self, source: str, provider: str | None, model: str) -> str:
        """Return who sells a model: as the log says, else as the prices know it."""
        from convledger.records import Usage

        rated = self.rater.rate(source, provider, model, now_us(), Usage(), "")
        return provider or rated.provider or "unknown"


def load_rates(prices: Path) -> Rates:
    """Load the shipped book and the user's prices at `prices`; raises ConfigError on a mistake."""
    content = shipped_book()
    text = ""
    if os.path.lexists(prices):
        from convledger.toml_files import read_text  # most people have none

        text = (read_text(prices, str(prices)) or "").replace("\r\n", "\n")
    overrides = parse_overrides(text, str(prices)) if text else Overrides()
    book = PriceBook.from_bytes(content)
    return Rates(Rater(book, overrides), book, content, overrides, text)


def shipped_book() -> bytes:
    """Return the file of prices that comes with the program."""
    return (files("convledger.pricing") / "data" / BOOK).read_bytes()


def keep_book(connection: sqlite3.Connection, rates: Rates) -> None:
    """Keep the prices in force in the ledger, so that every run can be worked out again."""
    connection.execute(
        "INSERT OR IGNORE INTO price_book VALUES (?, ?, ?, ?, ?, ?)",
        (
            rates.rater.digest, rates.book.name, rates.book.version, now_us(), rates.content,
            rates.overrides_text,
        ),
    )  # fmt: skip
