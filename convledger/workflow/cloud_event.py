"""An event as other programs get it: one line of JSON with the names of CloudEvents."""

from __future__ import annotations

import json
from decimal import Decimal
from hashlib import blake2b

from convledger.clock import iso_text
from convledger.workflow.rule_terms import Fact, LedgerEvent

SPEC_VERSION = "1.0"


def event_name(workspace_name: str, rule: str, event: LedgerEvent) -> str:
    """Return an event's own name for one rule: the same however often it is sent."""
    told = json.dumps([workspace_name, rule, event.type, event.subject, event.revision])
    return blake2b(told.encode(), digest_size=16).hexdigest()


def event_line(name: str, workspace_name: str, rule: str, event: LedgerEvent) -> str:
    """Return an event as JSON on one line, ASCII alone; money is a decimal text."""
    document = {
        "specversion": SPEC_VERSION,
        "id": name,
        "type": event.type,
        "time": iso_text(event.at),
        "source": f"urn:convledger:{workspace_name}",
        "subject": event.subject,
        "datacontenttype": "application/json",
        "rule": rule,
        "data": {key: _plain(value) for key, value in event.facts.items()},
    }
    return json.dumps(document, ensure_ascii=True, separators=(",", ":"))


def _plain(value: Fact) -> str | int | bool | list[str] | None:
    if isinstance(value, Decimal):
        return format(value, "f")
    return list(value) if isinstance(value, tuple) else value
