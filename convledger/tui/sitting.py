"""A sitting of review: a queue that was taken once, what was decided, and what that comes to.

It outlasts its screen: who leaves and comes back goes on where they were.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from msgspec.structs import replace

from convledger.economics.carrying import Cost, cost_of
from convledger.memory.queue import Hygiene, Queued
from convledger.memory.reasons import (
    BAIT,
    CHANGED,
    CONFLICT,
    DUPLICATE,
    EXPIRED,
    MISSING,
    SECRET,
    SUPERSEDED,
    Reason,
)
from convledger.text.secrets import veiled

if TYPE_CHECKING:
    from convledger.store.entries import Entry
    from convledger.tui.app import ConvledgerApp

TRUE, EDITED, MERGED, SNOOZED, ARCHIVED, CHOSEN, NO_PAIR, ERASED = (
    "still true", "edited", "merged", "snoozed", "archived", "settled", "no pair", "erased",
)  # fmt: skip
KINDS = (TRUE, ARCHIVED, EDITED, MERGED, SNOOZED, CHOSEN, NO_PAIR, ERASED)
PAIRED = (CONFLICT, DUPLICATE, SUPERSEDED)
# What is not over when a person has said of an entry that it is the one that holds.
_GRAVE = (SECRET, BAIT, EXPIRED, CHANGED, MISSING, *PAIRED)


@dataclass(slots=True, eq=False)
class Verdict:
    """A decision: the entries that left the queue by it, and those that stay with fewer reasons.

    `tokens` and `cost` (a month, estimated; None where it is not known) are no longer carried.
    `operations` are the changes in the ledger, known when it is written.
    """

    kind: str
    title: str
    left: list[Queued]
    stayed: list[Queued] = field(default_factory=list)  # as they were before
    tokens: int = 0
    cost: Cost = None
    days: int = 0
    operations: tuple[int, ...] = ()

    @property
    def words(self) -> str:
        """What was done, and to what."""
        return f"{self.kind} {self.title}"


@dataclass(frozen=True, slots=True)
class Tally:
    """What a sitting comes to so far."""

    decided: int
    total: int
    tokens: int
    cost: Cost
    counts: tuple[tuple[str, int], ...]


class Sitting:
    """The state of a sitting: its queue is taken when it begins, and nothing joins it later."""

    def __init__(
        self, queue: Sequence[Queued] = (), hygiene: Hygiene | None = None, seen: int = -1
    ) -> None:
        self.queue: list[Queued] = list(queue)
        self._ranks = {one.entry.id: rank for rank, one in enumerate(queue)}
        self._away: list[Queued] = []  # what was settled elsewhere, or by what became of another
        self.listed: list[Queued] = []  # of the ratio whose list is open
        self.ratio = ""
        self.verdicts: list[Verdict] = []
        self._erased = 0
        self._freed: list[tuple[int, Cost]] = []  # tokens and cost of what was erased
        self.marks: set[int] = set()
        self.last: Verdict | None = None  # what "same again" repeats
        self.before = self.hygiene = hygiene
        self.cursor = 0
        self.seen = seen  # the latest change of memory that is known here

    # ---- what is shown

    @property
    def shown(self) -> list[Queued]:
        """The queue, or the list of a ratio."""
        return self.listed if self.ratio else self.queue

    @property
    def current(self) -> Queued | None:
        """The entry that is looked at."""
        return self.shown[self.cursor] if 0 <= self.cursor < len(self.shown) else None

    @property
    def decided(self) -> int:
        """How many entries have left by a verdict."""
        return sum(len(verdict.left) for verdict in self.verdicts)

    def marked(self) -> list[Queued]:
        """Return the marked entries of what is shown."""
        return [one for one in self.shown if one.entry.id in self.marks] if self.marks else []

    def named(self, entry_id: int) -> Queued | None:
        """Return an entry that is still to be decided."""
        return next(
            (one for one in chain(self.shown, self.queue) if one.entry.id == entry_id), None
        )

    def tally(self) -> Tally:
        """Return what was decided and what is no longer carried."""
        counts = Counter[str]()
        for verdict in self.verdicts:
            counts[verdict.kind] += (
                1
                if verdict.kind in (CHOSEN, NO_PAIR)
                else max(1, len(verdict.left) - (verdict.kind == MERGED and len(verdict.left) > 1))
            )
        counts[ERASED] = self._erased
        saved = [*((one.tokens, one.cost) for one in self.verdicts), *self._freed]
        decided = self.decided + self._erased
        return Tally(
            decided,
            decided + len(self.queue),
            sum(tokens for tokens, _ in saved),
            cost_of(cost for _, cost in saved),
            tuple((kind, counts[kind]) for kind in KINDS if counts[kind]),
        )

    def open_list(self, name: str, entries: Sequence[Queued]) -> None:
        """Show only the entries of a ratio."""
        self.ratio, self.listed, self.cursor = name, list(entries), 0

    def close_list(self) -> None:
        """Show the queue again."""
        self.ratio, self.listed, self.cursor = "", [], 0

    def mark(self) -> None:
        """Mark the entry that is looked at, or unmark it, and go on."""
        if self.current is not None:
            self.marks ^= {self.current.entry.id}
            self.cursor = min(self.cursor + 1, len(self.shown) - 1)

    # ---- deciding

    def decide(
        self, kind: str, entries: Sequence[Queued], *, saves: bool = False, days: int = 0
    ) -> Verdict:
        """Let entries leave by a verdict; `saves` where they are carried no longer."""
        verdict = Verdict(kind, _title(entries), [*entries], days=days)
        if saves:
            _save(verdict, entries)
        self._remove({one.entry.id for one in entries})
        return self._keep(verdict)

    def settle(
        self, kind: str, pair: tuple[Queued, Queued], loser: Queued | None, *, verified: bool
    ) -> Verdict:
        """Let a pair be settled: `loser` leaves, the other stays if it has other reasons."""
        verdict = Verdict(kind, _title([pair[0]]), [])
        for one, other in (pair, pair[::-1]):
            if self.named(one.entry.id) is None:
                continue
            rest = tuple(
                reason for reason in one.reasons
                if not (reason.kind in PAIRED and reason.other_id == other.entry.id)
                and not (verified and reason.kind not in _GRAVE)
            )  # fmt: skip
            is_lost = loser is not None and one.entry.id == loser.entry.id
            if is_lost or not rest:
                verdict.left.append(one)
                self._remove({one.entry.id})
            else:
                verdict.stayed.append(one)
                self.replace(replace(one, reasons=rest))
        if loser is not None:
            _save(verdict, [loser])
        return self._keep(verdict)

    def erase(self, ids: Iterable[int]) -> None:
        """Know nothing more of entries that were erased but that they are no longer carried."""
        gone = set(ids)
        lost = {one.entry.id: one for one in chain(self.shown, self.queue) if one.entry.id in gone}
        freed = Verdict(ERASED, "", list(lost.values()))
        _save(freed, freed.left)
        self._freed.append((freed.tokens, freed.cost))
        self._erased += len(lost)
        self._remove(gone)
        self._away = [one for one in self._away if one.entry.id not in gone]
        for verdict in [*self.verdicts]:
            left = [one for one in verdict.left if one.entry.id not in gone]
            stayed = [one for one in verdict.stayed if one.entry.id not in gone]
            if (left, stayed) == (verdict.left, verdict.stayed):
                continue
            self._erased += len(verdict.left) - len(left)
            verdict.left, verdict.stayed = left, stayed
            verdict.title = _title(left or stayed)
            if not left and not stayed:
                self.verdicts.remove(verdict)
                self._freed.append((verdict.tokens, verdict.cost))
        if self.last not in self.verdicts:
            self.last = self.verdicts[-1] if self.verdicts else None

    def _keep(self, verdict: Verdict) -> Verdict:
        self.verdicts.append(verdict)
        self.last = verdict
        return verdict

    def _remove(self, gone: set[int]) -> None:
        before = sum(one.entry.id in gone for one in self.shown[: self.cursor])
        self.queue = [one for one in self.queue if one.entry.id not in gone]
        self.listed = [one for one in self.listed if one.entry.id not in gone]
        self.marks -= gone
        self.cursor = max(0, min(self.cursor - before, len(self.shown) - 1))

    def replace(self, new: Queued) -> None:
        """Show an entry as it is now."""
        for some in (self.queue, self.listed):
            ids = (place for place, one in enumerate(some) if one.entry.id == new.entry.id)
            place = next(ids, None)
            if place is not None:
                some[place] = new

    def refresh(self, entry: Entry) -> None:
        """Show an entry with its facts of now, its reasons as they were."""
        one = self.named(entry.id)
        if one is not None and one.entry != entry:
            self.replace(replace(one, entry=entry))

    def put_back(self, verdict: Verdict, now_is: Mapping[int, Entry] | None = None) -> None:
        """Take a verdict back: its entries come into the queue again, the cursor on the first."""
        if verdict not in self.verdicts:
            return
        self.verdicts.remove(verdict)
        if self.last is verdict:
            self.last = self.verdicts[-1] if self.verdicts else None
        fresh = now_is or {}
        for one in verdict.stayed:
            self.replace(one)
        for one in verdict.left:
            self._return(replace(one, entry=fresh.get(one.entry.id, one.entry)))
        ids = {one.entry.id for one in verdict.left or verdict.stayed}
        self._go_to(*ids)

    def _go_to(self, *ids: int) -> None:
        self.cursor = next(
            (place for place, one in enumerate(self.shown) if one.entry.id in ids), self.cursor
        )

    def _return(self, one: Queued) -> None:
        """Put an entry where it stood in the queue, and in front of the list of a ratio."""
        if one.entry.id in self._ranks:
            self.queue.append(one)
            self.queue.sort(key=lambda each: self._ranks[each.entry.id])
        if self.ratio:
            self.listed.insert(min(self.cursor, len(self.listed)), one)

    def renewed(self, queue: Sequence[Queued], entries: Mapping[int, Entry]) -> None:
        """Bring what is left up to date: what was settled elsewhere leaves, nothing new joins.

        `queue` is what wants a look by now, `entries` those of them that are not put away.
        """
        fresh = {one.entry.id: one for one in queue}
        current = self.current
        back = [one for one in self._away if one.entry.id in fresh]
        self._away = [one for one in self._away if one.entry.id not in fresh]
        self.queue = sorted([*self.queue, *back], key=lambda one: self._ranks[one.entry.id])
        settled = [one for one in self.queue if one.entry.id not in fresh]
        self._away += settled
        self.queue = [fresh[one.entry.id] for one in self.queue if one.entry.id in fresh]
        self.listed = [
            fresh.get(one.entry.id) or replace(one, entry=entries[one.entry.id], reasons=())
            for one in self.listed
            if one.entry.id in entries
        ]
        self.marks &= {one.entry.id for one in self.shown}
        self.cursor = max(0, min(self.cursor, len(self.shown) - 1))
        if current is not None:
            self._go_to(current.entry.id)


_kept: WeakKeyDictionary[ConvledgerApp, Sitting] = WeakKeyDictionary()


def sitting_of(app: ConvledgerApp) -> Sitting | None:
    """Return the sitting that goes on in an app; None before the first one."""
    return _kept.get(app)


def keep_sitting(app: ConvledgerApp, sitting: Sitting) -> None:
    """Let a sitting go on for as long as the app runs."""
    _kept[app] = sitting


def pair_reason(one: Queued) -> Reason | None:
    """Return why an entry is one of a pair, the weightiest reason; None where it is not."""
    return next(
        (each for each in one.reasons if each.kind in PAIRED and each.other_id is not None), None
    )


def _title(entries: Sequence[Queued]) -> str:
    if len(entries) == 1:
        return f"“{veiled(entries[0].entry.title)}”"
    return f"{len(entries):,} entries"


def _save(verdict: Verdict, entries: Sequence[Queued]) -> None:
    verdict.tokens = sum(one.entry.tokens or 0 for one in entries)
    verdict.cost = cost_of(one.cost for one in entries)
