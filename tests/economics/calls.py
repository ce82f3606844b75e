"""Calls made by hand, rated with the shipped prices as an import does."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from msgspec.structs import replace

from convledger.economics.call_use import CallUse
from convledger.economics.conversation_costs import Talk
from convledger.pricing import Rater
from tests.pricing.shared import instant, shipped_rater

SONNET, HAIKU = "claude-sonnet-4-5", "claude-haiku-4-5"  # $3 / $15 and $1 / $5 for a million
START = instant("2026-11-02T09:00")
MINUTE = 60_000_000
DOLLAR = 10**12


def rater() -> Rater:
    """Return what rates the calls."""
    return shipped_rater()


def call(minute: float = 0, *, model: str = SONNET, **facts: Any) -> CallUse:
    """Return a call so many minutes after the start, at its list price."""
    counts = {"input": 0, "output": 0, "cache_read": 0, "cache_write_5m": 0, "cache_write_1h": 0}
    made = CallUse(
        at=START + round(minute * MINUTE),
        source="claude-code",
        provider="",
        model=model,
        speed="",
        **{"context": "", "web_searches": 0, "cost": None, **counts, **facts},
    )
    if made.lacks_tokens:
        return made
    return replace(made, cost=made.priced(rater(), made.tokens, made.web_searches))


def thread(
    turns: Sequence[tuple[int, int]], *, cached: bool = False, minutes: float = 1, **facts: Any
) -> list[CallUse]:
    """Return the calls of a thread in full: each turn is what is asked and what is answered."""
    found: list[CallUse] = []
    history = shared = 0
    for place, (asked, answered) in enumerate(turns):
        sent = history + asked
        tokens: dict[str, Any] = {"input": sent}
        if cached:
            tokens = {"input": 0, "cache_read": shared, "cache_write_5m": sent - shared}
        found.append(call(place * minutes, output=answered, **tokens, **facts))
        history, shared = sent + answered, sent
    return found


def golden_thread(*, cached: bool) -> list[CallUse]:
    """Return ten turns of 3,000 tokens asked and 1,000 answered."""
    return thread([(3000, 1000)] * 10, cached=cached)


def talk(segments: dict[str, str] | None = None) -> Talk:
    """Return a conversation."""
    return Talk(1, "claude-code:1", "", START, START, segments=segments or {})
