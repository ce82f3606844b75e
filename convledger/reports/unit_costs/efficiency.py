"""How well money is spent on calls: caching, context sent again and again, attempts in vain."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from convledger.economics.caching import CacheSavings, hit_rate, repeated_context
from convledger.reports.unit_costs.calls import CallFacts
from convledger.reports.unit_costs.superseded import Retries


@dataclass(frozen=True, slots=True)
class Efficiency:
    """Savings are picodollars at list prices, None where none of what used a cache has a price.

    `unsaved_calls` used a cache whose price is unknown, of `unsaved_models`, and are left out of
    the savings. `sent` tokens of input were billed, `distinct` of them for the first time.
    """

    savings: CacheSavings | None
    hit_rate: Fraction | None
    reads: int
    writes: int
    fresh: int
    unsaved_calls: int
    unsaved_models: tuple[str, ...]
    sent: int
    distinct: int
    repeated: Fraction | None
    retries: Retries
    cached_ids: tuple[int, ...]


def efficiency_of(calls: CallFacts, again: Retries) -> Efficiency:
    """Return what calls say about it; without a cache nothing is saved."""
    reads, writes, fresh = (calls.sum(name) for name in ("reads", "writes", "fresh"))
    sent, distinct = calls.sum("sent"), calls.sum("distinct")
    cached = tuple(number for number, talk in calls.talks.items() if talk.reads or talk.writes)
    is_unknown = not calls.talks or 0 < calls.saved == calls.unsaved
    return Efficiency(
        savings=None if is_unknown else calls.savings,
        hit_rate=hit_rate(reads, writes, fresh),
        reads=reads,
        writes=writes,
        fresh=fresh,
        unsaved_calls=calls.unsaved,
        unsaved_models=tuple(sorted(calls.unsaved_models)),
        sent=sent,
        distinct=distinct,
        repeated=repeated_context(sent, distinct),
        retries=again,
        cached_ids=cached,
    )
