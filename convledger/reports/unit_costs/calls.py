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
from operator import itemgetter
from typing import Any

from convledger.economics.caching import CacheSavings
from convledger.economics.ratios import ratio
from convledger.economics.repeated_context import Sent, first_sent
from convledger.pricing import Rater
from convledger.pricing.fastpath import COMPONENTS, Segment
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

    @property
    def priced_share(self) -> Fraction | None:
        """The share of calls that have a price."""
        return ratio(self.sum("priced"), self.sum("calls"))


def read_calls(connection: sqlite3.Connection, rater: Rater, ids: Iterable[int]) -> CallFacts:
    """Return what the calls of conversations and of their sub-agents tell."""
    family = family_of(connection, ids)
    found = CallFacts()
    if not family:
        return found
    rows = connection.execute(
        f"SELECT {_COLUMNS} FROM call WHERE conversation_id IN (SELECT value FROM json_each(?)) "
        "ORDER BY conversation_id, at, id",
        (json.dumps(sorted(family)),),
    )
    prices = _Prices(connection, rater)
    gross = premium = Fraction(0)
    for number, own in groupby(rows, itemgetter(0)):
        root = family[number]
        talk = found.talks.setdefault(root, TalkCalls())
        saved, paid = _add(found, talk, root, own, prices, is_child=number != root)
        gross += saved
        premium += paid
    found.savings = CacheSavings(gross, premium)
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

    def segment(self, model_id: int, context: str, at: int, sent: int) -> Segment:
        """Return the rates in force for a request of so many tokens of input."""
        _, source, provider, name = self.models[model_id]
        return self._rater.segment(source, provider or None, name, at, context, sent)


def _add(
    found: CallFacts,
    talk: TalkCalls,
    root: int,
    rows: Iterator[Any],
    prices: _Prices,
    *,
    is_child: bool,
) -> tuple[Fraction | int, Fraction | int]:
    """Add the calls of one thread; returns what caching saved, and what writing cost on top."""
    before: dict[int, int] = {}
    gross: Fraction | int = 0
    premium: Fraction | int = 0
    for (
        _, speaker, at, model_id, context, doubt, fresh, output, reasoning, read, short, long,
        searches, pico,
    ) in rows:  # fmt: skip
        sent = fresh + read + short + long
        talk.calls += 1
        talk.aside += is_child or speaker != 0
        talk.searches += searches
        if not doubt & MISSING or doubt & COUNTED:
            talk.sent += sent
            talk.reads += read
            talk.writes += short + long
            talk.fresh += fresh
            if sent > 0:
                talk.distinct += first_sent(Sent(sent, read), before.get(speaker))
                before[speaker] = sent
        name = prices.models[model_id][0]
        model = found.models.get(name)
        if model is None:
            model = found.models[name] = ModelCalls(name)
        model.calls += 1
        model.tokens += sent + output
        model.ids.add(root)
        talk.tokens += sent + output
        segment = prices.segment(model_id, context, at, sent)
        if pico is not None:
            talk.priced += 1
            talk.priced_tokens += sent + output
            talk.list_pico += pico
            model.priced += 1
            model.list_pico += pico
            if segment.above >= 0:
                talk.long_calls += 1
                talk.long_pico += pico
            _add_components(
                talk, segment, (fresh, output, read, short, long, searches, 1), reasoning
            )
        if read or short or long:
            saved = _saved(segment, read, short, long)
            found.saved += 1
            if saved is None:
                found.unsaved += 1
                found.unsaved_models.add(name)
            else:
                gross += saved[0]
                premium += saved[1]
    return gross, premium


def _add_components(
    talk: TalkCalls, segment: Segment, quantities: tuple[int, ...], reasoning: int
) -> None:
    """Add what each component comes to at the prices in force, rounded as a call's cost is."""
    amounts = segment.parts(quantities)
    if amounts is None:
        return
    sums = talk.components
    for place, amount in enumerate(amounts):
        if amount:
            sums[place] += amount
    if reasoning and quantities[1]:
        # A share of the output's own amount, so that it never exceeds it.
        talk.reasoning_pico += amounts[1] * min(reasoning, quantities[1]) // quantities[1]


def _saved(
    segment: Segment, read: int, short: int, long: int
) -> tuple[Fraction | int, Fraction | int] | None:
    """Return what reads saved and what writes cost on top, None where a price is unknown."""
    if segment.is_whole:
        return (
            read * (segment.input - segment.cache_read),
            short * (segment.cache_write_5m - segment.input)
            + long * (segment.cache_write_1h - segment.input),
        )
    if segment.state == UNPRICED:
        return None
    rates = [None if rate is None else Fraction(*rate) for rate in segment.rates]
    base = rates[0]
    gross = premium = Fraction(0)
    for quantity, rate, is_read in ((read, rates[2], True), (short, rates[3], False),
                                    (long, rates[4], False)):  # fmt: skip
        if not quantity:
            continue
        if base is None or rate is None:
            return None
        if is_read:
            gross += quantity * (base - rate)
        else:
            premium += quantity * (rate - base)
    return gross, premium
