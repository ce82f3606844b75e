"""Golden ops of plans' money: charges, break-even, alerts, runway, proration, exchange."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, date
from decimal import Decimal
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

from convledger.clock import SECOND, iso_text
from convledger.economics.break_even import break_even
from convledger.economics.burn import burn_rate
from convledger.economics.exchange import ExchangeRate, converted
from convledger.economics.projection import projected, to_reset
from convledger.economics.ratios import (
    ceil_ratio,
    committed_then_overage,
    floor_ratio,
    mean_ratio,
    per_message,
    pooled_bill,
    ratio,
)
from convledger.economics.runway import CreditLot, runway
from convledger.economics.simple_plans import SimplePlan, Talk, compare_simple
from convledger.plans.alerts import AlertState
from convledger.plans.calendar import PeriodSpan, prorated, start_of_day
from convledger.plans.charges import EventPrice, minor_count, period_charge
from convledger.plans.limits import LimitMeter
from convledger.plans.schema import AlertRule, Card, Charge, Limit, Rounding, Tier
from convledger.plans.splits import pieces

from .adapter import exact_text, instant

Inputs = Mapping[str, Any]
PICO = 10**12
MODELS = {"flat": "per_unit", "unit": "per_unit", "tiered": "graduated", "packages": "package"}
ALL_CREDITS = Decimal(10**30)


def number(value: Any) -> Fraction:
    """Return a decimal string, an integer or n/d exactly."""
    return Fraction(str(value))


def decimal(value: Any) -> Decimal:
    """Return a decimal string or an integer as a Decimal."""
    return Decimal(str(value))


def optional(value: Any) -> Fraction | None:
    """Return a number, or None for null."""
    return None if value is None else number(value)


def pico_text(amount: int | None) -> str | None:
    """Return picounits as exact decimal text."""
    return None if amount is None else exact_text(Fraction(amount, PICO))


def count(value: Fraction) -> int | str | None:
    """Return a whole number as an integer, anything else as text."""
    return int(value) if value.denominator == 1 else exact_text(value)


def zone_in(inputs: Inputs) -> ZoneInfo:
    """Return the zone that a vector names, UTC where it names none."""
    return ZoneInfo(inputs.get("timezone") or inputs.get("tz") or inputs.get("zone") or "UTC")


def moment(text: str, zone: ZoneInfo) -> int:
    """Return a date (its beginning in the zone) or an instant as UTC microseconds."""
    return start_of_day(date.fromisoformat(text), zone) if len(text) == 10 else instant(text)


def tier_of(tier: Inputs) -> Tier:
    """Return one tier of a price; no end is null or "inf"."""
    end = tier.get("up_to")
    return Tier(
        up_to=None if end in (None, "inf", "Infinity") else decimal(end),
        price=decimal(tier.get("price", "0")),
        flat=decimal(tier.get("flat", "0")),
    )


def plan_units(inputs: Inputs) -> dict[str, Any]:
    """Price a quantity under a charge."""
    asked = str(inputs["model"])
    if asked == "committed_then_overage":
        return committed(inputs)
    model = MODELS.get(asked, asked)
    charge = Charge(
        unit="unit",
        model=model,
        amount=decimal(inputs.get("price", "0")),
        per=decimal(inputs.get("per", "1")),
        tiers=tuple(tier_of(tier) for tier in inputs.get("tiers", ())),
        package_size=decimal(inputs.get("package_size", inputs.get("size", "1"))),
        markup=decimal(inputs.get("markup", "1")),
        minimum_units=decimal(inputs.get("minimum_units", "0")),
        cap=decimal(inputs["cap"]) if inputs.get("cap") is not None else None,
        rounding=Rounding(at="statement"),
    )
    priced = period_charge(charge, number(inputs["quantity"]))
    found: dict[str, Any] = {"amount": exact_text(priced.amount)}
    if model in ("graduated", "volume"):
        return found
    if model == "package":
        found["packages"] = str(priced.packages)
    return {"billable": exact_text(priced.billable), **found}


def committed(inputs: Inputs) -> dict[str, Any]:
    """Price a quantity under a commitment."""
    bill = committed_then_overage(
        number(inputs["quantity"]),
        included=number(inputs.get("included", "0")),
        committed=number(inputs.get("committed", "0")),
        committed_price=number(inputs.get("committed_price", "0")),
        overage_price=number(inputs.get("overage_price", "0")),
    )
    return {
        "included_used": exact_text(bill.included_used),
        "committed_amount": exact_text(bill.committed_amount),
        "overage_units": exact_text(bill.over),
        "overage_amount": exact_text(bill.over_amount),
        "amount": exact_text(bill.total),
    }


def break_even_of(inputs: Inputs) -> dict[str, Any]:
    """Find where two prices are equal."""
    names = ("fixed_a", "variable_a", "fixed_b", "variable_b")
    return {"x": exact_text(break_even(*(number(inputs.get(name, "0")) for name in names)).x)}


def of_two(
    function: Callable[[Fraction, Fraction], Fraction | int | None],
) -> Callable[[Inputs], dict[str, Any]]:
    """Return the op of a function of `a` and `b`."""

    def op(inputs: Inputs) -> dict[str, Any]:
        value = function(number(inputs["a"]), number(inputs["b"]))
        return {"value": exact_text(value) if isinstance(value, Fraction) else value}

    return op


def pooled(inputs: Inputs) -> dict[str, Any]:
    """Bill seats that share a pool."""
    bill = pooled_bill(
        int(inputs["seats"]),
        number(inputs["credits_per_seat"]),
        number(inputs["used"]),
        credit_price=number(inputs.get("usd_per_credit", "0")),
        seat_price=number(inputs.get("seat_price", "0")),
    )
    return {
        "included": count(bill.included),
        "overage_credits": count(bill.over),
        "overage_usd": exact_text(bill.over_amount),
        "total_usd": exact_text(bill.total),
    }


def compare_plans(inputs: Inputs) -> dict[str, Any]:
    """Bill the same conversations under simple plans."""
    talks = [
        Talk(optional(talk.get("token_cost")), int(talk["messages"]), bool(talk.get("resolved")))
        for talk in inputs["conversations"]
    ]
    plans = [
        SimplePlan(
            plan["id"],
            plan["kind"],
            number(plan.get("price", plan.get("markup", "1"))),
            int(plan.get("seats", 1)),
        )
        for plan in inputs["plans"]
    ]
    found = compare_simple(plans, talks)
    amounts = {name: exact_text(amount) for name, amount in found.amounts.items()}
    return {"amounts": amounts, "cheapest": found.cheapest}


def message_price(inputs: Inputs) -> dict[str, Any]:
    """Say what a message costs where each conversation costs one credit."""
    price, messages = number(inputs["credit_price"]), inputs["messages"]
    return {
        "per_message": exact_text(per_message(price, len(messages), sum(messages))),
        "mean_of_ratios_WRONG": exact_text(mean_ratio((price, each) for each in messages)),
    }


def alerts(inputs: Inputs) -> dict[str, Any]:
    """Step through uses and say which thresholds speak up."""
    rule = AlertRule(on="spend", at=tuple(inputs["thresholds"]))
    state = AlertState()
    period, epoch = "", 0
    fired = []
    for at, step in enumerate(inputs["steps"]):
        period = step.get("period", period)
        epoch += bool(step.get("rearm"))
        found = state.step(
            rule,
            str(step.get("scope", "")),
            period,
            number(step["used"]),
            number(step["budget"]),
            at,
            epoch=epoch,
            quiet=bool(step.get("rerating") or step.get("quiet")),
        )
        fired.append([alert.threshold for alert in found])
    return {"fired": fired}


def runway_of(inputs: Inputs) -> dict[str, Any]:
    """Walk through grants at the rate so far."""
    as_of = instant(inputs["as_of"])
    lots = [
        CreditLot(
            id=str(grant.get("id", place)),
            left=number(grant["left"]),
            expires_at=instant(grant["expires_at"]) if grant.get("expires_at") else None,
            priority=int(grant.get("priority", 0)),
            created_at=instant(grant["created_at"]) if grant.get("created_at") else 0,
            effective_at=instant(grant["effective_at"]) if grant.get("effective_at") else None,
        )
        for place, grant in enumerate(inputs["grants"])
    ]
    burn = burn_rate(number(inputs["used"]), number(inputs["elapsed_days"]))
    found = runway(as_of, burn, lots)
    answer: dict[str, Any] = {
        "burn_per_day": exact_text(found.burn_per_day),
        "days": exact_text(found.days),
        "depletes_at": None if found.depletes_at is None else iso_text(found.depletes_at),
    }
    if burn and any(lot.expires_at is not None for lot in lots):
        answer["will_expire_unused"] = exact_text(found.will_expire_unused)
    return answer


def reset_outlook(inputs: Inputs) -> dict[str, Any]:
    """Say whether an allowance lasts until its reset."""
    outlook = to_reset(
        number(inputs["left"]),
        optional(inputs["burn_per_day"]),
        number(inputs["days_to_reset"]),
    )
    return {
        "survives_to_reset": None if outlook is None else outlook.survives,
        "shortfall": None if outlook is None else exact_text(outlook.shortfall),
        "forfeited_at_reset": None if outlook is None else exact_text(outlook.forfeited),
    }


def projection(inputs: Inputs) -> dict[str, Any]:
    """Foresee a period's end at the rate so far."""
    names = ("spent", "elapsed_days", "period_days")
    return {"projected": exact_text(projected(*(number(inputs[name]) for name in names)))}


