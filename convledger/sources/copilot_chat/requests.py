"""What a request of a VS Code chat holds: the prompt, and the rounds in which it was answered."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec
from msgspec import Struct, field

from convledger.sources.findings import Flag, Kind
from convledger.sources.values import dict_of, dicts_in, instant_of, list_of, text_of

Block = tuple[int, str, str, int]  # kind, name, body, flags
_MOST_NODES = 200_000


class Said(Struct):
    """A message with its blocks; `is_answer` if a model wrote it."""

    uuid: str
    at: int
    blocks: list[Block]
    is_answer: bool = False
    model: str = ""


class Request(Struct):
    """A request as it is told of: when, by which model, with which tokens, what was said."""

    native: str
    at: int
    model: str
    provider: str
    read: object = None
    written: object = None
    is_over: bool = True
    said: list[Said] = field(default_factory=list)


def model_of(name: str) -> tuple[str, str]:
    """Return a model's own name, and who sells it, of an id like `copilot/gpt-5`."""
    parts = [part for part in name.split("/") if part]
    if not parts or parts[-1] == "auto":
        return "", ""
    return parts[-1], parts[-2] if len(parts) > 1 else ""


def request_of(
    entry: dict[str, Any], session: str, place: int, at: int, is_last: bool, *, texts: bool
) -> Request:
    """Return what an entry of the list of requests holds; `at` where it names no instant.

    What tools gave back is only taken up where `texts` are wanted.
    """
    native = text_of(entry.get("requestId")) or f"{session}:{place}"
    at = instant_of(entry.get("timestamp")) or at
    result = entry.get("result")
    metadata = dict_of(dict_of(result).get("metadata"))
    rounds = dicts_in(metadata.get("toolCallRounds"))
    model, provider = model_of(text_of(entry.get("modelId")))
    resolved = text_of(metadata.get("resolvedModel"))
    found = Request(native, at, resolved or model or "unknown", provider)
    found.read = _first(entry.get("promptTokens"), metadata.get("promptTokens"))
    found.written = _first(
        entry.get("completionTokens"), entry.get("outputTokens"), metadata.get("outputTokens"),
        metadata.get("completionTokens"),
    )  # fmt: skip
    state = dict_of(entry.get("modelState")).get("value")
    found.is_over = (
        isinstance(result, dict) or not is_last or state in (1, 2, 3)
        or entry.get("isCanceled") is True
    )  # fmt: skip
    prompt = list(_prompt(entry))
    if prompt:
        found.said.append(Said(native, at, prompt))
    if found.is_over:
        if rounds:
            results = dict_of(metadata.get("toolCallResults")) if texts else {}
            found.said += _rounds(native, at, rounds, results)
        else:
            found.said += _parts(native, at, list_of(entry.get("response")))
        found.said += _error(native, at, dict_of(result))
    return found


def _first(*values: object) -> object:
    return next((value for value in values if value not in (None, "", 0)), None)


def _prompt(entry: dict[str, Any]) -> Iterator[Block]:
    message = entry.get("message")
    text = text_of(message) or text_of(dict_of(message).get("text"))
    if text:
        yield Kind.PROMPT, "", text, 0
    for each in dicts_in(dict_of(entry.get("variableData")).get("variables")):
        name = text_of(each.get("name"))
        if name and each.get("kind") in ("file", "image", "directory"):
            yield Kind.ATTACHMENT, "", name, 0


