"""A total that says how much of the usage it is about."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True, slots=True)
class Coverage:
    """The priced total in picodollars, None if nothing is, and its share of the usage."""

    total_pico: int | None
    unpriced_calls: int
    by_calls: Fraction | None
    by_tokens: Fraction | None


def coverage(calls: Iterable[tuple[int | None, int]]) -> Coverage:
    """Return the total of calls given as (picodollars or None, tokens)."""
    total = priced = count = priced_tokens = tokens = 0
    for pico, size in calls:
        count += 1
        tokens += size
        if pico is not None:
            total += pico
            priced += 1
            priced_tokens += size
    return Coverage(
        total_pico=total if priced else None,
        unpriced_calls=count - priced,
        by_calls=Fraction(priced, count) if count else None,
        by_tokens=Fraction(priced_tokens, tokens) if tokens else None,
    )
