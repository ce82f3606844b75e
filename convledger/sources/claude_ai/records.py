"""What is read of a Claude.ai conversation: typed, its texts raw until they are needed."""

from __future__ import annotations

import msgspec
from msgspec import Raw, Struct

from convledger.sources.chat_exports import encoded, raw_parts, value_of
from convledger.sources.lenient import BadLine, conform, loads

Instant = int | float | str | None


class Block(Struct, gc=False):
    """A part of a message; `toolCall` and `message` are those of a design chat."""

    type: str | None = None
    name: str | None = None
    is_error: bool | None = None
    text: Raw = Raw()
    thinking: Raw = Raw()
    summaries: Raw = Raw()
    input: Raw = Raw()
    content: Raw = Raw()
    message: Raw = Raw()
    toolCall: Raw = Raw()  # noqa: N815 - as the export spells it
    file_name: str | None = None


class DesignContent(Struct, gc=False):
    """What a message of a design chat says."""

    content: Raw = Raw()
    contentBlocks: list[Block] | None = None  # noqa: N815 - as the export spells it
    timestamp: Instant = None
    attachments: Raw = Raw()


class Said(Struct, gc=False):
    """A message; `role` and an object as `content` are those of a design chat."""

    uuid: str | None = None
    parent_message_uuid: str | None = None
    sender: str | None = None
    role: str | None = None
    created_at: Instant = None
    model: str | None = None
    text: Raw = Raw()
    content: list[Block] | DesignContent | None = None
    attachments: Raw = Raw()
    files: Raw = Raw()


class Project(Struct, gc=False):
    """The project of a conversation; only exporters other than Anthropic's name it here."""

    uuid: str | None = None
    name: str | None = None


class Head(Struct):
    """A conversation but for its messages."""

    uuid: str | None = None
    name: str | None = None
    title: str | None = None
    summary: str | None = None
    created_at: Instant = None
    updated_at: Instant = None
    model: str | None = None
    project: Project | None = None
    project_uuid: str | None = None
    is_starred: bool | None = None
    is_temporary: bool | None = None


class Conversation(Head):
    """A conversation; `messages` are those of a design chat, `unreadable` those left out."""

    chat_messages: list[Said] | None = None
    messages: list[Said] | None = None
    unreadable: int = 0

    @property
    def said(self) -> list[Said]:
        """The messages in their order."""
        return self.chat_messages or self.messages or []


_fast = msgspec.json.Decoder(Conversation).decode
_list = msgspec.json.Decoder(list[Raw]).decode
_said = msgspec.json.Decoder(Said)
_LISTS = ("chat_messages", "messages")


def conversation_of(data: bytes) -> Conversation | None:
    """Return the conversation of a record, None where it is none. Raises BadLine."""
    found: Conversation | None
    try:
        found = _fast(data)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        found = _repaired(data)
    if found is None or found.chat_messages is not None:
        return found
    is_design = found.messages is not None and any(
        isinstance(message.content, DesignContent) for message in found.messages
    )
    if is_design or (found.messages is None and "chat_messages" in raw_parts(data)):
        return found
    return None


def _repaired(data: bytes) -> Conversation | None:
    """Return a conversation of which something is of another type than it should be."""
    parts = raw_parts(data)
    head = {name: value_of(raw) for name, raw in parts.items() if name not in _LISTS}
    found = conform(head, Conversation)
    assert isinstance(found, Conversation)
    found.unreadable = 0
    for name in _LISTS:
        if name in parts:
            setattr(found, name, _messages(parts[name], found))
    return found


def _messages(raw: Raw, conversation: Conversation) -> list[Said] | None:
    try:
        messages = _list(raw)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        value = value_of(raw)
        if not isinstance(value, list):
            return None
        messages = [encoded(each) for each in value]
    found: list[Said] = []
    for message in messages:
        try:
            found.append(_message(bytes(message)))
        except BadLine:
            conversation.unreadable += 1
    return found


def _message(data: bytes) -> Said:
    """Return one message, of which anything may be of another type. Raises BadLine."""
    try:
        return _said.decode(data)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        pass
    value = loads(data)
    content = value.pop("content", None)
    found = conform(value, Said)
    assert isinstance(found, Said)
    if isinstance(content, str):
        found.content = [Block("text", text=encoded(content))]
    elif isinstance(content, dict):
        found.content = conform(content, DesignContent)
    elif isinstance(content, list):
        found.content = [
            conform(part, Block) if isinstance(part, dict) else Block("text", text=encoded(part))
            for part in content
            if isinstance(part, dict | str)
        ]
    return found
