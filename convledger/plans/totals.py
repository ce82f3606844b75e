"""What the books say at an instant: sums by lot and by pool, in picocredits."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from msgspec import Struct

from convledger.plans.books import Books
from convledger.plans.lots import Live, Lot


class LotTotals(Struct, frozen=True, gc=False, kw_only=True):
    """Where the credits of a lot are: amount = used + expired + voided + rolled + remaining.

    `rolled` is what lives on in the lot `heir`; `first` is the lot that this one was rolled over
    from, or itself.
    """

    lot: Lot
    first: Lot
    used: int
    expired: int
    voided: int
    rolled: int
    remaining: int
    status: str
    heir: str

    @property
    def cost(self) -> Fraction:
        """The money paid for the credits in this lot, in picounits."""
        return Fraction(self.first.cost * self.lot.amount) / self.first.amount

    @property
    def expired_cost(self) -> Fraction:
        """The money paid for the credits of this lot that expired, in picounits."""
        return Fraction(self.first.cost * self.expired) / self.first.amount


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """The state of a pool: granted = used + expired + voided + balance.

    `usage` is what was used less what was refunded, refused usage included: usage = used + overage
    + debt + blocked + degraded + grace. `expired` is breakage, `expired_cost` what it had cost in
    picounits of money, `bought` counts automatic top-ups.
    """

    granted: int
    used: int
    expired: int
    voided: int
    balance: int
    reserved: int
    available: int
    usage: int
    refunded: int
    overage: int
    debt: int
    blocked: int
    degraded: int
    grace: int
    bought: int
    expired_cost: Fraction
    lots: tuple[LotTotals, ...]

    def lot(self, lot_id: str) -> LotTotals:
        """Return the totals of one lot; KeyError where it is not in the books."""
        for each in self.lots:
            if each.lot.id == lot_id:
                return each
        raise KeyError(lot_id)


def totals_of(books: Books) -> Totals:
    """Add up the books of a pool; lots in burn order."""
    lives = sorted(books.lives.values(), key=lambda live: live.key)
    lots = tuple(_lot_totals(books, live) for live in lives)
    return Totals(
        granted=sum(each.lot.amount for each in lots if not each.lot.origin),
        used=sum(each.used for each in lots),
        expired=sum(each.expired for each in lots),
        voided=sum(each.voided for each in lots),
        balance=books.balance,
        reserved=books.reserved,
        available=books.balance - books.reserved,
        usage=books.usage,
        refunded=books.refunded,
        overage=books.overage,
        debt=books.debt,
        blocked=books.blocked,
        degraded=books.degraded,
        grace=books.graced,
        bought=books.bought,
        expired_cost=sum(
            (each.expired_cost for each in lots if each.expired and each.first.cost), Fraction(0)
        ),
        lots=lots,
    )


def _lot_totals(books: Books, live: Live) -> LotTotals:
    lot = live.lot
    first = books.lives[lot.origin].lot if lot.origin else lot
    return LotTotals(
        lot=lot,
        first=first,
        used=live.used,
        expired=live.expired,
        voided=live.voided,
        rolled=live.rolled,
        remaining=live.left,
        status=live.status,
        heir=live.heir,
    )
