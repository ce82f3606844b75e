"""Reads what was said in Amp's threads."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from convledger.sources.amp.records import message_uuid
from convledger.sources.content import flat_text, json_text
from convledger.sources.findings import Flag, Kind, Message
from convledger.sources.values import dict_of, dicts_in, instant_of, list_of, text_of

_Block = tuple[int, str, str, int]  # kind, body, name, flags


def messages_of(thread: dict[str, Any], name: str, changed_at: int) -> Iterator[Message]:
    """Yield what was said in a thread, in order."""
    at = instant_of(thread.get("created")) or changed_at
    parent = ""
    for place, message in enumerate(list_of(thread.get("messages")), 1):
        if not isinstance(message, dict):
            continue
        usage, meta = dict_of(message.get("usage")), dict_of(message.get("meta"))
        at = instant_of(usage.get("timestamp")) or instant_of(meta.get("sentAt")) or at
        uuid = message_uuid(name, message.get("messageId"), place)
        some = False
        for block, (kind, body, label, flags) in enumerate(_blocks(message)):
            some = True
            yield Message(name, uuid, block, place, at, kind, body, flags, label, "", parent)
        parent = uuid if some else parent


def _blocks(message: dict[str, Any]) -> Iterator[_Block]:
    role, content = message.get("role"), message.get("content")
    said = {"user": Kind.PROMPT, "assistant": Kind.ANSWER}.get(str(role), Kind.NOTE)
    if isinstance(content, str):
        if content:
            yield said, content, "", 0
        return
    for block in dicts_in(content):
        kind = block.get("type")
        if kind == "thinking":
            if body := text_of(block.get("thinking")):
                yield Kind.THINKING, body, "", 0
        elif kind == "tool_use":
            yield Kind.TOOL_CALL, json_text(block.get("input") or {}), text_of(block.get("name")), 0
        elif kind == "tool_result":
            body, failed = _result(block)
            yield Kind.TOOL_RESULT, body, "", Flag.ERROR if failed else 0
        elif kind == "summary":
            summary = dict_of(block.get("summary"))
            body = text_of(summary.get("summary")) or text_of(block.get("summary"))
            if body:
                yield Kind.NOTE, body, "summary", 0
        elif body := flat_text([block]):
            yield said, body, "", 0


def _result(block: dict[str, Any]) -> tuple[str, bool]:
    """Return what a tool brought, and whether it failed."""
    run = dict_of(block.get("run"))
    if not run:
        return flat_text(block.get("content")), block.get("is_error") is True
    status = text_of(run.get("status"))
    result = run.get("result")
    if isinstance(result, dict):
        for key in ("output", "content", "diff"):
            if isinstance(result.get(key), str) and result[key]:
                result = result[key]
                break
    error = dict_of(run.get("error"))
    body = result if isinstance(result, str) else (json_text(result) if result else "")
    body = body or text_of(error.get("message"))
    return body or (f"[{status}]" if status and status != "done" else ""), status == "error"
