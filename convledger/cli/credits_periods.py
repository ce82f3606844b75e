"""Which statements a person means by a plan and a period, whenever the plan was in use."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from convledger.errors import UsageProblem

if TYPE_CHECKING:
    from convledger.ledger import Ledger
    from convledger.plans.billing import Bill
    from convledger.plans.statement import Statement
    from convledger.reports.plan_records import Kept
    from convledger.store.subscriptions import Subscription

CURRENT, LAST, ALL = "current", "last", "all"


@dataclass(frozen=True, slots=True)
class Use:
    """A subscription with what it comes to; a plan that ended can be in use again."""

    subscription: Subscription
    bill: Bill
    kept: tuple[Kept, ...] = ()


@dataclass(frozen=True, slots=True)
class Picked:
    """A statement that is meant, and whose it is."""

    use: Use
    statement: Statement

    @property
    def key(self) -> tuple[int, int]:
        """The subscription's number and the period's beginning."""
        return self.use.subscription.id, self.statement.since


def same_plan(ledger: Ledger, one: Subscription, name: str | None, now: int) -> list[Subscription]:
    """Return the subscription that is meant and the others of its plan, the earliest first.

    A number means that subscription alone; without a name it is those for the same usage.
    """
    if name == str(one.id) and name != one.plan:
        return [one]
    return [
        each
        for each in ledger.plan_book.subscriptions()
        if each.id == one.id
        or (each.plan == one.plan and each.began <= now and (name or each.scope == one.scope))
    ]


def pick(uses: Sequence[Use], first: Use, period: str | None) -> list[Picked]:
    """Return the statements that are meant; `first` is looked at before the others.

    No period named means the open one, else the last. Raises UsageProblem with those that there
    are.
    """
    wanted = period and period.strip().lower()
    in_order = [first, *(use for use in uses if use is not first)]
    if wanted == ALL:
        found = [Picked(use, each) for use in uses for each in use.bill.statements]
    elif wanted in (None, CURRENT, LAST):
        found = _open(in_order) if wanted != LAST else []
        if not found and wanted != CURRENT:
            found = _last(in_order)
    else:
        found = _named(uses, period.strip() if period else "")
    if found:
        return found
    names = [each.name for use in uses for each in use.bill.statements]
    known = ", ".join(dict.fromkeys(names)) or "none"
    plan = first.subscription.plan
    if wanted == CURRENT:
        raise UsageProblem(f"{plan} has no open period now. Periods are: {known}")
    if wanted in (None, LAST, ALL):
        raise UsageProblem(f"{plan} has no such period yet. Periods are: {known}")
    raise UsageProblem(f"there is no such period: {period!r:.40}. Periods are: {known}")


def _open(uses: Sequence[Use]) -> list[Picked]:
    open_ones = [Picked(use, use.bill.current) for use in uses if use.bill.current is not None]
    return open_ones[:1]


def _last(uses: Sequence[Use]) -> list[Picked]:
    """Return the last period that is over, of the first use that has one."""
    for use in uses:
        over = [each for each in use.bill.statements if each.until <= use.bill.now]
        if over:
            return [Picked(use, over[-1])]
    return []


def _named(uses: Sequence[Use], name: str) -> list[Picked]:
    """Return the periods of that name, else the only one whose name begins so."""
    every = [Picked(use, each) for use in uses for each in use.bill.statements]
    found = [each for each in every if each.statement.name == name]
    if found or not name:
        return found
    near = [each for each in every if each.statement.name.startswith(f"{name}-")]
    if len({each.statement.name for each in near}) > 1:
        names = ", ".join(dict.fromkeys(each.statement.name for each in near))
        raise UsageProblem(f"{name!r:.40} are several periods, name one: {names}")
    return near
