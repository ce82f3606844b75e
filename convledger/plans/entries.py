"""Entries of the credit books: appended, never changed; a mistake is taken back by another."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterable

from msgspec import Struct

# What an entry can be. The first group changes what is left of a lot and so the balance.
GRANT, ROLL_IN, REFUND = "grant", "roll_in", "refund"
USE, REPAY, EXPIRE, VOID, ROLL_OUT = "use", "repay", "expire", "void", "roll_out"
# Usage that no lot paid: these have no lot and leave the balance alone.
OVERAGE, DEBT, BLOCKED, DEGRADED, GRACE = "overage", "debt", "blocked", "degraded", "grace"
# A reservation: it changes what is available, not the balance.
RESERVE, RELEASE = "reserve", "release"


class Row(Struct, gc=False):
    """An entry as the books keep it by the million: its number is its place."""

    at: int
    kind: str
    lot: str
    amount: int
    cause: str
    balance: int


class Entry(Struct, frozen=True, gc=False):
    """One line of the credit books, `number` counting from 0 within its pool.

    `amount` is signed picocredits; `balance` what all lots of the pool hold afterwards. `cause` is
    the fact or billable unit behind it. A correction is booked `at` one instant `about` another;
    a reversal names the entry that it `corrects`, and the two add up to nothing.
    """

    number: int
    at: int
    kind: str
    lot: str
    amount: int
    cause: str
    balance: int
    about: int
    corrects: int | None = None
    pool: str = ""


def entry_of(number: int, row: Row, pool: str) -> Entry:
    """Return a row of the books as an entry."""
    return Entry(
        number, row.at, row.kind, row.lot, row.amount, row.cause, row.balance, row.at, None, pool
    )


def corrections(
    before: Iterable[Entry], after: Iterable[Entry], booked_at: int | None = None
) -> list[Entry]:
    """Return what to append to `before` so that it says what `after` says, for one pool.

    Reversals come first, then what is new, dated `booked_at` (by default when each happened), so
    that what was booked in a closed period stays as it is.
    """
    booked = list(before)
    reversed_numbers = {entry.corrects for entry in booked if entry.corrects is not None}
    standing: defaultdict[tuple[object, ...], deque[Entry]] = defaultdict(deque)
    for entry in booked:
        if entry.corrects is None and entry.number not in reversed_numbers:
            standing[_content(entry)].append(entry)
    missing = []
    for entry in after:
        same = standing.get(_content(entry))
        if same:
            same.popleft()
        else:
            missing.append(entry)
    stale = sorted(
        (entry for entries in standing.values() for entry in entries), key=lambda e: e.number
    )
    number = booked[-1].number + 1 if booked else 0
    balance = booked[-1].balance if booked else 0
    found: list[Entry] = []
    for entry, corrects in [*((e, e.number) for e in stale), *((e, None) for e in missing)]:
        amount = entry.amount if corrects is None else -entry.amount
        balance += amount if entry.lot else 0
        at = entry.about if booked_at is None else booked_at
        found.append(
            Entry(
                number + len(found), at, entry.kind, entry.lot, amount, entry.cause, balance,
                entry.about, corrects, entry.pool,
            )
        )  # fmt: skip
    return found


def _content(entry: Entry) -> tuple[object, ...]:
    return entry.about, entry.kind, entry.lot, entry.amount, entry.cause
