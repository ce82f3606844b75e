"""Files that are not UTF-8, told by their first bytes and read as if they were."""

from __future__ import annotations

import codecs
import io
from typing import BinaryIO, cast

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_LOOKED_AT = 64


def encoding_of(head: bytes) -> tuple[str, int]:
    """Return the Unicode encoding of a file by how it begins, and the length of its mark."""
    for mark, name in _MARKS:
        if head.startswith(mark):
            return name, len(mark)
    some = head[:_LOOKED_AT]
    if len(some) >= 4 and b"\0" in some:  # plain letters in two bytes each, without a mark
        odd, even = some[1::2].count(0), some[::2].count(0)
        if odd > len(some) // 4 and not even:
            return "utf-16-le", 0
        if even > len(some) // 4 and not odd:
            return "utf-16-be", 0
    return "utf-8", 0


def as_utf8(content: bytes) -> bytes:
    """Return a text's bytes as UTF-8 without a mark; what can't be read becomes U+FFFD."""
    name, mark = encoding_of(content)
    if name == "utf-8":
        return content[mark:] if mark else content
    return content[mark:].decode(name, "replace").encode("utf-8", "replace")


def utf8_stream(stream: BinaryIO) -> BinaryIO:
    """Return a stream of UTF-8 from where `stream` begins: itself where it is UTF-8 already."""
    stream.seek(0)
    name, mark = encoding_of(stream.read(_LOOKED_AT))
    stream.seek(mark)
    if name == "utf-8":
        return stream
    return cast(BinaryIO, io.BufferedReader(_Recoded(stream, name), 1 << 20))


class _Recoded(io.RawIOBase):
    """The bytes of another Unicode encoding as UTF-8, a piece at a time."""

    def __init__(self, stream: BinaryIO, name: str) -> None:
        self._stream = stream
        self._decoder = codecs.getincrementaldecoder(name)("replace")
        self._rest = b""
        self._ended = False

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        while not self._rest and not self._ended:
            block = self._stream.read(1 << 19)
            self._ended = not block
            text = self._decoder.decode(block, final=self._ended)
            self._rest = text.encode("utf-8", "replace")
        some = self._rest[: len(buffer)]
        buffer[: len(some)] = some
        self._rest = self._rest[len(some) :]
        return len(some)
