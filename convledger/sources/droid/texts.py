"""Reads what was said in Droid's sessions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from convledger.sources.content import flat_text, json_text
from convledger.sources.droid.figures import is_prompt, message_uuid
from convledger.sources.droid.records import stem_of
from convledger.sources.findings import Flag, Kind, Message
from convledger.sources.values import dict_of, dicts_in, instant_of, text_of

_Block = tuple[int, str, str, int]  # kind, body, name, flags


class Transcript:
    """Takes the records of one session and gives what each says."""

    def __init__(self, relative: str, changed_at: int) -> None:
        self._session = stem_of(relative)
        self._headed = False
        self._at = 0
        self._changed_at = changed_at
        self._parent = ""

    def messages(self, record: dict[str, Any], line: int) -> Iterator[Message]:
        """Yield the blocks of one record."""
        self._at = instant_of(record.get("timestamp")) or self._at
        if record.get("type") == "session_start" and not self._headed:
            self._headed = True
            self._session = text_of(record.get("id")) or self._session
        uuid = message_uuid(self._session, text_of(record.get("id")), line)
        some = False
        for block, (kind, body, name, flags) in enumerate(_blocks(record)):
            some = True
            yield Message(
                self._session, uuid, block, line, self._at or self._changed_at, kind, body, flags,
                name, "", self._parent,
            )  # fmt: skip
        self._parent = uuid if some else self._parent


def _blocks(record: dict[str, Any]) -> Iterator[_Block]:
    if record.get("type") == "compaction_state":
        if body := text_of(record.get("summaryText")) or text_of(record.get("summary")):
            yield Kind.NOTE, body, "summary", 0
        return
    if record.get("type") != "message":
        return
    message = dict_of(record.get("message"))
    role, content = message.get("role"), message.get("content")
    for block in (
        [{"type": "text", "text": content}] if isinstance(content, str) else dicts_in(content)
    ):
        yield from _block(block, str(role))


def _block(block: dict[str, Any], role: str) -> Iterator[_Block]:
    kind = block.get("type")
    if kind == "thinking":
        if body := text_of(block.get("thinking")):
            yield Kind.THINKING, body, "", 0
    elif kind == "tool_use":
        yield Kind.TOOL_CALL, json_text(block.get("input") or {}), text_of(block.get("name")), 0
    elif kind == "tool_result":
        failed = Flag.ERROR if block.get("is_error") or block.get("isError") else 0
        yield Kind.TOOL_RESULT, flat_text(block.get("content")), "", failed
    elif body := flat_text([block]):
        if role == "assistant":
            yield Kind.ANSWER, body, "", 0
        elif role == "user" and is_prompt(body):
            yield Kind.PROMPT, body, "", 0
        else:
            yield Kind.NOTE, body, "context", Flag.HIDDEN
