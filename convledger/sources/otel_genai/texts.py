"""Reads what was said in OpenTelemetry's spans: each message of a conversation once."""

from __future__ import annotations

import msgspec

from convledger.sources.exchanges.histories import Exchange, Transcript
from convledger.sources.findings import Lines, Texts
from convledger.sources.lenient import records as each
from convledger.sources.otel_genai import calls, records
from convledger.sources.otel_genai.records import Seen, Spans
from convledger.sources.otel_genai.said import answered_in, asked_in


class TextsReader:
    """Reads the messages of one log, carrying its state from chunk to chunk."""

    def __init__(self, relative: str, state: bytes = b"", changed_at: int = 0) -> None:
        self._relative = relative
        self._known = msgspec.msgpack.decode(state, type=Spans) if state else Spans()
        self._changed_at = changed_at
        self._transcript = Transcript()

    def state(self) -> bytes:
        """Return what a later reader of the same file needs to go on."""
        return msgspec.msgpack.encode(self._known)

    def read(self, lines: Lines) -> Texts:
        """Return the messages of `lines`; a line that can't be used is among the rejected."""
        found = Texts()
        spans: list[Seen] = []
        for number, record in each(records.export, lines, found.rejected):
            spans.extend(records.seen_in(record, number))
        calls.name_traces(spans, self._known)
        for seen, *others in _together(spans):
            try:
                at = calls.instant_in(seen, self._known, self._changed_at)
                native = calls.conversation_of(seen, self._known)
                exchange = exchange_of([seen, *others], native)
                self._transcript.write(exchange, seen.number, at, found)
            except (ValueError, RecursionError) as error:
                found.rejected.append(lines.rejected(seen.number, str(error)))
        return found


def _together(spans: list[Seen]) -> list[list[Seen]]:
    """Return the spans that speak, each alone, and the events logged for one span together."""
    found: list[list[Seen]] = []
    logged: dict[str, list[Seen]] = {}
    for seen in spans:
        if seen.event is None:
            if calls.is_model_call(seen):
                found.append([seen])
        elif seen.id in logged:
            logged[seen.id].append(seen)
        else:
            found.append(logged.setdefault(seen.id, [seen]))
    return found


def exchange_of(spans: Seen | list[Seen], native: str) -> Exchange:
    """Return what a span, or the events logged for one, say of a request and its answer."""
    together = [spans] if isinstance(spans, Seen) else spans
    exchange = Exchange(native, calls.key_of(together[0]), whole=True)
    for seen in together:
        exchange.add(asked_in(seen))
    for seen in together:
        exchange.add(answered_in(seen), answers=True)
    return exchange
