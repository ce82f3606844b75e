"""What a reset does: counters begin anew, and what is left is rolled over or lost."""

from __future__ import annotations

from convledger.plans import entries as entry
from convledger.plans.books import Books
from convledger.plans.facts import Fact
from convledger.plans.lots import ACTIVE, ROLLED, ROLLOVER, Live, Lot, Rollover


def reset(books: Books, fact: Fact) -> None:
    """Begin a period: roll over each family that is active, once an instant."""
    if books.reset_at == fact.at or not books.count:
        return
    books.reset_at = fact.at
    books.bought_in_period = books.graced_in_period = 0
    for family in sorted(books.families):
        lives = [live for live in books.families.pop(family) if live.status == ACTIVE]
        if lives:
            _roll(books, family, sorted(lives, key=lambda live: live.key), fact)
    books.check_soon(fact.at)
    books.look_ahead()


def _roll(books: Books, family: str, lives: list[Live], fact: Fact) -> None:
    """Roll a family over: what is too much expires in burn order, what lacks is granted."""
    # Versions of a plan may differ: the newest lot says how its family is rolled over.
    newest = max(lives, key=lambda live: (live.lot.effective_at, live.key))
    rule = newest.lot.rollover or Rollover()
    left = sum(live.left for live in lives)
    kept = rule.after(left)
    lost = max(left - kept, 0)
    heirs = []
    for live in lives:
        part = min(lost, live.left)
        lost -= part
        books.shelf.drop(live)
        books.lose(live, fact.at, part, fact.id)
        live.status = ROLLED
        if live.left:
            heirs.append(_heir(books, live, fact))
    if kept > left:
        heirs.append(_like(newest.lot, f"{family}+{fact.at}", kept - left, fact.at, kind=ROLLOVER))
    for lot in heirs:
        books.open_lot(lot, fact.at, entry.ROLL_IN if lot.origin else entry.GRANT, fact.id)


def _heir(books: Books, live: Live, fact: Fact) -> Lot:
    """Close a lot and return the one that its rest lives on in."""
    origin, rest = live.lot.origin or live.lot.id, live.left
    live.heir = f"{origin}@{fact.at}"
    live.left = 0
    live.rolled += rest
    books.balance -= rest
    books.note(fact.at, entry.ROLL_OUT, live.lot.id, -rest, fact.id)
    return _like(live.lot, live.heir, rest, fact.at, origin=origin)


def _like(lot: Lot, name: str, amount: int, at: int, *, kind: str = "", origin: str = "") -> Lot:
    """Return a lot of the same terms; an heir keeps the age of its origin and burns first."""
    return Lot(
        id=name,
        amount=amount,
        effective_at=at,
        expires_at=lot.expires_at,
        priority=lot.priority,
        created_at=lot.burn_key[3] if origin else at,
        kind=kind or lot.kind,
        pool=lot.pool,
        family=lot.family,
        scopes=lot.scopes,
        rollover=lot.rollover,
        origin=origin,
    )


def heir_of(books: Books, lot_id: str) -> Live | None:
    """Return the lot that holds today what a lot held, None for one that is not in the books."""
    live = books.lives.get(lot_id)
    while live is not None and live.heir:
        live = books.lives.get(live.heir)
    return live
