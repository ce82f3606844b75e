"""Draws conversations for people to review: seeded, by strata, and the same on every machine."""

from __future__ import annotations

import secrets
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from hashlib import sha256
from typing import Any

from msgspec import json

from convledger.economics.conversation_costs import ESCALATED, NONE, SEGMENTS, Talk, is_of
from convledger.economics.distribution import outliers
from convledger.economics.sampling import OVERLAP, allocated, decile, draw_key, size_of
from convledger.errors import UsageProblem
from convledger.reports.unit_costs.talks import read_talks
from convledger.store import reviews
from convledger.store.reviews import StoredBatch, StoredItem
from convledger.words import nearest
from convledger.workflow.entered_text import LONGEST_LINE, one_line
from convledger.workflow.judging import reviewer_text

COST, HANDOFF = "cost", "handoff"
STRATA = (*SEGMENTS, COST, HANDOFF)
OUTLIERS, ONLY_ESCALATED = "outliers", "escalated"
MOST_ITEMS, MOST_OWNERS = 10_000, 50
_MULTIPLE = 10  # times the median, as Economics calls an outlier
_LONGEST_SEED = 100


@dataclass(frozen=True, slots=True)
class SampleQuery:
    """What to draw: `size` conversations or a `share` of them (a part of 1), of a kind or all.

    Instants are UTC microseconds by which a conversation opened; `scope` names values of segments.
    """

    size: int | None = None
    share: Fraction | None = None
    seed: str = ""
    by: tuple[str, ...] = ()
    only: tuple[str, ...] = ()
    since: int | None = None
    until: int | None = None
    scope: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    owners: tuple[str, ...] = ()
    overlap: int = 0
    title: str = ""
    due_at: int | None = None


@dataclass(frozen=True, slots=True)
class Drawn:
    """A conversation that was drawn, the stratum it is of, and whose it is to review."""

    conversation_id: int
    reader: str
    native: str
    title: str
    stratum: str
    owners: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sample:
    """What was drawn of how many; `strata` says of each how many there are and were drawn."""

    query: SampleQuery
    population: int
    strata: dict[str, tuple[int, int]]
    drawn: tuple[Drawn, ...]

    @property
    def terms(self) -> dict[str, Any]:
        """How it was drawn, as it is kept and as JSON says it."""
        query = self.query
        share = (
            None if query.share is None else f"{query.share.numerator}/{query.share.denominator}"
        )
        return {
            "size": query.size,
            "share": share,
            "by": list(query.by),
            "only": list(query.only),
            "since": query.since,
            "until": query.until,
            "filters": {name: list(values) for name, values in query.scope.items()},
            "overlap": query.overlap,
            "population": self.population,
            "drawn": len(self.drawn),
            "strata": {name: list(counts) for name, counts in self.strata.items()},
        }


def checked(query: SampleQuery) -> None:
    """Raise UsageProblem where a sample can't be meant."""
    if (query.size is None) == (query.share is None):
        raise UsageProblem("say --size N or --percent P, one of both")
    if query.size is not None and not 0 < query.size <= MOST_ITEMS:
        raise UsageProblem(f"a sample has from 1 to {MOST_ITEMS:,} conversations")
    if query.share is not None and not 0 < query.share <= 1:
        raise UsageProblem("a share is more than 0 % and no more than 100 %")
    for name, known in [*((each, STRATA) for each in query.by), *((e, _ONLY) for e in query.only)]:
        if name not in known:
            near = nearest(name, list(known))
            hint = f"; did you mean {near}?" if near else "."
            raise UsageProblem(
                f"nothing is drawn by {name!r:.40}{hint} Known are {', '.join(known)}"
            )
    if query.overlap < 0:
        raise UsageProblem("an overlap is no less than 0")
    if query.overlap and len(set(query.owners)) < 2:
        raise UsageProblem("an overlap needs two owners: --owner Ada --owner Bo")
    if len(query.owners) > MOST_OWNERS:
        raise UsageProblem(f"a sample has {MOST_OWNERS} owners at most")
    if not query.seed or len(query.seed) > _LONGEST_SEED:
        raise UsageProblem(f"a seed is a word of 1 to {_LONGEST_SEED} characters")


_ONLY = (OUTLIERS, ONLY_ESCALATED)


