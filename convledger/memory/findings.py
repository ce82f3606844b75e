"""Secrets, personal data and bait that stand in entries and messages, noted without showing them.

The program finds them; only a person dismisses one or has it taken out.
"""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import NamedTuple

from convledger.errors import UsageProblem
from convledger.memory.finding_rows import (
    DISMISSED,
    ENTRY,
    FIXED,
    MESSAGE,
    OPEN,
    Fields,
    Finding,
    finding_numbered,
    findings_numbered,
    findings_of,
    findings_where,
    name_of,
    open_findings,
    standing,
    texts_of,
)
from convledger.store.actors import ITSELF, as_actor
from convledger.store.connection import transaction
from convledger.store.operations import operation
from convledger.store.settings import note, setting
from convledger.store.tombstones import bury, is_erased
from convledger.text.secrets import RULES_VERSION, Found, Name, find_secrets

MOST = 200  # findings noted of one entry or message: who has more has a list of them
__all__ = [
    "DISMISSED", "ENTRY", "FIXED", "MESSAGE", "OPEN", "Finding", "Scanned", "dismiss_findings",
    "findings_of", "is_scanned", "note_findings", "open_findings", "reveal", "scan_conversation",
    "scan_entries", "scan_ledger", "scan_messages", "unseen",
]  # fmt: skip
_LET_STAND = "let stand"  # what was dismissed, known by a keyed hash
_STEP = 500  # entries or messages a transaction
_RULES, _LOW, _HIGH = "findings.rules", "findings.low", "findings.high"


class Scanned(NamedTuple):
    """What a scan has looked at; not `finished` where it was stopped."""

    entries: int
    messages: int
    open: int
    finished: bool


@as_actor(ITSELF)
def scan_entries(
    connection: sqlite3.Connection,
    entry_ids: Sequence[int] | None,
    now: int,
    stopping: Callable[[], bool] = lambda: False,
) -> int:
    """Look for secrets in entries, all of them unless told; return how many findings are open.

    What is noted of them follows the text: findings that are gone go, dismissed ones stay so.
    Nothing is locked while it looks: an entry that changes meanwhile is left for the next time.
    """
    if entry_ids is None:
        rows = connection.execute("SELECT id FROM entry ORDER BY id")
        entry_ids = [row[0] for row in rows]
    count = 0
    for start in range(0, len(entry_ids), _STEP):
        some = entry_ids[start : start + _STEP]
        known = _known(connection, ENTRY, some)
        looked = []
        for entry_id, fields in texts_of(connection, ENTRY, some):
            if stopping():
                return count
            found = _found_in(fields)
            if found or entry_id in known:
                looked.append((entry_id, fields, found))
        if not looked:
            continue
        with transaction(connection):
            known = _known(connection, ENTRY, [entry_id for entry_id, _, _ in looked])
            for entry_id, fields, found in looked:
                ((_, fresh),) = texts_of(connection, ENTRY, [entry_id])
                if fresh == fields:
                    count += _noted(connection, ENTRY, entry_id, fields, found, known, now)
    return count


@as_actor(ITSELF)
def scan_conversation(connection: sqlite3.Connection, conversation_id: int, now: int) -> int:
    """Look for secrets in what was said in a conversation; return how many findings are open."""
    rows = connection.execute(
        "SELECT id FROM message WHERE conversation_id=? ORDER BY id", (conversation_id,)
    )
    ids = [row[0] for row in rows]
    count = 0
    for start in range(0, len(ids), _STEP):
        with transaction(connection):
            count += note_findings(connection, MESSAGE, ids[start : start + _STEP], now)
    return count


def scan_ledger(
    connection: sqlite3.Connection,
    now: int,
    *,
    is_stopped: Callable[[], bool] = lambda: False,
    progress: Callable[[int, int], None] | None = None,
) -> Scanned:
    """Look for secrets in all entries, and in the messages not looked at by these rules so far."""
    entries = int(connection.execute("SELECT count(*) FROM entry").fetchone()[0])
    count = scan_entries(connection, None, now)
    done = scan_messages(connection, now, is_stopped=is_stopped, progress=progress)
    return done._replace(entries=entries, open=done.open + count)


