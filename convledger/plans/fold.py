"""The credit engine: facts and lots in any order become the books of each pool."""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from operator import attrgetter

import msgspec

from convledger.plans.books import Books, Terms
from convledger.plans.entries import Entry, entry_of
from convledger.plans.facts import (
    COMMIT,
    CONFLICT,
    EVERY_POOL,
    GRANT_RANK,
    NO_TARGET,
    RANKS_AN_INSTANT,
    RELEASE,
    RESERVE,
    USAGE,
    Fact,
    Finding,
    Policy,
    place_of,
)
from convledger.plans.intake import in_order, is_grant, lot_of, lot_order, total_order, trouble_with
from convledger.plans.lots import CreditProblem, Lot
from convledger.plans.snapshot import BooksState, ahead_of, books_of, state_of
from convledger.plans.spending import recorded
from convledger.plans.timeline import run, until
from convledger.plans.totals import Totals, totals_of

Rules = Policy | Sequence[tuple[int, Policy]]
_BEGINNING = -(1 << 80)
_AT, _ID = attrgetter("at"), attrgetter("id")
_METERED = frozenset((USAGE, RESERVE, COMMIT, RELEASE))


class LateFact(CreditProblem):
    """A fact or lot belongs before what is folded already: the caller folds all of it anew."""

    def __init__(self, name: str, at: int) -> None:
        super().__init__(f"{name} happened before what is in the credit books already")
        self.id, self.at = name, at


class FoldState(msgspec.Struct):
    """What a snapshot holds."""

    order: int
    last: str
    since: int | None
    seen: list[Fact]
    lots: list[Lot]
    findings: list[Finding]
    books: list[BooksState]


