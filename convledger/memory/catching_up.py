"""What the program finds out about entries by itself: their tokens, findings and pairs.

It looks at what was changed since it looked last, which the ledger notes: stopped or killed, it
goes on the next time, and where nothing was changed it is done at once.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path

import msgspec

from convledger.ingest.lock import ingest_lock
from convledger.memory.counting import count_entries, uncounted
from convledger.memory.findings import scan_entries
from convledger.memory.pairing import find_all_pairs, refresh_pairs
from convledger.memory.words import ARCHIVED
from convledger.store.operations import latest_operation
from convledger.store.settings import note, setting
from convledger.text.secrets import RULES_VERSION

LOCK = "memory.lock"
_LOOKED = "memory.looked_at"  # the last change whose entries were looked at, and by which rules
_FEW = 200  # entries: more are quicker looked at with all others
_TEXTS = ("title", "body", "tags", "scope")


def catch_up(
    connection: sqlite3.Connection,
    path: Path,
    now: int,
    stopping: Callable[[], bool] = lambda: False,
    progress: Callable[[int, int], object] = lambda *_: None,
) -> bool:
    """Count tokens and look for secrets and pairs in what was changed; False where that goes on.

    One process does it at a time for the ledger at `path`. `progress` is told of many only.
    """
    with ingest_lock(path.with_name(LOCK), 0) as held:
        if not held:
            return False
        latest = latest_operation(connection)
        mark = f"{latest} {RULES_VERSION}"
        if setting(connection, _LOOKED) == mark:
            return True
        if uncounted(connection):
            count_entries(connection, stopping=stopping)
        changed = _changed_since(connection, latest)
        scan_entries(connection, changed, now, stopping)
        if changed is None:
            find_all_pairs(connection, now, stopping, progress)
        for entry_id in changed or ():
            if stopping():
                break
            refresh_pairs(connection, [entry_id], now)
        if stopping():
            return False
        note(connection, _LOOKED, mark)
    return True


def _changed_since(connection: sqlite3.Connection, latest: int) -> list[int] | None:
    """Return the entries whose texts or places are others than when they were looked at.

    None where all are to be looked at: many are, or nobody knows which.
    """
    looked, _, rules = setting(connection, _LOOKED).partition(" ")
    (first,) = connection.execute("SELECT coalesce(min(id), 0) FROM operation").fetchone()
    if rules != str(RULES_VERSION) or not first - 1 <= int(looked) <= latest:
        return None
    found = set()
    for (entry_id,) in connection.execute(
        "SELECT entry_id FROM operation_row JOIN entry_source "
        "ON entry_source.id=json_extract(key, '$[0]') "
        "WHERE table_name='entry_source' AND operation_id>? UNION "
        "SELECT id FROM operation_row JOIN entry ON id=json_extract(key, '$[0]') "  # no pair again
        "WHERE table_name='entry_pair' AND operation_id>? AND NOT EXISTS (SELECT 1 FROM entry_pair "
        "WHERE first_id=id AND second_id=json_extract(key, '$[1]'))",
        (int(looked), int(looked)),
    ):
        found.add(int(entry_id))
    for entry_id, before, *texts, state in connection.execute(
        f"SELECT entry.id, before, {', '.join(_TEXTS)}, state FROM operation_row JOIN entry "
        "ON entry.id=json_extract(key, '$[0]') WHERE table_name='entry' AND operation_id>?",
        (int(looked),),
    ):
        if before is None:
            found.add(entry_id)
            continue
        was = msgspec.msgpack.decode(before)
        is_away = (was["state"] == ARCHIVED, state == ARCHIVED)
        if is_away[0] != is_away[1] or texts != [was[name] for name in _TEXTS]:
            found.add(entry_id)
    return sorted(found) if len(found) <= _FEW else None
