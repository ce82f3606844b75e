"""Counts what Pi's sessions used: every answer was billed, on whichever branch it stands."""

from __future__ import annotations

import msgspec

from convledger.sources.findings import Call, ConversationFacts, Measure
from convledger.sources.lenient import BadLine
from convledger.sources.pi.records import (
    UNIQUE_LENGTH,
    CountedEntry,
    CountedMessage,
    Usage,
    entry_uuid,
    said_in,
    session_of_path,
)
from convledger.sources.titles import CUSTOM, PROMPT, content_text, title_line
from convledger.sources.values import instant_of, pico_of

_FAILED = ("error", "aborted")


class Counting:
    """Takes in the entries of one session from its first line on."""

    def __init__(self, relative: str, changed_at: int) -> None:
        self.session = session_of_path(relative)
        self._changed_at = changed_at
        self._begun: int | None = None  # when a fork was made: what is older is its parent's
        self._parent = ""
        self._headed = self._titled = False
        self._last_at = 0
        self._model = ("", "")
        self.facts = ConversationFacts(self.session)
        self.calls: list[Call] = []  # those that nobody has taken yet

    def entry(self, entry: CountedEntry, line: int) -> None:
        """Take in one entry. Raises BadLine where its figures are impossible."""
        kind = entry.type
        if kind == "session":
            self._header(entry)
            return
        message = entry.message
        at = instant_of(entry.timestamp)
        if at is None and message is not None:
            at = instant_of(message.timestamp)
        self._last_at = at or self._last_at
        inherited = self._begun is not None and at is not None and at < self._begun
        if at is not None and not inherited:
            facts = self.facts
            facts.first_at = at if facts.first_at is None else min(facts.first_at, at)
            facts.last_at = at if facts.last_at is None else max(facts.last_at, at)
        if kind == "message" and message is not None:
            self._message(entry, message, line, inherited=inherited)
        elif kind == "model_change":
            self._model = (entry.provider or "", entry.model_id or entry.model or "")
        elif kind == "session_info" and entry.name:
            self.facts.entitle(CUSTOM, title_line(entry.name))
        elif kind == "custom_title":
            title = entry.title or entry.custom_title or entry.name or ""
            self.facts.entitle(CUSTOM, title_line(title))
        elif kind in ("compaction", "branch_summary") and entry.usage is not None:
            bare = CountedMessage("assistant", usage=entry.usage, model=entry.model)
            self._answer(entry, bare, line, inherited=inherited)

    def _header(self, entry: CountedEntry) -> None:
        if self._headed:
            return
        self._headed = True
        facts = self.facts
        self.session = facts.native = entry.id or self.session
        facts.project = entry.cwd or ""
        self._model = (entry.provider or "", entry.model_id or entry.model or "")
        facts.first_at = facts.last_at = instant_of(entry.timestamp)
        from_path = entry.parent_session or entry.branched_from
        parent = session_of_path(from_path) if from_path else ""
        if parent and parent != self.session:
            self._parent, self._begun = parent, facts.first_at
            facts.parent, facts.relation = parent, "fork"

    def _message(
        self,
        entry: CountedEntry,
        message: CountedMessage,
        line: int,
        *,
        inherited: bool,
    ) -> None:
        if message.role == "assistant":
            self._answer(entry, message, line, inherited=inherited)
        elif message.role == "user" and not self._titled:
            text = content_text(_decoded(message.content))
            self.facts.entitle(PROMPT, title_line(text))
            self._titled = bool(text.strip())

    def _answer(
        self,
        entry: CountedEntry,
        message: CountedMessage,
        line: int,
        *,
        inherited: bool,
    ) -> None:
        usage = message.usage or Usage()
        counts = (
            usage.input or 0, usage.output or 0, usage.cache_read or 0, usage.cache_write or 0
        )  # fmt: skip
        if not any(counts) and message.stop_reason in _FAILED:
            return
        provider, model = message.provider or self._model[0], message.model or self._model[1]
        at = self._last_at or self.facts.first_at or self._changed_at
        call = Call("", self.session, at, model or "unknown", line, provider=provider)
        if any(counts):
            call.input, call.output, call.cache_read, call.cache_write_5m = counts
            call.reasoning = min(usage.reasoning or 0, call.output)
            call.reported = _reported(usage)
            self._name(call, message, counts)
        else:
            call.measure = int(Measure.MISSING)
        if not call.key:
            words = said_in(message.role or "", _decoded(message.content))
            call.key = entry_uuid(self.session, entry.id or "", entry.timestamp, line, words)
        if inherited:
            call.conversation, call.copied_into = self._parent, self.session
        self.calls.append(call)

    def _name(self, call: Call, message: CountedMessage, counts: tuple[int, int, int, int]) -> None:
        """Name a call by its response, else by what its copies in other files share."""
        stamp = str(message.timestamp or "")
        if message.response_id:
            call.key = message.response_id
            call.variant = "" if len(call.key) >= UNIQUE_LENGTH else stamp
        elif stamp:
            call.key = f"{stamp}:{call.model}:{'/'.join(map(str, counts))}"


def _decoded(content: msgspec.Raw) -> object:
    try:
        return msgspec.json.decode(content)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return None


def _reported(usage: Usage) -> int | None:
    """Return the cost that Pi worked out; a zero is that of a model whose price it lacks."""
    try:
        return pico_of(usage.cost.total if usage.cost else None) or None
    except BadLine:
        return None
