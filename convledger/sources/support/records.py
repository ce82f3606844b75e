"""The records of a support export: a list, pages of an interface, one object, or lines of JSON."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any, BinaryIO, NamedTuple, cast

from convledger.sources.document import Document, NotReadable
from convledger.sources.findings import Rejected
from convledger.sources.json_pieces import LARGEST_ELEMENT, Piece, pieces
from convledger.sources.lenient import BadLine, loads

_BLOCK = 1 << 18
_SPACE = b" \t\r\n\0"


class Record(NamedTuple):
    """A record, its number from 1 on, where it begins, and how many bytes are read behind it."""

    value: dict[str, Any]
    number: int
    offset: int
    done: int

    def rejected(self, reason: str) -> Rejected:
        """Return the rejection of this record."""
        return Rejected(self.number, self.offset, reason)


def records(document: Document, inside: tuple[str, ...]) -> Iterator[Record | Rejected]:
    """Yield the records of a document; what is none, or cut, comes as Rejected.

    `inside` are the keys under which pages of an interface keep their list. Raises NotReadable.
    """
    stream = document.stream()
    head, are_lines = _opening(stream)
    again = cast(BinaryIO, io.BufferedReader(_Again(head, stream), _BLOCK))
    found = _lines(again) if are_lines else pieces(again, inside)
    for piece in found:
        if isinstance(piece, Rejected):
            yield piece
            continue
        done = piece.offset + len(piece.data)
        try:
            yield Record(loads(piece.data), piece.number, piece.offset, done)
        except BadLine as error:
            yield piece.rejected(str(error))


def _opening(stream: BinaryIO) -> tuple[bytes, bool]:
    """Return the bytes read so far, and whether the document is lines of JSON objects."""
    head = b""
    while block := stream.read(_BLOCK):
        head += block
        begin = head.lstrip(_SPACE)
        if begin and not begin.startswith(b"{"):
            return head, False
        first, end, rest = begin.partition(b"\n")
        if end and (rest := rest.lstrip(_SPACE)):
            return head, rest.startswith(b"{") and _is_record(first)
        if len(head) > LARGEST_ELEMENT:
            break
    return head, False


def _is_record(line: bytes) -> bool:
    try:
        return bool(loads(line))
    except BadLine:
        return False


def _lines(stream: BinaryIO) -> Iterator[Piece | Rejected]:
    offset = 0
    number = 0
    while line := stream.readline(LARGEST_ELEMENT):
        number += 1
        start, offset = offset, offset + len(line)
        if len(line) == LARGEST_ELEMENT and not line.endswith(b"\n"):
            yield Rejected(number, start, f"larger than {LARGEST_ELEMENT >> 20} MB", line[:400])
            while (more := stream.readline(_BLOCK)) and not more.endswith(b"\n"):
                offset += len(more)
            offset += len(more)
        elif line.strip(_SPACE):
            yield Piece(number, start, line)


class _Again(io.RawIOBase):
    """A stream with what was read of it put before it again."""

    def __init__(self, head: bytes, stream: BinaryIO) -> None:
        self._head = memoryview(head)
        self._stream = stream

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        if self._head:
            some = self._head[: len(buffer)]
            self._head = self._head[len(some) :]
        else:
            some = memoryview(self._stream.read(len(buffer)))
        buffer[: len(some)] = some
        return len(some)


def nothing_found(document: Document, what: str) -> NotReadable:
    """Return what to raise where a whole document holds nothing that is wanted."""
    return NotReadable(f"holds no {what}: {document.relative}")
