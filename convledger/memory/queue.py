"""What is left to look at in a sitting, and how clean memory is: seven ratios."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from msgspec import Struct

from convledger.clock import DAY
from convledger.economics.carrying import Cost
from convledger.memory.reasons import (
    BAIT,
    CONFLICT,
    DUPLICATE,
    IDLE,
    NO_DATE,
    NO_SOURCE,
    SECRET,
    WEIGHTS,
    Reason,
    Survey,
)
from convledger.store.entries import Entry

_LASTING = (IDLE, NO_SOURCE, NO_DATE)  # what no verdict takes away
VERIFIED = 180  # days within which somebody should look at an entry that has no interval yet


class Queued(Struct, frozen=True, gc=False):
    """An entry to look at, why, and what carrying it costs a month, estimated."""

    entry: Entry
    reasons: tuple[Reason, ...]
    cost: Cost

    @property
    def weight(self) -> int:
        """What its reasons come to; a dozen pairs are one reason."""
        if len(self.reasons) == 1:
            return self.reasons[0].weight
        return sum(WEIGHTS[kind] for kind in {reason.kind for reason in self.reasons})


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
    looked: Survey,
    now: int,
    costs: Mapping[int, Cost] | None = None,
    kinds: Iterable[str] = (),
) -> list[Queued]:
    """Return the entries that want a look, those first whose reasons weigh and cost most.

    `costs` is what each costs to carry a month; `kinds` leaves only some reasons.
    """
    wanted = set(kinds)
    found: Mapping[int, Sequence[Reason]] = looked.awake
    if wanted:
        found = {
            entry_id: reasons
            for entry_id, reasons in found.items()
            if any(reason.kind in wanted for reason in reasons)
        }
    entries = looked.entries
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
    pico = one.cost if isinstance(one.cost, int) else 0
    return one.weight * (pico + 1_000_000 * (1 + (one.entry.tokens or 0)))


def _is_late(entry: Entry, now: int) -> bool:
    days = entry.review_days or VERIFIED
    return entry.verified_at is None or entry.verified_at < now - days * DAY


def hygiene(looked: Survey, now: int, over_budget: Iterable[int] = ()) -> Hygiene:
    """Return the seven ratios; `over_budget` are entries that a pack's budget cuts off."""
    entries = looked.entries
    by_kind: dict[str, list[int]] = defaultdict(list)
    for entry_id, reasons in looked.reasons.items():
        for reason in reasons:
            by_kind[reason.kind].append(entry_id)

    def ratio(name: str, bad: Iterable[int]) -> Ratio:
        others = tuple(sorted(set(bad)))
        return Ratio(name, len(entries) - len(others), len(entries), others)

    def having(*wanted: str) -> list[int]:
        return [entry_id for kind in wanted for entry_id in by_kind[kind]]

    ratios = (
        ratio("with a source", having(NO_SOURCE)),
        ratio("with a date", having(NO_DATE)),
        ratio("checked in time", (each.id for each in entries.values() if _is_late(each, now))),
        ratio("in no open pair", having(DUPLICATE, CONFLICT)),
        ratio("free of open findings", having(SECRET, BAIT)),
        ratio("within their budget", entries.keys() & set(over_budget)),
        ratio("in a pack or used", having(IDLE)),
    )
    return Hygiene(len(entries), ratios)
