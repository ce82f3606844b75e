"""Goes once through the calls of conversations: tokens sent anew, caching, components of the cost.

There may be a hundred thousand of them, so that everything that needs single calls is here.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import groupby
from operator import add, itemgetter
from typing import Any

from convledger.economics.caching import CacheSavings, cache_savings
from convledger.economics.repeated_context import first_sent
from convledger.pricing import Rater
from convledger.pricing.fastpath import COMPONENTS, Segment
from convledger.pricing.rate import Tile
from convledger.reports.unit_costs.talks import family_of
from convledger.store.calls import COUNTED, MISSING, UNPRICED

INPUT, OUTPUT, CACHE_READ, CACHE_WRITE_5M, CACHE_WRITE_1H, WEB_SEARCHES, REQUESTS = COMPONENTS
REASONING = "reasoning"
_COLUMNS = (
    "conversation_id, coalesce(agent_id, -sidechain), at, model_id, context, approximate, input, "
    "output, reasoning, cache_read, cache_write_5m, cache_write_1h, web_searches, list_pico"
)


@dataclass(slots=True)
class TalkCalls:
    """The calls of one conversation and its sub-agents: tokens, list cost in picodollars.

    `sent` is all input, `distinct` what of it was sent for the first time; `reads`, `writes` and
    `fresh` are the parts of it. `long_pico` is the cost of `long_calls`, whose input is above a
    limit beyond which tokens are dearer. `components` are the present prices of each component.
    """

    calls: int = 0
    priced: int = 0
    aside: int = 0  # by sub-agents
    tokens: int = 0
    priced_tokens: int = 0
    sent: int = 0
    distinct: int = 0
    reads: int = 0
    writes: int = 0
    fresh: int = 0
    searches: int = 0
    list_pico: int = 0
    long_calls: int = 0
    long_pico: int = 0
    reasoning_pico: int = 0
    components: list[int] = field(default_factory=lambda: [0] * len(COMPONENTS))


@dataclass(slots=True)
class ModelCalls:
    """The calls of one model: tokens, and list cost in picodollars of the priced ones."""

    name: str
    calls: int = 0
    priced: int = 0
    tokens: int = 0
    list_pico: int = 0
    ids: set[int] = field(default_factory=set)

    @property
    def cost(self) -> int | None:
        """The list cost, None where no call has a price."""
        return self.list_pico if self.priced else None


@dataclass(slots=True)
class CallFacts:
    """What the calls of some conversations tell: by conversation, by model, and of caching.

    `saved` counts calls that used a cache, `unsaved` those of them whose price is unknown: they
    are in no savings.
    """

    talks: dict[int, TalkCalls] = field(default_factory=dict)
    models: dict[str, ModelCalls] = field(default_factory=dict)
    savings: CacheSavings = field(default_factory=lambda: CacheSavings(Fraction(0), Fraction(0)))
    saved: int = 0
    unsaved: int = 0
    unsaved_models: set[str] = field(default_factory=set)

    def sum(self, name: str) -> int:
        """Return a count over all conversations."""
        return sum(getattr(talk, name) for talk in self.talks.values())


def read_calls(connection: sqlite3.Connection, rater: Rater, ids: Iterable[int]) -> CallFacts:
    """Return what the calls of conversations and of their sub-agents tell."""
    family = family_of(connection, ids)
    found = CallFacts()
    if not family:
        return found
    rows = connection.execute(
        f"SELECT {_COLUMNS} FROM call WHERE conversation_id IN (SELECT value FROM json_each(?)) "
        "ORDER BY conversation_id, at, line, key",
        (json.dumps(sorted(family)),),
    )
    prices = _Prices(connection, rater)
    caches: dict[tuple[str, Segment], list[int]] = {}
    for number, own in groupby(rows, itemgetter(0)):
        root = family[number]
        talk = found.talks.setdefault(root, TalkCalls())
        for key, sums in _grouped(talk, own, prices, is_child=number != root).items():
            name = prices.models[key[0]][0]
            _add(found, talk, root, name, key, sums)
            if sums[_CACHED]:
                cached = caches.setdefault((name, key[1]), [0] * len(sums))
                cached[:] = map(add, cached, sums)
    for (name, segment), sums in caches.items():
        _save(found, name, segment, sums)
    return found


class _Prices:
    """The rates of calls by model and request context, and the models' names."""

    def __init__(self, connection: sqlite3.Connection, rater: Rater) -> None:
        self._rater = rater
        self.models: Mapping[int, tuple[str, str, str, str]] = {
            row[0]: row[1:]
            for row in connection.execute(
                "SELECT model.id, model.name || CASE speed WHEN '' THEN '' ELSE '-' || speed END, "
                "reader.name, logged_provider, model.name "
                "FROM model JOIN reader ON reader.id=reader_id"
            )
        }

    def tile(self, model_id: int, context: str, at: int) -> Tile:
        """Return the rates in force at an instant, and how long they hold."""
        _, source, provider, name = self.models[model_id]
        return self._rater.tile(source, provider or None, name, at, context)


