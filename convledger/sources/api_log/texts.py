"""Reads what was said in the logs of model APIs: each message of a conversation once."""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec import Struct, field

from convledger.sources.api_log import records
from convledger.sources.api_log.grouping import Asked, Trail, asked_in
from convledger.sources.api_log.records import Body, Line
from convledger.sources.content import flat_text
from convledger.sources.exchanges.histories import Exchange, Transcript
from convledger.sources.exchanges.said import (
    Part,
    Saying,
    answer_sayings,
    object_in,
    request_sayings,
)
from convledger.sources.findings import Flag, Kind, Lines, Message, Texts
from convledger.sources.lenient import records as each
from convledger.sources.values import dict_of, dicts_in, name_of, text_of

MOST_STREAMS, LONGEST_STREAM = 64, 4 << 20


class Stream(Struct):
    """An answer that comes in pieces."""

    native: str
    uuid: str
    at: int
    line: int
    parts: list[Part] = field(default_factory=list)
    places: list[str] = field(default_factory=list)  # what each part is a piece of
    size: int = 0

    def add(self, place: str, kind: Kind, body: str, name: str = "") -> None:
        """Add a piece to the part at `place`."""
        self.size += len(body)
        if self.size > LONGEST_STREAM:
            return
        if place not in self.places:
            self.places.append(place)
            self.parts.append(Part(kind, "", name))
        part = self.parts[self.places.index(place)]
        part.body += body
        part.name = part.name or name


class TextsState(Struct):
    """What must be known of a file's earlier lines to read its later ones."""

    trail: Trail = field(default_factory=Trail)
    streams: dict[str, Stream] = field(default_factory=dict)


class TextsReader:
    """Reads the messages of one log, carrying its state from chunk to chunk."""

    def __init__(self, relative: str, state: bytes = b"", changed_at: int = 0) -> None:
        self._relative = relative
        self._state = msgspec.msgpack.decode(state, type=TextsState) if state else TextsState()
        self._changed_at = changed_at
        self._transcript = Transcript()

    def state(self) -> bytes:
        """Return what a later reader of the same file needs to go on."""
        return msgspec.msgpack.encode(self._state)

    def read(self, lines: Lines) -> Texts:
        """Return the messages of `lines`; a line that can't be used is among the rejected."""
        found = Texts()
        for number, record in each(records.line, lines, found.rejected):
            try:
                self._line(record, number, found)
            except (ValueError, RecursionError) as error:
                found.rejected.append(lines.rejected(number, str(error)))
        return found

    def _line(self, record: Line, number: int, found: Texts) -> None:
        if record.type is not None and record.type.startswith(("content_block_", "message_")):
            self._event(record, number, found)
            return
        for asked in asked_in(record, number, self._state.trail, self._changed_at):
            if asked.response.object == records.STREAMED:
                self._chunk(asked, number, found)
                continue
            self._transcript.write(exchange_of(record, asked), number, asked.at, found)

    def _chunk(self, asked: Asked, number: int, found: Texts) -> None:
        """Take a piece of a stream of Chat Completions."""
        stream = self._stream(asked, number)
        for choice in dicts_in(records.value_in(asked.response.choices)):
            if choice.get("index", 0) not in (0, None):
                continue
            delta = dict_of(choice.get("delta"))
            thought = delta.get("reasoning_content") or delta.get("reasoning")
            if text := text_of(thought):
                stream.add("thinking", Kind.THINKING, text)
            if text := text_of(delta.get("content")):
                stream.add("text", Kind.ANSWER, text)
            for call in dicts_in(delta.get("tool_calls")):
                function = dict_of(call.get("function"))
                place = f"call {call.get('index')!r:.20}"
                name, given = text_of(function.get("name")), text_of(function.get("arguments"))
                stream.add(place, Kind.TOOL_CALL, given, name)
            if choice.get("finish_reason"):
                self._close(asked.uuid, found)

    def _event(self, record: Line, number: int, found: Texts) -> None:
        """Take a piece of a stream of Anthropic's, of which one is written at a time."""
        if record.type == "message_start":
            for asked in asked_in(record, number, self._state.trail, self._changed_at):
                self._state.streams["message"] = Stream(asked.native, asked.uuid, asked.at, number)
            return
        stream = self._state.streams.get("message")
        if stream is None:
            return
        if record.type == "message_stop":
            self._close("message", found)
            return
        place = f"block {record.index}"
        block = object_in(records.value_in(record.content_block))
        kind = text_of(block.get("type"))
        if kind.endswith("tool_use"):
            stream.add(place, Kind.TOOL_CALL, "", name_of(block.get("name")))
        elif kind == "thinking":
            stream.add(place, Kind.THINKING, text_of(block.get("thinking")))
        elif kind:
            stream.add(place, Kind.ANSWER, text_of(block.get("text")))
        delta = object_in(records.value_in(record.delta))
        for key, what in (
            ("text", Kind.ANSWER),
            ("thinking", Kind.THINKING),
            ("partial_json", Kind.TOOL_CALL),
        ):
            if text := text_of(delta.get(key)):
                stream.add(place, what, text)

    def _stream(self, asked: Asked, number: int) -> Stream:
        streams = self._state.streams
        stream = streams.get(asked.uuid)
        if stream is None:
            if len(streams) >= MOST_STREAMS:
                del streams[next(iter(streams))]
            stream = streams[asked.uuid] = Stream(asked.native, asked.uuid, asked.at, number)
        return stream

    def _close(self, name: str, found: Texts) -> None:
        stream = self._state.streams.pop(name, None)
        if stream is None:
            return
        for block, part in enumerate(stream.parts):
            if part.kind == Kind.TOOL_CALL:
                part.body = part.body or "{}"
            found.messages.append(
                Message(
                    *(stream.native, stream.uuid, block, stream.line, stream.at),
                    *(int(part.kind), part.body, 0, part.name),
                )
            )


def exchange_of(record: Line, asked: Asked) -> Exchange:
    """Return what a request and its answer say."""
    request = _request_in(record) if asked.request is not None else {}
    one_by_one = asked.request is not None and (
        asked.request.previous_response_id is not None
        or not records.is_empty(asked.request.conversation)
    )
    exchange = Exchange(asked.native, asked.uuid, whole=bool(request) and not one_by_one)
    exchange.add(request_sayings(request))
    exchange.add(answer_sayings(_answer_in(asked.response)), answers=True)
    if not exchange.answer and not records.is_empty(asked.response.error):
        error = records.value_in(asked.response.error)
        body = text_of(dict_of(error).get("message")) or flat_text(error)
        exchange.add([Saying("assistant", [Part(Kind.NOTE, body, "error", Flag.ERROR)])])
    return exchange


def _request_in(record: Line) -> dict[str, Any]:
    found = object_in(records.value_in(record.request))
    for _ in range(3):
        if not isinstance(found.get("body"), dict | str) or "model" in found:
            break
        found = object_in(found["body"]) or found
    return found


def _answer_in(response: Body) -> dict[str, Any]:
    parts = {
        "choices": response.choices,
        "output": response.output,
        "content": response.content,
    }
    return {name: records.value_in(raw) for name, raw in parts.items() if not records.is_empty(raw)}
