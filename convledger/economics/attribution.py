"""Divides shared costs among conversations: once, from the whole to the leaves, exactly."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from convledger.economics.allocation import Number, allocate
from convledger.economics.conversation_costs import Talk
from convledger.economics.cost_items import (
    BY_COST,
    BY_HAND,
    BY_MESSAGES,
    BY_TIME,
    BY_TOKENS,
    CostItem,
    Days,
)


@dataclass(frozen=True, slots=True)
class Shared:
    """What of a period's amount each conversation bears, and what nobody does; picounits."""

    item: CostItem
    period: Days
    amount: int
    parts: Mapping[int, int]
    unallocated: int


def weight_of(talk: Talk, rule: str, shares: Mapping[int, int]) -> Number:
    """Return what a conversation weighs under a rule."""
    if rule == BY_TOKENS:
        return talk.tokens
    if rule == BY_TIME:
        return talk.active
    if rule == BY_COST:
        return max(talk.list_pico or 0, 0)
    if rule == BY_MESSAGES:
        return talk.messages
    if rule == BY_HAND:
        return talk.told_in(shares)
    return 1


def share(item: CostItem, period: Days, amount: int, talks: Sequence[Talk]) -> Shared:
    """Divide the amount of a period among the conversations that it is for.

    Of equal remainders the conversation that opened first gets the unit. What is divided by hand
    goes to no other than those that were named; the part of erased ones stays with nobody.
    """
    ordered = sorted(talks, key=lambda talk: (talk.opened_at, talk.id))
    if item.rule == BY_HAND:
        ordered = [talk for talk in ordered if talk.told_in(item.shares)]
    weights = [weight_of(talk, item.rule, item.shares) for talk in ordered]
    if item.rule == BY_HAND and item.erased_weight:
        weights.append(item.erased_weight)
        parts = allocate(amount, weights)[:-1]
    else:
        parts = allocate(amount, weights)
    given = {talk.id: part for talk, part in zip(ordered, parts, strict=True)}
    return Shared(item, period, amount, given, amount - sum(parts))


def fallen_back(item: CostItem, talks: Iterable[Talk]) -> bool:
    """Whether a rule finds nothing to weigh, so that all get the same."""
    return not any(weight_of(talk, item.rule, item.shares) for talk in talks)
