"""A table opened: how it is written, its header, and its rows one after the other."""

from __future__ import annotations

import io
from collections.abc import Iterator
from itertools import chain, islice
from typing import Any, BinaryIO, cast

import msgspec

from convledger.sources.document import NotReadable
from convledger.sources.findings import Rejected
from convledger.sources.glimpse import (
    BINARY,
    EMPTY,
    HEAD,
    HTML,
    JSON_LINES,
    JSON_LIST,
    JSON_OBJECT,
    SQLITE,
    glimpse_of,
)
from convledger.sources.json_pieces import pieces
from convledger.sources.lenient import BadLine, loads
from convledger.sources.table.delimited import DelimitedRows, Row, delimiter_of, told_delimiter
from convledger.sources.table.lines import LONGEST, Ahead, Line, lines_in

FIRST_RECORDS = 40  # of JSON, those whose keys are the header
LISTS = ("messages", "turns", "events", "entries")  # each element of these is a row
INSIDE = ("data", "rows", "items", "records", "results", "conversations", "value")
MOST_COLUMNS = 2000
_DEEPEST = 4


class Table:
    """An open table. `delimiter` is empty where it is JSON."""

    def __init__(self, stream: BinaryIO, encoding: str = "", delimiter: str = "") -> None:
        self._ahead = Ahead(stream, HEAD)
        glimpse = glimpse_of("", self._ahead.head, whole=self._ahead.whole)
        if glimpse.kind in (EMPTY, HTML, SQLITE, BINARY):
            raise NotReadable(_NO_TABLE[glimpse.kind])
        self._delimited: DelimitedRows | None = None
        self.is_json = glimpse.kind in (JSON_LIST, JSON_OBJECT, JSON_LINES)
        self.delimiter = ""
        if self.is_json:
            lined = glimpse.kind == JSON_LINES
            rows = self._records(_json_lines(self._ahead) if lined else _elements(self._ahead))
            first = list(islice(rows, FIRST_RECORDS))
            self.header = _keys(first)
            self._rows = chain(first, rows)
            if not self.header:
                raise NotReadable("no objects in it: each row of a table is one")
            return
        found = delimiter_of(self._ahead.head, whole=self._ahead.whole)
        self.delimiter = delimiter or found
        if not self.delimiter:
            raise NotReadable("no table: its first lines do not fall into columns")
        lines = _from_header(lines_in(self._ahead, encoding))
        self._delimited = DelimitedRows(lines, self.delimiter)
        self._cells = iter(self._delimited)
        header = next(self._cells, None)
        if not isinstance(header, Row) or len(header.cells) > MOST_COLUMNS:
            raise NotReadable("no table: its first line names no columns")
        self.header = named_columns(header.cells)
        if len(self.header) < 2:
            raise NotReadable("no table: its first line names one column alone")

    @property
    def done(self) -> int:
        """How many bytes of it are read."""
        return self._delimited.done if self._delimited is not None else self._ahead.done

    def __iter__(self) -> Iterator[Row | Rejected]:
        return self._of_json() if self.is_json else self._of_text()

    def _of_text(self) -> Iterator[Row | Rejected]:
        wide = len(self.header)
        for row in self._cells:
            if isinstance(row, Row) and not any(row.cells):
                continue
            if isinstance(row, Row) and len(row.cells) != wide:
                count = len(row.cells)
                if count < wide or any(map(str.strip, row.cells[wide:])):
                    yield row.rejected(f"has {count} cells where the header has {wide}")
                    continue
                row.cells = row.cells[:wide]
            yield row

    def _of_json(self) -> Iterator[Row | Rejected]:
        places = {name: place for place, name in enumerate(self.header)}
        for found in self._rows:
            if isinstance(found, Rejected):
                yield found
                continue
            number, offset, values = found
            row = Row(number, offset, [""] * len(self.header))
            for name, value in values.items():
                place = places.get(name)
                if place is not None:
                    row.cells[place] = value
                elif len(row.more) < MOST_COLUMNS:
                    row.more[name] = value
            yield row

    def _records(
        self, found: Iterator[tuple[int, int, dict[str, Any]] | Rejected]
    ) -> Iterator[_Flat | Rejected]:
        for each in found:
            if isinstance(each, Rejected):
                yield each
                continue
            number, offset, record = each
            for values in _flattened(record):
                yield number, offset, values


