"""Verifies the audit log: the chain, what it commits to, and the rows as they stand now."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import dataclass, field
from hashlib import sha256

from msgspec.json import Decoder

from convledger.store import audited
from convledger.store.audit import (
    FIRST,
    FORGOTTEN,
    Event,
    Head,
    committed,
    hash_of,
    object_of,
)
from convledger.store.connection import has_drafts

_decode = Decoder().decode
_MOST = 20  # problems that are told one by one


@dataclass(slots=True)
class Verdict:
    """What verifying found: how many events there are, of how many the content was erased."""

    events: int = 0
    erased: int = 0
    head: Head = field(default_factory=lambda: Head(0, FIRST))
    problems: list[str] = field(default_factory=list)

    @property
    def is_sound(self) -> bool:
        """Whether nothing was found."""
        return not self.problems

    def note(self, problem: str) -> None:
        """Note a problem; after twenty there is no use in more."""
        if len(self.problems) < _MOST:
            self.problems.append(problem)


def verify(connection: sqlite3.Connection, known: Head | None = None) -> Verdict:
    """Verify everything; `known` is a head that was written down: up to it nothing has changed."""
    verdict = Verdict()
    noted = _chain(connection, verdict, known)
    for seq in noted.unknown.keys() - noted.forgotten:
        verdict.note(f"what event {seq} is about is gone, and no erasure says so")
    _rows(connection, verdict, noted)
    _watching(connection, verdict)
    return verdict


@dataclass(slots=True)
class _Noted:
    """What the log says: the last content of each row, and what was erased from it."""

    states: dict[tuple[str, str], str | None] = field(default_factory=dict)
    unknown: dict[int, str] = field(default_factory=dict)  # the objects of events without content
    forgotten: set[int] = field(default_factory=set)  # the events that an erasure names


def _chain(connection: sqlite3.Connection, verdict: Verdict, known: Head | None) -> _Noted:
    """Verify the events in turn."""
    previous, expected = FIRST, 1
    noted = _Noted()
    rows = connection.execute(
        "SELECT seq, at, actor, action, object, batch, commitment, hash, salt, content "
        "FROM audit_event LEFT JOIN audit_content USING (seq) ORDER BY seq"
    )
    for seq, at, actor, action, what, batch, commitment, stored, salt, content in rows:
        verdict.events += 1
        if seq != expected:
            verdict.note(_missing(expected, seq - 1))
        event = Event(seq, at, actor, action, what, batch)
        if hash_of(previous, event, commitment) != stored and seq == expected:
            verdict.note(f"event {seq} is not as it was written, or one before it is not")
        if content is None:
            verdict.erased += 1
            noted.unknown[seq] = what
        elif sha256(salt + content.encode()).digest() != commitment:
            verdict.note(f"what event {seq} is about is not as it was written")
        else:
            told = _decode(content)
            if told["table"] == FORGOTTEN:
                noted.forgotten.update(told["key"])
            else:
                which = (told["table"], json.dumps(told["key"]))
                noted.states[which] = None if told["row"] is None else content
        if known is not None and seq == known.seq and stored != known.hash:
            verdict.note(f"event {seq} is another than the one whose hash was written down")
        previous, expected = stored, seq + 1
        verdict.head = Head(seq, stored)
    if known is not None and known.seq > verdict.head.seq:
        verdict.note(
            f"the log ends with event {verdict.head.seq}, but event {known.seq} was written down: "
            "its end was cut off"
        )
    return noted


def _missing(first: int, last: int) -> str:
    return f"event {first} is missing" if first == last else f"events {first}-{last} are missing"


def _rows(connection: sqlite3.Connection, verdict: Verdict, noted: _Noted) -> None:
    """Compare the rows as they stand with what the log last said of them."""
    there = audited.tables_of(connection)
    unknown = set(noted.unknown.values())
    seen = set()
    for each in audited.AUDITED:
        if each.table not in there:
            continue
        only = f"WHERE {each.only.format(row='row')}" if each.only else ""
        rows = connection.execute(
            f"SELECT {each.key_of('row')}, {each.content_of('row')}, "
            f"{f'row.{each.conversation}' if each.conversation else 'NULL'} "
            f"FROM {each.table} AS row {only}"
        )
        for key, content, conversation in rows:
            which = (each.table, json.dumps(audited.values_in(key)))
            seen.add(which)
            if which not in noted.states:
                if not each.are_found and object_of(each.table, key, conversation) not in unknown:
                    verdict.note(f"{_named(each, which[1])} was added beside the log")
            elif noted.states[which] != committed(each.table, key, content):
                verdict.note(f"{_named(each, which[1])} is not as the log says")
    for which, state in noted.states.items():
        each = audited.BY_TABLE[which[0]]
        if state is not None and which not in seen and not each.are_found:
            verdict.note(f"{_named(each, which[1])} was removed beside the log")


def _named(each: audited.Audited, key: str) -> str:
    """Return what to call a row: its numbers alone, never a word that it holds."""
    numbers = [str(part) for part in json.loads(key) if isinstance(part, int)]
    whose = f" of conversation {numbers[0]}" if each.key[0] == "conversation_id" else ""
    return each.named + (whose or (f" {' '.join(numbers)}" if numbers else ""))


def _watching(connection: sqlite3.Connection, verdict: Verdict) -> None:
    """See that SQLite still notes changes, and that none waits that the program did not make."""
    have = audited.triggers_of(connection)
    wanted = audited.wanted_triggers(connection)
    lost = sum(have.get(name) != text for name, text in wanted.items())
    if lost:
        verdict.note(f"{lost} of the triggers that note changes are missing or others")
    if has_drafts(connection):
        verdict.note("rows were changed beside the program; they are not in the chain yet")
