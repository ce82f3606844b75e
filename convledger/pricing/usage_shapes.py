"""Token counts as providers report them, turned into the disjoint counts of a Usage."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from convledger.records import Usage


def usage_from_anthropic(raw: Mapping[str, Any]) -> Usage:
    """Return the usage of a Messages API answer, whose input leaves out everything cached."""
    split = raw.get("cache_creation")
    parts = split if isinstance(split, Mapping) else raw
    written = _count(raw, "cache_creation_input_tokens")
    long = _count(parts, "ephemeral_1h_input_tokens", "ephemeral_1h")
    short = _count(parts, "ephemeral_5m_input_tokens", "ephemeral_5m")
    tools = raw.get("server_tool_use")
    return Usage(
        input=_count(raw, "input_tokens"),
        output=_count(raw, "output_tokens"),
        cache_read=_count(raw, "cache_read_input_tokens"),
        cache_write_5m=max(written - long, short),
        cache_write_1h=long,
        web_searches=_count(tools if isinstance(tools, Mapping) else {}, "web_search_requests"),
    )


def usage_from_openai(raw: Mapping[str, Any]) -> Usage:
    """Return the usage of a Chat or Responses API answer, whose input includes what was cached."""
    asked = _details(raw, "prompt_tokens_details", "input_tokens_details")
    answered = _details(raw, "completion_tokens_details", "output_tokens_details")
    total = _count(raw, "prompt_tokens", "input_tokens")
    cached = _count(asked, "cached_tokens") or _count(raw, "cached_tokens", "cached_input_tokens")
    written = _count(asked, "cache_write_tokens", "cache_creation_tokens")
    cached = min(cached, total)
    written = min(written, total - cached)
    return Usage(
        input=total - cached - written,
        output=_count(raw, "completion_tokens", "output_tokens"),
        reasoning=_count(answered, "reasoning_tokens")
        or _count(raw, "reasoning_tokens", "reasoning_output_tokens"),
        cache_read=cached,
        cache_write_5m=written,
    )


def usage_from_gemini(raw: Mapping[str, Any]) -> Usage:
    """Return the usage of a Gemini answer, whose thoughts are billed beside its candidates."""
    total = _count(raw, "promptTokenCount") + _count(raw, "toolUsePromptTokenCount")
    cached = min(_count(raw, "cachedContentTokenCount"), total)
    thoughts = _count(raw, "thoughtsTokenCount")
    return Usage(
        input=total - cached,
        output=_count(raw, "candidatesTokenCount") + thoughts,
        reasoning=thoughts,
        cache_read=cached,
    )


def _details(raw: Mapping[str, Any], *keys: str) -> Mapping[str, Any]:
    for key in keys:
        if isinstance(found := raw.get(key), Mapping):
            return found
    return {}


def _count(raw: Mapping[str, Any], *keys: str) -> int:
    """Return the first count that is a non-negative integer, else zero."""
    for key in keys:
        value = raw.get(key)
        if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
            return value
    return 0
