"""What each version of a plan does when credits are gone, and when its counters start anew."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import tzinfo

from convledger.clock import iso_text
from convledger.money import pico_from_usd
from convledger.plans.calendar import periods
from convledger.plans.facts import (
    BUY,
    CHARGE,
    EVERY_POOL,
    RESET,
    AutoTopup,
    Fact,
    Policy,
)
from convledger.plans.schedule import Spans, expiry_of
from convledger.plans.schema import Plan, Topup


def policies_of(
    spans: Spans, zone: tzinfo, subscribed_at: int, pool: str = ""
) -> list[tuple[int, Policy]]:
    """Return the policy for a pool of each version in force, with when it begins."""
    return [(since, policy_of(plan, zone, subscribed_at, pool)) for since, _, plan in spans]


def policy_of(plan: Plan, zone: tzinfo, subscribed_at: int, pool: str = "") -> Policy:
    """Return what a plan does when the credits of a pool are gone.

    Its automatic top-up watches the balance; under the policy "topup" any may be bought.
    """
    overage = plan.overage
    when_empty = CHARGE if overage is None else overage.policy
    own = [topup for topup in plan.topups if topup.pool == pool]
    chosen = [topup for topup in own if topup.trigger == "auto"]
    if not chosen and when_empty == BUY:
        chosen = own
    return Policy(
        when_empty=when_empty,
        grace=0 if overage is None else pico_from_usd(overage.grace),
        topup=_automatic(chosen[0], plan, zone, subscribed_at) if chosen else None,
    )


def _automatic(topup: Topup, plan: Plan, zone: tzinfo, subscribed_at: int) -> AutoTopup:
    return AutoTopup(
        id=topup.id,
        credits=pico_from_usd(topup.credits),
        price=pico_from_usd(topup.price),
        threshold=pico_from_usd(topup.threshold) if topup.trigger == "auto" else None,
        max_per_period=topup.max_per_period,
        priority=topup.priority,
        expires=lambda at: expiry_of(topup, at, plan, zone, subscribed_at),
    )


def resets_of(
    spans: Sequence[tuple[int, int, Plan]], zone: tzinfo, subscribed_at: int
) -> list[Fact]:
    """Return a reset of every pool for each period that begins while a version is in force."""
    found = {
        span.since
        for since, until, plan in spans
        for span in periods(plan.period, zone, subscribed_at, since, until)
        if since <= span.since < until
    }
    return [Fact(f"reset {iso_text(at)}", at, RESET, pool=EVERY_POOL) for at in sorted(found)]
