"""Calls at the prices of another model: the same tokens, or as its tokenizer may count them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from fractions import Fraction

from convledger.economics.call_use import CallUse, Tokens
from convledger.economics.conversation_costs import Talk, is_of
from convledger.economics.ratios import ratio
from convledger.economics.scenarios import OtherModel
from convledger.economics.simulated import ModelEffect
from convledger.pricing import PriceLine, Rater, State
from convledger.pricing.arithmetic import half_even
from convledger.records import Usage


@dataclass(slots=True)
class Target:
    """One switch of models, and what the calls that it is meant for come to.

    `lines` are the prices of the model that its name was taken for; none where there is no price.
    """

    switch: OtherModel
    rater: Rater
    as_of: int
    taken_for: str = ""
    rule: str = ""
    is_known: bool = True
    has_fee: bool = False
    calls: int = 0
    before: int = 0
    after: int = 0
    without_tokens: int = 0
    unpriced_calls: int = 0
    unpriced_after: int | None = None
    without_fee: int = 0
    contexts: set[str] = field(default_factory=set)
    ids: list[int] = field(default_factory=list)
    _names: dict[tuple[str, str], bool] = field(default_factory=dict)

    def __post_init__(self) -> None:
        usage = Usage(input=1, output=1, web_searches=1)
        rated = self.rater.rate("", self._seller, self.switch.to, self.as_of, usage, "")
        self.is_known = rated.state is not State.UNPRICED
        self.rule = rated.rule
        self.has_fee = any(line.component == "web_searches" for line in rated.lines)
        if self.is_known:
            self.taken_for = f"{rated.provider}/{rated.model}" if rated.provider else rated.model

    @property
    def _seller(self) -> str | None:
        return self.switch.provider or None

    def is_meant_for(self, talk: Talk) -> bool:
        """Whether a conversation is in the scope of the switch."""
        return is_of(talk, self.switch.scope)

    def takes(self, call: CallUse) -> bool:
        """Whether a call is of a model that is switched."""
        if not self.switch.source:
            return True
        key = (call.model, call.speed)
        found = self._names.get(key)
        if found is None:
            names = (call.model.lower(), call.name.lower())
            patterns = [pattern.lower() for pattern in self.switch.source]
            found = any(fnmatchcase(name, pattern) for name in names for pattern in patterns)
            self._names[key] = found
        return found

    def price(self, _: CallUse, tokens: Tokens, web_searches: int) -> int | None:
        """Return what tokens cost at this model (picodollars), each count by the factor first."""
        factor = self.switch.factor
        if factor != 1:
            up, down = factor.numerator, factor.denominator
            fresh, output, read, short, long = (half_even(count * up, down) for count in tokens)
        else:
            fresh, output, read, short, long = tokens
        return self.rater.pico(
            "", self._seller, self.switch.to, self.as_of, "",
            fresh, output, read, short, long, web_searches,
        )[0]  # fmt: skip

    def take(self, call: CallUse, talk: int) -> int | None:
        """Count a call and return its cost at this model; None where it is in neither sum."""
        if not self.ids or self.ids[-1] != talk:
            self.ids.append(talk)
        if call.lacks_tokens:
            self.without_tokens += 1
            return None
        cost = self.price(call, call.tokens, call.web_searches)
        if call.cost is None:
            self.unpriced_calls += 1
            if cost is not None:
                self.unpriced_after = (self.unpriced_after or 0) + cost
            return None
        self.calls += 1
        self.before += call.cost
        self.without_fee += bool(call.web_searches) and not self.has_fee
        if call.context:
            self.contexts.add(call.context)
        if cost is not None:
            self.after += cost
        return cost

    def effect(self, lines: Sequence[PriceLine], near: Sequence[str]) -> ModelEffect:
        """Return what the switch comes to; `near` are names that are like it."""
        base = next((line for line in lines if line.tier_above is None), None)
        why = "" if self.is_known else f"no price is known for {self.switch.to}"
        if self.is_known and not self.calls:
            why = (
                "none of its calls has tokens"
                if self.without_tokens
                else "there is no call that it is meant for"
            )
        return ModelEffect(
            self.switch,
            self.taken_for,
            self.as_of,
            self.calls,
            self.before if self.calls else None,
            self.after if self.calls and self.is_known else None,
            tuple(lines),
            _share(base, "cache_read"),
            _share(base, "cache_write_5m"),
            _share(base, "cache_write_1h"),
            () if self.is_known else tuple(near),
            why,
            self.rule == "estimated",
            self.without_tokens,
            self.unpriced_calls,
            self.unpriced_after,
            self.without_fee,
            tuple(sorted(self.contexts)),
        )


def _share(line: PriceLine | None, kind: str) -> Fraction | None:
    """Return what a kind of cached token costs of an input token."""
    price = None if line is None else getattr(line, kind)
    if line is None or price is None or line.input is None:
        return None
    return ratio(Fraction(price), Fraction(line.input))
