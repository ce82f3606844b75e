"""Lots of credits: what was granted, how long it lasts, in which order lots are burnt.

Amounts are picocredits (1e-12), costs picounits of money, instants UTC microseconds.
"""

from __future__ import annotations

from msgspec import Struct

from convledger.errors import ConvledgerError

ANYTHING: frozenset[str] = frozenset()

# What a lot can be.
INCLUDED, PURCHASED, PROMO = "included", "purchased", "promo"
TOPUP, ADJUSTMENT, ROLLOVER = "topup", "adjustment", "rollover"

# What became of a lot: it can be burnt, its time is up, it was taken back, its rest lives on.
ACTIVE, EXPIRED, VOIDED, ROLLED = "active", "expired", "voided", "rolled"

BurnKey = tuple[int, int, int, int, str]


class CreditProblem(ConvledgerError):
    """A lot or a rule about credits makes no sense as it is."""


class Rollover(Struct, frozen=True, gc=False, array_like=True):
    """How much of what is left survives a reset: at least and at most; None is no bound."""

    least: int = 0
    most: int | None = None

    def after(self, left: int) -> int:
        """Return the balance after a reset that finds `left`."""
        kept = max(self.least, left)
        return kept if self.most is None else min(self.most, kept)


class Lot(Struct, frozen=True, gc=False, array_like=True, kw_only=True):
    """Credits granted together: usable from `effective_at` on, and before `expires_at`.

    Lots with `scopes` pay only for usage that qualifies for one of them. Lots with a `rollover`
    end at the next reset, together with the others of their `family`; `origin` is the lot that
    one of them was rolled over from. `cost` is the money paid for the whole lot.
    """

    id: str
    amount: int
    effective_at: int
    expires_at: int | None = None
    priority: int = 0
    created_at: int | None = None
    kind: str = INCLUDED
    pool: str = ""
    family: str = ""
    scopes: frozenset[str] = ANYTHING
    cost: int = 0
    rollover: Rollover | None = None
    origin: str = ""

    def __post_init__(self) -> None:
        """Refuse a lot that holds nothing."""
        if self.amount <= 0:
            raise CreditProblem(f"{self.id}: a lot needs an amount above zero, not {self.amount}")

    @property
    def burn_key(self) -> BurnKey:
        """Sorts lots into burn order: priority, expiry (none last), creation, id."""
        ends, created = self.expires_at, self.created_at
        return (
            self.priority,
            int(ends is None),
            0 if ends is None else ends,
            self.effective_at if created is None else created,
            self.id,
        )


class Live(Struct, array_like=True, gc=False):
    """A lot in the books: where its credits are; they always add up to its amount."""

    lot: Lot
    key: BurnKey
    left: int
    used: int = 0
    expired: int = 0
    voided: int = 0
    rolled: int = 0
    status: str = ACTIVE
    heir: str = ""  # the lot that its rest became at a reset


def served(credits_left: int, each: int) -> tuple[int, int]:
    """Return how many times `each` fits whole, and what is stranded."""
    if each <= 0:
        raise CreditProblem(f"nothing is served at {each} picocredits each")
    count = credits_left // each
    return count, credits_left - count * each
