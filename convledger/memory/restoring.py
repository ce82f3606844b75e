"""Takes an export of memory in again: the same entries, with their states and versions."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from convledger.clock import parse_instant
from convledger.errors import UsageProblem
from convledger.memory.drafts import Draft, checked, one_of
from convledger.memory.exported import DOTTED, Exported, Source
from convledger.memory.importing import IMPORT, ImportResult
from convledger.memory.keeping import is_known, put
from convledger.memory.readers.exported import records
from convledger.memory.readers.items import Rejected, storable
from convledger.memory.words import STATES, text_hash
from convledger.store.entries import (
    Entry,
    EntrySource,
    add_entry,
    add_source,
    change_entry,
    entries_where,
    versions_of,
    write_entry,
)
from convledger.store.operations import Recorder, operation
from convledger.store.tombstones import is_erased

_NAME = re.compile(r"[0-9A-HJKMNP-TV-Z]{26}")
_KINDS = ("message", "file", "url", "row", "manual")
_STATUSES = ("ok", "changed", "missing")
_WORD = 80  # characters of an editor's name
Text = tuple[str, str]  # title and body


def restore(connection: sqlite3.Connection, path: Path, content: bytes, now: int) -> ImportResult:
    """Take an export in, as one change: what is here already stays, what is new comes as it was.

    Tokens are counted anew; what is said of pairs, findings and packs is not in an export.
    """
    result = ImportResult()
    found: list[tuple[str, Exported]] = []
    for place, record in records(content):
        if isinstance(record, Rejected):
            result.rejected.append(record)
        else:
            found.append((place, record))
    names = {record.name for _, record in found}
    about = storable(path.name)
    with operation(connection, IMPORT, now=now, about=about, actor=IMPORT) as recorder:
        restoring = Restoring(connection, recorder, now, names, result)
        made: dict[str, int] = {}
        for place, record in found:
            try:
                entry_id = restoring.take(record)
            except UsageProblem as problem:
                result.rejected.append(Rejected(place, str(problem)))
                continue
            if entry_id is not None:
                made[record.name] = entry_id
        restoring.bind(found, made)
    return result


class WentApart(UsageProblem):
    """An entry has gone another way here than where it comes from."""


@dataclass(slots=True)
class Restoring:
    """An export that is being taken in.

    `conversation` returns the number of a conversation whose texts may still be to come; without it
    quotes are bound to what is here alone.
    """

    connection: sqlite3.Connection
    recorder: Recorder
    now: int
    names: set[str]
    result: ImportResult
    conversation: Callable[[str, str], int | None] | None = None

    def take(self, record: Exported) -> int | None:
        """Take one entry in; returns its id where it is new or changed. Raises UsageProblem."""
        entry, texts = self._entry(record)
        if any(is_erased(self.connection, "entry", text_hash(body)) for _, body in texts):
            self.result.erased += 1
            return None
        here = next(entries_where(self.connection, "name=?", (record.name,)), None)
        if here is not None:
            return self._go_on(here, entry, record, texts)
        known = is_known(self.connection, Draft(entry.body, scope=entry.scope))
        if known is not None and self._name(known) not in self.names:
            sources = tuple(map(self._source, record.sources))
            draft = checked(Draft(entry.body, scope=entry.scope, sources=sources))
            put(self.connection, self.recorder, draft, self.now, actor=IMPORT)
            self.result.same += 1
            return None
        first = record.versions[0]
        entry_id = add_entry(self.connection, self.recorder, entry, _word(first.by))
        self._write(entry_id, record, texts, 1)
        for source in map(self._source, record.sources):
            add_source(self.connection, self.recorder, entry_id, source)
        self.result.new += 1
        return entry_id

    def _name(self, entry_id: int) -> str:
        row = self.connection.execute("SELECT name FROM entry WHERE id=?", (entry_id,)).fetchone()
        return str(row[0])

    def _go_on(self, here: Entry, entry: Entry, record: Exported, texts: list[Text]) -> int | None:
        """Let an entry that is here go on to later versions; where it went another way it stays."""
        own = [(each.title, each.body) for each in versions_of(self.connection, here.id)]
        if record.secrets == DOTTED or own == texts or own[: len(texts)] == texts:
            self.result.same += 1
            return None
        if texts[: len(own)] != own:
            raise WentApart("another text is here under that name: it stays")
        self._write(here.id, record, texts, len(own))
        change_entry(
            self.connection, self.recorder, here.id, kind=entry.kind, scope=entry.scope,
            tags=entry.tags, state=entry.state, sensitivity=entry.sensitivity, pinned=entry.pinned,
            value=entry.value, source_date=entry.source_date, valid_from=entry.valid_from,
            valid_to=entry.valid_to, verified_at=entry.verified_at, verified_by=entry.verified_by,
            review_days=entry.review_days, review_at=entry.review_at,
        )  # fmt: skip
        self.result.changed += 1
        return here.id

    def _write(self, entry_id: int, record: Exported, texts: list[Text], since: int) -> None:
        for version, (title, body) in list(zip(record.versions, texts, strict=True))[since:]:
            write_entry(
                self.connection, self.recorder, entry_id, editor=_word(version.by),
                reason=storable(version.reason)[:1000], now=parse_instant(version.at) or self.now,
                title=title, body=body, hash=text_hash(body), tokens=None, tokens_method="",
            )  # fmt: skip

    def _entry(self, record: Exported) -> tuple[Entry, list[Text]]:
        """Return an entry with its first text, and all of its texts. Raises UsageProblem."""
        if not _NAME.fullmatch(record.name):
            raise UsageProblem(f"{record.name!r:.40} is no name of an entry")
        texts = [_text(each.title, each.body) for each in record.versions]
        wanted = Draft(
            storable(record.body), storable(record.title), record.kind, storable(record.scope),
            tuple(map(storable, record.tags)), record.sensitivity, record.value, record.pinned,
            parse_instant(record.source_date), parse_instant(record.valid_from),
            parse_instant(record.valid_to),
        )  # fmt: skip
        draft = checked(wanted)
        if not texts or texts[-1] != (draft.title, draft.body):
            raise UsageProblem("its versions do not end with its text")
        first, days = texts[0], record.review_days
        entry = Entry(
            id=0, name=record.name, kind=draft.kind, title=first[0], body=first[1],
            scope=draft.scope, tags=draft.tags, state=one_of(record.state, STATES, "state"),
            sensitivity=draft.sensitivity, pinned=draft.pinned, value=draft.value,
            source_date=draft.source_date, valid_from=draft.valid_from, valid_to=draft.valid_to,
            recorded_at=parse_instant(record.recorded_at) or self.now,
            verified_at=parse_instant(record.verified_at), verified_by=_word(record.verified_by),
            review_days=days if days and 0 < days <= 3650 else None,
            review_at=parse_instant(record.review_at), hash=text_hash(first[1]),
        )  # fmt: skip
        return entry, texts

    def _source(self, source: Source) -> EntrySource:
        """Return a source; what it quotes is found again where its conversation is here."""
        conversation = message = None
        if source.quote_hash and source.message is not None:
            row = self.connection.execute(
                "SELECT conversation.id FROM conversation JOIN reader ON reader.id=reader_id "
                "JOIN message ON message.conversation_id=conversation.id "
                "WHERE reader.name=? AND native=? AND message.key=?",
                (storable(source.reader), storable(source.conversation), source.message),
            ).fetchone() if abs(source.message) < 1 << 63 else None  # fmt: skip
            if row is not None:
                conversation, message = row[0], source.message
        if conversation is None and self.conversation is not None and source.conversation:
            conversation = self.conversation(source.reader, source.conversation)
            if conversation is not None and source.message is not None:
                message = source.message if abs(source.message) < 1 << 63 else None
        return EntrySource(
            kind=one_of(source.kind, _KINDS, "kind of source"), place=storable(source.place)[:4000],
            conversation_id=conversation, message_key=message, start=_count(source.start),
            length=_count(source.length), quote=storable(source.quote)[:20_000],
            quote_hash=storable(source.quote_hash)[:64],
            source_date=parse_instant(source.source_date),
            status=source.status if source.status in _STATUSES else "ok",
        )  # fmt: skip

    def bind(self, found: list[tuple[str, Exported]], made: dict[str, int]) -> None:
        """Let entries know again what took their place."""
        for _, record in found:
            entry_id, successor = made.get(record.name), made.get(record.superseded_by or "")
            if entry_id is not None and successor is not None and successor != entry_id:
                change_entry(self.connection, self.recorder, entry_id, superseded_by=successor)


def _text(title: str, body: str) -> Text:
    draft = checked(Draft(storable(body), storable(title)))
    return draft.title, draft.body


def _word(text: str) -> str:
    return storable(text)[:_WORD]


def _count(number: int) -> int:
    return number if 0 <= number < 1 << 31 else 0
