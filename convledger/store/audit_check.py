"""Verifies the audit log: the chain, what it commits to, and the rows as they stand now."""

from __future__ import annotations

import re
import sqlite3
from dataclasses import dataclass, field
from hashlib import sha256
from typing import NamedTuple

from convledger.store import audited
from convledger.store.audit import FIRST, FORGOTTEN, OUTSIDE, Head, commitment_of, hash_of
from convledger.store.audit_forget import spans_in
from convledger.store.connection import has_drafts
from convledger.store.literals import values_in, with_digests

# How what is noted of an entry ends: the version, and digests of what it says.
_VERSION = re.compile(r",version=([0-9]+),title=#([0-9a-f]{64}),body=#([0-9a-f]{64})\Z")
_MOST = 20  # problems that are told one by one
_LEAST = -(1 << 63)  # the least number that SQLite has
_ANOTHER = "the log up to there was written anew, or this is another ledger"
_COMPARE = "compare the ledger with a backup: `convledger audit list` shows where it differs"
_LOG_CHANGED = f"somebody has changed the log itself; {_COMPARE}"
_ROW_CHANGED = (
    "somebody has changed the ledger with another program and kept it from being noted; set it "
    "right, which is noted, or restore a backup"
)


class Problem(NamedTuple):
    """What is not as it should be in one phrase, and what that means and what to do."""

    what: str
    meaning: str


@dataclass(slots=True)
class Verdict:
    """What verifying found: how many events there are, of how many the words were erased.

    `outside` are those of other programs: noted, and yet not by this one.
    """

    events: int = 0
    erased: int = 0
    outside: int = 0
    head: Head = field(default_factory=lambda: Head(0, FIRST))
    problems: list[Problem] = field(default_factory=list)
    more: int = 0  # problems beside these

    @property
    def is_sound(self) -> bool:
        """Whether nothing was found."""
        return not self.problems

    def note(self, what: str, meaning: str) -> None:
        """Note a problem; after twenty they are counted alone."""
        if len(self.problems) < _MOST:
            self.problems.append(Problem(what, meaning))
        else:
            self.more += 1


def verify(connection: sqlite3.Connection, known: Head | None = None) -> Verdict:
    """Verify everything; `known` is a head that was written down: up to it nothing has changed."""
    verdict, noted = Verdict(), _Noted()
    is_read, is_behind = _is_read(connection, verdict, noted, known), has_drafts(connection)
    if is_read:
        if is_behind:
            _follow_drafts(connection, noted)
        _rows(connection, verdict, noted)
    _watching(connection, verdict)
    if is_behind:
        verdict.note(
            "rows were changed beside the program",
            "another program has changed the ledger; the next change here takes that into the log "
            'as made "outside", and `convledger audit list -v` shows it then',
        )
    return verdict


def verify_last(connection: sqlite3.Connection, count: int) -> Verdict:
    """Verify the last events alone, and that SQLite still notes what is changed."""
    verdict = Verdict()
    (last,) = connection.execute("SELECT coalesce(max(seq), 0) FROM audit_event").fetchone()
    _is_read(connection, verdict, _Noted(), None, after=max(0, last - count))
    _watching(connection, verdict)
    return verdict


def _is_read(
    connection: sqlite3.Connection,
    verdict: Verdict,
    noted: _Noted,
    known: Head | None,
    *,
    after: int = 0,
) -> bool:
    """Verify the events and tell whether all of them can be read."""
    try:
        _chain(connection, verdict, noted, known, after)
    except (sqlite3.OperationalError, ValueError) as error:
        if isinstance(error, sqlite3.OperationalError) and "UTF-8" not in str(error):
            raise
        verdict.note("an event can't be read", _LOG_CHANGED)
        return False
    return True


@dataclass(slots=True)
class _Noted:
    """What the log says: the last content of each row, and what was erased from it."""

    states: dict[str, str | None] = field(default_factory=dict)
    versions: dict[tuple[str, int], tuple[str, str]] = field(default_factory=dict)  # of entries
    unknown: list[int] = field(default_factory=list)  # the events without words
    forgotten: set[int] = field(default_factory=set)  # the events that an erasure names

    def take(self, about: str, content: str | None) -> None:
        """Take in what a row says from now on, None where it is gone."""
        self.states[about] = content
        if content and (text := _VERSION.search(content)):
            self.versions[about, int(text[1])] = (text[2], text[3])


