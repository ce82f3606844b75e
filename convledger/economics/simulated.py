"""What a scenario comes to, beside today: in all, by conversation and by part.

Amounts are picounits of the currency that was asked for, those of replays and of models
picodollars; all at list prices: what a plan makes of the same calls is in none of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from convledger.economics.context_policy import ContextPolicy
from convledger.economics.ratios import ratio
from convledger.economics.scenarios import OtherModel, Scenario
from convledger.pricing import PriceLine


@dataclass(frozen=True, slots=True)
class Changed:
    """A conversation today and under the scenario; None where that can't be known.

    `by_step` are the differences that each part makes; they add up to the whole difference. The
    list costs are those of its calls alone. `touched` tells that a part applied to it, whether it
    made a difference or none.
    """

    id: int
    name: str
    title: str
    opened_at: int
    today: int | None
    after: int | None
    list_today: int | None = None
    list_after: int | None = None
    by_step: Mapping[str, int] = field(default_factory=dict)
    touched: bool = False
    forgotten_turns: int = 0
    forgotten_tokens: int = 0

    @property
    def difference(self) -> int | None:
        """What it would cost more; less than nothing where it gets cheaper."""
        return None if self.today is None or self.after is None else self.after - self.today


@dataclass(frozen=True, slots=True)
class StepEffect:
    """What one part makes of the total; None with the reason where nobody can tell.

    `ids` are the conversations that it applies to.
    """

    step: str
    difference: int | None
    ids: tuple[int, ...] = ()
    why: str = ""


@dataclass(frozen=True, slots=True)
class ReplaySum:
    """What replayed requests add up to; `cost` in picodollars."""

    cost: int = 0
    input: int = 0
    cache_read: int = 0
    cache_write: int = 0
    output: int = 0
    requests: int = 0

    @property
    def input_tokens(self) -> int:
        """All tokens that were sent, from the cache or not."""
        return self.input + self.cache_read + self.cache_write


@dataclass(frozen=True, slots=True)
class Forgotten:
    """The first thing that a policy would have forgotten, and when that was missing first.

    Turns are numbered from 1 in the main thread; instants are UTC microseconds. `text` is the
    beginning of what was said with its secrets veiled: made harmless where it is shown.
    """

    id: int
    name: str
    title: str
    turn: int
    at: int
    text: str
    missing_turn: int
    missing_at: int


@dataclass(frozen=True, slots=True)
class TooLarge:
    """A conversation that a cap leaves out, since one of its turns alone is larger (tokens)."""

    id: int
    name: str
    title: str
    turn: int
    tokens: int


@dataclass(frozen=True, slots=True)
class ContextEffect:
    """A context policy beside full history, with and without prompt caching.

    `recorded` is what the same main threads came to in fact (or would with the scenario's shorter
    prompts), `as_recorded` what their full history
    comes to when it is replayed, cached where they were: how far the two are apart is how far the
    replay is off. `changed` are the conversations that the policy makes a difference to.
    """

    policy: ContextPolicy
    recorded: int
    as_recorded: int
    full_uncached: ReplaySum
    full_cached: ReplaySum
    uncached: ReplaySum
    cached: ReplaySum
    turns: int
    forgotten_turns: int
    forgotten_tokens: int
    first: Forgotten | None
    replayed: tuple[int, ...]
    changed: tuple[int, ...]
    too_large: tuple[TooLarge, ...] = ()
    unpriced: tuple[int, ...] = ()
    shrinks: int = 0  # times that a history was shortened in fact
    asides: int = 0  # calls beside the thread, like a title, that stay as they are

    @property
    def off_by(self) -> int:
        """What the replay of the full history comes to above what was recorded."""
        return self.as_recorded - self.recorded


@dataclass(frozen=True, slots=True)
class ModelEffect:
    """Calls of one switch of models, at what they cost and at the other model's prices.

    `taken_for` is the model of the price list, "" where it is not known: then `after` is None and
    `near` names the likest. `lines` are its prices (USD for a million tokens) by tier as of `as_of`
    (UTC microseconds), `read_share` and `write_share` what the cache costs of its input price.
    """

    switch: OtherModel
    taken_for: str
    as_of: int
    calls: int
    before: int | None
    after: int | None
    lines: tuple[PriceLine, ...] = ()
    read_share: Fraction | None = None
    write_share: Fraction | None = None
    long_write_share: Fraction | None = None
    near: tuple[str, ...] = ()
    why: str = ""
    is_guess: bool = False  # the list has no model of just that name
    without_tokens: int = 0  # calls whose source records none: in neither sum
    unpriced_calls: int = 0  # calls without a price today: in neither sum
    unpriced_after: int | None = None  # and what they would come to
    without_fee: int = 0  # calls that searched the web, for which the other model has no price
    dropped_contexts: tuple[str, ...] = ()  # "speed=fast" and the like, which it is not asked for


@dataclass(frozen=True, slots=True)
class EscalationEffect:
    """The share of conversations with a bot that people take over, today and under the scenario.

    Costs are those of a conversation that a bot served alone and of one that was handed over, after
    the parts before; `blended` weighs them by the rate.
    """

    engaged: int
    rate_today: Fraction | None
    rate_after: Fraction
    bot_cost: Fraction | None
    escalated_cost: Fraction | None
    blended_today: Fraction | None
    blended_after: Fraction | None
    why: str = ""


@dataclass(frozen=True, slots=True)
class Simulation:
    """A scenario beside today. Totals are of the conversations whose cost is known.

    `after` is None where a part can't be worked out, and `steps` tell why. The calls counted are
    all of them; those without a price or without tokens are in neither total.
    """

    scenario: Scenario
    currency: str
    conversations: int
    today: int | None
    after: int | None
    list_today: int | None
    list_after: int | None
    changes: tuple[Changed, ...]
    steps: tuple[StepEffect, ...] = ()
    context: ContextEffect | None = None
    models: tuple[ModelEffect, ...] = ()
    escalation: EscalationEffect | None = None
    calls: int = 0
    unpriced_calls: int = 0
    uncounted_calls: int = 0
    unknown: tuple[int, ...] = ()  # conversations whose cost nobody knows
    is_estimate: bool = False  # of tokens, or of minutes that nobody entered
    is_list_estimate: bool = False  # of tokens
    notes: tuple[str, ...] = ()

    @property
    def difference(self) -> int | None:
        """What all would cost more; less than nothing where the scenario is cheaper."""
        return None if self.today is None or self.after is None else self.after - self.today

    @property
    def list_difference(self) -> int | None:
        """What all would come to above today at list prices; less than nothing below it."""
        if self.list_today is None or self.list_after is None:
            return None
        return self.list_after - self.list_today

    @property
    def difference_each(self) -> Fraction | None:
        """What a conversation would cost more."""
        return None if self.difference is None else ratio(self.difference, self.known)

    @property
    def share(self) -> Fraction | None:
        """The difference as a share of today's cost."""
        if self.today is None or self.difference is None:
            return None
        return ratio(self.difference, self.today)

    @property
    def touched(self) -> tuple[int, ...]:
        """The conversations that a part applies to, by their numbers."""
        return tuple(each.id for each in self.changes if each.touched)

    @property
    def known(self) -> int:
        """How many conversations have a cost."""
        return self.conversations - len(self.unknown)

    @property
    def per_conversation(self) -> tuple[Fraction | None, Fraction | None]:
        """What a conversation costs today, and would cost."""
        today = None if self.today is None else ratio(self.today, self.known)
        return today, None if self.after is None else ratio(self.after, self.known)
