"""What each counted unit costs under the version of the plan that was in force for it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from msgspec import Struct

from convledger.money import PICO
from convledger.plans.charges import EventPrice
from convledger.plans.counted import BillableUnit
from convledger.plans.events import NOTHING, Thread
from convledger.plans.schema import Charge, Plan, Unit

CREDITS, MONEY, NOTHING_DUE = "credits", "money", ""
# Models of a charge whose price hangs on a whole period's quantity.
BY_PERIOD = frozenset(("package", "graduated", "volume"))
# Measures that are amounts of money already: picodollars.
IN_DOLLARS = "rated_usd"


_Terms = tuple[Unit, list[tuple[Charge, EventPrice]]]


class RatedUnit(Struct, frozen=True, gc=False):
    """A counted unit with its price: picocredits or picounits of money.

    `amount` is None where no price fits (a call without a price, a rate card without a line), and
    0 with `pays` "money" where only the period's sum has a price. `at` is when it takes effect: for
    a unit that is only charged once answered, the answer.
    """

    unit: BillableUnit
    plan: Plan
    rule: Unit
    pays: str
    pool: str
    at: int
    amount: int | None

    @property
    def quantity(self) -> int:
        """How much was counted, in picounits: units, tokens, dollars."""
        if self.rule.measure == IN_DOLLARS:
            return self.unit.quantity
        return self.unit.quantity * PICO


class UnitRater:
    """Prices units one by one, remembering each rate."""

    def __init__(self, plan_at: Callable[[int], Plan | None]) -> None:
        self._plan_at = plan_at
        self._terms: dict[tuple[str, str], _Terms | None] = {}
        self._told: dict[int, tuple[Thread, Mapping[str, str]]] = {}

    def rate(self, units: Iterable[BillableUnit]) -> Iterator[RatedUnit]:
        """Yield each unit once for each charge on it; one that nothing charges with no price.

        A unit goes by the version in force when it opened, and what reverses it by the same; one
        that is charged only once it is answered or over is left out until then, and for good if
        that never happens.
        """
        told = list(units)
        reversed_ids = {unit.reverses for unit in told if unit.reverses}
        opened = {unit.id: unit.opened_at for unit in told if unit.id in reversed_ids}
        for unit in told:
            plan = self._plan_at(opened.get(unit.reverses, unit.opened_at))
            if plan is None:
                continue
            terms = self._terms_of(plan, unit.unit)
            if terms is None:
                continue
            rule, charges = terms
            at = committed_at(rule, unit)
            if at is None:
                continue
            if not charges:
                yield RatedUnit(unit, plan, rule, NOTHING_DUE, "", at, 0)
            for charge, price in charges:
                pays = CREDITS if charge.pay_with == CREDITS else MONEY
                amount: int | None = 0
                if pays == CREDITS or charge.model not in BY_PERIOD:
                    amount = self._amount(rule, unit, charge, price)
                yield RatedUnit(unit, plan, rule, pays, charge.pool, at, amount)

    def burn_of(self, unit: BillableUnit) -> Iterator[tuple[str, int]]:
        """Yield the pool and the picocredits that a unit would burn if it were charged as it is."""
        plan = self._plan_at(unit.opened_at)
        terms = None if plan is None else self._terms_of(plan, unit.unit)
        if terms is not None:
            rule, charges = terms
            for charge, price in charges:
                if charge.pay_with == CREDITS:
                    yield charge.pool, self._amount(rule, unit, charge, price) or 0

    def _amount(
        self, rule: Unit, unit: BillableUnit, charge: Charge, price: EventPrice
    ) -> int | None:
        attributes = self._attributes(unit) if charge.cards else NOTHING
        amount = price(unit.quantity, unit.model, attributes)
        if amount is None or rule.measure != IN_DOLLARS or charge.model == "pass_through":
            return amount
        return _nearest(amount, PICO)  # a price for each dollar, and dollars are picodollars

    def _terms_of(self, plan: Plan, unit_id: str) -> _Terms | None:
        key = (plan.digest, unit_id)
        try:
            return self._terms[key]
        except KeyError:
            rule = next((unit for unit in plan.units if unit.id == unit_id), None)
            charges = [(each, EventPrice(each)) for each in plan.charges if each.unit == unit_id]
            found = self._terms[key] = None if rule is None else (rule, charges)
            return found

    def _attributes(self, unit: BillableUnit) -> Mapping[str, str]:
        """Return what a rate card can ask about a unit."""
        thread = unit.thread
        known = self._told.get(id(thread))
        if known is None:
            told = {
                **thread.attributes,
                "channel": thread.channel,
                "kind": thread.kind,
                "client": thread.client,
                "user": thread.user,
                "outcome": thread.outcome,
            }
            # The thread is kept, so that its number stays its own.
            known = self._told[id(thread)] = (thread, told)
        if not unit.name and not unit.attributes:
            return known[1]
        return {**known[1], **unit.attributes, "name": unit.name}


def committed_at(rule: Unit, unit: BillableUnit) -> int | None:
    """Return when a unit is charged if nothing more happens, None where it is not.

    That may lie in the future: a unit that is charged when it is over ends by itself.
    """
    if rule.count != "window" or unit.quantity < 0:
        return unit.billed_at
    if rule.commit_at == "first_assistant_reply":
        return unit.replied_at
    if rule.commit_at in ("close", "settle"):
        return unit.ends_at
    return unit.billed_at


def _nearest(amount: int, parts: int) -> int:
    whole, rest = divmod(amount, parts)
    return whole + (2 * rest > parts or (2 * rest == parts and whole % 2 == 1))
