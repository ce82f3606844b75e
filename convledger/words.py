"""Small helps with words: counts, and what a mistyped one was meant to be."""

from __future__ import annotations


def nearest(word: str, known: list[str]) -> str | None:
    """Return the known word that `word` was most likely meant to be."""
    from difflib import get_close_matches

    by_lower = {name.lower(): name for name in known}
    found = get_close_matches(word.lower(), by_lower, 1, 0.5)
    return by_lower[found[0]] if found else None


def plural(count: int, one: str, many: str = "") -> str:
    """Return a count with its word: "1 call", "1,204 calls"."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"
