"""How a measure of conversations is spread: percentiles, mean, and bins with who is in them."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from convledger.economics.distribution import LENGTH_EDGES, mean, percentiles
from convledger.economics.ratios import Number


@dataclass(frozen=True, slots=True)
class Bin:
    """Conversations whose value is at least `low` (None: no end) and less than `high`."""

    name: str
    low: Number | None
    high: Number | None
    ids: tuple[int, ...]

    @property
    def count(self) -> int:
        """How many there are."""
        return len(self.ids)


@dataclass(frozen=True, slots=True)
class Spread:
    """A measure of some conversations; `percentiles` by percent and `mean` are None of none.

    `members` are the conversations that have such a value: an unknown one is none.
    """

    measure: str
    members: int
    percentiles: dict[int, Number | None]
    mean: Fraction | None
    bins: tuple[Bin, ...]

    def at(self, percent: int) -> Number | None:
        """Return a percentile."""
        return self.percentiles[percent]

    def bin(self, name: str) -> Bin | None:
        """Return a bin by its name or by where it begins, None where there is no such bin."""
        for each in self.bins:
            if name in (each.name, str(each.low), each.name.rstrip("+").partition("–")[0]):
                return each
        return None


def spread(
    measure: str,
    values: Iterable[tuple[int, Number]],
    edges: Sequence[Number] = LENGTH_EDGES,
    name: Callable[[Number | None, Number | None], str] | None = None,
    parts: int = 1,
) -> Spread:
    """Return how values by conversation are spread; every one of them is in a bin.

    The bin for what is below the first edge is there only if something is in it. `name` makes the
    name of a bin from where it begins and ends. Values may be counted in `parts` of a whole, which
    is what edges and results are: whole numbers are sorted much faster than fractions.
    """
    pairs = list(values)
    inside: list[list[int]] = [[] for _ in range(len(edges) + 1)]
    fine = [edge * parts for edge in edges]
    for number, value in pairs:
        inside[bisect_right(fine, value)].append(number)
    lows: list[Number | None] = [None, *edges]
    highs: list[Number | None] = [*edges, None]
    named = name or counted_bin
    bins = [
        Bin(named(low, high), low, high, tuple(ids))
        for low, high, ids in zip(lows, highs, inside, strict=True)
        if low is not None or ids
    ]
    only = [value for _, value in pairs]
    ranked, middle = percentiles(only), mean(only)
    if parts > 1:
        ranked = {
            percent: None if value is None else Fraction(value) / parts
            for percent, value in ranked.items()
        }
        middle = None if middle is None else middle / parts
    return Spread(measure, len(only), ranked, middle, tuple(bins))


def counted_bin(low: Number | None, high: Number | None) -> str:
    """Return the name of a bin of whole numbers: "0", "1", "2–3", "64+"."""
    if low is None:
        return "0" if high == 1 else f"<{high}"
    if high is None:
        return f"{low}+"
    return str(low) if high - low == 1 else f"{low}–{high - 1}"
