"""Compiles the shipped price book from the installed genai-prices and our own TOML files.

Run as `python -m convledger.pricing.build`; with `--check` it only compares.
"""

from __future__ import annotations

import gzip
import json
import sys
import tomllib
from collections import Counter
from datetime import UTC, date, datetime, time
from decimal import Decimal
from importlib import import_module, metadata
from pathlib import Path
from typing import Any

from convledger.errors import ConvledgerError
from convledger.pricing.arithmetic import plain
from convledger.pricing.book import COMPONENT_OF_KEY, FORMAT, PriceBook

DATA = Path(__file__).parent / "data"
TARGET = DATA / "pricebook.json.gz"
SOURCE = "genai-prices"
LICENCE = "MIT, Copyright (c) Pydantic Services Inc. 2025 to present"
PROVIDERS = (
    *("anthropic", "aws", "azure", "cerebras", "cohere", "cursor", "deepseek", "fireworks"),
    *("github-copilot", "google", "groq", "meta", "minimax", "mistral", "moonshotai", "novita"),
    *("openai", "openrouter", "perplexity", "together", "x-ai", "zai", "zhipuai"),
)
PRICE_KEYS = {
    "input_mtok": "i",
    "output_mtok": "o",
    "cache_read_mtok": "r",
    "cache_write_mtok": "w",
    "cache_write_5m_mtok": "5",
    "cache_write_1h_mtok": "h",
    "web_searches_kcount": "s",
    "requests_kcount": "q",
}
CLAUSE_KEYS = {
    "starts_with": "s",
    "ends_with": "e",
    "contains": "c",
    "regex": "r",
    "equals": "=",
    "or_": "|",
    "and_": "&",
}


