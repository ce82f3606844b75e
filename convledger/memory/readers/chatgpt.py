"""What a ChatGPT data export shows of its memory: custom instructions, snapshots, and notes.

Memories are no file in the export; their only traces are messages of conversations.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import msgspec

from convledger.memory.readers.items import Item, Keys, Rejected, storable, too_large
from convledger.memory.readers.json_texts import (
    decoded,
    instant_in,
    instant_of,
    list_in,
    text_in,
)
from convledger.memory.readers.texts import encoding_of
from convledger.memory.words import text_hash

NAME, TITLE = "chatgpt", "ChatGPT memory traces"
_MARKS = (b"_editable_context", b'"bio"')
_NUMBERED = re.compile(r"(?m)^[ \t]{0,8}\d{1,5}\.[ \t]+(?:\[([^\]\n]{4,40})\]\.?[ \t]*)?")
_PROFILE = {"user_profile": "About me", "user_instructions": "How ChatGPT should respond"}


@dataclass(slots=True)
class _Traces:
    """The latest of what stands for the whole, and every note."""

    profile: dict[str, tuple[int, str]] = field(default_factory=dict)
    snapshot: tuple[int, str] = (-1, "")
    notes: list[tuple[int | None, str, str]] = field(default_factory=list)


def read(content: bytes, _path: str) -> Iterator[Item | Rejected]:
    """Yield what conversations.json tells: of instructions and snapshots the latest, each note."""
    rejected = too_large(content)
    if rejected is not None:
        yield Rejected("", f"{rejected.reason}; split exports have smaller files")
        return
    traces = _Traces()
    for number, conversation in enumerate(_conversations(content), 1):
        if isinstance(conversation, Rejected):
            yield conversation
        elif isinstance(conversation, dict):
            _look_into(conversation, traces)
        else:
            yield Rejected(f"conversation {number}", "not an object")
    yield from _items(traces)


def _conversations(content: bytes) -> Iterator[Any]:
    """Yield the conversations that may hold a trace; the others are not even decoded."""
    _, mark = encoding_of(content)
    try:
        parts = msgspec.json.decode(content[mark:], type=list[msgspec.Raw])
    except (msgspec.DecodeError, ValueError, RecursionError):
        found = decoded(content)
        if isinstance(found, dict):
            found = found.get("conversations", [found])
        yield from found if isinstance(found, list) else [found]
        return
    for part in parts:
        raw = bytes(part)
        if any(mark in raw for mark in _MARKS) or not raw.startswith(b"{"):
            yield decoded(raw)


def _look_into(conversation: dict[str, Any], traces: _Traces) -> None:
    mapping = conversation.get("mapping")
    when = instant_in(conversation, "create_time", "update_time")
    for name, node in mapping.items() if isinstance(mapping, dict) else ():
        message = node.get("message") if isinstance(node, dict) else None
        content = message.get("content") if isinstance(message, dict) else None
        if not isinstance(message, dict) or not isinstance(content, dict):
            continue
        date = instant_of(message.get("create_time")) or when
        kind = content.get("content_type")
        if kind == "user_editable_context":
            for part in _PROFILE:
                text = text_in(content, part)
                if text and (date or 0) >= traces.profile.get(part, (-1, ""))[0]:
                    traces.profile[part] = (date or 0, text)
        elif kind == "model_editable_context":
            text = text_in(content, "model_set_context")
            if text and (date or 0) >= traces.snapshot[0]:
                traces.snapshot = (date or 0, text)
        elif message.get("recipient") == "bio":
            parts = [part for part in list_in(content, "parts") if isinstance(part, str)]
            text = storable("\n".join(parts) or text_in(content, "text")).strip()
            if text:
                traces.notes.append((date, storable(str(message.get("id") or name)), text))


def _items(traces: _Traces) -> Iterator[Item | Rejected]:
    for part, (date, text) in traces.profile.items():
        kind = "instruction" if part == "user_instructions" else "fact"
        yield Item(key=part, title=_PROFILE[part], body=_unwrapped(text), kind=kind,
                   source_date=date or None, place="custom instructions")  # fmt: skip
    keys, seen = Keys(), set()
    date, snapshot = traces.snapshot
    for written, text in memories_in(snapshot):
        seen.add(text_hash(text))
        yield Item(key=keys.next("memory"), body=text, source_date=written or date or None,
                   place="saved memories")  # fmt: skip
    for when, name, text in traces.notes:
        digest = text_hash(text)
        if digest not in seen:  # a note that the snapshot holds as well is one memory
            seen.add(digest)
            yield Item(key=keys.next(f"note {name}"), body=text, source_date=when,
                       place="noted in a conversation")  # fmt: skip


def memories_in(snapshot: str) -> Iterator[tuple[int | None, str]]:
    """Yield the memories of a numbered snapshot, each with its date: `1. [2025-05-03]. Text`."""
    marks = list(_NUMBERED.finditer(snapshot))
    if not marks:
        yield from ((None, part.strip()) for part in snapshot.split("\n\n") if part.strip())
        return
    ends = [mark.start() for mark in marks[1:]]
    for mark, end in zip(marks, [*ends, len(snapshot)], strict=True):
        text = snapshot[mark.end() : end].strip()
        if text:
            yield instant_of(mark[1]), text


def _unwrapped(text: str) -> str:
    """Return instructions without the fence that the export puts around them."""
    parts = text.split("```")
    return parts[1].strip() if len(parts) == 3 and parts[1].strip() else text.strip()