def _rounds(
    native: str, at: int, rounds: list[dict[str, Any]], results: dict[str, Any]
) -> Iterator[Said]:
    """Yield the answer of each round, and what its tools gave back."""
    for number, each in enumerate(rounds):
        uuid = text_of(each.get("id")) or f"{native}:round{number}"
        when = instant_of(each.get("timestamp")) or at
        thinking = dict_of(each.get("thinking")).get("text")
        thought = "\n".join(map(text_of, thinking)) if isinstance(thinking, list) else thinking
        blocks: list[Block] = [
            (Kind.THINKING, "", text_of(thought), 0),
            (Kind.ANSWER, "", text_of(each.get("response")), 0),
        ]
        calls = dicts_in(each.get("toolCalls"))
        for call in calls:
            given = call.get("arguments")
            body = given if isinstance(given, str) else msgspec.json.encode(given or {}).decode()
            blocks.append((Kind.TOOL_CALL, text_of(call.get("name")) or "tool", body or "{}", 0))
        model, _ = model_of(text_of(each.get("modelId")))
        yield Said(uuid, when, [block for block in blocks if block[2]], True, model)
        for place, call in enumerate(calls):
            key = text_of(call.get("id"))
            body, name = _result(results.get(key)), text_of(call.get("name"))
            told = [(int(Kind.TOOL_RESULT), name, body, 0)] if body else []
            yield Said(f"{native}:{key or f'{number}.{place}'}", when, told)


def _parts(native: str, at: int, parts: list[Any]) -> Iterator[Said]:
    """Yield what older or aborted requests keep only as it was shown."""
    blocks: list[Block] = []
    number = 0

    def said() -> Iterator[Said]:
        nonlocal number
        text = [block for block in blocks if block[2].strip()]
        if text:
            yield Said(f"{native}:answer{number}", at, text, True)
            number += 1
        blocks.clear()

    for part in parts:
        if isinstance(part, str):
            _append(blocks, Kind.ANSWER, part)
            continue
        each = dict_of(part)
        kind = text_of(each.get("kind"))
        if kind in ("", "markdownContent", "markdownVuln"):
            value = each.get("value") if kind == "" else each.get("content")
            _append(blocks, Kind.ANSWER, text_of(value) or text_of(dict_of(value).get("value")))
        elif kind == "inlineReference":
            _append(blocks, Kind.ANSWER, _reference(each))
        elif kind == "thinking":
            _append(blocks, Kind.THINKING, text_of(each.get("value")))
        elif kind == "toolInvocationSerialized":
            shown = each.get("pastTenseMessage") or each.get("invocationMessage")
            words = text_of(shown) or text_of(dict_of(shown).get("value"))
            name = text_of(each.get("toolId")) or "tool"
            blocks.append((Kind.TOOL_CALL, name, msgspec.json.encode({"shown": words}).decode(), 0))
            yield from said()
    yield from said()


def _append(blocks: list[Block], kind: int, text: str) -> None:
    """Add text to the last block where that is of the same kind, as it was streamed."""
    if blocks and blocks[-1][0] == kind:
        blocks[-1] = (kind, "", blocks[-1][2] + text, 0)
    elif text:
        blocks.append((kind, "", text, 0))


def _reference(part: dict[str, Any]) -> str:
    reference = dict_of(part.get("inlineReference"))
    place = dict_of(reference.get("uri")) or reference
    name = text_of(part.get("name")) or text_of(reference.get("name"))
    return f"`{name or text_of(place.get('path')).rpartition('/')[2]}`"


def _error(native: str, at: int, result: dict[str, Any]) -> Iterator[Said]:
    message = text_of(dict_of(result.get("errorDetails")).get("message"))
    if message:
        yield Said(f"{native}:error", at, [(Kind.NOTE, "error", message, int(Flag.ERROR))])


def _result(result: object) -> str:
    """Return the text of a tool's result: texts, or trees of nodes with texts in them."""
    parts: list[str] = []
    content = dict_of(result).get("content")
    waiting: list[Any] = list(reversed(content)) if isinstance(content, list) else [content]
    for _ in range(_MOST_NODES):
        if not waiting:
            break
        node = waiting.pop()
        if isinstance(node, str):
            parts.append(node)
        elif isinstance(node, dict):
            if node.get("lineBreakBefore") and parts:
                parts.append("\n")
            value = node.get("value")
            if isinstance(value, dict):
                waiting.append(value.get("node"))
            elif isinstance(value, str):
                parts.append(value)
            parts.append(text_of(node.get("text")))
            waiting.extend(reversed(list_of(node.get("children"))))
    return "".join(parts).strip("\n")
