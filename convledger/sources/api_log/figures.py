"""Counts what the logs of model APIs say was billed."""

from __future__ import annotations

import msgspec
from msgspec import Struct, field

from convledger.sources.api_log import records
from convledger.sources.api_log.grouping import Asked, Trail, asked_in
from convledger.sources.api_log.records import Body, Line
from convledger.sources.api_log.texts import exchange_of
from convledger.sources.dating import LONGEST_NAME
from convledger.sources.exchanges.doubts import MOST_TOLD
from convledger.sources.exchanges.naming import model_of
from convledger.sources.exchanges.usage import NOTHING, Usage, context_of, counts_of, reported_in
from convledger.sources.findings import Call, ConversationFacts, Figures, Lines, Measure
from convledger.sources.lenient import records as each
from convledger.sources.titles import PROMPT, content_text, title_line
from convledger.sources.values import name_of

MOST_TITLED = 100_000  # conversations that are known to have a title
_FAILED = ("failed", "cancelled", "canceled", "error")
_EVENTS = frozenset(
    ("message_stop", "content_block_start", "content_block_delta", "content_block_stop", "ping")
)


class FiguresState(Struct):
    """What must be known of a file's earlier lines to count its later ones.

    `started` is what a stream of Anthropic's has told of its message so far.
    """

    trail: Trail = field(default_factory=Trail)
    started: Call | None = None


class FiguresReader:
    """Counts the lines of one log, carrying its state from chunk to chunk.

    `changed_at`, when the file was last written, is the instant of lines that name none.
    """

    def __init__(self, relative: str, state: bytes = b"", changed_at: int = 0) -> None:
        self._relative = relative
        self._state = msgspec.msgpack.decode(state, type=FiguresState) if state else FiguresState()
        self._changed_at = changed_at
        self._kept: dict[tuple[str, str], Call] = {}
        self._titled: set[str] = set()

    def state(self) -> bytes:
        """Return what a later reader of the same file needs to go on."""
        return msgspec.msgpack.encode(self._state)

    def read(self, lines: Lines) -> Figures:
        """Return what `lines` hold; a line that can't be used is among the rejected."""
        found = Figures()
        self._kept = {}
        for number, record in each(records.line, lines, found.rejected):
            try:
                if record.type is not None and self._event(record, number):
                    continue
                for asked in asked_in(record, number, self._state.trail, self._changed_at):
                    self._count(record, asked, number, found)
                    if asked.odd and (fault := self._doubt(asked)):
                        found.rejected.append(lines.rejected(number, fault))
            except (ValueError, RecursionError) as error:
                found.rejected.append(lines.rejected(number, str(error)))
        found.calls = list(self._kept.values())
        return found

    def _doubt(self, asked: Asked) -> str:
        """Return what is amiss with a time: once a conversation, and not of thousands by name."""
        doubted = self._state.trail.doubted
        if asked.native in doubted or len(doubted) > MOST_TOLD:
            return ""
        doubted.append(asked.native)
        more = "; of further conversations it is not told" if len(doubted) > MOST_TOLD else ""
        return f"conversation {asked.native[:LONGEST_NAME]}: {asked.odd}{more}"

    def _event(self, record: Line, number: int) -> bool:
        """Take an event of Anthropic's streams that carries no message of its own."""
        if record.type == "message_delta":
            counts = counts_of(record.usage) if record.usage is not None else None
            started = self._state.started
            if started is not None and counts is not None:
                for name in ("input", "output", "cache_read", "cache_write_5m", "cache_write_1h"):
                    setattr(started, name, max(getattr(started, name), getattr(counts, name)))
                started.line = number
                self._keep(started)
            return True
        if record.type == "message_stop":
            self._state.started = None
        return record.type in _EVENTS

    def _count(self, record: Line, asked: Asked, number: int, found: Figures) -> None:
        response = asked.response
        facts = found.conversation(asked.native)
        if facts.first_at is None or asked.at < facts.first_at:
            facts.first_at = asked.at
        if facts.last_at is None or asked.at > facts.last_at:
            facts.last_at = asked.at
        self._describe(facts, record, asked.request, response)
        usage = response.usage
        counts = counts_of(usage) if usage is not None else None
        key, variant, measure = asked.key, asked.variant, Measure.RECORDED
        if counts is None or not (counts.total or counts.web_searches):
            if _failed(response) or records.is_unfinished(response):
                return
            is_stream = response.object == records.STREAMED
            key = asked.uuid if is_stream else exchange_of(record, asked).answer
            if not key or not records.is_answer(response):
                return
            variant, counts, measure = "", NOTHING, Measure.MISSING
        elif variant:
            self._kept.pop((asked.uuid, ""), None)  # the same stream before its usage came
        model, provider = model_of(asked.model, response.provider or "")
        tier = response.service_tier or (asked.request.service_tier if asked.request else "")
        call = Call(
            *(key, asked.native, asked.at, model, number),
            *counts,
            context=context_of(usage, tier, batch=asked.batch),
            provider=provider,
            variant=variant,
            reported=_reported(usage),
            measure=int(measure),
        )
        if record.type == "message_start":
            self._state.started = call
        self._keep(call)

    def _keep(self, call: Call) -> None:
        """Keep the fullest of what several lines tell of one request."""
        name = (call.key, call.variant)
        earlier = self._kept.get(name)
        if earlier is None or call.total >= earlier.total:
            if earlier is not None and call.reported is None:
                call.reported = earlier.reported
            self._kept[name] = call

    def _describe(
        self, facts: ConversationFacts, record: Line, request: Body | None, response: Body
    ) -> None:
        if facts.native in self._titled:
            return
        if len(self._titled) > MOST_TITLED:
            self._titled.clear()
        self._titled.add(facts.native)
        if request is not None:
            facts.entitle(PROMPT, title_line(content_text(records.first_prompt(request))))
        if not facts.title and record.custom_id is not None:
            facts.entitle(PROMPT, title_line(name_of(record.custom_id)))
        for one in (response, request):
            if one is not None and (user := name_of(one.user)):
                facts.details["user"] = user


def _reported(usage: Usage | None) -> int | None:
    try:
        return reported_in(usage)
    except ValueError:  # an impossible amount
        return None


def _failed(response: Body) -> bool:
    return not records.is_empty(response.error) or response.status in _FAILED
