"""Reads rows of CSV or of JSON Lines that a person has: cells by header, or what is wrong."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

from msgspec import DecodeError
from msgspec.json import Decoder

from convledger.errors import UsageProblem
from convledger.sources.findings import Rejected
from convledger.sources.table.delimited import DelimitedRows, delimiter_of, told_delimiter
from convledger.sources.table.lines import Ahead, lines_in
from convledger.workflow.entered_text import GUARD

LARGEST, MOST_ROWS, LONGEST = 32 << 20, 200_000, 1 << 20
_HEAD = 1 << 16
_decode = Decoder().decode
Cells = dict[str, str]


@dataclass(slots=True)
class FileRows:
    """What stands in a file: cells by plain header with their line, and lines with what is wrong.

    `headers` are the names as they are written, by their plain ones.
    """

    headers: dict[str, str] = field(default_factory=dict)
    rows: list[tuple[int, Cells]] = field(default_factory=list)
    rejected: list[tuple[int, str]] = field(default_factory=list)


def read_rows(content: bytes) -> FileRows:
    """Return the rows of a file. Raises UsageProblem where the file as a whole can't be read."""
    if len(content) > LARGEST:
        raise UsageProblem(f"the file is larger than {LARGEST >> 20} MB; cut it in parts")
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        content = content.decode("utf-16", "replace").encode("utf-8", "replace")
    content = content.removeprefix(b"\xef\xbb\xbf")
    found = FileRows()
    if not content.strip():
        raise UsageProblem("the file is empty")
    if content.lstrip()[:1] == b"{":
        _read_json(content, found)
    elif content.lstrip()[:1] == b"[":
        raise UsageProblem("the file is one JSON list: write each object on a line of its own")
    else:
        _read_table(content, found)
    return found


def plain(header: str) -> str:
    """Return a header as it is compared: its letters and digits alone, in lower case."""
    return "".join(each for each in header.casefold() if each.isalnum())


def json_lines(content: bytes) -> Iterator[tuple[int, dict[str, Any] | str]]:
    """Yield the object on each line with the line's number, or the reason why there is none."""
    for number, line in enumerate(content.split(b"\n"), 1):
        if not line.strip():
            continue
        if number > MOST_ROWS:
            yield number, f"beyond the {MOST_ROWS:,} lines that a file may have"
            return
        if len(line) > LONGEST:
            yield number, f"the line is longer than {LONGEST >> 20} MB"
            continue
        try:
            value = _decode(line)
        except (DecodeError, UnicodeDecodeError):
            yield number, "no JSON"
            continue
        except RecursionError:
            yield number, "JSON that is nested too deeply"
            continue
        yield number, value if isinstance(value, dict) else "no object of JSON"


def _read_json(content: bytes, found: FileRows) -> None:
    for number, value in json_lines(content):
        if isinstance(value, str):
            found.rejected.append((number, value))
            continue
        cells: Cells = {}
        odd = [
            key for key, each in value.items()
            if not isinstance(each, str | int | float | None) or isinstance(each, bool)
        ]  # fmt: skip
        if odd:
            found.rejected.append((number, f"{odd[0]:.60} is neither text nor a number"))
            continue
        for key, each in value.items():
            found.headers.setdefault(plain(key), key)
            cells.setdefault(plain(key), "" if each is None else str(each))
        found.rows.append((number, cells))


def _read_table(content: bytes, found: FileRows) -> None:
    stream = Ahead(BytesIO(content), _HEAD)
    delimiter = delimiter_of(stream.head, whole=stream.whole) or ","
    rows = iter(DelimitedRows(lines_in(stream), delimiter))
    header = next((row for row in rows if isinstance(row, Rejected) or _says(row.cells)), None)
    if isinstance(header, Rejected) or header is None:
        raise UsageProblem("the table has no header: its first line should name the columns")
    if told_delimiter(delimiter.join(header.cells)):
        header = next((row for row in rows if isinstance(row, Rejected) or _says(row.cells)), None)
        if isinstance(header, Rejected) or header is None:
            raise UsageProblem("the table has no header: its first line should name the columns")
    names = [plain(each) for each in header.cells]
    for name, written in zip(names, header.cells, strict=True):
        if name in found.headers and name:
            raise UsageProblem(f"two columns are called {written.strip()!r:.60}; take one out")
        found.headers[name] = written.strip()
    found.headers.pop("", None)
    for count, row in enumerate(rows):
        if count >= MOST_ROWS:
            raise UsageProblem(f"the table has more than {MOST_ROWS:,} rows; cut it in parts")
        if isinstance(row, Rejected):
            found.rejected.append((row.line, row.reason))
        elif _says(row.cells[len(names) :]):
            found.rejected.append((row.line, "more cells than the header has columns"))
        elif _says(row.cells):
            cells = [GUARD.sub("", cell) for cell in row.cells]
            found.rows.append((row.line, dict(zip(names, cells, strict=False))))


def _says(cells: list[str]) -> bool:
    return any(cell.strip() for cell in cells)
