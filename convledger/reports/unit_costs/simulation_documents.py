"""Simulations as JSON and CSV say them: exact decimals, null for what nobody knows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from fractions import Fraction
from typing import Any

from convledger.clock import iso_text
from convledger.economics.scenario_text import scenario_text
from convledger.economics.scenarios import STEPS
from convledger.economics.simulated import (
    Changed,
    ContextEffect,
    EscalationEffect,
    ModelEffect,
    ReplaySum,
    Simulation,
)
from convledger.money import usd_text
from convledger.pricing.arithmetic import half_even
from convledger.reports.unit_costs.document import amount_text

COMPARED = (
    *("scenario", "currency", "conversations", "total", "difference", "difference_percent"),
    *("per_conversation", "touched", "cheapest"),
)
ROW = (
    *("conversation", "title", "opened", "today", "scenario", "difference"),
    *(f"by_{step}" for step in STEPS),
    *("list_today_usd", "list_scenario_usd", "touched", "forgotten_turns", "forgotten_tokens"),
)


def percent(share: Fraction | None) -> str | None:
    """Return a share as percent with two places, None for unknown."""
    if share is None:
        return None
    hundredths = half_even(*(share * 10_000).as_integer_ratio())
    return usd_text(hundredths * 10**10)


def simulation_document(found: Simulation) -> dict[str, Any]:
    """Return a simulation with every conversation that it touches."""
    today, after = found.per_conversation
    return {
        "scenario": found.scenario.name or None,
        "text": scenario_text(found.scenario),
        "currency": found.currency,
        "conversations": found.conversations,
        "touched": len(found.touched),
        "today": amount_text(found.today),
        "after": amount_text(found.after),
        "difference": amount_text(found.difference),
        "difference_percent": percent(found.share),
        "per_conversation_today": amount_text(today),
        "per_conversation_after": amount_text(after),
        "list_today_usd": amount_text(found.list_today),
        "list_after_usd": amount_text(found.list_after),
        "parts": [
            {
                "part": step.step,
                "difference": amount_text(step.difference),
                "conversations": len(step.ids),
                "why": step.why or None,
            }
            for step in found.steps
        ],
        "models": [_model(each) for each in found.models],
        "context": None if found.context is None else _context(found.context),
        "escalation": None if found.escalation is None else _escalation(found.escalation),
        "calls": found.calls,
        "unpriced_calls": found.unpriced_calls,
        "calls_without_tokens": found.uncounted_calls,
        "unknown_conversations": len(found.unknown),
        "estimated": found.is_estimate,
        "notes": list(found.notes),
        "rows": [row_document(each) for each in found.changes if each.touched],
    }


def row_document(each: Changed) -> dict[str, Any]:
    """Return one conversation beside itself."""
    return {
        "conversation": each.name,
        "title": each.title,
        "opened": iso_text(each.opened_at),
        "today": amount_text(each.today),
        "scenario": amount_text(each.after),
        "difference": amount_text(each.difference),
        **{f"by_{step}": amount_text(each.by_step.get(step)) for step in STEPS},
        "list_today_usd": amount_text(each.list_today),
        "list_scenario_usd": amount_text(each.list_after),
        "touched": each.touched,
        "forgotten_turns": each.forgotten_turns,
        "forgotten_tokens": each.forgotten_tokens,
    }


def compared_documents(found: Sequence[Simulation]) -> list[dict[str, Any]]:
    """Return scenarios side by side behind today; the cheapest total that is known is marked."""
    rows: list[dict[str, Any]] = []
    totals = [one.after for one in found]
    if found:
        totals.insert(0, found[0].today)
        rows.append(_compared("today", found[0], today=True))
    rows += [_compared(one.scenario.name, one) for one in found]
    known = [total for total in totals if total is not None]
    for row, total in zip(rows, totals, strict=True):
        row["cheapest"] = total is not None and total == min(known)
    return rows


def _compared(name: str, one: Simulation, *, today: bool = False) -> dict[str, Any]:
    per_today, per_after = one.per_conversation
    return {
        "scenario": name,
        "currency": one.currency,
        "conversations": one.conversations,
        "total": amount_text(one.today if today else one.after),
        "difference": None if today else amount_text(one.difference),
        "difference_percent": None if today else percent(one.share),
        "per_conversation": amount_text(per_today if today else per_after),
        "touched": 0 if today else len(one.touched),
    }


def _model(each: ModelEffect) -> dict[str, Any]:
    return {
        "from": list(each.switch.source),
        "to": each.switch.to,
        "taken_for": each.taken_for or None,
        "guess": each.is_guess,
        "prices_of": iso_text(each.as_of),
        "tokenizer_factor": str(each.switch.factor),
        "cache_read_of_input": None if each.read_share is None else str(each.read_share),
        "cache_write_5m_of_input": None if each.write_share is None else str(each.write_share),
        "cache_write_1h_of_input": (
            None if each.long_write_share is None else str(each.long_write_share)
        ),
        "prices": [asdict(line) for line in each.lines],
        "calls": each.calls,
        "before_usd": amount_text(each.before),
        "after_usd": amount_text(each.after),
        "calls_without_tokens": each.without_tokens,
        "unpriced_calls": each.unpriced_calls,
        "unpriced_after_usd": amount_text(each.unpriced_after),
        "calls_without_search_fee": each.without_fee,
        "left_out_contexts": list(each.dropped_contexts),
        "why": each.why or None,
        "near": list(each.near),
    }


def _context(each: ContextEffect) -> dict[str, Any]:
    policy, first = each.policy, each.first
    return {
        "policy": policy.kind,
        "cap": policy.cap,
        "every": policy.every,
        "summary_tokens": policy.summary_tokens,
        "recorded_usd": amount_text(each.recorded),
        "replayed_as_recorded_usd": amount_text(each.as_recorded),
        "replay_off_by_usd": amount_text(each.off_by),
        "full_without_cache": _sum(each.full_uncached),
        "full_with_cache": _sum(each.full_cached),
        "without_cache": _sum(each.uncached),
        "with_cache": _sum(each.cached),
        "turns": each.turns,
        "forgotten_turns": each.forgotten_turns,
        "forgotten_tokens": each.forgotten_tokens,
        "replayed": len(each.replayed),
        "changed": len(each.changed),
        "shortened_in_fact": each.shrinks,
        "calls_beside": each.asides,
        "not_priced": len(each.unpriced),
        "too_large": [
            {"conversation": one.name, "title": one.title, "turn": one.turn, "tokens": one.tokens}
            for one in each.too_large
        ],
        "first_forgotten": None
        if first is None
        else {
            "conversation": first.name,
            "title": first.title,
            "turn": first.turn,
            "at": iso_text(first.at),
            "text": first.text,
            "missing_from_turn": first.missing_turn,
            "missing_at": iso_text(first.missing_at),
        },
    }


def _sum(one: ReplaySum) -> dict[str, Any]:
    return {
        "cost_usd": amount_text(one.cost),
        "requests": one.requests,
        "input": one.input,
        "cache_read": one.cache_read,
        "cache_write": one.cache_write,
        "output": one.output,
    }


def _escalation(each: EscalationEffect) -> dict[str, Any]:
    return {
        "conversations": each.engaged,
        "rate_today_percent": percent(each.rate_today),
        "rate_after_percent": percent(each.rate_after),
        "bot_cost": amount_text(each.bot_cost),
        "escalated_cost": amount_text(each.escalated_cost),
        "blended_today": amount_text(each.blended_today),
        "blended_after": amount_text(each.blended_after),
        "why": each.why or None,
    }
