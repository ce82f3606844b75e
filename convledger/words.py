"""Small helps with words: counts, what a mistyped one was meant to be, what several are called."""

from __future__ import annotations


def nearest(word: str, known: list[str], least: float = 0.5) -> str | None:
    """Return the known word that `word` was most likely meant to be; 1 is but for its case."""
    from difflib import get_close_matches

    by_lower = {name.lower(): name for name in known}
    found = get_close_matches(word.lower(), by_lower, 1, least)
    return by_lower[found[0]] if found else None


def plural(count: int, one: str, many: str = "") -> str:
    """Return a count with its word: "1 call", "1,204 calls"."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def unit_words(name: str, count: int = 2) -> str:
    """Return the name that a plan gives its unit, for several: "active users", "resolved"."""
    text = name.replace("_", " ")
    if count == 1 or not text or text.endswith(("s", "ing", "ed")):
        return text
    if text.endswith("y") and text[-2:-1] not in ("", *"aeiou"):
        return f"{text[:-1]}ies"
    return f"{text}s"
