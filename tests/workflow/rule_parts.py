"""Rules to write into a workspace, and events for them."""

from __future__ import annotations

from datetime import UTC
from pathlib import Path
from typing import Any

from convledger.clock import HOUR, SECOND
from convledger.store.firings import Firing
from convledger.workflow.firing import Fired
from convledger.workflow.rule_terms import LedgerEvent
from tests.reports.shop import at
from tests.reports.unit_costs.costbook import CostBook

NOW = at("2026-11-20")
MINUTE = 60 * SECOND


def rule_text(name: str = "costly", when: str = "conversation.imported", **keys: Any) -> str:
    """Return a rule that appends to the outbox unless told else."""
    values = {"name": name, "when": when, "do": "outbox", **keys}
    return "".join(f"{key} = {toml(value)}\n" for key, value in values.items())


def toml(value: object) -> str:
    """Return a value as TOML writes it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(toml, value))}]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key} = {toml(each)}" for key, each in value.items()) + "}"
    if isinstance(value, str):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return str(value)


def where(field: str, op: str, value: object) -> dict[str, object]:
    """Return a condition."""
    return {"field": field, "op": op, "value": value}


class RuleBook(CostBook):
    """A book of conversations with rules over it."""

    def rule(self, name: str = "costly", *, confirmed: bool = True, **keys: Any) -> None:
        """Add a rule and confirm it."""
        text = rule_text(name, **keys)
        file = self.ledger.add_trigger(text, "test.toml", replace=True)
        if confirmed:
            self.ledger.confirm_trigger(name, file.digest, now=NOW)

    def spoken(self, name: str, when: int = NOW, cost: str = "1.00") -> None:
        """Let a conversation have been held."""
        self.talk(when, name)
        self.spend(when, cost, name)

    def fire(self, now: int = NOW + HOUR, **how: Any) -> Fired:
        """Do what rules say."""
        return self.ledger.fire_triggers(now=now, zone=UTC, **how)

    def would(self, name: str = "costly", since: int = 0, now: int = NOW) -> list[LedgerEvent]:
        """Return what a rule would have fired about."""
        return self.ledger.try_trigger(name, since, now=now, zone=UTC)

    @property
    def firings(self) -> list[Firing]:
        """What rules did, the earliest first."""
        return [each.firing for each in self.ledger.trigger_firings()][::-1]

    @property
    def outbox(self) -> Path:
        """The file of events."""
        return self.ledger.workspace / "outbox.jsonl"
