"""Reads Goose's database: a row in the ledger for each request, older sessions as one each."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec
from msgspec import Struct, field

from convledger.sources.document import Document, Found, NotReadable
from convledger.sources.findings import (
    CUMULATIVE_LIMIT,
    Call,
    Figures,
    Flag,
    Measure,
    Rejected,
    Texts,
)
from convledger.sources.goose.messages import content_of, fill, made_up, messages_of
from convledger.sources.lenient import BadLine, loads
from convledger.sources.sqlite_tables import Mark, Row, Table, text_in
from convledger.sources.titles import CUSTOM, GENERATED, title_line
from convledger.sources.values import instant_of, name_of, pico_of, text_of

_AT_ONCE = 300
_CARRIED = "carried_forward"  # tokens of the time before there was a ledger
_SESSION = (
    "id", "name", "description", "user_set_name", "working_dir", "created_at", "updated_at",
    "provider_name", "model_config_json", "parent_session_id", "session_type",
    "accumulated_input_tokens", "accumulated_output_tokens", "accumulated_total_tokens",
    "accumulated_cache_read_tokens", "accumulated_cache_write_tokens", "accumulated_cost",
)  # fmt: skip
_LEDGER = (
    "id", "session_id", "created_timestamp", "model", "input_tokens", "output_tokens",
    "total_tokens", "cache_read_tokens", "cache_write_tokens", "cost", "cost_source",
)  # fmt: skip
_MESSAGE = (
    "id", "message_id", "session_id", "role", "content_json", "created_timestamp",
    "metadata_json",
)  # fmt: skip


class Position(Struct, array_like=True):
    """How far a database was read: `changed` is when its sessions were, as it writes instants."""

    ledger: Mark = field(default_factory=Mark)
    messages: Mark = field(default_factory=Mark)
    changed: str = ""


def read(document: Document, state: bytes, *, texts: bool) -> Iterator[Found]:
    """Yield what a database holds beyond the position that `state` is."""
    reading = _Reading(document, state)
    yield from reading.said() if texts else reading.counted()


class _Reading:
    def __init__(self, document: Document, state: bytes) -> None:
        try:
            self._at = msgspec.msgpack.decode(state, type=Position) if state else Position()
        except msgspec.MsgspecError:
            self._at = Position()
        self._document = document
        self._sessions = Table(document, "sessions", _SESSION)
        self._ledger = Table(document, "usage_ledger", _LEDGER)
        self._messages = Table(document, "messages", _MESSAGE)
        if not {"session_id", "content_json"} <= self._messages.has:
            raise NotReadable("not a database of Goose: it has no messages")
        self._models: dict[str, tuple[str, str]] = {}
        self._newest = ""
        self._before: dict[str, str] = {}

    def _state(self) -> bytes:
        return msgspec.msgpack.encode(self._at)

    # -- figures --

    def counted(self) -> Iterator[Found]:
        ledger, position = self._ledger, self._at
        until, read = ledger.last(), ledger.known_until(position.ledger)
        changed = text_of(self._sessions.one("max(updated_at)") if self._has_changes else None)
        self._newest = changed
        found = Found()
        rejected = found.figures.rejected
        for rows in self._changed_sessions(rejected):
            for row in rows:
                self._session(row, found.figures)
            yield found
            found = Found()
        for rows in ledger.after(read, until, found.figures.rejected):
            for row in rows:
                self._request(row, found.figures)
            found.done = int(self._document.size * rows[-1][0] / until)
            yield found
            found = Found()
        position.ledger, position.changed = ledger.mark(until), changed
        found.done, found.state = self._document.size, self._state()
        yield found

    @property
    def _has_changes(self) -> bool:
        return "updated_at" in self._sessions.has

    def _changed_sessions(self, rejected: list[Rejected]) -> Iterator[list[Row]]:
        if self._at.changed and self._has_changes:
            rows = self._sessions.where("WHERE updated_at>=?", (self._at.changed,))
            if rows:
                yield rows
        else:
            yield from self._sessions.after(0, self._sessions.last(), rejected)

    def _session(self, row: Row, figures: Figures) -> None:
        told = dict(zip(("rowid", *_SESSION), row, strict=True))
        name = name_of(told["id"])
        if not name:
            return
        facts = figures.conversation(name)
        facts.first_at, facts.last_at = (
            instant_of(told["created_at"]),
            instant_of(told["updated_at"]),
        )
        facts.project = text_of(told["working_dir"])
        title = title_line(text_of(told["name"]) or text_of(told["description"]))
        facts.entitle(CUSTOM if told["user_set_name"] else GENERATED, title)
        if parent := name_of(told["parent_session_id"]):
            facts.parent, facts.relation = parent, "subagent"
        if kind := text_of(told["session_type"]):
            facts.details["session type"] = kind
        facts.background = told["session_type"] in ("scheduled", "hidden")
        try:
            call = self._accumulated(name, told)
        except BadLine as error:
            figures.rejected.append(Rejected(row[0], 0, f"session {name}: {error}"))
            return
        if call is None:
            return
        if call.total:
            figures.calls.append(call)
        elif text_of(told["updated_at"]) < self._newest:  # one in use may tell its tokens yet
            figures.calls += self._without_tokens(call)

    def _without_tokens(self, call: Call) -> Iterator[Call]:
        """Yield the requests of a session that tells no tokens: each run of a model's messages."""
        answered: Call | None = None
        rows = self._messages.where("WHERE session_id=? ORDER BY rowid", (call.conversation,))
        for row in rows:
            at = instant_of(row[6]) or call.at
            if row[4] != "assistant":
                if answered:
                    yield answered
                answered = None
            elif name := self._name_of(row):
                answered = Call(name, call.conversation, at, call.model, row[0])
                answered.provider, answered.measure = call.provider, int(Measure.MISSING)
        if answered:
            yield answered

    def _accumulated(self, name: str, told: dict[str, Any]) -> Call | None:
        """Return all requests of a session as one, None where the ledger tells them apart."""
        model, provider = self._model(name, told["model_config_json"], told["provider_name"])
        if self._ledger.one("1", "WHERE session_id=? LIMIT 1", (name,)):
            return None
        at = instant_of(told["created_at"]) or self._document.changed_at
        call = Call(f"{name}:carried", name, at, model, told["rowid"], provider=provider)
        parts = ("input", "output", "total", "cache_read", "cache_write")
        fill(call, tuple(told[f"accumulated_{part}_tokens"] for part in parts), CUMULATIVE_LIMIT)
        call.reported = pico_of(told["accumulated_cost"])
        return call

    def _model(self, session: str, config: Any, provider: Any) -> tuple[str, str]:
        try:
            settings = loads(text_in(config) or b"{}")
        except BadLine:
            settings = {}
        found = text_of(settings.get("model_name")) or "unknown", text_of(provider)
        self._models[session] = found
        return found

    def _model_of(self, session: str) -> tuple[str, str]:
        if session not in self._models:
            rows = self._sessions.named("id", [session], [])
            told = dict(zip(("rowid", *_SESSION), rows[0], strict=True)) if rows else {}
            self._model(session, told.get("model_config_json"), told.get("provider_name"))
        return self._models[session]

    def _request(self, row: Row, figures: Figures) -> None:
        number, _, session, at, model, *counts, cost, cost_source = row
        session = name_of(session)
        if not session:
            figures.rejected.append(Rejected(number, 0, "a request without its session"))
            return
        known, provider = self._model_of(session)
        when = instant_of(at) or self._document.changed_at
        key = f"{session}:{number}:{name_of(at)}"
        if cost_source == _CARRIED:
            before = "WHERE session_id=? AND rowid<? LIMIT 1"
            if not self._ledger.one("1", before, (session, number)):
                key = f"{session}:carried"  # what was read as one request, before it had a ledger
        call = Call(key, session, when, text_of(model) or known, number, provider=provider)
        try:
            fill(call, tuple(counts))
            call.reported = pico_of(cost)
        except BadLine as error:
            figures.rejected.append(Rejected(number, 0, str(error)))
            return
        if call.total:
            figures.calls.append(call)

    # -- texts --

    def said(self) -> Iterator[Found]:
        messages, position = self._messages, self._at
        until, read = messages.last(), messages.known_until(position.messages)
        found = Found()
        for rows in messages.after(read, until, found.texts.rejected, _AT_ONCE):
            for row in rows:
                self._message(row, found.texts)
            position.messages = messages.mark(rows[-1][0])
            found.done, found.state = int(self._document.size * rows[-1][0] / until), self._state()
            yield found
            found = Found()
        position.messages = messages.mark(until)
        found.done, found.state = self._document.size, self._state()
        yield found

    def _message(self, row: Row, texts: Texts) -> None:
        number, _, name, session, role, content, at, metadata = row
        raw, session = text_in(content), name_of(session)
        try:
            if raw is None or not session:
                raise BadLine("a message without its session or its content")
            blocks = content_of(raw)
        except BadLine as error:
            texts.rejected.append(Rejected(number, 0, str(error), (raw or b"")[:400]))
            return
        uuid = name_of(name) or made_up(session, name_of(at), text_of(role), blocks)
        before = self._before.get(session)
        if before is None:
            rows = self._messages.where(
                "WHERE session_id=? AND rowid<? ORDER BY rowid DESC LIMIT 1", (session, number)
            )
            before = self._name_of(rows[0]) if rows else ""
        self._before[session] = uuid
        hidden = b'"userVisible":false' in (text_in(metadata) or b"").replace(b" ", b"")
        place = (number, instant_of(at) or self._document.changed_at)
        texts.messages += messages_of(
            blocks, text_of(role), (session, uuid, before), place, Flag.HIDDEN if hidden else 0
        )

    def _name_of(self, row: Row) -> str:
        _, _, name, session, role, content, at, _ = row
        try:
            blocks = content_of(text_in(content) or b"")
        except BadLine:
            return ""
        return name_of(name) or made_up(name_of(session), name_of(at), text_of(role), blocks)
