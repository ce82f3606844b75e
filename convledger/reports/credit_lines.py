"""The credit ledger as people read it: what came, what went, day by day or entry by entry."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import tzinfo
from functools import reduce
from operator import or_

from convledger.clock import to_datetime
from convledger.plans import entries as entry
from convledger.plans.billing import Bill
from convledger.plans.certainty import SURE, Doubt
from convledger.plans.doubts import Doubts
from convledger.plans.entries import Entry
from convledger.plans.lots import Lot
from convledger.reports.burning import lot_name

USAGE, LATE = "usage", "late message"
UNPAID = ("refused", "served at less")  # use that no credits were there for
# What conversations are behind: a day of each is a line.
KINDS = {
    USAGE: frozenset((entry.USE, entry.OVERAGE, entry.DEBT, entry.GRACE, entry.REPAY)),
    UNPAID[0]: frozenset((entry.BLOCKED,)),
    UNPAID[1]: frozenset((entry.DEGRADED,)),
}
_SUMMED = {kind: what for what, kinds in KINDS.items() for kind in kinds}
_BY_HAND = "by hand "
_BOOKED = frozenset((entry.GRANT, entry.VOID))
# What only changes how much is available, or balances itself.
_SILENT = frozenset((entry.RESERVE, entry.RELEASE))


@dataclass(frozen=True, slots=True)
class CreditLine:
    """One line of the credit ledger: `amount` and `balance` in picocredits, signed.

    `since` and `until` are the first and last instant (UTC microseconds) of what a line sums up,
    `count` how many entries that is. `lots` are the names of the lots that it moved, `what` says
    what it is; `cause` the fact or billable unit behind a single entry. `beyond` is what no lot
    paid, or was refused. `number` is that of a booking by hand, by which it can be taken back; 0
    for others.
    """

    what: str
    since: int
    until: int
    amount: int
    balance: int
    lots: tuple[str, ...]
    count: int = 1
    cause: str = ""
    expires_at: int | None = None
    money: int = 0
    beyond: int = 0
    number: int = 0
    amount_doubt: Doubt = SURE
    balance_doubt: Doubt = SURE


def credit_lines(bill: Bill, pool: str, zone: tzinfo, *, each: bool = False) -> list[CreditLine]:
    """Return the ledger of a pool, newest first.

    Unless `each`, the usage of a day is one line, and so is what was refused on it.
    """
    lines: list[CreditLine] = []
    doubts = Doubts(bill)
    day: dict[str, list[Entry]] = {}
    last: Entry | None = None

    def end_day() -> None:
        # Usage first: what was refused leaves the balance as the day left it.
        for what in sorted(day, key=lambda what: what != USAGE):
            lines.append(_summed(what, day[what], bill.lots, zone, doubts))
            if what != USAGE and lines[1:]:
                lines[-1] = replace(lines[-1], balance=lines[-2].balance)
        day.clear()

    for one in bill.fold.entries(pool):
        if one.kind in _SILENT:
            continue
        what = _SUMMED.get(one.kind, "")
        if not what or each or (last is not None and _day(last, zone) != _day(one, zone)):
            end_day()
        if what:
            day.setdefault(what, []).append(one)
        else:
            lines.append(_line(one, bill.lots, zone, doubts))
        last = one
    end_day()
    return lines[::-1]


def _day(one: Entry, zone: tzinfo) -> object:
    return to_datetime(one.at).astimezone(zone).date()


def _summed(
    what: str, told: Sequence[Entry], lots: dict[str, Lot], zone: tzinfo, doubts: Doubts
) -> CreditLine:
    moved = [one for one in told if one.lot]
    return CreditLine(
        what=what,
        since=told[0].at,
        until=told[-1].at,
        amount=sum(one.amount for one in moved),
        balance=told[-1].balance,
        lots=tuple(dict.fromkeys(_names(moved, lots, zone))),
        count=len({one.cause for one in told}),
        cause=told[0].cause if len(told) == 1 else "",
        beyond=sum(one.amount for one in told if not one.lot),
        amount_doubt=reduce(or_, map(doubts.of_entry, told)),
        balance_doubt=doubts.left(told[-1].pool, told[-1].at),
    )


def _line(one: Entry, lots: dict[str, Lot], zone: tzinfo, doubts: Doubts) -> CreditLine:
    lot = lots.get(one.lot)
    names = tuple(_names([one], lots, zone))
    is_grant = one.kind == entry.GRANT and lot is not None
    what = {
        entry.GRANT: lot.kind if lot is not None else "grant",
        entry.ROLL_IN: "rolled over",
        entry.ROLL_OUT: "rolled over",
        entry.EXPIRE: "expired",
        entry.VOID: "taken back",
        entry.REFUND: "given back",
    }.get(one.kind, one.kind)
    is_booking = one.kind in _BOOKED and one.cause.startswith(_BY_HAND)
    by_hand = one.cause.removeprefix(_BY_HAND) if is_booking else ""
    return CreditLine(
        what=what,
        since=one.at,
        until=one.at,
        amount=one.amount if one.lot else 0,
        balance=one.balance,
        lots=names,
        cause=one.cause,
        expires_at=lot.expires_at if is_grant and lot is not None else None,
        money=lot.cost if is_grant and lot is not None else 0,
        beyond=0 if one.lot else one.amount,
        number=int(by_hand) if by_hand.isdigit() else 0,
        amount_doubt=doubts.of_entry(one),
        balance_doubt=doubts.left(one.pool, one.at),
    )


def _names(told: Iterable[Entry], lots: dict[str, Lot], zone: tzinfo) -> Iterator[str]:
    for one in told:
        lot = lots.get(one.lot)
        if lot is not None:
            yield lot_name(lot, zone)
