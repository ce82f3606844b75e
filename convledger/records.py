"""The records that every floor shares: what a reader finds and a ledger keeps."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class Usage:
    """Tokens that one call was billed for, in disjoint counts.

    `reasoning` is the informative part of `output`; `web_searches` counts requests, not tokens.
    """

    input: int = 0
    output: int = 0
    reasoning: int = 0
    cache_read: int = 0
    cache_write_5m: int = 0
    cache_write_1h: int = 0
    web_searches: int = 0
