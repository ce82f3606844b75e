"""What `credits` says, as JSON: exact decimals, each figure under its label."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from convledger.cli.doubt_words import doubt_document, known_text
from convledger.clock import iso_text
from convledger.money import usd_text

if TYPE_CHECKING:
    from convledger.plans.billing import Bill
    from convledger.reports.plan_credits import CreditView, LimitLine, PoolView
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
            "live": None if current is None else known_text(current.due, view.live_doubt),
            "projected": None if view.projected is None else usd_text(view.projected),
            "doubts": {
                "settled": doubt_document(view.settled_doubt),
                "live": doubt_document(view.live_doubt),
                "projected": doubt_document(view.projected_doubt),
            },
        },
        "pools": [_pool_document(each, currency) for each in view.pools],
        "limits": [
            {
                "limit": each.name,
                "used": _used(each),
                "cap": usd_text(each.cap) if each.is_money else str(each.cap),
                "resets_at": _at(each.resets_at),
                "doubts": doubt_document(each.doubt),
            }
            for each in view.limits
        ],
    }


def _pool_document(pool: PoolView, currency: str) -> dict[str, Any]:
    return {
        "pool": pool.pool,
        "settled": {
            "left": _text(pool.settled_left),
            "doubts": doubt_document(pool.settled_doubt),
        },
        "live": {
            "balance": usd_text(pool.balance),
            "reserved": usd_text(pool.reserved),
            "available": usd_text(pool.available),
            "granted_this_period": usd_text(pool.granted),
            "used_this_period": known_text(pool.used, pool.used_doubt),
            "over_this_period": usd_text(pool.over),
            "owed": usd_text(pool.owed),
            "refused_this_period": usd_text(pool.blocked),
            "doubts": {
                "left": doubt_document(pool.left_doubt),
                "used": doubt_document(pool.used_doubt),
            },
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
            **doubt_document(pool.left_doubt),
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
        "doubts": doubt_document(pool.ahead_doubt),
    }


def _used(limit: LimitLine) -> str | None:
    """Return how much of a limit is used, None where nobody knows any of it."""
    if limit.doubt.uncounted and not limit.used:
        return None
    return usd_text(limit.used) if limit.is_money else str(limit.used)


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
