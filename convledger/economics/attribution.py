"""Divides shared costs among conversations: once, from the whole to the leaves, exactly."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from convledger.economics.allocation import allocate
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

# What conversations weigh, in the order in which units that are left over go round; None is nobody.
Weighed = tuple[tuple[int | None, int], ...]


@dataclass(frozen=True, slots=True)
class Shared:
    """What of a period's amount each conversation bears, and what nobody does; picounits."""

    item: CostItem
    period: Days
    amount: int
    parts: Mapping[int, int]
    unallocated: int


def weight_of(talk: Talk, rule: str, shares: Mapping[int, int]) -> int:
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


def weighed(item: CostItem, talks: Iterable[Talk]) -> Weighed:
    """Return what the conversations that an item is for weigh, the one that opened first first.

    What is divided by hand goes to no other than those that were named; what erased ones weighed
    stays with nobody.
    """
    ordered = sorted(talks, key=lambda talk: (talk.opened_at, talk.id))
    if item.rule != BY_HAND:
        return tuple((talk.id, weight_of(talk, item.rule, item.shares)) for talk in ordered)
    named = [(talk.id, talk.told_in(item.shares)) for talk in ordered]
    erased = [(None, item.erased_weight)] if item.erased_weight else []
    return (*(each for each in named if each[1]), *erased)


def divided(amount: int, among: Weighed) -> tuple[dict[int, int], int]:
    """Return what each conversation bears of an amount, and what nobody does.

    Of equal remainders the earlier one gets the unit.
    """
    given: dict[int, int] = {}
    parts = allocate(amount, [weight for _, weight in among])
    for (number, _), part in zip(among, parts, strict=True):
        if number is not None:
            given[number] = given.get(number, 0) + part
    return given, amount - sum(given.values())


def share(item: CostItem, period: Days, amount: int, among: Weighed) -> Shared:
    """Divide the amount of a period among those that it is for, as they weigh."""
    given, unallocated = divided(amount, among)
    return Shared(item, period, amount, given, unallocated)


def fallen_back(among: Weighed) -> bool:
    """Whether a rule finds nothing to weigh, so that all get the same."""
    return not any(weight for _, weight in among)
