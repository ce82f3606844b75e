"""Hand-offs of two workspaces: each has the time it took; of one that both changed it is told."""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Sequence

from convledger.store import costs
from convledger.store.costs import HANDED_OVER, WorkedTime
from convledger.store.handoffs import StoredHandoff, kept_handoffs

_TIMES = "worked_time"


def settle_handoffs(connection: sqlite3.Connection, now: int) -> list[str]:
    """Give each hand-off the time that it took; return what nobody but a person can decide.

    Belongs into a transaction.
    """
    kept = kept_handoffs(connection)
    _settle_times(connection, kept, now)
    successors: dict[str, list[int]] = defaultdict(list)
    for each in kept:
        if each.replaces:
            successors[each.replaces].append(each.id)
    return [
        f"hand-offs {' and '.join(map(str, numbers))} were one, changed here and there: both stay, "
        f"`convledger handoff remove {numbers[-1]}` takes one away"
        for numbers in map(sorted, successors.values())
        if len(numbers) > 1
    ]


def _settle_times(connection: sqlite3.Connection, kept: Sequence[StoredHandoff], now: int) -> None:
    """Let there be one time of each hand-off: equal ones of two travel as if they were one."""
    wanted = {f"{HANDED_OVER}{each.name}": each for each in kept if each.handle_seconds is not None}
    spare: dict[tuple[int, int, int, str], list[int]] = defaultdict(list)
    for time in costs.worked(connection):
        if time.origin.startswith(HANDED_OVER) and wanted.pop(time.origin, None) is None:
            spare[time.conversation_id, time.at, time.seconds, time.person].append(time.id)
    for origin, each in wanted.items():
        seconds = each.handle_seconds or 0
        unused = spare[each.conversation_id, each.at, seconds, each.person]
        if unused:
            connection.execute(f"UPDATE {_TIMES} SET origin=? WHERE id=?", (origin, unused.pop(0)))
        else:
            made = WorkedTime(0, each.conversation_id, each.at, seconds, each.person,
                              origin=origin, made_at=each.made_at)  # fmt: skip
            costs.add_worked(connection, made)
    costs.set_gone(connection, _TIMES, [each for left in spare.values() for each in left], now)
