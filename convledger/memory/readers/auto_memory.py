"""The memory that Claude Code and Qwen Code write themselves: MEMORY.md and a file a topic."""

from __future__ import annotations

from collections.abc import Iterator

from convledger.memory.readers.frontmatter import frontmatter_of
from convledger.memory.readers.items import Item, Rejected
from convledger.memory.readers.markdown_items import markdown_items
from convledger.memory.readers.texts import lines_of
from convledger.memory.readers.words import kind_of

NAME, TITLE = "auto-memory", "Claude Code auto memory"


def read(content: bytes, _path: str) -> Iterator[Item | Rejected]:
    """Yield the items of a file; the `type` of a topic says what they are."""
    text = lines_of(content)
    kind, title = "fact", ""
    if not isinstance(text, Rejected):
        head = frontmatter_of(text.lines[:501])
        kind = kind_of(head.text("type"), "fact")
        title = head.text("description") or head.text("name")
    return markdown_items(content, kind=kind, title=title)
