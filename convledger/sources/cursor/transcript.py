"""Reads the transcripts that Cursor's agents leave: who said what, without instants or tokens."""

from __future__ import annotations

import re
from collections.abc import Iterator
from hashlib import blake2b
from typing import Any

import msgspec

from convledger.sources.content import flat_text
from convledger.sources.document import Document, Found
from convledger.sources.findings import Call, Flag, Kind, Measure, Message, Rejected
from convledger.sources.json_lines import JsonLine, json_lines
from convledger.sources.titles import PROMPT, title_line
from convledger.sources.values import dict_of, dicts_in, list_of, text_of

_QUERY = re.compile(r"<user_query>\s*(.*?)\s*</user_query>", re.DOTALL)
_PIECE = 400
_ROLES = ("user", "assistant", "tool")


def conversation_of(relative: str) -> tuple[str, str]:
    """Return a transcript's conversation, and whose sub-agent it is."""
    parts = relative.split("/")
    native = parts[-1].rsplit(".", 1)[0]
    parent = parts[-3] if len(parts) > 2 and parts[-2] == "subagents" else ""
    return native, parent


def read_transcript(document: Document, *, texts: bool) -> Iterator[Found]:
    """Yield the messages of a transcript, or its calls, whose tokens nobody kept."""
    native, parent = conversation_of(document.relative)
    at, found = document.changed_at, Found()
    facts = found.figures.conversation(native)
    facts.first_at = facts.last_at = at
    if parent:
        facts.parent, facts.relation = parent, "subagent"
    before, last, seen = "", Call("", native, at, "unknown", 0), dict[str, int]()
    for line in json_lines(document):
        if isinstance(line, Rejected):
            (found.texts if texts else found.figures).rejected.append(line)
            continue
        said = _messages(line, native, at, before, seen)
        if not said:
            continue
        first = said[0]
        if first.kind in (Kind.PROMPT, Kind.TOOL_RESULT):
            _add(found, last)
            last.key = ""
            if first.kind == Kind.PROMPT and not first.flags & Flag.HIDDEN:
                facts.entitle(PROMPT, title_line(first.body))
        else:
            last.key, last.line = first.uuid, first.line
        before = first.uuid
        if texts:
            found.texts.messages.extend(said)
        if len(found.texts.messages) >= _PIECE:
            yield Found(texts=found.texts, done=line.end)
            found = Found()
    _add(found, last)
    if texts:
        yield Found(texts=found.texts, done=document.size)
    else:
        yield Found(found.figures, done=document.size)


def _add(found: Found, call: Call) -> None:
    if call.key:
        found.figures.calls.append(
            Call(call.key, call.conversation, call.at, call.model, call.line,
                 measure=Measure.MISSING)
        )  # fmt: skip


def _messages(
    line: JsonLine, native: str, at: int, before: str, seen: dict[str, int]
) -> list[Message]:
    record = line.record
    role = text_of(record.get("role"))
    if role not in _ROLES:
        return []
    content = dict_of(record.get("message")).get("content", record.get("content"))
    blocks = [{"type": "text", "text": content}] if isinstance(content, str) else list_of(content)
    data = f"{role}:{flat_text(blocks)}".encode("utf-8", "replace")
    name = blake2b(data, digest_size=8).hexdigest()
    seen[name] = seen.get(name, 0) + 1
    uuid = f"{native}:{name}:{seen[name]}"
    found: list[Message] = []
    for block in dicts_in(blocks):
        kind, label, body, flags = _block(role, block)
        if body:
            found.append(
                Message(native, uuid, len(found), line.number, at, kind, body, flags, label,
                        parent=before)
            )  # fmt: skip
    return found


def _block(role: str, block: dict[str, Any]) -> tuple[int, str, str, int]:
    kind = text_of(block.get("type"))
    if kind == "tool_use":
        given = msgspec.json.encode(block.get("input") or {}).decode()
        return Kind.TOOL_CALL, text_of(block.get("name")) or "tool", given, 0
    if kind == "tool_result" or role == "tool":
        body = flat_text(block.get("content")) or text_of(block.get("text"))
        return Kind.TOOL_RESULT, "", body, Flag.ERROR if block.get("is_error") else 0
    if kind in ("thinking", "reasoning"):
        return Kind.THINKING, "", text_of(block.get("thinking")) or text_of(block.get("text")), 0
    text = text_of(block.get("text"))
    if role == "assistant":
        return Kind.ANSWER, "", text, 0
    asked = _QUERY.search(text)
    if asked:
        return Kind.PROMPT, "", asked[1], 0
    if text.lstrip().startswith("<"):
        return Kind.NOTE, "", text, Flag.HIDDEN
    return Kind.PROMPT, "", text, 0
