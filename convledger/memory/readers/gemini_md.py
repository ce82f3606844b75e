"""GEMINI.md: what Gemini CLI is told, and under one heading what it has noted down itself."""

from __future__ import annotations

from collections.abc import Iterator

from convledger.memory.readers.items import Item, Rejected
from convledger.memory.readers.markdown_items import markdown_items
from convledger.memory.readers.words import kind_of

NAME, TITLE = "gemini-md", "GEMINI.md"
KIND = "instruction"  # what an item is where nothing says else
ADDED = "added memories"  # "## Gemini Added Memories", and Qwen's of the same kind


def read(content: bytes, _path: str) -> Iterator[Item | Rejected]:
    """Yield the items of a file."""
    return markdown_items(content, kind=KIND, kind_under=_kind)


def _kind(under: str) -> str:
    if under.casefold().endswith(ADDED):
        return "fact"
    return kind_of(under.rsplit(" / ", 1)[-1], KIND)
