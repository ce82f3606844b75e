"""Droid (Factory): a session's log as lines, and beside it the total that the session used."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

from convledger.sources.document import Document, Found, NotReadable
from convledger.sources.droid.figures import Counting
from convledger.sources.droid.records import (
    SETTINGS,
    counted_record,
    is_settings,
    settings_of,
    sibling_of,
    total_of,
)
from convledger.sources.droid.texts import Transcript
from convledger.sources.findings import Message, Rejected
from convledger.sources.glimpse import JSON_LINES, JSON_OBJECT, LIKELY, NO, SURE, Glimpse
from convledger.sources.lenient import BadLine
from convledger.sources.lenient import records as each
from convledger.sources.line_blocks import line_blocks
from convledger.sources.line_passes import any_record, each_record, told
from convledger.sources.values import instant_of, text_of

_HALF_WRITTEN = "not whole, as while it is being written; it is read again when it changes"


def recognises(glimpse: Glimpse) -> int:
    """Tell how sure it is that a file is a session of Droid, or the total of one."""
    if glimpse.kind == JSON_OBJECT and is_settings(glimpse.first):
        return LIKELY + 20
    if glimpse.kind not in (JSON_LINES, JSON_OBJECT):
        return NO
    for record in glimpse.records:
        if record.get("type") == "session_start" and "id" in record:
            return SURE if {"sessionTitle", "owner", "cwd"} & record.keys() else NO
        break
    return NO


def read(document: Document, _state: bytes, *, texts: bool) -> Iterator[Found]:
    """Yield what a session holds; of the total beside it only the call."""
    if document.relative.endswith(SETTINGS):
        if not texts:
            yield from _total(document)
    elif texts:
        yield from _said(document)
    else:
        yield from _counted(document)


def _total(document: Document) -> Iterator[Found]:
    content = document.content()
    if not content.strip(b" \t\r\n\0"):
        return
    try:
        settings = settings_of(content)
    except BadLine as error:
        raise NotReadable(f"{_HALF_WRITTEN} ({error})") from None
    counting = Counting(document.relative)
    log = document.beside(sibling_of(document.relative, ".jsonl")) or b""
    for lines in line_blocks(io.BytesIO(log)):
        if not isinstance(lines, Rejected):
            for number, record in each(counted_record, lines, []):
                counting.record(record, number)
    yield _figures(document, counting, settings, content, is_told=True)


def _counted(document: Document) -> Iterator[Found]:
    counting = Counting(document.relative)
    yield from each_record(document, counted_record, counting.record)
    beside = document.beside(sibling_of(document.relative, SETTINGS))
    try:
        settings = settings_of(beside)
    except BadLine:  # is read for itself when it is whole
        settings = {}
    yield _figures(document, counting, settings, b"", is_told=beside is not None)


def _figures(
    document: Document,
    counting: Counting,
    settings: dict[str, object],
    content: bytes,
    *,
    is_told: bool,
) -> Found:
    """Return the call for all of a session, the same whichever of its two files is read."""
    facts = counting.facts
    locked = instant_of(text_of(settings.get("providerLockTimestamp")))
    at = facts.last_at or locked or document.changed_at
    rejected = []
    total = None
    try:
        total = total_of(settings, counting.session, at, counting.model)
    except BadLine as error:
        if content:
            rejected.append(Rejected(1, 0, str(error), content[:400]))
    if total is not None and facts.last_at is None:
        facts.first_at = facts.last_at = at
    figures = counting.figures(document.changed_at, total, is_told=is_told)
    figures.rejected = rejected
    return Found(figures, done=document.size)


def _said(document: Document) -> Iterator[Found]:
    transcript = Transcript(document.relative, document.changed_at)
    said: list[Message] = []

    def tell(record: dict[str, Any], line: int) -> None:
        said.extend(transcript.messages(record, line))

    for found in each_record(document, any_record, tell, texts=True):
        yield from told(said, found.done)
        said.clear()
        yield found