def _chain(
    connection: sqlite3.Connection,
    verdict: Verdict,
    noted: _Noted,
    known: Head | None,
    after: int,
) -> None:
    """Verify the events in turn, those after a number."""
    previous, expected = FIRST, after + 1
    if after:
        query = "SELECT hash FROM audit_event WHERE seq=?"
        before = connection.execute(query, (after,)).fetchone()
        if before is None:
            verdict.note(_missing(after, after), _LOG_CHANGED)
        previous = before[0] if before else FIRST
    unknown = noted.unknown
    wanted = known.seq if known is not None else 0
    rows = connection.execute(
        "SELECT seq, at, actor, action, object, batch, commitment, hash, salt, about, content "
        "FROM audit_event LEFT JOIN audit_content USING (seq) WHERE seq>? ORDER BY seq",
        (after or _LEAST,),
    )
    seq, stored, count, outside = 0, FIRST, 0, 0
    for seq, at, actor, action, what, batch, commitment, stored, salt, about, content in rows:
        if seq < expected:
            verdict.note(f"event {seq} stands before the first", _LOG_CHANGED)
        elif seq > expected:
            verdict.note(_missing(expected, seq - 1), _LOG_CHANGED)
        elif hash_of(previous, (seq, at, actor, action, what, batch), commitment) != stored:
            verdict.note(
                f"event {seq} is not as it was written, or the one before it is not", _LOG_CHANGED
            )
        if about is None:
            unknown.append(seq)
        elif commitment_of(salt, about, content) != commitment:
            verdict.note(f"what event {seq} says is not as it was written", _LOG_CHANGED)
        elif about == FORGOTTEN:
            noted.forgotten |= spans_in(content or "", seq)
        else:
            noted.take(about, content)
        count += 1
        outside += actor == OUTSIDE
        if seq >= expected:
            previous, expected = stored, seq + 1
        if seq == wanted and known is not None and stored != known.hash:
            verdict.note(
                f"event {seq} is another than the one whose hash was written down", _ANOTHER
            )
    if known is not None and known.seq == 0 and known.hash != FIRST:
        verdict.note("before the first event stand zeros, and not that hash", _ANOTHER)
    verdict.events, verdict.outside = count, outside
    verdict.head = Head(seq, stored)
    verdict.erased = len(unknown)
    for (alone,) in connection.execute(
        "SELECT seq FROM audit_content WHERE seq>? AND seq NOT IN (SELECT seq FROM audit_event)",
        (after or _LEAST,),
    ):
        verdict.note(f"words of event {alone} are there, the event is not", _LOG_CHANGED)
    for seq in unknown:
        if seq not in noted.forgotten:
            verdict.note(f"what event {seq} says is gone, and no erasure tells so", _LOG_CHANGED)
    if known is not None and known.seq > verdict.head.seq:
        verdict.note(
            f"the log ends with event {verdict.head.seq}, but event {known.seq} was written down",
            "its end was cut off, or an older copy of the ledger was put in its place",
        )


def _follow_drafts(connection: sqlite3.Connection, noted: _Noted) -> None:
    """Take in what is noted and not in the log yet: such a change was not kept from being noted."""
    for table, about, content in connection.execute(
        "SELECT table_name, about, content FROM audit_draft ORDER BY id"
    ):
        each = audited.BY_TABLE.get(table)
        if each is None:
            continue
        try:
            noted.take(about, with_digests(content, each.digested) if content else content)
        except ValueError:  # no such row was ever noted: somebody wrote it there
            continue


def _missing(first: int, last: int) -> str:
    return f"event {first} is missing" if first == last else f"events {first}-{last} are missing"


def _rows(connection: sqlite3.Connection, verdict: Verdict, noted: _Noted) -> None:
    """Compare the rows as they stand with what the log last said of them."""
    there = audited.tables_of(connection)
    states = noted.states
    seen = set()
    for each in audited.AUDITED:
        if each.table not in there:
            continue
        digested = each.digested
        for about, content in connection.execute(
            f"SELECT {each.about_of('row')}, {each.content_of('row')} FROM {each.table} AS row "
            f"WHERE {each.where('row')}"
        ):
            seen.add(about)
            state = states.get(about)
            if state is None:
                verdict.note(f"{_named(about)} was added beside the log", _ROW_CHANGED)
            elif state != (with_digests(content, digested) if digested else content):
                verdict.note(f"{_named(about)} is not as the log says", _ROW_CHANGED)
    for about, state in states.items():
        if state is not None and about not in seen and _is_row(about, there):
            verdict.note(f"{_named(about)} was removed beside the log", _ROW_CHANGED)
    if "entry_version" in there:
        _versions(connection, verdict, noted)


def _versions(connection: sqlite3.Connection, verdict: Verdict, noted: _Noted) -> None:
    """Compare former texts of entries with what the log said when they were the latest."""
    for entry_id, number, *texts in connection.execute(
        "SELECT entry_id, number, CAST(title AS BLOB), CAST(body AS BLOB) FROM entry_version "
        "ORDER BY 1, 2"
    ):
        said = noted.versions.get((f"entry id={entry_id}", number))
        if said and said != tuple(sha256(text).hexdigest() for text in texts):
            verdict.note(
                f"version {number} of entry {entry_id} is not as the log says", _ROW_CHANGED
            )


def _is_row(about: str, there: set[str]) -> bool:
    table = about.partition(" ")[0]
    return table in audited.BY_TABLE and table in there


def _named(about: str) -> str:
    """Return what to call a row: its numbers alone, never a word that it holds."""
    table, _, key = about.partition(" ")
    each = audited.BY_TABLE[table]
    numbers = [str(part) for part in values_in(key).values() if isinstance(part, int)]
    whose = f" of conversation {numbers[0]}" if each.key[0] == "conversation_id" else ""
    return each.named + (whose or (f" {' '.join(numbers)}" if numbers else ""))


def _watching(connection: sqlite3.Connection, verdict: Verdict) -> None:
    """See that SQLite still notes changes."""
    have = audited.triggers_of(connection)
    wanted = audited.wanted_triggers(connection)
    lost = sum(have.get(name) != text for name, text in wanted.items())
    if lost:
        verdict.note(
            f"{lost} of the triggers that note changes are missing or others",
            "somebody has kept changes from being noted; restore a backup, or move what you have "
            "to a new workspace",
        )
