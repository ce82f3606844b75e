"""What it costs to carry a text along: in every call of every conversation that is given it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

import msgspec

from convledger.economics.ratios import ratio
from convledger.pricing.arithmetic import half_even

Number = int | Fraction
# What carrying a text costs a month: picodollars; where a plan charges by conversation, and more
# text costs no more, the share of the context that it takes; None where no price is known.
Cost = int | Fraction | None

MONTH_DAYS = 30
OBSERVED_DAYS = 28  # whole weeks, so that weekends weigh what they weigh
_FEWEST_DAYS = 7  # one busy day is no month of them
ESTIMATE = "est."
NOWHERE = "carried nowhere"
NO_CONVERSATION = f"no conversation in {OBSERVED_DAYS} days"
NO_PRICE = "no price is known for the models"
BY_CONVERSATION = "the plan charges by conversation"

# How many tokens a model can hold, by the beginning of its name; most hold the first.
CONTEXT = 200_000
_CONTEXTS = (
    ("gpt-4.1", 1_047_576),
    ("gpt-4o", 128_000),
    ("gpt-5", 400_000),
    ("gemini-2", 1_048_576),
    ("gemini-3", 1_048_576),
)


@dataclass(frozen=True, slots=True)
class ModelUse:
    """Input tokens that went to a model, those read from its cache among them, and its prices.

    Prices are picodollars a token, None where unknown.
    """

    model: str
    input: int
    cached: int
    input_price: Number | None
    cached_price: Number | None

    @property
    def is_priced(self) -> bool:
        """Whether both prices are known."""
        return self.input_price is not None and self.cached_price is not None


@dataclass(frozen=True)
class CarryingRate:
    """How often a text is sent that belongs to some conversations, and what a token of it costs.

    `pico_a_token` is what one token costs a month, picodollars: None where no model is priced.
    The ratios are worked out once: thousands of texts are asked for at one rate.
    """

    conversations_a_month: Fraction = Fraction(0)
    calls_a_month: Fraction = Fraction(0)
    input: int = 0
    cached: int = 0
    priced: int = 0
    pico_a_token: Fraction | None = Fraction(0)
    context: int = CONTEXT

    @cached_property
    def turns(self) -> Fraction | None:
        """Calls in a conversation."""
        return ratio(self.calls_a_month, self.conversations_a_month)

    @cached_property
    def cached_share(self) -> Fraction | None:
        """The share of input tokens that is read from the cache."""
        return ratio(self.cached, self.input)

    @cached_property
    def coverage(self) -> Fraction | None:
        """The share of input tokens that went to models with a price."""
        return ratio(self.priced, self.input)


class Carrying(msgspec.Struct, frozen=True, kw_only=True):
    """What carrying a text costs a month (picodollars, estimated), and what that is made of.

    `pico_a_month` is None where no price is known; `reason` says why there is no sum of money.
    """

    tokens: int
    method: str
    conversations_a_month: Fraction = Fraction(0)
    turns: Fraction | None = None
    cached_share: Fraction | None = None
    pico_a_month: int | None = 0
    coverage: Fraction | None = None
    context: int = CONTEXT
    reason: str = ""
    label: str = ESTIMATE

    @property
    def context_share(self) -> Fraction:
        """How much of a model's context the text takes."""
        return Fraction(self.tokens, self.context)

    @property
    def cost(self) -> Cost:
        """What it costs a month: money, or where that says nothing a share of the context."""
        return self.context_share if self.reason == BY_CONVERSATION else self.pico_a_month


def cost_of(costs: Iterable[Cost]) -> Cost:
    """Return what several texts cost together, as far as that is known."""
    known = [each for each in costs if each is not None]
    money = [each for each in known if isinstance(each, int)]
    shares = [each for each in known if isinstance(each, Fraction)]
    return sum(shares, Fraction(0)) if shares else sum(money) if money else None


