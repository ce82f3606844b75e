"""Memory entries that have travelled: their texts by versions, all else by what it has been."""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

import msgspec

from convledger.clock import parse_instant
from convledger.errors import UsageProblem, WorkspaceError
from convledger.memory.exported import Exported
from convledger.memory.importing import ImportResult
from convledger.memory.restoring import Restoring, WentApart
from convledger.memory.words import PROPOSED
from convledger.moving.deciding import Choice, decide
from convledger.moving.portable import Numbers
from convledger.moving.telling import TAKE_THEIRS
from convledger.store.entries import change_entry, entries_where
from convledger.store.erasing import has
from convledger.store.literals import values_in
from convledger.store.operations import Recorder

FACTS = (
    "kind", "scope", "tags", "state", "sensitivity", "pinned", "value", "source_date", "valid_from",
    "valid_to", "verified_at", "verified_by", "review_days", "review_at", "superseded_by",
)  # fmt: skip
_DIGITS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


class Moved(Exported, kw_only=True):
    """An entry with the states that all but its text has been in."""

    before: list[str] = msgspec.field(default_factory=list)


@dataclass(slots=True)
class TakenEntries:
    """What came of entries: counts, and in words what nobody but a person can decide."""

    result: ImportResult = field(default_factory=ImportResult)
    changed: int = 0
    apart: list[str] = field(default_factory=list)


def facts_before(connection: sqlite3.Connection, numbers: Numbers) -> dict[int, list[str]]:
    """Return the states of entries by number, the present one last."""
    found: dict[int, list[str]] = defaultdict(list)
    if has(connection, "audit_content"):
        rows = connection.execute(
            "SELECT entry_id, content FROM audit_content "
            "WHERE about LIKE 'entry %' AND content IS NOT NULL ORDER BY seq"
        )
        for number, content in rows:
            _append(found[number], _state(values_in(content), numbers))
    columns = ", ".join(FACTS)
    for number, *values in connection.execute(f"SELECT id, {columns} FROM entry"):
        row = dict(zip(FACTS, values, strict=True))
        _append(found[number], _state(row, numbers))
    return found


def _append(states: list[str], state: str) -> None:
    if states[-1:] != [state]:
        states.append(state)


def _state(row: dict[str, Any], numbers: Numbers) -> str:
    said = [row[name] for name in FACTS[:-1]]
    said.append(numbers.entries.get(row["superseded_by"]))
    return sha256(msgspec.json.encode(said)).hexdigest()[:12]


def read_moved(lines: Iterable[tuple[int, dict[str, Any]]], place: object) -> list[Moved]:
    """Return the entries of a file. Raises WorkspaceError."""
    found = []
    for number, record in lines:
        if "convledger" in record:
            continue
        try:
            found.append(msgspec.convert(record, Moved))
        except msgspec.ValidationError as error:
            raise WorkspaceError(f"{place}, line {number}: no entry: {error}") from error
    return found


def take_memory(
    connection: sqlite3.Connection,
    recorder: Recorder,
    records: list[Moved],
    now: int,
    conversation: Callable[[str, str], int | None],
    *,
    theirs: bool,
) -> TakenEntries:
    """Take entries in: what is new, later versions, later states; of two ways both are kept."""
    taken = TakenEntries()
    ours = facts_before(connection, Numbers.load(connection))
    here = {each.name: each for each in entries_where(connection)}
    names = {record.name for record in records}
    taking = Restoring(connection, recorder, now, names, taken.result, conversation)
    made: dict[str, int] = {}
    for record in records:
        try:
            entry_id = taking.take(record)
        except WentApart:
            entry_id = None
            _keep_both(taking, record, taken)
        except UsageProblem as problem:
            taken.apart.append(f"entry {record.name} can't be taken in: {problem}")
            continue
        known = here.get(record.name)
        if entry_id is not None:
            made[record.name] = entry_id
        elif known is not None and record.before:
            _facts(connection, recorder, known.id, ours[known.id], record, taken, theirs=theirs)
    taking.bind([("", record) for record in records], made)
    return taken


def _keep_both(taking: Restoring, record: Moved, taken: TakenEntries) -> None:
    """Keep an entry that went another way under a name made of its own and its text."""
    digest = sha256(f"{record.name}\0{record.title}\0{record.body}".encode("utf-8", "replace"))
    number = int.from_bytes(digest.digest()[:10])
    tail = "".join(_DIGITS[number >> shift & 31] for shift in range(75, -1, -5))
    copy = msgspec.structs.replace(
        record, name=record.name[:10] + tail, superseded_by=None, state=PROPOSED
    )
    if taking.take(copy) is not None:
        taken.apart.append(
            f"entry {record.name} was edited in both: ours stays, theirs is proposed as {copy.name}"
        )


def _facts(
    connection: sqlite3.Connection,
    recorder: Recorder,
    entry_id: int,
    ours: list[str],
    record: Moved,
    taken: TakenEntries,
    *,
    theirs: bool,
) -> None:
    """Give an entry the later of two states of all but its text."""
    choice = decide(ours, record.before)
    if choice is Choice.APART and not theirs:
        words = f"entry {record.name} is labelled otherwise there: ours stays"
        taken.apart.append(f"{words}; {TAKE_THEIRS}")
    if choice is Choice.THEIRS or (choice is Choice.APART and theirs):
        successor = connection.execute(
            "SELECT id FROM entry WHERE name=?", (record.superseded_by,)
        ).fetchone()
        change_entry(
            connection, recorder, entry_id, kind=record.kind,
            scope="" if record.scope == "global" else record.scope, tags=tuple(record.tags),
            state=record.state, sensitivity=record.sensitivity, pinned=record.pinned,
            value=record.value, source_date=parse_instant(record.source_date),
            valid_from=parse_instant(record.valid_from), valid_to=parse_instant(record.valid_to),
            verified_at=parse_instant(record.verified_at), verified_by=record.verified_by,
            review_days=record.review_days, review_at=parse_instant(record.review_at),
            superseded_by=successor[0] if successor else None,
        )  # fmt: skip
        taken.changed += 1
