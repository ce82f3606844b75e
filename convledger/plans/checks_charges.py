"""Contradictions of charges: units that are not there, prices twice, tiers that do not rise."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal

from convledger.plans.period_money import missing_price
from convledger.plans.reading import Path, PlanMistake, meant
from convledger.plans.schema import Charge, Plan, Unit
from convledger.toml_tables import shown

Problem = Callable[[Path, str, str], PlanMistake]
_DOLLARS = "rated_usd"
_BY_PERIOD = frozenset(("package", "graduated", "volume"))  # a unit alone has no price


def charge_contradictions(plan: Plan, problem: Problem) -> Iterator[PlanMistake]:
    """Yield what is wrong with the charges of a plan and of its alternatives."""
    units = {unit.id: unit for unit in plan.units}
    priced: dict[tuple[str, str, str], int] = {}
    for number, charge in enumerate(plan.charges):
        path: Path = ("charge", str(number))
        if charge.unit and charge.unit not in units and "" not in units:
            complaint = f"{shown(charge.unit)} is no unit of this plan"
            yield problem(path, "unit", complaint + meant(charge.unit, sorted(units)))
        yield from _alone(plan, charge, units.get(charge.unit), path, problem)
        first = priced.setdefault((charge.unit, charge.pay_with, charge.pool), number)
        if first != number and charge.unit:
            complaint = f"{shown(charge.unit)} has a charge for the same usage already: "
            complaint += f"[[charge]] number {first + 1}; {_way_out(plan, charge, first)}"
            yield problem(path, "unit", complaint)
    for number, each in enumerate(plan.alternatives):
        path = ("alternative", str(number), "charge")
        yield from _alone(plan, each.charge, each.unit, path, problem)


def _way_out(plan: Plan, charge: Charge, first: int) -> str:
    """Return how one unit costs twice: two prices of its own each, or one list of prices."""
    if charge.model == "rate_card" == plan.charges[first].model:
        return "join the lines of both in one rate_card"
    return "to bill it twice, let a second [[unit]] count the same and charge that one"


def _alone(
    plan: Plan, charge: Charge, unit: Unit | None, path: Path, problem: Problem
) -> Iterator[PlanMistake]:
    """Yield what is wrong with one charge for its unit."""
    if charge.pay_with == "credits":
        if not (plan.grants or plan.topups or plan.overage):
            complaint = 'is "credits", but no [[grant]], [[topup]] or [overage] gives or bills them'
            yield problem(path, "pay_with", complaint)
        yield from _of_a_period(charge, path, problem)
    elif charge.pool:
        yield problem(path, "pool", 'belongs to pay_with = "credits"; this charge is in money')
    if charge.model == "pass_through" and unit is not None and unit.measure != _DOLLARS:
        complaint = f'"pass_through" needs a unit with measure = "{_DOLLARS}"; '
        yield problem(path, "model", f"{complaint}{shown(unit.id)} has no amount of money")
    if charge.model in ("graduated", "volume") and charge.tiers:
        yield from _tiers(charge, path, problem)
    if charge.model == "rate_card":
        yield from _cards(charge, path, problem)
        if charge.minimum_units and charge.cards and missing_price(charge) is None:
            complaint = "has no price for the units that are missing: end the rate_card with a line"
            yield problem(path, "minimum_units", f"{complaint} for everything else, match = {{}}")


def _of_a_period(charge: Charge, path: Path, problem: Problem) -> Iterator[PlanMistake]:
    """Yield what only a whole period could tell of credits, which are burnt one unit at a time."""
    why = "credits are burnt unit by unit"
    if charge.model in _BY_PERIOD:
        ways = 'write "per_unit" or "rate_card", or pay_with = "money"'
        complaint = f'can\'t be "{charge.model}" with pay_with = "credits": {why}; {ways}'
        yield problem(path, "model", complaint)
    if charge.minimum_units:
        way = "a [[fee]] or [commit] says what is due at least"
        yield problem(path, "minimum_units", f'belongs to pay_with = "money": {why}; {way}')
    if charge.cap is not None:
        way = "a [[limit]] says how many there may be"
        yield problem(path, "cap", f'belongs to pay_with = "money": {why}; {way}')


def _tiers(charge: Charge, path: Path, problem: Problem) -> Iterator[PlanMistake]:
    """Yield tiers that do not rise, and a scale without an open end."""
    least = Decimal(0)
    for number, tier in enumerate(charge.tiers):
        at = (*path, "tiers", str(number))
        is_last = number == len(charge.tiers) - 1
        if tier.up_to is None:
            if not is_last:
                yield problem(at, "up_to", "is open, but tiers follow; only the last one may be")
                return
        elif tier.up_to <= least:
            yield problem(at, "up_to", f"must be more than {least:f}, the end of the tier before")
            return
        elif is_last:
            yield problem(at, "up_to", 'of the last tier must be open: up_to = "inf"')
        else:
            least = tier.up_to


def _cards(charge: Charge, path: Path, problem: Problem) -> Iterator[PlanMistake]:
    """Yield lines of a rate card that can never hold, because an earlier one fits all they do."""
    seen: dict[object, int] = {}
    for number, card in enumerate(charge.cards):
        at = (*path, "rate_card", str(number))
        match = frozenset(card.match.items())
        if frozenset() in seen:
            complaint = f"never holds: line {seen[frozenset()] + 1} fits everything"
            yield problem(at, "match", complaint)
            return
        if match in seen:
            yield problem(at, "match", f"never holds: line {seen[match] + 1} says the same")
        seen.setdefault(match, number)
