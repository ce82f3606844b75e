"""Reads what was said in Claude Code's logs: one message a content block."""

from __future__ import annotations

from hashlib import blake2b

import msgspec
from msgspec import Struct, field

from convledger.clock import parse_instant
from convledger.sources.claude_code import records, session_of
from convledger.sources.claude_code.records import Block, SaidLine, SaidMessage
from convledger.sources.content import flat_text
from convledger.sources.findings import Flag, Kind, Lines, Message, Texts
from convledger.sources.lenient import BadLine, decode_line
from convledger.sources.lenient import records as each
from convledger.sources.titles import is_claude_prompt, without_ide_wrapper


class TextsState(Struct):
    """What must be known of a file's earlier lines to read its later ones."""

    last_at: int = 0
    answer: str = ""
    said: list[bytes] = field(default_factory=list)


def _digest(text: str) -> bytes:
    return blake2b(text.encode("utf-8", "replace"), digest_size=8).digest()


class TextsReader:
    """Reads the messages of one log file, carrying its state from chunk to chunk."""

    def __init__(self, relative: str, state: bytes = b"") -> None:
        self._session = session_of(relative)
        self._state = msgspec.msgpack.decode(state, type=TextsState) if state else TextsState()
        self._said: list[str] = []
        self._speaks = False

    def state(self) -> bytes:
        """Return what a later reader of the same file needs to go on."""
        said = self._state.said + [_digest(text) for text in self._said]
        return msgspec.msgpack.encode(TextsState(self._state.last_at, self._state.answer, said))

    def read(self, lines: Lines) -> Texts:
        """Return the messages of `lines`; a line that can't be used is among the rejected."""
        found = Texts()
        for number, record in each(records.said_line, lines, found.rejected):
            if record.uuid is not None or record.message is not None:
                self._read(_Entry(record, number, self._session, found))
        return found

    def _read(self, entry: _Entry) -> None:
        record = entry.record
        entry.at = parse_instant(record.timestamp) or self._state.last_at
        self._state.last_at = entry.at
        kind = record.type
        if kind == "assistant":
            self._answer(entry)
        elif kind == "user":
            _user(entry)
        elif kind == "system":
            hidden = 0 if record.subtype == "compact_boundary" else Flag.HIDDEN
            entry.add(Kind.NOTE, flat_text(record.content), record.subtype or "system", hidden)
        elif kind == "attachment":
            _attachment(entry)

    def _answer(self, entry: _Entry) -> None:
        message, state = entry.record.message, self._state
        content = message.content if isinstance(message, SaidMessage) else message
        answer = (message.id if isinstance(message, SaidMessage) else None) or entry.record.uuid
        if answer != state.answer:
            state.answer, state.said, self._said, self._speaks = answer or "", [], [], False
        line = f"\0{entry.record.uuid}"
        is_again = self._is_said(line)  # the very same line, not only the same block
        self._said.append(line)
        flags = Flag.ERROR if entry.record.isApiErrorMessage else 0
        for block in _blocks(content):
            kind, name, body = _said(block)
            mark = block.id or body
            if not body or self._is_said(mark):
                continue  # the same block again, as streaming repeats it
            earlier = entry.found.messages[-1] if self._speaks and entry.found.messages else None
            self._said.append(mark)
            self._speaks = True
            entry.add(kind, body, name, flags)
            if (
                earlier is not None
                and kind in (Kind.ANSWER, Kind.THINKING)
                and earlier.kind == kind
                and earlier.line != entry.number
                and body.startswith(earlier.body)
            ):
                earlier.body, earlier.flags = "", earlier.flags | Flag.HIDDEN
        if not is_again:
            entry.close(Kind.ANSWER)

    def _is_said(self, mark: str) -> bool:
        """Tell whether the answer has a block or a line already, here or in an earlier chunk."""
        return mark in self._said or (bool(self._state.said) and _digest(mark) in self._state.said)


