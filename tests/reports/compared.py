"""Plans to compare and a busy month to compare them by."""

from __future__ import annotations

from convledger.plans.parse import parse_plan
from convledger.plans.versions import PlanHistory
from convledger.reports.comparing import Candidate, compare_plans
from convledger.reports.history import Scope
from convledger.reports.plan_figures import Comparison
from convledger.zones import zone_of
from tests.reports.shop import (
    Shop,
    at,
    document,
)

FEE = '\n[[fee]]\nid = "base"\namount = "49.00"\n'

LIMIT = (
    '\n[[limit]]\nid = "daily"\nunit = "conversation"\ncap = "1"\nwindow = "rolling"\n'
    'duration = "24h"\non_exceed = "block"\n'
)


def candidate(*parts: str, seats: int = 0, in_force: bool = False, **head: str) -> Candidate:
    """Return a plan to compare."""
    history = PlanHistory([parse_plan(document(*parts, **head), "plan.toml")])
    return Candidate(history, seats, in_force)


def compared(shop: Shop, *candidates: Candidate, now: str = "2026-05-01") -> Comparison:
    """Return March under some plans."""
    since, until = at("2026-03-01"), at("2026-04-01")
    return compare_plans(
        shop.connection, candidates, Scope(), since, until, at(now), zone_of("UTC")[0]
    )


def busy(shop: Shop) -> Shop:
    """Let things happen before, in and after March, and across its ends."""
    for when, name in (
        ("2026-02-20T10:00", "a"), ("2026-02-28T23:50", "across"), ("2026-03-01T00:10", "across"),
        ("2026-03-02T10:00", "b"), ("2026-03-02T10:20", "b"), ("2026-03-02T11:30", "b"),
        ("2026-03-09T10:00", "a"), ("2026-03-31T23:50", "end"), ("2026-04-01T00:10", "end"),
        ("2026-04-05T10:00", "c"),
    ):  # fmt: skip
        shop.talk(when, name)
        shop.spend(when, "0.30", name)
    return shop
