"""The usage objects of model APIs, brought to disjoint token counts."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, NamedTuple

import msgspec
from msgspec import Struct

from convledger.sources.findings import Searches, Tokens
from convledger.sources.lenient import conform
from convledger.sources.values import dict_of, pico_of, text_of

STANDARD = frozenset(("", "standard", "default", "auto", "not_available", "global"))
BATCH = "service_tier=batch"


class CacheWrites(Struct, gc=False):
    """Cache writes by how long they are kept."""

    ephemeral_5m_input_tokens: Tokens = None
    ephemeral_1h_input_tokens: Tokens = None


class PromptDetails(Struct, gc=False):
    """Parts of a prompt: those read from a cache and those written to one."""

    cached_tokens: Tokens = None
    cache_write_tokens: Tokens = None
    cache_creation_tokens: Tokens = None
    cache_creation_token_details: CacheWrites | None = None


class OutputDetails(Struct, gc=False):
    """The part of an output that is thinking."""

    reasoning_tokens: Tokens = None
    thinking_tokens: Tokens = None


class ServerTools(Struct, gc=False):
    """Requests to tools that the provider runs and bills."""

    web_search_requests: Searches = None


class Usage(Struct, gc=False):
    """The usage object of OpenAI's two APIs, of Anthropic's, and of those that speak like them."""

    prompt_tokens: Tokens = None
    completion_tokens: Tokens = None
    total_tokens: Tokens = None
    input_tokens: Tokens = None
    output_tokens: Tokens = None
    prompt_tokens_details: PromptDetails | None = None
    input_tokens_details: PromptDetails | None = None
    completion_tokens_details: OutputDetails | None = None
    output_tokens_details: OutputDetails | None = None
    prompt_cache_hit_tokens: Tokens = None
    cache_read_input_tokens: Tokens = None
    cache_creation_input_tokens: Tokens = None
    cache_write_input_tokens: Tokens = None
    cache_creation: CacheWrites | None = None
    server_tool_use: ServerTools | None = None
    service_tier: str | None = None
    inference_geo: str | None = None
    speed: str | None = None
    cost: Decimal | None = None


class Counts(NamedTuple):
    """Disjoint token counts of one request, and its web searches."""

    input: int = 0
    output: int = 0
    reasoning: int = 0
    cache_read: int = 0
    cache_write_5m: int = 0
    cache_write_1h: int = 0
    web_searches: int = 0

    @property
    def total(self) -> int:
        """All tokens of the request."""
        return (
            self.input + self.output + self.cache_read + self.cache_write_5m + self.cache_write_1h
        )


NOTHING = Counts()


def counts_of(usage: Usage) -> Counts | None:
    """Return a usage object's disjoint counts; None where it tells neither prompt nor output."""
    if usage.prompt_tokens is not None or usage.completion_tokens is not None:
        prompt, output = usage.prompt_tokens or 0, usage.completion_tokens or 0
        details = usage.prompt_tokens_details or usage.input_tokens_details
    elif usage.input_tokens is not None or usage.output_tokens is not None:
        prompt, output = usage.input_tokens or 0, usage.output_tokens or 0
        details = usage.input_tokens_details or usage.prompt_tokens_details
    else:
        return None
    five, hour = _written(usage)
    read = usage.cache_read_input_tokens or 0
    # Anthropic's prompt leaves cached tokens out, as does one that is smaller than they are.
    if (usage.prompt_tokens is None and details is None) or read + five + hour > prompt:
        fresh = prompt
    else:
        if details is not None:
            read = read or details.cached_tokens or 0
            if not five and not hour:
                five = details.cache_write_tokens or details.cache_creation_tokens or 0
        read = min(read or usage.prompt_cache_hit_tokens or 0, prompt)
        five = min(five, prompt - read)
        fresh = prompt - read - five - hour
        if fresh < 0:
            fresh, hour = 0, max(0, prompt - read - five)
    thought = usage.completion_tokens_details or usage.output_tokens_details
    reasoning = (thought.reasoning_tokens or thought.thinking_tokens or 0) if thought else 0
    tools = usage.server_tool_use
    searches = (tools.web_search_requests or 0) if tools is not None else 0
    return Counts(fresh, output, min(reasoning, output), read, five, hour, searches)


def _written(usage: Usage) -> tuple[int, int]:
    """Return cache writes for 5 minutes and for an hour; the split holds unless it is empty."""
    details = usage.prompt_tokens_details
    inner = details.cache_creation_token_details if details is not None else None
    for split in (usage.cache_creation, inner):
        if split is not None:
            five = split.ephemeral_5m_input_tokens or 0
            hour = split.ephemeral_1h_input_tokens or 0
            if five or hour:
                return five, hour
    return usage.cache_creation_input_tokens or usage.cache_write_input_tokens or 0, 0


def usage_in(value: Any) -> Usage:
    """Return a decoded usage object, typed. Raises BadLine for impossible counts."""
    try:
        return msgspec.convert(value, Usage, strict=False)
    except (msgspec.ValidationError, RecursionError):
        found: Usage = conform(dict_of(value), Usage)
        return found


def context_of(usage: Usage | None, tier: Any = "", *, batch: bool = False) -> str:
    """Return what beside the tokens decides the price, as sorted `key=value` pairs."""
    tier = text_of(tier)
    pairs = []
    if usage is not None:
        tier = usage.service_tier or tier
        if (usage.inference_geo or "") not in STANDARD:
            pairs.append(f"inference_geo={usage.inference_geo}")
        if (usage.speed or "") not in STANDARD:
            pairs.append(f"speed={usage.speed}")
    if batch:
        tier = "batch"
    if tier not in STANDARD:
        pairs.append(f"service_tier={tier}")
    return ";".join(sorted(pairs))


def reported_in(usage: Usage | None) -> int | None:
    """Return the cost that a router names beside the counts, in picodollars."""
    return None if usage is None or usage.cost is None else pico_of(usage.cost)
