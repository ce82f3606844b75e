"""The other blocks of a plan: period, fees, limits, commitment, alerts, the seller's view."""

from __future__ import annotations

from decimal import Decimal
from itertools import pairwise

from convledger.plans.parse_where import where_of
from convledger.plans.plan_table import PlanTable
from convledger.plans.schema import (
    AlertRule,
    Commit,
    Fee,
    LadderStep,
    Limit,
    Period,
    Vendor,
)
from convledger.toml_tables import shown

PERIOD_KEYS = ("kind", "anchor", "day", "days")
FEE_KEYS = ("id", "amount", "per", "seats", "prorate")
LIMIT_KEYS = (
    *("id", "unit", "cap", "window", "duration", "calendar", "anchor", "align", "where"),
    "on_exceed",
)
COMMIT_KEYS = ("minimum_amount", "true_up", "term")
ALERT_KEYS = ("on", "at", "rearm", "budget", "limit")
VENDOR_KEYS = (
    *("revenue", "gross_margin", "other_cogs", "expected_units", "budget_unit"),
    "ladder",
)
MOST_SEATS = 1_000_000
MOST_DAYS = 3660
MOST_PERCENT = 1000
EXCEEDS = ("block", "degrade", "summarise", "overflow")
_OVERFLOW = "overflow:"
_ZERO = Decimal(0)


def period_of(table: PlanTable) -> Period:
    """Return how the plan cuts time; calendar months where it does not say."""
    kinds = ("month", "year", "week", "day", "rolling", "none")
    period = Period(
        kind=table.word("kind", kinds, "month"),
        anchor=table.word("anchor", ("calendar", "subscription"), "calendar"),
        day=table.number("day", 1, 31, 1),
        days=table.number("days", 1, MOST_DAYS) if "days" in table else 0,
    )
    if "days" in table and period.kind != "rolling":
        table.complain("days", f'belongs to kind = "rolling"; here it is "{period.kind}"')
    if period.kind == "rolling" and "days" not in table:
        table.complain("days", "is missing: how many days a rolling period has")
    if "day" in table and (period.kind, period.anchor) != ("month", "calendar"):
        table.complain("day", 'belongs to kind = "month" with anchor = "calendar"')
    if "anchor" in table and period.kind == "none":
        table.complain("anchor", 'does not go with kind = "none": all time is one period')
    return period


def fee_of(table: PlanTable) -> Fee:
    """Return the fee that a table describes."""
    per = table.word("per", ("period", "seat", "once"), "period")
    if "seats" in table and per != "seat":
        table.complain("seats", f'belongs to per = "seat"; this fee is per = "{per}"')
    return Fee(
        id=table.id_of("id"),
        amount=table.amount("amount"),
        per=per,
        seats=table.number("seats", 1, MOST_SEATS) if "seats" in table else None,
        prorate=table.word("prorate", ("day", "none"), "none"),
    )


def limit_of(table: PlanTable) -> Limit:
    """Return the limit that a table describes."""
    window = table.word("window", ("fixed", "rolling", "calendar", "rolling_turns"), "fixed")
    for key, windows in (
        ("duration", ("fixed", "rolling")),
        ("calendar", ("calendar",)),
        ("anchor", ("fixed",)),
        ("align", ("fixed",)),
    ):
        if key in table and window not in windows:
            names = " or ".join(f'"{each}"' for each in windows)
            table.complain(key, f'belongs to window = {names}; this limit has "{window}"')
    on_exceed, overflow = _on_exceed(table)
    return Limit(
        id=table.id_of("id"),
        unit=table.id_of("unit"),
        cap=table.amount("cap", above_zero=True),
        window=window,
        duration=table.elapsed("duration"),
        calendar=table.word("calendar", ("day", "week", "month", "year"), ""),
        anchor=table.word("anchor", ("first_event", "clock", "subscription"), "first_event"),
        align=table.word("align", ("none", "hour", "day"), "none"),
        where=where_of(table, "where"),
        on_exceed=on_exceed,
        overflow=overflow,
    )


