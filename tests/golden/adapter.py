"""Maps the `op` of a golden vector to the project's own functions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import convledger.pricing
from convledger.money import pico_from_usd, usd_text
from convledger.pricing import PriceBook, Rater, coverage
from convledger.pricing.arithmetic import line_pico
from convledger.pricing.modifiers import Modifier
from convledger.pricing.overrides import Overrides, OwnPrice
from convledger.pricing.prices import PriceRow, TieredPrice, in_force, row_at
from convledger.pricing.usage_shapes import (
    usage_from_anthropic,
    usage_from_gemini,
    usage_from_openai,
)
from convledger.records import Usage

Inputs = Mapping[str, Any]
MICROSECOND = timedelta(microseconds=1)
SHAPES: dict[str, Callable[[Inputs], Usage]] = {
    "anthropic": usage_from_anthropic,
    "gemini": usage_from_gemini,
    "google": usage_from_gemini,
    "openai": usage_from_openai,
    "codex": usage_from_openai,
}
BOOK = Path(convledger.pricing.__file__).parent / "data" / "pricebook.json.gz"


@dataclass(frozen=True, slots=True)
class Version:
    """A named version and the instant (UTC microseconds) it starts at."""

    id: str
    since: int | None


def instant(text: str) -> int:
    """Return RFC 3339 text as UTC microseconds."""
    return (datetime.fromisoformat(text) - datetime(1970, 1, 1, tzinfo=UTC)) // MICROSECOND


def clock_time(text: str) -> int:
    """Return "HH:MM" as microseconds of the day."""
    hours, minutes = text.split(":")
    return (int(hours) * 60 + int(minutes)) * 60_000_000


def exact_text(value: Fraction | None) -> str | None:
    """Return a fraction as a finite decimal, or as n/d where there is none."""
    if value is None:
        return None
    rest = value.denominator
    for prime in (2, 5):
        while rest % prime == 0:
            rest //= prime
    if rest != 1:
        return f"{value.numerator}/{value.denominator}"
    text = f"{Decimal(value.numerator) / Decimal(value.denominator):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def rate_tokens(inputs: Inputs) -> dict[str, Any]:
    """Rate one request with given prices, as a user's own price with a multiplier."""
    tiers = sorted(inputs.get("tiers", ()), key=lambda tier: int(tier["above"]))
    prices = {
        component: TieredPrice(
            Decimal(price),
            tuple(
                (tier["above"], Decimal(tier["rates"][component]))
                for tier in tiers
                if component in tier["rates"]
            ),
        )
        for component, price in inputs["rates"].items()
    }
    factor = Modifier(frozenset({("speed", "golden")}), Decimal(inputs.get("multiplier", "1")))
    own = Overrides(prices=(OwnPrice("golden-model", prices),), modifiers=(factor,))
    used = dict(inputs["usage"])
    total = used.pop("input_total")
    if "cached" in used:
        used["cache_read"] = used.pop("cached")
    cached = sum(used.get(key, 0) for key in ("cache_read", "cache_write_5m", "cache_write_1h"))
    usage = Usage(input=total - cached, **used)
    rater = Rater(PriceBook.from_bytes(BOOK.read_bytes()), own)
    rated = rater.rate("golden", None, "golden-model", 0, usage, "speed=golden")
    assert rated.total_pico is not None
    components = {line.component: line.pico for line in rated.lines}
    for fee in inputs.get("fees", ()):
        fee_pico = line_pico(fee["count"], Decimal(fee["price"]), fee["per"])
        components["tools"] = components.get("tools", 0) + fee_pico
    return {
        "components": {component: usd_text(pico) for component, pico in components.items()},
        "total": usd_text(sum(components.values())),
    }


def select_price(inputs: Inputs) -> dict[str, Any]:
    """Choose the version in force at an instant."""
    at = instant(inputs["at"])
    versions = [
        Version(each["id"], instant(each["effective_from"]) if "effective_from" in each else None)
        for each in inputs["versions"]
        if "effective_to" not in each or at < instant(each["effective_to"])
    ]
    chosen = in_force(versions, at)
    return {"version": None if chosen is None else chosen.id}


def daily_window(inputs: Inputs) -> dict[str, Any]:
    """Choose between the peak and the off-peak price at an instant."""
    windows = [(clock_time(start), clock_time(end)) for start, end in inputs["peak_utc"]]
    peak, off_peak = (
        {"input": TieredPrice(Decimal(inputs[which]))} for which in ("peak", "off_peak")
    )
    rows = [PriceRow(off_peak), *(PriceRow(peak, window=window) for window in windows)]
    return {"price": str(row_at(rows, instant(inputs["at"])).prices["input"].base)}


def pico_lines(inputs: Inputs) -> dict[str, Any]:
    """Round each line once and add the lines."""
    price = Decimal(inputs["usd_per_mtok"])
    lines = [line_pico(tokens, price, 1_000_000) for tokens in inputs["tokens"]]
    return {"pico_usd": lines, "sum": sum(lines)}


def coverage_of_calls(inputs: Inputs) -> dict[str, Any]:
    """Total the priced calls and say what share they are."""
    found = coverage(
        (None if call["cost"] is None else pico_from_usd(Decimal(call["cost"])), call["tokens"])
        for call in inputs["calls"]
    )
    return {
        "total": None if found.total_pico is None else usd_text(found.total_pico),
        "unpriced_calls": found.unpriced_calls,
        "coverage_calls": exact_text(found.by_calls),
        "coverage_tokens": exact_text(found.by_tokens),
    }


def normalise(inputs: Inputs) -> dict[str, Any]:
    """Turn a provider's counts into ours."""
    usage = SHAPES[inputs["provider"]](inputs["raw"])
    cached = usage.cache_read + usage.cache_write_5m + usage.cache_write_1h
    return {
        "input_total": usage.input + cached,
        "cache_read": usage.cache_read,
        "cache_write_5m": usage.cache_write_5m,
        "cache_write_1h": usage.cache_write_1h,
        "output": usage.output,
    }


OPS: dict[str, Callable[[Inputs], dict[str, Any]]] = {
    "coverage": coverage_of_calls,
    "daily_window": daily_window,
    "normalise": normalise,
    "pico_lines": pico_lines,
    "rate_tokens": rate_tokens,
    "select_price": select_price,
}


def answer(vector: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the project says to a vector whose op is in OPS."""
    return OPS[vector["op"]](vector["inputs"])
