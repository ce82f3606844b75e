"""The records of API logs, as far as they are counted."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import msgspec
from msgspec import Raw, Struct

from convledger.sources.exchanges.usage import Usage
from convledger.sources.lenient import BadLine, decode_line, scrub
from convledger.sources.values import name_of

NO = Raw(b"")
STREAMED = "chat.completion.chunk"
_EMPTY = frozenset((b"", b"null", b"[]", b"{}", b'""'))
Stamp = str | int | float | None
Name = str | int | None
_SESSION = re.compile(r"_session_([0-9a-fA-F-]{36})\Z")  # in the user that Claude Code names


class Groups(Struct, gc=False):
    """What an application writes beside a request about where it belongs."""

    conversation_id: Name = None
    conversationId: Name = None  # noqa: N815 - as logs spell it
    thread_id: Name = None
    chat_id: Name = None
    session_id: Name = None
    sessionId: Name = None  # noqa: N815 - as logs spell it
    user_id: Name = None

    @property
    def conversation(self) -> str:
        """The conversation that is named."""
        return name_of(self.conversation_id) or name_of(self.conversationId)

    @property
    def session(self) -> str:
        """The session that is named, under any of its names."""
        named = name_of(self.session_id) or name_of(self.sessionId)
        return named or name_of(self.thread_id) or name_of(self.chat_id)


class Body(Struct, gc=False):
    """A request, a response, or an event of a stream: what counting needs of it."""

    id: Name = None
    object: str | None = None
    type: str | None = None
    role: str | None = None
    model: str | None = None
    provider: str | None = None
    created: Stamp = None
    created_at: Stamp = None
    usage: Usage | None = None
    service_tier: str | None = None
    status: Name = None
    user: Name = None
    safety_identifier: Name = None
    prompt_cache_key: Name = None
    previous_response_id: Name = None
    conversation: Raw = NO
    metadata: Groups | None = None
    choices: Raw = NO
    output: Raw = NO
    content: Raw = NO
    error: Raw = NO
    messages: Raw = NO
    input: Raw = NO
    body: Raw = NO


class Result(Struct, gc=False):
    """The result of one request of a batch of Anthropic's."""

    type: str | None = None
    message: Body | None = None


class Line(Body, gc=False):
    """A line of a log: a response itself, or a record around one."""

    request: Raw = NO
    response: Raw = NO
    result: Result | None = None
    message: Raw = NO
    custom_id: Name = None
    timestamp: Stamp = None
    time: Stamp = None
    ts: Stamp = None
    conversation_id: Name = None
    session_id: Name = None
    thread_id: Name = None
    index: int | None = None
    delta: Raw = NO
    content_block: Raw = NO


class Opening(Struct, gc=False):
    """A message of a request, as far as a title is looked for in it."""

    role: str | None = None
    content: Raw = NO


line = msgspec.json.Decoder(Line)
body = msgspec.json.Decoder(Body)
_openings = msgspec.json.Decoder(list[Opening])


def is_empty(raw: Raw) -> bool:
    """Tell whether a part of a record is missing, or null, or has nothing in it."""
    view = memoryview(raw)
    return len(view) <= 4 and view.tobytes() in _EMPTY


def body_in(raw: Raw, depth: int = 0) -> Body | None:
    """Return a request or response, also where it is the body of what HTTP carried, or text."""
    data = memoryview(raw).tobytes()
    if data[:1] == b'"' and depth < 3:
        said, data = data, value_in(raw).encode("utf-8", "replace").strip()
        if data[:1] != b"{":
            return Body(content=Raw(said))  # the bare text of an answer
    if data[:1] != b"{":
        return None
    found: Body = decode_line(body, data)
    if not is_empty(found.body) and depth < 3 and found.model is None:
        return body_in(found.body, depth + 1) or found
    return found


def value_in(raw: Raw) -> Any:
    """Return what a part of a record holds; None where it is missing or can't be decoded."""
    data = memoryview(raw).tobytes()
    if not data:
        return None
    try:
        return msgspec.json.decode(data)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        try:
            return scrub(json.loads(data.decode("utf-8", "replace"), strict=False))
        except (ValueError, RecursionError):
            return None


def first_prompt(request: Body) -> Any:
    """Return the content of the first message that a person may have written."""
    raw = request.messages if not is_empty(request.messages) else request.input
    if memoryview(raw)[:1].tobytes() == b'"':
        return value_in(raw)
    try:
        for opening in _openings.decode(raw):
            if opening.role == "user":
                return value_in(opening.content)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return ""
    return ""


def conversation_in(raw: Raw) -> str:
    """Return the conversation that the Responses API names: an id, or an object with one."""
    value = value_in(raw)
    return name_of(value.get("id") if isinstance(value, dict) else value)


def session_of_user(user: str) -> str:
    """Return the session in a user's name, where a tool writes it there; else the name."""
    found = _SESSION.search(user)
    return found[1] if found else user


def is_answer(response: Body) -> bool:
    """Tell whether a body is what a model answered, in whole or in part."""
    if response.type == "message" and response.role not in (None, "assistant"):
        return False
    return not (is_empty(response.choices) and is_empty(response.output)
                and is_empty(response.content))  # fmt: skip


def is_unfinished(response: Body) -> bool:
    """Tell whether a body is only a part of a stream, whose end is to come."""
    if response.object == STREAMED:
        raw = memoryview(response.choices).tobytes().replace(b" ", b"")
        return b'"finish_reason":"' not in raw
    return response.status in ("in_progress", "queued")


def bodies(record: Line) -> Iterator[tuple[Body | None, Body, bool]]:
    """Yield a line's request, where it has one, its response, and whether that is of a batch."""
    if record.result is not None:  # a batch of Anthropic's
        if record.result.message is not None:
            yield None, record.result.message, True
        return
    if not is_empty(record.response):
        response = body_in(record.response)
        if response is None:
            raise BadLine("a response that is no object")
        response.usage = response.usage or record.usage
        response.model = response.model or record.model
        response.id = response.id or record.id
        request = body_in(record.request) if not is_empty(record.request) else None
        if record.type and record.type.startswith("response."):  # an event of a stream
            request = None
        batch = record.custom_id is not None and request is None
        yield request, response, batch
        return
    if record.type == "message_start" and not is_empty(record.message):
        message = body_in(record.message)
        if message is not None:
            yield None, message, False
        return
    if not is_empty(record.body) and record.usage is None and record.model is None:
        response = body_in(record.body)
        if response is not None:
            yield None, response, record.custom_id is not None
        return
    yield None, record, False
