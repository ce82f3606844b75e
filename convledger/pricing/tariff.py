"""What one model costs in one context: the prices in force at an instant, and why."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from enum import IntEnum
from fnmatch import fnmatchcase

import msgspec

from convledger.pricing.arithmetic import product
from convledger.pricing.book import PriceBook
from convledger.pricing.modifiers import Context, Modifier, choose, context_text, parse_context
from convledger.pricing.names import NOT_MODELS
from convledger.pricing.overrides import Overrides, OwnPrice
from convledger.pricing.prices import (
    TOKEN_COMPONENTS,
    PriceSet,
    TieredPrice,
    are_zero,
    day_of,
    row_at,
)
from convledger.pricing.resolve import Resolution


class State(IntEnum):
    """How much a cost can be relied on."""

    PRICED = 1
    FREE = 2
    ESTIMATED = 3
    UNPRICED = 4


class Terms(msgspec.Struct, frozen=True):
    """The prices of a call at an instant, before its quantities are known."""

    prices: PriceSet
    multipliers: dict[str, Decimal]
    state: State
    rule: str
    price_source: str
    effective_from: date | None
    long_write_doubles: bool
    modifiers: tuple[str, ...]
    warnings: tuple[str, ...]


class Tariff:
    """Answers which terms hold for one resolved model and context, at any instant."""

    def __init__(
        self, book: PriceBook, overrides: Overrides, found: Resolution, context: str
    ) -> None:
        self.found = found
        self._book = book
        self._own_source = overrides.file_name
        self._asked = parse_context(context)
        about = (found.providers | {found.provider or ""}, found.names | {found.model_id.lower()})
        self._own_modifiers = [each for each in overrides.modifiers if each.applies(*about)]
        self._extras = [each for each in book.modifiers if each.applies(*about)]

    def boundaries(self) -> list[int]:
        """Return the instants (UTC microseconds) at which the terms may change, ascending."""
        found = self.found
        instants: set[int | None] = set()
        for spans in (found.own, self._own_modifiers, self._extras):
            for span in spans:
                instants |= {span.since, span.until}
        if found.model is not None:
            instants |= {row.since for row in found.model.rows}
            instants |= {variant.row.since for variant in found.model.variants}
        return sorted(each for each in instants if each is not None)

    def daily_boundaries(self) -> list[int]:
        """Return the microseconds of the UTC day at which the terms may change, ascending."""
        model = self.found.model
        if model is None:
            return []
        rows = [*model.rows, *(variant.row for variant in model.variants)]
        return sorted({edge for row in rows if row.window is not None for edge in row.window})

    def at(self, at: int) -> Terms:
        """Return the terms in force at `at` (UTC microseconds)."""
        found = self.found
        own = self._own_price(at)
        chosen, left = choose(self._own_modifiers, self._asked, at)
        since, labels = None, [each.label for each in chosen]
        if own is not None:
            prices, since = self._own_prices(own, at), own.since
        elif found.model is not None and not found.is_free:
            row = row_at(found.model.rows, at)
            since = row.since
            prices, left, answered = self._variant_prices(row.prices, left, at)
            labels += [f"{each}: own price row" for each in answered]
            prices = self._with_fees(prices)
        else:
            prices = {}
        extras, left = choose(self._extras, left, at)
        labels += [each.label for each in extras]
        unmatched = [f"modifier_unmatched: {context_text([pair])}" for pair in sorted(left)]
        return Terms(
            prices=prices,
            multipliers=_multipliers([*chosen, *extras]),
            state=self._state(own, prices, left),
            rule="override" if own is not None else found.rule,
            price_source=self._price_source(own),
            effective_from=day_of(since),
            long_write_doubles=own is None and "claude" in found.model_id.lower(),
            modifiers=tuple(labels),
            warnings=(*self._name_warnings(own, prices), *unmatched),
        )

    def _state(self, own: OwnPrice | None, prices: PriceSet, left: Context) -> State:
        if own.free if own is not None else self.found.is_free:
            return State.FREE
        if not prices.keys() & {*TOKEN_COMPONENTS, "cache_write"}:
            return State.UNPRICED
        if left or (own is None and self.found.is_estimate):
            return State.ESTIMATED
        return State.FREE if are_zero(prices) else State.PRICED

    def _price_source(self, own: OwnPrice | None) -> str:
        is_own = own is not None or (self.found.is_free and self.found.rule == "override")
        return self._own_source if is_own else self._book.source

    def _name_warnings(self, own: OwnPrice | None, prices: PriceSet) -> tuple[str, ...]:
        found = self.found
        if own is not None or found.is_free:
            return ()
        if found.model is None:
            kind = "not_a_model" if found.name.strip().lower() in NOT_MODELS else "unknown_model"
            return (f"{kind}: {found.name}",)
        nothing = () if prices else (f"no_price: {found.model.provider}/{found.model.id}",)
        return (*found.warnings, *nothing)

    def _own_price(self, at: int) -> OwnPrice | None:
        """Return the user's price in force: for the logged name if any, the newest, the last."""
        held = [price for price in self.found.own if price.holds(at)]
        if not held:
            return None
        literal = [price for price in held if price.model == self.found.name] or held
        newest = max(price.since or -(1 << 62) for price in literal)
        return [price for price in literal if (price.since or -(1 << 62)) == newest][-1]

    def _own_prices(self, own: OwnPrice, at: int) -> PriceSet:
        """Return the user's prices; tool fees they do not set stay those of the book."""
        if self.found.model is None or own.free:
            return own.prices
        book = self._with_fees(row_at(self.found.model.rows, at).prices)
        fees = {key: price for key, price in book.items() if key == "web_searches"}
        return {**fees, **own.prices}

    def _variant_prices(
        self, standard: PriceSet, asked: Context, at: int
    ) -> tuple[PriceSet, Context, list[str]]:
        """Return prices with the variants for `asked` laid over, and the pairs still unanswered."""
        laid: dict[str, TieredPrice] = {}
        answered: set[tuple[str, str]] = set()
        model = self.found.model
        for variant in model.variants if model is not None else ():
            if asked.issuperset(variant.when) and variant.row.holds(at):
                answered.update(variant.when)
                laid = {**variant.row.prices, **laid}
        labels = [context_text([pair]) for pair in sorted(answered)]
        return {**standard, **laid}, asked - answered, labels

    def _with_fees(self, prices: PriceSet) -> PriceSet:
        """Return prices with our own tool fees where the book has prices but not that fee."""
        model = self.found.model
        if model is None or not prices:
            return prices
        fees = {
            fee.component: TieredPrice(Decimal(fee.price))
            for fee in self._book.fees
            if fee.provider == model.provider and fnmatchcase(model.id.lower(), fee.model)
        }
        return {**fees, **prices}


def _multipliers(modifiers: list[Modifier]) -> dict[str, Decimal]:
    return {
        component: product([each.multiplier for each in modifiers if component in each.components])
        for component in TOKEN_COMPONENTS
    }
