"""What was said in the messages of any model API: parts of text, thought, tool call and result."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import msgspec
from msgspec import Struct

from convledger.sources.content import flat_text, json_text, placeholder
from convledger.sources.findings import Flag, Kind
from convledger.sources.lenient import BadLine, loads, scrub
from convledger.sources.values import dict_of, list_of, name_of, text_of

MOST_MESSAGES = 100_000  # of one request
_SYSTEM = frozenset(("system", "developer"))
_ANSWERS = frozenset(("assistant", "model", "ai"))
_RESULTS = frozenset(("tool", "function"))
_MEDIA = {
    "image_url": "image", "input_image": "image", "image": "image", "input_audio": "audio",
    "audio": "audio", "file": "file", "input_file": "file", "document": "document",
    "video": "video", "blob": "file", "uri": "file",
}  # fmt: skip


class Part(Struct):
    """A piece of a message."""

    kind: int
    body: str
    name: str = ""
    flags: int = 0


class Saying(Struct):
    """A message: who said it, its parts, and its own id where it has one."""

    role: str
    parts: list[Part]
    is_branch: bool = False  # an alternate beside the answer before it


def decoded(value: Any) -> Any:
    """Return what a JSON text holds, the value itself where it is none."""
    if not isinstance(value, str) or value.lstrip()[:1] not in ("{", "["):
        return value
    for text in (value, value.replace('""', '"')):  # Helicone's CSV doubles its quotes twice
        try:
            return msgspec.json.decode(text)
        except (msgspec.MsgspecError, ValueError, RecursionError):
            try:
                return scrub(json.loads(text, strict=False))
            except (ValueError, RecursionError):
                continue
    return value


def object_in(value: Any) -> dict[str, Any]:
    """Return an object, also where it stands as JSON text; an empty one where there is none."""
    if isinstance(value, str) and value.lstrip().startswith("{"):
        try:
            return loads(value.encode("utf-8", "replace"))
        except BadLine:
            value = decoded(value)
    return dict_of(value)


def as_json(value: Any) -> str:
    """Return the arguments of a tool call as JSON text, which they may be already."""
    if isinstance(value, str):
        return value or "{}"
    return "{}" if value is None else json_text(value)


def sayings(value: Any, role: str = "user") -> Iterator[Saying]:
    """Yield the messages in a request's or answer's content, whichever way it lists them."""
    value = decoded(value)
    if isinstance(value, str):
        if value:
            yield Saying(role, [_text(role, value)])
        return
    if isinstance(value, dict):
        yield from _in_object(value, role)
        return
    loose: list[Any] = []
    for item in list_of(value)[:MOST_MESSAGES]:
        if isinstance(item, list):
            yield from sayings(item[:MOST_MESSAGES], role)
        elif isinstance(item, dict) and ("role" in item or "message" in item or _is_item(item)):
            found = message_of(item, role)
            if found.parts:
                yield found
        else:
            loose.append(item)
    parts = list(_parts(loose, role))
    if parts:
        yield Saying(role, parts)


def _is_item(item: dict[str, Any]) -> bool:
    """Tell whether an object is an item of the Responses API's input or output."""
    kind = text_of(item.get("type"))
    return kind in ("message", "reasoning") or kind.endswith(("_call", "_call_output"))


def _in_object(value: dict[str, Any], role: str) -> Iterator[Saying]:
    for key in ("messages", "choices", "output", "content", "prompt", "input", "text", "parts"):
        if value.get(key) and key not in ("content", "parts", "text"):
            if key == "messages":
                yield from sayings(value.get("system"), "system")
            yield from sayings(value[key], role)
            return
    if any(key in value for key in ("role", "content", "parts", "message", "tool_calls", "text")):
        found = message_of(value, role)
        if found.parts:
            yield found
        return
    body = flat_text(value)
    if body and body != "{}":
        yield Saying(role, [_text(role, body)])


def request_sayings(body: dict[str, Any]) -> Iterator[Saying]:
    """Yield what a request says: instructions first, then its messages."""
    for key in ("system", "instructions"):
        yield from sayings(body.get(key), "system")
    for key in ("messages", "input", "prompt", "contents"):
        if body.get(key):
            yield from sayings(body[key], "user")
            return


def answer_sayings(body: dict[str, Any]) -> Iterator[Saying]:
    """Yield what a response says: the first choice of Chat Completions, the output, the content."""
    choices = list_of(body.get("choices"))
    if choices:
        for place, choice in enumerate(choices[:64]):
            choice = dict_of(choice)
            said = choice.get("message") or choice.get("delta") or choice.get("text")
            for saying in sayings(said, "assistant"):
                if place:
                    saying.is_branch = True
                    for part in saying.parts:
                        part.flags |= Flag.BRANCH
                yield saying
        return
    output = body.get("output")
    if isinstance(output, list):
        yield from sayings(output, "assistant")
    elif body.get("content"):
        yield from sayings([{"role": "assistant", "content": body["content"]}], "assistant")
    elif output:
        yield from sayings(output, "assistant")


