"""Counts what Droid's sessions used. Only the total of a whole session is kept, beside its log.

It is one call, whose key stays while the total grows: the ledger keeps the copy with more tokens.
"""

from __future__ import annotations

import msgspec

from convledger.sources.droid.records import CountedMessage, CountedRecord, stem_of
from convledger.sources.findings import Call, ConversationFacts, Figures, Measure
from convledger.sources.titles import GENERATED, PROMPT, SUMMARY, content_text, title_line
from convledger.sources.values import instant_of

_NO_TITLES = ("New Session", "Untitled session")
_REMINDERS = ("<system-reminder>", "<system-notification>")


class Counting:
    """Takes in the records of one session."""

    def __init__(self, relative: str) -> None:
        self.session = stem_of(relative)
        self.facts = ConversationFacts("")
        self.model = ""
        self._headed = self._in_run = self._titled = False
        self._answers: list[tuple[str, int | None, int]] = []

    def record(self, record: CountedRecord, line: int) -> None:
        """Take in one record."""
        facts = self.facts
        at = instant_of(record.timestamp)
        if at is not None:
            facts.first_at = at if facts.first_at is None else min(facts.first_at, at)
            facts.last_at = at if facts.last_at is None else max(facts.last_at, at)
        if record.type == "session_start" and not self._headed:
            self._header(record)
        elif record.type == "message" and record.message is not None:
            self._message(record, record.message, at, line)

    def _header(self, record: CountedRecord) -> None:
        facts = self.facts
        self._headed = True
        self.session = record.id or self.session
        facts.project = record.cwd or ""
        for rank, title in ((SUMMARY, record.title), (GENERATED, record.session_title)):
            if title and title not in _NO_TITLES:
                facts.entitle(rank, title_line(title))
        if record.calling_session_id and record.calling_session_id != self.session:
            facts.parent, facts.relation = record.calling_session_id, "subagent"

    def _message(
        self, record: CountedRecord, message: CountedMessage, at: int | None, line: int
    ) -> None:
        if message.role == "assistant":
            self.model = message.model or self.model
            if self._in_run:
                self._answers.pop()
            uuid = message_uuid(self.session, record.id or "", line)
            self._answers.append((uuid, at or self.facts.last_at, line))
            self._in_run = True
            return
        self._in_run = False
        if message.role == "user" and not self._titled:
            try:
                content = msgspec.json.decode(message.content)
            except (msgspec.MsgspecError, ValueError, RecursionError):
                return
            blocks = content if isinstance(content, list) else [content]
            typed = (content_text(block if isinstance(block, str) else [block]) for block in blocks)
            text = "\n".join(one for one in typed if is_prompt(one))
            self.facts.entitle(PROMPT, title_line(text))
            self._titled = bool(text)

    def figures(self, changed_at: int, total: Call | None, *, is_told: bool) -> Figures:
        """Return the call for all of it; where the total is nowhere, one for each request."""
        found = Figures()
        facts = self.facts
        facts.native = self.session
        if facts.first_at is not None or facts.title or total is not None:
            found.conversations[self.session] = facts
        if total is not None:
            found.calls.append(total)
        elif not is_told:
            for uuid, at, line in self._answers:
                moment = at or facts.first_at or changed_at
                call = Call(uuid, self.session, moment, self.model or "unknown", line)
                call.measure = int(Measure.MISSING)
                found.calls.append(call)
        return found


def is_prompt(text: str) -> bool:
    """Tell whether a text of a user's message was typed by a person."""
    return bool(text.strip()) and not text.lstrip().startswith(_REMINDERS)


def message_uuid(session: str, name: str, line: int) -> str:
    """Return what a message is called among those of all sessions."""
    return f"{session}:{name or f'#{line}'}"
