"""Secrets, personal data and bait that stand in entries and messages, noted without showing them.

The program finds them; only a person dismisses one or has it taken out.
"""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from convledger.errors import UsageProblem
from convledger.store.bodies import PageReader
from convledger.store.connection import transaction
from convledger.store.operations import operation
from convledger.store.settings import note, setting
from convledger.text.secrets import KINDS, RULES_VERSION, Found, find_secrets

ENTRY, MESSAGE = "entry", "message"
OPEN, DISMISSED, FIXED = "open", "dismissed", "fixed"
MOST = 200  # findings noted of one entry or message: who has more has a list of them
_STEP = 500  # entries or messages a transaction
_RULES, _LOW, _HIGH = "findings.rules", "findings.low", "findings.high"


class Finding(NamedTuple):
    """Something found: `field` of an entry is title, body, tags or "quote NUMBER" of a source.

    `start` and `length` are characters; `redacted` is all that may be shown of it.
    """

    id: int
    object: str
    object_id: int
    field: str
    start: int
    length: int
    rule: str
    rules: int
    redacted: str
    status: str
    at: int

    @property
    def kind(self) -> str:
        """Whether it is a secret, personal data or bait."""
        return KINDS.get(self.rule, "secret")


@dataclass(frozen=True, slots=True)
class Scanned:
    """What a scan has looked at; not `finished` where it was stopped."""

    entries: int
    messages: int
    open: int
    finished: bool


_FIELDS = "id, object, object_id, field, start, length, rule, rules, redacted, status, at"
Fields = dict[str, str]


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
        for entry_id, fields in _texts(connection, ENTRY, some):
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
                ((_, fresh),) = _texts(connection, ENTRY, [entry_id])
                if fresh == fields:
                    count += _note(connection, ENTRY, entry_id, found, known[entry_id], now)
    return count


def scan_conversation(connection: sqlite3.Connection, conversation_id: int, now: int) -> int:
    """Look for secrets in what was said in a conversation; return how many findings are open."""
    rows = connection.execute(
        "SELECT id FROM message WHERE conversation_id=? ORDER BY id", (conversation_id,)
    )
    ids = [row[0] for row in rows]
    count = 0
    for start in range(0, len(ids), _STEP):
        with transaction(connection):
            count += _renew(connection, MESSAGE, ids[start : start + _STEP], now)
    return count


def scan_ledger(
    connection: sqlite3.Connection,
    now: int,
    *,
    is_stopped: Callable[[], bool] = lambda: False,
    progress: Callable[[int, int], None] | None = None,
) -> Scanned:
    """Look for secrets in all entries, and in the messages not looked at by these rules so far.

    Goes on where it was stopped, the newest messages first; `progress` hears of messages done and
    all that there were to do.
    """
    entries = int(connection.execute("SELECT count(*) FROM entry").fetchone()[0])
    count = scan_entries(connection, None, now)
    low, high = _span(connection)
    (total,) = connection.execute(
        "SELECT count(*) FROM message WHERE id<? OR id>?", (low, high)
    ).fetchone()
    done = 0
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
                count += _renew(connection, MESSAGE, ids, now)
                note(connection, _RULES, RULES_VERSION)
                note(connection, _LOW, min(low, *ids))
                note(connection, _HIGH, max(high, *ids))
            done += len(ids)
            tell(done, total)
        else:
            return Scanned(entries, done, count, False)
    return Scanned(entries, done, count, True)


def is_scanned(connection: sqlite3.Connection) -> bool:
    """Return whether every message has been looked at by these rules."""
    low, high = _span(connection)
    row = connection.execute("SELECT 1 FROM message WHERE id<? OR id>? LIMIT 1", (low, high))
    return row.fetchone() is None


def _span(connection: sqlite3.Connection) -> tuple[int, int]:
    """Return the first and last id of the messages looked at: new ones come at either end."""
    if setting(connection, _RULES) == str(RULES_VERSION):
        return int(setting(connection, _LOW)), int(setting(connection, _HIGH))
    (last,) = connection.execute("SELECT coalesce(max(id), 0) FROM message").fetchone()
    return last + 1, last


def _texts(
    connection: sqlite3.Connection, what: str, ids: Sequence[int]
) -> Iterator[tuple[int, Fields]]:
    """Yield entries or messages with their texts by field, one after the other: some are large."""
    marks = ",".join("?" * len(ids))
    if what == MESSAGE:
        pages = PageReader(connection)
        for row in connection.execute(
            f"SELECT id, page_id, start, length FROM message WHERE id IN ({marks}) "
            "ORDER BY page_id, start",
            ids,
        ).fetchall():
            yield row[0], {"body": pages.body(*row[1:])}
        return
    for entry_id in ids:
        found: Fields = {}
        for title, body, tags in connection.execute(
            "SELECT title, body, tags FROM entry WHERE id=?", (entry_id,)
        ):
            found = {"title": title, "body": body, "tags": tags}
        for source_id, quote in connection.execute(
            "SELECT id, quote FROM entry_source WHERE entry_id=? AND quote!=''", (entry_id,)
        ).fetchall():
            found[f"quote {source_id}"] = quote
        yield entry_id, found


