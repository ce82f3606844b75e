"""Rates a call: exact lines for people, the same total at speed for an import."""

from __future__ import annotations

import hashlib
from bisect import bisect_right
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from convledger.pricing.arithmetic import line_pico, plain
from convledger.pricing.book import PriceBook
from convledger.pricing.fastpath import Segment, compile_segments
from convledger.pricing.overrides import Overrides
from convledger.pricing.prices import (
    DAY,
    FEE_COMPONENTS,
    PER_FEES,
    PER_TOKENS,
    TOKEN_COMPONENTS,
    thresholds,
    unit_prices,
)
from convledger.pricing.resolve import Resolver
from convledger.pricing.tariff import State, Tariff, Terms
from convledger.records import Usage

ENGINE_VERSION = 1
MOST_PLANS = 20_000
_ENDLESS = 1 << 62


@dataclass(frozen=True, slots=True)
class Line:
    """One priced component: quantity times unit price (USD for `per`) times multiplier."""

    component: str
    quantity: int
    per: int
    unit_price: str
    multiplier: str
    pico: int


@dataclass(frozen=True, slots=True)
class Rated:
    """What a call costs in picodollars (None if unknown), and everything that explains it."""

    total_pico: int | None
    state: State
    lines: tuple[Line, ...]
    rule: str
    provider: str | None
    model: str
    price_source: str | None
    effective_from: date | None
    tier_above: int | None
    modifiers: tuple[str, ...]
    warnings: tuple[str, ...]


class Tile(NamedTuple):
    """Compiled prices, one segment a tier, and the instants between which they hold."""

    segments: tuple[Segment, ...]
    since: int
    until: int

    def segment(self, total_input: int) -> Segment:
        """Return the rates of a request with so many tokens of input."""
        found = self.segments[0]
        if len(self.segments) > 1:
            for higher in self.segments:
                if total_input > higher.above:
                    found = higher
        return found


class _Plan:
    """A tariff cut into the spans of time in which nothing changes, compiled span by span."""

    __slots__ = ("_cuts", "_held", "_since", "_starts", "_tariff", "_tiles", "_until", "only")

    def __init__(self, tariff: Tariff) -> None:
        self._tariff = tariff
        self._starts = tariff.boundaries()
        self._cuts = tariff.daily_boundaries()
        self._tiles: dict[tuple[int, int], tuple[Segment, ...]] = {}
        # What held for the last call mostly holds for the next one.
        self._held: tuple[Segment, ...] = ()
        self._since = self._until = 0
        self.only = None if self._starts or self._cuts else compile_segments(tariff.at(0))

    def segments(self, at: int) -> tuple[Segment, ...]:
        """Return the compiled prices at `at`, one segment a tier."""
        if self._since <= at < self._until:
            return self._held
        place = bisect_right(self._starts, at)
        tile = (place, bisect_right(self._cuts, at % DAY))
        found = self._tiles.get(tile)
        if found is None:
            found = self._tiles[tile] = compile_segments(self._tariff.at(at))
        if not self._cuts:
            self._held, (self._since, self._until) = found, self._span(place, at)
        return found

    def _span(self, place: int, at: int) -> tuple[int, int]:
        """Return since when and until when the prices behind so many starts hold, `at` between."""
        since = self._starts[place - 1] if place else min(at, 0)
        until = self._starts[place] if place < len(self._starts) else max(at + 1, _ENDLESS)
        return since, until

    def tile(self, at: int) -> Tile:
        """Return the prices at `at` and since when and until when they hold."""
        if self._cuts:
            return Tile(self.segments(at), at, at + 1)
        span = self._span(bisect_right(self._starts, at), at)
        return Tile(self.only or self.segments(at), *span)

    def terms(self, at: int) -> Terms:
        """Return the terms at `at`, freshly worked out."""
        return self._tariff.at(at)

    @property
    def tariff(self) -> Tariff:
        """The tariff that was cut."""
        return self._tariff


