"""Reads what was said in Qwen Code's sessions: a tree, of which the last record ends the path."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from convledger.sources.findings import Flag, Kind, Message
from convledger.sources.gemini_cli.parts import is_prompt, parts_of
from convledger.sources.gemini_cli.places import stem_of
from convledger.sources.message_trees import Lineage
from convledger.sources.qwen_code.figures import answer_uuid
from convledger.sources.qwen_code.records import agent_of
from convledger.sources.values import dict_of, dicts_in, instant_of, list_of, text_of

_TYPED = ("", "mid_turn_user_message", "user_text_elements")
_Block = tuple[int, str, str, int]  # kind, body, name, flags


class Tree:
    """The records of one session, and which of them lead to its last."""

    def __init__(self, relative: str, changed_at: int) -> None:
        parent, self._agent = agent_of(relative)
        self._fallback = parent or stem_of(relative)
        self._session = ""
        self._changed_at = changed_at
        self._records: list[tuple[str, int, dict[str, Any]]] = []
        self._lineage = Lineage()

    def add(self, record: dict[str, Any], line: int) -> None:
        """Take in one record."""
        self._session = self._session or text_of(record.get("sessionId"))
        if record.get("isSidechain") is True and not self._agent:
            self._agent = text_of(record.get("agentId"))
        session = self._session or self._fallback
        uuid = answer_uuid(session, text_of(record.get("uuid")), line)
        is_tree = "parentUuid" in record
        parent = text_of(record["parentUuid"]) if is_tree else self._lineage.last
        self._lineage.add(uuid, parent)
        self._records.append((uuid, line, record))

    def messages(self) -> Iterator[Message]:
        """Yield what was said, in the file's order."""
        path = self._lineage.path()
        session = self._session or self._fallback
        shown: dict[str, str] = {}  # the nearest visible message at or above each record
        at, before = 0, ""
        for uuid, line, record in self._records:
            at = instant_of(record.get("timestamp")) or at
            parent = text_of(record.get("parentUuid")) if "parentUuid" in record else before
            above = shown.get(parent, "")
            flags = 0 if uuid in path else int(Flag.BRANCH)
            if text_of(dict_of(record.get("forkedFrom")).get("sessionId")):
                flags |= Flag.INHERITED
            agent = text_of(record.get("agentId")) or self._agent if self._agent else ""
            if agent:
                flags |= Flag.SIDECHAIN
            some = False
            for block, (kind, body, name, more) in enumerate(_blocks(record)):
                some = True
                yield Message(
                    session, uuid, block, line, at or self._changed_at, kind, body,
                    flags | more, name, agent, above,
                )  # fmt: skip
            shown[uuid] = uuid if some else above
            before = uuid


def _blocks(record: dict[str, Any]) -> Iterator[_Block]:
    kind, subtype = record.get("type"), text_of(record.get("subtype"))
    parts = parts_of(dict_of(record.get("message")).get("parts"))
    if kind == "user":
        yield from _said_by_user(record, parts.text, subtype)
    elif kind == "assistant":
        if parts.thinking:
            yield Kind.THINKING, parts.thinking, "", 0
        if parts.text:
            yield Kind.ANSWER, parts.text, "", 0
        for call in parts.calls:
            yield Kind.TOOL_CALL, call.body, call.name, 0
    elif kind == "system":
        yield from _said_by_system(dict_of(record.get("systemPayload")), subtype)
    if kind in ("tool_result", "user"):
        status = dict_of(record.get("toolCallResult")).get("status")
        for result in parts.results:
            failed = result.failed or status == "error"
            yield Kind.TOOL_RESULT, result.body, result.name, Flag.ERROR if failed else 0
        if kind == "tool_result" and parts.text:
            yield Kind.TOOL_RESULT, parts.text, "", 0


def _said_by_user(record: dict[str, Any], text: str, subtype: str) -> Iterator[_Block]:
    if not text:
        return
    seen = text_of(dict_of(record.get("systemPayload")).get("displayText"))
    if subtype not in _TYPED:
        yield Kind.NOTE, seen or text, subtype, 0
    elif not is_prompt(text):
        yield Kind.NOTE, text, "context", Flag.HIDDEN
    else:
        yield Kind.PROMPT, seen or text, "", 0
        if seen and seen != text:
            yield Kind.NOTE, text, "sent", Flag.HIDDEN


def _said_by_system(payload: dict[str, Any], subtype: str) -> Iterator[_Block]:
    if subtype == "chat_compression":
        history = dicts_in(payload.get("compressedHistory"))[:1]
        summary = "".join(parts_of(turn.get("parts")).text for turn in history)
        yield Kind.NOTE, summary or "context compressed", "summary", 0
    elif subtype == "slash_command":
        if payload.get("phase") == "invocation" and text_of(payload.get("rawCommand")):
            yield Kind.NOTE, text_of(payload.get("rawCommand")), "command", 0
        items = list_of(payload.get("outputHistoryItems"))
        body = "\n".join(filter(None, (text_of(dict_of(item).get("text")) for item in items)))
        if body:
            yield Kind.NOTE, body, "command", 0
