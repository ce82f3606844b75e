"""Enters, changes and takes away hand-offs; the time that one took is people's time.

A hand-off that is changed gets a new number and the old row is kept, so that each change can be
taken back. Everything that writes belongs into a transaction.
"""

from __future__ import annotations

import secrets
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import time, tzinfo
from typing import Any

from convledger.clock import to_datetime
from convledger.economics.work_text import LONGEST_WORK
from convledger.errors import UsageProblem
from convledger.store import costs
from convledger.store.cost_changes import (
    HANDOFFS,
    UNDONE,
    Change,
    changes,
    forget_rows_of,
    remember,
    take_back,
)
from convledger.store.costs import HANDED_OVER, WorkedTime
from convledger.store.handoffs import (
    TYPED,
    StoredHandoff,
    add_handoff,
    kept_handoff,
    kept_handoffs,
)
from convledger.workflow import reason_codes
from convledger.workflow.entered_text import checked_instant, note_text, one_line, person_text

TABLE, TIMES = "handoff", "worked_time"
_IMPORT = "import"


def checked(each: StoredHandoff, now: int, codes: list[str]) -> StoredHandoff:
    """Return a hand-off as it can be kept. Raises UsageProblem where it can't be meant."""
    for seconds, what in ((each.wait_seconds, "waiting"), (each.handle_seconds, "handling")):
        if seconds is not None and not 0 <= seconds <= LONGEST_WORK:
            raise UsageProblem(f"the time of {what} is less than nothing, or more than a week")
    return replace(
        each,
        at=checked_instant(each.at, now, "the hand-off"),
        model=one_line(each.model, "the model"),
        person=person_text(each.person, "the person"),
        reason=reason_codes.checked_reason(each.reason, codes),
        note=note_text(each.note),
        outcome=one_line(each.outcome, "the outcome"),
    )


def is_early(at: int, opened: int | None, zone: tzinfo) -> bool:
    """Tell whether a hand-off is before its conversation opened, which is most often a mistake.

    The noon of a day stands for the day.
    """
    if not opened or at >= opened:
        return False
    said, began = (to_datetime(each).astimezone(zone) for each in (at, opened))
    return said.time() != time(12) or said.date() != began.date()


def enter(connection: sqlite3.Connection, each: StoredHandoff, now: int, by: str) -> Change:
    """Keep a hand-off that a person has typed. Raises UsageProblem."""
    codes = reason_codes.reasons(connection, reason_codes.HANDOFFS)
    new = replace(
        checked(each, now, codes), name=secrets.token_hex(8), origin=TYPED, made_by=by, made_at=now
    )
    change = Change("add", now)
    _come(connection, change, new, now)
    remember(connection, change, HANDOFFS)
    return change


def edit(connection: sqlite3.Connection, number: int, now: int, by: str, **changed: Any) -> Change:
    """Put another hand-off in the place of one. Raises UsageProblem where nothing would change."""
    old = there(connection, number)
    codes = reason_codes.reasons(connection, reason_codes.HANDOFFS)
    if "reason" not in changed:
        codes = [*codes, old.reason]  # a code that was taken from the list stays with what has it
    new = replace(old, **changed)
    new = checked(new, max(now, old.at) if new.at == old.at else now, codes)
    if new == old:
        raise UsageProblem(f"nothing of {number} would change; say what it should be")
    new = replace(
        new, name=secrets.token_hex(8), replaces=old.name, origin=TYPED, made_by=by, made_at=now
    )
    change = Change("edit", now)
    _go(connection, change, [old], now)
    _come(connection, change, new, now)
    remember(connection, change, HANDOFFS)
    return change


def take_away(connection: sqlite3.Connection, numbers: Sequence[int], now: int) -> Change:
    """Take hand-offs away; they can be brought back. Raises UsageProblem."""
    change = Change("remove", now)
    _go(connection, change, [there(connection, each) for each in dict.fromkeys(numbers)], now)
    remember(connection, change, HANDOFFS)
    return change


