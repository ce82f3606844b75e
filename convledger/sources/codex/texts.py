"""Reads what was said in Codex's rollouts: the response items; event messages repeat them."""

from __future__ import annotations

from hashlib import blake2b

import msgspec
from msgspec import Struct

from convledger.clock import parse_instant
from convledger.sources.codex import records, thread_of
from convledger.sources.codex.records import ContentItem, SaidLine, SaidPayload
from convledger.sources.content import flat_text
from convledger.sources.findings import Flag, Kind, Lines, Message, Texts
from convledger.sources.lenient import records as each
from convledger.sources.titles import is_codex_prompt

_CALLS = ("function_call", "custom_tool_call", "local_shell_call", "web_search_call")


class TextsState(Struct):
    """What must be known of a file's earlier lines to read its later ones."""

    thread: str = ""
    known: bool = False
    last_at: int = 0


class TextsReader:
    """Reads the messages of one rollout; lines up to `replayed_until` are its parent's."""

    def __init__(self, relative: str, state: bytes = b"", replayed_until: int = 0) -> None:
        self._state = (
            msgspec.msgpack.decode(state, type=TextsState)
            if state
            else TextsState(thread_of(relative))
        )
        self._replayed_until = replayed_until

    def state(self) -> bytes:
        """Return what a later reader of the same file needs to go on."""
        return msgspec.msgpack.encode(self._state)

    def read(self, lines: Lines) -> Texts:
        """Return the messages of `lines`; a line that can't be used is among the rejected."""
        found = Texts()
        for number, record in each(records.said_line, lines, found.rejected):
            try:
                self._record(record, number, found)
            except ValueError as error:
                found.rejected.append(lines.rejected(number, str(error)))
        return found

    def _record(self, record: SaidLine, number: int, found: Texts) -> None:
        at = parse_instant(record.timestamp) or self._state.last_at
        self._state.last_at = at
        payload = record.payload
        if record.type == "item.completed":
            self._exec_item(record, number, at, found)
        if not isinstance(payload, SaidPayload):
            return
        if record.type == "session_meta" and not self._state.known:
            self._state.known = True
            self._state.thread = payload.id or self._state.thread
        elif record.type == "response_item":
            self._item(record, payload, number, at, found)
        elif record.type == "compacted":
            body = payload.message or "context compacted"
            self._add(found, number, at, Kind.NOTE, body, "summary")
        elif record.type == "event_msg" and payload.type == "thread_rolled_back":
            turns = payload.num_turns or 1
            self._add(found, number, at, Kind.NOTE, str(turns), "rolled_back")

    def _item(
        self,
        record: SaidLine,
        payload: SaidPayload,
        number: int,
        at: int,
        found: Texts,
    ) -> None:
        kind = payload.type or ""
        if kind == "message":
            self._message(record, payload, number, at, found)
        elif kind == "reasoning":
            body = flat_text(payload.summary)
            if body:
                self._add(found, number, at, Kind.THINKING, body, "", payload)
        elif kind in _CALLS:
            name, body = _call_text(payload)
            self._add(found, number, at, Kind.TOOL_CALL, body, name, payload)
        elif kind.endswith("_output"):
            body = _output_text(payload.output)
            self._add(found, number, at, Kind.TOOL_RESULT, body, "", payload)
        elif kind.endswith("_call"):
            self._add(found, number, at, Kind.TOOL_CALL, "{}", kind, payload)

    def _message(
        self,
        record: SaidLine,
        payload: SaidPayload,
        number: int,
        at: int,
        found: Texts,
    ) -> None:
        body = _joined(payload.content)
        if not body or payload.role == "developer":
            return
        kind, flags, name = Kind.ANSWER, 0, ""
        if record.metadata is not None and record.metadata.compaction_output:
            kind, name = Kind.NOTE, "summary"
        elif payload.role == "user":
            labels = payload.internal_chat_message_metadata_passthrough
            kinds = labels.content_item_kinds if labels else None
            typed = "user.text" in kinds if kinds else is_codex_prompt(body)
            kind = Kind.PROMPT if typed else Kind.NOTE
            flags = 0 if typed else int(Flag.HIDDEN)
        self._add(found, number, at, kind, body, name, payload, flags)

    def _exec_item(self, record: SaidLine, number: int, at: int, found: Texts) -> None:
        data = bytes(record.item)
        if not data.startswith(b"{"):
            return
        item = msgspec.json.decode(data)
        body = item.get("text") or item.get("aggregated_output") or item.get("command")
        if isinstance(body, str) and body:
            kinds = {"agent_message": Kind.ANSWER, "reasoning": Kind.THINKING}
            kind = kinds.get(str(item.get("type")), Kind.TOOL_RESULT)
            self._add(found, number, at, kind, body, "")

    def _add(
        self,
        found: Texts,
        number: int,
        at: int,
        kind: Kind,
        body: str,
        name: str,
        payload: SaidPayload | None = None,
        flags: int = 0,
    ) -> None:
        """Add a message named by its item's id, else by instant and content, to be found again."""
        uuid = (payload.call_id or payload.id or "") if payload else ""
        if uuid:
            uuid = f"{self._state.thread}:{kind}:{uuid}"
        else:
            said = f"{self._state.thread}:{at}:{kind}:{body}".encode("utf-8", "replace")
            uuid = blake2b(said, digest_size=16).hexdigest()
        if number <= self._replayed_until:
            flags |= Flag.INHERITED
        found.messages.append(
            Message(self._state.thread, uuid, 0, number, at, kind, body, flags, name)
        )


def _joined(content: str | list[ContentItem] | None) -> str:
    if content is None or isinstance(content, str):
        return content or ""
    parts = []
    for item in content:
        if item.text:
            parts.append(item.text)
        elif item.type and "image" in item.type:
            parts.append("[image]")
    return "\n".join(parts)


def _call_text(payload: SaidPayload) -> tuple[str, str]:
    """Return a tool call's name and its input as JSON text."""
    name = payload.name or (payload.type or "tool").removesuffix("_call")
    if payload.input is not None:
        return name, msgspec.json.encode({"input": payload.input}).decode()
    if payload.action is not None:
        return name, msgspec.json.encode(payload.action).decode()
    return name, flat_text(payload.arguments) or "{}"


def _output_text(output: records.Content) -> str:
    """Return a tool's output; older versions wrap it in JSON text with its exit code."""
    text = flat_text(output)
    if text.startswith('{"output":'):
        try:
            return records.wrapped_output.decode(text).output or ""
        except (msgspec.MsgspecError, ValueError, RecursionError):
            return text
    return text
