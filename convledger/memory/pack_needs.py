"""What packs need of the text's room: how tokens are counted, and which findings are secrets."""

from __future__ import annotations

from functools import cache

from convledger.memory.rendering import Count


@cache
def counter() -> tuple[Count, str]:
    """Return what counts the tokens of a text, and its name; one that knows the words by now."""
    from convledger.text.tokens import METHOD, TokenCounter

    return TokenCounter(), METHOD


def is_secret(rule: str) -> bool:
    """Return whether what a rule finds must not leave; personal data may, and bait is only told."""
    from convledger.text.secrets import KINDS

    return KINDS.get(rule, "secret") == "secret"


def is_bait(rule: str) -> bool:
    """Return whether what a rule finds is written to steer a model."""
    from convledger.text.secrets import KINDS

    return KINDS.get(rule) == "bait"
