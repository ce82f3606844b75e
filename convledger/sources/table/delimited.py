"""The rows of delimited text: its delimiter found, quoted line ends kept, torn quotes told."""

from __future__ import annotations

import csv
from collections import deque
from collections.abc import Iterator

from msgspec import Struct, field

from convledger.sources.findings import Rejected
from convledger.sources.table.lines import LONGEST, Line, text_of_line

DELIMITERS = (",", ";", "\t", "|")
_SAMPLE = 40  # rows by which the delimiter is told
_READ_AGAIN = 4  # times that lines swallowed by a torn quote are read once more


class Row(Struct, gc=False):
    """A row: the line it begins at, where that is, and a cell for each column.

    `more` are values of JSON under keys that the header does not name.
    """

    line: int
    offset: int
    cells: list[str]
    more: dict[str, str] = field(default_factory=dict)

    def rejected(self, reason: str) -> Rejected:
        """Return the rejection of this row."""
        excerpt = " | ".join(self.cells)[:400].encode("utf-8", "replace")
        return Rejected(self.line, self.offset, reason, excerpt)


class DelimitedRows:
    """The rows of delimited lines, header and all; `done` is the offset behind the last one."""

    def __init__(self, lines: Iterator[Line], delimiter: str) -> None:
        self._source = lines
        self._again: deque[Line] = deque()
        self._given: list[Line] = []  # those that the row being read has taken so far
        self._size = 0
        self._torn = ""
        self._left = _READ_AGAIN
        self.done = 0
        self._delimiter = delimiter
        csv.field_size_limit(max(csv.field_size_limit(), LONGEST + 2))

    def __iter__(self) -> Iterator[Row | Rejected]:
        texts = self._texts()
        reader = csv.reader(texts, delimiter=self._delimiter)
        while True:
            self._given, self._size, self._torn = [], 0, ""
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                self._torn = self._torn or f"not a row: {error}"
            given = self._given
            self.done = given[-1].offset + given[-1].size if given else self.done
            if self._torn and given:
                yield _rejected(given[0], self._torn)
                if len(given) > 1 and self._left > 0:
                    self._left -= 1
                    self._again.extendleft(reversed(given[1:]))
                if len(given) > 1 or not self._again:  # the generator of texts has ended
                    texts = self._texts()
                    reader = csv.reader(texts, delimiter=self._delimiter)
                continue
            if cells and given:
                yield Row(given[0].number, given[0].offset, cells)

    def _texts(self) -> Iterator[str]:
        """Yield the text of lines; stop where a row does not end, so that it can be told."""
        while True:
            line = self._again.popleft() if self._again else next(self._source, None)
            if line is None:
                if self._given:
                    self._torn = "a quotation mark opens here and is closed nowhere"
                return
            if len(line.text) > LONGEST:
                if not self._given:
                    self._given = [line]
                    self._torn = f"longer than {LONGEST >> 20} MB"
                else:
                    self._again.appendleft(line)
                    self._torn = "a quotation mark opens here and is closed nowhere"
                return
            self._given.append(line)
            self._size += len(line.text)
            if self._size > LONGEST:
                self._torn = (
                    f"a row of more than {LONGEST >> 20} MB: a quotation mark is not closed"
                )
                return
            yield line.text + "\n"


def _rejected(line: Line, reason: str) -> Rejected:
    excerpt = line.text[:400].encode("utf-8", "replace")
    return Rejected(line.number, line.offset, reason, excerpt)


def told_delimiter(first: str) -> str:
    """Return the delimiter that a first line `sep=;` of Excel tells, nothing where it is none."""
    text = first.strip("\r\n ").strip('"')
    if text[:4].lower() == "sep=" and len(text) == 5:
        return text[4]
    return "\t" if first.strip("\r\n").lower() == "sep=\t" else ""


def delimiter_of(head: bytes, *, whole: bool) -> str:
    """Return the delimiter by which the first lines fall into the same number of cells, or none."""
    data = head if whole else head[: head.rfind(b"\n") + 1] or head
    if b"\n" not in data:
        data = data.replace(b"\r", b"\n")
    texts = [text_of_line(line) for line in data.split(b"\n")]
    while texts and not texts[0].strip():
        texts.pop(0)
    if not texts:
        return ""
    if told := told_delimiter(texts[0]):
        return told
    best, found = 0.0, ""
    for delimiter in DELIMITERS:
        score = _evenness(texts, delimiter)
        if score > best:
            best, found = score, delimiter
    return found


def _evenness(texts: list[str], delimiter: str) -> float:
    """Return how well a delimiter cuts lines into rows of as many cells as the first; 0: not."""
    lines = iter(Line(number, 0, text, 0) for number, text in enumerate(texts, 1))
    wide = even = rows = 0
    for row in DelimitedRows(lines, delimiter):
        if isinstance(row, Rejected):
            continue
        if not wide:
            wide = len(row.cells)
            if wide < 2:
                return 0.0
        rows += 1
        even += len(row.cells) == wide
        if rows > _SAMPLE:
            break
    return (even / rows) ** 2 * (wide - 1) if rows else 0.0