@as_actor(ITSELF)
def scan_messages(
    connection: sqlite3.Connection,
    now: int,
    *,
    is_stopped: Callable[[], bool] = lambda: False,
    progress: Callable[[int, int], None] | None = None,
) -> Scanned:
    """Look for secrets in the messages not looked at by these rules so far.

    Goes on where it was stopped, the newest messages first; `progress` hears of messages done and
    all that there were to do.
    """
    count = done = 0
    total = unseen(connection)
    tell = progress or (lambda *_: None)
    tell(0, total)
    for rising in (True, False):
        while not is_stopped():
            low, high = _span(connection)
            condition = "id>? ORDER BY id" if rising else "id<? ORDER BY id DESC"
            ids = [
                row[0]
                for row in connection.execute(
                    f"SELECT id FROM message WHERE {condition} LIMIT {_STEP}",
                    (high if rising else low,),
                )
            ]
            if not ids:
                break
            with transaction(connection):
                count += note_findings(connection, MESSAGE, ids, now)
                note(connection, _RULES, RULES_VERSION)
                note(connection, _LOW, min(low, *ids))
                note(connection, _HIGH, max(high, *ids))
            done += len(ids)
            tell(done, total)
        else:
            return Scanned(0, done, count, False)
    return Scanned(0, done, count, True)


def unseen(connection: sqlite3.Connection) -> int:
    """Return how many messages these rules have not looked at."""
    low, high = _span(connection)
    (count,) = connection.execute(
        "SELECT count(*) FROM message WHERE id<? OR id>?", (low, high)
    ).fetchone()
    return int(count)


def is_scanned(connection: sqlite3.Connection) -> bool:
    """Return whether every message has been looked at by these rules."""
    return not unseen(connection)


def _span(connection: sqlite3.Connection) -> tuple[int, int]:
    """Return the first and last id of the messages looked at: new ones come at either end."""
    if setting(connection, _RULES) == str(RULES_VERSION):
        return int(setting(connection, _LOW)), int(setting(connection, _HIGH))
    (last,) = connection.execute("SELECT coalesce(max(id), 0) FROM message").fetchone()
    return last + 1, last


def note_findings(connection: sqlite3.Connection, what: str, ids: Sequence[int], now: int) -> int:
    """Note what stands in texts now, keeping what a person said of it; return how many are open.

    Belongs into a transaction.
    """
    known = _known(connection, what, ids)
    count = 0
    for object_id, fields in texts_of(connection, what, ids):
        found = _found_in(fields)
        if found or object_id in known:
            count += _noted(connection, what, object_id, fields, found, known, now)
    return count


def _known(
    connection: sqlite3.Connection, what: str, ids: Sequence[int]
) -> defaultdict[int, list[Finding]]:
    known: defaultdict[int, list[Finding]] = defaultdict(list)
    condition = f"object=? AND object_id IN ({','.join('?' * len(ids))})"
    for each in findings_where(connection, condition, (what, *ids)):
        known[each.object_id].append(each)
    return known


def _found_in(fields: Fields) -> list[tuple[str, Found]]:
    return [(name, each) for name, text in fields.items() for each in find_secrets(text)][:MOST]


def _noted(
    connection: sqlite3.Connection,
    what: str,
    object_id: int,
    fields: Fields,
    found: list[tuple[str, Found]],
    known: defaultdict[int, list[Finding]],
    now: int,
) -> int:
    _reopen(connection, fields, known[object_id])
    return _note(connection, what, object_id, found, known[object_id], now)


def _reopen(connection: sqlite3.Connection, fields: Fields, known: list[Finding]) -> None:
    """Let no dismissal hold for another thing that looks alike, as passwords of one length do."""
    for number, each in enumerate(known):
        if each.status != DISMISSED:
            continue
        alike = _alike(fields.get(each.field, ""), name_of(each))
        # Where it has moved, all that look like it must be what was dismissed.
        there = [value for start, value in alike if start == each.start]
        there = there or [value for _, value in alike]
        if not all(is_erased(connection, _LET_STAND, _mark(each, value)) for value in there):
            known[number] = each._replace(status=OPEN)
            connection.execute("UPDATE finding SET status=? WHERE id=?", (OPEN, each.id))


