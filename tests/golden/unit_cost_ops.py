"""Golden ops of unit economics: allocation, budgets, rates, spreads, ladders, context windows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any

from convledger.economics.allocation import allocate
from convledger.economics.caching import cache_savings
from convledger.economics.context_policy import (
    FULL,
    WINDOW,
    ContextPolicy,
    TokenRates,
    Turn,
    replay,
)
from convledger.economics.distribution import histogram, mean, outliers, percentiles
from convledger.economics.escalation import (
    Served,
    blended_cost,
    escalation_multiplier,
    return_on,
)
from convledger.economics.human_time import hourly_rate, human_cost, with_overhead
from convledger.economics.ladder import Step, TurnCost, descend
from convledger.economics.roll_up import unit_cost
from convledger.economics.unit_budget import unit_budget

from .adapter import exact_text
from .money_ops import number, optional

Inputs = Mapping[str, Any]
MILLION = 1_000_000


def allocated(inputs: Inputs) -> dict[str, Any]:
    """Divide a total in minor units."""
    weights = [number(weight) for weight in inputs["weights"]]
    parts = allocate(inputs["total"], weights)
    left = inputs["total"] - sum(parts)
    return {"parts": parts, "unallocated": left} if left else {"parts": parts}


def budgeted(inputs: Inputs) -> dict[str, Any]:
    """Work out what a conversation may cost, and where its alerts lie."""
    found = unit_budget(
        number(inputs["price"]),
        number(inputs["gross_margin"]),
        number(inputs["sessions"]),
        number(inputs.get("other_cogs", 0)),
    )
    alerts = found.alerts(inputs["thresholds"])
    return {
        "per_user": exact_text(found.per_user),
        "per_conversation": exact_text(found.per_unit),
        "alerts": None if alerts is None else [exact_text(each) for each in alerts],
    }


def blended(inputs: Inputs) -> dict[str, Any]:
    """Blend bot and escalated costs, beside an all-human baseline where one is given."""
    bot, escalated = optional(inputs.get("bot_cost")), optional(inputs.get("escalated_cost"))
    cost = blended_cost(number(inputs["automation_rate"]), bot, escalated)
    found = {
        "blended": exact_text(cost),
        "escalation_multiplier": exact_text(escalation_multiplier(escalated, bot)),
    }
    if "human_cost" in inputs and cost is not None:
        many = inputs["conversations"]
        back = return_on(many, number(inputs["human_cost"]), cost * many)
        found |= {
            "baseline": exact_text(back.baseline),
            "actual": exact_text(back.actual),
            "savings": exact_text(back.savings),
            "roi": exact_text(back.roi),
        }
    return found


def rates(inputs: Inputs) -> dict[str, Any]:
    """Name the rates with their different denominators."""
    served = Served(
        inputs["bot_only"],
        inputs["escalated"],
        inputs["human_only"],
        confirmed=inputs["resolved_by_bot"],
    )
    return {
        "automation_rate": exact_text(served.automation_rate),
        "containment_rate": exact_text(served.containment_rate),
        "escalation_rate": exact_text(served.escalation_rate),
        "resolution_rate": exact_text(served.resolution_rate),
    }


def cost_per_conversation(inputs: Inputs) -> dict[str, Any]:
    """Add components up and divide them by the conversations."""
    costs = {name: number(cost) for name, cost in inputs["costs"].items()}
    found = unit_cost(costs, inputs["conversations"])
    return {"total": exact_text(found.total), "per_conversation": exact_text(found.per_unit)}


def ranked(inputs: Inputs) -> dict[str, Any]:
    """Take nearest-rank percentiles and the mean."""
    values = [number(value) for value in inputs["values"]]
    found = percentiles(values, inputs["p"])
    named = {f"p{percent}": exact_of(value) for percent, value in found.items()}
    return {**named, "mean": exact_text(mean(values))}


def exact_of(value: int | Fraction | None) -> str | None:
    """Return a number as exact text."""
    return None if value is None else exact_text(Fraction(value))


def far_from_median(inputs: Inputs) -> dict[str, Any]:
    """Find those that are a multiple of the median."""
    found = outliers(
        [(key, number(cost)) for key, cost in inputs["costs"]], number(inputs["multiple"])
    )
    return {
        "median": exact_of(found.median),
        "threshold": exact_of(found.threshold),
        "outliers": [[key, exact_text(multiple)] for key, multiple in found.found],
    }


def bins(inputs: Inputs) -> dict[str, Any]:
    """Count values by bin."""
    return {"counts": histogram(inputs["values"], inputs["edges"])}


def saved_by_cache(inputs: Inputs) -> dict[str, Any]:
    """Weigh cache reads against writes; prices are for a million tokens."""
    prices = [number(inputs[name]) / MILLION for name in ("input", "read", "write")]
    found = cache_savings(inputs["read_tokens"], inputs["write_tokens"], *prices)
    return {
        "gross": exact_text(found.gross),
        "write_premium": exact_text(found.write_premium),
        "net": exact_text(found.net),
    }


def people(inputs: Inputs) -> dict[str, Any]:
    """Price minutes of somebody who is paid by the month."""
    hourly = hourly_rate(number(inputs["monthly_cost"]), number(inputs["monthly_hours"]))
    if hourly is None:
        return {"hourly": None, "cost": None}
    overhead = number(inputs.get("overhead", 0))
    return {
        "hourly": exact_text(with_overhead(hourly, overhead)),
        "cost": exact_text(human_cost(hourly, number(inputs["minutes"]), overhead)),
    }


def ladder(inputs: Inputs) -> dict[str, Any]:
    """Walk equal turns down a ladder."""
    turn = TurnCost(**{part: number(cost) for part, cost in inputs["turn"].items()})
    found = descend(
        [turn] * inputs["turns"],
        number(inputs["budget"]),
        [Step(step["at"], step["action"]) for step in inputs["steps"]],
        small_model_factor=number(inputs["small_model_factor"]),
    )
    ended = [] if found.ended_at is None else ["end"]
    return {
        "per_turn": [exact_text(cost) for cost in found.per_turn] + ended,
        "served_turns": found.served,
        "spent": exact_text(found.spent),
        "overshoot": exact_text(found.overshoot),
        "undegraded_spent": exact_text(found.undegraded),
    }


def windowed(inputs: Inputs) -> dict[str, Any]:
    """Replay equal turns with all of their history or within a rolling window."""
    price = {name: number(rate) / MILLION for name, rate in inputs["rates"].items()}
    turns = [Turn(inputs["user_tokens"], inputs["assistant_tokens"])] * inputs["turns"]
    cap = inputs.get("window")
    policy = ContextPolicy(FULL) if cap is None else ContextPolicy(WINDOW, cap)
    rate = TokenRates(price["input"], price["output"], price["cache_read"], price["cache_write_5m"])
    found = replay(turns, policy, rate, cached=inputs.get("cached", False))
    return {
        "input_tokens": found.input_tokens,
        "cost": exact_text(found.cost),
        "forgotten_turns_at_end": found.forgotten_turns,
        "forgotten_tokens_at_end": found.forgotten_tokens,
    }


OPS: dict[str, Callable[[Inputs], dict[str, Any]]] = {
    "allocate": allocated,
    "blended": blended,
    "budget": budgeted,
    "cache_savings": saved_by_cache,
    "cost_per_conv": cost_per_conversation,
    "histogram": bins,
    "human_cost": people,
    "ladder": ladder,
    "outliers": far_from_median,
    "percentiles": ranked,
    "rates": rates,
    "window_sim": windowed,
}
