"""The lines of a stream, read by large blocks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

BLOCK = 1 << 20
LONGEST_LINE = 8 << 20  # what is longer comes in several pieces


def raw_lines(stream: BinaryIO) -> Iterator[bytes]:
    """Yield the lines with their ends, the last perhaps without."""
    rest: list[bytes] = []  # pieces of a line that goes on
    held = 0
    while block := stream.read(BLOCK):
        for line in _lines(block):
            if line.endswith(b"\n"):
                yield b"".join([*rest, line]) if rest else line
                rest, held = [], 0
                continue
            rest.append(line)
            held += len(line)
            if held >= LONGEST_LINE:
                yield b"".join(rest)
                rest, held = [], 0
    if rest:
        yield b"".join(rest)


def _lines(block: bytes) -> list[bytes]:
    *whole, last = block.split(b"\n")
    return [*(line + b"\n" for line in whole), *([last] if last else [])]
