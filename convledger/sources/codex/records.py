"""The records of Codex's rollouts, as far as they are read."""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec import Raw, Struct

from convledger.sources.findings import Cumulative, Tokens

Content = str | list[Any] | dict[str, Any] | None


class TokenUsage(Struct, gc=False):
    """One request's usage: the prompt figure holds cached tokens, the output figure reasoning."""

    input_tokens: Tokens = 0
    cached_input_tokens: Tokens = 0
    cache_write_input_tokens: Tokens = 0
    output_tokens: Tokens = 0
    reasoning_output_tokens: Tokens = 0
    total_tokens: Tokens = 0


class ThreadUsage(Struct, gc=False):
    """A thread's usage so far, counted like a request's."""

    input_tokens: Cumulative = 0
    cached_input_tokens: Cumulative = 0
    cache_write_input_tokens: Cumulative = 0
    output_tokens: Cumulative = 0
    total_tokens: Cumulative = 0


class Info(Struct, gc=False):
    """A token count: of the whole thread so far and of its last request."""

    total_token_usage: ThreadUsage | None = None
    last_token_usage: TokenUsage | None = None


class CountedPayload(Struct, gc=False):
    """What counting needs of a payload, whatever its type."""

    type: str | None = None
    id: str | None = None
    role: str | None = None
    content: Raw = Raw(b"")
    model: str | None = None
    turn_id: str | None = None
    info: Info | None = None
    thread_id: str | None = None
    response_id: str | None = None
    usage: TokenUsage | None = None
    thread_token_usage: ThreadUsage | None = None
    forked_from_id: str | None = None
    parent_thread_id: str | None = None
    history_base: Raw = Raw(b"")
    source: Raw = Raw(b"")
    cwd: str | None = None
    cli_version: str | None = None
    model_provider: str | None = None
    git: Raw = Raw(b"")
    agent_nickname: str | None = None


class CountedLine(Struct, gc=False):
    """What counting needs of one record; `usage` and `thread_id` are those of `codex exec`."""

    timestamp: str | None = None
    type: str | None = None
    payload: CountedPayload | str | None = None
    usage: TokenUsage | None = None
    thread_id: str | None = None


class ContentItem(Struct, gc=False):
    """A part of a message or of a reasoning summary."""

    type: str | None = None
    text: str | None = None


class Metadata(Struct, gc=False):
    """What newer versions say about an item."""

    compaction_output: bool | None = None


class Passthrough(Struct, gc=False):
    """Labels of a message's parts; `user.text` is what a person typed."""

    turn_id: str | None = None
    content_item_kinds: list[str] | None = None


class Action(Struct, gc=False):
    """What a web search looked for, or a shell call ran."""

    query: str | None = None
    command: list[str] | str | None = None


class SaidPayload(Struct, gc=False):
    """What reading needs of a payload."""

    type: str | None = None
    id: str | None = None
    turn_id: str | None = None
    num_turns: int | None = None
    role: str | None = None
    content: str | list[ContentItem] | None = None
    summary: Content = None
    name: str | None = None
    arguments: Content = None
    input: str | None = None
    output: Content = None
    call_id: str | None = None
    action: Action | None = None
    message: str | None = None
    internal_chat_message_metadata_passthrough: Passthrough | None = None


class SaidLine(Struct, gc=False):
    """What reading needs of one record."""

    timestamp: str | None = None
    type: str | None = None
    payload: SaidPayload | str | None = None
    metadata: Metadata | None = None
    item: Raw = Raw(b"")


class WrappedOutput(Struct, gc=False):
    """A tool's output as older versions wrap it, in JSON text."""

    output: str | None = None


class Git(Struct, gc=False):
    """Where the repository stood."""

    branch: str | None = None


counted_line = msgspec.json.Decoder(CountedLine)
said_line = msgspec.json.Decoder(SaidLine)
wrapped_output = msgspec.json.Decoder(WrappedOutput)
git = msgspec.json.Decoder(Git)
