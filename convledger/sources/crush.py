"""Crush: a database in each project's folder; a list in its own folder says where they are.

It keeps what a session cost so far, and the tokens of the last request alone: those of the others
are not recorded.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path, PurePath
from typing import Any

import msgspec
from msgspec import Struct, field

from convledger.sources.content import json_text
from convledger.sources.document import Document, Found, NotReadable
from convledger.sources.findings import (
    Call,
    Figures,
    Flag,
    Kind,
    Measure,
    Message,
    Rejected,
    Reported,
    Texts,
)
from convledger.sources.glimpse import NO, SQLITE, SURE, Glimpse
from convledger.sources.lenient import BadLine, loads
from convledger.sources.sqlite_tables import Mark, Row, Table, text_in
from convledger.sources.titles import GENERATED, PROMPT, title_line
from convledger.sources.values import dict_of, dicts_in, instant_of, pico_of, text_of

_AT_ONCE = 300
_RECENT, _LAST = 2000, 64  # messages that may still change: of a session in use, of any
_SLACK = 5  # seconds
_LARGEST_LIST = 4 << 20
_MOST_PROJECTS = 10_000
_SESSION = (
    "id", "parent_session_id", "title", "cost", "created_at", "updated_at", "prompt_tokens",
)  # fmt: skip
_MESSAGE = (
    "id", "session_id", "role", "parts", "model", "provider", "created_at", "updated_at",
    "is_summary_message",
)  # fmt: skip


class Position(Struct, array_like=True):
    """How far a database was read; `at` is when it was changed, 0 until it was read whole."""

    messages: Mark = field(default_factory=Mark)
    at: int = 0


def further_roots(root: Path) -> list[Path]:
    """Return the folders of projects that Crush's list in `root` names, those that are there."""
    listed = root / "projects.json"
    try:
        if not listed.is_file() or listed.stat().st_size > _LARGEST_LIST:
            return []
        projects = dicts_in(loads(listed.read_bytes()).get("projects"))
    except (OSError, BadLine):
        return []
    found: list[Path] = []
    for project in projects[:_MOST_PROJECTS]:
        path, data = text_of(project.get("path")), text_of(project.get("data_dir")) or ".crush"
        folder = Path(path) / data  # which may be the whole way itself
        if "\0" in path + data or not folder.is_absolute():
            continue
        try:
            if (folder / "crush.db").is_file() and folder not in found:
                found.append(folder)
        except OSError:
            continue
    return found


def recognises(glimpse: Glimpse) -> int:
    """Tell how sure it is that a file is Crush's."""
    if glimpse.kind != SQLITE:
        return NO
    sessions, messages = glimpse.tables.get("sessions", ()), glimpse.tables.get("messages", ())
    is_own = {"prompt_tokens", "completion_tokens", "cost"} <= {*sessions}
    return SURE if is_own and {"session_id", "parts"} <= {*messages} else NO


def read(document: Document, state: bytes, *, texts: bool) -> Iterator[Found]:
    """Yield what a document holds: its figures, or its texts where `texts`."""
    yield from _Reading(document, state, texts=texts).all()


