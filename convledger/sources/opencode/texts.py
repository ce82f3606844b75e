"""Reads what was said in OpenCode's messages: one message a part."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from convledger.sources.content import flat_text, json_text
from convledger.sources.findings import Flag, Kind, Message, Rejected
from convledger.sources.lenient import BadLine, loads
from convledger.sources.opencode.records import Record
from convledger.sources.values import dict_of, text_of


def prompt_in(parts: Iterable[bytes]) -> str:
    """Return the first text that a person typed."""
    for part in parts:
        try:
            found = loads(part)
        except BadLine:
            continue
        if found.get("type") == "text" and not found.get("synthetic"):
            return text_of(found.get("text"))
    return ""


def messages_of(
    record: Record,
    parts: Iterable[bytes],
    named: tuple[str, str, str],
    place: tuple[int, int],
    flags: int,
    rejected: list[Rejected],
) -> list[Message]:
    """Return what a message says: `named` conversation, uuid and parent; `place` line and instant.

    Each part has two blocks, as a tool's result comes later than its call.
    """
    conversation, uuid, parent = named
    line, at = place
    found: list[Message] = []

    def add(block: int, kind: Kind, body: str, name: str = "", more: int = 0) -> None:
        found.append(
            Message(
                conversation, uuid, block, line, at, int(kind), body, int(flags | more), name, "",
                parent,
            )
        )  # fmt: skip

    number = 0
    for number, part in enumerate(parts, 1):
        try:
            _say(record, loads(part), number * 2, add)
        except BadLine as error:
            rejected.append(Rejected(line, 0, f"a part of it: {error}", part[:400]))
    if record.failed:
        add(number * 2 + 2, Kind.NOTE, _error(bytes(record.error)), "error", Flag.ERROR)
    if not found:  # others may hang from it
        kind = Kind.PROMPT if record.role == "user" else Kind.ANSWER
        add(0, kind, "", "", Flag.HIDDEN)
    first = min(message.block for message in found)
    for message in found:
        message.block -= first
    return found


def _say(record: Record, part: dict[str, Any], block: int, add: Any) -> None:
    kind, text = part.get("type"), text_of(part.get("text"))
    if kind == "text" and text:
        if record.role != "user":
            if record.is_summary:
                add(block, Kind.NOTE, text, "summary")
            else:
                add(block, Kind.ANSWER, text)
        elif part.get("synthetic") or part.get("ignored"):
            add(block, Kind.NOTE, text, "", Flag.HIDDEN)
        else:
            add(block, Kind.PROMPT, text)
    elif kind == "reasoning" and text:
        add(block, Kind.THINKING, text)
    elif kind == "tool":
        _tool(part, block, add)
    elif kind == "file":
        name = text_of(part.get("filename")) or text_of(part.get("url"))[:80]
        media = text_of(part.get("mime"))
        add(block, Kind.ATTACHMENT, f"[{' '.join(filter(None, ('file', media, name)))}]", name)
    elif kind == "compaction":
        add(block, Kind.NOTE, "context compacted", "compaction")
    elif kind == "subtask":
        add(block, Kind.NOTE, text_of(part.get("prompt")), text_of(part.get("agent")) or "subtask")
    elif kind == "retry":
        body = flat_text(dict_of(part.get("error")).get("data") or part.get("error"))
        add(block, Kind.NOTE, body, "retry", Flag.ERROR | Flag.HIDDEN)


def _tool(part: dict[str, Any], block: int, add: Any) -> None:
    state = dict_of(part.get("state"))
    given = state.get("input")
    body = json_text(given if given is not None else {})
    name = text_of(part.get("tool")) or "tool"
    add(block, Kind.TOOL_CALL, body, name)
    if state.get("status") == "error":
        add(block + 1, Kind.TOOL_RESULT, flat_text(state.get("error")), name, Flag.ERROR)
    elif state.get("output") is not None:
        add(block + 1, Kind.TOOL_RESULT, flat_text(state.get("output")), name)


def _error(raw: bytes) -> str:
    try:
        error = loads(raw)
    except BadLine:
        return raw.decode("utf-8", "replace")
    message = text_of(dict_of(error.get("data")).get("message")) or text_of(error.get("message"))
    return message or text_of(error.get("name")) or "error"
