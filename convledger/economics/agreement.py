"""How far reviewers agree, and how sure a rate is: exact wherever that is possible.

What can't be told is None with a reason, never 0: one who agrees with nobody is not one who
disagrees with all.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, localcontext
from fractions import Fraction
from itertools import accumulate, combinations

NOMINAL, ORDINAL = "nominal", "ordinal"
Z_95 = Decimal("1.959963984540054")  # of a normal distribution, 95 % lie within so many deviations
_PLACES = Decimal("0.000001")
NO_OVERLAP = "nothing was judged by two reviewers"
ONE_CATEGORY = "every verdict is the same: by chance alone all would agree"


@dataclass(frozen=True, slots=True)
class Measure:
    """A measure of agreement; `why` says why there is none."""

    value: Fraction | None
    why: str = ""


@dataclass(frozen=True, slots=True)
class Rate:
    """A share of a sample and the interval in which the share of the whole is likely to be."""

    hits: int
    of: int
    low: Decimal | None
    high: Decimal | None

    @property
    def share(self) -> Fraction | None:
        """The share in the sample, None of nothing."""
        return Fraction(self.hits, self.of) if self.of else None


def wilson(hits: int, of: int, z: Decimal = Z_95) -> Rate:
    """Return a rate with Wilson's score interval, to six places; of nothing there is none."""
    if not 0 <= hits <= of:
        raise ValueError(f"{hits} of {of} is no share")
    if not of:
        return Rate(hits, of, None, None)
    with localcontext() as context:
        context.prec = 40
        count, share, square = Decimal(of), Decimal(hits) / of, z * z
        middle = share + square / (2 * count)
        spread = z * (share * (1 - share) / count + square / (4 * count * count)).sqrt()
        whole = 1 + square / count
        low, high = (middle - spread) / whole, (middle + spread) / whole
        # Where nothing or everything is hit the end of the interval is exact, the root is not.
        low = Decimal(0) if hits == 0 else low
        high = Decimal(1) if hits == of else high
        return Rate(hits, of, low.quantize(_PLACES), high.quantize(_PLACES))


def percent_agreement(units: Sequence[Sequence[Hashable]]) -> Measure:
    """Return how many of all pairs of verdicts on the same unit are equal."""
    pairs = equal = 0
    for values in units:
        for one, other in combinations(values, 2):
            pairs += 1
            equal += one == other
    return Measure(Fraction(equal, pairs)) if pairs else Measure(None, NO_OVERLAP)


def cohens_kappa(pairs: Sequence[tuple[Hashable, Hashable]]) -> Measure:
    """Return the agreement of two reviewers beyond chance, on what both have judged."""
    if not pairs:
        return Measure(None, NO_OVERLAP)
    count = len(pairs)
    firsts, seconds = Counter(one for one, _ in pairs), Counter(other for _, other in pairs)
    observed = Fraction(sum(one == other for one, other in pairs), count)
    expected = Fraction(sum(firsts[each] * seconds[each] for each in firsts), count * count)
    if expected == 1:
        return Measure(None, ONE_CATEGORY)
    return Measure((observed - expected) / (1 - expected))


def krippendorffs_alpha(
    units: Sequence[Sequence[Hashable]], order: Sequence[Hashable] = (), metric: str = NOMINAL
) -> Measure:
    """Return Krippendorff's alpha of any number of reviewers, each of whom may leave units out.

    `units` are the values that each unit was given; of the ORDINAL metric `order` names the values
    from one end to the other.
    """
    paired = [list(values) for values in units if len(values) > 1]
    if not paired:
        return Measure(None, NO_OVERLAP)
    totals = Counter(value for values in paired for value in values)
    if len(totals) == 1:
        return Measure(None, ONE_CATEGORY)
    distance = _distance(totals, order, metric)
    observed = sum(
        (
            Fraction(2 * sum(distance(*pair) for pair in combinations(values, 2)), len(values) - 1)
            for values in paired
        ),
        Fraction(0),
    )
    known = list(totals)
    by_chance = Fraction(
        2 * sum(totals[a] * totals[b] * distance(a, b) for a, b in combinations(known, 2)),
        sum(totals.values()) - 1,
    )
    return Measure(1 - observed / by_chance)


def _distance(
    totals: Mapping[Hashable, int], order: Sequence[Hashable], metric: str
) -> Callable[[Hashable, Hashable], Fraction]:
    """Return the squared distance of two values."""
    if metric == NOMINAL:
        return lambda one, other: Fraction(one != other)
    places = {value: place for place, value in enumerate(order)}
    if metric != ORDINAL or not totals.keys() <= places.keys():
        raise ValueError(f"no {metric} distance of such values")
    below = list(accumulate((totals.get(value, 0) for value in order), initial=0))

    def distance(one: Hashable, other: Hashable) -> Fraction:
        """How many values lie from one to the other, those at both ends half."""
        first, last = sorted((places[one], places[other]))
        if first == last:
            return Fraction(0)
        ends = totals[order[first]] + totals[order[last]]
        return (below[last + 1] - below[first] - Fraction(ends, 2)) ** 2

    return distance
