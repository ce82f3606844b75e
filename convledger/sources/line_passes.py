"""Takes in all records of a document of JSON lines, and hands on piece by piece what came of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import msgspec

from convledger.sources.document import Document, Found
from convledger.sources.findings import Message, Rejected, Texts
from convledger.sources.lenient import BadLine, records
from convledger.sources.line_blocks import line_blocks

MOST_AT_ONCE = 400
any_record = msgspec.json.Decoder(dict[str, Any])


def each_record(
    document: Document,
    decoder: msgspec.json.Decoder[Any],
    take: Callable[[Any, int], object],
    *,
    texts: bool = False,
) -> Iterator[Found]:
    """Give `take` each record with its line, and yield those that hold none.

    Some megabytes of lines are taken in before each finding.
    """
    for lines in line_blocks(document.stream()):
        found = Found()
        rejected = found.texts.rejected if texts else found.figures.rejected
        if isinstance(lines, Rejected):
            rejected.append(lines)
            found.done = lines.offset
        else:
            for number, record in records(decoder, lines, rejected):
                try:
                    take(record, number)
                except BadLine as error:
                    rejected.append(lines.rejected(number, str(error)))
            found.done = lines.offset + len(lines.data)
        yield found


def told(messages: Iterable[Message], done: int) -> Iterator[Found]:
    """Yield messages, some hundred at a time."""
    some: list[Message] = []
    for message in messages:
        some.append(message)
        if len(some) >= MOST_AT_ONCE:
            yield Found(texts=Texts(some), done=done)
            some = []
    yield Found(texts=Texts(some), done=done)
