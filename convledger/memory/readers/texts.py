"""A text file as lines that know their bytes, and an edited text as the bytes that it becomes."""

from __future__ import annotations

import codecs
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

from convledger.memory.readers.items import Rejected, too_large

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_LOOKED_AT = 8192


@dataclass(slots=True)
class Text:
    """The lines of a file without their ends, and the bytes that they begin at.

    `inexact` are the lines that say less than their bytes do; `complaint` says what was wrong with
    the bytes, "" where nothing was.
    """

    lines: list[str]
    starts: list[int]
    encoding: str
    inexact: set[int]
    complaint: str = ""


def encoding_of(content: bytes) -> tuple[str, int]:
    """Return the encoding that the first bytes tell, and how many bytes the mark takes."""
    for mark, name in _BOMS:
        if content.startswith(mark):
            return name, len(mark)
    return "utf-8", 0


def lines_of(content: bytes) -> Text | Rejected:
    """Return the lines of a file as far as it is text; linear in its size."""
    rejected = too_large(content)
    if rejected is not None:
        return rejected
    encoding, start = encoding_of(content)
    if encoding == "utf-8":
        head = content[:_LOOKED_AT]
        if head.count(0) * 10 > len(head):
            return Rejected("", "not a text: it is full of NUL bytes")
        return _utf8(content, start)
    return _utf16(content, start, encoding)


def _utf8(content: bytes, start: int) -> Text:
    parts = content[start:].split(b"\n")
    starts = list(accumulate((len(part) + 1 for part in parts[:-1]), initial=start))
    inexact: set[int] = set()
    try:
        lines = content[start:].decode().split("\n")
    except UnicodeDecodeError:
        lines = []
        for at, part in enumerate(parts):
            try:
                lines.append(part.decode())
            except UnicodeDecodeError:
                lines.append(part.decode("utf-8", "replace"))
                inexact.add(at)
    return _tidy(Text(lines, starts, "utf-8", inexact), content, "UTF-8")


def _utf16(content: bytes, start: int, encoding: str) -> Text:
    whole = content[start:].decode(encoding, "replace")
    lines = whole.split("\n")
    lengths = (len(line.encode(encoding)) + 2 for line in lines[:-1])
    starts = list(accumulate(lengths, initial=start))
    is_exact = "\ufffd" not in whole
    inexact = set[int]() if is_exact else set(range(len(lines)))
    return _tidy(Text(lines, starts, encoding, inexact), content, "UTF-16")


def _tidy(text: Text, content: bytes, name: str) -> Text:
    """Take the returns off the ends of lines, and NULs out of them."""
    if (b"\0" in content and text.encoding == "utf-8") or text.encoding != "utf-8":
        for at, line in enumerate(text.lines):
            if "\0" in line:
                text.lines[at] = line.replace("\0", "\ufffd")
                text.inexact.add(at)
    if b"\r" in content:
        text.lines = [line.removesuffix("\r") for line in text.lines]
    text.complaint = _complaint(len(text.inexact), name)
    return text


def _complaint(broken: int, name: str) -> str:
    return f"{broken:,} line{'s' * (broken != 1)} not in {name}, read as far as possible" * (
        broken > 0
    )


def indent_of(rest: Sequence[str], column: int) -> int:
    """Return by how much the lines below the first are indented: `column`, or not at all."""
    if any(line.strip() and not line.startswith(" " * column) for line in rest):
        return 0
    return column


def body_of(lines: Sequence[str], column: int) -> str:
    """Return the text of an item whose first line begins at `column`, without its indentation."""
    first, rest = lines[0][column:], lines[1:]
    indent = indent_of(rest, column)
    return "\n".join([first, *(line[indent:] if line.strip() else "" for line in rest)])


def as_written(content: bytes, start: int, length: int, body: str) -> bytes:
    """Return the bytes that `body` becomes in place of `length` bytes at `start` of a file.

    It is indented as what stands there, in the file's encoding and with its line ends.
    """
    encoding, mark = encoding_of(content)
    newline = "\n".encode(encoding)
    before = max(_last(content, newline, start), mark)
    column = len(content[before:start].decode(encoding, "replace"))
    old = content[start : start + length].decode(encoding, "replace").split("\n")
    rest = [line.removesuffix("\r") for line in old[1:]]
    indent = " " * indent_of(rest, column)
    if len(old) > 1:
        has_returns = old[0].endswith("\r")
    else:
        first = _first(content, newline, mark)
        returns = "\r".encode(encoding)
        has_returns = first > mark and content[first - len(returns) : first] == returns
    lines = body.split("\n")
    written = [lines[0], *(f"{indent}{line}" if line else "" for line in lines[1:])]
    return ("\r\n" if has_returns else "\n").join(written).encode(encoding, "replace")


def _last(content: bytes, newline: bytes, before: int) -> int:
    """Return where the line begins that holds byte `before`."""
    end = before
    while True:
        found = content.rfind(newline, 0, end)
        if found < 0 or (found - before) % len(newline) == 0:
            return found + len(newline) if found >= 0 else 0
        end = found + len(newline) - 1


def _first(content: bytes, newline: bytes, start: int) -> int:
    found = content.find(newline, start)
    while found >= 0 and (found - start) % len(newline):
        found = content.find(newline, found + 1)
    return found