class _Reading:
    def __init__(self, document: Document, state: bytes, *, texts: bool) -> None:
        try:
            self._position = msgspec.msgpack.decode(state, type=Position) if state else Position()
        except msgspec.MsgspecError:
            self._position = Position()
        self._document = document
        self._texts = texts
        self._sessions = Table(document, "sessions", _SESSION)
        self._messages = Table(document, "messages", _MESSAGE)
        if not {"id", "session_id", "parts"} <= self._messages.has:
            raise NotReadable("not a database of Crush: it has no messages")
        self._before: dict[str, str] = {}

    def all(self) -> Iterator[Found]:
        """Yield sessions, then messages that were changed or are new."""
        messages, position = self._messages, self._position
        until, read = messages.last(), messages.known_until(position.messages)
        if not read:
            position.at = 0
        newest = self._sessions.one("max(updated_at)") if self._is_dated else None
        since = position.at - _SLACK
        found = Found()
        sessions: list[str] = []
        for rows in self._changed_sessions(since, found.figures.rejected):
            sessions += [text_of(row[1]) for row in rows if position.at]
            if not self._texts:
                for row in rows:
                    self._session(row, found.figures)
                yield found
                found = Found()
        rows = sorted(self._changed(sessions, read, since).values(), key=lambda row: int(row[0]))
        self._read(rows, found, again=True)
        yield found
        found = Found()
        for some in messages.after(read, until, self._rejected(found), _AT_ONCE):
            self._read(some, found, again=False)
            if not position.at:
                position.messages = messages.mark(some[-1][0])
            found.state = msgspec.msgpack.encode(position)
            found.done = int(self._document.size * some[-1][0] / until)
            yield found
            found = Found()
        position.messages = messages.mark(until)
        position.at = newest if isinstance(newest, int) and newest > 0 else 1
        yield Found(done=self._document.size, state=msgspec.msgpack.encode(position))

    def _rejected(self, found: Found) -> list[Rejected]:
        return found.texts.rejected if self._texts else found.figures.rejected

    @property
    def _is_dated(self) -> bool:
        return "updated_at" in self._sessions.has

    def _changed_sessions(self, since: int, rejected: list[Rejected]) -> Iterator[list[Row]]:
        if self._position.at and self._is_dated:
            if rows := self._sessions.where("WHERE updated_at>=?", (since,)):
                yield rows
        else:
            yield from self._sessions.after(0, self._sessions.last(), rejected)

    def _changed(self, sessions: list[str], read: int, since: int) -> dict[int, Row]:
        if not self._position.at or "updated_at" not in self._messages.has:
            return {}
        span = "rowid>? AND rowid<=? AND updated_at>=?"
        rows = self._messages.where(f"WHERE {span}", (read - _LAST, read, since))
        for session in sessions:
            rows += self._messages.where(
                f"WHERE session_id=? AND {span}", (session, read - _RECENT, read, since)
            )
        return {row[0]: row for row in rows}

    def _session(self, row: Row, figures: Figures) -> None:
        number, name, parent, title, cost, created, updated, _ = row
        name = text_of(name)
        if not name:
            return
        facts = figures.conversation(name)
        facts.first_at, facts.last_at = instant_of(created), instant_of(updated)
        facts.project = _project(self._document)
        words = title_line(text_of(title))
        is_untitled = words.lower() in ("new session", "untitled session", "untitled")
        facts.entitle(PROMPT if is_untitled else GENERATED, words)
        if text_of(parent):
            facts.parent, facts.relation = text_of(parent), "subagent"
        try:
            total = pico_of(cost)
        except BadLine as error:
            figures.rejected.append(Rejected(number, 0, f"session {name}: {error}"))
            return
        at = facts.last_at or facts.first_at or self._document.changed_at
        if total:
            # One model for the whole of it: a total by model is not told.
            figures.reported.append(Reported(name, self._first_model(name), at, total, number))

    def _first_model(self, session: str) -> str:
        found = self._messages.one(
            "model", "WHERE session_id=? AND role='assistant' ORDER BY rowid LIMIT 1", (session,)
        )
        return text_of(found) or "unknown"

    def _read(self, rows: list[Row], found: Found, *, again: bool) -> None:
        for row in rows:
            number, uuid, session, role, parts, model, provider, created, *_ = row
            uuid, session = text_of(uuid), text_of(session)
            raw = text_in(parts)
            try:
                if not uuid or not session or raw is None:
                    raise BadLine("a message without its id, its session or its parts")
                told = _parts(raw)
            except BadLine as error:
                self._rejected(found).append(Rejected(number, 0, str(error), (raw or b"")[:400]))
                continue
            at = instant_of(created) or self._document.changed_at
            if self._texts:
                self._say(row, told, at, found.texts, again=again)
            elif text_of(role) == "assistant" and _is_answer(told):
                call = Call(uuid, session, at, text_of(model) or "unknown", number)
                call.provider, call.measure = text_of(provider), int(Measure.MISSING)
                found.figures.calls.append(call)

    def _say(
        self, row: Row, parts: list[dict[str, Any]], at: int, texts: Texts, *, again: bool
    ) -> None:
        number, uuid, session, role = row[0], text_of(row[1]), text_of(row[2]), text_of(row[3])
        before = None if again else self._before.get(session)
        if before is None:
            before = text_of(
                self._messages.one(
                    "id", "WHERE session_id=? AND rowid<? ORDER BY rowid DESC LIMIT 1",
                    (session, number),
                )
            )  # fmt: skip
        if not again:
            self._before[session] = uuid
        count = 0
        for part in parts:
            kind, body, name, flags = _said(part, role, summary=bool(row[9]))
            if not body and kind != Kind.TOOL_CALL:
                continue
            texts.messages.append(
                Message(session, uuid, count, number, at, int(kind), body, int(flags), name, "",
                        before)
            )  # fmt: skip
            count += 1
        if not count:
            kind = Kind.PROMPT if role == "user" else Kind.ANSWER
            texts.messages.append(
                Message(session, uuid, 0, number, at, int(kind), "", int(Flag.HIDDEN), "", "",
                        before)
            )  # fmt: skip


def _project(document: Document) -> str:
    """Return the project that the database belongs to, where it lies in its usual folder."""
    folder = PurePath(document.folder)
    return str(folder.parent) if folder.name == ".crush" else ""


def _parts(raw: bytes) -> list[dict[str, Any]]:
    return dicts_in(loads(b'{"parts":' + raw + b"}").get("parts"))


def _is_answer(parts: list[dict[str, Any]]) -> bool:
    """Tell whether a model answered: a request that failed has nothing but its end."""
    return any(part.get("type") in ("text", "reasoning", "tool_call") for part in parts)


def _said(part: dict[str, Any], role: str, *, summary: bool) -> tuple[Kind, str, str, int]:
    kind, inner = text_of(part.get("type")), dict_of(part.get("data"))
    text = text_of(inner.get("text"))
    if kind == "text":
        if summary:
            return Kind.NOTE, text, "summary", 0
        return (Kind.PROMPT if role == "user" else Kind.ANSWER), text, "", 0
    if kind == "reasoning":
        return Kind.THINKING, text_of(inner.get("thinking")) or text, "", 0
    if kind == "tool_call":
        given = inner.get("input")
        body = given if isinstance(given, str) and given else json_text(given or {})
        return Kind.TOOL_CALL, body, text_of(inner.get("name")) or "tool", 0
    if kind == "tool_result":
        flags = Flag.ERROR if inner.get("is_error") is True else 0
        return Kind.TOOL_RESULT, text_of(inner.get("content")), text_of(inner.get("name")), flags
    if kind in ("binary", "image_url"):
        words = (text_of(inner.get(name)) for name in ("MIMEType", "mime_type", "Path", "path"))
        return Kind.ATTACHMENT, f"[{' '.join(filter(None, ('attachment', *words)))}]", "", 0
    if kind == "finish" and inner.get("reason") == "error":
        words = (text_of(inner.get(name)) for name in ("message", "details"))
        return Kind.NOTE, "\n".join(filter(None, words)) or "error", "error", Flag.ERROR
    return Kind.NOTE, "", "", 0
