"""Hand-offs as JSON and as rows of a table that can be imported again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from convledger.clock import iso_text
from convledger.money import usd_text

if TYPE_CHECKING:
    from convledger.reports.handoffs.known import Handoff

ROW = (
    *("number", "conversation", "at", "from", "to", "reason", "note", "wait_seconds"),
    *("handle_seconds", "outcome", "origin", "people_cost", "currency", "bot_list_cost_usd"),
    *("bot_unpriced_calls", "bot_cost_estimated", "made_by", "made_at", "provenance", "is_gone"),
)


def handoff_document(each: Handoff) -> dict[str, Any]:
    """Return a hand-off as JSON says it: what nobody knows is null."""
    return {
        "number": each.number,
        "conversation": each.conversation,
        "title": each.title or None,
        "at": None if each.at is None else iso_text(each.at),
        "from": each.model or None,
        "to": each.person or None,
        "reason": each.reason or None,
        "note": each.note or None,
        "wait_seconds": each.wait_seconds,
        "handle_seconds": each.handle_seconds,
        "outcome": each.outcome or None,
        "origin": each.origin,
        "people_cost": None if each.people_cost is None else usd_text(each.people_cost),
        "currency": each.currency or None,
        "bot_list_cost_usd": None if each.bot_cost is None else usd_text(each.bot_cost),
        "bot_unpriced_calls": each.bot_unpriced,
        "bot_cost_estimated": each.bot_estimated,
        "made_by": each.made_by or None,
        "made_at": None if each.made_at is None else iso_text(each.made_at),
        "provenance": each.provenance or None,
        "is_gone": each.is_gone,
    }