def bring_back(connection: sqlite3.Connection, numbers: Sequence[int], now: int) -> Change:
    """Bring back hand-offs that were taken away. Raises UsageProblem."""
    change = Change("bring back", now)
    for number in dict.fromkeys(numbers):
        old = _known(connection, number)
        if old.gone_at is None:
            raise UsageProblem(f"{number} is there already")
        later = [
            each.id
            for each in kept_handoffs(connection, [old.conversation_id])
            if each.replaces == old.name
        ]
        if later:
            raise UsageProblem(f"{number} was changed and is now {later[0]}")
        _set(connection, change.came, old, None)
    forget_rows_of(connection, UNDONE, TABLE, set(numbers))
    remember(connection, change, HANDOFFS)
    return change


def undo(connection: sqlite3.Connection, now: int, change: Change | None = None) -> Change:
    """Take back a change, the last one unless told; returns it. Raises UsageProblem.

    What an import brought counts as never there then: the same file brings it again.
    """
    if change is None:
        known = changes(connection, HANDOFFS)
        if not known:
            raise UsageProblem("no hand-off was changed that could be taken back")
        change = known[-1]
    if change.what == _IMPORT:  # but for what a person has changed or taken away since
        here = {each.id for each in kept_handoffs(connection)}
        went = [each for each in change.came.get(TABLE, ()) if each in here]
        remember(connection, Change(_IMPORT, now, went={TABLE: went}), UNDONE)
    take_back(connection, change, now, HANDOFFS)
    return change


def taken_back(connection: sqlite3.Connection) -> set[int]:
    """Return the numbers of hand-offs that imports brought and that went as those were undone."""
    known = changes(connection, UNDONE)
    return {number for change in known for number in change.went.get(TABLE, ())}


def take_all(
    connection: sqlite3.Connection,
    new: Iterable[StoredHandoff],
    replaced: Iterable[StoredHandoff],
    now: int,
    by: str,
) -> Change:
    """Keep what a file brings, in the place of what the same file said before."""
    change = Change(_IMPORT, now)
    _go(connection, change, replaced, now)
    for each in new:
        _come(connection, change, replace(each, made_by=by, made_at=now), now)
    if change.came or change.went:
        remember(connection, change, HANDOFFS)
    return change


def there(connection: sqlite3.Connection, number: int) -> StoredHandoff:
    """Return a hand-off that was not taken away. Raises UsageProblem."""
    found = _known(connection, number)
    if found.gone_at is not None:
        raise UsageProblem(
            f"{number} was taken away or changed: `convledger handoff list --all` shows it"
        )
    return found


def _known(connection: sqlite3.Connection, number: int) -> StoredHandoff:
    found = kept_handoff(connection, number)
    if found is None:
        raise UsageProblem(f"no hand-off has the number {number}: `convledger handoff list`")
    return found


def _come(connection: sqlite3.Connection, change: Change, each: StoredHandoff, now: int) -> None:
    change.came.setdefault(TABLE, []).append(add_handoff(connection, each))
    if each.handle_seconds is not None:
        time = WorkedTime(
            0, each.conversation_id, each.at, each.handle_seconds, each.person,
            origin=f"{HANDED_OVER}{each.name}", made_at=now,
        )  # fmt: skip
        change.came.setdefault(TIMES, []).append(costs.add_worked(connection, time))


def _go(
    connection: sqlite3.Connection, change: Change, gone: Iterable[StoredHandoff], now: int
) -> None:
    for each in gone:
        _set(connection, change.went, each, now)


def _set(
    connection: sqlite3.Connection, rows: dict[str, list[int]], each: StoredHandoff, at: int | None
) -> None:
    """Take a hand-off and its time away, or bring both back."""
    times = costs.numbers_of_origin(connection, f"{HANDED_OVER}{each.name}")
    for table, numbers in ((TABLE, [each.id]), (TIMES, times)):
        costs.set_gone(connection, table, numbers, at)
        if numbers:
            rows.setdefault(table, []).extend(numbers)
