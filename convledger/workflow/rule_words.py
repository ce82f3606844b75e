"""Rules and firings in words, as commands and screens show them."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from msgspec.json import decode

from convledger.store.firings import Firing
from convledger.workflow.outbox import outbox_path
from convledger.workflow.rule_files import RuleFile
from convledger.workflow.rule_terms import (
    CLOSED,
    COMMAND,
    FAILED,
    FINDING,
    HANDOFF,
    OUTBOX,
    Condition,
    Rule,
)

CONFIRMED, INERT, BROKEN = "confirmed", "inert", "broken"
_OPS = {
    "is": "is", "is_not": "is not", "in": "is one of", "not_in": "is none of",
    "starts_with": "begins with", "contains": "contains", "like": "is like", "over": "is over",
    "at_least": "is at least", "under": "is under", "at_most": "is at most", "has": "has",
    "has_not": "has not",
}  # fmt: skip

_ROWS = {HANDOFF: "hand-off", FINDING: "finding", FAILED: "review"}


@dataclass(frozen=True, slots=True)
class RuleLine:
    """A rule and how it stands; `since` is when it was confirmed (UTC microseconds).

    `state`: confirmed; inert, until a person confirms it on this machine; or broken.
    """

    file: RuleFile
    state: str
    since: int | None = None
    done: int = 0
    failed: int = 0
    waiting: int = 0
    last_at: int | None = None

    @property
    def name(self) -> str:
        """The rule's name."""
        return self.file.name

    @property
    def rule(self) -> Rule | None:
        """What it says, None where it can't be read."""
        return self.file.rule


@dataclass(frozen=True, slots=True)
class FiringLine:
    """A firing as lists show it; `words` are what came of it, or why it failed."""

    firing: Firing
    words: str


def firing_words(firing: Firing) -> str:
    """Return what came of a firing, or why nothing did."""
    plain = {"waiting": "waits for its turn", "started": "was begun", "passed": "in the cooldown"}
    return firing.error or firing.outcome or plain.get(firing.status, firing.status)


def about_words(event: str, subject: str, conversation: object) -> str:
    """Return what an event is about: of a row that has but a number or a code its conversation."""
    noun = _ROWS.get(event)
    return f"{noun} of {conversation}" if noun and conversation else subject


def firing_about(firing: Firing) -> str:
    """Return what a firing was about; what was erased has no conversation any more."""
    told = decode(firing.input.encode()).get("data", {})
    return about_words(firing.event, firing.subject, told.get("conversation"))


def rule_facts(line: RuleLine, workspace: Path) -> Iterator[tuple[str, str]]:
    """Yield what a rule says and does, as names and foreign text."""
    yield "rule", f"{line.name} ({line.state})"
    yield "file", str(line.file.path)
    if line.file.trouble is not None:
        yield "wrong", str(line.file.trouble)
    rule = line.rule
    if rule is None:
        return
    if rule.about:
        yield "about", rule.about
    yield "when", when_words(rule)
    for each in rule.where:
        yield "and", condition_words(each)
    yield "does", deed_words(rule, workspace)
    if rule.do == COMMAND:
        for place, word in enumerate(rule.command):
            yield f"word {place}", word
        yield "timeout", length(rule.timeout)
    if rule.cooldown:
        yield "cooldown", f"at most once in {length(rule.cooldown)}"
    if rule.once:
        yield "once", "only once about the same thing, whatever becomes of it"
    yield "sha256", line.file.digest


def when_words(rule: Rule) -> str:
    """Return what a rule waits for."""
    quiet = f", nothing said for {length(rule.idle)}" if rule.when == CLOSED else ""
    return f"{rule.when}{quiet}"


def condition_words(each: Condition) -> str:
    """Return a condition: "list_cost_usd is over 5"."""
    if each.op == "known":
        return f"{each.field} is {'known' if each.value else 'not known'}"
    return f"{each.field} {_OPS[each.op]} {_value(each.value)}"


def _value(value: object) -> str:
    if isinstance(value, tuple):
        return ", ".join(map(_value, value))
    if isinstance(value, bool):
        return "true" if value else "false"
    return format(value, "f") if isinstance(value, Decimal) else f'"{value}"'


def deed_words(rule: Rule, workspace: Path) -> str:
    """Return what a rule does."""
    if rule.do == OUTBOX:
        return f"appends a line to {outbox_path(workspace, rule)}"
    if rule.do == COMMAND:
        return f"runs {shlex.join(rule.command)}"
    return f"posts to {rule.url}"


def length(seconds: int) -> str:
    """Return a length of time: "1 h 30 min", "10 s"."""
    parts = [
        f"{amount} {unit}"
        for amount, unit in (
            (seconds // 3600, "h"),
            (seconds % 3600 // 60, "min"),
            (seconds % 60, "s"),
        )
        if amount
    ]
    return " ".join(parts) or "0 s"
