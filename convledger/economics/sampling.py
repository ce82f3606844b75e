"""Samples that come out the same wherever they are drawn: by a hash, never by the order of rows."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from hashlib import sha256
from math import floor

from convledger.economics.ratios import Number

OVERLAP = "overlap"


def draw_key(seed: str, reader: str, native: str, purpose: str = "") -> bytes:
    """Return what conversations are drawn by, the lowest first: nobody can foresee or move it."""
    said = "\0".join((seed, purpose, reader, native))
    return sha256(said.encode("utf-8", "surrogatepass")).digest()


def size_of(share: Number, whole: int) -> int:
    """Return how many a share of a whole is: rounded half up, and one at least where there is any.

    `share` is a part of 1.
    """
    return min(whole, max(1, floor(share * whole + Fraction(1, 2)))) if whole else 0


def allocated(strata: Mapping[str, int], size: int) -> dict[str, int]:
    """Return how many to draw of each stratum: in proportion, by largest remainders.

    Each has one at least where there are so many to draw; of equals the first by name comes first.
    """
    whole = sum(strata.values())
    size = max(0, min(size, whole))
    quotas = {name: Fraction(count * size, whole or 1) for name, count in sorted(strata.items())}
    least = {name: int(count > 0) for name, count in strata.items()}
    if size < sum(least.values()):
        least = dict.fromkeys(strata, 0)
    found = {name: max(floor(quota), least[name]) for name, quota in quotas.items()}
    while sum(found.values()) < size:
        name = max(
            (each for each in found if found[each] < strata[each]),
            key=lambda each: quotas[each] - found[each],
        )
        found[name] += 1
    while sum(found.values()) > size:
        name = max(
            (each for each in found if found[each] > least[each]),
            key=lambda each: found[each] - quotas[each],
        )
        found[name] -= 1
    return found


def decile(rank: int, of: int) -> int:
    """Return the tenth, from 1 to 10, that a place counted from 0 lies in."""
    return rank * 10 // of + 1
