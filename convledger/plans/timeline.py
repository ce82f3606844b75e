"""Takes the books of a pool through time: facts, and what happens between them by itself."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from heapq import heappop

from convledger.plans import entries as entry
from convledger.plans import facts as fact_kinds
from convledger.plans.books import FAR, Books
from convledger.plans.facts import RANKS, RANKS_AN_INSTANT, USAGE, Fact
from convledger.plans.resets import heir_of, reset
from convledger.plans.spending import end_reservation, refund, reserve, take_away, use


def run(books: Books, facts: Iterable[Fact]) -> None:
    """Take in facts, which must come in their order and not before the books' own place."""
    allocations, rows = books.allocations, books.rows
    first = books.shelf.first
    for fact in facts:
        at, kind = fact.at, fact.kind
        order = at * RANKS_AN_INSTANT + RANKS[kind]
        if order >= books.due:
            until(books, order)
        if kind != USAGE:
            HANDLERS[kind](books, fact)
            continue
        amount = fact.amount or 0
        live = first(fact.scopes)
        # The short way for the million: one lot pays it all, and nothing else follows from it.
        if live is not None and live.left > amount:
            balance = books.balance - amount
            if balance >= books.floor:
                live.left -= amount
                live.used += amount
                books.balance = balance
                books.usage += amount
                lot = allocations[fact.id] = live.lot.id
                books.count += 1
                if rows is not None:
                    cause = fact.cause or fact.id
                    rows.append(entry.Row(at, entry.USE, lot, -amount, cause, balance))
                continue
        use(books, fact)


def until(books: Books, limit: int) -> None:
    """Let everything happen that is due by a place in the order of things, that place included."""
    while books.due <= limit:
        due = books.due
        at = due // RANKS_AN_INSTANT
        if books.next_terms == due:
            books.policy = books.terms[books.switched][1]
            books.switched += 1
            books.check_soon(at)
        elif books.expiries and books.expiries[0][0] == due:
            books.expire(books.lives[heappop(books.expiries)[1]], at)
        elif books.pending and books.pending[0][0] == due:
            books.open_lot(heappop(books.pending)[2], at)
        else:
            books.check = FAR
            books.refill(at)
        books.look_ahead()


def _void(books: Books, fact: Fact) -> None:
    live = heir_of(books, fact.of)
    if live is None:
        books.waiting_voids.setdefault(fact.of, []).append(fact)
    else:
        books.void(live, fact.at, fact)
        books.set_floor()


HANDLERS: dict[str, Callable[[Books, Fact], None]] = {
    fact_kinds.VOID: _void,
    fact_kinds.RESET: reset,
    fact_kinds.REFUND: refund,
    fact_kinds.RESERVE: reserve,
    fact_kinds.COMMIT: end_reservation,
    fact_kinds.RELEASE: end_reservation,
    fact_kinds.ADJUST: take_away,
}
