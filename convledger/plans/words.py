"""A plan in plain words: its terms line by line, short enough for a panel."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from convledger.money import usd_display
from convledger.plans.currencies import SIGNS, minor_places
from convledger.plans.lengths import elapsed_words, length_words
from convledger.plans.schema import (
    NEVER,
    PERIOD_END,
    AlertRule,
    Charge,
    Commit,
    Fee,
    Grant,
    Length,
    Limit,
    Overage,
    Period,
    Plan,
    Split,
    Tier,
    Topup,
    Unit,
    Vendor,
)

WIDEST = 60
_CALENDAR = {"month": "month", "year": "year", "week": "week", "day": "day"}
_BOUNDARIES = {
    "calendar_day": "calendar day",
    "explicit": "until closed",
    "thread": "whole conversation",
    "topic": "until the topic changes",
}
_MEASURES = {
    "tokens": "tokens",
    "tokens.total": "tokens",
    "rated_usd": "cost at list price",
    "audio_seconds": "seconds of audio",
    "context_tokens": "context tokens",
}
_PAYS = {
    "block": "blocked when credits are gone",
    "carry": "owed to the next grant",
    "topup": "a pack is bought",
    "degrade": "goes on at a lesser quality",
}
_BEYOND = {"block": "blocked", "degrade": "lesser quality", "summarise": "summarised"}
_EXPIRY_ORDER = {PERIOD_END: 0, "after": 1, NEVER: 2}


def terms(plan: Plan) -> list[tuple[str, str]]:
    """Return what a plan says as (name, words) pairs, no words longer than 60 characters."""
    return [(name, _short(words)) for name, words in _terms(plan)]


def _terms(plan: Plan) -> Iterator[tuple[str, str]]:
    span = _CALENDAR.get(plan.period.kind, "period")
    money = plan.currency
    yield "period", f"{period_words(plan.period)} · {plan.zone_name}"
    yield from (("fee", fee_words(fee, money, span)) for fee in plan.fees)
    is_one = len(plan.units) == 1
    for unit in plan.units:
        yield "unit", rule_words(unit) if is_one else f"{unit.id}: {rule_words(unit)}"
    yield from (("charge", charge_words(charge, money)) for charge in plan.charges)
    for grant in plan.grants:
        yield ("included" if grant.kind == "included" else grant.kind), grant_words(grant, span)
    yield from (("top-up", topup_words(topup, money)) for topup in plan.topups)
    if plan.overage:
        yield "overage", overage_words(plan.overage, money)
    order = burn_order(plan)
    if len(order) > 1:
        yield "order", ", ".join(order)
    yield from (("limit", limit_words(limit, plan)) for limit in plan.limits)
    if plan.commit:
        yield "commit", commit_words(plan.commit, money, span)
    yield from (("alerts", alert_words(rule, money)) for rule in plan.alerts)
    if plan.vendor:
        yield "seller", vendor_words(plan.vendor, money)
    for each in plan.alternatives:
        yield "instead", f"{rule_words(each.unit)}, {charge_words(each.charge, money)}"
    if plan.checked:
        yield "checked", plan.checked


def rule_words(unit: Unit) -> str:
    """Return how a unit is counted: "window, 30 min idle", "outcome, settles after 24 h"."""
    split = f", split every {split_words(unit.split)}" if unit.split else ""
    if unit.count == "window":
        bounds = {
            "inactivity": f"{elapsed_words(unit.timeout)} idle",
            "fixed": f"{elapsed_words(unit.duration)} fixed",
        }
        return f"window, {bounds.get(unit.boundary) or _BOUNDARIES[unit.boundary]}{split}"
    if unit.count == "event":
        return f"event, {unit.event.replace('_', ' ')}{split}"
    if unit.count == "outcome":
        return f"outcome, settles after {elapsed_words(unit.settle_after)}"
    if unit.count == "unique":
        return f"unique {unit.key}s"
    if unit.measure == "rated_usd" and unit.count == "sum":
        return "pass-through"
    return f"{'sum of' if unit.count == 'sum' else 'most'} {_measure_words(unit.measure)}"


def cuts(unit: Unit) -> bool:
    """Return whether a unit is a stretch of a conversation, or a whole one."""
    return unit.count in ("window", "outcome")


def counted_words(unit: Unit, quantity: int) -> str:
    """Return so much of what a unit counts: "4 model calls", "1,234 tokens", "$16.19 at list".

    `quantity` is a number, for a measure of dollars picodollars.
    """
    most = "at most " if unit.count == "max" else ""
    if unit.count in ("sum", "max"):
        if unit.measure == "rated_usd":
            return f"{most}{usd_display(quantity)} at list"
        return f"{most}{quantity:,} {_measure_words(unit.measure)}"
    name = {"unique": unit.key, "event": unit.event.replace("_", " ")}.get(unit.count, "unit")
    return f"{quantity:,} {name}{'' if quantity == 1 else 's'}"


def amount_words(amount: Decimal, currency: str) -> str:
    """Return money for people, exact: "$1,250.00", "€0.0475", "CHF 12.00", "¥500"."""
    text = number_words(abs(amount), minor_places(currency))
    sign = "-" if amount < 0 else ""
    return f"{sign}{SIGNS[currency]}{text}" if currency in SIGNS else f"{sign}{currency} {text}"


def number_words(number: Decimal, least_places: int = 0) -> str:
    """Return a number with commas, at least so many places and no more than it has."""
    whole, _, places = f"{number:,f}".partition(".")
    places = places.rstrip("0").ljust(least_places, "0")
    return f"{whole}.{places}" if places else whole


def paid_words(amount: Decimal, charge: Charge, currency: str) -> str:
    """Return what a charge takes, in its money or its credits."""
    if charge.pay_with == "money":
        return amount_words(amount, currency)
    return _credits(amount)


def period_words(period: Period) -> str:
    """Return how time is cut: "month", "month from day 4", "every 30 days"."""
    if period.kind == "none":
        return "one period without end"
    if period.kind == "rolling":
        return f"every {period.days} days"
    if period.anchor == "subscription":
        return f"{period.kind} from the subscription"
    return f"{period.kind} from day {period.day}" if period.day > 1 else period.kind


def fee_words(fee: Fee, currency: str, span: str) -> str:
    """Return a fee: "$79.00 a month", "$19.00 a seat a month, 100 seats"."""
    amount = amount_words(fee.amount, currency)
    if fee.per == "once":
        return f"{amount} once"
    if fee.per == "seat":
        seats = f", {fee.seats:,} seats" if fee.seats and fee.seats > 1 else ""
        return f"{amount} a seat a {span}{seats}"
    return f"{amount} a {span}"


def charge_words(charge: Charge, currency: str) -> str:
    """Return a charge: "1 credit a conversation", "$0.99 a resolution", "rate card, 5 lines"."""
    unit = charge.unit.replace("_", " ")
    if charge.model == "pass_through":
        markup = "" if charge.markup == 1 else f" × {number_words(charge.markup)}"
        if charge.pay_with == "money":
            return f"{unit} at cost{markup}"
        return f"{unit} at cost{markup}, {_credits(charge.credits_per_usd)} a $"
    if charge.model == "rate_card":
        per = f" per {number_words(charge.per)}" if charge.per != 1 else ""
        count = len(charge.cards)
        return f"{unit} by rate card, {count} {'line' if count == 1 else 'lines'}{per}"
    if charge.model in ("graduated", "volume"):
        prices = [paid_words(tier.price, charge, currency) for tier in charge.tiers]
        ends = f"{prices[0]} to {prices[-1]}" if len(prices) > 1 else "".join(prices)
        return f"{unit}: {ends}, {charge.model}"
    amount = paid_words(charge.amount, charge, currency)
    if charge.model == "package":
        return f"{amount} for each {number_words(charge.package_size)} {unit}"
    per = f"{number_words(charge.per)} " if charge.per != 1 else ""
    article = "per" if per else "an" if unit[:1].lower() in "aeio" else "a"
    return f"{amount} {article} {per}{unit}"


def tier_words(tier: Tier, charge: Charge, currency: str) -> str:
    """Return a tier: "to 1,000 at $0.20", "beyond at $0.10 and $5.00 once"."""
    reach = f"to {number_words(tier.up_to)}" if tier.up_to is not None else "beyond"
    flat = f" and {paid_words(tier.flat, charge, currency)} once" if tier.flat else ""
    return f"{reach} at {paid_words(tier.price, charge, currency)}{flat}"


def split_words(split: Split) -> str:
    """Return what cuts a unit: "40 user messages", "10,000 tokens", "10 min"."""
    if split.by == "duration":
        return elapsed_words(split.size)
    roles = f"{' or '.join(split.of)} " if split.of else ""
    return f"{split.size:,} {roles}{split.by}"


def grant_words(grant: Grant, span: str) -> str:
    """Return a grant: "400 credits a month", "5 credits a seat a month", "500 credits once"."""
    amount = _credits(grant.amount)
    often = _often(grant.every, span)
    words = {"once": f"{amount} once", "seat": f"{amount} a seat {often}"}
    text = words.get(grant.per, f"{amount} {often}")
    if grant.expires != PERIOD_END:
        text += f", {expiry_words(grant.expires, grant.lasts)}"
    return text + rollover_words(grant)


def rollover_words(grant: Grant) -> str:
    """Return what may be rolled over: ", 10 % rolls over", or nothing where nothing is."""
    if grant.rollover_share is not None:
        return f", {number_words(grant.rollover_share * 100)} % rolls over"
    if grant.rollover_max is None:
        return ", the rest rolls over"
    return f", {number_words(grant.rollover_max)} roll over" if grant.rollover_max else ""


def _often(every: Length | None, span: str) -> str:
    """Return how often: "a month", "every 2 months", "every 7 days"."""
    if every is None:
        return f"a {span}"
    return "a month" if every.months == 1 else f"every {length_words(every)}"


def expiry_words(expires: str, lasts: Length | None) -> str:
    """Return when credits end: "never expire", "for 12 months", "until the period ends"."""
    if lasts is not None:
        return f"for {length_words(lasts)}"
    return "never expire" if expires == NEVER else "until the period ends"


def topup_words(topup: Topup, currency: str) -> str:
    """Return a pack: "100 credits for $10.00, for 12 months"."""
    auto = f", below {number_words(topup.threshold)}" if topup.trigger == "auto" else ""
    price = amount_words(topup.price, currency)
    ends = expiry_words(topup.expires, topup.lasts)
    return f"{_credits(topup.credits)} for {price}{auto}, {ends}"


def overage_words(overage: Overage, currency: str) -> str:
    """Return what happens beyond: "$0.25 a credit", "blocked when credits are gone"."""
    if overage.policy != "charge":
        text = _PAYS[overage.policy]
    elif overage.model == "pass_through":
        text = "at cost" if overage.markup == 1 else f"at cost × {number_words(overage.markup)}"
    else:
        text = f"{amount_words(overage.price or Decimal(0), currency)} a credit"
    return f"{text}, {number_words(overage.grace)} free" if overage.grace else text


def burn_order(plan: Plan) -> list[str]:
    """Return the names of a plan's credits, the ones burnt first at the front."""
    lots = [
        (each.priority, _EXPIRY_ORDER[each.expires], number, each.id if each.pool else each.kind)
        for number, each in enumerate(plan.grants)
    ]
    lots += [
        (each.priority, _EXPIRY_ORDER[each.expires], len(plan.grants) + number, "top-up")
        for number, each in enumerate(plan.topups)
    ]
    return list(dict.fromkeys(name for *_, name in sorted(lots)))


