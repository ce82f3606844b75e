""".clinerules, a file or a folder of them: what Cline is told."""

from __future__ import annotations

from collections.abc import Iterator

from convledger.memory.readers.items import Item, Rejected
from convledger.memory.readers.markdown_items import markdown_items

NAME, TITLE = "cline", "Cline rules"
KIND = "instruction"  # what an item is where nothing says else


def read(content: bytes, _path: str) -> Iterator[Item | Rejected]:
    """Yield the items of a file."""
    return markdown_items(content, kind=KIND)
