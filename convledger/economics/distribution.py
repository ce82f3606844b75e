"""How lengths and costs are spread: nearest-rank percentiles, histograms, outliers."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Generic, TypeVar

from convledger.economics.ratios import Number, ratio

Key = TypeVar("Key")
LENGTH_EDGES = (1, 2, 4, 8, 16, 32, 64)
PERCENTS = (50, 90, 99)


def percentile(values: Sequence[Number], percent: int) -> Number | None:
    """Return the nearest-rank percentile: the smallest value that `percent` % don't exceed.

    None where there are no values. They need not be sorted.
    """
    return _ranked(sorted(values), percent)


def percentiles(
    values: Iterable[Number], percents: Iterable[int] = PERCENTS
) -> dict[int, Number | None]:
    """Return several nearest-rank percentiles of the same values."""
    ordered = sorted(values)
    return {percent: _ranked(ordered, percent) for percent in percents}


def _ranked(ordered: Sequence[Number], percent: int) -> Number | None:
    if not ordered:
        return None
    return ordered[max(-(-percent * len(ordered) // 100), 1) - 1]


def mean(values: Sequence[Number]) -> Fraction | None:
    """Return the arithmetic mean, None of no values."""
    return ratio(sum(values), len(values))


def histogram(values: Iterable[Number], edges: Sequence[Number] = LENGTH_EDGES) -> list[int]:
    """Return how many values lie in each bin: from an edge up to the next, the last has no end.

    What is below the first edge is in no bin.
    """
    counts = [0] * len(edges)
    for value in values:
        place = bisect_right(edges, value) - 1
        if place >= 0:
            counts[place] += 1
    return counts


@dataclass(frozen=True, slots=True)
class Outliers(Generic[Key]):
    """Those that are at least a multiple of the median, the greatest first, with their multiple.

    Of no values, or where the median is 0, nothing is a multiple of it.
    """

    median: Number | None
    threshold: Fraction | None
    found: tuple[tuple[Key, Fraction], ...]


def outliers(values: Iterable[tuple[Key, Number]], multiple: Number) -> Outliers[Key]:
    """Return the keys whose value is at least `multiple` times the median of all."""
    pairs = list(values)
    median = percentile([value for _, value in pairs], 50)
    if median is None or median <= 0:
        return Outliers(median, None, ())
    threshold = Fraction(multiple) * median
    found = [(key, Fraction(value) / median) for key, value in pairs if value >= threshold]
    found.sort(key=lambda each: -each[1])
    return Outliers(median, threshold, tuple(found))
