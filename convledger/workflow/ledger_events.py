"""What has happened in the ledger that rules may be about, from the rows that tell it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from convledger.clock import SECOND, iso_text
from convledger.store import trigger_facts as rows
from convledger.workflow import rule_terms as terms
from convledger.workflow.rule_terms import LedgerEvent, Rule

_PLAN_EVENTS = {
    "spend": terms.BUDGET, "unit": terms.BUDGET, "allowance": terms.CREDITS,
    "balance": terms.CREDITS, "limit": terms.LIMIT,
}  # fmt: skip
_ALL_TIME = -(1 << 62)


@dataclass(frozen=True, slots=True)
class Stretch:
    """What is looked at: from an instant on up to another, and rows above a number.

    `number` is None where history is asked, which goes by instants alone.
    """

    since: int
    until: int
    number: int | None = None

    @property
    def after(self) -> tuple[int, int]:
        """The number and the instant that rows must be above."""
        return (0, self.since) if self.number is None else (self.number, _ALL_TIME)


def events_for(
    connection: sqlite3.Connection, rule: Rule, stretch: Stretch, more: Iterable[LedgerEvent] = ()
) -> list[LedgerEvent]:
    """Return the events of a rule's kind in a stretch of time, the earliest first.

    `more` are such as the ledger has no row of: what crossed the budgets of conversations.
    """
    found = [*_READ[rule.when](connection, rule, stretch), *_within(rule, stretch, more)]
    return sorted(found, key=lambda each: (each.number, each.at, each.subject))


def _within(rule: Rule, stretch: Stretch, more: Iterable[LedgerEvent]) -> Iterator[LedgerEvent]:
    for each in more:
        if each.type == rule.when and stretch.since < each.at <= stretch.until:
            yield each


def _talks(
    connection: sqlite3.Connection, kind: str, found: list[tuple[int, int, str, int]]
) -> Iterator[LedgerEvent]:
    """Yield an event for each (conversation, instant, revision, number)."""
    facts = rows.talk_facts(connection, (number for number, *_ in found))
    for conversation, at, revision, number in found:
        known = facts[conversation]
        yield LedgerEvent(
            kind, known["conversation"], revision, at, known, number, conversation_id=conversation
        )


def _imported(
    connection: sqlite3.Connection, rule: Rule, stretch: Stretch
) -> Iterator[LedgerEvent]:
    """Yield conversations that came in; history takes the instant at which each began."""
    if stretch.number is None:
        found = rows.begun_since(connection, stretch.since)
    else:
        found = rows.imported_after(connection, stretch.number)
    yield from _talks(connection, rule.when, [(each, at, "", each) for each, at in found])


def _closed(connection: sqlite3.Connection, rule: Rule, stretch: Stretch) -> Iterator[LedgerEvent]:
    """Yield conversations in which nothing was said for so long; what goes on closes again."""
    idle = rule.idle * SECOND
    name = "" if stretch.number is None else rule.name
    found = rows.quiet_since(connection, stretch.since - idle, stretch.until - idle, name)
    closed = [(each, last + idle, str(last), 0) for each, last in found]
    yield from _talks(connection, rule.when, closed)


def _of_plans(
    connection: sqlite3.Connection, rule: Rule, stretch: Stretch
) -> Iterator[LedgerEvent]:
    for row in rows.alerts_since(connection, stretch.since):
        plan, began, scope, period, epoch, threshold, at, used, budget, name, conversation = row
        kind, _, what = scope.partition(":")
        if _PLAN_EVENTS.get(kind) != rule.when:
            continue
        facts = {
            "plan": plan, "what": name or what or kind, "period": period,
            "threshold_percent": threshold, "used_percent": percent_of(int(used), int(budget)),
            "conversation": name or "",
        }  # fmt: skip
        subject = f"{plan}/{began}/{kind}:{name or what}"
        revision = f"{'' if kind == 'unit' else period}/{epoch}/{threshold}"
        yield LedgerEvent(rule.when, subject, revision, at, facts, conversation_id=conversation)


def percent_of(used: int, budget: int) -> Decimal | None:
    """Return a share as percent with one digit behind the point, None of nothing."""
    if budget <= 0:
        return None
    return Decimal(used * 1000 // budget) / 10


def _due(connection: sqlite3.Connection, rule: Rule, stretch: Stretch) -> Iterator[LedgerEvent]:
    for row in rows.entries_due(connection, stretch.since, stretch.until):
        entry, name, kind, scope, tags, sensitivity, pinned, value, tokens, at = row
        facts = {
            "entry": name, "kind": kind, "scope": scope,
            "tags": tuple(tags.split()), "sensitivity": sensitivity,
            "pinned": bool(pinned), "value": value, "tokens": tokens, "due_at": iso_text(at),
        }  # fmt: skip
        yield LedgerEvent(rule.when, f"entry/{name}", str(at), at, facts, entry_id=entry)


def _findings(
    connection: sqlite3.Connection, rule: Rule, stretch: Stretch
) -> Iterator[LedgerEvent]:
    for row in rows.findings_after(connection, *stretch.after):
        number, what, object_id, field, found_by, at, conversation, of, entry = row
        facts = {
            "rule": found_by, "found_in": what, "field": field,
            "conversation": conversation or "", "entry": entry or "",
        }  # fmt: skip
        entry_id = object_id if what == "entry" else None
        subject = f"finding/{number}"
        yield LedgerEvent(
            rule.when, subject, "", at, facts, number, conversation_id=of, entry_id=entry_id
        )


def _handoffs(
    connection: sqlite3.Connection, rule: Rule, stretch: Stretch
) -> Iterator[LedgerEvent]:
    found = rows.handoffs_after(connection, *stretch.after)
    told = rows.handoffs_told_since(connection, stretch.since)
    talks = rows.talk_facts(connection, [*(row[2] for row in found), *(row[0] for row in told)])
    for number, name, conversation, at, model, person, reason, origin, wait, handle in found:
        facts = {
            **talks[conversation], "from": model, "to": person, "reason": reason,
            "origin": origin, "wait_seconds": wait, "handle_seconds": handle,
            "handed_off_at": iso_text(at),
        }  # fmt: skip
        yield LedgerEvent(
            rule.when, f"handoff/{name}", "", at, facts, number, conversation_id=conversation
        )
    for conversation, at in told:
        unknown: dict[str, Any] = dict.fromkeys(("wait_seconds", "handle_seconds"))
        facts = {
            **talks[conversation], **unknown, "from": "", "to": "", "reason": "", "origin": "told",
            "handed_off_at": iso_text(at),
        }  # fmt: skip
        subject = str(facts["conversation"])
        yield LedgerEvent(rule.when, subject, "", at, facts, conversation_id=conversation)


def _failures(
    connection: sqlite3.Connection, rule: Rule, stretch: Stretch
) -> Iterator[LedgerEvent]:
    found = rows.failures_after(connection, *stretch.after)
    talks = rows.talk_facts(connection, [row[3] for row in found if row[3] is not None])
    nothing = LedgerEvent(rule.when, "", "", 0, {})
    for number, name, item, conversation, reader, native, who, kind, why, at, sample in found:
        blank = dict.fromkeys(terms.EVENTS[terms.IMPORTED])
        facts = {
            **talks.get(conversation, blank), "conversation": f"{reader}:{native}",
            "source": reader, "reviewer": who, "reasons": tuple(why.split()),
            "decided": kind == "adjudication", "sample": sample,
        }  # fmt: skip
        yield replace(
            nothing, subject=f"review/{item}", revision=name, at=at, facts=facts, number=number,
            conversation_id=conversation,
        )  # fmt: skip


_READ = {
    terms.IMPORTED: _imported,
    terms.CLOSED: _closed,
    terms.BUDGET: _of_plans,
    terms.CREDITS: _of_plans,
    terms.LIMIT: _of_plans,
    terms.DUE: _due,
    terms.FINDING: _findings,
    terms.HANDOFF: _handoffs,
    terms.FAILED: _failures,
}
