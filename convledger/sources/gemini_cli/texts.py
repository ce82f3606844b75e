"""Reads what was said in a session of Gemini CLI, as its operations leave it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from convledger.sources.content import json_text
from convledger.sources.findings import Flag, Kind, Message
from convledger.sources.gemini_cli.figures import message_uuid
from convledger.sources.gemini_cli.parts import Parts, is_prompt, parts_of
from convledger.sources.gemini_cli.records import ANSWERS
from convledger.sources.values import dicts_in, instant_of, list_of, text_of

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
            own = message_uuid(session, name)
            for uuid, blocks in _parts(entry.record, own, shown):
                above = before if entry.flags else parent
                for block, (kind, body, label, flags) in blocks:
                    yield Message(
                        session, uuid, block, entry.line, at or changed_at, kind, body,
                        flags | entry.flags, label, "", above,
                    )  # fmt: skip
                before = uuid if blocks else before
                parent = uuid if blocks and not entry.flags else parent


_Block = tuple[int, str, str, int]  # kind, body, name, flags
_Blocks = list[tuple[int, _Block]]


def _parts(record: dict[str, Any], uuid: str, shown: set[str]) -> list[tuple[str, _Blocks]]:
    """Return the blocks of a message; what tools brought answers it, and has a name of its own."""
    kind = record.get("type")
    parts = parts_of(record.get("content"))
    if kind == "user":
        return [(uuid, list(enumerate(_said_by_user(record, parts, shown))))]
    if kind in ANSWERS:
        said = list(enumerate(_said_by_model(record, parts)))
        return [(uuid, said), (f"{uuid}:results", _brought(record))]
    note: _Block = (Kind.NOTE, parts.text, text_of(kind), Flag.ERROR if kind == "error" else 0)
    return [(uuid, [(0, note)] if parts.text else [])]


def _said_by_user(record: dict[str, Any], parts: Parts, shown: set[str]) -> Iterator[_Block]:
    seen = parts_of(record.get("displayContent")).text
    typed = is_prompt(parts.text)
    if seen and typed and seen != parts.text:
        yield Kind.PROMPT, seen, "", 0
        yield Kind.NOTE, parts.text, "sent", Flag.HIDDEN
    elif parts.text and typed:
        yield Kind.PROMPT, parts.text, "", 0
    elif parts.text:
        is_summary = parts.text.lstrip().startswith("<state_snapshot>")
        name = "summary" if is_summary else "context"
        yield Kind.NOTE, parts.text, name, 0 if is_summary else Flag.HIDDEN
    for result in parts.results:
        if result.id not in shown or not result.id:
            flags = Flag.ERROR if result.failed else 0
            yield Kind.TOOL_RESULT, result.body, result.name, flags


def _said_by_model(record: dict[str, Any], parts: Parts) -> Iterator[_Block]:
    thoughts = "\n".join(filter(None, map(_thought, dicts_in(record.get("thoughts")))))
    if thoughts or parts.thinking:
        yield Kind.THINKING, thoughts or parts.thinking, "", 0
    if parts.text:
        yield Kind.ANSWER, parts.text, "", 0
    known: set[str] = set()
    for call in dicts_in(record.get("toolCalls")):
        known.add(text_of(call.get("id")))
        yield Kind.TOOL_CALL, json_text(call.get("args") or {}), text_of(call.get("name")), 0
    for asked in parts.calls:
        if asked.id not in known or not asked.id:
            yield Kind.TOOL_CALL, asked.body, asked.name, 0


def _brought(record: dict[str, Any]) -> _Blocks:
    """Return what a message's tool calls brought, by the numbers of the calls."""
    found: _Blocks = []
    for number, call in enumerate(dicts_in(record.get("toolCalls"))):
        body, failed = _outcome(call)
        if body:
            name, flags = text_of(call.get("name")), Flag.ERROR if failed else 0
            found.append((number, (Kind.TOOL_RESULT, body, name, flags)))
    return found


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
