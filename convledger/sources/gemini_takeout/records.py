"""What an activity of Gemini Apps is, whichever file it stands in."""

from __future__ import annotations

import re
from typing import Any

from msgspec import Struct, field

from convledger.sources.values import list_of, text_of

ATTACHED = re.compile(r"Attached \d+ files?\.?\s*$", re.IGNORECASE)
_PROMPTS = ("prompted", "asked", "said")
_LABELS = re.compile(r"(?:Prompted|Asked|Said)(?: with:| Gemini:| Bard:)?[ \u00a0]", re.IGNORECASE)
# How other activities begin: what was made, chosen or rated, not what was asked.
_OTHERS = re.compile(
    r"(?:Created|Used|Added|Gave|Selected|Shared|Deleted|Viewed|Visited|Edited|Pinned|Renamed"
    r"|Exported|Updated|Canvas|Feedback)\b"
)


class Activity(Struct):
    """A prompt and its answer, where there is one; `together`: the prompt holds the answer too.

    `at` is 0 where its time is none.
    """

    at: int
    prompt: str
    answer: str = ""
    files: list[str] = field(default_factory=list)
    answered: bool = False
    together: bool = False
    more_answers: list[str] = field(default_factory=list)
    stamp: Any = None  # its time as the file has it


def is_prompt_label(text: str) -> bool:
    """Tell whether a label says that something was asked."""
    return text.strip().lower() in _PROMPTS


def labelled(text: str) -> str | None:
    """Return a prompt without the label before it, None where another or none is there."""
    found = _LABELS.match(text)
    if found:
        return text[found.end() :].strip()
    return "" if is_prompt_label(text) else None


def is_other(text: str) -> bool:
    """Tell whether a title is that of an activity which is no prompt."""
    return _OTHERS.match(text) is not None


def is_gemini(record: dict[str, Any]) -> bool:
    """Tell whether a record of JSON is of Gemini Apps, in whatever language that is called."""
    names = [text_of(record.get("header")), *map(text_of, list_of(record.get("products")))]
    return any("gemini" in name.lower() or "bard" in name.lower() for name in names)