def _on_exceed(table: PlanTable) -> tuple[str, str]:
    """Return what happens beyond a limit, and the pool that pays where one does."""
    value = table.value("on_exceed")
    if value == "overflow":
        table.complain("on_exceed", 'needs the pool that pays, like "overflow:extra"')
        return "block", ""
    if isinstance(value, str) and value.startswith(_OVERFLOW):
        pool = value.removeprefix(_OVERFLOW).strip()
        if pool and len(pool) <= 64 and pool.isprintable():
            return "overflow", pool
        table.complain("on_exceed", f'has no pool in {shown(value)}; write "overflow:extra"')
        return "block", ""
    return table.word("on_exceed", EXCEEDS, "block"), ""


def commit_of(table: PlanTable) -> Commit:
    """Return the money that is due at least."""
    true_up = table.word("true_up", ("period", "term"), "period")
    term = table.length("term")
    if "term" in table and true_up != "term":
        table.complain("term", 'belongs to true_up = "term"')
    if true_up == "term" and "term" not in table:
        table.complain("term", 'is missing: how long the term is, like "P12M"')
    if term is not None and not term.months and not term.elapsed:
        table.complain("term", "must be more than 0")
    return Commit(
        minimum_amount=table.amount("minimum_amount", above_zero=True), true_up=true_up, term=term
    )


def alert_of(table: PlanTable) -> AlertRule:
    """Return when to speak up."""
    on = table.word("on", ("spend", "allowance", "balance", "limit", "unit_budget"))
    if "budget" in table and on not in ("spend", "unit_budget"):
        owners = 'on = "spend" and on = "unit_budget"'
        table.complain("budget", f'belongs to {owners}; this alert is on = "{on}"')
    if "limit" in table and on != "limit":
        table.complain("limit", f'belongs to on = "limit"; this alert is on = "{on}"')
    return AlertRule(
        on=on,
        at=_percents(table, "at"),
        rearm=table.word("rearm", ("period", "grant", "unit"), "period"),
        budget=table.amount("budget", above_zero=True) if "budget" in table else None,
        limit=table.id_of("limit", ""),
    )


def _percents(table: PlanTable, key: str) -> tuple[int, ...]:
    """Return rising percents, those of an alert where none are named."""
    value = table.value(key)
    if value is None:
        return AlertRule(on="spend").at
    values = value if isinstance(value, list) else [value]
    for each in values:
        if isinstance(each, bool) or not isinstance(each, int) or not 1 <= each <= MOST_PERCENT:
            complaint = f"must be whole percents from 1 to {MOST_PERCENT}, like [70, 90, 100]"
            table.complain(key, complaint)
            return AlertRule(on="spend").at
    if not values:
        table.complain(key, "is empty; write percents, like [70, 90, 100]")
    falling = next((b for a, b in pairwise(values) if b <= a), None)
    if falling is not None:
        table.complain(key, f"must rise from each to the next, but {falling} does not")
    return tuple(values)


def vendor_of(table: PlanTable) -> Vendor:
    """Return the seller's view of the plan."""
    return Vendor(
        revenue=table.amount("revenue"),
        gross_margin=_share(table, "gross_margin"),
        other_cogs=table.amount("other_cogs", _ZERO),
        expected_units=(
            table.amount("expected_units", above_zero=True) if "expected_units" in table else None
        ),
        budget_unit=table.id_of("budget_unit", "conversation"),
        ladder=tuple(_step(row) for row in table.rows("ladder")),
    )


def _share(table: PlanTable, key: str) -> Decimal:
    """Return a part of the whole, written as "0.70" or "70%"."""
    value = table.value(key)
    if isinstance(value, str) and value.endswith("%"):
        digits = value.removesuffix("%").strip()
        if digits.isascii() and digits.isdecimal() and len(digits) <= 3 and int(digits) <= 100:
            return Decimal(digits) / 100
        table.complain(key, "must be from 0% to 100%")
        return _ZERO
    share = table.amount(key)
    if share > 1:
        table.complain(key, 'must be a part of the whole, like "0.70" or "70%"')
    return share


def _step(table: PlanTable) -> LadderStep:
    table.only(("at", "action", "to"))
    step = LadderStep(
        at=table.number("at", 1, MOST_PERCENT),
        action=table.id_of("action"),
        to=table.name_of("to", ""),
    )
    if step.action == "downgrade" and "to" not in table:
        table.complain("to", "is missing: the model to go down to")
    return step
