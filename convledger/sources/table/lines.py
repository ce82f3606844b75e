"""The physical lines of a table as text, each with its number and where it begins."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

BLOCK = 1 << 20
LONGEST = 16 << 20  # bytes of a row
OTHER_ENCODING = "windows-1252"  # of lines that are no UTF-8
ENCODINGS = (
    "utf-8", "windows-1250", "windows-1251", "windows-1252", "windows-1253", "windows-1254",
    "iso-8859-1", "iso-8859-2", "iso-8859-15", "mac-roman", "cp437", "cp850", "shift_jis",
    "euc-jp", "euc-kr", "gb18030", "big5",
)  # fmt: skip


class Line(NamedTuple):
    """A line without its end: its number from 1 on, its offset, and its text."""

    number: int
    offset: int
    text: str
    size: int  # in bytes, with its end


class Ahead:
    """A stream whose beginning can be looked at before it is read."""

    def __init__(self, stream: BinaryIO, most: int) -> None:
        self._stream = stream
        parts, held = [], 0
        while held < most and (block := stream.read(most - held)):
            parts.append(block)
            held += len(block)
        self.head = b"".join(parts)
        self.whole = held < most
        self._rest = memoryview(self.head)
        self.done = 0

    def read(self, size: int = -1) -> bytes:
        """Return the next bytes."""
        if self._rest:
            some = bytes(self._rest if size < 0 else self._rest[:size])
            self._rest = self._rest[len(some) :]
        else:
            some = self._stream.read(size if size >= 0 else BLOCK)
        self.done += len(some)
        return some


def lines_in(stream: Ahead, encoding: str = "") -> Iterator[Line]:
    """Yield the lines of a table; one that is too long comes with its beginning alone.

    A line that is no UTF-8 is read in `encoding`, since programs that know no Unicode write tables.
    """
    other = encoding or OTHER_ENCODING
    mac = b"\r" in stream.head and b"\n" not in stream.head  # line ends of an old Macintosh
    rest: deque[bytes] = deque()
    held = number = offset = 0
    while block := stream.read(BLOCK):
        if mac:
            block = block.replace(b"\r", b"\n")
        if b"\n" not in block:
            held += len(block)
            if held - len(block) <= LONGEST:
                rest.append(block)
            continue
        first, *others = block.split(b"\n")
        rest.append(first)
        size = held + len(first) + 1
        for data in (b"".join(rest), *others[:-1]):
            number += 1
            size = size or len(data) + 1
            yield Line(number, offset, text_of_line(data[: LONGEST + 1], other), size)
            offset, size = offset + size, 0
        rest.clear()
        rest.append(others[-1])
        held = len(others[-1])
    if held:
        data = b"".join(rest)[: LONGEST + 1]
        yield Line(number + 1, offset, text_of_line(data, other), held)


def text_of_line(data: bytes, other: str = OTHER_ENCODING) -> str:
    """Return a line as text, without a carriage return at its end and without NULs."""
    if data.endswith(b"\r"):
        data = data[:-1]
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        text = data.decode(other if other != "utf-8" else OTHER_ENCODING, "replace")
    return text.replace("\0", "") if "\0" in text else text