def _renew(connection: sqlite3.Connection, what: str, ids: Sequence[int], now: int) -> int:
    """Note what stands in texts now, keeping what a person said of it; return how many are open."""
    known = _known(connection, what, ids)
    count = 0
    for object_id, fields in _texts(connection, what, ids):
        found = _found_in(fields)
        if found or object_id in known:
            count += _note(connection, what, object_id, found, known[object_id], now)
    return count


def _known(
    connection: sqlite3.Connection, what: str, ids: Sequence[int]
) -> defaultdict[int, list[Finding]]:
    known: defaultdict[int, list[Finding]] = defaultdict(list)
    condition = f"object=? AND object_id IN ({','.join('?' * len(ids))})"
    for each in _findings(connection, condition, (what, *ids)):
        known[each.object_id].append(each)
    return known


def _found_in(fields: Fields) -> list[tuple[str, Found]]:
    return [(name, each) for name, text in fields.items() for each in find_secrets(text)][:MOST]


def _note(
    connection: sqlite3.Connection,
    what: str,
    object_id: int,
    found: list[tuple[str, Found]],
    known: list[Finding],
    now: int,
) -> int:
    """Bring the findings of one object up to date; return how many of them are open."""
    here = {(each.field, each.start, *_name(each)): each for each in known}
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
            moved[(old.field, *_name(old))].append(old)
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
    connection.executemany(
        "INSERT OR REPLACE INTO finding (object, object_id, field, start, length, rule, rules, "
        "redacted, at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
            (what, object_id, name, each.start, each.length, each.rule, RULES_VERSION,
             each.redacted, now)
            for name, each in added
        ],
    )  # fmt: skip
    return len(added) + sum(old.status != DISMISSED for old, _ in stay)


def _name(finding: Finding) -> tuple[str, int, str]:
    return finding.rule, finding.length, finding.redacted


def _findings(
    connection: sqlite3.Connection, condition: str, values: Sequence[object]
) -> Iterator[Finding]:
    rows = connection.execute(
        f"SELECT {_FIELDS} FROM finding WHERE {condition} ORDER BY id", values
    )
    return (Finding(*row) for row in rows.fetchall())


def findings_of(connection: sqlite3.Connection, what: str, object_id: int) -> list[Finding]:
    """Return all that is noted of an entry or a message, in the order of its text."""
    found = _findings(connection, "object=? AND object_id=?", (what, object_id))
    return sorted(found, key=lambda each: (each.field, each.start))


def open_findings(
    connection: sqlite3.Connection,
    *,
    what: str = "",
    kinds: Iterable[str] = (),
    status: str = OPEN,
    after: int = 0,
    limit: int = -1,
) -> list[Finding]:
    """Return findings in the order they came, of entries or messages or both, of some kinds.

    `after` is the id of the last one that was seen.
    """
    wanted = set(kinds)
    rules = [rule for rule, kind in KINDS.items() if not wanted or kind in wanted]
    condition = f"status=? AND id>? AND rule IN ({','.join('?' * len(rules))})"
    values: list[object] = [status, after, *rules]
    if what:
        condition += " AND object=?"
        values.append(what)
    rows = connection.execute(
        f"SELECT {_FIELDS} FROM finding WHERE {condition} ORDER BY id LIMIT ?", (*values, limit)
    )
    return [Finding(*row) for row in rows]


def dismiss_findings(connection: sqlite3.Connection, finding_ids: Sequence[int], now: int) -> int:
    """Say that findings are none; return how many were open.

    That holds while the same stands there: more of it is a finding of its own.
    """
    found = [_must_be(connection, each) for each in dict.fromkeys(finding_ids)]
    wanted = [each for each in found if each.status == OPEN]
    about = wanted[0].rule if len(wanted) == 1 else f"{len(wanted)} findings"
    with operation(connection, "dismiss", now=now, about=about) as recorder:
        for each in wanted:
            recorder.touch("finding", each.id)
            connection.execute("UPDATE finding SET status=? WHERE id=?", (DISMISSED, each.id))
    return len(wanted)


def reveal(connection: sqlite3.Connection, finding_id: int) -> str:
    """Return a finding in full: for a person who asked for just that, and never for a log.

    Raises UsageProblem where it does not stand there any more.
    """
    finding = _must_be(connection, finding_id)
    texts = dict(_texts(connection, finding.object, [finding.object_id]))
    text = texts.get(finding.object_id, {}).get(finding.field, "")
    for each in find_secrets(text):
        if (each.start, each.name) == (finding.start, _name(finding)):
            return text[each.start : each.start + each.length]
    raise UsageProblem("that text has changed since; look for secrets in it again")


def _must_be(connection: sqlite3.Connection, finding_id: int) -> Finding:
    found = next(_findings(connection, "id=?", (finding_id,)), None)
    if found is None:
        raise UsageProblem(f"there is no finding number {finding_id}")
    return found