class Compiler:
    """Turns the objects of genai-prices into plain JSON values, counting what it does."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()

    def provider(self, provider: Any) -> dict[str, Any]:
        """Return one provider with its rules and models."""
        self.counts["providers"] += 1
        packed: dict[str, Any] = {"id": provider.id}
        if provider.provider_match is not None:
            packed["named"] = self.clause(provider.provider_match)
        if provider.model_match is not None:
            packed["serves"] = self.clause(provider.model_match)
        if provider.fallback_model_providers:
            packed["fallback"] = list(provider.fallback_model_providers)
        packed["models"] = [self.model(model) for model in provider.models]
        return packed

    def model(self, model: Any) -> list[Any]:
        """Return one model: id, rule, dated rows and, where there are any, variants."""
        self.counts["models"] += 1
        if isinstance(model.prices, list):
            rows = [[self.constraint(r.constraint), self.prices(r.prices)] for r in model.prices]
        else:
            rows = [[None, self.prices(model.prices)]]
        variants = [
            [dict(sorted(v.when.items())), self.constraint(v.constraint), self.prices(v.prices)]
            for v in model.price_variants or ()
        ]
        self.counts["rows"] += len(rows)
        self.counts["variants"] += len(variants)
        self.counts["models without a price"] += not any(prices for _, prices in rows)
        packed = [model.id, self.clause(model.match), rows]
        return [*packed, variants] if variants else packed

    def clause(self, clause: Any) -> list[Any]:
        """Return a match rule as [kind, text or parts]; an alternative of one part is that part."""
        ((name, operand),) = vars(clause).items()
        if not isinstance(operand, list):
            return [CLAUSE_KEYS[name], operand]
        parts = [self.clause(part) for part in operand]
        seen: set[tuple[str, str]] = set()
        different = []
        for kind, text in parts:
            same = (kind, text.lower()) if kind in "sec=" else (kind, repr(text))
            if same not in seen:
                seen.add(same)
                different.append([kind, text])
        return different[0] if len(different) == 1 else [CLAUSE_KEYS[name], different]

    def constraint(self, constraint: Any) -> str | list[int] | None:
        """Return when a row holds: always, from a UTC date, or within a window in microseconds."""
        if constraint is None:
            return None
        if hasattr(constraint, "start_date"):
            self.counts["dated rows"] += 1
            return str(constraint.start_date.isoformat())
        self.counts["daily windows"] += 1
        return [_microseconds(constraint.start_time), _microseconds(constraint.end_time)]

    def prices(self, prices: Any) -> dict[str, Any]:
        """Return the token prices and fees that agents use, in a fixed order."""
        given = {key: value for key, value in vars(prices).items() if value is not None}
        self.counts["prices"] += sum(key in given for key in PRICE_KEYS)
        self.counts["prices left out (audio, images ...)"] += sum(
            k not in PRICE_KEYS for k in given
        )
        return {short: self.price(given[key]) for key, short in PRICE_KEYS.items() if key in given}

    def price(self, price: Any) -> str | list[Any]:
        """Return a price as text, or its base and tiers."""
        if isinstance(price, Decimal):
            return self.decimal(price)
        self.counts["tiered prices"] += 1
        tiers = ([tier.start, self.decimal(tier.price)] for tier in price.tiers)
        return [self.decimal(price.base), *tiers]

    def decimal(self, price: Decimal) -> str:
        """Return a price as text, without the noise that a float left in its last digits."""
        rounded = round(price, 10)
        if rounded != price and abs(rounded - price) < Decimal("1e-13"):
            self.counts["prices rid of float noise"] += 1
            return plain(rounded)
        return plain(price)


def _microseconds(moment: time) -> int:
    aware = moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
    utc = datetime.combine(date(1970, 1, 1), aware).astimezone(UTC).time()
    return ((utc.hour * 60 + utc.minute) * 60 + utc.second) * 1_000_000 + utc.microsecond


def compile_rows() -> tuple[dict[str, Any], Counter[str]]:
    """Return every row of the book as JSON values, and the counts to print."""
    available = {each.id: each for each in import_module("genai_prices.data").providers}
    if missing := [name for name in PROVIDERS if name not in available]:
        raise ConvledgerError(f"{SOURCE} no longer has the providers {', '.join(missing)}")
    compiler = Compiler()
    aliases = tomllib.loads((DATA / "aliases.toml").read_text("utf-8"))
    extras = tomllib.loads((DATA / "extras.toml").read_text("utf-8"))
    rows = {
        "providers": [compiler.provider(available[each]) for each in sorted(PROVIDERS)],
        "aliases": aliases["alias"],
        "defaults": aliases["default"],
        "provider_names": aliases["provider_names"],
        **aliases["lists"],
        "modifiers": extras["modifier"],
        "fees": extras["fee"],
    }
    assert set(PRICE_KEYS.values()) == set(COMPONENT_OF_KEY)
    return rows, compiler.counts


def compile_book(retrieved: str) -> tuple[bytes, Counter[str]]:
    """Return the book's file, the same bytes for the same data, and the counts to print."""
    rows, counts = compile_rows()
    meta = {
        "format": FORMAT,
        "name": SOURCE,
        "version": metadata.version(SOURCE),
        "licence": LICENCE,
        "retrieved": retrieved,
    }
    text = json.dumps({"meta": meta, "rows": rows}, separators=(",", ":"), ensure_ascii=False)
    packed = bytearray(gzip.compress(text.encode("utf-8"), compresslevel=9, mtime=0))
    packed[9] = 255  # the operating system byte, which would differ by interpreter
    return bytes(packed), counts


def _shipped() -> tuple[bytes, str | None]:
    """Return the file as it is now, and the day its data was taken when the version is the same."""
    if not TARGET.exists():
        return b"", None
    data = TARGET.read_bytes()
    book = PriceBook.from_bytes(data)
    same = book.version == metadata.version(SOURCE)
    return data, book.retrieved if same else None


def main(arguments: list[str]) -> int:
    """Write the book, or with --check say whether the shipped one is current."""
    before, retrieved = _shipped()
    data, counts = compile_book(retrieved or datetime.now(UTC).date().isoformat())
    book = PriceBook.from_bytes(data)
    for name, count in sorted(counts.items()):
        print(f"{count:>7,}  {name}")
    print(f"{len(data):>7,}  bytes in {TARGET.name}, digest {book.digest[:16]}, {book.source}")
    # zlib versions differ in their output, so what counts is what is inside
    same = bool(before) and gzip.decompress(before) == gzip.decompress(data)
    if "--check" in arguments:
        print("up to date" if same else "out of date: run python -m convledger.pricing.build")
        return 0 if same else 1
    if not same:
        TARGET.write_bytes(data)
    print("unchanged" if same else f"wrote {TARGET.name}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
