"""The books of a pool as plain data, so that a fold can rest and go on elsewhere."""

from __future__ import annotations

from heapq import heapify

from msgspec import Struct

from convledger.plans.books import Beyond, Books, Debt, Hold, Parts, Terms
from convledger.plans.facts import EXPIRY_RANK, RANKS_AN_INSTANT, Fact, Finding
from convledger.plans.lots import ACTIVE, Live, Lot

# What is carried over as it is; the rest is rebuilt from it.
_PLAIN = (
    "switched", "check", "balance", "usage", "refunded", "reserved", "overage", "debt", "degraded",
    "graced", "blocked", "bought", "bought_in_period", "graced_in_period", "reset_at", "count",
    "allocations", "net", "beyond", "repaid", "debts", "holds", "ended", "waiting_refunds",
    "waiting_voids", "findings",
)  # fmt: skip


class BooksState(Struct):
    """Everything that the books of a pool need to go on, without the entries already written."""

    pool: str
    lives: list[Live]
    pending: list[Lot]
    switched: int
    check: int
    balance: int
    usage: int
    refunded: int
    reserved: int
    overage: int
    debt: int
    degraded: int
    graced: int
    blocked: int
    bought: int
    bought_in_period: int
    graced_in_period: int
    reset_at: int | None
    count: int
    allocations: dict[str, str | Parts]
    net: dict[str, list[tuple[str, int]]]
    beyond: dict[str, Beyond]
    repaid: dict[str, list[tuple[str, int]]]
    debts: list[Debt]
    holds: dict[str, Hold]
    ended: dict[str, str]
    waiting_refunds: dict[str, list[Fact]]
    waiting_voids: dict[str, list[Fact]]
    findings: list[Finding]


def state_of(books: Books) -> BooksState:
    """Return the state of books; it shares what it can with them."""
    return BooksState(
        pool=books.pool,
        lives=list(books.lives.values()),
        pending=[lot for *_, lot in sorted(books.pending, key=lambda item: item[:2])],
        **{name: getattr(books, name) for name in _PLAIN},
    )


def books_of(state: BooksState, terms: Terms, seen: dict[str, Fact], keeps_entries: bool) -> Books:
    """Return books that go on from a state."""
    books = Books(state.pool, terms, seen, keeps_entries)
    for name in _PLAIN:
        setattr(books, name, getattr(state, name))
    books.policy = terms[books.switched - 1][1]
    for live in state.lives:
        lot = live.lot
        books.lives[lot.id] = live
        if live.status != ACTIVE:
            continue
        if live.left:
            books.shelf.put(live)
        if lot.expires_at is not None:
            books.expiries.append((lot.expires_at * RANKS_AN_INSTANT + EXPIRY_RANK, lot.id))
        if lot.rollover is not None:
            books.families.setdefault(lot.family, []).append(live)
    for hold in books.holds.values():
        books.held[hold.scopes] = books.held.get(hold.scopes, 0) + hold.amount
    heapify(books.expiries)
    for lot in state.pending:
        books.await_lot(lot)
    books.look_ahead()
    return books


def ahead_of(books: Books) -> Books:
    """Return books that time may pass over without a trace in these; no fact may be fed to them."""
    state = state_of(books)
    state.lives = [_copy(live) for live in state.lives]
    state.debts = [Debt(debt.usage, debt.scopes, debt.left) for debt in state.debts]
    state.beyond = {debt.usage: Beyond(debt=state.beyond[debt.usage].debt) for debt in state.debts}
    state.repaid = {}
    state.waiting_voids = dict(state.waiting_voids)
    state.findings = []
    return books_of(state, books.terms, books.seen, keeps_entries=False)


def _copy(live: Live) -> Live:
    return Live(
        live.lot, live.key, live.left, live.used, live.expired, live.voided, live.rolled,
        live.status, live.heir,
    )  # fmt: skip
