"""List prices, only for the cost that the tools themselves wrote into their logs."""

from __future__ import annotations

from decimal import Decimal

from convledger.demo.truth import Call

# Dollars per million: input, output, cache read, cache write 5m, cache write 1h.
RATES = {
    "claude-opus-5-5": ("4", "20", "0.2", "5", "8"),
    "claude-opus-5-5-fast": ("8", "40", "0.4", "10", "16"),
    "claude-sonnet-5": ("2", "10", "0.2", "2.5", "4"),
    "claude-haiku-4-5-20251001": ("1", "5", "0.1", "1.25", "2"),
    "gpt-5.2-codex": ("1.75", "14", "0.175", "1.75", "1.75"),
    "gpt-5.1-codex": ("1.25", "10", "0.125", "1.25", "1.25"),
}


def list_cost(call: Call) -> Decimal:
    """Return the dollars of one call, zero for a model without a price."""
    if call.model not in RATES:
        return Decimal(0)
    tokens = call.tokens
    counts = (
        tokens.input,
        tokens.output,
        tokens.cache_read,
        tokens.cache_write_5m,
        tokens.cache_write_1h,
    )
    dollars = sum(
        (Decimal(rate) * count for rate, count in zip(RATES[call.model], counts, strict=True)),
        Decimal(0),
    )
    return dollars / 1_000_000 + Decimal(call.web_searches) / 100