def draw(connection: sqlite3.Connection, query: SampleQuery) -> Sample:
    """Return a sample; the same seed and conversations give the same one in whatever order.

    Raises UsageProblem where nothing fits or the question can't be meant.
    """
    checked(query)
    talks = read_talks(connection, query.since, query.until)
    talks = [talk for talk in talks if is_of(talk, query.scope)]
    if OUTLIERS in query.only:
        priced = [(talk.id, talk.list_pico) for talk in talks if talk.list_pico is not None]
        far = {number for number, _ in outliers(priced, _MULTIPLE).found}
        talks = [talk for talk in talks if talk.id in far]
    if ONLY_ESCALATED in query.only:
        talks = [talk for talk in talks if talk.served == ESCALATED]
    if not talks:
        raise UsageProblem("no conversation fits: there is nothing to draw from")
    size = query.size if query.size is not None else size_of(query.share or 0, len(talks))
    if size > MOST_ITEMS:
        raise UsageProblem(f"that would be {size:,} conversations; {MOST_ITEMS:,} is the most")
    keys = {talk.id: draw_key(query.seed, *_whole_name(talk)) for talk in talks}
    strata: dict[str, list[Talk]] = {}
    costs = _deciles(talks) if COST in query.by else {}
    for talk in sorted(talks, key=lambda each: keys[each.id]):
        strata.setdefault(_stratum(talk, query.by, costs), []).append(talk)
    counts = allocated({name: len(each) for name, each in strata.items()}, size)
    chosen = [(talk, name) for name, each in strata.items() for talk in each[: counts[name]]]
    chosen.sort(key=lambda each: keys[each[0].id])
    return Sample(
        query,
        len(talks),
        {name: (len(strata[name]), counts[name]) for name in sorted(strata)},
        tuple(_shared_out(chosen, query)),
    )


def _whole_name(talk: Talk) -> tuple[str, str]:
    reader, _, native = talk.name.partition(":")
    return reader, native


def _deciles(talks: Iterable[Talk]) -> dict[int, str]:
    """Return the tenth of the costs that each conversation lies in; equal costs are of one."""
    priced = sorted((talk.list_pico, talk.id) for talk in talks if talk.list_pico is not None)
    first: dict[int, int] = {}
    for rank, (pico, _) in enumerate(priced):
        first.setdefault(pico, rank)
    return {number: f"{decile(first[pico], len(priced))}/10" for pico, number in priced}


def _stratum(talk: Talk, by: Sequence[str], costs: Mapping[int, str]) -> str:
    values = {COST: costs.get(talk.id, "unpriced"), HANDOFF: talk.served}
    return ", ".join(
        f"{name}={values.get(name) or talk.segments.get(name, '') or NONE}" for name in by
    )


def _shared_out(chosen: Sequence[tuple[Talk, str]], query: SampleQuery) -> Iterable[Drawn]:
    """Give each to an owner in turn; as many as are to overlap go to all."""
    owners = query.owners
    by_chance = sorted(
        (talk for talk, _ in chosen),
        key=lambda talk: draw_key(query.seed, *_whole_name(talk), OVERLAP),
    )
    both = {talk.id for talk in by_chance[: query.overlap]}
    turn = 0
    for talk, stratum in chosen:
        whose = owners
        if talk.id not in both:
            whose = (owners[turn % len(owners)],)
            turn += 1
        reader, native = _whole_name(talk)
        yield Drawn(talk.id, reader, native, talk.title, stratum, whose)


def keep(connection: sqlite3.Connection, sample: Sample, now: int, by: str) -> StoredBatch:
    """Keep a sample as a batch with its items; belongs into a transaction."""
    query = sample.query
    batch = StoredBatch(
        id=0,
        name=secrets.token_hex(12),
        title=one_line(query.title, "the title", LONGEST_LINE) or f"seed {query.seed}",
        seed=query.seed,
        terms=json.encode(sample.terms).decode(),
        owners=query.owners,
        due_at=query.due_at,
        made_by=by,
        made_at=now,
    )
    number = reviews.add_batch(connection, batch)
    for place, each in enumerate(sample.drawn, 1):
        reviews.add_item(
            connection,
            StoredItem(
                id=0,
                name=item_name(batch.name, each.reader, each.native),
                batch_id=number,
                conversation_id=each.conversation_id,
                reader=each.reader,
                native=each.native,
                title="",  # the conversation has it
                stratum=each.stratum,
                place=place,
                owners=each.owners,
            ),
        )
    return next(each for each in reviews.batches(connection) if each.id == number)


def item_name(batch: str, reader: str, native: str) -> str:
    """Return what an item is called on every machine."""
    said = "\0".join((batch, reader, native))
    return sha256(said.encode("utf-8", "surrogatepass")).hexdigest()[:24]


def owners_of(names: Sequence[str], otherwise: str) -> tuple[str, ...]:
    """Return the owners of a sample, each once. Raises UsageProblem."""
    return tuple(dict.fromkeys(map(reviewer_text, names))) or (reviewer_text(otherwise),)