class Fold:
    """Folds lots and facts, fed in stretches of time, into the books of each pool.

    `rules` is the policy, or each with the instant it begins at; `pool_rules` those of single
    pools. Usage before `since`, the start of measurement, is left out. Without entries only
    totals and allocations are kept.
    """

    def __init__(
        self,
        rules: Rules | None = None,
        *,
        pool_rules: Mapping[str, Rules] | None = None,
        since: int | None = None,
        keeps_entries: bool = True,
    ) -> None:
        self._terms = _terms(Policy() if rules is None else rules)
        self._pool_terms = {pool: _terms(each) for pool, each in (pool_rules or {}).items()}
        self._since = since
        self._keeps_entries = keeps_entries
        self._place: tuple[int, str] = (_BEGINNING, "")
        self._seen: dict[str, Fact] = {}
        self._lots: dict[str, Lot] = {}
        self._books: dict[str, Books] = {}
        self._findings: list[Finding] = []

    def feed(self, facts: Iterable[Fact] = (), lots: Iterable[Lot] = ()) -> None:
        """Take in facts and lots in any order, none before what is folded already.

        What came before is passed over. LateFact leaves everything as it was.
        """
        found: list[Finding] = []
        fresh = self._fresh(facts, found)
        fresh_lots = self._fresh_lots(lots, found)
        grants = {name for name, fact in fresh.items() if is_grant(fact)}
        for fact in map(fresh.__getitem__, sorted(grants)):
            lot = lot_of(fact)
            if self._lots.get(lot.id, lot) != lot or fresh_lots.setdefault(lot.id, lot) != lot:
                found.append(Finding(fact.id, CONFLICT, fact.at, lot.amount))
        rest = (fact for fact in fresh.values() if fact.id not in grants)
        ordered = in_order(rest if grants else fresh.values())
        self._refuse_late(ordered, fresh_lots.values())
        self._findings += found
        self._seen.update(fresh)
        for lot in fresh_lots.values():
            if lot.id not in self._lots:
                self._lots[lot.id] = lot
                self._of(lot.pool).await_lot(lot)
        if ordered:
            self._run(ordered)
            self._place = place_of(ordered[-1])
        for books in self._books.values():
            until(books, self._place[0])

    def advance(self, at: int) -> None:
        """Let time pass up to an instant, all that happens at it included."""
        place = ((at + 1) * RANKS_AN_INSTANT - 1, "")
        if place > self._place:
            self._place = place
            for books in self._books.values():
                until(books, place[0])

    @property
    def pools(self) -> tuple[str, ...]:
        """The pools that something is known about, by name."""
        return tuple(sorted(self._books))

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What could not be taken as it is, and what still waits for its usage or lot."""
        found = list(self._findings)
        for pool in self.pools:
            books = self._books[pool]
            found += books.findings
            for waiting in (books.waiting_refunds, books.waiting_voids):
                found += [
                    Finding(fact.id, NO_TARGET, fact.at, fact.amount or 0)
                    for target in sorted(waiting)
                    for fact in waiting[target]
                ]
        return tuple(sorted(found, key=lambda each: (each.at, each.id, each.what, each.amount)))

    def totals(self, pool: str = "", at: int | None = None) -> Totals:
        """Return the state of a pool, or what it will be `at` a later instant without new facts."""
        books = self._books.get(pool) or Books(pool, self._terms_of(pool), self._seen)
        if at is not None and (at + 1) * RANKS_AN_INSTANT > self._place[0]:
            books = ahead_of(books)
            until(books, (at + 1) * RANKS_AN_INSTANT - 1)
        return totals_of(books)

    def entries(self, pool: str | None = None, start: int = 0) -> Iterator[Entry]:
        """Yield the entries of a pool from number `start` on, or of all pools by instant."""
        if pool is None:
            merged = (self.entries(each, start) for each in self.pools)
            yield from heapq.merge(*merged, key=_AT)
            return
        books = self._books.get(pool)
        rows = None if books is None else books.rows
        if books is None or rows is None:
            return
        skipped = books.count - len(rows)
        for index in range(max(start - skipped, 0), len(rows)):
            yield entry_of(index + skipped, rows[index], pool)

    def allocations(self, pool: str = "") -> Iterator[tuple[str, tuple[tuple[str, int], ...]]]:
        """Yield each usage with the lots that paid for it at its instant, in burn order."""
        books = self._books.get(pool)
        for usage in () if books is None else books.allocations:
            yield usage, self.allocation(usage, pool)

    def allocation(self, usage: str, pool: str = "") -> tuple[tuple[str, int], ...]:
        """Return which lots paid how much of a usage at its instant; KeyError for no usage."""
        return recorded(self._books[pool], usage)

    def snapshot(self) -> bytes:
        """Return everything that is needed to go on, without the entries written so far."""
        state = FoldState(
            order=self._place[0],
            last=self._place[1],
            since=self._since,
            seen=sorted(self._seen.values(), key=_ID),
            lots=sorted(self._lots.values(), key=_ID),
            findings=self._findings,
            books=[state_of(self._books[pool]) for pool in self.pools],
        )
        # JSON, for MessagePack has no integers beyond 64 bits.
        return msgspec.json.encode(state)

    @classmethod
    def restore(
        cls,
        data: bytes,
        rules: Rules | None = None,
        *,
        pool_rules: Mapping[str, Rules] | None = None,
        keeps_entries: bool = True,
    ) -> Fold:
        """Return a fold that goes on from a snapshot under the same rules."""
        state = msgspec.json.decode(data, type=FoldState)
        fold = cls(rules, pool_rules=pool_rules, since=state.since, keeps_entries=keeps_entries)
        fold._place = (state.order, state.last)
        fold._seen = {fact.id: fact for fact in state.seen}
        fold._lots = {lot.id: lot for lot in state.lots}
        fold._findings = state.findings
        for each in state.books:
            terms = fold._terms_of(each.pool)
            fold._books[each.pool] = books_of(each, terms, fold._seen, keeps_entries)
        return fold

    def _run(self, ordered: list[Fact]) -> None:
        by_pool: defaultdict[str, list[Fact]] = defaultdict(list)
        for pool in self._books:
            by_pool[pool] = []
        for pool in {fact.pool for fact in ordered} - {EVERY_POOL}:
            by_pool[pool] = []
        if len(by_pool) == 1:
            for pool in by_pool:
                by_pool[pool] = ordered
        else:
            for fact in ordered:
                for pool in by_pool if fact.pool == EVERY_POOL else (fact.pool,):
                    by_pool[pool].append(fact)
        for pool, facts in by_pool.items():
            run(self._of(pool), facts)

    def _fresh(self, facts: Iterable[Fact], found: list[Finding]) -> dict[str, Fact]:
        """Return the facts that are new, one an id, the earliest of those that disagree."""
        seen, since = self._seen, self._since
        fresh: dict[str, Fact] = {}
        for fact in facts:
            known = seen.get(fact.id) or fresh.get(fact.id)
            if known is None:
                trouble = trouble_with(fact)
                if trouble:
                    found.append(Finding(fact.id, trouble, fact.at, fact.amount or 0))
                elif since is None or fact.at >= since or fact.kind not in _METERED:
                    fresh[fact.id] = fact
            elif known != fact:
                keeper = known
                if fact.id in fresh and trouble_with(fact) == "":
                    keeper = min(known, fact, key=total_order)
                    fresh[fact.id] = keeper
                other = known if keeper is fact else fact
                found.append(Finding(other.id, CONFLICT, other.at, other.amount or 0))
        return fresh

    def _fresh_lots(self, lots: Iterable[Lot], found: list[Finding]) -> dict[str, Lot]:
        fresh: dict[str, Lot] = {}
        for lot in lots:
            known = self._lots.get(lot.id)
            if known is None:
                known = fresh.setdefault(lot.id, lot)
            if known != lot:
                if lot.id in fresh:
                    fresh[lot.id] = min(known, lot, key=lot_order)
                found.append(Finding(lot.id, CONFLICT, lot.effective_at, lot.amount))
        return fresh

    def _refuse_late(self, ordered: list[Fact], lots: Iterable[Lot]) -> None:
        if ordered and place_of(ordered[0]) < self._place:
            raise LateFact(ordered[0].id, ordered[0].at)
        for lot in lots:
            order = lot.effective_at * RANKS_AN_INSTANT + GRANT_RANK
            if order <= self._place[0] and lot.id not in self._lots:
                raise LateFact(lot.id, lot.effective_at)

    def _of(self, pool: str) -> Books:
        books = self._books.get(pool)
        if books is None:
            terms = self._terms_of(pool)
            books = self._books[pool] = Books(pool, terms, self._seen, self._keeps_entries)
        return books

    def _terms_of(self, pool: str) -> Terms:
        return self._pool_terms.get(pool, self._terms)


def fold_all(
    facts: Iterable[Fact],
    lots: Iterable[Lot] = (),
    rules: Rules | None = None,
    *,
    as_of: int | None = None,
    pool_rules: Mapping[str, Rules] | None = None,
    since: int | None = None,
    keeps_entries: bool = True,
) -> Fold:
    """Fold everything at once, up to `as_of` if given: what happens later stays unseen."""
    fold = Fold(rules, pool_rules=pool_rules, since=since, keeps_entries=keeps_entries)
    if as_of is None:
        fold.feed(facts, lots)
        return fold
    fold.feed(
        (fact for fact in facts if fact.at <= as_of),
        (lot for lot in lots if lot.effective_at <= as_of),
    )
    fold.advance(as_of)
    return fold


def _terms(rules: Rules) -> Terms:
    if isinstance(rules, Policy):
        return ((_BEGINNING, rules),)
    if not rules:
        raise CreditProblem("there is no policy among the rules")
    return tuple(sorted(rules, key=lambda each: each[0]))
