"""Costs by component added up, and what a conversation comes to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from convledger.economics.ratios import Number, ratio


@dataclass(frozen=True, slots=True)
class UnitCost:
    """A sum of components over some conversations; `per_unit` is None where there are none."""

    total: Fraction
    per_unit: Fraction | None


def unit_cost(costs: Mapping[str, Number], units: int) -> UnitCost:
    """Return the sum of `costs` and its share for each of `units`."""
    total = sum((Fraction(cost) for cost in costs.values()), Fraction(0))
    return UnitCost(total, ratio(total, units))
