"""What of a conversation has become an entry of memory: its name, and the lines that it quotes."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate

from convledger.text.display import clip, display_text
from convledger.text.secrets import veiled

SIGN, BAR, INK = "◈", "┃ ", "$accent"
Kept = Mapping[int, Sequence["Remembered"]]  # by message
_WORDS = 6  # that are enough to find where a quotation begins or ends
_NAME = 40  # cells
_MARKUP = re.compile(r"[*_`#>|~\[\]]+")


@dataclass(frozen=True, slots=True)
class Remembered:
    """An entry by its title, and the span of the message's text that it quotes, in characters."""

    title: str
    start: int
    length: int


def name_of(kept: Sequence[Remembered]) -> str:
    """Return what stands beside a message: the title of its entry, and how many more there are."""
    more = f" +{len(kept) - 1}" if len(kept) > 1 else ""
    return f"{SIGN} {clip(display_text(veiled(kept[0].title)), _NAME)}{more}"


def kept_lines(lines: Sequence[str], text: str, kept: Sequence[Remembered]) -> set[int]:
    """Return the lines of a laid out text that entries quote; all where that can't be told."""
    every = set(range(len(lines)))
    begins = [0, *accumulate(len(line) + 1 for line in lines)]
    shown = "\n".join(lines)
    found: set[int] = set()
    for one in kept:
        span = _span(shown, text[one.start : one.start + one.length], len(text.strip()))
        if span is None:
            return every
        first, last = (bisect_right(begins, place) - 1 for place in span)
        found.update(range(first, last + 1))
    return found & every


def _span(shown: str, quote: str, whole: int) -> tuple[int, int] | None:
    """Return the first and the last character of a quotation in what is shown of its message."""
    words = _MARKUP.sub(" ", display_text(quote, lines=True)).split()
    if not words or len(quote.strip()) >= whole:
        return None
    begin = _pattern(words[:_WORDS]).search(shown)
    if begin is None:
        return None
    if len(words) <= _WORDS:
        return begin.start(), begin.end() - 1
    end = _pattern(words[-_WORDS:]).search(shown, begin.start())
    return None if end is None else (begin.start(), end.end() - 1)


def _pattern(words: Sequence[str]) -> re.Pattern[str]:
    return re.compile(r"[\s*_`#>|~\[\]]+".join(map(re.escape, words)))
