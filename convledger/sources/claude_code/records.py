"""The records of Claude Code's logs, as far as they are read."""

from __future__ import annotations

# Fields are spelled as the log spells them.
# ruff: noqa: N815
from decimal import Decimal
from typing import Any

import msgspec
from msgspec import Raw, Struct

from convledger.sources.findings import Searches, Tokens


class CacheWrites(Struct, gc=False):
    """Cache writes by how long they are kept."""

    ephemeral_5m_input_tokens: Tokens = 0
    ephemeral_1h_input_tokens: Tokens = 0


class ServerTools(Struct, gc=False):
    """Requests to tools that the provider runs and bills."""

    web_search_requests: Searches = 0


class OutputDetails(Struct, gc=False):
    """The part of the output that is thinking."""

    thinking_tokens: Tokens = 0


class Usage(Struct, gc=False):
    """Anthropic's usage object: the prompt figure leaves cached tokens out."""

    input_tokens: Tokens = 0
    output_tokens: Tokens = 0
    cache_read_input_tokens: Tokens = 0
    cache_creation_input_tokens: Tokens = 0
    cache_creation: CacheWrites | None = None
    output_tokens_details: OutputDetails | None = None
    server_tool_use: ServerTools | None = None
    speed: str | None = None
    service_tier: str | None = None
    inference_geo: str | None = None


class CountedMessage(Struct, gc=False):
    """A message with its usage, its content left undecoded."""

    id: str | None = None
    model: str | None = None
    usage: Usage | None = None
    content: Raw = Raw(b"")


class CountedLine(Struct, gc=False):
    """What counting needs of one record; everything else is skipped."""

    type: str | None = None
    uuid: str | None = None
    sessionId: str | None = None
    timestamp: str | None = None
    cwd: str | None = None
    gitBranch: str | None = None
    version: str | None = None
    requestId: str | None = None
    requestSessionId: str | None = None
    agentId: str | None = None
    sessionKind: str | None = None
    isSidechain: bool | None = None
    isMeta: bool | None = None
    isCompactSummary: bool | None = None
    message: CountedMessage | str | None = None
    content: Raw = Raw(b"")
    data: Raw = Raw(b"")
    toolUseResult: Raw = Raw(b"")
    costUSD: Decimal | None = None
    summary: str | None = None
    leafUuid: str | None = None
    aiTitle: str | None = None
    customTitle: str | None = None
    totalCostUSD: Decimal | None = None
    modelUsage: Raw = Raw(b"")


class Echo(Struct, gc=False):
    """A sub-agent's line repeated inside its parent's progress record."""

    message: CountedLine | None = None
    agentId: str | None = None


class SearchResult(Struct, gc=False):
    """What the web search tool says of its side call, which has no line of its own."""

    searchCount: Searches = 0


class ModelCost(Struct, gc=False):
    """What the tool says a model has cost so far."""

    costUSD: Decimal | None = None


class Source(Struct, gc=False):
    """Where an image or document block has its bytes."""

    type: str | None = None
    media_type: str | None = None
    data: Raw = Raw(b"")


Content = str | list[Any] | dict[str, Any] | None


class Block(Struct, gc=False):
    """One content block of a message."""

    type: str | None = None
    text: str | None = None
    thinking: str | None = None
    id: str | None = None
    name: str | None = None
    input: Raw = Raw(b"")
    content: Content = None
    is_error: bool | None = None
    source: Source | str | None = None


class SaidMessage(Struct, gc=False):
    """A message with its content."""

    id: str | None = None
    model: str | None = None
    content: str | list[Block | str] | None = None


class Attachment(Struct, gc=False):
    """What the tool put beside the messages: reminders, queued prompts, listings."""

    type: str | None = None
    prompt: Content = None


class SaidLine(Struct, gc=False):
    """What reading needs of one record."""

    type: str | None = None
    subtype: str | None = None
    uuid: str | None = None
    parentUuid: str | None = None
    logicalParentUuid: str | None = None
    sessionId: str | None = None
    requestSessionId: str | None = None
    timestamp: str | None = None
    agentId: str | None = None
    isSidechain: bool | None = None
    isMeta: bool | None = None
    isCompactSummary: bool | None = None
    isApiErrorMessage: bool | None = None
    message: SaidMessage | str | None = None
    attachment: Raw = Raw(b"")
    content: Content = None


counted_line = msgspec.json.Decoder(CountedLine)
echo = msgspec.json.Decoder(Echo)
model_costs = msgspec.json.Decoder(dict[str, ModelCost])
search_result = msgspec.json.Decoder(SearchResult)
said_line = msgspec.json.Decoder(SaidLine)
attachment = msgspec.json.Decoder(Attachment)
