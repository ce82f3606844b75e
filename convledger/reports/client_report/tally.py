"""Adds conversations up: whatever they are grouped by, the groups come to the same whole."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from convledger.economics.conversation_costs import (
    BILLED,
    ESCALATED,
    LIST,
    PARTS,
    PEOPLE,
    PEOPLE_ONLY,
    TalkCost,
)
from convledger.economics.ratios import ratio


@dataclass(slots=True)
class Tally:
    """Some conversations: how many, what happened in them, and their cost by part (picounits).

    Costs are of the `known` ones alone; `listed` have a known list cost, `counted` known tokens.
    `hidden` are parts that are unknown in the whole report: where one of these conversations has
    such a part, no sum with it is known.
    """

    hidden: frozenset[str] = frozenset()
    units: int = 0
    known: int = 0
    listed: int = 0
    counted: int = 0
    messages: int = 0
    calls: int = 0
    tokens: int = 0
    handed_over: int = 0
    doubt: bool = False
    tokens_doubt: bool = False  # of what is at list prices and billed
    minutes: Fraction | None = None
    parts: dict[str, int] = field(default_factory=dict)
    unknown: set[str] = field(default_factory=set)
    by_model: dict[str, int] = field(default_factory=dict)

    def take(self, cost: TalkCost, by_model: Mapping[str, int]) -> None:
        """Count a conversation in, with its list cost by model."""
        talk = cost.talk
        self.units += 1
        self.messages += talk.messages
        self.calls += talk.calls
        self.tokens += talk.tokens
        self.counted += not talk.lacks_tokens
        self.handed_over += talk.served in (ESCALATED, PEOPLE_ONLY)
        self.doubt = self.doubt or talk.doubt or talk.minutes_assumed
        self.tokens_doubt = self.tokens_doubt or talk.doubt
        if talk.minutes is not None:
            self.minutes = (self.minutes or Fraction(0)) + talk.minutes
        self.unknown |= cost.unknown & self.hidden
        if not cost.is_known:
            return
        self.known += 1
        self.listed += LIST not in cost.unknown
        for part, amount in cost.parts.items():
            self.parts[part] = self.parts.get(part, 0) + amount
        for model, amount in by_model.items():
            self.by_model[model] = self.by_model.get(model, 0) + amount

    def adjust(self, cost: TalkCost) -> None:
        """Take in what has changed for a conversation of a closed month."""
        self.doubt = self.doubt or cost.talk.doubt or cost.talk.minutes_assumed
        self.leave(cost.parts)

    def leave(self, amounts: Mapping[str, int], unknown: Collection[str] = ()) -> None:
        """Add what no conversation bears."""
        for part, amount in amounts.items():
            self.parts[part] = self.parts.get(part, 0) + amount
        self.unknown |= set(unknown)

    def sum(self, parts: Iterable[str]) -> int | None:
        """Return some parts added up, None where one of them is unknown."""
        wanted = tuple(parts)
        if (self.units and not self.known) or not self.unknown.isdisjoint(wanted):
            return None
        return sum(self.parts.get(part, 0) for part in wanted)

    @property
    def at_list(self) -> int | None:
        """What the calls come to at list prices, None where no list cost is known."""
        return None if self.units and not self.listed else self.sum((LIST,))

    @property
    def known_tokens(self) -> int | None:
        """The tokens, None where those of no conversation are known."""
        return None if self.units and not self.counted else self.tokens

    @property
    def billed(self) -> int | None:
        """What the calls were charged: by a plan, or at list prices."""
        return self.sum(BILLED)

    @property
    def full(self) -> int | None:
        """Everything."""
        return self.sum(PARTS)

    @property
    def people(self) -> int | None:
        """What people's time came to."""
        return self.sum((PEOPLE,))

    @property
    def per_unit(self) -> Fraction | None:
        """What a conversation costs, of those whose cost is known."""
        return None if self.full is None else ratio(self.full, self.known)
