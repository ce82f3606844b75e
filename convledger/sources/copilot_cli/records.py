"""The events of Copilot CLI's sessions, as far as they are read."""

from __future__ import annotations

# Fields are spelled as the log spells them.
# ruff: noqa: N815
import msgspec
from msgspec import Raw, Struct

Loose = str | int | float | bool | None


class Accounting(Struct, gc=False):
    """Whose request a record tells of; a fork copies its parent's."""

    sourceSessionId: str | None = None


class Usage(Struct, gc=False):
    """The tokens of one request; input holds what was read from and written to the cache."""

    model: str | None = None
    inputTokens: Loose = None
    outputTokens: Loose = None
    cacheReadTokens: Loose = None
    cacheWriteTokens: Loose = None
    reasoningTokens: Loose = None
    apiCallId: str | None = None
    parentToolCallId: str | None = None
    accounting: Accounting | None = None


class Requests(Struct, gc=False):
    """How many requests a model answered."""

    count: Loose = None


class Metrics(Struct, gc=False):
    """What a model used until a session ended."""

    requests: Requests | None = None
    usage: Usage | None = None


class Context(Struct, gc=False):
    """Where a session was held."""

    cwd: str | None = None
    branch: str | None = None


class Counted(Struct, gc=False):
    """What counting needs of an event's data."""

    sessionId: str | None = None
    copilotVersion: str | None = None
    selectedModel: str | None = None
    newModel: str | None = None
    context: Context | None = None
    content: Raw = Raw(b"")
    messageId: str | None = None
    model: str | None = None
    parentToolCallId: str | None = None
    toolCallId: str | None = None
    agentName: str | None = None
    agentDescription: str | None = None
    usage: Usage | None = None
    modelMetrics: dict[str, Metrics] | None = None


class Event(Struct, gc=False):
    """One line of `events.jsonl`."""

    type: str | None = None
    id: str | None = None
    timestamp: Loose = None
    data: Counted | None = None


event = msgspec.json.Decoder(Event)
