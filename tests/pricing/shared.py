"""What the pricing tests share: the shipped book, instants and a short way to rate."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

import convledger.pricing
from convledger.pricing import PriceBook, Rated, Rater, parse_overrides
from convledger.records import Usage

BOOK_FILE = Path(convledger.pricing.__file__).parent / "data" / "pricebook.json.gz"
ONE_KILO = Usage(input=1_000, output=1_000)


@cache
def shipped_book() -> PriceBook:
    """Return the book that the package ships."""
    return PriceBook.from_bytes(BOOK_FILE.read_bytes())


@cache
def shipped_rater(prices_toml: str = "") -> Rater:
    """Return a rater with the shipped book and the text of a prices.toml."""
    return Rater(shipped_book(), parse_overrides(prices_toml))


def micros(moment: datetime) -> int:
    """Return an aware moment as UTC microseconds."""
    return (moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)


def instant(text: str) -> int:
    """Return a UTC date or date-time as microseconds."""
    return micros(datetime.fromisoformat(text).replace(tzinfo=UTC))


def rate(
    model: str,
    usage: Usage = ONE_KILO,
    *,
    source: str = "claude-code",
    provider: str | None = None,
    at: str = "2026-11-10",
    context: str = "",
    prices_toml: str = "",
) -> Rated:
    """Rate one call, and check that the fast path agrees."""
    rater = shipped_rater(prices_toml)
    rated = rater.rate(source, provider, model, instant(at), usage, context)
    fast = fast_pico(rater, (source, provider, model, instant(at), context), usage)
    assert fast == (rated.total_pico, rated.state)
    return rated


def fast_pico(
    rater: Rater, call: tuple[str, str | None, str, int, str], usage: Usage
) -> tuple[int | None, int]:
    """Rate one call on the fast path."""
    return rater.pico(
        *call,
        usage.input,
        usage.output,
        usage.cache_read,
        usage.cache_write_5m,
        usage.cache_write_1h,
        usage.web_searches,
    )
