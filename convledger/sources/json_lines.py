"""Lines of JSON in a document that is read as a whole, each with its place."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, BinaryIO

from msgspec import Struct

from convledger.sources.document import Document, NotReadable
from convledger.sources.findings import Rejected
from convledger.sources.lenient import BadLine, loads
from convledger.sources.line_blocks import LARGEST_LINE

BLOCK = 1 << 20
_SPACE = b"\0 \t\r\n"


class JsonLine(Struct, gc=False):
    """A record: its number from 1 on, its bytes, where it begins and where it ends."""

    number: int
    data: bytes
    start: int
    end: int
    record: dict[str, Any] = {}

    def rejected(self, reason: str) -> Rejected:
        """Return the rejection of this line."""
        return Rejected(self.number, self.start, reason, self.data[:400])


def lines_of(stream: BinaryIO, longest: int) -> Iterator[tuple[bytes, int]]:
    """Yield each line with its end, and how many bytes it has; of one too long only the start."""
    parts: list[bytes] = []
    length = 0
    while block := stream.read(BLOCK):
        first, *others = block.split(b"\n")
        length += len(first)
        if length <= longest:
            parts.append(first)
        if not others:
            continue
        yield b"".join((*parts, b"\n")), length + 1
        last = others.pop()
        for line in others:
            size = len(line)
            yield (line + b"\n" if size <= longest else b"\n"), size + 1
        length = len(last)
        parts = [last] if length <= longest else []
    if length:
        yield b"".join(parts), length


def raw_lines(document: Document) -> Iterator[JsonLine | Rejected]:
    """Yield the lines that hold something. Raises NotReadable for a web page."""
    start = 0
    for number, (line, length) in enumerate(lines_of(document.stream(), LARGEST_LINE), 1):
        if length > len(line):
            reason = f"longer than {LARGEST_LINE >> 20} MB"
            yield Rejected(number, start, reason, line[:400])
        else:
            data = line.strip(_SPACE)
            if number == 1 and data[:9].lower().startswith((b"<!doctype", b"<html")):
                raise NotReadable("a web page, not a log")
            if data:
                yield JsonLine(number, line, start, start + length)
        start += length


def json_lines(document: Document) -> Iterator[JsonLine | Rejected]:
    """Yield the records of a log, and the lines that are none.

    The last one is left for later, without a word, where it is cut: it is being written.
    """
    for line in raw_lines(document):
        if isinstance(line, Rejected):
            yield line
            continue
        try:
            line.record = loads(line.data)
        except BadLine as error:
            if not line.data.endswith(b"\n") and line.data.lstrip(_SPACE).startswith(b"{"):
                return  # it is being written
            yield line.rejected(str(error))
            continue
        yield line
