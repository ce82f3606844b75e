"""Rules, and what they did, as JSON and as rows of a table."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

from convledger.clock import iso_text
from convledger.workflow.outbox import outbox_path
from convledger.workflow.rule_terms import COMMAND, OUTBOX, WEBHOOK, Condition, LedgerEvent
from convledger.workflow.rule_words import FiringLine, RuleLine

RULE_ROW = (
    *("rule", "state", "when", "does", "confirmed_at", "done", "failed", "waiting"),
    *("last_at", "file", "trouble"),
)
FIRING_ROW = (
    *("number", "rule", "event", "subject", "revision", "at", "action", "status", "attempts"),
    *("outcome", "error", "noted_at", "started_at", "finished_at", "id", "input_sha256"),
)


def rule_document(line: RuleLine, workspace: Path) -> dict[str, Any]:
    """Return a rule as JSON says it, with how it stands."""
    rule = line.rule
    found: dict[str, Any] = {
        "rule": line.name,
        "state": line.state,
        "when": rule.when if rule else None,
        "does": rule.do if rule else None,
        "about": rule.about or None if rule else None,
        "where": [_condition(each) for each in rule.where] if rule else [],
        "confirmed_at": _instant(line.since),
        "done": line.done,
        "failed": line.failed,
        "waiting": line.waiting,
        "last_at": _instant(line.last_at),
        "file": str(line.file.path),
        "sha256": line.file.digest,
        "trouble": str(line.file.trouble) if line.file.trouble else None,
    }
    if rule is None:
        return found
    found |= {"cooldown_seconds": rule.cooldown, "once": rule.once}
    if rule.do == OUTBOX:
        found |= {"outbox": str(outbox_path(workspace, rule)), "largest_bytes": rule.largest}
    elif rule.do == COMMAND:
        found |= {"command": list(rule.command), "timeout_seconds": rule.timeout}
    elif rule.do == WEBHOOK:
        found |= {"url": rule.url, "hosts": list(rule.hosts)}
    return found


def _condition(each: Condition) -> dict[str, Any]:
    return {"field": each.field, "op": each.op, "value": _plain(each.value)}


def _plain(value: object) -> Any:
    if isinstance(value, tuple):
        return [_plain(each) for each in value]
    return format(value, "f") if isinstance(value, Decimal) else value


def firing_document(line: FiringLine) -> dict[str, Any]:
    """Return what a rule did as JSON says it, with the event that it was about."""
    each = line.firing
    return {
        "number": each.id,
        "rule": each.rule,
        "event": each.event,
        "subject": each.subject,
        "revision": each.revision or None,
        "at": iso_text(each.at),
        "action": each.action,
        "status": each.status,
        "attempts": each.attempts,
        "outcome": each.outcome or None,
        "error": each.error or None,
        "noted_at": iso_text(each.noted_at),
        "started_at": _instant(each.started_at),
        "finished_at": _instant(each.finished_at),
        "id": each.name,
        "input_sha256": each.input_digest,
        "input": json.loads(each.input),
    }


def event_document(each: LedgerEvent) -> dict[str, Any]:
    """Return an event that a rule would be about as JSON says it."""
    return {
        "event": each.type,
        "subject": each.subject,
        "revision": each.revision or None,
        "at": iso_text(each.at),
        "data": {key: _plain(value) for key, value in each.facts.items()},
    }


def _instant(at: int | None) -> str | None:
    return None if at is None else iso_text(at)
