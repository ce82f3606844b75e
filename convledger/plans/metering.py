"""Applies a contract's limits to what was counted: what is served, what overflows, what is not."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from fractions import Fraction

from msgspec import structs

from convledger.money import PICO
from convledger.plans.contract import Contract
from convledger.plans.counted import BillableUnit
from convledger.plans.counts import counted_by
from convledger.plans.events import CALL, Event
from convledger.plans.limits import OVERFLOW, LimitMeter, Verdict, WindowState, offer_to_all
from convledger.plans.rating import CREDITS, IN_DOLLARS, RatedUnit
from convledger.plans.schema import Limit, Plan
from convledger.plans.where import Matcher

REFUSED = "block"


@dataclass(frozen=True, slots=True)
class Beyond:
    """What of a unit lies beyond a limit: `amount` in the limit's own measure (tokens, picodollars,
    units), what becomes of it (block, degrade, summarise, overflow), and the pool that pays.
    """

    unit: BillableUnit
    plan: Plan
    limit: Limit
    within: int
    amount: int

    @property
    def is_in_dollars(self) -> bool:
        """Whether the limit is about an amount of dollars."""
        return any(
            unit.id == self.limit.unit and unit.measure == IN_DOLLARS for unit in self.plan.units
        )

    @property
    def is_refused(self) -> bool:
        """Whether the vendor would not have served it at all."""
        return self.limit.on_exceed == REFUSED and not self.within

    @property
    def overflows(self) -> bool:
        """Whether a pool pays for it."""
        return self.limit.on_exceed == OVERFLOW

    @property
    def pays_by_itself(self) -> bool:
        """Whether the amount itself is taken from the pool: no charge says what it costs."""
        return self.overflows and not any(
            charge.pool == self.limit.overflow and charge.unit == self.limit.unit
            for charge in self.plan.charges
        )

    @property
    def share(self) -> Fraction:
        """How much of the use lies beyond."""
        return Fraction(self.amount, self.amount + self.within)


@dataclass(slots=True)
class Metered:
    """What the limits did, by the id of the unit; and how each stands at the end."""

    beyond: dict[str, Beyond] = field(default_factory=dict)
    meters: dict[str, LimitMeter] = field(default_factory=dict)

    def states(self, at: int) -> list[WindowState]:
        """Return how each limit of the version in force stands at an instant."""
        return [meter.state(at) for meter in self.meters.values()]


class Gauge:
    """Measures counted units against the limits in force when each was used."""

    def __init__(self, contract: Contract) -> None:
        self._contract = contract
        self._plan: Plan | None = None
        self._by_unit: dict[str, list[Limit]] = {}
        self._matchers: dict[str, Matcher] = {}
        self._known: dict[tuple[str, str, str], bool] = {}
        self._dollars: frozenset[str] = frozenset()

    def measure(self, units: Iterable[BillableUnit], now: int) -> Metered:
        """Return what lies beyond the limits of the units up to `now`, the earliest offered first.

        A reversal gives nothing back: the window was used when it was used.
        """
        found = Metered()
        limited = {limit.unit for plan in self._contract.plans for limit in plan.limits}
        if limited:
            offered = [
                unit
                for unit in units
                if unit.unit in limited and unit.quantity > 0 and unit.opened_at <= now
            ]
            offered.sort(key=lambda unit: (unit.opened_at, unit.id))
            for unit in offered:
                self._offer(unit, found)
            self._follow(now, found)
        return found

    def _offer(self, unit: BillableUnit, found: Metered) -> None:
        at = unit.opened_at
        self._follow(at, found)
        plan = self._plan
        limits = [limit for limit in self._by_unit.get(unit.unit, ()) if self._fits(limit, unit)]
        if plan is None or not limits:
            return
        verdict = offer_to_all([found.meters[limit.id] for limit in limits], at, unit.quantity)
        if verdict.beyond:
            limit = next(limit for limit in limits if limit.id == verdict.limit_id)
            found.beyond[unit.id] = _beyond(unit, plan, limit, verdict)

    def _follow(self, at: int, found: Metered) -> None:
        """Take the limits of the version in force; a limit that stays keeps what it has counted."""
        plan = self._contract.plan_at(at)
        if plan is self._plan:
            return
        self._plan, self._known = plan, {}
        self._by_unit, self._matchers = {}, {}
        meters = {}
        if plan is not None:
            self._dollars = frozenset(
                unit.id for unit in counted_by(plan) if unit.measure == IN_DOLLARS
            )
            for limit in plan.limits:
                before = found.meters.get(limit.id)
                meters[limit.id] = LimitMeter(
                    limit,
                    self._contract.zone_of(plan.zone_name),
                    self._contract.anchor,
                    scale=PICO if limit.unit in self._dollars else 1,
                    state=before.snapshot() if before is not None else None,
                )
                self._by_unit.setdefault(limit.unit, []).append(limit)
                self._matchers[limit.id] = Matcher(limit.where)
        found.meters = meters

    def _fits(self, limit: Limit, unit: BillableUnit) -> bool:
        matcher = self._matchers[limit.id]
        if matcher.is_everything:
            return True
        key = (limit.id, unit.thread.id, unit.model)
        known = self._known.get(key)
        if known is None:
            known = self._known[key] = fits_unit(matcher, unit)
        return known


def fits_unit(matcher: Matcher, unit: BillableUnit) -> bool:
    """Return whether a counted unit is among what a rule is about, by its thread and model."""
    return matcher.fits(Event("", unit.opened_at, CALL, unit.thread, 0, unit.model, unit.name))


def _beyond(unit: BillableUnit, plan: Plan, limit: Limit, verdict: Verdict) -> Beyond:
    return Beyond(unit, plan, limit, verdict.within, verdict.beyond)


def only_beyond(rated: Iterable[RatedUnit], metered: Metered) -> Iterator[RatedUnit]:
    """Yield units with what they cost, where a charge is for what overflows a limit alone.

    That is a charge in credits of the pool which a limit overflows into: of a call within the
    limits it takes nothing, of one across a limit the share that lies beyond.
    """
    shares = {
        _happening(unit_id): (beyond.limit.overflow, beyond.share)
        for unit_id, beyond in metered.beyond.items()
        if beyond.overflows
    }
    pools: dict[str, frozenset[str]] = {}
    for each in rated:
        named = pools.get(each.plan.digest)
        if named is None:
            limits = each.plan.limits
            named = frozenset(limit.overflow for limit in limits if limit.overflow)
            pools[each.plan.digest] = named
        if each.pays != CREDITS or each.pool not in named:
            yield each
            continue
        pool, share = shares.get(_happening(each.unit.id), ("", Fraction(0)))
        if pool != each.pool:
            yield structs.replace(each, amount=0)
        elif each.amount is not None:
            yield structs.replace(each, amount=round(each.amount * share))
        else:
            yield each


def in_doubt(served: Iterable[RatedUnit], metered: Metered) -> list[RatedUnit]:
    """Return what estimated or unknown tokens are a part of, or have brought beyond a limit."""
    told = list(served)
    doubtful = [each for each in told if each.unit.is_estimated or each.unit.uncounted]
    guessed = {each.unit.unit for each in doubtful if each.unit.is_estimated}
    beyond = {unit_id for unit_id, each in metered.beyond.items() if each.limit.unit in guessed} - {
        each.unit.id for each in doubtful
    }
    if beyond:
        doubtful += [
            structs.replace(each, unit=structs.replace(each.unit, is_estimated=True))
            for each in told
            if each.unit.id in beyond
        ]
    return doubtful


def _happening(unit_id: str) -> str:
    """Return what unit ids of one call have in common: the thread and the event."""
    return unit_id.split("/", 1)[-1]
