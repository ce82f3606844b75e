"""Prices as exact decimals: tiers, what falls back to what, and the row in force at an instant."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Protocol, TypeAlias, TypeVar

import msgspec

DAY = 86_400_000_000
EPOCH = date(1970, 1, 1)
TOKEN_COMPONENTS = ("input", "output", "cache_read", "cache_write_5m", "cache_write_1h")
FEE_COMPONENTS = ("web_searches", "requests")
PER_TOKENS = 1_000_000
PER_FEES = 1_000


class TieredPrice(msgspec.Struct, frozen=True):
    """A price in USD per unit, and the prices that replace it above a total input in tokens."""

    base: Decimal
    tiers: tuple[tuple[int, Decimal], ...] = ()

    def at(self, total_input: int) -> Decimal:
        """Return the price of a request with `total_input` tokens; a threshold itself is below."""
        price = self.base
        for above, dearer in self.tiers:
            if total_input > above:
                price = dearer
        return price


PriceSet: TypeAlias = Mapping[str, TieredPrice]
UnitPrices: TypeAlias = Mapping[str, Decimal | None]


class PriceRow(msgspec.Struct, frozen=True):
    """One set of prices and when it holds: from an instant (microseconds), or in a daily window."""

    prices: PriceSet
    since: int | None = None
    window: tuple[int, int] | None = None

    def holds(self, at: int) -> bool:
        """Return whether the row is in force at `at` (UTC microseconds); ends are exclusive."""
        if self.since is not None:
            return at >= self.since
        if self.window is not None:
            return in_daily_window(at, self.window)
        return True


class PriceVariant(msgspec.Struct, frozen=True):
    """Prices that replace the standard ones for a request context, like speed=fast."""

    when: tuple[tuple[str, str], ...]
    row: PriceRow


class Starting(Protocol):
    """Something that starts to hold at an instant, or always did."""

    @property
    def since(self) -> int | None: ...


S = TypeVar("S", bound=Starting)


def in_daily_window(at: int, window: tuple[int, int]) -> bool:
    """Return whether `at` lies in a window of the UTC day given in microseconds, end exclusive."""
    start, end = window
    now = at % DAY
    return now >= start or now < end if end < start else start <= now < end


def in_force(versions: Sequence[S], at: int) -> S | None:
    """Return the version whose start is the latest at or before `at` (UTC microseconds)."""
    held = [each for each in versions if each.since is None or each.since <= at]
    if not held:
        return None
    return max(held, key=lambda each: -(1 << 62) if each.since is None else each.since)


def row_at(rows: Sequence[PriceRow], at: int) -> PriceRow:
    """Return the last row in force at `at`, else the first one, as the book's author has it."""
    for row in reversed(rows):
        if row.holds(at):
            return row
    return rows[0]


def thresholds(prices: PriceSet) -> list[int]:
    """Return every tier threshold in `prices`, ascending, in tokens of total input."""
    return sorted({above for price in prices.values() for above, _ in price.tiers})


def unit_prices(prices: PriceSet, total_input: int, *, long_write_doubles: bool) -> UnitPrices:
    """Return what each component costs in USD per unit (None: no price), after tiers and fallbacks.

    A cache price that is missing is the nearest more general one: a one-hour or five-minute write
    costs a write, a write or a read costs input. Where `long_write_doubles`, a one-hour write
    without its own price costs twice the input instead, as Anthropic charges it.
    """

    def first(*keys: str) -> Decimal | None:
        for key in keys:
            if key in prices:
                return prices[key].at(total_input)
        return None

    long_write = first("cache_write_1h")
    if long_write is None:
        entry = first("input")
        doubled = None if entry is None or not long_write_doubles else entry * 2
        long_write = first("cache_write", "input") if doubled is None else doubled
    return {
        "input": first("input"),
        "output": first("output"),
        "cache_read": first("cache_read", "input"),
        "cache_write_5m": first("cache_write_5m", "cache_write", "input"),
        "cache_write_1h": long_write,
        "web_searches": first("web_searches"),
        "requests": first("requests"),
    }


def are_zero(prices: PriceSet) -> bool:
    """Return whether there are token prices and every one of them is an explicit zero."""
    tokens = [price for component, price in prices.items() if component not in FEE_COMPONENTS]
    return bool(tokens) and not any(
        price.base or any(dearer for _, dearer in price.tiers) for price in tokens
    )


def day_of(since: int | None) -> date | None:
    """Return the UTC date of an instant in microseconds."""
    if since is None:
        return None
    return datetime.fromtimestamp(since // 1_000_000, UTC).date()


def start_of(day: date) -> int:
    """Return the first instant of a UTC date in microseconds."""
    return (day - EPOCH).days * DAY