def prorate_days(inputs: Inputs) -> dict[str, Any]:
    """Take the part of an amount that falls on active days."""
    zone = zone_in(inputs)
    since, until = moment(inputs["period_start"], zone), moment(inputs["period_end"], zone)
    period = PeriodSpan(since, until, inputs["period_start"])
    active_from = moment(inputs.get("active_from") or inputs["period_start"], zone)
    end = inputs.get("active_until") or inputs.get("active_to") or inputs["period_end"]
    active_until = moment(end, zone)
    amount = prorated(decimal(inputs["amount"]), period, active_from, active_until, zone)
    return {
        "fraction": exact_text(prorated(Decimal(1), period, active_from, active_until, zone)),
        "amount_unrounded": exact_text(amount),
        "amount_minor": minor_count(amount, inputs.get("currency", "USD")),
    }


def fx(inputs: Inputs) -> dict[str, Any]:
    """Add amounts of several currencies, if the rates are there."""
    day = date.fromisoformat(inputs.get("date", "2026-01-01"))
    into = inputs["to"]
    rates = [
        ExchangeRate(currency, into, decimal(rate), day)
        for currency, rate in inputs["rates"].items()
        if rate is not None
    ]
    amounts = [(decimal(amount), currency) for amount, currency in inputs["amounts"]]
    found = converted(amounts, into, rates, day)
    by_currency = {currency: exact_text(each) for currency, each in found.by_currency.items()}
    return {"by_currency": by_currency, f"total_in_{into}": exact_text(found.total)}


