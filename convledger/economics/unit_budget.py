"""What a conversation may cost: a price, a margin, other costs, and how many are expected."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

from convledger.economics.ratios import Number, ratio

THRESHOLDS = (70, 90, 100)


@dataclass(frozen=True, slots=True)
class UnitBudget:
    """Money for a customer's period and for each conversation in it.

    `per_unit` is None where no conversation is expected.
    """

    per_user: Fraction
    per_unit: Fraction | None

    @property
    def is_under_water(self) -> bool:
        """Whether margin and other costs leave nothing for conversations."""
        return self.per_user < 0

    def alerts(self, thresholds: Iterable[int] = THRESHOLDS) -> list[Fraction] | None:
        """Return the cost of a conversation at which each threshold (percent) is reached."""
        if self.per_unit is None:
            return None
        return [self.per_unit * threshold / 100 for threshold in thresholds]


def unit_budget(
    price: Number, gross_margin: Number, expected: Number, other_costs: Number = 0
) -> UnitBudget:
    """Return the budget of a conversation: what the margin and other costs leave of the price."""
    left = Fraction(price) * (1 - Fraction(gross_margin)) - Fraction(other_costs)
    return UnitBudget(left, ratio(left, expected))


def crossed(cost: Number, budget: Number, thresholds: Iterable[int] = THRESHOLDS) -> list[int]:
    """Return the thresholds (percent) that a cost has reached; any cost is all of no budget."""
    if budget <= 0:
        return sorted(thresholds) if cost > 0 else []
    # In whole numbers: exact, and much faster than fractions where every turn is looked at.
    spent = cost.numerator * budget.denominator * 100
    whole = budget.numerator * cost.denominator
    return [each for each in sorted(thresholds) if spent >= each * whole]


def gross_margin(revenue: Number, cost: Number) -> Fraction | None:
    """Return what is left of revenue as a share of it, None without revenue."""
    return ratio(Fraction(revenue) - Fraction(cost), revenue)
