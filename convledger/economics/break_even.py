"""Where one price overtakes another, and which of several is the cheapest for how many units."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor

Number = int | Fraction
Points = Sequence[tuple[int, Number]]

FIRST, SECOND = "a", "b"


@dataclass(frozen=True, slots=True)
class BreakEven:
    """Where two straight prices are equal; `x` is None where they run in parallel.

    `x` may lie below 0, and then it is no use: `units` is the first whole number of units at which
    the one that is cheaper above is no dearer. `below` and `above` name the cheaper one ("a", "b",
    nothing where they cost the same) for quantities from 0 on.
    """

    x: Fraction | None
    units: int | None
    below: str
    above: str


def break_even(
    fixed_a: Number, variable_a: Number, fixed_b: Number, variable_b: Number
) -> BreakEven:
    """Return where `fixed_a + variable_a * x` equals `fixed_b + variable_b * x`."""
    at_none = _cheaper(fixed_a, fixed_b)
    at_many = _cheaper(variable_a, variable_b)
    if variable_a == variable_b:
        return BreakEven(None, None, at_none, at_none)
    x = Fraction(fixed_b - fixed_a) / Fraction(variable_a - variable_b)
    if x < 0:
        return BreakEven(x, None, at_many, at_many)
    return BreakEven(x, ceil(x), at_none, at_many)


def _cheaper(a: Number, b: Number) -> str:
    return "" if a == b else FIRST if a < b else SECOND


@dataclass(frozen=True, slots=True)
class CheapestBand:
    """From how many units to how many, both included, a plan is cheapest; None has no end."""

    plan_id: str
    since: int
    until: int | None


def total_at(points: Points, units: Number) -> Fraction:
    """Return a plan's total for so many units: straight lines between points, the last goes on."""
    if len(points) == 1:
        return Fraction(points[0][1])
    index = min(max(bisect_right(points, units, key=lambda point: point[0]), 1), len(points) - 1)
    (x0, y0), (x1, y1) = points[index - 1], points[index]
    return y0 + Fraction(y1 - y0) / (x1 - x0) * (units - x0)


def cheapest_bands(
    curves: Mapping[str, Points], since: int = 0, ends: Mapping[str, int] | None = None
) -> list[CheapestBand]:
    """Return which plan is cheapest for how many whole units, from `since` on, gapless and rising.

    Points are (units, total) with rising units. Of plans that cost the same the one that is
    cheapest already stays, at the very first the one that stays cheapest longest, then the first
    named. A plan that has one of the `ends` is left out from so many units on; where none is left,
    the last band ends.
    """
    curves = {name: points for name, points in curves.items() if points}
    ends = ends or {}
    bends = {x for points in curves.values() for x, _ in points}
    corners = sorted(x for x in {*bends, *(ends[name] for name in curves if name in ends)}
                     if x > since)  # fmt: skip
    bands: list[CheapestBand] = []
    holder, begun = "", since
    starts = [since, *corners]
    for start, end in zip(starts, [*corners, None], strict=True):
        going = {
            name: points for name, points in curves.items() if start < ends.get(name, start + 1)
        }
        at: int | None = start
        while at is not None and (end is None or at < end):
            best = _cheapest(going, at, holder) if going else ""
            if best != holder:
                if holder:
                    bands.append(CheapestBand(holder, begun, at - 1))
                holder, begun = best, at
            at = _next_crossing(going, holder, at, end) if holder else None
    if holder:
        bands.append(CheapestBand(holder, begun, None))
    return bands


def _cheapest(curves: Mapping[str, Points], at: int, holder: str) -> str:
    """Return the cheapest plan at a quantity; equals go to the holder, then the flattest."""
    totals = {name: total_at(points, at) for name, points in curves.items()}
    least = min(totals.values())
    if totals.get(holder) == least:
        return holder
    equals = [name for name, total in totals.items() if total == least]
    return min(equals, key=lambda name: total_at(curves[name], at + 1))


def _next_crossing(
    curves: Mapping[str, Points], holder: str, at: int, end: int | None
) -> int | None:
    """Return the first whole quantity above `at` and below `end` at which another is cheaper.

    All totals are straight from `at` to `end`; None where the holder stays.
    """
    total = total_at(curves[holder], at)
    slope = total_at(curves[holder], at + 1) - total
    found: int | None = None
    for points in curves.values():
        gap = total_at(points, at) - total
        gain = slope - (total_at(points, at + 1) - total_at(points, at))
        if gain <= 0:
            continue
        crossing = at + floor(gap / gain) + 1
        if (end is None or crossing < end) and (found is None or crossing < found):
            found = crossing
    return found
