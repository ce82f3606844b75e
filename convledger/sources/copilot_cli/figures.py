"""Counts what a session of Copilot CLI was billed for, from its events."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from convledger.sources.copilot_cli import records
from convledger.sources.copilot_cli.calls import Tokens, call_of, request_key, tokens_in
from convledger.sources.copilot_cli.legs import Answer, Leg, Rows, calls_of, metrics_in
from convledger.sources.copilot_cli.places import described, rows_of, session_of
from convledger.sources.document import Document, Found
from convledger.sources.findings import AgentFacts, Call, ConversationFacts, Figures, Rejected
from convledger.sources.json_lines import JsonLine, raw_lines
from convledger.sources.lenient import BadLine, decode_line
from convledger.sources.titles import PROMPT, title_line
from convledger.sources.values import instant_of, text_of

_PIECE = 1000


class EventCounter:
    """Counts the events of one session, given in their order."""

    def __init__(self, session: str, at: int) -> None:
        self.session = session
        self.legs = [Leg()]
        self.figures = Figures()
        self._at = at
        self._known = False
        self._model = ""
        self._title = ""
        self._told: dict[str, Tokens] = {}
        self._facts = ConversationFacts(session)

    def take(self, line: JsonLine) -> None:
        """Count an event. Raises BadLine."""
        event: records.Event = decode_line(records.event, line.data.strip(b"\0 \t\r\n"))
        at = instant_of(event.timestamp)
        facts = self._facts
        if at is not None:
            self._at = at
            facts.first_at = min(facts.first_at or at, at)
            facts.last_at = max(facts.last_at or at, at)
        kind, data = event.type or "", event.data
        if data is None:
            return
        leg = self.legs[-1]
        leg.begun_at = leg.begun_at or self._at
        if kind == "session.usage_record" and data.usage is not None:
            self._usage(data.usage, line.number)
        elif kind == "assistant.message":
            model = data.model or self._model or "unknown"
            uuid = data.messageId or event.id or f"{self.session}:{line.number}"
            leg.answers.append(Answer(uuid, line.number, self._at, model))
        elif kind == "session.shutdown" and data.modelMetrics is not None:
            leg.metrics, leg.ended_at = metrics_in(data.modelMetrics), self._at
            leg.line = line.number
            self.legs.append(Leg())
        elif kind in ("session.start", "session.resume"):
            self._begin(data, is_start=kind == "session.start")
        elif kind == "session.model_change":
            self._model = data.newModel or data.selectedModel or data.model or self._model
        elif kind.startswith("session.compaction"):
            leg.is_compacted = True
        elif kind == "user.message" and not self._title:
            self._title = title_line(_text(data.content))
        elif kind == "subagent.started" and data.toolCallId:
            self.figures.agents.append(
                AgentFacts(
                    data.toolCallId, self.session, data.agentName or "",
                    data.agentDescription or "", data.toolCallId,
                )
            )  # fmt: skip

    def _begin(self, data: records.Counted, *, is_start: bool) -> None:
        facts = self._facts
        if is_start and not self._known:
            self._known = True
            self.session = facts.native = data.sessionId or self.session
        self._model = data.selectedModel or self._model
        facts.version = data.copilotVersion or facts.version
        if data.context is not None:
            facts.project = data.context.cwd or facts.project
            facts.branch = data.context.branch or facts.branch

    def _usage(self, usage: records.Usage, line: int) -> None:
        self.legs[-1].is_told = True
        tokens = tokens_in(usage)
        if usage.apiCallId and self._told.get(usage.apiCallId) == tokens:
            return
        self._told[usage.apiCallId or ""] = tokens
        origin = usage.accounting.sourceSessionId if usage.accounting else None
        session = origin or self.session
        model = usage.model or self._model or "unknown"
        if not any(tokens):
            return
        key = request_key(session, self._at, model, tokens)
        agent = usage.parentToolCallId or ""
        call = call_of(key, session, self._at, model, line, tokens, agent)
        if session != self.session:
            call.copied_into = self.session
            self._facts.parent, self._facts.relation = session, "fork"
        self.figures.calls.append(call)

    def ended(self, rows: Rows | None) -> list[Call]:
        """Return the calls of what no record of a request tells."""
        return calls_of(self.session, self.legs, rows)

    def facts(self) -> ConversationFacts:
        """Return what is known of the conversation so far."""
        self._facts.entitle(PROMPT, self._title)
        return self._facts


def read_figures(document: Document) -> Iterator[Found]:
    """Yield the calls of a session."""
    counter = EventCounter(session_of(document.relative), document.changed_at)
    for line in raw_lines(document):
        if isinstance(line, Rejected):
            counter.figures.rejected.append(line)
            continue
        try:
            counter.take(line)
        except (BadLine, msgspec.MsgspecError) as error:
            if line.data.endswith(b"\n") or not line.data.startswith(b"{"):
                counter.figures.rejected.append(line.rejected(str(error)))
        if len(counter.figures.calls) >= _PIECE:
            yield Found(counter.figures, done=line.end)
            counter.figures = Figures()
    figures = counter.figures
    untold = any(leg.answers or leg.metrics for leg in counter.legs if not leg.is_told)
    rows = rows_of(document, counter.session) if untold else None
    figures.calls += counter.ended(rows)
    facts = counter.facts()
    described(document, facts)
    if facts.first_at is not None or figures.calls:
        facts.first_at = facts.first_at or document.changed_at
        facts.last_at = facts.last_at or facts.first_at
        figures.conversations[facts.native] = facts
    yield Found(figures, done=document.size)


def _text(raw: msgspec.Raw) -> str:
    try:
        return text_of(msgspec.json.decode(raw)) if bytes(raw) else ""
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return ""
