"""What `credits` says, as JSON: exact decimals, each figure under its label."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from convledger.clock import iso_text
from convledger.money import usd_text

if TYPE_CHECKING:
    from convledger.plans.billing import Bill
    from convledger.reports.plan_credits import CreditView, PoolView
    from convledger.store.subscriptions import Subscription


def credits_document(one: Subscription, bill: Bill, view: CreditView) -> dict[str, Any]:
    """Return how the credits stand as JSON says it; exact decimals, each figure by its label."""
    current, settled = view.current, view.settled
    currency = currency_of(view, bill)
    return {
        "schema": 1,
        "plan": one.plan,
        "for": {name: list(values) for name, values in one.scope.items()},
        "as_of": iso_text(bill.now),
        "timezone": names_of(bill)[1],
        "currency": currency,
        "period": None if current is None else current.name,
        "period_ends_at": None if current is None else iso_text(current.until),
        "due": {
            "settled": None if settled is None else usd_text(settled.due),
            "settled_period": None if settled is None else settled.name,
            "live": None if current is None else usd_text(current.due),
            "projected": None if view.projected is None else usd_text(view.projected),
        },
        "pools": [_pool_document(each, currency) for each in view.pools],
        "limits": [
            {
                "limit": each.name,
                "used": usd_text(each.used) if each.is_money else str(each.used),
                "cap": usd_text(each.cap) if each.is_money else str(each.cap),
                "resets_at": _at(each.resets_at),
            }
            for each in view.limits
        ],
    }


def _pool_document(pool: PoolView, currency: str) -> dict[str, Any]:
    return {
        "pool": pool.pool,
        "settled": {"left": _text(pool.settled_left)},
        "live": {
            "balance": usd_text(pool.balance),
            "reserved": usd_text(pool.reserved),
            "available": usd_text(pool.available),
            "granted_this_period": usd_text(pool.granted),
            "used_this_period": usd_text(pool.used),
            "over_this_period": usd_text(pool.over),
            "owed": usd_text(pool.owed),
            "refused_this_period": usd_text(pool.blocked),
            "lots": list(lot_documents(pool)),
        },
        "projected": ahead_document(pool, currency),
    }


def lot_documents(pool: PoolView) -> Iterator[dict[str, Any]]:
    """Yield the lots with something left in the order in which they are burnt."""
    for lot in pool.lots:
        yield {
            "pool": pool.pool,
            "lot": lot.name,
            "amount": usd_text(lot.amount),
            "left": usd_text(lot.left),
            "expires_at": _at(lot.expires_at),
            "rolls_over": lot.is_rolled_over,
            "number": lot.number or None,
        }


def ahead_document(pool: PoolView, currency: str) -> dict[str, Any]:
    """Return what is foreseen of a pool as JSON says it."""
    ahead = pool.outlook
    reset = ahead.reset
    return {
        "burn_per_day_28_days": _rate(ahead.burn_per_day),
        "burn_per_day_7_days": _rate(ahead.week_burn),
        "days_observed": len(ahead.daily),
        "confidence": ahead.confidence or None,
        "runs_out_at": _at(ahead.runway.depletes_at),
        "runs_out_earliest": _at(ahead.shortest.depletes_at),
        "runs_out_latest": _at(ahead.longest.depletes_at),
        "runs_out_without_expiry": _at(ahead.without_expiry.depletes_at),
        "next_grant_at": _at(ahead.reset_at),
        "next_grant": usd_text(ahead.next_grant),
        "survives_to_reset": None if reset is None else not ahead.shortfall,
        "left_at_reset": _text(pool.left_at_reset),
        "short": usd_text(round(ahead.shortfall)),
        "short_costs": _text(ahead.shortfall_money),
        "currency": currency,
        "expire_unused": [
            {"lot": each.lot, "at": iso_text(each.at), "amount": usd_text(each.amount)}
            for each in pool.wasted
        ],
    }


def _rate(rate: Fraction | None) -> str | None:
    return None if rate is None else usd_text(round(rate))


def _text(pico: int | None) -> str | None:
    return None if pico is None else usd_text(pico)


def _at(instant: int | None) -> str | None:
    return None if instant is None else iso_text(instant)


def names_of(bill: Bill) -> tuple[str, str]:
    """Return the name of the plan in force, or that was, and its zone's."""
    plan = bill.contract.plan_at(bill.now) or bill.contract.history.plans[-1]
    return plan.name, plan.zone_name


def currency_of(view: CreditView, bill: Bill) -> str:
    """Return the plan's currency."""
    known = view.current or view.settled
    return known.currency if known is not None else bill.contract.history.plans[-1].currency