class Rater:
    """Rates calls with a book and the user's overrides; instants are UTC microseconds."""

    def __init__(self, book: PriceBook, overrides: Overrides | None = None) -> None:
        self._book = book
        self._overrides = overrides or Overrides()
        self._resolver = Resolver(book, self._overrides)
        self._plans: dict[tuple[str, str | None, str | None, str], _Plan] = {}
        parts = (book.digest, self._overrides.digest, f"engine {ENGINE_VERSION}")
        self.digest = hashlib.sha256("\n".join(parts).encode()).hexdigest()

    def rate(
        self,
        source: str,
        provider: str | None,
        model: str | None,
        at: int,
        usage: Usage,
        context: str,
    ) -> Rated:
        """Return the cost of one call line by line; reasoning is part of output."""
        plan = self._plan(source, provider, model, context)
        found, terms = plan.tariff.found, plan.terms(at)
        total_input = usage.input + usage.cache_read + usage.cache_write_5m + usage.cache_write_1h
        lines, missing = _lines(terms, usage, total_input)
        state, warnings = terms.state, list(terms.warnings)
        warnings += [f"no_price: {component}" for component in missing]
        if missing and any(component in TOKEN_COMPONENTS for component in missing):
            state = State.UNPRICED
        elif missing and state is not State.UNPRICED:
            state = State.ESTIMATED
        is_known = state is not State.UNPRICED
        if state is State.FREE and any(line.pico for line in lines):
            state = State.PRICED  # tokens cost nothing, a tool does
        passed = [above for above in thresholds(terms.prices) if total_input > above]
        return Rated(
            total_pico=sum(line.pico for line in lines) if is_known else None,
            state=state,
            lines=tuple(lines) if is_known else (),
            rule=terms.rule,
            provider=found.provider,
            model=(model or "") if found.model is None else found.model.id,
            price_source=terms.price_source if is_known else None,
            effective_from=terms.effective_from,
            tier_above=passed[-1] if passed else None,
            modifiers=terms.modifiers,
            warnings=tuple(warnings),
        )

    def pico(
        self,
        source: str,
        provider: str | None,
        model: str | None,
        at: int,
        context: str,
        input: int,  # noqa: A002
        output: int,
        cache_read: int,
        cache_write_5m: int,
        cache_write_1h: int,
        web_searches: int,
    ) -> tuple[int | None, int]:
        """Return the total and the state that `rate` gives, in microseconds of work."""
        plan = self._plans.get((source, provider, model, context))
        if plan is None:
            plan = self._plan(source, provider, model, context)
        segments = plan.only or plan.segments(at)
        segment = segments[0]
        if len(segments) > 1:
            total_input = input + cache_read + cache_write_5m + cache_write_1h
            for higher in segments:
                if total_input > higher.above:
                    segment = higher
        if segment.is_whole and not web_searches:
            return (
                input * segment.input
                + output * segment.output
                + cache_read * segment.cache_read
                + cache_write_5m * segment.cache_write_5m
                + cache_write_1h * segment.cache_write_1h
            ), segment.state
        return segment.exact(
            (input, output, cache_read, cache_write_5m, cache_write_1h, web_searches, 1)
        )

    def tile(
        self, source: str, provider: str | None, model: str | None, at: int, context: str
    ) -> Tile:
        """Return the rates in force at `at`, and the span around it in which they stay."""
        return self._plan(source, provider, model, context).tile(at)

    def _plan(self, source: str, provider: str | None, model: str | None, context: str) -> _Plan:
        key = (source, provider, model, context)
        plan = self._plans.get(key)
        if plan is None:
            if len(self._plans) >= MOST_PLANS:
                self._plans.clear()
            found = self._resolver.resolve(source, provider, model)
            plan = _Plan(Tariff(self._book, self._overrides, found, context))
            self._plans[key] = plan
        return plan


def _lines(terms: Terms, usage: Usage, total_input: int) -> tuple[list[Line], list[str]]:
    """Return a line for each component used, and the components used that have no price."""
    if terms.state is State.UNPRICED:
        return [], []
    prices = unit_prices(terms.prices, total_input, long_write_doubles=terms.long_write_doubles)
    is_gift = terms.state is State.FREE and not terms.prices
    lines: list[Line] = []
    missing: list[str] = []
    for component in (*TOKEN_COMPONENTS, *FEE_COMPONENTS):
        price = prices.get(component)
        if component == "requests":
            quantity = 0 if price is None else 1
        else:
            quantity = getattr(usage, component)
        if not quantity:
            continue
        if price is None and not is_gift:
            missing.append(component)
            continue
        amount = Decimal(0) if price is None else price
        per = PER_TOKENS if component in TOKEN_COMPONENTS else PER_FEES
        factor = terms.multipliers.get(component, Decimal(1))
        pico = line_pico(quantity, amount, per, factor)
        lines.append(Line(component, quantity, per, plain(amount), plain(factor), pico))
    return lines, missing
