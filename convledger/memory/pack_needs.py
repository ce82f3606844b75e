"""What packs need of the text's room: how tokens are counted, and which findings are secrets."""

from __future__ import annotations

from functools import lru_cache
from importlib import import_module

from convledger.memory.rendering import Count

ESTIMATED = "estimated"


def counter() -> tuple[Count, str]:
    """Return what counts the tokens of a text, and its name; an estimate where none is there."""
    try:
        tokens = import_module("convledger.text.tokens")
    except ModuleNotFoundError:
        return estimated_tokens, ESTIMATED
    return tokens.count_tokens, tokens.METHOD


def estimated_tokens(text: str) -> int:
    """Return about how many tokens a text is: a quarter of its bytes."""
    return -(-len(text.encode("utf-8", "replace")) // 4)


def is_secret(rule: str) -> bool:
    """Return whether what a rule finds must not leave; personal data may, and bait is only told."""
    return _kinds().get(rule, "secret") == "secret"


@lru_cache
def _kinds() -> dict[str, str]:
    try:
        return dict(import_module("convledger.text.secrets").KINDS)
    except ModuleNotFoundError:
        return {}
