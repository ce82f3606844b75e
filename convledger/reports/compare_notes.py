"""What else is to be known of a plan that is compared: gifts, refusals, and fees by the day."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction

from convledger.clock import to_datetime
from convledger.money import PICO, usd_display
from convledger.plans.billing import Bill
from convledger.plans.calendar import prorated
from convledger.plans.contract import BilledPeriod
from convledger.plans.counted import BillableUnit
from convledger.plans.excerpt import goes_on, recurs, share_of_lot
from convledger.plans.gaps import Gaps
from convledger.plans.keys import UNNAMED
from convledger.plans.lines import LISTED
from convledger.plans.statement import BLOCKED, DEGRADED
from convledger.plans.words import number_words

_PERIODS = {"year": "year", "month": "month", "week": "week", "day": "day"}


def note_of(
    bill: Bill, gaps: Gaps, expired: int, reversals: int, *, counts_nothing: bool = False
) -> str:
    """Return the note of a plan's row; `expired` are picocredits."""
    once = {grant.id for grant in bill.contract.history.plans[-1].grants if grant.per == "once"}
    given = sum(
        each.used
        for pool in bill.fold.pools
        for each in bill.fold.totals(pool).lots
        if each.lot.family in once
    )
    parts = ["nothing of this usage is counted"] if counts_nothing else []
    parts += _of_a_part(bill)
    if given:
        parts.append(f"{whole_number(given):,} of credits given once")
    parts += _amounts(bill, BLOCKED, "refused")
    parts += _amounts(bill, DEGRADED, "served at less")
    if gaps.owed > 0:
        parts.append(f"{whole_number(gaps.owed):,} owed")
    free = sum(statement.sums.grace for statement in bill.statements)
    if free:
        parts.append(f"{whole_number(free):,} free by grace")
    if gaps.unpriced:
        parts.append(f"{gaps.unpriced:,} {'has' if gaps.unpriced == 1 else 'have'} no price")
    if expired:
        parts.append(f"{whole_number(expired):,} credits expire unused")
    if reversals:
        parts.append(f"{reversals:,} were reversed" if reversals > 1 else "1 was reversed")
    unnamed = {unit.key for unit in _by_user(bill) if unit.key.startswith(UNNAMED)}
    if unnamed:
        parts.append(
            f"{len(unnamed):,} conversations name no user: each counts as one"
            if len(unnamed) > 1
            else "1 conversation names no user: it counts as one"
        )
    return " · ".join(parts)


def _amounts(bill: Bill, kind: str, what: str) -> Iterator[str]:
    """Yield how much was refused or served at less, each in its own measure."""
    sums: dict[str, int] = {}
    for line in (line for statement in bill.statements for line in statement.lines):
        if line.kind == kind:
            sums[line.unit_name] = sums.get(line.unit_name, 0) + line.quantity
    for unit, quantity in sums.items():
        if unit == LISTED:
            yield f"{usd_display(quantity)} of use {what}"
            continue
        count = whole_number(quantity)
        one = unit.removesuffix("s")
        yield f"{count:,} {one if count == 1 else f'{one}s'} {what}"


def _by_user(bill: Bill) -> Iterator[BillableUnit]:
    """Yield what is counted by user."""
    return (rated.unit for rated in bill.rated if rated.rule.key == "user")


def _of_a_part(bill: Bill) -> Iterator[str]:
    """Yield what is in the sum of a period that goes on after what is compared, and what is not."""
    last = bill.periods[-1] if bill.periods else None
    if last is None or not goes_on(bill.contract, last):
        return
    plan = last.plan
    which = "a" if len(bill.periods) == 1 else "the last"
    name = f"{which} {_PERIODS.get(plan.period.kind, 'period')}'s"
    first, end = (
        to_datetime(at).astimezone(last.zone).date() for at in (last.span.since, last.span.until)
    )
    whole = (end - first).days
    days = prorated(Fraction(whole), last.span, last.since, last.until, last.zone)
    parts = []
    if any(fee.per != "once" and fee.prorate == "day" for fee in plan.fees):
        parts.append("fee")
    included = _whole_grants(bill, last)
    if included:
        parts.append(f"{included} credits")
    if parts and days < whole:
        yield f"{name} {' and '.join(parts)} for {days} of {whole} days"
    recurring = _whole_grants(bill, last, recurring=True)
    if recurring:
        yield f"the last {recurring} credits by the day"
    is_promised = plan.commit is not None and plan.commit.true_up == "period"
    if is_promised or any(charge.minimum_units for charge in plan.charges):
        yield f"{name} minimum left out"


def _whole_grants(bill: Bill, last: BilledPeriod, *, recurring: bool = False) -> str:
    """Return the credits that would have been included whole, of which there is a part."""
    grants = {grant.id for grant in last.plan.grants if recurs(grant) == recurring}
    found = Fraction(0)
    for lot in bill.lots.values():
        share = share_of_lot(bill.contract, last, lot)
        if lot.family in grants and not lot.origin and share < 1:
            found += lot.amount / share
    return number_words(Decimal(round(found / 10**6)).scaleb(-6)) if found else ""


def whole_number(pico: int) -> int:
    """Return picounits as whole units."""
    return round(pico / PICO) if abs(pico) < 1 << 52 else pico // PICO
