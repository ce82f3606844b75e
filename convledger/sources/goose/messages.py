"""What Goose keeps of a request and of a message, in its database and in its older files alike."""

from __future__ import annotations

from hashlib import blake2b
from typing import Any

import msgspec

from convledger.sources.content import flat_text, json_text
from convledger.sources.findings import TOKEN_LIMIT, Call, Flag, Kind, Message
from convledger.sources.lenient import loads, token_count
from convledger.sources.values import dict_of, dicts_in, text_of


def fill(call: Call, counts: tuple[Any, ...], most: int = TOKEN_LIMIT) -> None:
    """Count input, output, total, cache read and written: the input holds the cache.

    In older versions it does not, where the total says so. Raises BadLine.
    """
    fresh, output, total, read, written = (token_count(count, most) for count in counts)
    if total != fresh + output + read + written or not total:
        read = min(read, fresh)
        written = min(written, fresh - read)
        fresh -= read + written
    call.input, call.output, call.cache_read, call.cache_write_5m = fresh, output, read, written


def content_of(raw: bytes) -> list[dict[str, Any]]:
    """Return the blocks of a message. Raises BadLine."""
    found = loads(b'{"content":' + raw + b"}").get("content")
    if isinstance(found, str):
        return [{"type": "text", "text": found}]
    return dicts_in(found)


def made_up(session: str, at: str, role: str, blocks: list[dict[str, Any]]) -> str:
    """Name a message of a version that gave none, by what it says."""
    try:
        said = msgspec.json.encode(blocks, order="sorted")
    except (OverflowError, ValueError, RecursionError):
        said = json_text(blocks).encode("utf-8", "replace")
    name = f"{session}\0{at}\0{role}\0".encode("utf-8", "replace")
    return blake2b(name + said, digest_size=16).hexdigest()


def messages_of(
    blocks: list[dict[str, Any]],
    role: str,
    named: tuple[str, str, str],
    place: tuple[int, int],
    flags: int,
) -> list[Message]:
    """Return what a message says: `named` conversation, uuid and parent; `place` line, instant."""
    conversation, uuid, parent = named
    found: list[Message] = []
    for block in blocks:
        kind, body, name, more = _said(block, role)
        if not body and kind not in (Kind.TOOL_CALL, Kind.TOOL_RESULT):
            continue
        found.append(
            Message(
                conversation, uuid, len(found), place[0], place[1], int(kind), body,
                int(flags | more), name, "", parent,
            )
        )  # fmt: skip
    if not found:
        kind = Kind.PROMPT if role == "user" else Kind.ANSWER
        hidden = int(flags | Flag.HIDDEN)
        found.append(Message(conversation, uuid, 0, *place, int(kind), "", hidden, "", "", parent))
    return found


def _said(block: dict[str, Any], role: str) -> tuple[Kind, str, str, int]:
    kind, text = text_of(block.get("type")), text_of(block.get("text"))
    own = Kind.PROMPT if role == "user" else Kind.ANSWER
    if kind in ("text", ""):
        return own, text, "", 0
    if kind == "thinking":
        return Kind.THINKING, text_of(block.get("thinking")) or text, "", 0
    if kind in ("toolRequest", "frontendToolRequest"):
        call = dict_of(block.get("toolCall"))
        call = dict_of(call.get("value")) or call
        given = call.get("arguments")
        name = text_of(call.get("name")) or "tool"
        return Kind.TOOL_CALL, json_text(given if given is not None else {}), name, 0
    if kind == "toolResponse":
        result = dict_of(block.get("toolResult"))
        if result.get("status") == "error" or "error" in result:
            return Kind.TOOL_RESULT, flat_text(result.get("error")), "", Flag.ERROR
        value = result.get("value", block.get("toolResult"))
        inner = dict_of(value).get("content", value)
        failed = Flag.ERROR if dict_of(value).get("isError") is True else 0
        return Kind.TOOL_RESULT, flat_text(inner), "", failed
    if kind in ("image", "document", "resource"):
        media = text_of(block.get("mimeType"))
        return Kind.ATTACHMENT, f"[{kind}{' ' if media else ''}{media}]", "", 0
    if kind in ("error", "systemNotification", "summarizationRequested", "conversationCompacted"):
        body = text or text_of(block.get("msg")) or text_of(block.get("message"))
        return Kind.NOTE, body, kind, Flag.ERROR if kind == "error" else 0
    return Kind.NOTE, text, kind, Flag.HIDDEN
