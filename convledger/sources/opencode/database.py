"""Reads OpenCode's database: what is new or changed since the last reading, a page at a time."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec
from msgspec import Struct, field

from convledger.sources.document import Document, Found, NotReadable
from convledger.sources.findings import Figures, Flag, Rejected, Texts
from convledger.sources.lenient import BadLine, decode_line
from convledger.sources.opencode import records
from convledger.sources.opencode.figures import call_of, describe, instant
from convledger.sources.opencode.records import Record, Session
from convledger.sources.opencode.texts import messages_of, prompt_in
from convledger.sources.sqlite_tables import Mark, Row, Table, text_in
from convledger.sources.titles import PROMPT, title_line
from convledger.sources.values import instant_of, text_of

_FIGURES_AT_ONCE, _TEXTS_AT_ONCE = 1000, 150
_RECENT_MESSAGES, _RECENT_PARTS = 2000, 5000  # rows that may still change, of a session in use
_LAST_MESSAGES, _LAST_PARTS = 64, 256  # of any session: not all versions touch the session's row
_MOST_OPEN = 200
_SLACK = 5000  # milliseconds that a row may be stored later than its own time says
_MOST_SEARCHED = 3
_FORKS = {"kilo": "Kilo", "mimocode": "MiMoCode"}

_SESSION = (
    "id", "parent_id", "directory", "title", "version", "time_created", "time_updated", "revert",
)  # fmt: skip
_ORIGIN = (
    "SELECT s.id FROM session AS s WHERE s.time_created<=? AND s.id<>? AND EXISTS "
    "(SELECT 1 FROM message AS m WHERE m.session_id=s.id AND m.time_created=?) "
    "ORDER BY s.time_created, s.id LIMIT 1"
)
BEFORE = "WHERE session_id=? AND (time_created, id) < (?, ?) ORDER BY time_created DESC, id DESC"


class Position(Struct, array_like=True):
    """How far a database was read; `at` is 0 until it was read to its end once."""

    messages: Mark = field(default_factory=Mark)
    parts: Mark = field(default_factory=Mark)
    at: int = 0
    open: list[str] = field(default_factory=list)
    reverted: dict[str, str] = field(default_factory=dict)


class _Known(Struct):
    """What must be known of a session to read its messages."""

    created: int = 0
    reverted: str = ""
    origin: str = ""
    searched: int = 0


def read(document: Document, state: bytes, *, texts: bool) -> Iterator[Found]:
    """Yield what a database holds beyond the position that `state` is."""
    try:
        position = msgspec.msgpack.decode(state, type=Position) if state else Position()
    except msgspec.MsgspecError:
        position = Position()
    yield from _Reading(document, position, texts=texts).all()


class _Reading:
    def __init__(self, document: Document, position: Position, *, texts: bool) -> None:
        self._document = document
        self._texts = texts
        self._position = position
        self._sessions = Table(document, "session", _SESSION)
        self._messages = Table(
            document, "message", ("id", "session_id", "time_created", "time_updated", "data")
        )
        self._parts = Table(document, "part", ("id", "message_id", "data"))
        self._heads = Table(document, "part", ("id", "message_id", "time_updated"))
        if not {"id", "session_id", "data"} <= self._messages.has:
            raise NotReadable("not a database of OpenCode: it has no messages")
        self._known: dict[str, _Known] = {}
        self._before: dict[str, str] = {}  # the message read last, by session
        self._found = Found()
        name = document.relative.rsplit("/", 1)[-1]
        self._tool = next((_FORKS[fork] for fork in _FORKS if name.startswith(fork)), "")

    def all(self) -> Iterator[Found]:
        """Yield changed sessions, changed messages, then new ones; the position comes last."""
        position = self._position
        messages, parts = self._messages, self._heads
        until, last_part = messages.last(), parts.last() if self._texts else 0
        newest = (
            self._sessions.one("max(time_updated)") if "time_updated" in self._sessions.has else 0
        )
        read, read_parts = messages.known_until(position.messages), 0
        if not read:
            position.at, position.open, position.reverted = 0, [], {}
        since = position.at - _SLACK
        changed: list[str] = []
        for some in self._changed_sessions(since):
            changed += [text_of(row[1]) for row in some if position.at]
            yield from self._taken(0)
        again: dict[int, Row] = {}
        if position.at:
            read_parts = parts.known_until(position.parts) if self._texts else 0
            again = self._changed_messages(changed, read, since)
            if self._texts:
                again |= self._with_changed_parts(changed, read, read_parts, last_part, since)
        at_once = _TEXTS_AT_ONCE if self._texts else _FIGURES_AT_ONCE
        open_before, position.open = position.open, []
        rows = [again[number] for number in sorted(again)]
        for at in range(0, len(rows), at_once):
            self._read(rows[at : at + at_once], again=True)
            yield from self._taken(0)
        for some in messages.after(read, until, self._rejected, at_once):
            self._read(some, again=False)
            if not position.at:
                position.messages = messages.mark(some[-1][0])
            yield from self._taken(some[-1][0] / until, position)
        position.messages = messages.mark(until)
        position.parts = parts.mark(last_part)
        position.at = newest
        position.open = [*dict.fromkeys([*open_before, *position.open])][-_MOST_OPEN:]
        position.open = self._still_open(position.open)
        yield from self._taken(1, position)

    def _newest(self) -> int:
        """Return when a session was changed last; 1 where that is not told."""
        has = "time_updated" in self._sessions.has
        newest = self._sessions.one("max(time_updated)") if has else 0
        return newest if isinstance(newest, int) and newest > 0 else 1

    @property
    def _rejected(self) -> list[Rejected]:
        return self._found.texts.rejected if self._texts else self._found.figures.rejected

    def _taken(self, done: float, position: Position | None = None) -> Iterator[Found]:
        found, self._found = self._found, Found()
        found.done = int(self._document.size * done)
        if position is not None:
            found.state = msgspec.msgpack.encode(position)
        if found.state or found.figures != Figures() or found.texts != Texts():
            yield found

    # -- sessions --

    def _changed_sessions(self, since: int) -> Iterator[list[Row]]:
        """Yield the sessions that were changed, all of them at the first reading."""
        if self._position.at and "time_updated" in self._sessions.has:
            pages = iter([self._sessions.where("WHERE time_updated>=?", (since,))])
        else:
            pages = self._sessions.after(0, self._sessions.last(), self._rejected)
        for rows in pages:
            for row in rows:
                self._session(row)
            yield rows

    def _session(self, row: Row) -> None:
        _, name, parent, directory, title, version, created, updated, revert = row
        if not isinstance(name, str) or not name:
            return
        known = self._known[name] = _Known(created if isinstance(created, int) else 0)
        known.reverted = _reverted(revert)
        if known.reverted and not self._position.at:
            self._position.reverted[name] = known.reverted
        if self._texts:
            return
        facts = self._found.figures.conversation(name)
        times = records.Times(created, None, updated)
        told = (parent, directory, title, version)
        parent, directory, title, version = (text_of(each) for each in told)
        if self._tool:
            facts.details["tool"] = self._tool
        if not describe(facts, Session(name, directory, parent, title, version, times)):
            facts.entitle(PROMPT, title_line(self._first_prompt(name)))

    def _first_prompt(self, session: str) -> str:
        first = self._messages.one(
            "id", "WHERE session_id=? ORDER BY time_created, id LIMIT 1", (session,)
        )
        name = text_of(first)
        return prompt_in(self._parts_of([name]).get(name, []))

    def _knows(self, session: str) -> _Known:
        known = self._known.get(session)
        if known is None:
            rows = self._sessions.named("id", [session], self._rejected)
            known = self._known[session] = _Known()
            if rows:
                known.created = rows[0][6] if isinstance(rows[0][6], int) else 0
                known.reverted = _reverted(rows[0][8])
        return known

    # -- what has changed --

    def _changed_messages(self, sessions: list[str], read: int, since: int) -> dict[int, Row]:
        """Return stored messages that may have changed, by row."""
        table, position = self._messages, self._position
        rows = table.named("id", position.open, self._rejected)
        if "time_updated" in table.has:
            span = "rowid>? AND rowid<=? AND time_updated>=?"
            rows += table.where(f"WHERE {span}", (read - _LAST_MESSAGES, read, since))
            for session in sessions:
                rows += table.where(
                    f"WHERE session_id=? AND {span}",
                    (session, read - _RECENT_MESSAGES, read, since),
                )
        if self._texts:
            for session in sessions:
                if self._knows(session).reverted != position.reverted.get(session, ""):
                    rows += table.named("session_id", [session], self._rejected)
        for session in sessions:
            position.reverted.pop(session, None)
            if reverted := self._knows(session).reverted:
                position.reverted[session] = reverted
        return {row[0]: row for row in rows if row[0] <= read}

    def _with_changed_parts(
        self, sessions: list[str], read: int, read_parts: int, last_part: int, since: int
    ) -> dict[int, Row]:
        """Return stored messages of which parts are new or may have changed, by row."""
        table = self._heads
        heads: list[Row] = []
        for some in table.after(read_parts, last_part, self._rejected, 5000):
            heads += some
        if "time_updated" in table.has:
            span = "rowid>? AND rowid<=? AND time_updated>=?"
            heads += table.where(f"WHERE {span}", (read_parts - _LAST_PARTS, read_parts, since))
            for session in sessions:
                heads += table.where(
                    f"WHERE session_id=? AND {span}",
                    (session, read_parts - _RECENT_PARTS, read_parts, since),
                )
        names = [*dict.fromkeys(text_of(head[2]) for head in heads)]
        rows = self._messages.named("id", names, self._rejected)
        return {row[0]: row for row in rows if row[0] <= read}

    def _still_open(self, names: list[str]) -> list[str]:
        """Return those of the messages that are not over yet."""
        found = []
        for row in self._messages.named("id", names, []):
            try:
                record = decode_line(records.record, text_in(row[5]) or b"")
            except BadLine:
                continue
            if record.role == "assistant" and not record.is_over:
                found.append(text_of(row[1]))
        return found

    # -- messages --

    def _read(self, rows: list[Row], *, again: bool) -> None:
        parts = self._parts_of([text_of(row[1]) for row in rows]) if self._texts else {}
        for row in rows:
            number, uuid, session, created, _, data = row
            raw = text_in(data)
            uuid, session = text_of(uuid), text_of(session)
            try:
                if raw is None or not uuid or not session:
                    raise BadLine("a message without its id, its session or its data")
                record = decode_line(records.record, raw)
                known = self._knows(session)
                is_copy = isinstance(created, int) and 0 < created < known.created
                at = instant(record, instant_of(created) or self._document.changed_at)
                if record.role == "assistant" and not record.is_over:
                    self._position.open.append(uuid)
                if not self._texts:
                    self._count(record, (number, uuid, session, at), created if is_copy else 0)
                    continue
                flags = int(Flag.INHERITED) if is_copy else 0
                if known.reverted and uuid >= known.reverted:
                    flags |= Flag.ROLLED_BACK
                parent = self._parent(session, uuid, created, again=again)
                self._found.texts.messages += messages_of(
                    record, parts.get(uuid, []), (session, uuid, parent), (number, at), flags,
                    self._rejected,
                )  # fmt: skip
            except BadLine as error:
                self._rejected.append(Rejected(number, 0, str(error), (raw or b"")[:400]))

    def _count(self, record: Record, place: tuple[int, str, str, int], copied: int) -> None:
        number, uuid, session, at = place
        figures = self._found.figures
        origin = self._origin(session, copied) if copied else ""
        if origin:
            facts = figures.conversation(session)
            facts.parent, facts.relation = origin, "fork"
        call = call_of(
            record, uuid, session, number, at, lambda: self._parts_of([uuid]).get(uuid, [])
        )
        if call is None or (copied and call.measure):
            return
        if origin:
            call.conversation, call.copied_into = origin, session
        figures.calls.append(call)

    def _origin(self, session: str, created: int) -> str:
        """Return the session that a fork was copied from, nothing where that is not there."""
        known = self._knows(session)
        if not known.origin and known.searched < _MOST_SEARCHED:
            known.searched += 1
            rows = self._document.rows(_ORIGIN, (created, session, created))
            known.origin = text_of(rows[0][0]) if rows else ""
        return known.origin

    def _parent(self, session: str, uuid: str, created: Any, *, again: bool) -> str:
        before = "" if again else self._before.get(session, "")
        if not before:
            found = self._messages.one("id", f"{BEFORE} LIMIT 1", (session, created, uuid))
            before = text_of(found)
        if not again:
            self._before[session] = uuid
        return before

    def _parts_of(self, names: list[str]) -> dict[str, list[bytes]]:
        """Return the parts of messages, each in the order they were begun."""
        rows = self._parts.named("message_id", names, self._rejected)
        found: dict[str, list[bytes]] = {}
        for row in sorted(rows, key=lambda row: (text_of(row[1]), row[0])):
            if (raw := text_in(row[3])) is not None:
                found.setdefault(text_of(row[2]), []).append(raw)
        return found


def _reverted(value: object) -> str:
    """Return the message from which on a session was taken back."""
    raw = text_in(value)
    if not raw:
        return ""
    try:
        return decode_line(records.revert, raw).messageID or ""
    except BadLine:
        return ""
