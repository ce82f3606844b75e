"""Entries that `memory export` wrote as JSON Lines: here their texts, like those of any file.

Named by a person such a file is restored, with versions and states; see `memory.restoring`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import msgspec

from convledger.clock import parse_instant
from convledger.memory.exported import KIND, SCHEMA, Exported, Head
from convledger.memory.readers.items import Item, Keys, Rejected, too_large

NAME, TITLE = "convledger", "export of convledger"
_HEAD = re.compile(rb'\s*\{\s*"convledger"\s*:\s*"memory"')


def is_export(head: bytes) -> bool:
    """Tell whether a file begins as an export does."""
    return _HEAD.match(head.removeprefix(b"\xef\xbb\xbf")) is not None


def read(content: bytes, _path: str) -> Iterator[Item | Rejected]:
    """Yield an item for each entry that is not archived."""
    keys = Keys()
    for place, found in records(content):
        if isinstance(found, Rejected):
            yield found
        elif found.state != "archived":
            yield Item(
                key=keys.next(found.name), title=found.title, body=found.body, kind=found.kind,
                tags=tuple(found.tags), place=place, scope=found.scope,
                sensitivity=found.sensitivity, value=found.value,
                source_date=parse_instant(found.source_date),
                valid_from=parse_instant(found.valid_from), valid_to=parse_instant(found.valid_to),
            )  # fmt: skip


def records(content: bytes) -> Iterator[tuple[str, Exported | Rejected]]:
    """Yield the entries of an export with the lines that they stand on, or why one is left."""
    rejected = too_large(content)
    if rejected is not None:
        yield "", rejected
        return
    lines = content.removeprefix(b"\xef\xbb\xbf").split(b"\n")
    try:
        head = msgspec.json.decode(lines[0], type=Head)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        head = Head(convledger="")
    if head.convledger != KIND or head.schema != SCHEMA:
        yield "line 1", Rejected("line 1", f"no export of convledger's memory, schema {SCHEMA}")
        return
    for number, line in enumerate(lines[1:], 2):
        if line.strip():
            place = f"line {number}"
            try:
                yield place, msgspec.json.decode(line, type=Exported)
            except (msgspec.MsgspecError, ValueError, RecursionError) as error:
                yield place, Rejected(place, f"no entry: {error}")
