"""From what a plan grants to dated lots: one each period, each recurrence, or once.

Instants are UTC microseconds, credits picocredits, costs picounits of the plan's currency.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import tzinfo
from decimal import Context, Decimal

from convledger.clock import LATEST, iso_text
from convledger.money import pico_from_usd
from convledger.plans.calendar import PeriodSpan, later, period_at, periods
from convledger.plans.lots import ANYTHING, TOPUP, Lot, Rollover
from convledger.plans.schema import NEVER, PERIOD_END, Grant, Length, Plan, Topup

Seats = int | Callable[[int], int] | None
Spans = Sequence[tuple[int, int, Plan]]
_ROOMY = Context(prec=80)


@dataclass(frozen=True, slots=True)
class _Version:
    """A plan while it is in force, from the subscription on."""

    plan: Plan
    since: int
    until: int
    opens: bool  # nothing was in force just before: its first period may be part of one


def lots_of(
    spans: Spans, zone: tzinfo, subscribed_at: int, seats: Seats = None, until: int | None = None
) -> list[Lot]:
    """Return the lots that plan versions in force grant before `until`, in time order.

    Each comes from the version in force when its period begins, whole even where the first period
    was under way; what is granted once is granted by the first version that has its id. `seats`
    overrides the plan's number, by instant if it is a function.
    """
    end = LATEST if until is None else until
    lots: dict[str, Lot] = {}
    for version in _versions(spans, subscribed_at, end):
        for grant in version.plan.grants:
            for lot in _lots(version, grant, zone, subscribed_at, seats):
                lots.setdefault(lot.id, lot)
    return sorted(lots.values(), key=lambda lot: (lot.effective_at, lot.burn_key))


def recurrences(anchor: int, every: Length, zone: tzinfo) -> Iterator[int]:
    """Yield an instant and those that follow it by `every`, for ever: the 31st, 28th, 31st."""
    count = 0
    while True:
        step = Length(elapsed=every.elapsed * count, months=every.months * count)
        yield later(anchor, step, zone)
        count += 1


def lot_of_topup(
    topup: Topup, at: int, plan: Plan, zone: tzinfo, subscribed_at: int, lot_id: str = ""
) -> Lot:
    """Return the lot of a top-up bought by hand at an instant."""
    return Lot(
        id=lot_id or f"{topup.id}:{iso_text(at)}",
        amount=pico_from_usd(topup.credits),
        effective_at=at,
        expires_at=expiry_of(topup, at, plan, zone, subscribed_at),
        priority=topup.priority,
        kind=TOPUP,
        pool=topup.pool,
        family=topup.id,
        cost=pico_from_usd(topup.price),
    )


def expiry_of(
    given: Grant | Topup, at: int, plan: Plan, zone: tzinfo, subscribed_at: int
) -> int | None:
    """Return when credits given at an instant end, None where they never do.

    The end of the period is that of the plan's own periods, however often the grant recurs.
    """
    if given.lasts is not None:
        return later(at, given.lasts, zone)
    if given.expires == NEVER or plan.period.kind == "none":
        return None
    return period_at(plan.period, zone, subscribed_at, max(at, subscribed_at)).until


def _versions(spans: Spans, subscribed_at: int, end: int) -> Iterator[_Version]:
    """Yield versions cut to the subscription and the end asked for."""
    before: int | None = None
    for start, stop, plan in sorted(spans, key=lambda span: span[0]):
        since, until = max(start, subscribed_at), min(stop, end)
        if since < until:
            yield _Version(plan, since, until, opens=before != since)
            before = until


def _periods(version: _Version, zone: tzinfo, subscribed_at: int) -> Iterator[PeriodSpan]:
    """Yield the periods that begin under a version, the first cut to where the plan begins."""
    period = version.plan.period
    for span in periods(period, zone, subscribed_at, version.since, version.until):
        if span.since >= version.since:
            yield span
        elif version.opens and span.until > version.since:
            yield PeriodSpan(version.since, span.until, span.name)


def _lots(
    version: _Version, grant: Grant, zone: tzinfo, subscribed_at: int, seats: Seats
) -> Iterator[Lot]:
    for at, name in _instants(version, grant, zone, subscribed_at):
        count = _seats(grant, version.plan, seats, at)
        if count > 0:
            ends = expiry_of(grant, at, version.plan, zone, subscribed_at)
            yield _lot(grant, name, at, ends, count)


def _instants(
    version: _Version, grant: Grant, zone: tzinfo, subscribed_at: int
) -> Iterator[tuple[int, str]]:
    """Yield when a version gives a grant, each with the name of its lot."""
    since = version.since if grant.effective_from is None else grant.effective_from
    until = version.until if grant.effective_to is None else grant.effective_to
    first, end = max(version.since, since), min(version.until, until)
    if grant.per == "once":
        if first < end:
            yield first, grant.id
    elif grant.every is not None and (grant.every.months or grant.every.elapsed):
        anchor = _anchor(version.plan, zone, subscribed_at)
        for at in _recurring(anchor, grant.every, zone, first, end, version.opens):
            yield at, f"{grant.id}:{iso_text(at)}"
    else:
        for span in _periods(version, zone, subscribed_at):
            at = max(span.since, since)
            if at < min(span.until, end):
                yield at, f"{grant.id}:{span.name}"


def _recurring(
    anchor: int, every: Length, zone: tzinfo, first: int, end: int, opens: bool
) -> Iterator[int]:
    """Yield the recurrences from `first` to `end`; one under way at the opening begins there."""
    if first >= end:
        return
    under_way = False
    for at in recurrences(anchor, every, zone):
        if at >= first and under_way and at > first:
            yield first
        under_way = opens and at < first
        if at >= end:
            return
        if at >= first:
            yield at


def _anchor(plan: Plan, zone: tzinfo, subscribed_at: int) -> int:
    """Return what recurrences are counted from: the subscription or the calendar's period."""
    if plan.period.anchor == "subscription":
        return subscribed_at
    return period_at(plan.period, zone, subscribed_at, subscribed_at).since


