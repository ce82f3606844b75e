"""Counts what a session of Gemini CLI used: each message once, by its last record with tokens.

Neither a rewind nor a checkpoint of the history takes anything back: those requests were billed.
"""

from __future__ import annotations

from collections.abc import Callable

import msgspec
from msgspec import Struct

from convledger.clock import parse_instant
from convledger.sources.findings import Call, ConversationFacts, Figures, Measure
from convledger.sources.gemini_cli.parts import is_prompt, parts_of
from convledger.sources.gemini_cli.places import project_in
from convledger.sources.gemini_cli.records import (
    ANSWERS,
    Buckets,
    CountedRecord,
    CountedSession,
    TokenCounts,
    Update,
)
from convledger.sources.titles import GENERATED, PROMPT, title_line
from convledger.sources.values import dicts_in

_CONTEXT_MOST = 20_000  # characters of a first message that are searched for the project
_CHECKPOINT_MOST = 256 << 10  # bytes; the first checkpoints are small


class _Kept(Struct):
    """The last record of a message that has tokens."""

    tokens: TokenCounts
    at: int
    line: int


class Counting:
    """Takes in the records of one session, and then says what they amount to."""

    def __init__(self, fallback: str, buckets: Callable[[TokenCounts], Buckets]) -> None:
        self._fallback = fallback
        self._buckets = buckets
        self._kept: dict[str, _Kept] = {}
        self._models: dict[str, str] = {}
        self._bare: list[tuple[str, int, int]] = []  # the last message of each run of answers
        self._in_run = False
        self._first_at: int | None = None
        self._last_at: int | None = None
        self._session = ""
        self._titled = False
        self.facts = ConversationFacts("")
        self.project_hash = ""
        self.kind = ""

    def header(self, record: CountedRecord | CountedSession) -> None:
        """Take in what a session says of itself."""
        self._session = self._session or record.session_id or ""
        self.project_hash = self.project_hash or record.project_hash or ""
        for stamp in (record.start_time, record.last_updated):
            self._see(parse_instant(stamp))
        self._describe(record)

    def update(self, update: Update) -> None:
        """Take in a change of what a session says of itself."""
        self._session = self._session or update.session_id or ""
        self._see(parse_instant(update.last_updated))
        self._describe(update)
        if not self.facts.project and update.messages:
            self.facts.project = _project_of_first(bytes(update.messages))

    def _describe(self, record: CountedRecord | CountedSession | Update) -> None:
        self.kind = record.kind or self.kind
        if record.summary:
            self.facts.entitle(GENERATED, title_line(record.summary))
        if record.directories and not self.facts.project:
            self.facts.project = record.directories[0]

    def message(self, record: CountedRecord, line: int) -> None:
        """Take in a message, or what is added to one."""
        at = parse_instant(record.timestamp)
        self._see(at)
        if record.type == "user":
            self._in_run = False
            self._prompt(record)
            return
        if record.type not in ANSWERS:
            return
        name = record.id or f"#{line}"
        if record.model:
            self._models[name] = record.model
        moment = at or self._last_at or 0
        if record.tokens is not None:
            self._kept[name] = _Kept(record.tokens, moment, line)
        if self._bare and (self._in_run or self._bare[-1][0] == name):
            self._bare.pop()
        self._bare.append((name, moment, line))
        # What tools brought went to the model with a request of its own.
        self._in_run = memoryview(record.tool_calls).nbytes <= len(b"null")

    def _see(self, at: int | None) -> None:
        if at is not None:
            self._first_at = at if self._first_at is None else min(self._first_at, at)
            self._last_at = at if self._last_at is None else max(self._last_at, at)

    def _prompt(self, record: CountedRecord) -> None:
        """Take the title, and from the tool's own first message the project."""
        if self._titled:
            return
        text = _text_of(bytes(record.display_content)) or _text_of(bytes(record.content))
        if is_prompt(text):
            self.facts.entitle(PROMPT, title_line(text))
            self._titled = True
        elif not self.facts.project:
            self.facts.project = project_in(text[:_CONTEXT_MOST])

    @property
    def session(self) -> str:
        """The session's id: its own, else its file's name."""
        return self._session or self._fallback

    def figures(self, changed_at: int) -> Figures:
        """Return the calls and the facts of all that was taken in."""
        found = Figures()
        facts = self.facts
        facts.native = self.session
        facts.first_at, facts.last_at = self._first_at, self._last_at
        found.conversations[facts.native] = facts
        for name, kept in self._kept.items():
            if kept.tokens.any:
                at = kept.at or self._first_at or changed_at
                found.calls.append(self._call(name, at, kept.line, self._buckets(kept.tokens)))
        if not self._kept:  # of an older version, which kept no tokens
            for name, at, line in self._bare:
                call = self._call(name, at or self._first_at or changed_at, line, None)
                call.measure = int(Measure.MISSING)
                found.calls.append(call)
        return found

    def _call(self, name: str, at: int, line: int, counts: Buckets | None) -> Call:
        model = self._models.get(name) or "unknown"
        call = Call(
            message_uuid(self.session, name), self.session, at, model.removeprefix("models/"), line
        )
        if counts is not None:
            call.input, call.output, call.reasoning, call.cache_read = counts
        return call


def message_uuid(session: str, name: str) -> str:
    """Return what a message is called among those of all sessions."""
    return f"{session}:{name}"


def _project_of_first(messages: bytes) -> str:
    """Return the project that the first of a checkpoint's messages names."""
    if len(messages) > _CHECKPOINT_MOST:
        return ""
    try:
        records = dicts_in(msgspec.json.decode(messages))
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return ""
    texts = [parts_of(record.get("content")).text for record in records[:1]]
    return project_in("".join(texts)[:_CONTEXT_MOST])


def _text_of(content: bytes) -> str:
    if not content:
        return ""
    try:
        return parts_of(msgspec.json.decode(content)).text
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return ""
