"""The credits of a plan: [[grant]], [[topup]] and [overage]."""

from __future__ import annotations

from datetime import tzinfo
from decimal import Decimal
from typing import NamedTuple

from convledger.plans.lengths import length_of
from convledger.plans.parse_charges import markup_of
from convledger.plans.parse_where import where_of
from convledger.plans.plan_table import PlanTable
from convledger.plans.schema import NEVER, PERIOD_END, Grant, Length, Overage, Topup

GRANT_KEYS = (
    *("id", "amount", "per", "every", "expires", "rollover_min", "rollover_max", "priority"),
    *("pool", "scope", "kind", "cost_basis", "seats", "pooled"),
    *("effective", "effective_from", "effective_to"),
)
TOPUP_KEYS = (
    *("id", "credits", "price", "trigger", "threshold", "max_per_period", "expires"),
    *("priority", "pool"),
)
OVERAGE_KEYS = ("policy", "price", "grace", "model", "markup")
POLICIES = ("charge", "block", "carry", "topup", "degrade")
AFTER = "after"
MOST_SEATS = 1_000_000
PRIORITIES = 1_000_000
_ZERO = Decimal(0)


class Rollover(NamedTuple):
    """How much may be rolled over: an amount, a share of the grant, or no bound (None)."""

    most: Decimal | None = _ZERO
    share: Decimal | None = None


def grant_of(table: PlanTable, zone: tzinfo) -> Grant:
    """Return the grant that a table describes."""
    expires, lasts = _expiry(table)
    rollover = _rollover(table)
    if "effective" in table and "effective_from" in table:
        table.complain("effective", "says the same as effective_from; keep one of the two")
    if "effective" in table:
        effective_from = table.instant("effective", zone)
    else:
        effective_from = table.instant("effective_from", zone)
    per = table.word("per", ("period", "seat", "once"), "period")
    every = table.length("every")
    if every is not None and not every.months and not every.elapsed:
        table.complain("every", "must be more than 0")
    if per == "once" and every is not None:
        table.complain("every", 'does not go with per = "once"')
    for key in ("seats", "pooled"):
        if key in table and per != "seat":
            table.complain(key, f'belongs to per = "seat"; this grant has per = "{per}"')
    return Grant(
        id=table.id_of("id"),
        amount=table.amount("amount", above_zero=True),
        per=per,
        every=every,
        expires=expires,
        lasts=lasts,
        rollover_min=table.amount("rollover_min", _ZERO),
        rollover_max=rollover.most,
        rollover_share=rollover.share,
        priority=table.number("priority", 0, PRIORITIES, 0),
        pool=table.id_of("pool", ""),
        scope=where_of(table, "scope"),
        kind=table.word("kind", ("included", "purchased", "promo"), "included"),
        cost_basis=table.amount("cost_basis", _ZERO),
        seats=table.number("seats", 1, MOST_SEATS) if "seats" in table else None,
        pooled=table.yes("pooled", True),
        effective_from=effective_from,
        effective_to=table.instant("effective_to", zone),
    )


def topup_of(table: PlanTable) -> Topup:
    """Return the pack of credits that a table describes."""
    expires, lasts = _expiry(table)
    limit = table.number("max_per_period", 1, 10_000) if "max_per_period" in table else None
    trigger = table.word("trigger", ("manual", "auto"), "manual")
    if "threshold" in table and trigger != "auto":
        table.complain("threshold", 'belongs to trigger = "auto"; this pack is bought by hand')
    if trigger == "auto" and "threshold" not in table:
        table.complain("threshold", "is missing: the balance below which a pack is bought")
    return Topup(
        id=table.id_of("id"),
        credits=table.amount("credits", above_zero=True),
        price=table.amount("price"),
        trigger=trigger,
        threshold=table.amount("threshold", _ZERO),
        max_per_period=limit,
        expires=expires,
        lasts=lasts,
        priority=table.number("priority", 0, PRIORITIES, 100),
        pool=table.id_of("pool", ""),
    )


def overage_of(table: PlanTable) -> Overage:
    """Return what happens when credits are gone."""
    policy = table.word("policy", POLICIES)
    model = table.word("model", ("per_unit", "pass_through"), "per_unit")
    if policy != "charge":
        for key in ("price", "model", "markup"):
            if key in table:
                table.complain(key, f'belongs to policy = "charge"; here it is "{policy}"')
    elif model == "per_unit":
        if "price" not in table:
            table.complain("price", "is missing: what a credit costs beyond those there are")
        if "markup" in table:
            table.complain("markup", 'belongs to model = "pass_through"')
    elif "price" in table:
        table.complain("price", 'does not go with model = "pass_through"')
    return Overage(
        policy=policy,
        price=table.amount("price") if "price" in table else None,
        grace=table.amount("grace", _ZERO),
        model=model,
        markup=markup_of(table),
    )


def _expiry(table: PlanTable) -> tuple[str, Length | None]:
    """Return how a lot of credits ends, and how long it lasts where it is given a time."""
    value = table.value("expires")
    if value is None or value in (PERIOD_END, NEVER):
        return value or PERIOD_END, None
    complaint = f'can be "{PERIOD_END}", "{NEVER}" or a length of time like "P12M"'
    if isinstance(value, str):
        try:
            lasts = length_of(value)
            if lasts.months or lasts.elapsed:
                return AFTER, lasts
            complaint = "must be more than 0"
        except ValueError:
            pass
    table.complain("expires", complaint)
    return PERIOD_END, None


def _rollover(table: PlanTable) -> Rollover:
    """Return the most that is rolled over: "0", "50", "10%" or "all"."""
    value = table.value("rollover_max")
    if value is None:
        return Rollover()
    if value == "all":
        return Rollover(most=None)
    if isinstance(value, str) and value.endswith("%"):
        share = value.removesuffix("%").strip()
        if share.isdecimal() and share.isascii() and int(share[:9]) <= 100:
            return Rollover(most=None, share=Decimal(share) / 100)
        table.complain("rollover_max", "can be 0% to 100%")
        return Rollover()
    if isinstance(value, str) and value.isalpha():
        table.complain("rollover_max", 'can be "0", an amount, a share like "10%" or "all"')
        return Rollover()
    return Rollover(most=table.amount("rollover_max", _ZERO))
