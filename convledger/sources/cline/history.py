"""Reads a task's conversation with the model as messages: what was typed apart from the rest."""

from __future__ import annotations

import re
from collections.abc import Iterator
from hashlib import blake2b
from typing import Any

import msgspec

from convledger.sources.content import flat_text, placeholder
from convledger.sources.findings import Flag, Kind, Message
from convledger.sources.values import dict_of, instant_of, list_of, text_of

Block = tuple[int, str, str, int]  # kind, name, body, flags
_TYPED = re.compile(
    r"<(task|feedback|user_message|answer|user_input)(?:\s[^>]*)?>\s*(.*?)\s*</\1>", re.DOTALL
)
_AROUND = re.compile(
    r"<(environment_details|mode_notice|system_reminder)(?:\s[^>]*)?>.*?(?:</\1>|\Z)", re.DOTALL
)
_RESULT = re.compile(r"\[([a-z_]+)(?: for .*?)?\] Result:", re.DOTALL)


class Said(msgspec.Struct):
    """A message with its blocks, and what it is called."""

    uuid: str
    line: int
    at: int | None
    role: str
    blocks: list[Block]
    record: dict[str, Any]


def said_in(history: list[dict[str, Any]], native: str) -> Iterator[Said]:
    """Yield the messages of a conversation that hold anything."""
    seen: dict[str, int] = {}
    for line, record in enumerate(history, 1):
        role = text_of(record.get("role"))
        if role not in ("user", "assistant"):
            continue
        at = instant_of(record.get("ts"))
        blocks = [block for block in _blocks(role, record) if block[2].strip()]
        name = text_of(record.get("id")) or (str(record["ts"]) if at is not None else "")
        if not name:
            text = "\n".join(f"{block[0]}:{block[2]}" for block in blocks)
            name = blake2b(text.encode("utf-8", "replace"), digest_size=8).hexdigest()
        name = f"{role}:{name}"
        seen[name] = seen.get(name, 0) + 1
        again = f"#{seen[name]}" if seen[name] > 1 else ""
        yield Said(f"{native}:{name}{again}", line, at, role, blocks, record)


def messages_of(said: Said, native: str, at: int, before: str, agent: str = "") -> list[Message]:
    """Return the blocks of a message as they are stored."""
    side = int(Flag.SIDECHAIN) if agent else 0
    return [
        Message(
            native, said.uuid, number, said.line, at, kind, body, flags | side, name, agent, before
        )
        for number, (kind, name, body, flags) in enumerate(said.blocks)
    ]


def _blocks(role: str, record: dict[str, Any]) -> Iterator[Block]:
    content = record.get("content")
    if isinstance(content, str):
        content = [{"type": "text", "text": content}]
    is_summary = bool(record.get("isSummary")) or (
        dict_of(record.get("metadata")).get("kind") == "compaction_summary"
    )
    for each in list_of(content):
        block = {"type": "text", "text": each} if isinstance(each, str) else dict_of(each)
        kind, text = text_of(block.get("type")), text_of(block.get("text"))
        if kind == "tool_use":
            given = msgspec.json.encode(block.get("input") or {}).decode()
            yield Kind.TOOL_CALL, text_of(block.get("name")) or "tool", given, 0
        elif kind == "tool_result":
            failed = int(Flag.ERROR) if block.get("is_error") is True else 0
            yield from _given(flat_text(block.get("content")), failed, is_result=True)
        elif kind in ("thinking", "reasoning"):
            yield Kind.THINKING, "", text_of(block.get("thinking")) or text, 0
        elif kind in ("image", "document"):
            source = dict_of(block.get("source"))
            if isinstance(source.get("media_type") or "", str):
                yield Kind.ATTACHMENT, "", placeholder(kind, source), 0
        elif is_summary:
            yield Kind.NOTE, "summary", text, 0
        elif role == "assistant":
            yield Kind.ANSWER, "", text, 0
        else:
            yield from _given(text, 0)


def _given(text: str, failed: int, *, is_result: bool = False) -> Iterator[Block]:
    """Yield what a person typed, and apart from it what tools gave and the tool added."""
    around = [match[0] for match in _AROUND.finditer(text)] if "<" in text else []
    rest = _AROUND.sub("", text) if around else text
    typed = [match[2] for match in _TYPED.finditer(rest)] if "</" in rest else []
    if typed:
        rest = _TYPED.sub("", rest)
    result = _RESULT.match(rest.lstrip())
    if result or is_result:
        yield Kind.TOOL_RESULT, result[1] if result else "", rest.strip(), failed
    elif typed:
        yield Kind.NOTE, "", rest.strip(), int(Flag.HIDDEN)
    else:
        note = rest.lstrip().startswith(("[ERROR]", "[TASK RESUMPTION]", "<explicit_instructions"))
        yield Kind.NOTE if note else Kind.PROMPT, "", rest.strip(), Flag.HIDDEN if note else 0
    for each in typed:
        yield Kind.PROMPT, "", each, 0
    for each in around:
        yield Kind.NOTE, "", each, int(Flag.HIDDEN)
