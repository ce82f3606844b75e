"""The memory of a workspace: every question about entries, and every change to them."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import tzinfo
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from convledger.memory import keeping
from convledger.memory.asking import EntryQuery, entries_meant
from convledger.memory.diffing import DiffLine, diff_lines
from convledger.memory.drafts import Draft, checked
from convledger.memory.evidence import MANUAL, Evidence, check_sources, evidence_of, quoted
from convledger.memory.file_rows import doubt
from convledger.memory.listing import RECORDED, EntryLine, Listing, entry_lines, listing, stamp_of
from convledger.memory.naming import entry_named
from convledger.memory.queue import Hygiene, Queued, hygiene, review_queue
from convledger.memory.reasons import Reason, reasons_of, survey
from convledger.memory.words import ACTIVE, title_of
from convledger.store.connection import in_words, unreadable
from convledger.store.entries import Entry, EntrySource, EntryVersion, entries_where, versions_of
from convledger.store.operations import (
    Operation,
    operations,
    touched_entries,
    undo,
)

if TYPE_CHECKING:
    from convledger.economics.carrying import Carrying, Cost
    from convledger.ingest.rates import Rates

Answer = TypeVar("Answer")
_AT_ONCE = 20  # entries that are looked at while somebody waits


class Memory:
    """What a workspace remembers. Instants are UTC microseconds, days those of a zone."""

    def __init__(
        self,
        connection: sqlite3.Connection,
        path: Path,
        rates: Callable[[], Rates],
        by_conversation: Callable[[int], bool],
    ) -> None:
        self._connection = connection
        self._path = path
        self._rates = rates
        self._by_conversation = by_conversation

    @property
    def path(self) -> Path:
        """The ledger's file."""
        return self._path

    @property
    def connection(self) -> sqlite3.Connection:
        """The open ledger."""
        return self._connection

    # ---- questions

    @in_words
    def entry(self, name: str) -> Entry:
        """Return the entry of a number, a name or the beginning of one. Raises UsageProblem."""
        return entry_named(self._connection, name)

    @in_words
    def entries(self, ids: Iterable[int]) -> dict[int, Entry]:
        """Return entries by their numbers, those that there are."""
        wanted = sorted(set(ids))
        marks = ",".join("?" * len(wanted))
        return {
            each.id: each for each in entries_where(self._connection, f"id IN ({marks})", wanted)
        }

    @in_words
    def find(self, query: EntryQuery, now: int, zone: tzinfo) -> list[Entry]:
        """Return the entries that a query means. Raises UsageProblem."""
        return entries_meant(
            self._connection,
            query,
            now,
            reasons=lambda: reasons_of(self._connection, now, zone),
            costs=lambda: self.costs(now),
        )

    @in_words
    def listing(
        self, query: EntryQuery, now: int, order: str = RECORDED, only: Iterable[int] | None = None
    ) -> Listing:
        """Return which entries a list shows, in order, and what they can be narrowed by."""
        return listing(self._connection, query, self.costs(now), order, only)

    @in_words
    def stamp(self) -> tuple[int, ...]:
        """Return figures that are others when a list of entries may be another one."""
        return stamp_of(self._connection)

    @in_words
    def lines(self, ids: Iterable[int], now: int) -> list[EntryLine]:
        """Return what a list says of entries, those that there are."""
        wanted = list(ids)
        return entry_lines(self._connection, wanted, self.costs(now, wanted))

    @in_words
    def versions(self, entry_id: int) -> list[EntryVersion]:
        """Return the texts that an entry has had, the first one first."""
        return versions_of(self._connection, entry_id)

    def changes(self, old: EntryVersion, new: EntryVersion, around: int = 3) -> list[DiffLine]:
        """Return what differs between two versions."""
        if all(each.title == title_of(each.body) for each in (old, new)):
            return diff_lines(old.body, new.body, around)  # the title only says it again
        return diff_lines(f"{old.title}\n\n{old.body}", f"{new.title}\n\n{new.body}", around)

    @in_words
    def evidence(self, entry_id: int) -> list[Evidence]:
        """Return where an entry comes from, with what stands there today."""
        return evidence_of(self._connection, [entry_id])

    @in_words
    def from_message(self, message_id: int) -> list[tuple[int, int, int]]:
        """Return entries made from a message: (entry, start, length) in characters of its body."""
        return self._connection.execute(
            "SELECT entry_id, entry_source.start, entry_source.length FROM entry_source "
            "JOIN message ON message.key=message_key "
            "AND message.conversation_id=entry_source.conversation_id WHERE message.id=?",
            (message_id,),
        ).fetchall()

    @in_words
    def from_conversation(self, conversation_id: int) -> dict[int, list[tuple[int, int, int]]]:
        """Return entries made from a conversation, by message: (entry, start, length)."""
        rows = self._connection.execute(
            "SELECT message.id, entry_id, entry_source.start, entry_source.length "
            "FROM entry_source JOIN message ON message.key=message_key "
            "AND message.conversation_id=entry_source.conversation_id "
            "WHERE entry_source.conversation_id=? ORDER BY 1, 3",
            (conversation_id,),
        )
        found: dict[int, list[tuple[int, int, int]]] = {}
        for message_id, entry_id, start, length in rows:
            found.setdefault(message_id, []).append((entry_id, start, length))
        return found

    @in_words
    def reasons(self, now: int, zone: tzinfo) -> Mapping[int, Sequence[Reason]]:
        """Return why entries want a look."""
        return reasons_of(self._connection, now, zone)

    @in_words
    def queue(self, now: int, zone: tzinfo, kinds: Iterable[str] = ()) -> list[Queued]:
        """Return what is left to look at, the weightiest first."""
        check_sources(self._connection)
        looked = survey(self._connection, now, zone)
        return review_queue(looked, now, self.costs(now), kinds)

    @in_words
    def hygiene(self, now: int, zone: tzinfo) -> Hygiene:
        """Return how clean memory is."""
        looked = survey(self._connection, now, zone)
        return hygiene(looked, now, self._over_budget(now))

    @in_words
    def review(self, now: int, zone: tzinfo) -> tuple[list[Queued], Hygiene]:
        """Return what is left to look at, and how clean memory is."""
        check_sources(self._connection)
        looked = survey(self._connection, now, zone)
        ratios = hygiene(looked, now, self._over_budget(now))
        return review_queue(looked, now, self.costs(now)), ratios

    def _over_budget(self, now: int) -> set[int]:
        from convledger.memory.over_budget import over_budget

        return over_budget(self._connection, now)

    def costs(self, now: int, entry_ids: Sequence[int] | None = None) -> Mapping[int, Cost]:
        """Return what each entry costs to carry a month, estimated."""
        carried = self.carrying(now, entry_ids)
        return {number: each.cost for number, each in carried.items()}

    @in_words
    def carrying(self, now: int, entry_ids: Sequence[int] | None = None) -> dict[int, Carrying]:
        """Return where entries are carried along and what that costs a month, estimated.

        Where a plan charges by conversation a token more or less costs nothing: then it is the
        share of the context window that counts.
        """
        from convledger.memory.carrying import CarryingRates, carrying_of

        rates = CarryingRates(self._connection, self._rates().rater, now)
        return carrying_of(
            self._connection, rates, entry_ids, by_conversation=self._by_conversation(now)
        )

    @in_words
    def history(self, limit: int = 50) -> list[Operation]:
        """Return what was changed, the latest first."""
        return operations(self._connection, limit)

    # ---- changes

    @in_words
    def remember(self, draft: Draft, now: int, *, state: str = ACTIVE) -> tuple[Entry, bool]:
        """Keep a draft; returns the entry, and whether it is new. Raises UsageProblem.

        Without another source it was said by whoever typed it, now.
        """
        is_known = keeping.is_known(self._connection, checked(draft)) is not None
        if not draft.sources and not is_known:
            said_at = draft.source_date if draft.source_date is not None else now
            typed = EntrySource(kind=MANUAL, place="typed in", source_date=said_at)
            draft = replace(draft, sources=(typed,), source_date=said_at)
        entry_id, is_new = keeping.remember(self._connection, draft, now, state=state)
        if is_new:
            self.look_at([entry_id], now)
        return keeping.must_be(self._connection, entry_id), is_new

    @in_words
    def remember_span(
        self,
        message_id: int,
        now: int,
        start: int = 0,
        length: int | None = None,
        draft: Draft | None = None,
    ) -> tuple[Entry, bool]:
        """Keep a span of a message, in characters, with who said it where and when.

        `draft` says all else; without a text of its own it has that of the span.
        """
        source = quoted(self._connection, message_id, start, length)
        known = draft or Draft("")
        wanted = replace(
            known,
            body=known.body or source.quote,
            source_date=known.source_date or source.source_date,
            sources=(source, *known.sources),
        )
        return self.remember(wanted, now)

    def edit(
        self, entry_id: int, now: int, *, title: str | None = None, body: str | None = None,
        reason: str = "",
    ) -> bool:  # fmt: skip
        """Give an entry another text, as its next version; returns whether it differs."""
        facts = {"title": title, "body": body, "reason": reason}
        return self._done([entry_id], now, keeping.edit, entry_id, now, **facts)

    def label(self, entry_ids: Sequence[int], now: int, **facts: Any) -> int:
        """Change kind, scope, tags, value, dates ... of entries; return how many changed."""
        return self._done(entry_ids, now, keeping.set_facts, entry_ids, now, **facts)

    def accept(self, entry_ids: Sequence[int], now: int) -> int:
        """Take proposed entries into memory."""
        return self._done((), now, keeping.accept, entry_ids, now)

    def confirm(self, entry_ids: Sequence[int], now: int) -> int:
        """Say that entries are still true."""
        return self._done((), now, keeping.confirm, entry_ids, now)

    def snooze(self, entry_ids: Sequence[int], now: int, days: int) -> int:
        """Put entries out of sight for some days."""
        return self._done((), now, keeping.snooze, entry_ids, now, days)

    def archive(self, entry_ids: Sequence[int], now: int) -> int:
        """Put entries away."""
        return self._done(entry_ids, now, keeping.archive, entry_ids, now)

    def restore(self, entry_ids: Sequence[int], now: int) -> int:
        """Take archived entries back."""
        return self._done(entry_ids, now, keeping.restore, entry_ids, now)

    def merge(self, loser_id: int, winner_id: int, now: int, body: str | None = None) -> None:
        """Let one entry stand for two."""
        both = (loser_id, winner_id)
        self._done(both, now, keeping.merge, loser_id, winner_id, now, body=body)

    def choose(self, winner_id: int, loser_id: int, now: int) -> None:
        """Settle a conflict."""
        both = (winner_id, loser_id)
        self._done(both, now, keeping.choose, winner_id, loser_id, now)

    def dismiss(self, one_id: int, other_id: int, now: int) -> None:
        """Say that two entries are no pair."""
        self._done((), now, keeping.dismiss, one_id, other_id, now)

    @in_words
    def undo(self, now: int, operation_id: int | None = None) -> Operation:
        """Take back a change, the latest unless told. Raises UsageProblem."""
        undone = undo(self._connection, now, operation_id)
        doubt(self._connection, undone.id)
        self.look_at(touched_entries(self._connection, undone.id), now)
        return undone

    # ---- what the program finds out by itself

    @in_words
    def look_at(self, entry_ids: Sequence[int], now: int) -> None:
        """Look for pairs and secrets of entries whose texts changed; of many at `catch_up`."""
        from convledger.memory.findings import scan_entries
        from convledger.memory.pairing import refresh_pairs

        if 0 < len(entry_ids) <= _AT_ONCE:
            scan_entries(self._connection, list(entry_ids), now)
            refresh_pairs(self._connection, list(entry_ids), now)

    @in_words
    def count_tokens(self, stopping: Callable[[], bool] = lambda: False) -> None:
        """Count the tokens of entries that were never counted."""
        from convledger.memory.counting import count_entries, uncounted

        if uncounted(self._connection):
            count_entries(self._connection, stopping=stopping)

    @in_words
    def catch_up(
        self,
        now: int,
        stopping: Callable[[], bool] = lambda: False,
        progress: Callable[[int, int], object] = lambda *_: None,
    ) -> bool:
        """Count tokens and look for secrets and pairs in what is new; safe to stop at any time.

        False where it was stopped, or where another process is at it.
        """
        from convledger.memory.catching_up import catch_up

        return catch_up(self._connection, self._path, now, stopping, progress)

    def _done(
        self,
        changed: Sequence[int],
        now: int,
        verb: Callable[..., Answer],
        *args: Any,
        **facts: Any,
    ) -> Answer:
        """Do something to entries, and look at those whose texts or places changed by it."""
        try:
            answer = verb(self._connection, *args, **facts)
        except sqlite3.Error as error:
            raise unreadable(self._path, error) from error
        self.look_at(changed, now)
        return answer