def _seats(grant: Grant, plan: Plan, seats: Seats, at: int) -> int:
    if grant.per != "seat":
        return 1
    if callable(seats):
        return seats(at)
    own = plan.seats if grant.seats is None else grant.seats
    return own if seats is None else seats


def _lot(grant: Grant, name: str, at: int, ends: int | None, count: int) -> Lot:
    credits_in_all = _ROOMY.multiply(grant.amount, Decimal(count))
    rule = _rollover(grant, credits_in_all, count)
    return Lot(
        id=name,
        amount=pico_from_usd(credits_in_all),
        effective_at=at,
        # What may be rolled over is ended by the reset, which looks at what is left.
        expires_at=None if rule is not None and grant.expires == PERIOD_END else ends,
        priority=grant.priority,
        created_at=at,
        kind=grant.kind,
        pool=grant.pool,
        family=grant.id,
        scopes=ANYTHING if grant.scope.is_everything else frozenset((grant.id,)),
        cost=pico_from_usd(_ROOMY.multiply(grant.cost_basis, credits_in_all)),
        rollover=rule,
    )


def _rollover(grant: Grant, credits_in_all: Decimal, count: int) -> Rollover | None:
    """Return how lots of a grant are rolled over, None where nothing can be left of them."""
    least = _ROOMY.multiply(grant.rollover_min, Decimal(count))
    most = grant.rollover_max
    if grant.rollover_share is not None:
        most = _ROOMY.multiply(grant.rollover_share, credits_in_all)
    elif most is not None:
        most = _ROOMY.multiply(most, Decimal(count))
    if most is None:
        return Rollover(pico_from_usd(least))
    return Rollover(pico_from_usd(least), pico_from_usd(most)) if most or least else None
