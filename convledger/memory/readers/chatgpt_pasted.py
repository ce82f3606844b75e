"""Text copied from the screen of ChatGPT's saved memories: one memory a line, or a paragraph."""

from __future__ import annotations

import re
from collections.abc import Iterator

from convledger.clock import parse_instant
from convledger.memory.readers.items import Item, Keys, Rejected
from convledger.memory.readers.texts import lines_of

NAME, TITLE = "chatgpt-pasted", "text of ChatGPT's memory screen"
_SCREEN = frozenset([
    "saved memories", "manage memories", "memory", "memories", "manage", "delete", "delete all",
    "remove", "forget", "search memories", "search", "sort", "newest", "oldest", "personalization",
    "reference saved memories", "learn more", "prioritized", "prioritised", "make top of mind",
    "top of mind", "close", "done", "back", "settings",
])  # fmt: skip
_LEAD = re.compile(r"\s*(?:[-*•·‣]\s+|\d{1,4}[.)]\s+)")
_AGE = re.compile(
    r"(?:\d+|an?)\s+(?:minute|hour|day|week|month|year)s?\s+ago$|today$|yesterday$|just now$",
    re.IGNORECASE,
)
_EXPLAINED = ("chatgpt remembers and automatically", "chatgpt tries to remember")


def read(content: bytes, _path: str) -> Iterator[Item | Rejected]:
    """Yield the memories of a text; words of the screen itself are left out."""
    text = lines_of(content)
    if isinstance(text, Rejected):
        yield text
        return
    if text.complaint:
        yield Rejected("", text.complaint)
    keys, body = Keys(), list[str]()
    begin, by_paragraph = 0, _has_paragraphs(text.lines)
    date: int | None = None
    for number, line in enumerate([*text.lines, ""], 1):
        shown = line.strip()
        is_end = not shown or not by_paragraph or _LEAD.match(line) is not None
        if is_end and body:
            yield _item(keys, body, begin, date)
            body = []
            date = None
        if not shown or _is_of_screen(shown):
            continue
        found = parse_instant(shown)
        if found is not None and len(shown) <= 32:
            date = found
            continue
        if not body:
            begin = number
        body.append(_LEAD.sub("", line, count=1).strip())


def _has_paragraphs(lines: list[str]) -> bool:
    """Tell whether memories are paragraphs: some of them have several lines between blank ones."""
    blanks = sum(not line.strip() for line in lines[1:-1])
    return blanks > 0 and blanks * 3 >= sum(bool(line.strip()) for line in lines) - 2


def _is_of_screen(shown: str) -> bool:
    word = shown.casefold().rstrip(".…:")
    return word in _SCREEN or bool(_AGE.match(word)) or word.startswith(_EXPLAINED)


def _item(keys: Keys, body: list[str], begin: int, date: int | None) -> Item:
    return Item(key=keys.next("memory"), body="\n".join(body), source_date=date,
                place=f"line {begin}")  # fmt: skip
