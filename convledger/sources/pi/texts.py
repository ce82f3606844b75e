"""Reads what was said in Pi's sessions: a tree, of which the last entry's ancestry is the path."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from convledger.sources.content import flat_text, json_text
from convledger.sources.findings import Flag, Kind, Message
from convledger.sources.message_trees import Lineage
from convledger.sources.pi.records import entry_uuid, said_in, session_of_path
from convledger.sources.titles import content_text
from convledger.sources.values import dict_of, dicts_in, instant_of, name_of, text_of

_Block = tuple[int, str, str, int]  # kind, body, name, flags


class Tree:
    """The entries of one session, and which of them lead to its last."""

    def __init__(self, relative: str, changed_at: int) -> None:
        self.session = session_of_path(relative)
        self._changed_at = changed_at
        self._begun: int | None = None
        self._headed = False
        self._entries: list[tuple[str, str, int, dict[str, Any]]] = []  # id, parent, line
        self._lineage = Lineage()

    def add(self, entry: dict[str, Any], line: int) -> None:
        """Take in one entry."""
        if entry.get("type") == "session":
            self._header(entry)
            return
        name = text_of(entry.get("id"))
        is_tree = bool(name) and "parentId" in entry  # else each follows the one before
        parent = text_of(entry["parentId"]) if is_tree else self._lineage.last
        name = name or f"#{line}"
        self._entries.append((name, parent, line, entry))
        self._lineage.add(name, parent)

    def _header(self, entry: dict[str, Any]) -> None:
        if self._headed:
            return
        self._headed = True
        self.session = text_of(entry.get("id")) or self.session
        if text_of(entry.get("parentSession")) or text_of(entry.get("branchedFrom")):
            self._begun = instant_of(entry.get("timestamp"))

    def messages(self) -> Iterator[Message]:
        """Yield what was said, in the file's order."""
        path = self._lineage.path()
        shown: dict[str, str] = {}  # the nearest visible message at or above each entry
        at = 0
        for name, parent, line, entry in self._entries:
            message = dict_of(entry.get("message"))
            own = instant_of(entry.get("timestamp")) or instant_of(message.get("timestamp"))
            at = own or at
            above = shown.get(parent, "")
            words = said_in(text_of(message.get("role")), message.get("content"))
            stamp = entry.get("timestamp")
            stamp = stamp if isinstance(stamp, str | int | float) else None
            uuid = entry_uuid(self.session, text_of(entry.get("id")), stamp, line, words)
            flags = 0 if name in path else Flag.BRANCH
            if self._begun is not None and own is not None and own < self._begun:
                flags |= Flag.INHERITED
            some = False
            for block, (kind, body, label, more) in enumerate(_blocks(entry, message)):
                some = True
                yield Message(
                    self.session, uuid, block, line, at or self._changed_at, kind, body,
                    int(flags | more), label, "", above,
                )  # fmt: skip
            shown[name] = uuid if some else above


def _blocks(entry: dict[str, Any], message: dict[str, Any]) -> Iterator[_Block]:
    kind = entry.get("type")
    if kind == "message":
        yield from _message(message)
    elif kind in ("compaction", "branch_summary"):
        if summary := text_of(entry.get("summary")):
            yield Kind.NOTE, summary, "summary", 0
    elif kind == "custom_message":
        body = content_text(entry.get("content"))
        if body:
            hidden = Flag.HIDDEN if entry.get("display") is False else 0
            yield Kind.NOTE, body, text_of(entry.get("customType")), hidden


def _message(message: dict[str, Any]) -> Iterator[_Block]:
    role, content = message.get("role"), message.get("content")
    if role == "user":
        if body := flat_text(content):
            yield Kind.PROMPT, body, "", 0
    elif role == "assistant":
        yield from _answer(content)
        if error := text_of(message.get("errorMessage")):
            yield Kind.NOTE, error, "error", Flag.ERROR
    elif role == "toolResult":
        failed = Flag.ERROR if message.get("isError") is True else 0
        yield Kind.TOOL_RESULT, flat_text(content), name_of(message.get("toolName")), failed
    elif role == "bashExecution":
        said = [f"$ {text_of(message.get('command'))}", text_of(message.get("output"))]
        yield Kind.NOTE, "\n".join(filter(None, said)), "bash", 0
    elif role in ("custom", "hookMessage"):
        if body := flat_text(content):
            hidden = Flag.HIDDEN if message.get("display") is False else 0
            yield Kind.NOTE, body, name_of(message.get("customType")), hidden
    elif role in ("compactionSummary", "branchSummary") and text_of(message.get("summary")):
        yield Kind.NOTE, text_of(message.get("summary")), "summary", 0


def _answer(content: Any) -> Iterator[_Block]:
    if isinstance(content, str):
        if content:
            yield Kind.ANSWER, content, "", 0
        return
    for block in dicts_in(content):
        kind = block.get("type")
        if kind == "thinking":
            if body := text_of(block.get("thinking")):
                yield Kind.THINKING, body, "", 0
        elif kind == "toolCall":
            name = text_of(block.get("name"))
            yield Kind.TOOL_CALL, json_text(block.get("arguments") or {}), name, 0
        elif body := flat_text([block]):
            yield Kind.ANSWER, body, "", 0
