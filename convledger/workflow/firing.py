"""Does what rules say, at least once for each firing, and notes it before and after.

Nothing here happens by itself: it runs while a person imports, watches or asks for it. What fails
is noted and told, never raised.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from convledger.clock import SECOND, now_us, seconds_passed
from convledger.errors import ConvledgerError
from convledger.store import firings as kept
from convledger.store.actors import as_actor
from convledger.store.connection import transaction
from convledger.store.exports import note_exports
from convledger.store.firings import DONE, FAILED, Firing
from convledger.workflow.deeds import DeedFailed
from convledger.workflow.noting import drop_changed, note_new
from convledger.workflow.outbox import append_event, outbox_path
from convledger.workflow.rule_files import RuleFile
from convledger.workflow.rule_terms import COMMAND, OUTBOX, LedgerEvent, Rule

AT_ONCE, SECONDS_AT_ONCE = 200, 30.0  # what an import does of it before it ends
_AT_A_TIME = 200  # firings with their events


@dataclass(slots=True)
class Fired:
    """What a look at the rules came to: firings that were done and that failed, words of trouble.

    `waiting` are those that another run has to do; with `busy` another process is at it.
    """

    noted: int = 0
    done: int = 0
    failed: list[tuple[str, str]] = field(default_factory=list)  # rule, why
    dropped: int = 0
    waiting: int = 0
    troubles: list[str] = field(default_factory=list)
    busy: bool = False


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What rules need to know beside their events."""

    connection: sqlite3.Connection
    workspace: Path
    workspace_name: str
    allowed_hosts: tuple[str, ...] = ()


def fire(
    around: Surroundings,
    confirmed: Iterable[RuleFile],
    now: int,
    more: Mapping[str, list[LedgerEvent]] | None = None,
    *,
    most: int = -1,
    seconds: float | None = None,
    stopping: Callable[[], bool] = lambda: False,
) -> Fired:
    """Note what confirmed rules are to do, and do it: so many, or as long as `seconds` allow."""
    rules = {each.name: each for each in confirmed}
    found = Fired()
    for each in rules.values():
        assert each.rule is not None
        with transaction(around.connection):
            found.noted += note_new(
                around.connection, around.workspace_name, each.rule, each.digest, now,
                (more or {}).get(each.name, ()),
            )  # fmt: skip
    with transaction(around.connection):
        digests = {name: each.digest for name, each in rules.items()}
        found.dropped = drop_changed(around.connection, digests, now)
    began = seconds_passed()

    def is_over() -> bool:
        return stopping() or (seconds is not None and seconds_passed() - began > seconds)

    while (left := _left(found, most)) and (waiting := kept.to_do(around.connection, left)):
        _do_in_turn(
            around, {name: each.rule for name, each in rules.items()}, waiting, found, is_over
        )
        if is_over():
            break
    found.waiting = kept.count_to_do(around.connection)
    return found


def _left(found: Fired, most: int) -> int:
    """Return how many are to be looked at next, of `most` in all; -1 sets no end."""
    left = _AT_A_TIME if most < 0 else most - found.done - len(found.failed)
    return min(_AT_A_TIME, left)


def _do_in_turn(
    around: Surroundings,
    rules: Mapping[str, Rule | None],
    waiting: Iterable[Firing],
    found: Fired,
    is_over: Callable[[], bool],
) -> None:
    """Do what waits; what was noted while its rule rests from something done passes."""
    rests: dict[str, int] = {}  # by rule, before which instant what is noted passes
    for firing in waiting:
        if is_over():
            return
        if not firing.attempts and firing.noted_at < rests.get(firing.rule, 0):
            continue
        rule = rules[firing.rule]
        assert rule is not None
        why = carry_out(around, rule, firing)
        if why is not None:
            found.failed.append((firing.rule, why))
            continue
        found.done += 1
        if rule.cooldown:
            rests[rule.name] = firing.noted_at + rule.cooldown * SECOND
            with transaction(around.connection):
                kept.let_pass(around.connection, rule.name, rests[rule.name])


def carry_out(around: Surroundings, rule: Rule, firing: Firing) -> str | None:
    """Do what a firing is to do; returns why it failed, None where it did not.

    It is noted as begun first: cut short between the two it is done once more, under its name.
    """
    connection = around.connection
    with as_actor(f"rule {rule.name}", firing.event):
        with transaction(connection):
            kept.note_start(connection, firing.id, now_us())
        outcome, why = "", None
        try:
            outcome = _do(around, rule, firing)
        except ConvledgerError as error:
            why = str(error)
        with transaction(connection):
            status = DONE if why is None else FAILED
            kept.note_end(connection, firing.id, status, now_us(), outcome, why or "")
    return why


def _do(around: Surroundings, rule: Rule, firing: Firing) -> str:
    if rule.do == OUTBOX:
        path = outbox_path(around.workspace, rule)
        if firing.conversation_id is not None:
            note_exports(around.connection, [firing.conversation_id], str(path))
        return append_event(path, firing.input, rule.largest)
    if rule.do == COMMAND:
        from convledger.workflow.running_command import run_command

        return run_command(rule.command, firing.input, firing.event, rule.name, rule.timeout)
    from convledger.workflow.webhook import call_webhook

    if not rule.url:
        raise DeedFailed("the rule names no URL")
    return call_webhook(rule.url, firing.input, rule.hosts, around.allowed_hosts)
