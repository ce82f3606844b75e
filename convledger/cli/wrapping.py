"""Wraps foreign text for a terminal: what could act is made visible, indents stay."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from convledger.text.display import clip, display_text
from convledger.text.display import width as cells_of


def wrapped(text: str, width: int, *, most: int | None = None) -> Iterator[str]:
    """Yield the lines of foreign `text`, none wider than `width`; of many only the first `most`."""
    lines = _lines(display_text(text.strip("\n"), lines=True), width)
    if most is None:
        yield from lines
        return
    for number, line in enumerate(lines):
        if number == most:
            rest = 1 + sum(1 for _ in lines)
            yield f"… {rest:,} more {'line' if rest == 1 else 'lines'}"
            return
        yield line


def _lines(text: str, width: int) -> Iterator[str]:
    for raw in text.split("\n"):
        line = raw.expandtabs(4).rstrip()
        if cells_of(line) <= width:
            yield line
        else:
            yield from _folded(line, width)


def _folded(line: str, width: int) -> Iterator[str]:
    """Cut a long line between words where it can be, anywhere else where not."""
    indent = min(len(line) - len(line.lstrip(" ")), width // 2)
    margin = " " * indent
    if line.isascii():
        yield from textwrap.wrap(
            line.strip(), width, initial_indent=margin, subsequent_indent=margin
        )
        return
    rest = line.strip()
    while rest:
        piece = clip(rest, width - indent, "")
        if len(piece) < len(rest):
            space = piece.rfind(" ")
            if space > len(piece) // 3:
                piece = piece[: space + 1]
        if not piece:  # a single character wider than the room there is
            piece = rest[0]
        yield margin + piece.rstrip()
        rest = rest[len(piece) :].lstrip(" \u200d")  # a joiner has nothing left to join
