"""Reads what was said in a session of Copilot CLI, from its events."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from convledger.sources.content import flat_text, json_text
from convledger.sources.copilot_cli.places import session_of
from convledger.sources.document import Document, Found
from convledger.sources.findings import Flag, Kind, Message, Rejected, Texts
from convledger.sources.json_lines import json_lines
from convledger.sources.lenient import BadLine
from convledger.sources.values import dict_of, dicts_in, instant_of, text_of

_PIECE = 400
_Block = tuple[int, str, str, int]  # kind, name, body, flags


class EventTeller:
    """Reads the events of one session, given in their order."""

    def __init__(self, session: str, at: int) -> None:
        self._session = session
        self._at = at
        self._known = False
        self._before = ""
        self._tools: dict[str, str] = {}

    def take(self, event: dict[str, Any], line: int, found: Texts) -> None:
        """Read an event. Raises BadLine."""
        self._at = instant_of(event.get("timestamp")) or self._at
        kind, data = text_of(event.get("type")), dict_of(event.get("data"))
        if kind == "session.start" and not self._known:
            self._known = True
            self._session = text_of(data.get("sessionId")) or self._session
        uuid, blocks = self._blocks(kind, data)
        uuid = uuid or text_of(event.get("id")) or f"{self._session}:{line}"
        agent = text_of(data.get("parentToolCallId"))
        side = int(Flag.SIDECHAIN) if agent else 0
        number = 0
        for what, name, body, flags in blocks:
            if body:
                found.messages.append(
                    Message(
                        self._session, uuid, number, line, self._at, what, body, flags | side,
                        name, agent, self._before,
                    )
                )  # fmt: skip
                number += 1
        if number:
            self._before = uuid

    def _blocks(self, kind: str, data: dict[str, Any]) -> tuple[str, list[_Block]]:
        """Return the name and the blocks of what an event shows."""
        content = text_of(data.get("content"))
        if kind == "user.message":
            origin = text_of(data.get("source"))
            is_typed = origin in ("", "user")
            first = (Kind.PROMPT, "", content, 0) if is_typed else _hidden(content)
            files = [
                (Kind.ATTACHMENT, "", name, 0)
                for each in dicts_in(data.get("attachments"))
                if (name := text_of(each.get("path")) or text_of(each.get("displayName")))
            ]
            return text_of(data.get("messageId")), [first, *files]
        if kind == "assistant.message":
            return text_of(data.get("messageId")), self._answer(data, content)
        if kind == "tool.execution_complete":
            tool = text_of(data.get("toolCallId"))
            failed = int(Flag.ERROR) if data.get("success") is False else 0
            body = _result(data)
            name = self._tools.get(tool, "")
            return (f"{self._session}:{tool}" if tool else ""), [
                (Kind.TOOL_RESULT, name, body, failed)
            ]
        if kind == "system.message":
            return "", [_hidden(content)]
        if kind == "session.error":
            return "", [(Kind.NOTE, "error", text_of(data.get("message")), Flag.ERROR)]
        if kind == "session.compaction_complete":
            return "", [(Kind.NOTE, "summary", text_of(data.get("summaryContent")), 0)]
        if kind == "abort":
            return "", [(Kind.NOTE, "aborted", text_of(data.get("reason")), 0)]
        return "", []

    def _answer(self, data: dict[str, Any], content: str) -> list[_Block]:
        blocks: list[_Block] = [
            (Kind.THINKING, "", text_of(data.get("reasoningText")), 0),
            (Kind.ANSWER, "", content, 0),
        ]
        for request in dicts_in(data.get("toolRequests")):
            name = text_of(request.get("name")) or "tool"
            self._tools[text_of(request.get("toolCallId"))] = name
            given = request.get("arguments")
            body = (
                given if isinstance(given, str) else json_text(given if given is not None else {})
            )
            blocks.append((Kind.TOOL_CALL, name, body or "{}", 0))
        return blocks


def _hidden(content: str) -> _Block:
    return Kind.NOTE, "", content, Flag.HIDDEN


def _result(data: dict[str, Any]) -> str:
    result, error = data.get("result"), data.get("error")
    if isinstance(result, dict):
        body = flat_text(result.get("content")) or flat_text(result.get("detailedContent"))
    else:
        body = flat_text(result)
    return body or text_of(dict_of(error).get("message")) or text_of(error)


def read_texts(document: Document) -> Iterator[Found]:
    """Yield the messages of a session."""
    teller = EventTeller(session_of(document.relative), document.changed_at)
    found = Texts()
    for line in json_lines(document):
        if isinstance(line, Rejected):
            found.rejected.append(line)
            continue
        try:
            teller.take(line.record, line.number, found)
        except (BadLine, RecursionError) as error:
            found.rejected.append(line.rejected(str(error) or "nested too deeply"))
        if len(found.messages) >= _PIECE:
            yield Found(texts=found, done=line.end)
            found = Texts()
    yield Found(texts=found, done=document.size)
