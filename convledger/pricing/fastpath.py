"""Terms compiled to integers: picodollars per unit as fractions, one segment a tier."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction

from convledger.pricing.arithmetic import half_even, rate_of
from convledger.pricing.prices import (
    FEE_COMPONENTS,
    PER_FEES,
    PER_TOKENS,
    TOKEN_COMPONENTS,
    thresholds,
    unit_prices,
)
from convledger.pricing.tariff import State, Terms

COMPONENTS = (*TOKEN_COMPONENTS, *FEE_COMPONENTS)
_TOKEN_KINDS = len(TOKEN_COMPONENTS)


class Segment:
    """The rates of requests above a number of input tokens, in picodollars per token or use.

    `is_whole` says that every token rate is there and an integer, and that no fee is due on each
    request, so that five multiplications give the total.
    """

    __slots__ = (
        "above",
        "cache_read",
        "cache_write_1h",
        "cache_write_5m",
        "input",
        "is_whole",
        "output",
        "rates",
        "state",
    )

    def __init__(self, above: int, rates: Sequence[tuple[int, int] | None], state: State) -> None:
        self.above = above
        self.rates = tuple(rates)
        self.state = int(state)
        tokens = self.rates[:_TOKEN_KINDS]
        whole = [rate[0] for rate in tokens if rate is not None and rate[1] == 1]
        self.is_whole = (
            state is not State.UNPRICED and len(whole) == _TOKEN_KINDS and self.rates[-1] is None
        )
        if not self.is_whole:
            whole = [0] * _TOKEN_KINDS
        self.input, self.output, self.cache_read = whole[:3]
        self.cache_write_5m, self.cache_write_1h = whole[3:]

    def exact(self, quantities: Sequence[int]) -> tuple[int | None, int]:
        """Return total and state for quantities in the order of COMPONENTS, each line rounded."""
        if self.state == State.UNPRICED:
            return None, self.state
        total, state = 0, self.state
        for place, rate in enumerate(self.rates):
            quantity = quantities[place]
            if rate is not None:
                total += half_even(quantity * rate[0], rate[1])
            elif quantity and place < _TOKEN_KINDS:
                return None, int(State.UNPRICED)
            elif quantity and COMPONENTS[place] != "requests":
                state = int(State.ESTIMATED)
        if total and state == State.FREE:
            state = int(State.PRICED)  # tokens cost nothing, a tool does
        return total, state

    def parts(self, quantities: Sequence[int]) -> list[int] | None:
        """Return what each of COMPONENTS comes to, which adds up to the total; None if unknown."""
        if self.state == State.UNPRICED:
            return None
        if self.is_whole and not quantities[_TOKEN_KINDS]:
            fresh, output, read, short, long, *_ = quantities
            return [
                fresh * self.input, output * self.output, read * self.cache_read,
                short * self.cache_write_5m, long * self.cache_write_1h, 0, 0,
            ]  # fmt: skip
        amounts = []
        for place, rate in enumerate(self.rates):
            quantity = quantities[place]
            if rate is None:
                if quantity and place < _TOKEN_KINDS:
                    return None
                amounts.append(0)
            else:
                amounts.append(half_even(quantity * rate[0], rate[1]) if quantity else 0)
        return amounts


def compile_segments(terms: Terms) -> tuple[Segment, ...]:
    """Return the segments of `terms` by ascending threshold; the first has none below it."""
    segments = []
    for above in (-1, *thresholds(terms.prices)):
        prices = unit_prices(terms.prices, above + 1, long_write_doubles=terms.long_write_doubles)
        is_gift = terms.state is State.FREE and not terms.prices
        rates: list[tuple[int, int] | None] = []
        for component in COMPONENTS:
            price = prices.get(component)
            if is_gift and component != "requests":
                price = Decimal(0)
            if price is None:
                rates.append(None)
                continue
            per = PER_TOKENS if component in TOKEN_COMPONENTS else PER_FEES
            rates.append(rate_of(price, per, Fraction(terms.multipliers.get(component, 1))))
        segments.append(Segment(above, rates, terms.state))
    return tuple(segments)
