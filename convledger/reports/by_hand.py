"""What a person means: one of a plan's top-ups, a lot, what a conversation took."""

from __future__ import annotations

from convledger.errors import UsageProblem
from convledger.plans import entries as entry
from convledger.plans.billing import Bill
from convledger.plans.facts import ADJUST, REFUND, TOO_MUCH, Fact
from convledger.plans.lots import Lot
from convledger.plans.schema import Plan, Topup


def offer_of(plan: Plan, name: str, *, named_amount: bool) -> Topup | None:
    """Return the top-up that is meant: by its id, else the only one; None for another amount.

    Raises UsageProblem where the plan has none of that name, or several and none is named.
    """
    offered = {topup.id: topup for topup in plan.topups}
    if name:
        if name in offered:
            return offered[name]
        there = f" It offers: {', '.join(offered)}" if offered else " It offers none"
        raise UsageProblem(f"{plan.id} has no top-up {name!r:.60}.{there}")
    if named_amount:
        return None
    if len(offered) == 1:
        return next(iter(offered.values()))
    if not offered:
        raise UsageProblem(
            f"{plan.id} offers no top-up: say --amount, and --price if it cost money"
        )
    raise UsageProblem(f"{plan.id} offers several top-ups, name one: {', '.join(offered)}")


def lot_of(bill: Bill, name: str) -> Lot:
    """Return a lot with something left, by its id, its grant's, or the number of its booking.

    Raises UsageProblem with those that there are.
    """
    left = [
        each.lot
        for pool in bill.fold.pools
        for each in bill.fold.totals(pool).lots
        if each.remaining > 0
    ]
    named = [lot for lot in left if name in (lot.id, lot.id.removeprefix("by hand "))]
    named = named or [lot for lot in left if lot.family == name]
    if len(named) == 1:
        return named[0]
    there = ", ".join(lot.id.removeprefix("by hand ") for lot in named or left)
    if named:
        raise UsageProblem(f"{name!r:.60} are several lots, name one: {there}")
    known = f" Those with credits left are: {there}" if there else " None has any left"
    raise UsageProblem(f"there is no lot {name!r:.60} with credits left.{known}")


def fact_of(bill: Bill, number: int) -> Fact | None:
    """Return what was booked by hand under a number: an adjustment, a void or a refund."""
    return next((fact for fact in bill.by_hand.facts if fact.id == f"by hand {number}"), None)


def missing_of(bill: Bill, number: int) -> int:
    """Return the picocredits that a booking by hand could not take, as they were not there."""
    name = f"by hand {number}"
    found = (each for each in bill.fold.findings if each.id == name and each.what == TOO_MUCH)
    return max((each.amount for each in found), default=0)


def is_taken_by_hand(bill: Bill, number: int) -> bool:
    """Return whether a booking is an adjustment that takes credits away, not a lot taken back."""
    fact = fact_of(bill, number)
    return fact is not None and fact.kind == ADJUST


def refundable(bill: Bill, conversation_id: int) -> list[tuple[str, str]]:
    """Return unit and pool of what a conversation took and was not given back."""
    units = {
        each.unit.id
        for each in bill.rated
        if each.unit.thread.id == str(conversation_id) and each.amount
    }
    taken: dict[tuple[str, str], int] = {}
    for each in bill.fold.entries():
        unit = each.cause
        if unit in units and each.kind in (entry.USE, entry.OVERAGE, entry.DEBT, entry.GRACE):
            key = (unit, each.pool)
            taken[key] = taken.get(key, 0) + abs(each.amount)
    given = {fact.of for fact in bill.by_hand.facts if fact.kind == REFUND}
    return [key for key in taken if key[0] not in given]
