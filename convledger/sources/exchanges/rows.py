"""The rows of an export, whether it is a JSON list, JSON lines or a table with a header."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from typing import Any, BinaryIO

from msgspec import Struct

from convledger.sources.document import Document, NotReadable
from convledger.sources.findings import Rejected
from convledger.sources.glimpse import JSON_OBJECT, Glimpse
from convledger.sources.json_lines import lines_of, raw_lines
from convledger.sources.json_pieces import pieces
from convledger.sources.lenient import BadLine, loads
from convledger.sources.line_blocks import LARGEST_LINE
from convledger.sources.values import dicts_in

LARGEST_FIELD = 16 << 20
MOST_COLUMNS = 1000
_DELIMITERS = ",;\t|"


class Row(Struct):
    """A row: its number from 1 on, where it begins, and its values by name."""

    number: int
    offset: int
    values: dict[str, Any]

    def rejected(self, reason: str) -> Rejected:
        """Return the rejection of this row."""
        excerpt = repr(self.values)[:400].encode("utf-8", "replace")
        return Rejected(self.number, self.offset, reason, excerpt)


def rows(document: Document, inside: tuple[str, ...] = ()) -> Iterator[Row | Rejected]:
    """Yield a document's rows; of JSON also those in a list under one of the keys `inside`."""
    head = document.stream().read(1 << 16)
    start = head.lstrip(b" \t\r\n\0")
    if not start:
        raise NotReadable("empty")
    if is_json_lines(start, whole=len(head) < 1 << 16):
        for line in raw_lines(document):
            row = (
                line if isinstance(line, Rejected) else _decoded(line.number, line.start, line.data)
            )
            yield from _unwrapped(row, inside)
    elif start[:1] in (b"[", b"{", b"<"):
        for piece in pieces(document.stream(), inside):
            if isinstance(piece, Rejected):
                yield piece
            else:
                yield _decoded(piece.number, piece.offset, piece.data)
    else:
        yield from _table(document.stream())


def _unwrapped(row: Row | Rejected, inside: tuple[str, ...]) -> Iterator[Row | Rejected]:
    """Yield the rows in a list that a row holds, itself where it holds none."""
    if isinstance(row, Row):
        for name in inside:
            if inner := dicts_in(row.values.get(name)):
                for values in inner:
                    yield Row(row.number, row.offset, values)
                return
    yield row


def _decoded(number: int, offset: int, data: bytes) -> Row | Rejected:
    try:
        return Row(number, offset, loads(data))
    except BadLine as error:
        return Rejected(number, offset, str(error), data[:400])


def is_json_lines(start: bytes, *, whole: bool) -> bool:
    """Tell by its beginning whether a document has an object in each line."""
    if not start.startswith(b"{"):
        return False
    line, end, rest = start.partition(b"\n")
    if not end and not whole:
        return True  # a line longer than what is looked at: nobody indents so
    try:
        loads(line)
    except BadLine:
        # A first line that is broken is no reason to take the others for one document.
        return rest.lstrip(b" \t\r\n").startswith(b"{") and line.rstrip().endswith(b"}")
    return True


class _Text:
    """Lines of text with the place of the next one in bytes."""

    def __init__(self, stream: BinaryIO) -> None:
        self._lines = lines_of(stream, LARGEST_LINE)
        self.offset = 0

    def __iter__(self) -> _Text:
        return self

    def __next__(self) -> str:
        line, size = next(self._lines)
        self.offset += size
        if size > len(line):
            raise csv.Error(f"longer than {LARGEST_LINE >> 20} MB")
        return line.decode("utf-8", "replace")


def delimiter_of(header: str) -> str:
    """Return the character that stands between the names of a header."""
    return max(_DELIMITERS, key=header.count)


def header_in(head: bytes) -> list[str]:
    """Return the names that a table begins with, as far as they stand in its first line."""
    line = head[: 1 << 16].lstrip(b"\r\n").split(b"\n")[0].decode("utf-8", "replace")
    try:
        found = next(csv.reader([line], delimiter=delimiter_of(line)), [])
    except csv.Error:
        return []
    return [name.strip() for name in found]


def records_of(glimpse: Glimpse, inside: tuple[str, ...]) -> list[dict[str, Any]]:
    """Return the first records of a file, also those in a list under one of the keys `inside`."""
    found = list(glimpse.records)
    if glimpse.kind == JSON_OBJECT and len(found) == 1:
        for name in inside:
            if inner := dicts_in(found[0].get(name))[:40]:
                return inner
    return found


def _table(stream: BinaryIO) -> Iterator[Row | Rejected]:
    text = _Text(stream)
    try:
        first = next((line for line in text if line.strip()), "")
    except csv.Error as error:
        raise NotReadable(f"not a table: its first line is {error}") from error
    names = header_in(first.encode("utf-8", "replace"))
    if len(names) > MOST_COLUMNS:
        raise NotReadable(f"a table of more than {MOST_COLUMNS} columns")
    csv.field_size_limit(LARGEST_FIELD)
    table = csv.reader(text, delimiter=delimiter_of(first))
    number = 1
    while True:
        offset = text.offset
        number += 1
        try:
            cells = next(table)
        except StopIteration:
            return
        except csv.Error as error:
            yield Rejected(number, offset, f"not a row of the table: {error}")
            continue
        if not any(cells):
            continue
        if len(cells) > len(names):
            excerpt = repr(cells)[:400].encode("utf-8", "replace")
            reason = f"{len(cells)} values under {len(names)} names"
            yield Rejected(number, offset, reason, excerpt)
            continue
        yield Row(number, offset, dict(zip(names, cells, strict=False)))
