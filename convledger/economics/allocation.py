"""Shared amounts divided exactly: parts in whole minor units that add up to the whole."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

Number = int | Fraction


def allocate(total: int, weights: Sequence[Number]) -> list[int]:
    """Return `total` minor units divided by `weights`, one part for each, in their order.

    Largest remainder: each gets its whole quota, and what is left goes by ones to the largest
    fractions, to the earlier of equal ones. A negative total is divided by its magnitude. Where all
    weights are 0 the parts are equal; without recipients there are no parts, and the amount stays
    with whoever asked. Raises ValueError for a negative weight.
    """
    if min(weights, default=0) < 0:
        raise ValueError("a share can't be weighed by less than nothing")
    if total < 0:
        return [-part for part in allocate(-total, weights)]
    if not any(weights):
        weights = [1] * len(weights)
    whole = sum(weights)
    quotas = [divmod(total * weight, whole) for weight in weights]
    parts = [part for part, _ in quotas]
    left = total - sum(parts)
    if left and parts:
        rests = [rest for _, rest in quotas]
        # Of equal ones the earlier comes first: what is sorted in reverse keeps their order.
        by_rest = sorted(range(len(rests)), key=rests.__getitem__, reverse=True)
        for place in by_rest[:left]:
            parts[place] += 1
    return parts
