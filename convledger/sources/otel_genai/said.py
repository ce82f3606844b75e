"""What was said in a span: in attributes of each convention, and in its events."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from convledger.sources.exchanges.said import Part, Saying, decoded, object_in, sayings
from convledger.sources.exchanges.said import request_sayings as of_request
from convledger.sources.findings import Kind
from convledger.sources.otel_genai.calls import DETAILS
from convledger.sources.otel_genai.records import Attributes, Event, Seen, events_of, plain
from convledger.sources.values import dict_of, text_of

_INDEXED = re.compile(
    r"(gen_ai\.prompt|gen_ai\.completion|llm\.prompts|llm\.completions|llm\.input_messages"
    r"|llm\.output_messages)\.(\d{1,4})(?:\.(.+))?"
)
_OUTPUTS = ("gen_ai.completion", "llm.completions", "llm.output_messages")
_ROLES = {
    "gen_ai.system.message": "system",
    "gen_ai.user.message": "user",
    "gen_ai.assistant.message": "assistant",
    "gen_ai.tool.message": "tool",
}


def asked_in(seen: Seen) -> list[Saying]:
    """Return what a request said."""
    return list(_asked(seen.attributes)) + [
        saying for name, event in _events(seen) for saying in _in_event(name, event, asked=True)
    ]


def answered_in(seen: Seen) -> list[Saying]:
    """Return what the model said."""
    return list(_answered(seen.attributes)) + [
        saying for name, event in _events(seen) for saying in _in_event(name, event, asked=False)
    ]


def _events(seen: Seen) -> list[tuple[str, Event]]:
    found = events_of(seen.span) if seen.event is None else [seen.event]
    return [(event.name or event.eventName or seen.span.name or "", event) for event in found]


def _asked(found: Attributes) -> Iterator[Saying]:
    yield from sayings(found.value("gen_ai.system_instructions"), "system")
    for name in ("gen_ai.input.messages", "ai.prompt.messages"):
        if said := found.value(name):
            yield from sayings(said, "user")
            return
    if indexed := _indexed(found, outputs=False):
        yield from sayings(indexed, "user")
        return
    if prompt := object_in(found.value("ai.prompt")):
        yield from of_request(prompt)
        return
    for name in ("gen_ai.prompt", "gen_ai.request.messages", "input.value", "ai.value"):
        if said := found.value(name):
            said = decoded(said)
            if isinstance(said, dict) and ("messages" in said or "input" in said):
                yield from of_request(said)
            else:
                yield from sayings(said, "user")
            return


def _answered(found: Attributes) -> Iterator[Saying]:
    if said := found.value("gen_ai.output.messages"):
        yield from sayings(said, "assistant")
        return
    if indexed := _indexed(found, outputs=True):
        yield from sayings(indexed, "assistant")
        return
    message = {
        "role": "assistant",
        "content": text_of(found.value("ai.response.text") or found.value("ai.response.object")),
        "reasoning": text_of(found.value("ai.response.reasoning")),
        "tool_calls": decoded(found.value("ai.response.toolCalls")),
    }
    if any(message[name] for name in ("content", "reasoning", "tool_calls")):
        yield from sayings([message], "assistant")
        return
    for name in ("gen_ai.completion", "gen_ai.response.text", "output.value"):
        if said := found.value(name):
            said = decoded(said)
            body = dict_of(said)
            inner = body.get("choices") or body.get("output") or body.get("content")
            yield from sayings(inner or said, "assistant")
            return


def _indexed(found: Attributes, *, outputs: bool) -> list[Any]:
    """Return the messages that attributes with numbers in their names make up together."""
    messages: dict[int, Any] = {}
    for name, value in found.values.items():
        match = _INDEXED.fullmatch(name)
        if match is None or (match[1] in _OUTPUTS) != outputs:
            continue
        place = int(match[2])
        if match[3] is None:
            messages[place] = plain(value)
            continue
        into = messages.setdefault(place, {})
        if isinstance(into, dict):
            _put(into, match[3].split(".")[:12], plain(value))
    return [_listed(messages[place]) for place in sorted(messages)]


def _put(into: dict[str, Any], way: list[str], value: Any) -> None:
    for step in way[:-1]:
        into = into.setdefault(step, {})
        if not isinstance(into, dict):
            return
    into[way[-1]] = value


def _listed(value: Any) -> Any:
    """Return objects whose keys are numbers as lists."""
    if not isinstance(value, dict):
        return value
    if value and all(key.isdecimal() for key in value):
        return [_listed(value[key]) for key in sorted(value, key=int)]
    return {key: _listed(inner) for key, inner in value.items()}


def _in_event(name: str, event: Event, *, asked: bool) -> Iterator[Saying]:
    found = Attributes(event.attributes)
    if name == DETAILS:
        if event.body is None or event.traceId is None:
            yield from _asked(found) if asked else _answered(found)
    elif name == "gen_ai.content.prompt":
        if asked:
            yield from sayings(found.value("gen_ai.prompt"), "user")
    elif name == "gen_ai.content.completion":
        if not asked:
            yield from sayings(found.value("gen_ai.completion"), "assistant")
    elif name == "gen_ai.choice":
        if not asked:
            yield from _message(event, found, "assistant")
    elif asked and name in _ROLES:
        yield from _message(event, found, _ROLES[name])


def _message(event: Event, found: Attributes, role: str) -> Iterator[Saying]:
    body = plain(event.body) if event.body is not None else None
    if body is None:
        body = {name: decoded(found.value(name)) for name in ("content", "message", "tool_calls")}
        body = {key: value for key, value in body.items() if value is not None}
    body = decoded(body)
    if isinstance(body, dict):
        inner = body.get("message")
        body = inner if isinstance(inner, dict) else body
        said = {**body, "role": text_of(body.get("role")) or role}
        if isinstance(inner, str) and "content" not in said:
            said["content"] = inner
        yield from sayings([said], role)
    elif isinstance(body, str) and body:
        kind = Kind.ANSWER if role == "assistant" else Kind.PROMPT
        yield Saying(role, [Part(kind, body)])
