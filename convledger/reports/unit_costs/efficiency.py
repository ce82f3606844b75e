"""How well money is spent on calls: caching, context sent again and again, attempts in vain."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from convledger.economics.caching import CacheSavings, hit_rate, repeated_context
from convledger.reports.unit_costs.calls import CallFacts
from convledger.reports.unit_costs.superseded import Retries


@dataclass(frozen=True, slots=True)
class Efficiency:
    """Savings are picodollars at list prices, None where no call with a price used a cache.

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
    """Return what the calls of some conversations say about it."""
    reads, writes, fresh = (calls.sum(name) for name in ("reads", "writes", "fresh"))
    sent, distinct = calls.sum("sent"), calls.sum("distinct")
    cached = tuple(number for number, talk in calls.talks.items() if talk.reads or talk.writes)
    return Efficiency(
        savings=calls.savings if calls.talks and calls.saved > calls.unsaved else None,
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