class _Entry:
    """A record on its way to become messages, one a block."""

    __slots__ = ("at", "blocks", "flags", "found", "number", "record", "session")

    def __init__(self, record: SaidLine, number: int, session: str, found: Texts) -> None:
        self.record = record
        self.number = number
        self.found = found
        self.session = record.sessionId or session
        self.at = 0
        self.blocks = 0
        self.flags = 0
        if record.isSidechain:
            self.flags = Flag.SIDECHAIN
        if record.requestSessionId and record.requestSessionId != self.session:
            self.flags |= Flag.INHERITED

    def add(self, kind: int, body: str, name: str = "", flags: int = 0) -> None:
        """Add the record's next message."""
        record = self.record
        self.found.messages.append(
            Message(
                self.session,
                record.uuid or self._made_up(body),
                self.blocks,
                self.number,
                self.at,
                int(kind),
                body,
                int(self.flags | flags),
                name,
                record.agentId or "",
                record.parentUuid or record.logicalParentUuid or "",
            )
        )
        self.blocks += 1

    def _made_up(self, body: str) -> str:
        """Name a record without a name by what it says, so that a re-read finds it again."""
        said = f"{self.session}\0{self.record.timestamp}\0{self.record.type}\0{body}"
        return blake2b(said.encode("utf-8", "replace"), digest_size=16).hexdigest()

    def close(self, kind: int) -> None:
        """Keep a record that says nothing as a hidden message: others may hang from it."""
        if not self.blocks:
            self.add(kind, "", "", Flag.HIDDEN)


def _attachment(entry: _Entry) -> None:
    raw = bytes(entry.record.attachment)
    try:
        put = decode_line(records.attachment, raw) if raw.startswith(b"{") else None
    except BadLine:
        put = None
    prompt = flat_text(put.prompt) if put and put.type == "queued_command" else ""
    if prompt and is_claude_prompt(prompt):
        entry.add(Kind.PROMPT, prompt, "queued_command")
    else:
        name = (put.type if put else None) or "attachment"
        entry.add(Kind.ATTACHMENT, raw.decode("utf-8", "replace"), name, Flag.HIDDEN)


def _user(entry: _Entry) -> None:
    record = entry.record
    message = record.message
    content = message.content if isinstance(message, SaidMessage) else message
    for block in _blocks(content):
        if block.type == "tool_result":
            flags = Flag.ERROR if block.is_error else 0
            entry.add(Kind.TOOL_RESULT, flat_text(block.content), "", flags)
            continue
        text = _text_of(block)
        if not text:
            continue
        if record.isCompactSummary:
            entry.add(Kind.NOTE, text, "summary")
        elif record.isMeta or not is_claude_prompt(without_ide_wrapper(text)):
            entry.add(Kind.NOTE, text, "", Flag.HIDDEN)
        else:
            entry.add(Kind.PROMPT, text)
    entry.close(Kind.PROMPT)


def _blocks(content: str | list[Block | str] | None) -> list[Block]:
    if content is None:
        return []
    if isinstance(content, str):
        return [Block("text", content)]
    return [Block("text", block) if isinstance(block, str) else block for block in content]


def _text_of(block: Block) -> str:
    if block.text is not None:
        return block.text
    if block.type in ("image", "document"):
        source = block.source
        if isinstance(source, records.Source):
            size = len(bytes(source.data)) * 3 // 4 // 1000
            return f"[{block.type} {source.media_type or ''} {size} KB]"
        return f"[{block.type}]"
    return ""


def _said(block: Block) -> tuple[Kind, str, str]:
    if block.type == "text":
        return Kind.ANSWER, "", block.text or ""
    if block.type == "thinking":
        return Kind.THINKING, "", block.thinking or ""
    if block.type in ("tool_use", "server_tool_use", "mcp_tool_use"):
        given = bytes(block.input).decode("utf-8", "replace")
        return Kind.TOOL_CALL, block.name or "tool", given or "{}"
    if block.type and block.type.endswith("_tool_result"):
        return Kind.TOOL_RESULT, "", flat_text(block.content)
    return Kind.ANSWER, "", _text_of(block)