def message_of(item: dict[str, Any], role: str) -> Saying:
    """Return a message in the words of any API."""
    inner = item.get("message")
    if isinstance(inner, dict) and "role" not in item:  # a choice, or OpenInference's wrapper
        item = inner
    role = text_of(item.get("role")) or _role_of_item(item, role)
    role = "assistant" if role in _ANSWERS else role
    parts: list[Part] = []
    thought = item.get("reasoning_content") or item.get("reasoning") or item.get("thinking")
    if isinstance(thought, str) and thought:
        parts.append(Part(Kind.THINKING, thought))
    kind = text_of(item.get("type"))
    if _is_item(item) and kind != "message":
        parts.extend(_block(item, role))
    else:
        content = item.get("content")
        if content is None:
            content = item.get("parts") or item.get("text") or item.get("contents")
        if role in _RESULTS:
            said = list(_parts(content, role))
            if any(part.kind == Kind.TOOL_RESULT for part in said):
                parts.extend(said)
            elif content not in (None, "", []):
                parts.append(Part(Kind.TOOL_RESULT, flat_text(content), name_of(item.get("name"))))
        else:
            parts.extend(_parts(content, role))
    refusal = text_of(item.get("refusal"))
    if refusal:
        parts.append(_text(role, refusal))
    parts.extend(_call(dict_of(call)) for call in list_of(item.get("tool_calls")))
    legacy = dict_of(item.get("function_call"))
    if legacy.get("name"):
        parts.append(_call(legacy))
    return Saying(role, parts)


def _role_of_item(item: dict[str, Any], role: str) -> str:
    kind = text_of(item.get("type"))
    if kind.endswith("_output"):
        return "tool"
    return "assistant" if kind == "reasoning" or kind.endswith("_call") else role


def _text(role: str, body: str) -> Part:
    if role in _SYSTEM:
        return Part(Kind.NOTE, body, "system", Flag.HIDDEN)
    if role in _RESULTS:
        return Part(Kind.TOOL_RESULT, body)
    return Part(Kind.ANSWER if role in _ANSWERS else Kind.PROMPT, body)


def _call(call: dict[str, Any]) -> Part:
    inner = dict_of(call.get("tool_call")) or call
    function = dict_of(inner.get("function")) or inner
    name = name_of(function.get("name") or inner.get("toolName")) or "tool"
    given = function.get("arguments")
    if given is None:
        given = function.get("args", inner.get("input"))
    return Part(Kind.TOOL_CALL, as_json(given), name)


def _parts(content: Any, role: str) -> Iterator[Part]:
    if isinstance(content, str):
        if content:
            yield _text(role, content)
        return
    if isinstance(content, dict):
        content = [content]
    for block in list_of(content)[:MOST_MESSAGES]:
        if isinstance(block, dict):
            yield from _block(block, role)
        elif isinstance(block, str) and block:
            yield _text(role, block)


def _block(block: dict[str, Any], role: str) -> Iterator[Part]:
    kind = text_of(block.get("type"))
    if kind in ("tool_use", "server_tool_use", "mcp_tool_use", "tool_call", "tool-call"):
        yield _call(block)
    elif kind.endswith(("_call_output", "tool_result", "tool_call_response", "tool-result")):
        said = block.get("content")
        for key in ("output", "result", "response"):
            said = block.get(key) if said is None else said
        flags = Flag.ERROR if block.get("is_error") is True else 0
        yield Part(Kind.TOOL_RESULT, flat_text(said), name_of(block.get("toolName")), flags)
    elif kind in ("thinking", "reasoning"):
        said = block.get("thinking") or block.get("summary") or block.get("content")
        body = flat_text(said if said is not None else block.get("text"))
        if body:
            yield Part(Kind.THINKING, body)
    elif kind.endswith("_call"):
        name = name_of(block.get("name")) or kind.removesuffix("_call")
        given = block.get("arguments")
        for key in ("input", "action", "code", "queries"):
            given = block.get(key) if given is None else given
        yield Part(Kind.TOOL_CALL, as_json(given), name)
    elif kind in _MEDIA and not isinstance(block.get("text"), str):
        yield Part(_text(role, "").kind, placeholder(_MEDIA[kind], dict_of(block.get("source"))))
    else:
        said = block.get("text", block.get("refusal", block.get("content")))
        if isinstance(block.get("message_content"), dict):  # OpenInference's wrapper
            said = block["message_content"].get("text")
        text = said if isinstance(said, str) else flat_text(said)
        if text:
            yield _text(role, text)
