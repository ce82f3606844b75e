"""Reads what was said in a session of Gemini CLI, as its operations leave it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from convledger.sources.findings import Flag, Kind, Message
from convledger.sources.gemini_cli.figures import message_uuid
from convledger.sources.gemini_cli.parts import Parts, is_prompt, json_text, parts_of
from convledger.sources.gemini_cli.records import ANSWERS
from convledger.sources.values import dicts_in, instant_of, list_of, text_of

_FIRST_CALL = 2  # the block of a message's first tool call; thoughts and text come before
_BESIDE = Flag.BRANCH
_TAKEN_BACK = Flag.BRANCH | Flag.ROLLED_BACK


class _Entry:
    """A message with where it stands and whether it still belongs to the conversation."""

    __slots__ = ("flags", "line", "record")

    def __init__(self, record: dict[str, Any], line: int) -> None:
        self.record, self.line, self.flags = record, line, 0


class Conversation:
    """The messages of a session under its operations."""

    def __init__(self) -> None:
        self._entries: dict[str, _Entry] = {}
        self._active: dict[str, _Entry] = {}  # those that still belong to it, in their order

    def apply(self, record: dict[str, Any], line: int) -> None:
        """Take in one record: a message, a change of the list, or something else."""
        if isinstance(record.get("$rewindTo"), str):
            self._rewind(record["$rewindTo"])
        elif isinstance(record.get("$set"), dict):
            if isinstance(record["$set"].get("messages"), list):
                self._replace(dicts_in(record["$set"]["messages"]), line)
        elif isinstance(record.get("id"), str) or "type" in record:
            self.put(record, line)

    def put(self, record: dict[str, Any], line: int) -> None:
        """Add a message, or what is known anew of one."""
        name = text_of(record.get("id")) or f"#{line}"
        known = self._entries.get(name)
        if known is None or known.flags & Flag.ROLLED_BACK:  # or said again after that
            self._entries.pop(name, None)
            known = self._entries[name] = _Entry(record, line)
        else:
            known.record, known.flags = {**known.record, **record}, 0
        self._active[name] = known

    def _rewind(self, name: str) -> None:
        """Take back a message and all that follow; all of them where it is unknown."""
        is_known = name in self._active
        while self._active:
            last, entry = self._active.popitem()
            entry.flags = int(_TAKEN_BACK)
            if is_known and last == name:
                break

    def _replace(self, records: list[dict[str, Any]], line: int) -> None:
        """Set what the conversation consists of from now on; what was said is told in full."""
        before, self._active = self._active, {}
        for place, record in enumerate(records):
            name = text_of(record.get("id")) or f"#{line}.{place}"
            known = self._entries.get(name)
            if known is None:
                known = self._entries[name] = _Entry(record, line)
            known.flags = 0
            self._active[name] = known
        for name, entry in before.items():
            if name not in self._active:
                entry.flags = int(_BESIDE)

    def messages(self, session: str, changed_at: int) -> Iterator[Message]:
        """Yield what was said, in order."""
        shown = {
            text_of(call.get("id"))
            for entry in self._entries.values()
            for call in dicts_in(entry.record.get("toolCalls"))
            if call.get("result")
        }
        at, parent, before = 0, "", ""
        for name, entry in self._entries.items():
            at = instant_of(entry.record.get("timestamp")) or at
            uuid = message_uuid(session, name)
            some = False
            for block, kind, body, label, flags in _blocks(entry.record, shown):
                some = True
                yield Message(
                    session, uuid, block, entry.line, at or changed_at, kind, body,
                    flags | entry.flags, label, "", before if entry.flags else parent,
                )  # fmt: skip
            before = uuid if some else before
            parent = uuid if some and not entry.flags else parent


_Block = tuple[int, int, str, str, int]


def _blocks(record: dict[str, Any], shown: set[str]) -> Iterator[_Block]:
    """Yield the blocks of a message: number, kind, body, name and flags."""
    kind = record.get("type")
    parts = parts_of(record.get("content"))
    if kind == "user":
        yield from _said_by_user(record, parts, shown)
    elif kind in ANSWERS:
        yield from _said_by_model(record, parts)
    elif parts.text:
        flags = Flag.ERROR if kind == "error" else 0
        yield 0, Kind.NOTE, parts.text, text_of(kind), flags


def _said_by_user(record: dict[str, Any], parts: Parts, shown: set[str]) -> Iterator[_Block]:
    seen = parts_of(record.get("displayContent")).text
    typed = is_prompt(parts.text)
    if seen and typed and seen != parts.text:
        yield 0, Kind.PROMPT, seen, "", 0
        yield 1, Kind.NOTE, parts.text, "sent", Flag.HIDDEN
    elif parts.text:
        if typed:
            yield 0, Kind.PROMPT, parts.text, "", 0
        else:
            is_summary = parts.text.lstrip().startswith("<state_snapshot>")
            name = "summary" if is_summary else "context"
            yield 0, Kind.NOTE, parts.text, name, 0 if is_summary else Flag.HIDDEN
    for place, result in enumerate(parts.results):
        if result.id not in shown or not result.id:
            flags = Flag.ERROR if result.failed else 0
            yield _FIRST_CALL + place, Kind.TOOL_RESULT, result.body, result.name, flags


def _said_by_model(record: dict[str, Any], parts: Parts) -> Iterator[_Block]:
    thoughts = "\n".join(filter(None, map(_thought, dicts_in(record.get("thoughts")))))
    if thoughts or parts.thinking:
        yield 0, Kind.THINKING, thoughts or parts.thinking, "", 0
    if parts.text:
        yield 1, Kind.ANSWER, parts.text, "", 0
    block = _FIRST_CALL
    known: set[str] = set()
    for call in dicts_in(record.get("toolCalls")):
        known.add(text_of(call.get("id")))
        name = text_of(call.get("name"))
        yield block, Kind.TOOL_CALL, json_text(call.get("args") or {}), name, 0
        body, failed = _outcome(call)
        if body:
            yield block + 1, Kind.TOOL_RESULT, body, name, Flag.ERROR if failed else 0
        block += 2
    for asked in parts.calls:
        if asked.id not in known or not asked.id:
            yield block, Kind.TOOL_CALL, asked.body, asked.name, 0
            block += 2


def _thought(thought: dict[str, Any]) -> str:
    subject, body = text_of(thought.get("subject")), text_of(thought.get("description"))
    return f"{subject}: {body}" if subject and body else subject or body


def _outcome(call: dict[str, Any]) -> tuple[str, bool]:
    """Return what a tool call brought, and whether it failed."""
    failed = call.get("status") == "error"
    result = call.get("result")
    if isinstance(result, str):
        return result, failed
    found = parts_of(list_of(result) or result)
    bodies = [each.body for each in found.results if each.body]
    failed = failed or any(each.failed for each in found.results)
    body = "\n".join([*bodies, *filter(None, [found.text])])
    return body or text_of(call.get("resultDisplay")), failed
