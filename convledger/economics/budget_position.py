"""Where a conversation or a customer stands in a budget, and when each threshold was crossed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

from convledger.economics.conversation_costs import LIST, TalkCost
from convledger.economics.distribution import histogram
from convledger.economics.ratios import Number
from convledger.economics.unit_budget import crossed

_EDGES = (0, 25, 50, 100, 150, 200, 500)


@dataclass(frozen=True, slots=True)
class Spent:
    """Money spent at an instant (UTC microseconds); less than nothing where it was given back."""

    at: int
    amount: Fraction


@dataclass(frozen=True, slots=True)
class Crossing:
    """A threshold (percent) that was reached: when, and what had been spent by then."""

    threshold: int
    at: int
    spent: Fraction


def crossings(
    spendings: Iterable[Spent], budget: Number, thresholds: Iterable[int]
) -> list[Crossing]:
    """Return each threshold once, at the first spending by which it was reached.

    What falls below it again and rises anew does not reach it a second time.
    """
    found: list[Crossing] = []
    left = sorted(set(thresholds))
    total = Fraction(0)
    for each in spendings:
        total += each.amount
        reached = crossed(total, budget, left)
        found += [Crossing(threshold, each.at, total) for threshold in reached]
        left = left[len(reached) :]  # those that are reached are always the lowest
        if not left:
            break
    return found


def spread(amount: Number, weights: Sequence[Number]) -> list[Fraction]:
    """Return an amount divided exactly in proportion to weights, equally where none weighs."""
    if not amount:
        return [Fraction(0)] * len(weights)
    whole: Number = sum(weights)
    if not whole:
        return [Fraction(amount) / len(weights)] * len(weights) if weights else []
    part = Fraction(amount) / whole
    return [part * each for each in weights]


@dataclass(frozen=True, slots=True)
class Position:
    """A cost beside a budget, both in the same unit; None where one of them is not known."""

    spent: Number | None
    budget: Number | None

    @property
    def share(self) -> Fraction | None:
        """How much of the budget is spent; None of a budget that is nothing or less."""
        if self.spent is None or self.budget is None or self.budget <= 0:
            return None
        return Fraction(self.spent) / Fraction(self.budget)

    @property
    def is_over(self) -> bool:
        """Whether more than all of it is spent; of no budget anything is more than all."""
        if self.spent is None or self.budget is None:
            return False
        return self.spent > max(self.budget, 0)

    def reached(self, thresholds: Iterable[int]) -> tuple[int, ...]:
        """Return the thresholds (percent) that are reached."""
        if self.spent is None or self.budget is None:
            return ()
        return tuple(crossed(self.spent, self.budget, thresholds))


def position_edges(thresholds: Iterable[int]) -> list[int]:
    """Return the edges (percent) of a histogram of positions: the thresholds are among them."""
    return sorted({*_EDGES, *thresholds})


def edge_names(edges: Sequence[int]) -> list[str]:
    """Return the names of bins of percents: "70–90 %", "500 % +"."""
    return [*(f"{low}–{high} %" for low, high in pairwise(edges)), f"{edges[-1]} % +"]


def position_histogram(shares: Iterable[Fraction], edges: Sequence[int]) -> list[int]:
    """Return how many shares lie in each bin; what is below nothing counts as nothing."""
    return histogram((max(share * 100, Fraction(0)) for share in shares), edges)


def counted_cost(cost: TalkCost, counts: str) -> int | None:
    """Return what of a conversation's cost a budget counts, in picounits; None if unknown."""
    if not cost.is_known:
        return None
    if counts == "full":
        return cost.full
    if counts == "billed":
        return cost.billed
    return cost.known((LIST,)) if counts == "list" else cost.machine
