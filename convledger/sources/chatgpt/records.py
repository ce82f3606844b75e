"""What is read of a ChatGPT conversation: typed, with its texts left raw until they are needed."""

from __future__ import annotations

import msgspec
from msgspec import Raw, Struct

from convledger.sources.chat_exports import raw_parts, value_of
from convledger.sources.lenient import BadLine, conform, decode_line

Instant = int | float | str | None


class Author(Struct, gc=False):
    """Who wrote a message; `name` is the tool's."""

    role: str | None = None
    name: str | None = None


class Metadata(Struct, gc=False):
    """What the export tells beside a message."""

    model_slug: str | None = None
    is_visually_hidden_from_conversation: bool | None = None
    is_user_system_message: bool | None = None
    branching_from_conversation_id: str | None = None
    attachments: Raw = Raw()


class Content(Struct, gc=False):
    """What a message says, by the names that the kinds of content have for it."""

    content_type: str | None = None
    parts: Raw = Raw()
    text: Raw = Raw()
    thoughts: Raw = Raw()
    content: Raw = Raw()
    result: Raw = Raw()
    title: Raw = Raw()
    url: Raw = Raw()
    snippet: Raw = Raw()
    name: Raw = Raw()
    user_profile: Raw = Raw()
    user_instructions: Raw = Raw()
    model_set_context: Raw = Raw()
    screenshot: Raw = Raw()
    context_parts: Raw = Raw()


class SaidMessage(Struct, gc=False):
    """A message of the tree."""

    id: str | None = None
    author: Author | None = None
    create_time: Instant = None
    content: Content | None = None
    recipient: str | None = None
    channel: str | None = None
    metadata: Metadata | None = None


class Node(Struct, gc=False):
    """A place in the tree, often the first one without a message."""

    message: SaidMessage | None = None
    parent: str | None = None
    children: Raw = Raw()


class Head(Struct):
    """A conversation but for its messages."""

    conversation_id: str | None = None
    id: str | None = None
    title: str | None = None
    create_time: Instant = None
    update_time: Instant = None
    current_node: str | None = None
    default_model_slug: str | None = None
    gizmo_id: str | None = None
    gizmo_type: str | None = None
    workspace_id: str | None = None
    conversation_template_id: str | None = None
    conversation_origin: str | None = None
    memory_scope: str | None = None
    is_archived: bool | None = None
    is_starred: bool | None = None
    is_do_not_remember: bool | None = None


class Conversation(Head):
    """A conversation; `unreadable` of its messages could not be decoded."""

    mapping: dict[str, Node] | None = None
    unreadable: int = 0


class _Kept(Struct):
    """Whether a record has what makes it a conversation."""

    mapping: Raw = Raw()


_fast = msgspec.json.Decoder(Conversation).decode
_node = msgspec.json.Decoder(Node)
_has_mapping = msgspec.json.Decoder(_Kept).decode


def conversation_of(data: bytes) -> Conversation | None:
    """Return the conversation of a record, None where it is none. Raises BadLine."""
    try:
        found = _fast(data)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return _repaired(data)
    found.unreadable = 0
    if found.mapping is None and not len(memoryview(_has_mapping(data).mapping)):
        return None
    return found


def _repaired(data: bytes) -> Conversation | None:
    """Return a conversation of which something is of another type than it should be."""
    parts = raw_parts(data)
    if "mapping" not in parts:
        return None
    head = {name: value_of(raw) for name, raw in parts.items() if name != "mapping"}
    found = conform(head, Conversation)
    assert isinstance(found, Conversation)
    found.unreadable, found.mapping = 0, {}
    try:
        nodes = raw_parts(bytes(parts["mapping"]))
    except BadLine:  # null, or a list
        return found
    for name, raw in nodes.items():
        try:
            found.mapping[name] = decode_line(_node, bytes(raw))
        except BadLine:
            found.unreadable += 1
    return found
