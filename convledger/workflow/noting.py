"""Which firings a rule comes to: those noted now, and those that history would have had."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from hashlib import sha256

from convledger.clock import SECOND
from convledger.store import firings as kept
from convledger.store.firings import DROPPED, PASSED, WAITING, Firing, HeldRule
from convledger.store.trigger_facts import last_number
from convledger.workflow.cloud_event import event_line, event_name
from convledger.workflow.ledger_events import Stretch, events_for
from convledger.workflow.rule_matching import fits
from convledger.workflow.rule_terms import LedgerEvent, Rule


def hold(connection: sqlite3.Connection, rule: Rule, digest: str, now: int) -> HeldRule:
    """Let a rule hold from now on: nothing that was there before is news to it."""
    held = HeldRule(rule.name, digest, rule.when, now, last_number(connection, rule.when))
    kept.hold_rule(connection, held)
    return held


def note_new(
    connection: sqlite3.Connection,
    workspace_name: str,
    rule: Rule,
    digest: str,
    now: int,
    more: Iterable[LedgerEvent] = (),
) -> int:
    """Note what a confirmed rule is to do about what has happened; returns how often.

    Of several that are noted at once a cooldown lets the later ones pass when one is done, not
    before: an attempt may fail. Belongs into a transaction.
    """
    held = kept.held_rule(connection, rule.name)
    if held is None or held.digest != digest:
        hold(connection, rule, digest, now)
        return 0
    last = last_number(connection, rule.when)
    found = events_for(connection, rule, Stretch(held.since, now, held.seen), more)
    noted = 0
    for event in found:
        if fits(rule, event):
            noted += _note(connection, workspace_name, rule, digest, event, now)
    told = [each.number for each in found if each.number]
    seen = max([held.seen, *told]) if len(told) >= _MANY else last
    if seen != held.seen:
        kept.hold_rule(connection, HeldRule(held.name, digest, rule.when, held.since, seen))
    return noted


_MANY = 50_000  # rows of one look; those after them are looked at in the next


def _note(
    connection: sqlite3.Connection,
    workspace_name: str,
    rule: Rule,
    digest: str,
    event: LedgerEvent,
    now: int,
) -> int:
    about = (rule.name, event.type, event.subject)
    if kept.fired_already(connection, *about, None if rule.once else event.revision):
        return 0
    last = kept.last_done(connection, rule.name) if rule.cooldown else None
    cools = last is not None and now - last < rule.cooldown * SECOND
    name = event_name(workspace_name, rule.name, event)
    line = event_line(name, workspace_name, rule.name, event)
    firing = Firing(
        id=0,
        rule=rule.name,
        digest=digest,
        event=event.type,
        subject=event.subject,
        revision=event.revision,
        conversation_id=event.conversation_id,
        entry_id=event.entry_id,
        action=rule.do,
        name=name,
        input=line,
        input_digest=sha256(line.encode("ascii")).hexdigest(),
        status=PASSED if cools else WAITING,
        attempts=0,
        outcome="",
        error="",
        at=event.at,
        noted_at=now,
    )
    return int(kept.add_firing(connection, firing) and not cools)


def would_fire(
    connection: sqlite3.Connection,
    rule: Rule,
    since: int,
    now: int,
    more: Iterable[LedgerEvent] = (),
) -> Iterator[LedgerEvent]:
    """Yield the events of history about which a rule would have fired; changes nothing.

    Each conversation counts as imported when it began, and as closed once, after its last word.
    """
    last: int | None = None
    about: set[tuple[str, str]] = set()
    found = events_for(connection, rule, Stretch(since, now), more)
    for event in sorted(found, key=lambda each: (each.at, each.number, each.subject)):
        key = (event.subject, "" if rule.once else event.revision)
        if not fits(rule, event) or key in about:
            continue
        if last is not None and event.at - last < rule.cooldown * SECOND:
            continue
        about.add(key)
        last = event.at
        yield event


def drop_changed(connection: sqlite3.Connection, digests: dict[str, str], now: int) -> int:
    """Drop what waits for rules that are no longer what they were; returns how many.

    `digests` are those of the rules in force by name. Belongs into a transaction.
    """
    dropped = 0
    for each in kept.to_do(connection, -1):
        if digests.get(each.rule) != each.digest:
            why = "the rule was changed, removed or not confirmed any more"
            kept.note_end(connection, each.id, DROPPED, now, "", why)
            dropped += 1
    return dropped
