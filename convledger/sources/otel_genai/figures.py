"""Counts the requests to models in OpenTelemetry's spans."""

from __future__ import annotations

import msgspec

from convledger.sources.exchanges.naming import model_of
from convledger.sources.exchanges.usage import NOTHING, Counts
from convledger.sources.findings import Call, ConversationFacts, Figures, Kind, Lines, Measure
from convledger.sources.lenient import records as each
from convledger.sources.otel_genai import calls, names, records
from convledger.sources.otel_genai.records import Seen, Spans
from convledger.sources.otel_genai.said import asked_in
from convledger.sources.otel_genai.texts import exchange_of
from convledger.sources.titles import PROMPT, title_line

MOST_TITLED = 100_000


class FiguresReader:
    """Counts the lines of one log, carrying its state from chunk to chunk."""

    def __init__(self, relative: str, state: bytes = b"", changed_at: int = 0) -> None:
        self._relative = relative
        self._known = msgspec.msgpack.decode(state, type=Spans) if state else Spans()
        self._changed_at = changed_at
        self._titled: set[str] = set()

    def state(self) -> bytes:
        """Return what a later reader of the same file needs to go on."""
        return msgspec.msgpack.encode(self._known)

    def read(self, lines: Lines) -> Figures:
        """Return what `lines` hold; a line that can't be used is among the rejected."""
        found = Figures()
        spans: list[Seen] = []
        for number, record in each(records.export, lines, found.rejected):
            spans.extend(records.seen_in(record, number))
        counted: dict[int, Counts] = {}
        unknown: list[int] = []
        for place, seen in enumerate(spans):
            try:
                if not calls.is_model_call(seen):
                    continue
                counts = calls.counts_of(seen.attributes)
            except (ValueError, RecursionError) as error:
                found.rejected.append(lines.rejected(seen.number, str(error)))
                continue
            if counts is not None and counts.total:
                counted[place] = counts
            elif counts is None and seen.event is None and not calls.is_failed(seen):
                unknown.append(place)
        calls.name_traces(spans, self._known)
        leaves = calls.without_repeats(spans, set(counted), self._known)
        around = {spans[place].id for place in counted}
        above = {spans[place].parent for place in unknown}
        parents = {seen.id: seen.parent for seen in spans} if unknown else {}
        kept: dict[str, Call] = {}
        for place in sorted((*leaves, *unknown)):
            seen, counts = spans[place], counted.get(place)
            if counts is None and (
                seen.id in above or seen.id in around or calls.stands_in(seen, parents, around)
            ):
                continue
            try:
                call = self._call(seen, counts, found)
            except (ValueError, RecursionError) as error:
                found.rejected.append(lines.rejected(seen.number, str(error)))
                continue
            earlier = kept.get(call.key)
            if earlier is None or call.total > earlier.total:
                kept[call.key] = call
        found.calls = list(kept.values())
        return found

    def _call(self, seen: Seen, counts: Counts | None, found: Figures) -> Call:
        native = calls.conversation_of(seen, self._known)
        at = calls.instant_in(seen, self._known, self._changed_at)
        facts = found.conversation(native)
        facts.first_at = min(facts.first_at or at, at)
        facts.last_at = max(facts.last_at or at, at)
        self._describe(facts, seen)
        key, measure = calls.key_of(seen), Measure.RECORDED
        if counts is None:
            key = exchange_of(seen, native).answer or key
            measure = Measure.MISSING
        named = calls.provider_in(seen.attributes)
        model, provider = model_of(calls.model_in(seen.attributes), named)
        return Call(
            *(key, native, at, model, seen.number),
            *(counts or NOTHING),
            context=calls.context_in(seen.attributes),
            provider=provider,
            reported=calls.cost_in(seen.attributes),
            measure=int(measure),
        )

    def _describe(self, facts: ConversationFacts, seen: Seen) -> None:
        if facts.native in self._titled:
            return
        if len(self._titled) > MOST_TITLED:
            self._titled.clear()
        self._titled.add(facts.native)
        service = seen.resource.text(names.SERVICE)
        if service and not service.startswith("unknown_service"):
            facts.details["service"] = service
        for saying in asked_in(seen):
            for part in saying.parts:
                if part.kind == Kind.PROMPT and not facts.title:
                    facts.entitle(PROMPT, title_line(part.body))
