"""The price list as rows: what each model costs at an instant, by tier."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from fnmatch import fnmatchcase

from convledger.pricing.arithmetic import plain
from convledger.pricing.book import PriceBook
from convledger.pricing.overrides import Overrides
from convledger.pricing.prices import PriceSet, day_of, row_at, thresholds, unit_prices


@dataclass(frozen=True, slots=True)
class PriceLine:
    """Prices of a model in USD per million tokens as text, None where there is none.

    `tier_above` is the total input in tokens above which the line holds, None for the base line.
    """

    provider: str
    model: str
    input: str | None
    output: str | None
    cache_read: str | None
    cache_write_5m: str | None
    cache_write_1h: str | None
    tier_above: int | None
    effective_from: str | None
    source: str


def list_rows(
    book: PriceBook, overrides: Overrides | None, model_filter: str | None, at: int
) -> list[PriceLine]:
    """Return the prices in force at `at` (UTC microseconds), the user's first, then by provider.

    `model_filter` is a part of "provider/model", or a pattern if it has a star.
    """
    wanted = (model_filter or "").strip().lower()
    pattern = wanted if "*" in wanted else f"*{_literal(wanted)}*"
    own = overrides or Overrides()
    return [
        line
        for line in (*_own_lines(own, at), *_book_lines(book, at))
        if fnmatchcase(f"{line.provider}/{line.model}".lower(), pattern)
    ]


def _literal(text: str) -> str:
    return "".join(f"[{letter}]" if letter in "[?" else letter for letter in text)


def _own_lines(own: Overrides, at: int) -> Iterator[PriceLine]:
    for price in own.prices:
        if price.holds(at):
            zero = {"free": "0"} if price.free else {}
            yield from _lines(
                price.provider or "any", price.model, price.prices, price.since, own.file_name, zero
            )


def _book_lines(book: PriceBook, at: int) -> Iterator[PriceLine]:
    for provider in book.providers.values():
        for model in provider.models:
            row = row_at(model.rows, at)
            if {"input", "output"} & row.prices.keys():
                yield from _lines(provider.id, model.id, row.prices, row.since, book.source, {})


def _lines(
    provider: str,
    model: str,
    prices: PriceSet,
    since: int | None,
    source: str,
    zero: dict[str, str],
) -> Iterator[PriceLine]:
    day = day_of(since)
    for above in (None, *thresholds(prices)):
        total_input = 0 if above is None else above + 1
        units = unit_prices(prices, total_input, long_write_doubles="claude" in model.lower())

        def text(amount: Decimal | None) -> str | None:
            return zero.get("free") if amount is None else plain(amount)

        yield PriceLine(
            provider=provider,
            model=model,
            input=text(units.get("input")),
            output=text(units.get("output")),
            cache_read=text(units.get("cache_read")),
            cache_write_5m=text(units.get("cache_write_5m")),
            cache_write_1h=text(units.get("cache_write_1h")),
            tier_above=above,
            effective_from=None if day is None else day.isoformat(),
            source=source,
        )
