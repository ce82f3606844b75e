"""The records of Cursor's database, as far as they are read."""

from __future__ import annotations

# Fields are spelled as Cursor spells them.
# ruff: noqa: N815
from typing import Any

import msgspec
from msgspec import Raw, Struct

from convledger.sources.lenient import BadLine, conform, loads

Loose = str | int | float | bool | None


class TokenCount(Struct, gc=False):
    """What a bubble was billed for; current builds write zeros, which say nothing."""

    inputTokens: Loose = None
    outputTokens: Loose = None


class ModelName(Struct, gc=False):
    """The model of a bubble, or that a conversation is set to."""

    modelName: str | None = None


class Timing(Struct, gc=False):
    """When a reply was asked for and came, as older builds keep it."""

    clientRpcSendTime: Loose = None
    clientStartTime: Loose = None
    clientEndTime: Loose = None


class ToolState(Struct, gc=False):
    """A tool's run as far as counting needs it."""

    name: str | None = None
    status: str | None = None
    toolCallId: str | None = None


class CountedBubble(Struct, gc=False):
    """What counting needs of a bubble; `text` and `thinking` stay undecoded."""

    bubbleId: str | None = None
    type: Loose = None
    text: Raw = Raw(b"")
    createdAt: Loose = None
    timingInfo: Timing | None = None
    tokenCount: TokenCount | None = None
    modelInfo: ModelName | None = None
    modelType: str | None = None
    toolFormerData: ToolState | None = None
    thinking: Raw = Raw(b"")


class Header(Struct, gc=False):
    """An entry of the ordered list of a conversation's bubbles."""

    bubbleId: str | None = None
    type: Loose = None
    createdAt: Loose = None


class ModelUsage(Struct, gc=False):
    """What Cursor says a model cost in a conversation so far."""

    costInCents: Loose = None
    amount: Loose = None


class PromptTokens(Struct, gc=False):
    """The meter of the context window, by parts."""

    totalUsedTokens: Loose = None


class Uri(Struct, gc=False):
    """Where a folder is."""

    fsPath: str | None = None
    path: str | None = None
    external: str | None = None


class Workspace(Struct, gc=False):
    """The folder that a conversation was held in."""

    uri: Uri | None = None


class SubagentInfo(Struct, gc=False):
    """Whose sub-agent a conversation is."""

    parentComposerId: str | None = None


class Composer(Struct, gc=False):
    """A conversation: its facts and the order of its bubbles."""

    name: str | None = None
    createdAt: Loose = None
    lastUpdatedAt: Loose = None
    status: str | None = None
    unifiedMode: Loose = None
    fullConversationHeadersOnly: list[Header] | None = None
    conversation: Raw = Raw(b"")
    contextTokensUsed: Loose = None
    contextTokenLimit: Loose = None
    contextUsagePercent: Loose = None
    promptTokenBreakdown: PromptTokens | None = None
    usageData: dict[str, ModelUsage] | None = None
    modelConfig: ModelName | None = None
    workspaceIdentifier: Workspace | None = None
    subagentComposerIds: list[str] | None = None
    subagentInfo: SubagentInfo | None = None


class Head(Struct, gc=False):
    """An entry of the index of conversations."""

    composerId: str | None = None
    name: str | None = None
    createdAt: Loose = None
    lastUpdatedAt: Loose = None
    workspaceIdentifier: Workspace | None = None
    subagentInfo: SubagentInfo | None = None


counted_bubble = msgspec.json.Decoder(CountedBubble)
composer = msgspec.json.Decoder(Composer)
head = msgspec.json.Decoder(Head)


def decoded(decoder: msgspec.json.Decoder[Any], value: object) -> Any:
    """Return what a stored value holds. Raises BadLine with the reason."""
    try:
        return decoder.decode(value)  # type: ignore[arg-type]
    except RecursionError:
        raise BadLine("nested too deeply") from None
    except (msgspec.MsgspecError, UnicodeError, ValueError, TypeError):
        record = plain(value)
        try:
            return conform(record, decoder.type)
        except RecursionError:
            raise BadLine("nested too deeply") from None


def plain(value: object) -> dict[str, Any]:
    """Return the object that a stored value holds, whatever is in it. Raises BadLine."""
    if isinstance(value, str):
        value = value.encode("utf-8", "replace")
    if not isinstance(value, bytes):
        raise BadLine("not a text" if value is not None else "empty")
    return loads(value)
