"""The parts of a message of LibreChat: text, thinking, tool calls and their results."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import msgspec

from convledger.sources.content import flat_text, json_text
from convledger.sources.findings import Flag, Kind
from convledger.sources.steps import Part
from convledger.sources.values import dict_of, dicts_in, text_of

# Older versions keep thoughts in the text.
_THOUGHT = re.compile(r"\A\s*:::thinking\s*\n(.*?)\n?:::\s*(?:\n|\Z)", re.DOTALL)


def is_person(said: dict[str, Any]) -> bool:
    """Tell whether a person wrote a message."""
    marked = said.get("isCreatedByUser")
    if isinstance(marked, bool):
        return marked
    return text_of(said.get("sender")).lower() == "user"


def parts_of(said: dict[str, Any]) -> Iterator[Part]:
    """Yield the parts of a message; an empty one has no body."""
    own = Kind.PROMPT if is_person(said) else Kind.ANSWER
    content = dicts_in(said.get("content"))
    if said.get("error") is True:
        yield Part(Kind.NOTE, text_of(said.get("text")) or flat_text(content), "error", Flag.ERROR)
    elif content:
        for part in content:
            yield from _part(part, own)
    else:
        text = text_of(said.get("text"))
        if own == Kind.ANSWER and (thought := _THOUGHT.match(text)):
            yield Part(Kind.THINKING, thought[1].strip())
            text = text[thought.end() :]
        yield Part(own, text)
    for file in [*dicts_in(said.get("files")), *dicts_in(said.get("attachments"))]:
        name = text_of(file.get("filename")) or text_of(file.get("type"))
        yield Part(Kind.ATTACHMENT, name)


def _value(held: Any) -> str:
    """Return a text, which some versions wrap in an object."""
    return text_of(held) or text_of(dict_of(held).get("value"))


def _part(part: dict[str, Any], own: Kind) -> Iterator[Part]:
    kind = text_of(part.get("type"))
    if kind in ("think", "thinking", "reasoning"):
        yield Part(Kind.THINKING, _value(part.get("think")) or _value(part.get("text")))
    elif kind == "tool_call":
        call = dict_of(part.get("tool_call"))
        inner = dict_of(call.get("function"))
        name = text_of(call.get("name")) or text_of(inner.get("name")) or text_of(call.get("type"))
        arguments = call.get("args", inner.get("arguments"))
        yield Part(Kind.TOOL_CALL, _json(arguments), name)
        output = call.get("output", inner.get("output"))
        yield Part(Kind.TOOL_RESULT, flat_text(output) if output else "", name)
    elif kind == "error":
        yield Part(Kind.NOTE, _value(part.get("error")) or "error", "error", Flag.ERROR)
    elif kind in ("text", ""):
        yield Part(own, _value(part.get("text")))
    elif kind.startswith("image"):
        yield Part(Kind.ATTACHMENT, f"[{kind}]")


def _json(arguments: Any) -> str:
    if isinstance(arguments, str):
        try:
            msgspec.json.decode(arguments, type=msgspec.Raw)
        except (msgspec.MsgspecError, ValueError, RecursionError):
            pass
        else:
            return arguments or "{}"
    return "{}" if arguments is None else json_text(arguments)
