"""The lines of a document of JSON lines, some megabytes at a time, from its start to its end."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

from convledger.sources.findings import Lines, Rejected
from convledger.sources.lenient import BadLine, loads

BLOCK = 4 << 20
LARGEST_LINE = 64 << 20
EXCERPT = 400


def line_blocks(stream: BinaryIO) -> Iterator[Lines | Rejected]:
    """Yield complete lines; a last record without a line end only where it is whole.

    What a tool is still writing is left for the next reading. A line that is too large comes as
    Rejected.
    """
    number, offset = 1, 0
    parts: list[bytes] = []
    held = 0
    while block := stream.read(BLOCK):
        end = block.rfind(b"\n")
        if end < 0:
            held += len(block)
            if held <= LARGEST_LINE:
                parts.append(block)
            continue
        if held > LARGEST_LINE:
            first = block.find(b"\n")
            yield _too_large(number, offset, parts)
            number, offset = number + 1, offset + held + first + 1
            data, block = block[first + 1 : end], block[end + 1 :]
            if end == first:
                parts, held = [block], len(block)
                continue
        else:
            data, block = b"".join([*parts, block[:end]]), block[end + 1 :]
        lines = Lines(data, number, offset, data.count(b"\n") + 1)
        yield lines
        number, offset = number + lines.count, offset + len(data) + 1
        parts, held = [block], len(block)
    if held > LARGEST_LINE:
        yield _too_large(number, offset, parts)
        return
    last = b"".join(parts)
    if last.strip(b"\0 \t\r\n") and not _is_unfinished(last):
        yield Lines(last, number, offset, 1)


def _too_large(number: int, offset: int, parts: list[bytes]) -> Rejected:
    reason = f"a line larger than {LARGEST_LINE >> 20} MB"
    return Rejected(number, offset, reason, b"".join(parts[:2])[:EXCERPT])


def _is_unfinished(line: bytes) -> bool:
    """Tell whether a last line is a record of which the end is not written yet."""
    if not line.lstrip(b"\0 \t\r\n").startswith(b"{"):
        return False
    try:
        loads(line)
    except BadLine:
        return True
    return False