# Calls of one model at the same rates; whether they have a price; whether each amount is rounded.
_Group = tuple[int, Segment, bool, bool]
_CALLS, _PICO, _CACHED, _REASONING = 0, 1, 2, 3
_FRESH, _OUTPUT, _READ, _SHORT, _LONG = 4, 5, 6, 7, 8


def _grouped(
    talk: TalkCalls, rows: Iterator[Any], prices: _Prices, *, is_child: bool
) -> dict[_Group, list[int]]:
    """Return sums of one thread's calls by rates; what needs single calls goes into `talk`."""
    before: dict[int, int] = {}
    groups: dict[_Group, list[int]] = {}
    # What held for the last call mostly holds for the next one.
    tile, about = Tile((), 0, 0), (0, "")
    key: _Group | None = None
    sums: list[int] = []
    distinct = aside = all_searches = 0
    sent_sum = [0, 0, 0, 0]
    for (
        _, speaker, at, model_id, context, doubt, fresh, output, reasoning, read, short, long,
        searches, pico,
    ) in rows:  # fmt: skip
        sent = fresh + read + short + long
        if speaker or is_child:
            aside += 1
        if sent > 0 and (not doubt & MISSING or doubt & COUNTED):
            distinct += first_sent(sent, read, before.get(speaker))
            before[speaker] = sent
            sent_sum[0] += fresh
            sent_sum[1] += read
            sent_sum[2] += short + long
        if about != (model_id, context) or not tile.since <= at < tile.until:
            tile, about = prices.tile(model_id, context, at), (model_id, context)
        segment = tile.segments[0]
        if len(tile.segments) > 1:
            for higher in tile.segments:
                if sent > higher.above:
                    segment = higher
        is_exact = not segment.is_whole or searches > 0
        now = (model_id, segment, pico is not None, is_exact)
        if now != key:
            key, sums = now, groups.setdefault(now, [0] * 9)
        sums[_CALLS] += 1
        if pico is not None:
            sums[_PICO] += pico
            if is_exact:
                all_searches += searches
                _add_parts(talk, segment, (fresh, output, read, short, long, searches, 1))
        else:
            all_searches += searches
        if read or short or long:
            sums[_CACHED] += 1
        sums[_REASONING] += reasoning
        sums[_FRESH] += fresh
        sums[_OUTPUT] += output
        sums[_READ] += read
        sums[_SHORT] += short
        sums[_LONG] += long
    talk.distinct += distinct
    talk.aside += aside
    talk.searches += all_searches
    talk.fresh += sent_sum[0]
    talk.reads += sent_sum[1]
    talk.writes += sent_sum[2]
    talk.sent += sum(sent_sum)
    return groups


def _add(
    found: CallFacts, talk: TalkCalls, root: int, name: str, key: _Group, sums: list[int]
) -> None:
    """Add calls of one model at the same rates to the conversation's and the model's."""
    _, segment, is_priced, is_exact = key
    calls, tokens = sums[_CALLS], sum(sums[_FRESH:])
    model = found.models.setdefault(name, ModelCalls(name))
    for each in (talk, model):
        each.calls += calls
        each.tokens += tokens
        if is_priced:
            each.priced += calls
            each.list_pico += sums[_PICO]
    model.ids.add(root)
    if is_priced:
        talk.priced_tokens += tokens
        if segment.above >= 0:
            talk.long_calls += calls
            talk.long_pico += sums[_PICO]
        if not is_exact:
            _add_parts(talk, segment, (*sums[_FRESH:], 0, 0))
        rate = segment.rates[1]
        if rate is not None:
            reasoning = min(sums[_REASONING], sums[_OUTPUT])
            talk.reasoning_pico += reasoning * rate[0] // rate[1]


def _save(found: CallFacts, name: str, segment: Segment, sums: list[int]) -> None:
    """Add what caching saved at some rates; calls whose rates are unknown are counted only."""
    found.saved += sums[_CACHED]
    saved = _saved(segment, sums[_READ], sums[_SHORT], sums[_LONG])
    if saved is None:
        found.unsaved += sums[_CACHED]
        found.unsaved_models.add(name)
    else:
        found.savings += saved


def _add_parts(talk: TalkCalls, segment: Segment, quantities: tuple[int, ...]) -> None:
    """Add what each component comes to at the prices in force, rounded as a call's cost is."""
    amounts = segment.parts(quantities)
    if amounts is not None:
        talk.components = [
            before + amount for before, amount in zip(talk.components, amounts, strict=True)
        ]


def _saved(segment: Segment, read: int, short: int, long: int) -> CacheSavings | None:
    """Return what reads saved and what writes cost on top, None where a price is unknown."""
    if segment.state == UNPRICED:
        return None
    rates = [None if rate is None else Fraction(*rate) for rate in segment.rates]
    if rates[0] is None:
        return None
    found = CacheSavings(Fraction(0), Fraction(0))
    for reads, writes, rate in ((read, 0, rates[2]), (0, short, rates[3]), (0, long, rates[4])):
        if reads or writes:
            if rate is None:
                return None
            found += cache_savings(reads, writes, rates[0], rate, rate)
    return found
