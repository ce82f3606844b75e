"""What a rule may say: the events, their facts, how a fact is compared, what is then done."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

TEXT, NUMBER, LIST, FLAG = "text", "number", "list", "flag"
OUTBOX, COMMAND, WEBHOOK = "outbox", "command", "webhook"
ACTIONS = (OUTBOX, COMMAND, WEBHOOK)
Fact = str | int | Decimal | bool | tuple[str, ...] | None

_TALK = {
    "conversation": TEXT, "source": TEXT, "project": TEXT, "client": TEXT, "kind": TEXT,
    "outcome": TEXT, "tags": LIST, "models": LIST, "calls": NUMBER, "unpriced_calls": NUMBER,
    "tokens": NUMBER, "list_cost_usd": NUMBER, "estimated": FLAG, "first_at": TEXT,
    "last_at": TEXT,
}  # fmt: skip
_SHARE = {
    "plan": TEXT, "what": TEXT, "period": TEXT, "threshold_percent": NUMBER,
    "used_percent": NUMBER, "conversation": TEXT,
}  # fmt: skip
IMPORTED, CLOSED = "conversation.imported", "conversation.closed"
BUDGET, CREDITS, LIMIT = "budget.crossed", "credits.low", "plan.limit_near"
DUE, FINDING = "entry.due", "finding.opened"
HANDOFF, FAILED = "handoff.added", "review.failed"
# The facts of each event and of what sort they are. No event holds a word that was said.
EVENTS: Mapping[str, Mapping[str, str]] = {
    IMPORTED: _TALK,
    CLOSED: _TALK,
    BUDGET: _SHARE,
    CREDITS: _SHARE,
    LIMIT: _SHARE,
    DUE: {
        "entry": TEXT, "kind": TEXT, "scope": TEXT, "tags": LIST, "sensitivity": TEXT,
        "pinned": FLAG, "value": NUMBER, "tokens": NUMBER, "due_at": TEXT,
    },
    FINDING: {"rule": TEXT, "found_in": TEXT, "field": TEXT, "conversation": TEXT, "entry": TEXT},
    HANDOFF: {
        **_TALK, "from": TEXT, "to": TEXT, "reason": TEXT, "origin": TEXT, "wait_seconds": NUMBER,
        "handle_seconds": NUMBER, "handed_off_at": TEXT,
    },
    FAILED: {
        **_TALK, "reviewer": TEXT, "reasons": LIST, "decided": FLAG, "sample": TEXT,
    },
}  # fmt: skip

_EQUAL = ("is", "is_not", "in", "not_in")
OPS: Mapping[str, tuple[str, ...]] = {
    TEXT: (*_EQUAL, "starts_with", "contains", "like", "known"),
    NUMBER: (*_EQUAL, "over", "at_least", "under", "at_most", "known"),
    LIST: ("has", "has_not", "known"),
    FLAG: ("is", "is_not", "known"),
}
ALL_OPS = tuple(dict.fromkeys(op for ops in OPS.values() for op in ops))
Wanted = str | Decimal | bool | tuple[str, ...] | tuple[Decimal, ...]


@dataclass(frozen=True, slots=True)
class Condition:
    """A fact that must stand so; `value` is of the fact's sort, or several for in and not_in."""

    field: str
    op: str
    value: Wanted


@dataclass(frozen=True, slots=True)
class Rule:
    """What is done when something happens; lengths are seconds, sizes bytes.

    With `once` it is done once for an object, whatever becomes of it later. `idle` is how long
    nothing was said in a conversation that counts as closed.
    """

    name: str
    when: str
    do: str
    about: str = ""
    where: tuple[Condition, ...] = ()
    cooldown: int = 0
    once: bool = False
    idle: int = 30 * 60
    command: tuple[str, ...] = ()
    timeout: int = 10
    file: str = ""
    largest: int = 16 << 20
    url: str = ""
    hosts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LedgerEvent:
    """A fact of the ledger that rules may be about.

    `subject` names what it is about, the same on every machine, and `revision` which state of it;
    `at` is when it came to be, UTC microseconds. `number` is that of its row, which decides for
    some events whether a rule has seen it.
    """

    type: str
    subject: str
    revision: str
    at: int
    facts: Mapping[str, Fact]
    number: int = 0
    conversation_id: int | None = None
    entry_id: int | None = None
