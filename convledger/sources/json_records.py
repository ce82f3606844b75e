"""Records of a document of JSON lines, all of each, with the lines that hold none."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from convledger.sources.document import Document
from convledger.sources.findings import Lines, Rejected
from convledger.sources.lenient import BadLine, loads
from convledger.sources.line_blocks import line_blocks

_decoder = msgspec.json.Decoder(dict[str, Any])


def records_of(lines: Lines, rejected: list[Rejected]) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield each line's number and record; a line that holds none goes to `rejected`."""
    for number, line in enumerate(lines.data.split(b"\n"), lines.number):
        if not line.strip():
            continue
        try:
            record = _decoder.decode(line)
        except (msgspec.MsgspecError, ValueError, RecursionError):
            try:
                record = loads(line)
            except BadLine as error:
                rejected.append(lines.rejected(number, str(error)))
                continue
        yield number, record


def record_blocks(
    document: Document,
) -> Iterator[tuple[list[tuple[int, dict[str, Any]]], list[Rejected], int]]:
    """Yield the records of some megabytes of lines at a time, the rejected, and how far it is."""
    for lines in line_blocks(document.stream()):
        if isinstance(lines, Rejected):
            yield [], [lines], lines.offset
            continue
        rejected: list[Rejected] = []
        found = list(records_of(lines, rejected))
        yield found, rejected, lines.offset + len(lines.data)