def rolling_sum(inputs: Inputs) -> dict[str, Any]:
    """Say what a rolling window holds at an instant."""
    window = int(inputs["window_s"]) * SECOND
    limit = Limit(id="w", unit="u", cap=ALL_CREDITS, window="rolling", duration=window)
    at = instant(inputs["at"])
    meter = LimitMeter(limit, UTC, 0)
    for then, amount in sorted((instant(event["at"]), event["n"]) for event in inputs["events"]):
        if then <= at:
            meter.offer(then, int(amount))
    return {"used": meter.state(at).used}


def codex_credits(inputs: Inputs) -> dict[str, Any]:
    """Price a call in credits by a card of its own, and say what those credits are worth."""
    charge = Charge(
        unit="tokens",
        pay_with="credits",
        model="rate_card",
        per=Decimal(1_000_000),
        cards=tuple(
            Card(match={"component": (component,)}, amount=decimal(rate))
            for component, rate in inputs["rates"].items()
        ),
    )
    used = dict(inputs["usage"])
    total = used.pop("input_total")
    used["input"] = total - sum(used.get(name, 0) for name in ("cached", "cache_write"))
    price = EventPrice(charge)
    parts = [price(amount, attributes={"component": name}) for name, amount in used.items()]
    credits_used = None if None in parts else sum(part for part in parts if part is not None)
    worth = None
    if credits_used is not None:
        worth = ratio(Fraction(credits_used, PICO), number(inputs["credits_per_usd"]))
    return {"credits": pico_text(credits_used), "usd": exact_text(worth)}


def flex_actions(inputs: Inputs) -> dict[str, Any]:
    """Count actions that are cut by tokens, and price them in credits and in money."""
    size = int(inputs["tokens_per_action"])
    actions = sum(pieces(int(tokens), size) for tokens in inputs["action_tokens"])
    credit = Charge(unit="action", amount=decimal(inputs["credits_per_action"]))
    money = Charge(unit="credit", amount=decimal(inputs["usd_per_100k"]), per=Decimal(100_000))
    credits_used = period_charge(credit, Fraction(actions)).amount
    return {
        "actions": actions,
        "credits": count(credits_used),
        "usd": exact_text(period_charge(money, credits_used).amount),
    }


OPS: dict[str, Callable[[Inputs], dict[str, Any]]] = {
    "alerts": alerts,
    "break_even": break_even_of,
    "ceil_ratio": of_two(ceil_ratio),
    "codex_credits": codex_credits,
    "compare_plans": compare_plans,
    "flex_actions": flex_actions,
    "floor_ratio": of_two(floor_ratio),
    "fx": fx,
    "per_message": message_price,
    "plan_units": plan_units,
    "pooled": pooled,
    "projection": projection,
    "prorate_days": prorate_days,
    "ratio": of_two(ratio),
    "rolling_sum": rolling_sum,
    "runway": runway_of,
    "to_reset": reset_outlook,
}
