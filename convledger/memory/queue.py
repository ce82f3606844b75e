"""What is left to look at in a sitting, and how clean memory is: seven ratios."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import tzinfo
from fractions import Fraction

from convledger.clock import DAY
from convledger.memory.reasons import (
    BAIT,
    CONFLICT,
    DUPLICATE,
    IDLE,
    NO_DATE,
    NO_SOURCE,
    SECRET,
    Reason,
    reasons_of,
)
from convledger.memory.words import ARCHIVED
from convledger.store.entries import Entry, entries_where

_LASTING = (IDLE, NO_SOURCE, NO_DATE)  # what no verdict takes away
VERIFIED = 180  # days within which somebody should have looked at an entry


@dataclass(frozen=True, slots=True)
class Queued:
    """An entry to look at, why, and what carrying it costs a month (picodollars, estimated)."""

    entry: Entry
    reasons: tuple[Reason, ...]
    pico_a_month: int | None

    @property
    def weight(self) -> int:
        """What its reasons come to."""
        return sum(reason.weight for reason in self.reasons)


@dataclass(frozen=True, slots=True)
class Ratio:
    """How many of all entries are as they should be; `others` are those that are not."""

    name: str
    good: int
    of: int
    others: tuple[int, ...]

    @property
    def share(self) -> Fraction:
        """The good ones as a share of all; 1 where there are none."""
        return Fraction(self.good, self.of) if self.of else Fraction(1)


@dataclass(frozen=True, slots=True)
class Hygiene:
    """The ratios of all entries that are not archived."""

    entries: int
    ratios: tuple[Ratio, ...]

    @property
    def score(self) -> Fraction:
        """Their mean: no more than that."""
        return sum((ratio.share for ratio in self.ratios), Fraction(0)) / len(self.ratios)


def review_queue(
    connection: sqlite3.Connection,
    now: int,
    zone: tzinfo,
    costs: Mapping[int, int | None] | None = None,
    kinds: Iterable[str] = (),
) -> list[Queued]:
    """Return the entries that want a look, those first whose reasons weigh and cost most.

    `costs` is what each costs to carry a month, picodollars; `kinds` leaves only some reasons.
    """
    wanted = set(kinds)
    found = reasons_of(connection, now, zone)
    if wanted:
        found = {
            entry_id: reasons
            for entry_id, reasons in found.items()
            if any(reason.kind in wanted for reason in reasons)
        }
    entries = {each.id: each for each in entries_where(connection, "state<>?", (ARCHIVED,))}
    queue = [
        Queued(entries[entry_id], tuple(reasons), (costs or {}).get(entry_id))
        for entry_id, reasons in found.items()
        if wanted or not _rests(entries[entry_id], reasons, now)
    ]
    # What costs nothing is still ordered by its reasons: each token counts as if it cost a little.
    return sorted(queue, key=lambda one: (-_rank(one), one.entry.id))


def _rests(entry: Entry, reasons: Iterable[Reason], now: int) -> bool:
    """Tell whether a person said lately that it is true as it is: it comes again when it is due."""
    is_checked = entry.verified_at is not None and (entry.review_at or 0) > now
    return is_checked and all(reason.kind in _LASTING for reason in reasons)


def _rank(one: Queued) -> int:
    return one.weight * ((one.pico_a_month or 0) + 1_000_000 * (1 + (one.entry.tokens or 0)))


def hygiene(
    connection: sqlite3.Connection, now: int, zone: tzinfo, over_budget: Sequence[int] = ()
) -> Hygiene:
    """Return the seven ratios; `over_budget` are entries that a pack's budget cuts off."""
    entries = list(entries_where(connection, "state<>?", (ARCHIVED,)))
    reasons = reasons_of(connection, now, zone)
    kinds = {entry_id: {reason.kind for reason in own} for entry_id, own in reasons.items()}

    def ratio(name: str, bad: Iterable[int]) -> Ratio:
        others = tuple(sorted(set(bad)))
        return Ratio(name, len(entries) - len(others), len(entries), others)

    def having(*wanted: str) -> list[int]:
        return [each.id for each in entries if kinds.get(each.id, set()) & set(wanted)]

    since = now - VERIFIED * DAY
    known = {each.id for each in entries}
    ratios = (
        ratio("with a source", having(NO_SOURCE)),
        ratio("with a date", having(NO_DATE)),
        ratio(
            f"checked in {VERIFIED} days",
            (each.id for each in entries if (each.verified_at or 0) < since),
        ),
        ratio("in no open pair", having(DUPLICATE, CONFLICT)),
        ratio("free of open findings", having(SECRET, BAIT)),
        ratio("within their budget", known.intersection(over_budget)),
        ratio("in a pack or used", having(IDLE)),
    )
    return Hygiene(len(entries), ratios)