_Flat = tuple[int, int, dict[str, str]]
_NO_TABLE = {
    EMPTY: "empty",
    HTML: "a web page, no table: a download link that has expired gives one; download it again",
    SQLITE: "a database, no table: export the table as CSV",
    BINARY: "no text: save the sheet as CSV, or as Unicode text",
}


def _from_header(lines: Iterator[Line]) -> Iterator[Line]:
    """Yield the lines from the header on: blank ones and Excel's `sep=` above it are no header."""
    for line in lines:
        if line.text.strip() and not told_delimiter(line.text):
            yield line
            break
    yield from lines


def named_columns(cells: list[str]) -> list[str]:
    """Return a name for each column, no two alike."""
    found: list[str] = []
    seen: dict[str, int] = {}
    for number, cell in enumerate(cells, 1):
        name = " ".join(cell.replace("\ufeff", "").split())[:200] or f"column {number}"
        count = seen[name] = seen.get(name, 0) + 1
        while count > 1 and f"{name} ({count})" in seen:
            count += 1
        if count > 1:
            name = f"{name} ({count})"
            seen[name] = 1
        found.append(name)
    while len(found) > 1 and found[-1].startswith("column ") and not cells[len(found) - 1].strip():
        found.pop()  # a delimiter at the end of each line
    return found


def _json_lines(stream: Ahead) -> Iterator[tuple[int, int, dict[str, Any]] | Rejected]:
    for line in lines_in(stream):
        if not line.text.strip():
            continue
        try:
            if len(line.text) > LONGEST:
                raise BadLine(f"longer than {LONGEST >> 20} MB")
            yield line.number, line.offset, loads(line.text.encode("utf-8", "replace"))
        except BadLine as error:
            excerpt = line.text[:400].encode("utf-8", "replace")
            yield Rejected(line.number, line.offset, str(error), excerpt)


def _elements(stream: Ahead) -> Iterator[tuple[int, int, dict[str, Any]] | Rejected]:
    for piece in pieces(cast(BinaryIO, stream), INSIDE):
        if isinstance(piece, Rejected):
            yield piece
            continue
        try:
            yield piece.number, piece.offset, loads(piece.data)
        except BadLine as error:
            yield piece.rejected(str(error))


def _keys(rows: list[_Flat | Rejected]) -> list[str]:
    """Return the keys of the first records, in the order in which they come."""
    found: dict[str, None] = {}
    for row in rows:
        if not isinstance(row, Rejected):
            found.update(dict.fromkeys(row[2]))
    return list(found)[:MOST_COLUMNS]


def _flattened(record: dict[str, Any]) -> list[dict[str, str]]:
    """Return the rows of a record: one, or one for each element of a list of its messages."""
    several = next(
        (
            name
            for name in LISTS
            if isinstance(record.get(name), list)
            and record[name]
            and all(isinstance(each, dict) for each in record[name])
        ),
        "",
    )
    own: dict[str, str] = {}
    for name, value in record.items():
        if name != several:
            _flatten(own, name, value, 0)
    if not several:
        return [own]
    found = []
    for each in record[several]:
        row = dict(own)
        _flatten(row, several, each, 0)
        found.append(row)
    return found


def _flatten(row: dict[str, str], name: str, value: Any, depth: int) -> None:
    """Put a value into a row: of an object each value under a name with a dot."""
    if isinstance(value, dict) and value and depth < _DEEPEST:
        for key, inner in value.items():
            _flatten(row, f"{name}.{key}", inner, depth + 1)
        return
    row[" ".join(name.split())[:200] or "column"] = _cell(value)


def _cell(value: Any) -> str:
    """Return a value of JSON as the text of a cell."""
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        if all(isinstance(each, str | int | float) and each is not None for each in value):
            return ", ".join(map(_cell, value))
        texts = [text for each in value if (text := _text_in(each))]
        if texts:
            return "\n".join(texts)
    if isinstance(value, int | float):
        return str(value)
    try:
        return msgspec.json.encode(value).decode("utf-8", "replace")
    except (RecursionError, ValueError, msgspec.MsgspecError):
        return ""


def _text_in(value: Any) -> str:
    """Return the text of a part of a message: `text`, or `content` within it."""
    for _ in range(3):
        if not isinstance(value, dict):
            break
        value = next((value[key] for key in ("text", "content", "value") if key in value), None)
    return value if isinstance(value, str) else ""


def table_in(content: bytes) -> Table:
    """Return the table that the first bytes of a file hold. Raises NotReadable."""
    return Table(io.BytesIO(content))