def _alike(text: str, name: Name) -> list[tuple[int, str]]:
    """Return where things of a name stand in a text, and what they are."""
    return [
        (each.start, text[each.start : each.start + each.length])
        for each in find_secrets(text)
        if each.name == name
    ]


def _mark(finding: Finding, value: str) -> str:
    return f"{finding.object}\0{finding.object_id}\0{finding.rule}\0{value}"


def _note(
    connection: sqlite3.Connection,
    what: str,
    object_id: int,
    found: list[tuple[str, Found]],
    known: list[Finding],
    now: int,
) -> int:
    """Bring the findings of one object up to date; return how many of them are open."""
    here = {(each.field, each.start, *name_of(each)): each for each in known}
    moved: defaultdict[tuple[object, ...], list[Finding]] = defaultdict(list)
    fresh, stay = [], []
    for name, each in found:
        old = here.pop((name, each.start, *each.name), None)
        if old is None:
            fresh.append((name, each))
        else:
            stay.append((old, each.start))
    for old in here.values():
        if old.status != FIXED:
            moved[(old.field, *name_of(old))].append(old)
    # The rows that go leave their places first: each place is one row's.
    added = []
    for name, each in fresh:
        former = moved[(name, *each.name)]
        if former:
            old = former.pop(0)
            connection.execute("UPDATE finding SET start=? WHERE id=?", (-1 - old.id, old.id))
            stay.append((old, each.start))
        else:
            added.append((name, each))
    for old in (old for former in moved.values() for old in former):
        connection.execute("DELETE FROM finding WHERE id=?", (old.id,))
    for old, start in stay:
        status = DISMISSED if old.status == DISMISSED else OPEN
        if (start, RULES_VERSION, status) != (old.start, old.rules, old.status):
            connection.execute(
                "DELETE FROM finding WHERE object=? AND object_id=? AND field=? AND start=? "
                "AND rule=? AND id!=?",
                (what, object_id, old.field, start, old.rule, old.id),
            )
            connection.execute(
                "UPDATE finding SET start=?, rules=?, status=? WHERE id=?",
                (start, RULES_VERSION, status, old.id),
            )
    connection.executemany(  # what was settled there before is another
        "DELETE FROM finding WHERE object=? AND object_id=? AND field=? AND start=? AND rule=?",
        [(what, object_id, name, each.start, each.rule) for name, each in added],
    )
    connection.executemany(
        "INSERT INTO finding (object, object_id, field, start, length, rule, rules, "
        "redacted, at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
            (what, object_id, name, each.start, each.length, each.rule, RULES_VERSION,
             each.redacted, now)
            for name, each in added
        ],
    )  # fmt: skip
    return len(added) + sum(old.status != DISMISSED for old, _ in stay)


def dismiss_findings(connection: sqlite3.Connection, finding_ids: Sequence[int], now: int) -> int:
    """Say that findings are none; return how many were open.

    That holds while the same stands there: more of it is a finding of its own.
    """
    found = findings_numbered(connection, finding_ids)
    wanted = [each for each in found if each.status == OPEN]
    about = wanted[0].rule if len(wanted) == 1 else f"{len(wanted)} findings"
    with operation(connection, "dismiss", now=now, about=about) as recorder:
        for each in wanted:
            recorder.touch("finding", each.id)
            connection.execute("UPDATE finding SET status=? WHERE id=?", (DISMISSED, each.id))
            value = standing(connection, each.object, each.object_id).get(each.id)
            if value is not None:
                bury(connection, _LET_STAND, _mark(each, value[1]), now)
    return len(wanted)


def reveal(connection: sqlite3.Connection, finding_id: int) -> str:
    """Return a finding in full: for a person who asked for just that, and never for a log.

    Raises UsageProblem where it does not stand there any more.
    """
    finding = finding_numbered(connection, finding_id)
    value = standing(connection, finding.object, finding.object_id).get(finding_id)
    if value is None:
        raise UsageProblem("that text has changed since; look for secrets in it again")
    return value[1]
