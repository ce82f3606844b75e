"""Turns what was counted, and what people did by hand, into facts for the credit engine."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from convledger.money import PICO
from convledger.plans.contract import Contract
from convledger.plans.counted import BillableUnit
from convledger.plans.facts import COMMIT, REFUND, RELEASE, RESERVE, USAGE, Fact
from convledger.plans.lots import ANYTHING
from convledger.plans.metering import Metered, fits_unit
from convledger.plans.rating import CREDITS, RatedUnit, UnitRater
from convledger.plans.schema import Grant, Unit
from convledger.plans.where import Matcher

HOLD, FREED, TAKEN = ":held", ":freed", ":taken"
OVERFLOWN = ":over"


class Scopes:
    """Which grants with a scope a unit qualifies for, remembered by thread and model."""

    def __init__(self, contract: Contract) -> None:
        grants: dict[str, Grant] = {}
        for plan in contract.plans:
            for grant in plan.grants:
                if not grant.scope.is_everything:
                    grants[grant.id] = grant
        self._matchers = [(grant_id, Matcher(grant.scope)) for grant_id, grant in grants.items()]
        self._known: dict[tuple[str, str, str], frozenset[str]] = {}

    def of(self, unit: BillableUnit) -> frozenset[str]:
        """Return the ids of the grants that may pay for a unit besides those without a scope."""
        if not self._matchers:
            return ANYTHING
        key = (unit.thread.id, unit.model, unit.name)
        found = self._known.get(key)
        if found is None:
            found = self._known[key] = frozenset(
                grant_id for grant_id, matcher in self._matchers if fits_unit(matcher, unit)
            )
        return found


def usage_facts(rated: Iterable[RatedUnit], metered: Metered, scopes: Scopes) -> Iterator[Fact]:
    """Yield what the units burn: usage, refunds for reversals, and what overflows a limit.

    A unit that a limit refused burns nothing. Instants are those of the units, UTC microseconds.
    """
    overflown = set()
    for each in rated:
        unit = each.unit
        beyond = metered.beyond.get(unit.id)
        if beyond is not None and beyond.is_refused:
            continue
        if beyond is not None and beyond.pays_by_itself and unit.id not in overflown:
            overflown.add(unit.id)
            scale = 1 if each.rule.measure == "rated_usd" else PICO
            yield Fact(
                f"{unit.id}{OVERFLOWN}",
                unit.opened_at,
                USAGE,
                beyond.amount * scale,
                pool=beyond.limit.overflow,
                scopes=scopes.of(unit),
                cause=unit.id,
            )
        if each.pays != CREDITS or not each.amount:
            continue
        if unit.quantity < 0:
            yield Fact(unit.id, each.at, REFUND, abs(each.amount), of=unit.reverses, pool=each.pool)
            continue
        if each.rule.reserve_at:
            yield from _reserved(each, scopes.of(unit))
            continue
        yield Fact(unit.id, each.at, USAGE, each.amount, pool=each.pool, scopes=scopes.of(unit))


def _reserved(each: RatedUnit, scopes: frozenset[str]) -> Iterator[Fact]:
    """Yield a reservation and its commit; what is refunded later is the commit."""
    unit = each.unit
    held = f"{unit.id}{HOLD}"
    yield Fact(
        held, unit.opened_at, RESERVE, each.amount, pool=each.pool, scopes=scopes, cause=unit.id
    )
    yield Fact(unit.id, each.at, COMMIT, each.amount, of=held, pool=each.pool, cause=unit.id)


def open_reservations(
    units: Iterable[BillableUnit],
    rater: UnitRater,
    rule_of: dict[str, Unit],
    scopes: Scopes,
    now: int,
) -> Iterator[Fact]:
    """Yield the reservations of units that are not charged yet, and their release where it is due.

    What is set aside goes back when the unit is over, or as long after it opened as the plan says.
    """
    for unit in units:
        if unit.quantity < 1:
            continue
        ends = [unit.ends_at] if unit.ended and unit.ends_at is not None else []
        if rule_of[unit.unit].release_after:
            ends.append(unit.opened_at + rule_of[unit.unit].release_after)
        released = min(ends, default=unit.ends_at)
        for pool, amount in rater.burn_of(unit):
            held = f"{unit.id}{HOLD}"
            yield Fact(
                held, unit.opened_at, RESERVE, amount, pool=pool, scopes=scopes.of(unit),
                cause=unit.id,
            )  # fmt: skip
            if released is not None and released <= now:
                yield Fact(
                    f"{unit.id}{FREED}", released, RELEASE, of=held, pool=pool, cause=unit.id
                )