def limit_words(limit: Limit, plan: Plan) -> str:
    """Return a limit: "$35.00 in 5 h, then pool extra", "32,000 a turn, then summarised"."""
    is_money = any(u.id == limit.unit and u.measure == "rated_usd" for u in plan.units)
    # Calls are rated in dollars, whatever the plan is paid in.
    cap = amount_words(limit.cap, "USD") if is_money else number_words(limit.cap)
    spans = {
        "fixed": f"in {elapsed_words(limit.duration)}",
        "rolling": f"in any {elapsed_words(limit.duration)}",
        "calendar": f"a {limit.calendar}",
        "rolling_turns": "a turn",
    }
    beyond = _BEYOND.get(limit.on_exceed) or f"pool {limit.overflow}"
    return f"{limit.id}: {cap} {spans[limit.window]}, then {beyond}"


def commit_words(commit: Commit, currency: str, span: str) -> str:
    """Return a commitment: "at least $60.00 a month"."""
    term = f"in {length_words(commit.term)}" if commit.term else f"a {span}"
    return f"at least {amount_words(commit.minimum_amount, currency)} {term}"


def alert_words(rule: AlertRule, currency: str) -> str:
    """Return an alert: "at 70, 90 and 100 %", "at 100 % of $200.00"."""
    *first, last = (str(at) for at in rule.at)
    percents = f"{', '.join(first)} and {last}" if first else last
    of = {
        "allowance": "",
        "balance": " of the balance",
        "limit": f" of limit {rule.limit}" if rule.limit else " of each limit",
        "spend": " of the commitment",
        "unit_budget": " of a unit's budget",
    }[rule.on]
    if rule.budget is not None:
        of = f" of {amount_words(rule.budget, currency)}"
    return f"at {percents} %{of}"


def vendor_words(vendor: Vendor, currency: str) -> str:
    """Return a seller's view: "$19.00 brought in, 70 % margin"."""
    margin = number_words(vendor.gross_margin * 100)
    return f"{amount_words(vendor.revenue, currency)} brought in, {margin} % margin"


def _measure_words(measure: str) -> str:
    known = _MEASURES.get(measure)
    return known or f"{measure.removeprefix('tokens.').replace('_', ' ')} tokens"


def _credits(amount: Decimal) -> str:
    return f"{number_words(amount)} {'credit' if amount == 1 else 'credits'}"


def _short(text: str) -> str:
    return text if len(text) <= WIDEST else f"{text[: WIDEST - 1].rstrip()}…"