def observed_days(days_since_first: Number) -> Fraction:
    """Return the days that a ledger tells of: no more than are looked at, and a week at least."""
    return max(min(Fraction(days_since_first), Fraction(OBSERVED_DAYS)), Fraction(_FEWEST_DAYS))


def context_of(model: str) -> int:
    """Return how many tokens a model can hold."""
    name = model.lower().rpartition("/")[2]
    return next((size for start, size in _CONTEXTS if name.startswith(start)), CONTEXT)


def carrying_rate(
    conversations: int, calls: int, days: Number, models: Sequence[ModelUse]
) -> CarryingRate:
    """Return the rate that conversations of some days come to; each model counts by its input."""
    if not conversations or not calls:
        return CarryingRate()
    calls_a_month = Fraction(calls) * MONTH_DAYS / Fraction(days)
    total = sum(each.input for each in models)
    cached = sum(each.cached for each in models)
    priced = [each for each in models if each.is_priced]
    known = sum(each.input for each in priced)
    price = _price(priced, known, Fraction(cached, total)) if known else None
    largest = max(models, key=lambda each: (each.input, each.model), default=None)
    return CarryingRate(
        conversations_a_month=Fraction(conversations) * MONTH_DAYS / Fraction(days),
        calls_a_month=calls_a_month,
        input=total,
        cached=cached,
        priced=known,
        pico_a_token=None if price is None else price * calls_a_month,
        context=CONTEXT if largest is None else context_of(largest.model),
    )


def _price(priced: Sequence[ModelUse], known: int, cached_share: Fraction) -> Fraction:
    """Return what a token sent costs: as input, or from the cache as often as others are."""
    fresh = sum((Fraction(each.input_price or 0) * each.input for each in priced), Fraction(0))
    cheap = sum((Fraction(each.cached_price or 0) * each.input for each in priced), Fraction(0))
    return (fresh * (1 - cached_share) + cheap * cached_share) / known


def together(rates: Sequence[CarryingRate]) -> CarryingRate:
    """Return the rate of a text that is held in several places, and sent for each of them."""
    known = [each.pico_a_token for each in rates if each.pico_a_token is not None]
    largest = max(rates, key=lambda each: (each.input, each.context), default=CarryingRate())
    return CarryingRate(
        conversations_a_month=sum((each.conversations_a_month for each in rates), Fraction(0)),
        calls_a_month=sum((each.calls_a_month for each in rates), Fraction(0)),
        input=sum(each.input for each in rates),
        cached=sum(each.cached for each in rates),
        priced=sum(each.priced for each in rates),
        pico_a_token=sum(known, Fraction(0)) if _is_known(rates) else None,
        context=largest.context,
    )


def _is_known(rates: Sequence[CarryingRate]) -> bool:
    """Tell whether there is a price where anything is sent, or nothing is sent at all."""
    sent = [each for each in rates if each.calls_a_month]
    return not sent or any(each.pico_a_token is not None for each in sent)


def carrying(
    tokens: int, method: str, rate: CarryingRate | None, *, by_conversation: bool = False
) -> Carrying:
    """Return what a text of so many tokens costs at a rate; None is one that nothing holds.

    Where a plan charges by conversation, a longer one costs no more: the share of the context is
    what is left to look at.
    """
    if rate is None:
        return Carrying(tokens=tokens, method=method, reason=NOWHERE)
    pico: int | None
    if not rate.calls_a_month:
        pico, reason = 0, NO_CONVERSATION
    elif by_conversation:
        pico, reason = 0, BY_CONVERSATION
    elif rate.pico_a_token is None:
        pico, reason = None, NO_PRICE
    else:
        price = rate.pico_a_token
        pico, reason = half_even(tokens * price.numerator, price.denominator), ""
    return Carrying(
        tokens=tokens,
        method=method,
        conversations_a_month=rate.conversations_a_month,
        turns=rate.turns,
        cached_share=rate.cached_share,
        pico_a_month=pico,
        coverage=rate.coverage,
        context=rate.context,
        reason=reason,
    )
