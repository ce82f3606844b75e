"""What happens to credits, and the rules that decide when there are none.

Amounts are picocredits (1e-12), prices picounits of money, instants UTC microseconds.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from msgspec import Struct

from convledger.plans.lots import ANYTHING, CreditProblem

USAGE, REFUND, VOID, ADJUST, TOPUP = "usage", "refund", "void", "adjust", "topup"
RESERVE, COMMIT, RELEASE, RESET = "reserve", "commit", "release", "reset"

# The order of what happens at one instant; expiry, grant and check are not facts of their own.
# A reservation comes before what ends it, and both before other usage.
EXPIRY_RANK, VOID_RANK, RESET_RANK, GRANT_RANK, CHECK_RANK, REFUND_RANK = range(6)
RANKS: Final = {
    VOID: VOID_RANK,
    RESET: RESET_RANK,
    TOPUP: GRANT_RANK,
    REFUND: REFUND_RANK,
    RESERVE: 6,
    COMMIT: 7,
    RELEASE: 8,
    USAGE: 9,
    ADJUST: 9,
}
RANKS_AN_INSTANT: Final = 16  # an instant and a rank make one number to sort by

EVERY_POOL: Final = "*"


class Fact(Struct, frozen=True, gc=False, array_like=True):
    """One thing that happened to credits.

    `of` is what it is about: the usage refunded, the lot voided, the reservation ended; without an
    `amount` it is about all of that. An adjustment's amount has a sign. `scopes` are those that a
    usage qualifies for, `cause` the billable unit behind it.
    """

    id: str
    at: int
    kind: str
    amount: int | None = None
    of: str = ""
    pool: str = ""
    scopes: frozenset[str] = ANYTHING
    cause: str = ""


class Finding(Struct, frozen=True, gc=False, array_like=True):
    """A fact or lot that could not be taken as it is, and why."""

    id: str
    what: str
    at: int
    amount: int = 0


CONFLICT = "the same id came with another content"
NO_TARGET = "what it is about is not known"
ENDED_TWICE = "the reservation had ended already"
TOO_MUCH = "it is more than there was"
NO_AMOUNT = "it needs an amount that is not negative"
NO_POOL = "only a reset is about every pool"
NO_KIND = "facts of this kind are not known"

CHARGE, BLOCK, CARRY, BUY, DEGRADE = "charge", "block", "carry", "topup", "degrade"


def never(_: int) -> int | None:
    """Return no end: what is bought lasts for good."""
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class AutoTopup:
    """Buys `credits` for `price` whenever the balance falls below `threshold`.

    Without a threshold only the policy "topup" buys. `expires` tells when a lot bought at an
    instant ends.
    """

    id: str
    credits: int
    price: int = 0
    threshold: int | None = None
    max_per_period: int | None = None
    priority: int = 100
    expires: Callable[[int], int | None] = never

    def __post_init__(self) -> None:
        """Refuse a top-up that never fills anything."""
        if self.credits <= 0:
            raise CreditProblem(f"{self.id}: a top-up needs credits above zero")


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """What happens when credits are gone; `grace` credits a period are free before that."""

    when_empty: str = CHARGE
    grace: int = 0
    topup: AutoTopup | None = None

    def __post_init__(self) -> None:
        """Refuse a word that no policy has."""
        if self.when_empty not in (CHARGE, BLOCK, CARRY, BUY, DEGRADE):
            raise CreditProblem(f"{self.when_empty!r:.60} is no policy for empty credits")

    @property
    def refuses(self) -> bool:
        """Whether usage that does not fit whole is refused."""
        return self.when_empty in (BLOCK, BUY)


def rank_of(fact: Fact) -> int:
    """Return the place of a fact among those of its instant."""
    if fact.kind == ADJUST and (fact.amount or 0) > 0:
        return GRANT_RANK
    return RANKS[fact.kind]


def place_of(fact: Fact) -> tuple[int, str]:
    """Return the place of a fact among all facts."""
    return fact.at * RANKS_AN_INSTANT + rank_of(fact), fact.id
