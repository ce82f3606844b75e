"""What a plan would come to for another amount of the same usage."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import tzinfo
from decimal import Context, Decimal
from fractions import Fraction
from math import ceil

from convledger.money import PICO
from convledger.plans.billing import replay
from convledger.plans.contract import BilledPeriod, Contract
from convledger.plans.counted import BillableUnit
from convledger.plans.counts import Counts
from convledger.plans.events import Thread
from convledger.plans.excerpt import recurs
from convledger.plans.gaps import Gaps, gaps_of
from convledger.plans.lots import INCLUDED
from convledger.plans.period_money import missing_price
from convledger.plans.rating import IN_DOLLARS, RatedUnit
from convledger.plans.schema import Card, Charge, Plan
from convledger.plans.versions import PlanHistory

MOST_UNITS = 400  # a larger number is made of units that count for several
_ROOMY = Context(prec=50)
_SOMEBODY = Thread("any")
Rate = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Usage:
    """What was counted of each of a plan's units, and what a unit of a rate card cost on average.

    Quantities are counts, tokens or picodollars as the unit has it; rates picocredits or picounits
    of money for one, by unit and pool. `unpriced` counts the units that no price fits, by unit.
    """

    quantities: Mapping[str, int]
    rates: Mapping[Rate, Fraction]
    unpriced: Mapping[str, int] = field(default_factory=dict)

    def scaled(self, factor: Fraction) -> Mapping[str, int]:
        """Return so many times as much of everything, in whole units."""
        return {unit: round(count * factor) for unit, count in self.quantities.items()}


@dataclass(frozen=True, slots=True)
class Estimate:
    """What a stretch of time would come to, picounits of money, and what is not in that."""

    total: int
    gaps: Gaps


def usage_of(rated: Iterable[RatedUnit]) -> Usage:
    """Return what some units were in all."""
    quantities: dict[str, int] = {}
    counted: set[str] = set()
    unpriced: dict[str, int] = {}
    amounts: dict[Rate, tuple[int, int]] = {}
    for each in rated:
        unit = each.unit
        if unit.id not in counted:
            counted.add(unit.id)
            quantities[unit.unit] = quantities.get(unit.unit, 0) + unit.quantity
        if each.amount is None:
            unpriced[unit.unit] = unpriced.get(unit.unit, 0) + 1
        else:
            key = (unit.unit, each.pool)
            amount, count = amounts.get(key, (0, 0))
            amounts[key] = amount + each.amount, count + unit.quantity
    rates = {key: Fraction(amount, count) for key, (amount, count) in amounts.items() if count}
    return Usage(quantities, rates, unpriced)


def total_of(
    plan: Plan,
    period: BilledPeriod,
    usage: Usage,
    factor: Fraction,
    zone_of: Callable[[str], tzinfo],
    *,
    seats: int = 0,
) -> int:
    """Return what a stretch of time comes to, picounits of money, with `factor` times the usage."""
    return estimate_of(plan, period, usage, factor, zone_of, seats=seats).total


def estimate_of(
    plan: Plan,
    period: BilledPeriod,
    usage: Usage,
    factor: Fraction,
    zone_of: Callable[[str], tzinfo],
    *,
    seats: int = 0,
) -> Estimate:
    """Return what a stretch of time comes to with `factor` times the usage, and what is missing.

    It begins and ends with `period`, however often the plan bills within it. Rate cards go by the
    average of the usage, which is spread evenly. `seats` of 0 leaves the plan's own number.
    """
    evened = replace(
        plan,
        charges=tuple(_evened(plan, charge, usage) for charge in plan.charges),
        units=tuple(replace(unit, reserve_at="", commit_at="open") for unit in plan.units),
        effective_from=min(plan.effective_from, period.since),
        effective_to=None,
    )
    contract = Contract(
        PlanHistory([evened]),
        zone_of,
        period.since,
        period.until,
        period.since,
        seats=((period.since, seats),) if seats else (),
        is_excerpt=True,
    )
    units = [
        unit
        for unit_id, quantity in usage.scaled(factor).items()
        for unit in _spread(unit_id, quantity, period)
    ]
    bill = replay(contract, Counts(units), period.until)
    gaps = gaps_of(bill.statements)
    # On the evened card everything has the average price.
    unpriced = sum(ceil(count * factor) for count in usage.unpriced.values())
    return Estimate(
        sum(statement.sums.total for statement in bill.statements),
        replace(gaps, unpriced_units=gaps.unpriced_units + unpriced),
    )


def _spread(unit_id: str, quantity: int, period: BilledPeriod) -> Sequence[BillableUnit]:
    if quantity <= 0:
        return ()
    count = min(quantity, MOST_UNITS)
    length = period.until - period.since
    each, rest = divmod(quantity, count)
    return [
        BillableUnit(
            id=f"{unit_id}/{number}",
            unit=unit_id,
            key=_SOMEBODY.id,
            thread=_SOMEBODY,
            opened_at=(at := period.since + length * number // count),
            last_at=at,
            billed_at=at,
            quantity=each + (number < rest),
        )
        for number in range(count)
    ]


def _evened(plan: Plan, charge: Charge, usage: Usage) -> Charge:
    """Return a charge that asks for nothing but the quantity.

    What is missing from a minimum keeps its price on the card: it was never used.
    """
    if charge.model != "rate_card":
        return charge
    rate = usage.rates.get((charge.unit, charge.pool), Fraction(0))
    amount = rate / PICO
    if plan.unit(charge.unit).measure == IN_DOLLARS:
        amount = rate
    exact = _ROOMY.divide(Decimal(amount.numerator), Decimal(amount.denominator))
    missing = missing_price(charge) if charge.minimum_units else None
    if missing is None:
        return replace(charge, model="per_unit", amount=exact, per=Decimal(1), cards=())
    used = Card(match={"model": ("",)}, amount=exact)  # no spread unit has a model
    rest = _ROOMY.divide(Decimal(missing.numerator), Decimal(missing.denominator))
    return replace(charge, per=Decimal(1), cards=(used, Card(match={}, amount=rest)))


def kinks(
    plan: Plan, usage: Usage, seats: int = 1, share: Fraction = Fraction(1)
) -> list[Fraction]:
    """Return the factors of the usage at which a plan's price bends: where credits or tiers end.

    Of what a period includes there is that `share`, where one looks at a part of it.
    """
    found: list[Fraction] = []
    burnt = sum(
        (
            usage.rates.get((charge.unit, charge.pool), Fraction(0))
            * usage.quantities.get(charge.unit, 0)
            for charge in plan.charges
            if charge.pay_with == "credits"
        ),
        Fraction(0),
    )
    if burnt > 0:
        running = Fraction(0)
        for grant in plan.grants:
            is_of_period = grant.kind == INCLUDED and grant.per != "once" and not recurs(grant)
            part = share if is_of_period else 1
            running += Fraction(grant.amount) * PICO * part * (seats if grant.per == "seat" else 1)
            found.append(running / burnt)
    for charge in plan.charges:
        count = usage.quantities.get(charge.unit, 0)
        if charge.pay_with != "money" or count <= 0:
            continue
        scale = PICO if _in_dollars(plan, charge.unit) else 1
        edges = [Fraction(tier.up_to) for tier in charge.tiers if tier.up_to is not None]
        edges.append(Fraction(charge.minimum_units))
        found += [edge * scale / count for edge in edges if edge]
    return sorted(found)


def _in_dollars(plan: Plan, unit_id: str) -> bool:
    return any(unit.id == unit_id and unit.measure == IN_DOLLARS for unit in plan.units)
