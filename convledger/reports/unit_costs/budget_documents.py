"""Budgets, positions, alerts and ladders as JSON says them: amounts as exact decimal strings."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from convledger.clock import iso_text
from convledger.economics.budget_position import Crossing, Position
from convledger.economics.budget_terms import BudgetTerms
from convledger.money import PICO
from convledger.reports.unit_costs.document import amount_text, ratio_text

if TYPE_CHECKING:
    from convledger.reports.unit_costs.budget_ladder import Descended, LadderRun
    from convledger.reports.unit_costs.budget_shelf import KeptBudget
    from convledger.reports.unit_costs.budget_standing import BudgetAlert, Placed, Standing

POSITION = (
    "budget", "conversation", "title", "opened_at", "cost", "amount", "currency", "share", "over",
    "thresholds_reached",
)  # fmt: skip
ALERT = (
    "budget", "at", "threshold_percent", "conversation", "title", "customer", "period", "spent",
    "amount", "currency",
)  # fmt: skip
DESCENT = (
    "conversation", "title", "turns", "cost_today", "cost_with_ladder", "saved", "overshoot",
    "ended_before_turn", "turns_touched", "steps",
)  # fmt: skip


def terms_document(terms: BudgetTerms) -> dict[str, Any]:
    """Return what a budget says and comes to."""
    return {
        "budget": terms.name,
        "currency": terms.currency,
        "price": _units(terms.price),
        "gross_margin": ratio_text(terms.gross_margin) if terms.price is not None else None,
        "other_cogs": _units(terms.other_costs) if terms.price is not None else None,
        "expected_conversations": _units(terms.expected),
        "per": terms.per,
        "per_user": _units(terms.per_user),
        "per_conversation": _units(terms.per_unit),
        "under_water": terms.is_under_water,
        "counts": terms.counts,
        "customer": terms.customer,
        "scope": {name: list(values) for name, values in terms.scope.items()},
        "thresholds_percent": list(terms.thresholds),
        "alerts": None if terms.alerts is None else [_units(each) for each in terms.alerts],
        "steps": [{"at": step.at, "action": step.action} for step in terms.steps],
        "small_model": terms.small_model
        if isinstance(terms.small_model, str)
        else ratio_text(terms.small_model),
        "summary_share": ratio_text(terms.summary_share),
        "since": None if terms.since is None else terms.since.isoformat(),
        "until": None if terms.until is None else terms.until.isoformat(),
    }


def kept_document(budget: KeptBudget) -> dict[str, Any]:
    """Return a budget as it is kept; what is wrong with one that can't be read."""
    head = {"budget": budget.name} if budget.terms is None else terms_document(budget.terms)
    return {
        **head,
        "problem": budget.problem or None,
        "made_at": iso_text(budget.made_at),
        "removed_at": None if budget.gone_at is None else iso_text(budget.gone_at),
        "text": budget.text,
    }


def standing_document(standing: Standing, by: str = "") -> dict[str, Any]:
    """Return where everything stands in a budget."""
    document = {
        **terms_document(standing.terms),
        "conversations": len(standing.placed),
        "known": len(standing.known),
        "over": len(standing.over),
        "spent": amount_text(standing.spent),
        "complete": not standing.lacks_amounts and len(standing.known) == len(standing.placed),
        "histogram": [{"share": name, "conversations": n} for name, n in standing.histogram()],
        "positions": [placed_document(standing, each) for each in standing.placed],
        "customers": [
            {
                "customer": row.customer,
                "period": row.period.name,
                "partial": row.is_partial,
                "conversations": row.units,
                **_position(row.position),
                "crossed": [_crossing(one) for one in row.crossings],
            }
            for row in standing.customers
        ],
        "without_customer": standing.without_customer,
        "notes": standing.notes,
    }
    if by:
        document["by"] = by
        document["segments"] = [
            {
                by: row.value,
                "conversations": row.units,
                "known": row.known,
                "over": row.over,
                "reached": {str(at): number for at, number in sorted(row.reached.items())},
                **_position(row.position),
            }
            for row in standing.by(by)
        ]
    return document


def placed_document(standing: Standing, each: Placed) -> dict[str, Any]:
    """Return a conversation's position."""
    talk, terms = each.cost.talk, standing.terms
    return {
        "budget": terms.name,
        "conversation": talk.name,
        "title": talk.title,
        "opened_at": iso_text(talk.opened_at),
        **_position(each.position),
        "currency": terms.currency,
        "thresholds_reached": list(each.position.reached(terms.thresholds)),
        "crossed": [_crossing(one) for one in each.crossings],
    }


def alert_document(alert: BudgetAlert) -> dict[str, Any]:
    """Return a threshold that was crossed."""
    return {
        "budget": alert.budget_name,
        "at": iso_text(alert.at),
        "threshold_percent": alert.threshold,
        "conversation": alert.conversation or None,
        "title": alert.title,
        "customer": alert.customer or None,
        "period": alert.period or None,
        "spent": amount_text(alert.spent),
        "amount": amount_text(alert.budget),
        "currency": alert.currency,
    }


def ladder_document(run: LadderRun) -> dict[str, Any]:
    """Return what a ladder would have done."""
    return {
        **terms_document(run.terms),
        "steps": [
            {
                "at": one.step.at,
                "action": one.step.action,
                "conversations": one.conversations,
                "turns": one.turns,
                "saved": amount_text(one.saved),
                "first_at": None if one.first_at is None else iso_text(one.first_at),
            }
            for one in run.sums
        ],
        "conversations": len(run.rows),
        "touched": len(run.touched),
        "cost_today": amount_text(run.today),
        "cost_with_ladder": amount_text(run.spent),
        "saved": amount_text(run.today - run.spent),
        "over_today": run.over_today,
        "over_with_ladder": run.over_then,
        "rows": [descended_document(row) for row in run.touched],
        "notes": run.notes,
    }


def descended_document(row: Descended) -> dict[str, Any]:
    """Return a conversation under a ladder."""
    return {
        "conversation": row.talk.name,
        "title": row.talk.title,
        "turns": row.turns,
        "cost_today": amount_text(row.today),
        "cost_with_ladder": amount_text(row.spent),
        "saved": amount_text(row.saved),
        "overshoot": amount_text(row.overshoot),
        "ended_before_turn": row.ended_at,
        "turns_unserved": row.unserved,
        "turns_touched": row.touched,
        "steps": [
            {
                "at": one.step.at,
                "action": one.step.action,
                "before_turn": one.turn,
                "instant": iso_text(one.at),
                "saved": amount_text(one.saved),
                "turns": one.touched,
            }
            for one in row.fired
        ],
    }


def _position(position: Position) -> dict[str, Any]:
    return {
        "cost": amount_text(position.spent),
        "amount": amount_text(position.budget),
        "share": ratio_text(position.share),
        "over": position.is_over,
    }


def _crossing(one: Crossing) -> dict[str, Any]:
    return {
        "threshold_percent": one.threshold,
        "at": iso_text(one.at),
        "spent": amount_text(one.spent),
    }


def _units(amount: Fraction | None) -> str | None:
    return None if amount is None else amount_text(amount * PICO)
